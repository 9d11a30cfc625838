//! The connector against the stand-in CRM: from what colleagues do to what the list shows.

mod desk;

use dealbell_amocrm::{ConnectorStatus, CrmAddress, Ended, Recipients, Token, check};
use dealbell_protocol::Kind;
use dealbell_sandbox::{Config, NewTask, Sandbox, User};
use desk::{Desk, Row, Running, Watch, of_task, settings, user};
use std::sync::Arc;

const HOUR: i64 = 3_600;
const KITCHEN: u64 = 7_400_001;

/// A quiet account, and the people in these stories.
struct Office {
    crm: Sandbox,
    boss: User,
    me: User,
    other: User,
}

impl Office {
    async fn open() -> Self {
        Self::with_limit(None).await
    }

    async fn with_limit(rate_limit: Option<u32>) -> Self {
        let config = Config {
            rate_limit,
            ..Config::default()
        };
        let crm = Sandbox::start(config).await.unwrap();
        let seat = |n: usize| crm.users()[n].clone();
        let (boss, me, other) = (seat(0), seat(1), seat(2));
        Self {
            crm,
            boss,
            me,
            other,
        }
    }

    fn desk(&self) -> Arc<Desk> {
        Desk::new(&[(user(1), self.me.email.as_str())])
    }

    fn solo(&self) -> dealbell_amocrm::Settings {
        settings(self.crm.url(), &self.me.token, Recipients::Only(user(1)))
    }

    async fn connect(&self, desk: &Arc<Desk>) -> Running {
        let mut running = Running::start(desk, self.solo(), &Watch::default());
        running.settle().await;
        running
    }

    fn set(&self, by: &User, text: &str, due_in: i64) -> u64 {
        let task = NewTask::new(self.me.id, text, now() + due_in).on_lead(KITCHEN);
        self.crm.create_task(by.id, task).unwrap()
    }
}

fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

fn gone(id: u64) -> impl Fn(&[Row]) -> bool {
    move |rows| of_task(rows, id).is_empty()
}

fn has(id: u64, kind: Kind) -> impl Fn(&[Row]) -> bool {
    move |rows| of_task(rows, id).contains(&kind)
}

/// T1, T2 and what a notice carries.
#[tokio::test]
async fn a_new_task_arrives_with_card_and_link() {
    let office = Office::open().await;
    let desk = office.desk();
    let running = office.connect(&desk).await;

    let theirs = office.set(&office.boss, "Перезвонить Ирине", 48 * HOUR);
    let own = office.set(&office.me, "Купить кофе", 48 * HOUR);
    desk.until("both", |rows| rows.len() == 2).await;

    let rows = desk.rows();
    let row = |id: u64| {
        let subject = Some(format!("task:{id}"));
        rows.iter()
            .find(|row| row.notice.subject == subject)
            .unwrap()
    };
    let notice = &row(theirs).notice;
    assert_eq!(notice.user, user(1));
    assert_eq!(notice.kind, Kind::TaskNew);
    // A manager's token does not show him his colleagues' names.
    assert!(
        notice
            .title
            .starts_with("Новая задача: Перезвонить Ирине, ")
    );
    let context = notice.context.as_deref();
    assert_eq!(context, Some("Кухня «Верона» · 285\u{a0}000 ₽"));
    let link = format!("{}/leads/detail/{KITCHEN}", office.crm.url());
    assert_eq!(notice.link, Some(link));
    assert!(row(theirs).rang && !row(own).rang);
    assert_eq!(running.stop().await, Ended::Shutdown);
}

/// T12: no *new* for what exists; due times are armed; what is overdue is one summary, which goes
/// with the last of them.
#[tokio::test]
async fn the_first_reading_is_a_baseline() {
    let office = Office::open().await;
    let later = office.set(&office.boss, "Позже", 48 * HOUR);
    let soon = office.set(&office.boss, "Скоро", 120);
    let late: Vec<u64> = (1..=3)
        .map(|n| office.set(&office.boss, "Давно", -n * HOUR))
        .collect();
    let desk = office.desk();
    let mut running = office.connect(&desk).await;

    desk.until("due", has(soon, Kind::TaskDue)).await;
    assert_eq!(
        desk.briefs(),
        [
            "task_due, rang: Через 2 минуты: Скоро",
            "task_overdue, rang: 3 просроченные задачи"
        ]
    );
    assert!(desk.memory_keys().contains(&format!("task:{later}")));

    for (n, id) in late.into_iter().enumerate() {
        assert_eq!(desk.rows().len(), 2, "before the {n}th is done");
        office.crm.complete_task(office.me.id, id, "").unwrap();
        running.settle().await;
    }
    assert_eq!(desk.rows().len(), 1, "{:?}", desk.briefs());
}

