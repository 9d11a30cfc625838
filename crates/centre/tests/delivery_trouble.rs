//! Letters that fail, are in doubt or dead, and several who send them (RULES C8).

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use dealbell_centre::{Actor, Centre};
use dealbell_protocol::{
    Kind, Role,
    dead_letter::{DeadCause, DeadLetters, LetterKind},
    letter::PostError,
};
use serde_json::json;
use std::time::Duration;
use support::{
    ANNA, LONG,
    letters::{Desk, HOUR, MINUTE, daily, options},
    office::{Deed, Stage, later},
};
use tokio::time::timeout;

const MORNING: &str = "2026-11-21T10:00:00+03:00";

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
