//! Letters at once: when they go, and when they do not (RULES C7, T6, T9).

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use dealbell_centre::Centre;
use dealbell_protocol::{
    Kind,
    ingest::{Act, Batch, Ingest as _, Notice},
    letter::LetterContent,
    window::Language,
};
use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::json;
use std::{collections::BTreeMap, time::Duration};
use support::{
    ANNA,
    letters::{Desk, HOUR, MINUTE, on, options, says},
};

const MORNING: &str = "2026-11-21T10:00:00+03:00";

#[tokio::test]
async fn c7_a_letter_goes_at_once_once_and_says_it_all() {
    let mut desk = Desk::open(MORNING).await;
    desk.start();
    desk.task(Kind::TaskNew, "Новая", 7).await;
    desk.settled().await;
    let [(at, letter)] = &desk.office.taken()[..] else {
        panic!("one letter was expected");
    };
    assert_eq!((*at, letter.at), (desk.now(), desk.now()));
    assert_eq!((letter.to.as_str(), letter.name.as_str()), (ANNA, "Анна"));
    assert_eq!(letter.language, Language::Ru);
    assert_eq!(letter.zone, "Europe/Moscow");
    let off = letter.unsubscribe.as_deref();
    assert_eq!(off, Some("https://bell.firm.ru/off/tasks"));
    assert_eq!(letter.inbox.as_deref(), Some("https://bell.firm.ru/"));
    let LetterContent::One {
        notification,
        provider,
    } = &letter.content
    else {
        panic!("it is about one notification");
    };
    assert_eq!(letter.id, notification.id.to_string());
    assert_eq!(
        (notification.title.as_str(), provider.as_str()),
        ("Новая", "")
    );

    // The same thing in other words is no second letter; the same task is the same thread.
    desk.task(Kind::TaskNew, "Новая, исправлена", 7).await;
    desk.pass(HOUR).await;
    assert_eq!(desk.told(), [""; 0]);
    desk.task(Kind::TaskDue, "Срок", 7).await;
    desk.task(Kind::TaskNew, "Другая", 8).await;
    desk.pass(MINUTE).await;
    let told = desk.office.taken().into_iter();
    let threads: BTreeMap<_, _> = told.map(|(_, l)| (says(&l), l.thread)).collect();
    assert_eq!(threads["Срок"], letter.thread);
    assert_ne!(threads["Другая"], letter.thread);
    assert_eq!(desk.centre().letter_counts().await.unwrap().sent, 3);
}

#[tokio::test]
async fn t6_a_due_letter_waits_a_minute_and_less_where_less_is_left() {
    let mut desk = Desk::open(MORNING).await;
    desk.start();
    desk.task(Kind::TaskDue, "Через пять минут", 1).await;
    desk.pass(MINUTE - 1).await;
    assert_eq!(desk.told(), [""; 0]);
    desk.pass(1).await;
    assert_eq!(desk.told(), ["Через пять минут"]);

    let soon = desk.now() + 10_000;
    let Act::Notify(notice) = desk.notice(Kind::TaskDue, "Сейчас", 2) else {
        panic!("it is a notice");
    };
    let notice = Notice {
        deadline: Some(soon),
        ..*notice
    };
    desk.tell(vec![Act::Notify(Box::new(notice))]).await;
    desk.pass(4_999).await;
    assert_eq!(desk.told(), [""; 0]);
    desk.pass(1).await;
    assert_eq!(desk.told(), ["Сейчас"]);
}

#[tokio::test]
async fn t6_who_has_read_anything_about_the_task_gets_no_due_letter() {
    let mut desk = Desk::open(MORNING).await;
    desk.task(Kind::TaskNew, "Читал раньше", 1).await;
    desk.mark("read", &["Читал раньше"]).await;
    desk.start();
    desk.pass(MINUTE).await;
    desk.task(Kind::TaskDue, "Срок 1", 1).await;
    desk.task(Kind::TaskDue, "Срок 2", 2).await;
    desk.task(Kind::TaskDue, "Срок 3", 3).await;
    // Another account numbers its own tasks.
    desk.tell_as("crm:2", vec![desk.notice(Kind::TaskDue, "Чужой 1", 1)])
        .await;
    desk.pass(MINUTE / 2).await;
    desk.mark("read", &["Срок 2"]).await;
    desk.pass(MINUTE / 2).await;
    let mut told = desk.told();
    told.sort();
    assert_eq!(told, ["Срок 3", "Чужой 1"]);
    assert_eq!(desk.centre().letter_counts().await.unwrap().dropped, 3);
}