/// T7, T8: what is completed, given away or deleted goes, also where it is never looked up by id.
#[tokio::test]
async fn what_is_done_deleted_or_given_away_goes() {
    let office = Office::open().await;
    let desk = office.desk();
    let running = office.connect(&desk).await;
    let done = office.set(&office.boss, "Сделать", 120);
    let deleted = office.set(&office.boss, "Удалить", 120);
    desk.until("two new, two due", |rows| rows.len() == 4).await;

    office
        .crm
        .complete_task(office.me.id, done, "Готово")
        .unwrap();
    desk.until("completed", gone(done)).await;
    office.crm.delete_task(office.boss.id, deleted).unwrap();
    desk.until("deleted", gone(deleted)).await;
    drop(running);
}

/// T8: a task that is out of this token's sight leaves no trace but its absence.
#[tokio::test]
async fn what_is_out_of_sight_is_found_missing() {
    let office = Office::open().await;
    let desk = office.desk();
    let mut often = office.solo();
    often.reconcile_every = 2;
    let mut running = Running::start(&desk, often, &Watch::default());
    running.settle().await;
    let task = office.set(&office.boss, "Отдать", 48 * HOUR);
    desk.until("new", has(task, Kind::TaskNew)).await;
    let other = office.other.id;
    office
        .crm
        .reassign_task(office.boss.id, task, other)
        .unwrap();
    desk.until("gone", gone(task)).await;

    let me = office.me.id;
    office.crm.reassign_task(office.boss.id, task, me).unwrap();
    desk.until("back", has(task, Kind::TaskNew)).await;
    assert!(desk.rows()[0].rang);
}

/// T3, T8: due, moved, due again, overdue as the same item.
#[tokio::test]
async fn due_moves_with_the_deadline_and_turns_overdue_in_place() {
    let office = Office::open().await;
    let desk = office.desk();
    let watch = Watch::default();
    let mut running = Running::start(&desk, office.solo(), &watch);
    running.settle().await;
    let deadline = now() + HOUR;
    let task = NewTask::new(office.me.id, "Встреча", deadline);
    let task = office.crm.create_task(office.me.id, task).unwrap();
    desk.until("new", has(task, Kind::TaskNew)).await;

    watch.forward(HOUR - 240);
    desk.until("due", has(task, Kind::TaskDue)).await;
    let me = office.me.id;
    office
        .crm
        .reschedule_task(me, task, deadline + HOUR)
        .unwrap();
    desk.until("moved", |rows| of_task(rows, task) == [Kind::TaskNew])
        .await;
    watch.forward(HOUR);
    desk.until("due again", has(task, Kind::TaskDue)).await;
    watch.forward(HOUR);
    desk.until("overdue", has(task, Kind::TaskOverdue)).await;
    assert_eq!(
        of_task(&desk.rows(), task),
        [Kind::TaskNew, Kind::TaskOverdue]
    );
    let overdue = desk.rows().pop().unwrap();
    assert!(overdue.notice.title.starts_with("Просрочено: Встреча"));
    assert!(overdue.rang && !overdue.notice.silent, "it rang as due");
}

/// T3: the machine slept over two deadlines: both listed in silence, one summary.
#[tokio::test]
async fn after_sleep_there_is_one_summary() {
    let office = Office::open().await;
    let desk = office.desk();
    let watch = Watch::default();
    let mut running = Running::start(&desk, office.solo(), &watch);
    running.settle().await;
    for text in ["Раз", "Два"] {
        office.set(&office.me, text, HOUR);
    }
    desk.until("new", |rows| rows.len() == 2).await;
    watch.forward(10 * HOUR);
    desk.until("summary", |rows| rows.len() == 5).await;
    let mut briefs = desk.briefs().split_off(2);
    briefs.sort();
    assert_eq!(
        briefs,
        [
            "task_overdue, rang: 2 просроченные задачи",
            "task_overdue: Просрочено: Два",
            "task_overdue: Просрочено: Раз",
        ]
    );
}

