//! A user's day: what he has to do, what he completes in place, and takes back.

use crate::desk::{Desk, Row, Running, settings, user};
use crate::office::{HOUR, KITCHEN, Office, gone, has};
use dealbell_amocrm::Recipients;
use dealbell_protocol::Kind;
use dealbell_protocol::act::{ActError, Deed};
use dealbell_protocol::rest::OpenTask;
use dealbell_sandbox::NewTask;
use std::sync::Arc;

const MINUTE: i64 = 60;

fn complete() -> Deed {
    Deed::Complete {
        result: String::new(),
    }
}

fn titles(day: &[OpenTask]) -> Vec<&str> {
    day.iter().map(|task| task.title.as_str()).collect()
}

async fn team(office: &Office) -> (Arc<Desk>, Running) {
    let desk = Desk::new(&[
        (user(1), office.me.email.as_str()),
        (user(2), office.other.email.as_str()),
    ]);
    let team = settings(office.crm.url(), &office.boss.token, Recipients::ByEmail);
    let mut running = Running::start(&desk, team, &office.watch);
    running.settle().await;
    (desk, running)
}

/// It is noon. What was there before the first reading was never told (T12), and is in the day all
/// the same, with its card's name and who set it.
#[tokio::test]
async fn the_day_has_what_is_overdue_or_due_today_and_nothing_else() {
    let office = Office::open().await;
    office.set(&office.boss, "Со вчера", -20 * HOUR);
    office.set(&office.me, "Сегодня", 3 * HOUR);
    office.set(&office.boss, "Завтра", 13 * HOUR);
    let day_end = office.now().div_euclid(24 * HOUR) * 24 * HOUR + 21 * HOUR - MINUTE;
    let whole = NewTask::new(office.me.id, "За день", day_end);
    office.crm.create_task(office.me.id, whole).unwrap();
    let colleagues = NewTask::new(office.other.id, "Чужая", office.now() + HOUR);
    office.crm.create_task(office.me.id, colleagues).unwrap();
    let done = office.set(&office.me, "Готова", HOUR);
    office.crm.complete_task(office.me.id, done, "").unwrap();
    let (_desk, running) = team(&office).await;

    let source = format!("amocrm:{}", dealbell_sandbox::ACCOUNT_ID);
    assert_eq!(running.actor.source(), Some(source));
    let day = running.actor.tasks(user(1)).await;
    assert_eq!(titles(&day), ["Со вчера", "Сегодня", "За день"]);
    let [old, own, whole] = day.as_slice() else {
        panic!("{day:?}");
    };
    assert_eq!(old.author.as_deref(), Some(office.boss.name.as_str()));
    let card = office.crm.card(dealbell_sandbox::Entity::lead(KITCHEN));
    let label = old.context.clone().unwrap_or_default();
    assert!(label.starts_with(&card.unwrap().name), "{label}");
    let link = format!(
        "{}/leads/detail/{KITCHEN}",
        office.crm.url().trim_end_matches('/')
    );
    assert_eq!(old.link.as_deref(), Some(link.as_str()));
    assert_eq!((own.author.as_ref(), own.all_day), (None, false));
    assert_eq!((whole.all_day, whole.due_at), (true, day_end * 1_000), "T5");
    assert_eq!(titles(&running.actor.tasks(user(2)).await), ["Чужая"]);
    assert_eq!(running.actor.tasks(user(3)).await, []);

    // The day ends and another begins.
    office.watch.forward(12 * HOUR);
    assert_eq!(titles(&running.actor.tasks(user(1)).await)[3..], ["Завтра"]);
}

/// A task nobody was told of is completed by its subject, is out of the day at once, and comes back.
#[tokio::test]
async fn a_task_of_the_day_is_completed_in_place_and_taken_back() {
    let office = Office::open().await;
    let task = office.set(&office.me, "Сегодня", 3 * HOUR);
    let (desk, mut running) = team(&office).await;
    assert_eq!(desk.briefs(), [""; 0], "T12: it is not told");
    let subject = format!("task:{task}");
    running
        .actor
        .act(user(1), &subject, complete())
        .await
        .unwrap();
    assert_eq!(running.actor.tasks(user(1)).await, []);
    running.settle().await;
    assert!(office.crm.task(task).unwrap().is_completed);
    running
        .actor
        .act(user(1), &subject, Deed::Reopen)
        .await
        .unwrap();
    assert!(!office.crm.task(task).unwrap().is_completed);
    running.settle().await;
    assert_eq!(titles(&running.actor.tasks(user(1)).await), ["Сегодня"]);
    assert_eq!(desk.briefs(), [""; 0], "as it was");

    // Its alarm is armed again (T3).
    office.watch.forward(3 * HOUR - 4 * MINUTE);
    desk.until("due", has(task, Kind::TaskDue)).await;
    assert_eq!(desk.rings(), 1);
}

