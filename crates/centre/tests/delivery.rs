//! Letters at once: when they go, when they do not, and what becomes of those that fail
//! (RULES C7, T6, T9).

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use dealbell_centre::{Actor, Centre};
use dealbell_protocol::{
    Kind, Role,
    dead_letter::{DeadCause, DeadLetters, LetterKind},
    ingest::{Act, Batch, Ingest as _, Notice},
    letter::{LetterContent, PostError},
    window::Language,
};
use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::json;
use std::{collections::BTreeMap, time::Duration};
use support::{
    ANNA, LONG,
    letters::{Deed, Desk, HOUR, MINUTE, Stage, daily, later, on, options, says},
};
use tokio::time::timeout;

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
async fn two_workers_and_two_processes_never_send_one_letter_twice() {
    let mut desk = Desk::open(MORNING).await;
    let acts = (0..150).map(|n| desk.notice(Kind::TaskNew, &format!("{n}"), n));
    let acts = acts.collect();
    desk.tell(acts).await;
    let beside = Centre::open(options(&desk.folder, &desk.time))
        .await
        .unwrap();
    let delivery = dealbell_centre::Delivery::new(desk.office.clone());
    let other = tokio::spawn(async move { beside.deliver(delivery, std::future::pending()).await });
    desk.start();
    desk.start();
    desk.settled().await;
    other.abort();
    let mut told = desk.told();
    assert_eq!(told.len(), 150);
    told.sort();
    told.dedup();
    assert_eq!(told.len(), 150);
    assert!(desk.office.busiest() <= 12, "{}", desk.office.busiest());
}

#[tokio::test]
async fn a_letter_that_is_put_off_comes_later_and_later_and_as_the_server_asks() {
    let mut desk = Desk::open(MORNING).await;
    desk.start();
    desk.office.plan(Deed::Refuse(later(None)));
    desk.office
        .plan(Deed::RefuseAtEnd(later(Some(Duration::from_secs(1_200)))));
    desk.task(Kind::TaskNew, "Новая", 1).await;
    desk.settled().await;
    let due = "SELECT due_at FROM letters";
    let wait = desk.count(due).await - desk.now();
    assert!((22_500..=37_500).contains(&wait), "{wait}");
    desk.pass(wait - 1).await;
    assert_eq!(desk.told(), [""; 0]);
    desk.pass(1).await;
    assert_eq!(desk.count(due).await - desk.now(), 20 * MINUTE);
    desk.pass(20 * MINUTE).await;
    assert_eq!(desk.told(), ["Новая"]);
    assert_eq!(desk.centre().letter_counts().await.unwrap().failed, 2);
}

async fn dead(desk: &Desk) -> DeadLetters {
    desk.centre().dead_letters(None, 200).await.unwrap()
}

#[tokio::test]
async fn what_was_tried_for_three_days_is_listed_and_goes_when_somebody_says_so() {
    let mut desk = Desk::open(MORNING).await;
    desk.start();
    desk.office.shut(Some(later(None)));
    desk.task(Kind::TaskNew, "Новая", 1).await;
    let begun = desk.now();
    desk.settled().await;
    while desk.centre().letter_counts().await.unwrap().waiting > 0 {
        desk.pass(HOUR).await;
    }
    let days = (desk.now() - begun) as f64 / (24 * HOUR) as f64;
    assert!((2.0..4.5).contains(&days), "{days}");
    let [letter] = &dead(&desk).await.items[..] else {
        panic!("one is dead");
    };
    assert_eq!((letter.cause, letter.attempts), (DeadCause::Exhausted, 27));
    assert_eq!(
        (letter.content, letter.kind),
        (LetterKind::One, Some(Kind::TaskNew))
    );
    assert_eq!(
        (letter.email.as_str(), letter.reason.as_str()),
        (ANNA, "450 busy")
    );
    desk.office.shut(None);
    desk.pass(HOUR).await;
    assert_eq!(desk.told(), [""; 0]);
    let by = Actor::command_line;
    desk.centre().retry_letter(by(), &letter.id).await.unwrap();
    desk.settled().await;
    assert_eq!(desk.told(), ["Новая"]);
    desk.centre()
        .retry_letter(by(), &letter.id)
        .await
        .unwrap_err();
}