/// T4, in a department: by email, with names.
#[tokio::test]
async fn the_author_hears_who_did_it() {
    let office = Office::open().await;
    let desk = Desk::new(&[
        (user(1), office.me.email.as_str()),
        (user(2), office.other.email.as_str()),
    ]);
    let team = settings(office.crm.url(), &office.boss.token, Recipients::ByEmail);
    let mut running = Running::start(&desk, team, &Watch::default());
    running.settle().await;

    let task = NewTask::new(office.me.id, "Выставить счёт", now() + 48 * HOUR);
    let task = office.crm.create_task(office.other.id, task).unwrap();
    desk.until("new", has(task, Kind::TaskNew)).await;
    assert!(
        desk.briefs()[0].starts_with("task_new, rang: Новая задача от Марии: Выставить счёт, ")
    );
    office
        .crm
        .complete_task(office.me.id, task, "Оплачен")
        .unwrap();
    desk.until("completed", has(task, Kind::TaskCompleted))
        .await;
    let row = desk.rows().pop().unwrap();
    assert_eq!(desk.rows().len(), 1, "T7: the new one has gone");
    assert_eq!(row.notice.user, user(2));
    assert_eq!(
        row.notice.title,
        "Дмитрий выполнил вашу задачу «Выставить счёт»"
    );
    assert_eq!(row.notice.text, "Итог: Оплачен");

    // The boss edits it: an edit is no completion.
    office
        .crm
        .rewrite_task(office.boss.id, task, "Счёт")
        .unwrap();
    running.settle().await;
    assert_eq!(desk.rows(), [row]);
}

/// A restart neither repeats nor forgets: one connector runs through, another dies after every
/// step and once more in its middle; both lists are the same.
#[tokio::test]
async fn a_restart_neither_repeats_nor_forgets() {
    let office = Office::open().await;
    let (through, broken) = (office.desk(), office.desk());
    let watch = Watch::default();
    let old = office.set(&office.boss, "Старая", 30 * HOUR);
    let mut running = Running::start(&through, office.solo(), &watch);
    running.settle().await;
    let mut other = Running::start(&broken, office.solo(), &watch);
    other.settle().await;
    other.kill().await;

    let (boss, me) = (office.boss.id, office.me.id);
    let crm = &office.crm;
    let first = std::cell::Cell::new(0);
    let steps: [(&str, &dyn Fn()); 8] = [
        ("set", &|| {
            first.set(office.set(&office.boss, "Первая", 2 * HOUR))
        }),
        ("own", &|| {
            office.set(&office.me, "Своя", 3 * HOUR);
        }),
        ("due", &|| watch.forward(2 * HOUR - 120)),
        ("move", &|| {
            crm.reschedule_task(boss, first.get(), now() + 5 * HOUR)
                .unwrap()
        }),
        ("due again", &|| watch.forward(3 * HOUR)),
        ("give it away", &|| {
            crm.reassign_task(boss, old, office.other.id).unwrap()
        }),
        ("complete", &|| {
            crm.complete_task(me, first.get(), "").unwrap()
        }),
        ("delete", &|| crm.delete_task(boss, old).unwrap()),
    ];
    for (name, step) in steps {
        step();
        running.settle().await;
        let stopped_early = Running::start(&broken, office.solo(), &watch);
        tokio::task::yield_now().await;
        stopped_early.kill().await;
        let mut other = Running::start(&broken, office.solo(), &watch);
        other.settle().await;
        other.kill().await;
        if name == "give it away" {
            // The one that runs through finds it at its next look-up by id, which is far.
            continue;
        }
        assert_eq!(broken.briefs(), through.briefs(), "after {name}");
    }
    assert!(!broken.briefs().is_empty());
}

/// A batch that the centre could not store is read and told again, once.
#[tokio::test]
async fn a_full_disk_loses_nothing() {
    let office = Office::open().await;
    let desk = office.desk();
    let mut running = office.connect(&desk).await;
    desk.refuse(2);
    let task = office.set(&office.boss, "Важная", 48 * HOUR);
    running
        .until(|status| matches!(status, ConnectorStatus::CentreFailed { .. }))
        .await;
    running.hint.now();
    desk.until("new", has(task, Kind::TaskNew)).await;
    assert_eq!(desk.refusals_left(), 0);
    running.settle().await;
    assert_eq!(of_task(&desk.rows(), task), [Kind::TaskNew]);
}

