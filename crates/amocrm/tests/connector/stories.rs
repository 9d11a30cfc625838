//! What colleagues do, and what the list shows then. Rules by their numbers.

use crate::desk::{Desk, Running, of_task, settings, user};
use crate::office::{HOUR, KITCHEN, Office, gone, has};
use dealbell_amocrm::{Ended, Recipients};
use dealbell_protocol::Kind;
use dealbell_sandbox::NewTask;

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
    let mut running = Running::start(&desk, often, &office.watch);
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
    let watch = &office.watch;
    let mut running = Running::start(&desk, office.solo(), watch);
    running.settle().await;
    let deadline = office.now() + HOUR;
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
    let watch = &office.watch;
    let mut running = Running::start(&desk, office.solo(), watch);
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
    let mut running = Running::start(&desk, team, &office.watch);
    running.settle().await;

    let task = NewTask::new(office.me.id, "Выставить счёт", office.now() + 48 * HOUR);
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

/// Whoever joins the centre later gets his own baseline, and everything after it.
#[tokio::test]
async fn a_newcomer_has_his_own_baseline() {
    let office = Office::open().await;
    let desk = office.desk();
    let team = settings(office.crm.url(), &office.boss.token, Recipients::ByEmail);
    let mut running = Running::start(&desk, team, &office.watch);
    running.settle().await;
    let give = |text| {
        let task = NewTask::new(office.other.id, text, office.now() + 240);
        office.crm.create_task(office.boss.id, task).unwrap()
    };
    let before = give("До прихода");
    running.settle().await;
    assert_eq!(desk.rows(), []);

    desk.join(user(2), &office.other.email);
    desk.until("armed", has(before, Kind::TaskDue)).await;
    let after = give("После прихода");
    desk.until("new", has(after, Kind::TaskNew)).await;
    assert_eq!(of_task(&desk.rows(), before), [Kind::TaskDue]);
}