/// Each makes one of two letters pointless that wait; the other is sent.
#[tokio::test]
async fn what_has_become_pointless_is_dropped_before_it_is_sent() {
    for why in [
        "read",
        "withdrawn",
        "provider",
        "master",
        "kind",
        "overdue",
        "user",
    ] {
        let mut desk = Desk::open(MORNING).await;
        desk.task(Kind::TaskNew, "Новая", 1).await;
        desk.task(Kind::TaskDue, "Срок", 2).await;
        assert_eq!(desk.count("SELECT count(*) FROM letters").await, 2);
        let left: &[&str] = match why {
            "read" => {
                desk.mark("read", &["Новая"]).await;
                &["Срок"]
            }
            "withdrawn" => {
                desk.withdraw(1).await;
                &["Срок"]
            }
            "provider" => {
                let off = json!({"desktop": true, "email": false, "mobile": true, "browser": true});
                desk.save(json!({"providers": {"tasks": off}})).await;
                &[]
            }
            "master" => {
                desk.save(json!({"receive": false})).await;
                &[]
            }
            "kind" => {
                desk.execute(
                    "INSERT INTO defaults (provider, kind, desktop, email, mobile, browser)
                     VALUES ('tasks', 'task_new', 1, 0, 1, 1)",
                )
                .await;
                &["Срок"]
            }
            // What was due is overdue now, and nobody is told of that by letter (RULES T9).
            "overdue" => {
                desk.pass(5 * MINUTE).await;
                &["Новая"]
            }
            _ => {
                desk.execute("DELETE FROM users").await;
                &[]
            }
        };
        desk.start();
        desk.pass(MINUTE).await;
        assert_eq!(desk.told(), left, "{why}");
        assert_eq!(desk.count("SELECT count(*) FROM letters").await, 0, "{why}");
    }
}

#[tokio::test]
async fn what_is_never_told_by_letter_is_not_even_queued() {
    let desk = Desk::open(MORNING).await;
    desk.task(Kind::TaskOverdue, "Просрочена", 1).await;
    desk.task(Kind::TaskCompleted, "Готово", 2).await;
    let Act::Notify(own) = desk.notice(Kind::TaskNew, "Сам себе", 3) else {
        panic!("it is a notice");
    };
    let own = Notice {
        silent: true,
        ..*own
    };
    desk.tell(vec![Act::Notify(Box::new(own))]).await;
    assert_eq!(desk.count("SELECT count(*) FROM letters").await, 0);

    // Nobody sends letters here: they must not pile up until somebody does.
    let without = dealbell_centre::Options::new(options(&desk.folder, &desk.time).database);
    let without = Centre::open(without).await.unwrap();
    let batch = Batch {
        acts: vec![desk.notice(Kind::TaskNew, "Новая", 4)],
        ..Batch::default()
    };
    without.commit(batch).await.unwrap();
    assert_eq!(desk.count("SELECT count(*) FROM letters").await, 0);
}

#[tokio::test]
async fn notification_and_letter_are_kept_together_or_not_at_all() {
    let desk = Desk::open(MORNING).await;
    let Act::Notify(notice) = desk.notice(Kind::TaskNew, "Ничей", 2) else {
        panic!("it is a notice");
    };
    let nobody = Notice {
        user: "01JD0000000000000000000000".parse().unwrap(),
        ..*notice
    };
    let batch = Batch {
        acts: vec![
            desk.notice(Kind::TaskNew, "Анне", 1),
            Act::Notify(Box::new(nobody)),
        ],
        ..Batch::default()
    };
    desk.centre().commit(batch).await.unwrap_err();
    let both = "SELECT (SELECT count(*) FROM notifications) * 10 + (SELECT count(*) FROM letters)";
    assert_eq!(desk.count(both).await, 0);
    desk.task(Kind::TaskNew, "Анне", 1).await;
    assert_eq!(desk.count(both).await, 11);
}

#[tokio::test]
async fn an_integrations_letter_names_it_and_goes_by_its_own_switch() {
    let mut desk = Desk::open(MORNING).await;
    desk.start();
    let key = desk.centre().add_integration("Телефония").await.unwrap();
    let body = json!({"users": [ANNA], "title": "Отчёт готов"});
    assert_eq!(desk.post(&key, "/v1/notifications", &body).await.0, 201);
    desk.pass(MINUTE).await;
    assert_eq!(desk.told(), [""; 0]);
    desk.save(json!({"providers": {"телефония": on()}})).await;
    assert_eq!(desk.post(&key, "/v1/notifications", &body).await.0, 201);
    desk.settled().await;
    let (_, letter) = desk.office.taken().remove(0);
    let LetterContent::One { provider, .. } = letter.content else {
        panic!("it is about one notification");
    };
    assert_eq!(provider, "Телефония");
}