/// T4, T7: what was listed is listed again without a toast, and the author's *completed* goes.
#[tokio::test]
async fn an_undo_brings_the_list_back_as_it_was_without_a_sound() {
    let office = Office::open().await;
    let (desk, mut running) = team(&office).await;
    let task = office.set(&office.other, "Позвонить", 4 * MINUTE);
    desk.until("due", has(task, Kind::TaskDue)).await;
    let listed = |rows: &[Row]| {
        let mut kinds: Vec<_> = rows
            .iter()
            .map(|row| (row.notice.user, row.notice.kind))
            .collect();
        kinds.sort_by_key(|(_, kind)| kind.name());
        kinds
    };
    let before = listed(&desk.rows());
    assert_eq!(before, [(user(1), Kind::TaskDue), (user(1), Kind::TaskNew)]);
    let subject = format!("task:{task}");
    running
        .actor
        .act(user(1), &subject, complete())
        .await
        .unwrap();
    desk.until("completed", has(task, Kind::TaskCompleted))
        .await;
    let rings = desk.rings();
    running
        .actor
        .act(user(1), &subject, Deed::Reopen)
        .await
        .unwrap();
    desk.until("back", |rows| listed(rows) == before).await;
    assert_eq!(desk.rings(), rings);
    assert!(desk.rows().iter().all(|row| !row.read));

    // And once more, at once: an undo is no lock.
    running
        .actor
        .act(user(1), &subject, complete())
        .await
        .unwrap();
    desk.until("completed", has(task, Kind::TaskCompleted))
        .await;
    running.settle().await;
    assert!(office.crm.task(task).unwrap().is_completed);
}

#[tokio::test]
async fn only_who_completed_it_here_within_the_hour_takes_it_back() {
    let office = Office::open().await;
    let (desk, mut running) = team(&office).await;
    let open = office.set(&office.me, "Открыта", 48 * HOUR);
    let elsewhere = office.set(&office.me, "В CRM", 48 * HOUR);
    let here = office.set(&office.me, "Здесь", 48 * HOUR);
    running.settle().await;
    office
        .crm
        .complete_task(office.me.id, elsewhere, "")
        .unwrap();
    let subject = |id| format!("task:{id}");
    running
        .actor
        .act(user(1), &subject(here), complete())
        .await
        .unwrap();
    desk.until("gone", gone(here)).await;
    let reopen = async |who, id| running.actor.act(who, &subject(id), Deed::Reopen).await;
    for id in [open, elsewhere] {
        assert_eq!(reopen(user(1), id).await, Err(ActError::Forbidden), "{id}");
    }
    assert_eq!(reopen(user(1), 1).await, Err(ActError::Unknown));
    assert_eq!(reopen(user(2), here).await, Err(ActError::Forbidden));
    office.watch.forward(HOUR);
    assert_eq!(reopen(user(1), here).await, Err(ActError::Forbidden));
    assert!(office.crm.task(here).unwrap().is_completed);
}

/// RULES T11: what is overdue, due and far ahead, with what a calendar needs; each as long as it is
/// open and his.
#[tokio::test]
async fn a_calendar_has_every_open_task_from_the_day_it_is_set_until_it_is_done() {
    let office = Office::open().await;
    office.set(&office.boss, "Со вчера", -20 * HOUR);
    let far = office.set(&office.me, "Через месяц", 30 * 24 * HOUR);
    let (_desk, mut running) = team(&office).await;
    let open = async |running: &Running| {
        let agenda = running.actor.agenda(user(1)).await.expect("it is read");
        agenda
            .into_iter()
            .map(|row| row.task.title)
            .collect::<Vec<_>>()
    };
    assert_eq!(open(&running).await, ["Со вчера", "Через месяц"]);
    let agenda = running.actor.agenda(user(1)).await.unwrap();
    assert_eq!(
        (agenda[1].day.as_deref(), agenda[1].told_after),
        (None, -5 * MINUTE)
    );
    let task = office.crm.task(far).unwrap();
    assert_eq!(agenda[1].changed_at, task.updated_at * 1_000);

    // A day of the account, which is three hours ahead.
    let day_end = office.now().div_euclid(24 * HOUR) * 24 * HOUR + 45 * HOUR - MINUTE;
    let whole = NewTask::new(office.me.id, "За завтра", day_end);
    office.crm.create_task(office.me.id, whole).unwrap();
    running.settle().await;
    let agenda = running.actor.agenda(user(1)).await.unwrap();
    let whole = agenda
        .iter()
        .find(|row| row.task.title == "За завтра")
        .unwrap();
    let tomorrow = jiff::Timestamp::from_second(day_end).unwrap();
    let tomorrow = tomorrow.to_zoned(jiff::tz::TimeZone::get("Europe/Moscow").unwrap());
    assert_eq!(whole.day, Some(tomorrow.date().to_string()));
    assert_eq!(whole.told_after, 9 * HOUR, "T5");

    let subject = format!("task:{far}");
    running
        .actor
        .act(user(1), &subject, complete())
        .await
        .unwrap();
    assert_eq!(open(&running).await, ["Со вчера", "За завтра"]);
    assert_eq!(running.actor.agenda(user(3)).await, Some(Vec::new()));
}