#[tokio::test]
async fn while_the_mail_server_lets_nobody_in_all_letters_wait_and_none_is_used_up() {
    let mut desk = Desk::open(MORNING).await;
    desk.start();
    let reason = "535 5.7.8 wrong password".to_owned();
    desk.office.shut(Some(PostError::Closed { reason }));
    let acts = (0..20).map(|n| desk.notice(Kind::TaskNew, &format!("{n}"), n));
    let acts = acts.collect();
    desk.tell(acts).await;
    // One letter knocks now and then, more often in all than any could be tried.
    let begun = desk.now();
    let enough = async {
        while desk.office.asked() < 50 {
            desk.time.set(desk.now() + 10 * MINUTE);
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    timeout(LONG, enough).await.unwrap();
    assert!(desk.now() - begun > 12 * HOUR, "they knock too often");
    desk.idle().await;
    assert_eq!(desk.count("SELECT sum(attempts) FROM letters").await, 0);
    assert!(desk.office.busiest() <= 4);
    assert_eq!(dead(&desk).await.items, []);
    desk.office.shut(None);
    desk.pass(HOUR).await;
    assert_eq!(desk.told().len(), 20);
}

#[tokio::test]
async fn what_is_refused_for_good_is_listed_and_others_go_on() {
    let mut desk = Desk::open(MORNING).await;
    let reason = "550 5.1.1 no such user".to_owned();
    desk.office.plan(Deed::Refuse(PostError::Never { reason }));
    desk.start();
    desk.task(Kind::TaskNew, "Первая", 1).await;
    desk.settled().await;
    desk.task(Kind::TaskNew, "Вторая", 2).await;
    desk.settled().await;
    assert_eq!(desk.told(), ["Вторая"]);
    let listed = dead(&desk).await.items;
    assert_eq!((listed.len(), listed[0].cause), (1, DeadCause::Refused));
    // The task is done meanwhile: why the letter failed is still told, but it is not sent.
    desk.withdraw(1).await;
    assert_eq!(dead(&desk).await.items[0].reason, "550 5.1.1 no such user");
    assert_eq!(dead(&desk).await.items[0].provider, None);
    assert_eq!(
        desk.centre()
            .retry_letters(Actor::command_line())
            .await
            .unwrap(),
        1
    );
    desk.settled().await;
    assert_eq!((desk.told(), dead(&desk).await.items), (vec![], vec![]));
}

/// One letter of a notification, however a crash falls; the same id says which are the same.
#[tokio::test]
async fn c8_after_a_crash_a_single_letter_is_sent_again_and_a_digest_only_if_it_was_not_out() {
    for digest in [false, true] {
        for stage in [Stage::Before, Stage::Given, Stage::Taken] {
            let mut desk = Desk::open(MORNING).await;
            if digest {
                desk.save(json!({"email": daily(11 * 60)})).await;
            }
            desk.task(Kind::TaskNew, "Новая", 1).await;
            desk.office.plan(Deed::Hang(stage));
            desk.start();
            if digest {
                desk.time.set(desk.now() + HOUR);
            }
            desk.office.hung(1).await;
            desk.kill().await;
            let before = desk.office.taken();
            assert_eq!(before.len(), usize::from(stage == Stage::Taken));
            desk.reopen().await;
            desk.start();
            desk.time.set(desk.now() + 6 * MINUTE);
            desk.settled().await;
            let after = desk.office.taken();
            let listed = dead(&desk).await.items;
            if digest && stage != Stage::Before {
                assert_eq!(after, [], "{stage:?}");
                assert_eq!((listed.len(), listed[0].cause), (1, DeadCause::Doubtful));
                assert_eq!(listed[0].day.as_deref(), Some("2026-11-21"));
                // All together are not sent again where they may come twice; one by one they are.
                let by = Actor::command_line;
                assert_eq!(desk.centre().retry_letters(by()).await.unwrap(), 0);
                desk.centre()
                    .retry_letter(by(), &listed[0].id)
                    .await
                    .unwrap();
                desk.settled().await;
                assert_eq!(desk.told(), ["1: Новая"]);
            } else {
                desk.pass(MINUTE).await;
                let after = [after, desk.office.taken()].concat();
                assert_eq!(after.len(), 1, "{digest} {stage:?}");
                assert_eq!(listed, []);
                let same = before.iter().all(|(_, one)| one.id == after[0].1.id);
                assert!(same, "the same letter has the same id");
            }
        }
    }
}

#[tokio::test]
async fn c8_no_answer_after_the_letter_was_out_is_doubtful_for_a_digest() {
    let mut desk = Desk::open(MORNING).await;
    desk.save(json!({"email": daily(11 * 60)})).await;
    desk.task(Kind::TaskNew, "Новая", 1).await;
    let reason = "connection lost".to_owned();
    desk.office
        .plan(Deed::RefuseAtEnd(PostError::Unknown { reason }));
    desk.start();
    desk.pass(HOUR).await;
    desk.pass(24 * HOUR).await;
    assert_eq!(desk.told(), [""; 0]);
    assert_eq!(dead(&desk).await.items[0].cause, DeadCause::Doubtful);
}

#[tokio::test]
async fn the_end_waits_for_letters_on_their_way() {
    let desk = Desk::open(MORNING).await;
    desk.task(Kind::TaskNew, "Новая", 1).await;
    let delivery = dealbell_centre::Delivery::new(desk.office.clone());
    let mut began = false;
    let office = desk.office.clone();
    // Told to stop as soon as the letter is being sent.
    let stop = std::future::poll_fn(|context| {
        began = office.busiest() > 0;
        context.waker().wake_by_ref();
        if began {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    });
    desk.centre().deliver(delivery, stop).await;
    assert_eq!(desk.told(), ["Новая"]);
    assert_eq!(desk.count("SELECT count(*) FROM letters").await, 0);
}

#[tokio::test]
async fn dead_letters_are_for_administrators_and_a_test_letter_for_everybody() {
    let mut desk = Desk::open(MORNING).await;
    desk.save(json!({"receive": false})).await;
    let reason = "550 no".to_owned();
    desk.office.plan(Deed::Refuse(PostError::Never { reason }));
    desk.start();
    let token = desk.token.clone();
    let email = json!({"channel": "email"});
    assert_eq!(desk.post(&token, "/v1/test", &email).await.0, 200);
    desk.settled().await;
    let (status, error) = desk.get(&token, "/v1/letters/dead").await;
    assert_eq!((status, &error["code"]), (403, &json!("forbidden")));

    let by = Actor::command_line();
    desk.centre()
        .set_role(by, ANNA, Role::Administrator)
        .await
        .unwrap();
    let (status, listed) = desk.get(&token, "/v1/letters/dead?limit=1").await;
    assert_eq!(status, 200);
    let listed: DeadLetters = serde_json::from_value(listed).unwrap();
    assert_eq!(
        (listed.items[0].content, &listed.next),
        (LetterKind::Test, &None)
    );
    let path = format!("/v1/letters/{}/retry", listed.items[0].id);
    assert_eq!(desk.post(&token, &path, &json!({})).await.0, 200);
    desk.settled().await;
    assert_eq!(desk.told(), ["test"]);
    assert_eq!(desk.post(&token, &path, &json!({})).await.0, 404);
    let audit = desk.centre().audit(None, None, 10).await.unwrap();
    assert_eq!(audit.items[0].act, "letter.retry");
}

#[tokio::test]
async fn dead_letters_come_in_pages_the_latest_first() {
    let mut desk = Desk::open(MORNING).await;
    desk.start();
    let reason = "550 no".to_owned();
    desk.office.shut(Some(PostError::Never { reason }));
    for n in 0..5 {
        desk.task(Kind::TaskNew, "Новая", n).await;
        desk.pass(MINUTE).await;
    }
    let mut seen = Vec::new();
    let mut before: Option<String> = None;
    loop {
        let page = desk
            .centre()
            .dead_letters(before.as_deref(), 2)
            .await
            .unwrap();
        seen.extend(page.items.iter().map(|letter| letter.dead_at));
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 5);
    assert!(seen.is_sorted_by(|a, b| a > b));
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
    assert!((8..=11).contains(&looks), "{looks} looks in ten minutes");
}