/// Memory that cannot be read is made anew from the CRM, as in a baseline.
#[tokio::test]
async fn spoiled_memory_is_read_again_without_noise() {
    let office = Office::open().await;
    let desk = office.desk();
    let running = office.connect(&desk).await;
    let spoiled = office.set(&office.boss, "Испорчена", 48 * HOUR);
    let vanished = office.set(&office.boss, "Исчезла", 48 * HOUR);
    desk.until("new", |rows| rows.len() == 2).await;
    running.kill().await;
    let before = desk.rows();
    desk.spoil(&format!("task:{spoiled}"));
    desk.spoil("checkpoint");
    office.crm.delete_task(office.boss.id, vanished).unwrap();

    let mut running = office.connect(&desk).await;
    running.settle().await;
    assert_eq!(
        desk.rows(),
        before[..1],
        "nothing twice, the deleted one gone"
    );
    office.crm.complete_task(office.me.id, spoiled, "").unwrap();
    desk.until("completed", gone(spoiled)).await;
}

/// Timers ring while the CRM is down; when it is back, all is read.
#[tokio::test]
async fn an_outage_delays_readings_but_no_timer() {
    let office = Office::open().await;
    let desk = office.desk();
    let watch = Watch::default();
    let mut running = Running::start(&desk, office.solo(), &watch);
    running.settle().await;
    let task = office.set(&office.boss, "Вовремя", HOUR);
    desk.until("new", has(task, Kind::TaskNew)).await;

    office.crm.fail_with(Some(503));
    running
        .until(|status| matches!(status, ConnectorStatus::Unreachable { .. }))
        .await;
    watch.forward(HOUR - 200);
    desk.until("due", has(task, Kind::TaskDue)).await;
    let missed = office.set(&office.boss, "Пока не было связи", 48 * HOUR);
    office.crm.fail_with(None);
    running.settle().await;
    assert!(has(missed, Kind::TaskNew)(&desk.rows()));
}

#[tokio::test]
async fn a_revoked_token_ends_it_and_says_so() {
    let office = Office::open().await;
    let desk = office.desk();
    let running = office.connect(&desk).await;
    office.crm.revoke_token(office.me.id);
    let status = running.status.clone();
    assert_eq!(running.ended().await, Ended::TokenRefused);
    assert_eq!(*status.borrow(), ConnectorStatus::TokenRefused);
}

#[tokio::test]
async fn a_block_is_no_missing_right() {
    let office = Office::open().await;
    office.crm.fail_with(Some(403));
    let desk = office.desk();
    let mut running = Running::start(&desk, office.solo(), &Watch::default());
    running
        .until(|status| matches!(status, ConnectorStatus::Blocked { .. }))
        .await;
    office.crm.fail_with(None);
    running.settle().await;
}

/// More than a page, all edited within one second, under amoCRM's own limit.
#[tokio::test]
async fn a_large_baseline_is_whole_and_keeps_the_limit() {
    let office = Office::with_limit(Some(7)).await;
    let tasks: Vec<u64> = (0..620)
        .map(|_| office.set(&office.boss, "Одна из многих", 48 * HOUR))
        .collect();
    let desk = office.desk();
    let mut running = Running::start(&desk, office.solo(), &Watch::default());
    let mut statuses = Vec::new();
    while !matches!(statuses.last(), Some(ConnectorStatus::Ok { .. })) {
        running.status.changed().await.unwrap();
        statuses.push(running.status.borrow_and_update().clone());
    }
    let trouble = |status: &&ConnectorStatus| {
        !matches!(
            status,
            ConnectorStatus::Baseline { .. } | ConnectorStatus::Ok { .. }
        )
    };
    assert_eq!(statuses.iter().find(trouble), None);
    let keys = desk.memory_keys();
    assert!(tasks.iter().all(|id| keys.contains(&format!("task:{id}"))));
    assert_eq!(desk.rows(), []);
}

#[tokio::test]
async fn a_sign_in_form_learns_whose_account_it_is() {
    desk::crypto();
    let office = Office::open().await;
    let address = || CrmAddress::parse(office.crm.url()).unwrap();
    let info = check(address(), Token::new(format!(" {}\n", office.boss.token)))
        .await
        .unwrap();
    assert_eq!(info.subdomain, dealbell_sandbox::SUBDOMAIN);
    assert_eq!(info.time_zone, dealbell_sandbox::TIME_ZONE);
    assert_eq!(info.user.name.as_deref(), Some(office.boss.name.as_str()));
    let plain = check(address(), Token::new(&*office.me.token))
        .await
        .unwrap();
    assert_eq!((plain.user.id, plain.user.name), (office.me.id, None));
    let wrong = check(address(), Token::new("wrong")).await;
    assert_eq!(wrong, Err(dealbell_amocrm::ClientError::TokenRefused));
}