/// What can happen to Anna's letters.
#[derive(Clone, Debug)]
enum Op {
    New { task: u8 },
    Due { task: u8 },
    Read { place: usize },
    Done { task: u8 },
    Pass { seconds: i64 },
}

fn op() -> impl Strategy<Value = Op> {
    let task = 0..4_u8;
    prop_oneof![
        2 => task.clone().prop_map(|task| Op::New { task }),
        3 => task.clone().prop_map(|task| Op::Due { task }),
        2 => (0..6_usize).prop_map(|place| Op::Read { place }),
        1 => task.prop_map(|task| Op::Done { task }),
        4 => (1..70_i64).prop_map(|seconds| Op::Pass { seconds }),
    ]
}

/// A notification as the oracle knows it.
struct Known {
    title: String,
    task: u8,
    /// When its letter is due; none once it was, or is to be none.
    due: Option<i64>,
    is_due_notice: bool,
    read: bool,
}

/// Time passes until `then`: what the oracle says is sent, in order of its time.
fn foretold(known: &mut [Known], then: i64) -> Vec<String> {
    let mut told = Vec::new();
    let read: Vec<u8> = known.iter().filter(|k| k.read).map(|k| k.task).collect();
    for one in known.iter_mut() {
        let Some(due) = one.due.filter(|due| *due <= then) else {
            continue;
        };
        one.due = None;
        let seen = one.read || (one.is_due_notice && read.contains(&one.task));
        if !seen {
            told.push((due, one.title.clone()));
        }
    }
    told.sort();
    told.into_iter().map(|(_, title)| title).collect()
}

#[test]
fn t6_nothing_is_sent_of_what_was_read_before_it_was_due_and_everything_else_is() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.unwrap();
    let mut runner = TestRunner::new(ProptestConfig::with_cases(40));
    let ops = proptest::collection::vec(op(), 1..25);
    let held = runner.run(&ops, |ops| {
        runtime.block_on(async {
            let mut desk = Desk::open(MORNING).await;
            desk.start();
            let mut known: Vec<Known> = Vec::new();
            for (number, op) in ops.into_iter().enumerate() {
                match op {
                    Op::New { task } | Op::Due { task } => {
                        let is_due_notice = matches!(op, Op::Due { .. });
                        let kind = if is_due_notice {
                            Kind::TaskDue
                        } else {
                            Kind::TaskNew
                        };
                        let title = format!("{number}");
                        let Act::Notify(notice) = desk.notice(kind, &title, task.into()) else {
                            panic!("it is a notice");
                        };
                        let anew = Notice {
                            dedup_key: None,
                            ..*notice
                        };
                        desk.tell(vec![Act::Notify(Box::new(anew))]).await;
                        let wait = if is_due_notice { MINUTE } else { 0 };
                        let due = Some(desk.now() + wait);
                        known.push(Known {
                            title,
                            task,
                            due,
                            is_due_notice,
                            read: false,
                        });
                    }
                    Op::Read { place } => {
                        let len = known.len();
                        if let Some(one) = known.get_mut(len.wrapping_sub(1 + place)) {
                            one.read = true;
                            desk.mark("read", &[&one.title.clone()]).await;
                        }
                    }
                    Op::Done { task } => {
                        desk.withdraw(task.into()).await;
                        known.retain(|one| one.task != task);
                    }
                    Op::Pass { seconds } => desk.pass(seconds * 1_000).await,
                }
                desk.settled().await;
                let mut told = desk.told();
                let mut foretold = foretold(&mut known, desk.now());
                told.sort();
                foretold.sort();
                prop_assert_eq!(told, foretold);
            }
            Ok(())
        })
    });
    held.unwrap();
}

#[tokio::test]
async fn whoever_sends_sleeps_a_minute_while_there_is_nothing_to_send() {
    let mut desk = Desk::open(MORNING).await;
    desk.start();
    desk.task(Kind::TaskNew, "Новая", 1).await;
    desk.settled().await;
    desk.pass(2 * MINUTE).await;
    let slept = desk.time.slept();
    for _ in 0..600 {
        desk.time.set(desk.now() + 1_000);
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let looks = desk.time.slept() - slept;
    assert!((1..=11).contains(&looks), "{looks} looks in ten minutes");
}
