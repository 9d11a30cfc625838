//! Push services that have trouble, and crashes: what becomes of pushes then.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use dealbell_centre::{Centre, Options, backup, restore};
use dealbell_protocol::{
    Kind, UserId,
    courier::CourierError,
    ingest::{Act, Notice},
    push::PushMessage,
};
use serde_json::{Value, json};
use std::time::Duration;
use support::{
    booth::{Answer, Brought, later},
    letters::{Desk, HOUR, MINUTE},
};

const NOON: &str = "2026-11-21T10:00:00Z";

fn titles(pushed: &[Brought]) -> Vec<&str> {
    let titles = pushed.iter().map(|one| match &one.message {
        PushMessage::Show { title, .. } => title.as_str(),
        PushMessage::Clear { .. } => "clear",
        PushMessage::Test { .. } => "test",
    });
    titles.collect()
}

async fn row(desk: &Desk) -> Value {
    let (_, list) = desk.get(&desk.token, "/v1/push-subscriptions").await;
    list["subscriptions"][0].clone()
}

async fn desk() -> (Desk, String) {
    let mut desk = Desk::open(NOON).await;
    desk.start_pushing();
    let (_, endpoint) = desk.subscribe(&desk.token, "mobile", 1).await;
    (desk, endpoint)
}

#[tokio::test]
async fn a_subscription_that_its_push_service_knows_no_more_is_removed() {
    let (desk, endpoint) = desk().await;
    desk.booth.plan(&endpoint, Answer::Fail(CourierError::Gone));
    desk.task(Kind::TaskNew, "Раз", 1).await;
    assert_eq!(desk.pushed().await.len(), 0);
    assert_eq!(row(&desk).await, json!(null));
    assert_eq!(desk.count("SELECT count(*) FROM push_items").await, 0);
}

#[tokio::test]
async fn what_is_too_long_is_sent_shorter_once_and_then_dropped() {
    let (desk, endpoint) = desk().await;
    let long = || {
        let mut notice = support::notice(desk.anna, "Длинное");
        notice.text = "я".repeat(4_000);
        vec![dealbell_protocol::ingest::Act::Notify(Box::new(notice))]
    };
    desk.booth
        .plan(&endpoint, Answer::Fail(CourierError::TooLong));
    desk.tell(long()).await;
    let pushed = desk.pushed().await;
    assert_eq!(titles(&pushed), ["Длинное"]);
    assert!(pushed[0].parcel.message.len() <= 1_000);
    assert_eq!(row(&desk).await["trouble"], json!(null));
    for _ in 0..2 {
        desk.booth
            .plan(&endpoint, Answer::Fail(CourierError::TooLong));
    }
    desk.tell(long()).await;
    assert_eq!(desk.pushed().await.len(), 0);
    assert_eq!(row(&desk).await["trouble"], json!("refused"));
    assert_eq!(desk.booth.asked(), 4);
    let counts = desk.centre().push_counts().await.unwrap();
    assert_eq!(counts.dropped, [("too_long", 1)].into());
}

#[tokio::test]
async fn a_busy_push_service_is_asked_again_when_it_says_and_ever_more_rarely_by_itself() {
    let (desk, endpoint) = desk().await;
    desk.booth
        .plan(&endpoint, later(Some(Duration::from_secs(600))));
    desk.task(Kind::TaskNew, "Раз", 1).await;
    assert_eq!(desk.pushed().await.len(), 0);
    assert_eq!(row(&desk).await["trouble"], json!("busy"));
    // Whatever else comes meanwhile waits as well.
    desk.pass(9 * MINUTE).await;
    desk.task(Kind::TaskNew, "Два", 2).await;
    desk.pass(MINUTE - 1).await;
    assert_eq!((desk.pushed().await.len(), desk.booth.asked()), (0, 1));
    desk.pass(1).await;
    assert_eq!(titles(&desk.pushed().await), ["Раз", "Два"]);
    assert_eq!(row(&desk).await["trouble"], json!(null));
    // By itself: from a quarter of a minute to an hour, until it is no news any more.
    for _ in 0..200 {
        desk.booth.plan(&endpoint, later(None));
    }
    let before = desk.booth.asked();
    desk.task(Kind::TaskNew, "Три", 3).await;
    for _ in 0..26 * 6 {
        desk.pass(10 * MINUTE).await;
    }
    let tries = desk.booth.asked() - before;
    assert!((20..=40).contains(&tries), "{tries}");
    let counts = desk.centre().push_counts().await.unwrap();
    assert_eq!((counts.waiting, counts.dropped), (0, [("old", 1)].into()));
}

#[tokio::test]
async fn who_refuses_us_is_not_asked_in_vain_all_the_time() {
    let (desk, endpoint) = desk().await;
    let refused = || {
        let reason = "the push service answers 403".to_owned();
        Answer::Fail(CourierError::Refused { reason })
    };
    desk.booth.plan(&endpoint, refused());
    desk.task(Kind::TaskNew, "Раз", 1).await;
    desk.pushed().await;
    assert_eq!(row(&desk).await["trouble"], json!("refused"));
    desk.pass(HOUR).await;
    assert_eq!((desk.pushed().await.len(), desk.booth.asked()), (0, 1));
    desk.booth.plan(&endpoint, refused());
    desk.task(Kind::TaskNew, "Два", 2).await;
    desk.pushed().await;
    for n in 3..=30 {
        desk.task(Kind::TaskNew, "Ещё", n).await;
    }
    assert_eq!((desk.pushed().await.len(), desk.booth.asked()), (0, 2));
    // Mended: what is new by then comes.
    desk.pass(HOUR).await;
    assert_eq!(titles(&desk.pushed().await), ["28 новых уведомлений"]);
    assert_eq!(row(&desk).await["trouble"], json!(null));
}

/// Registers a phone whose push service, at `host`, hangs the first time.
async fn slow(desk: &Desk, token: &str, host: &str, n: usize) {
    let endpoint = format!("https://{host}/{n}");
    let body = support::letters::subscription(&endpoint, "mobile");
    let path = "/v1/push-subscriptions";
    assert_eq!(desk.post(token, path, &body).await.0, 201);
    desk.booth.plan(&endpoint, Answer::Hang { taken: false });
}

/// Colleagues of Anna, and a token of each.
async fn colleagues(desk: &Desk) -> Vec<(UserId, String)> {
    let mut all = Vec::new();
    for email in ["boris@firm.ru", "vera@firm.ru"] {
        let user = desk.centre().add_user(email, "", "ru").await.unwrap();
        all.push((user, desk.centre().add_device(email, "").await.unwrap()));
    }
    all
}

/// Tells all of them of a task, in one commit.
async fn told(desk: &Desk, colleagues: &[(UserId, String)]) {
    let mut acts = vec![desk.notice(Kind::TaskNew, "Раз", 1)];
    for (user, _) in colleagues {
        let Act::Notify(notice) = desk.notice(Kind::TaskNew, "Раз", 1) else {
            panic!("it is a notice");
        };
        acts.push(Act::Notify(Box::new(Notice {
            user: *user,
            ..*notice
        })));
    }
    desk.tell(acts).await;
}

/// The first that was pushed.
async fn first(desk: &Desk) -> Brought {
    let there = async {
        loop {
            if let Some(pushed) = desk.booth.taken().pop() {
                return pushed;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(support::LONG, there).await.unwrap()
}

#[tokio::test]
async fn a_user_with_silent_hosts_leaves_room_for_others() {
    let mut desk = Desk::open(NOON).await;
    desk.start_pushing();
    for n in 0..10 {
        slow(&desk, &desk.token, &format!("slow{n}.example"), n).await;
    }
    let colleagues = colleagues(&desk).await;
    let (_, quick) = desk.subscribe(&colleagues[0].1, "mobile", 1).await;
    told(&desk, &colleagues).await;
    desk.booth.hung(4).await;
    assert_eq!(first(&desk).await.parcel.to.endpoint, quick);
    assert_eq!(desk.booth.asked(), 5, "four of hers at once");
}

#[tokio::test]
async fn a_push_service_that_never_answers_holds_up_nobody_else() {
    let mut desk = Desk::open(NOON).await;
    desk.start_pushing();
    // Ten phones of one service that hangs, and one of another.
    let colleagues = colleagues(&desk).await;
    let (boris, vera) = (&colleagues[0].1, &colleagues[1].1);
    for n in 0..10 {
        let token = [&desk.token, boris, vera][n / 4];
        slow(&desk, token, "slow.example", n).await;
    }
    let (_, quick) = desk.subscribe(vera, "mobile", 1).await;
    told(&desk, &colleagues).await;
    desk.booth.hung(8).await;
    assert_eq!(first(&desk).await.parcel.to.endpoint, quick);
    assert_eq!(desk.booth.asked(), 9, "eight of the slow service at once");
    // Its time is over: those wait, and the last two have their turn.
    desk.time.set(desk.now() + MINUTE);
    desk.booth.hung(10).await;
    let leased = "SELECT count(*) FROM push_subscriptions WHERE lease IS NOT NULL";
    let ended = async {
        while desk.count(leased).await > 2 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(support::LONG, ended).await.unwrap();
    assert_eq!(row(&desk).await["trouble"], json!("unreachable"));
    desk.time.set(desk.now() + MINUTE);
    desk.settled().await;
    desk.pass(HOUR).await;
    assert_eq!(desk.pushed().await.len(), 10);
}

#[tokio::test]
async fn killed_anywhere_nothing_is_lost_and_only_what_nobody_acknowledged_comes_again() {
    let (mut desk, endpoint) = desk().await;
    for (taken, comes) in [(false, 1), (true, 2)] {
        desk.booth.plan(&endpoint, Answer::Hang { taken });
        desk.task(Kind::TaskNew, "Раз", comes).await;
        desk.booth.hung(1).await;
        desk.kill().await;
        desk.reopen().await;
        desk.start_pushing();
        // Whoever had it may still be at it, until his lease ends.
        desk.time.set(desk.now() + 2 * MINUTE);
        let pushed = desk.pushed().await;
        assert_eq!(pushed.len() as u32, comes);
        // It replaces itself, delivered or not.
        assert!(pushed.iter().all(|one| one.message == pushed[0].message));
        assert!(
            pushed
                .iter()
                .all(|one| one.parcel.topic == pushed[0].parcel.topic)
        );
    }
    // Acknowledged and recorded: nothing comes again.
    for n in 10..15 {
        desk.pass(MINUTE).await;
        desk.task(Kind::TaskNew, "Раз", n).await;
        assert_eq!(desk.pushed().await.len(), 1);
        desk.kill().await;
        desk.reopen().await;
        desk.start_pushing();
        desk.pass(3 * MINUTE).await;
        assert_eq!(desk.pushed().await.len(), 0);
    }
}

#[tokio::test]
async fn a_test_says_where_there_is_nobody_to_push_to_and_ends_by_itself() {
    let mut desk = Desk::open(NOON).await;
    let test = json!({"channel": "mobile"});
    let (status, error) = desk.post(&desk.token, "/v1/test", &test).await;
    assert_eq!((status, &error["field"]), (409, &json!("channel")));
    let (_, endpoint) = desk.subscribe(&desk.token, "mobile", 1).await;
    desk.start_pushing();
    assert_eq!(desk.post(&desk.token, "/v1/test", &test).await.0, 200);
    assert_eq!(titles(&desk.pushed().await), ["test"]);
    for _ in 0..100 {
        desk.booth.plan(&endpoint, later(None));
    }
    assert_eq!(desk.post(&desk.token, "/v1/test", &test).await.0, 200);
    for _ in 0..30 {
        desk.pass(MINUTE).await;
    }
    assert!(desk.booth.asked() < 10);
    assert_eq!(
        desk.count("SELECT count(tested_at) FROM push_subscriptions")
            .await,
        0
    );
}

#[tokio::test]
async fn the_key_is_made_once_sealed_and_comes_back_from_a_backup() {
    let (desk, endpoint) = desk().await;
    let made = desk
        .centre()
        .push_key(|| "geheim-1".to_owned())
        .await
        .unwrap();
    let again = desk
        .centre()
        .push_key(|| "geheim-2".to_owned())
        .await
        .unwrap();
    assert_eq!((made.as_str(), again.as_str()), ("geheim-1", "geheim-1"));
    // Nothing is told of what came before.
    desk.booth.plan(&endpoint, later(None));
    desk.task(Kind::TaskNew, "Раз", 1).await;
    desk.pushed().await;
    let database = desk.folder.path().join("centre.db");
    let wal = desk.folder.path().join("centre.db-wal");
    let copy = desk.folder.path().join("copy.db");
    backup(&database.display().to_string(), &copy)
        .await
        .unwrap();
    for file in [&copy, &database, &wal] {
        let bytes = std::fs::read(file).unwrap();
        for secret in ["geheim", "secret-1", "BTBZMqHH6r4Tts7J_aSIgg"] {
            let found = bytes
                .windows(secret.len())
                .any(|part| part == secret.as_bytes());
            assert!(!found, "{secret} is in {}", file.display());
        }
    }
    let elsewhere = tempfile::tempdir().unwrap();
    let restored = elsewhere.path().join("centre.db");
    let key = desk.folder.path().join("centre.db.key");
    std::fs::copy(key, elsewhere.path().join("centre.db.key")).unwrap();
    let options = Options::new(restored.display().to_string());
    restore(&copy, &options).await.unwrap();
    let centre = Centre::open(options).await.unwrap();
    let kept = centre.push_key(|| "geheim-3".to_owned()).await.unwrap();
    assert_eq!(kept, "geheim-1");
    let counts = centre.push_counts().await.unwrap();
    assert_eq!((counts.subscriptions, counts.waiting), (1, 0));
}

#[tokio::test]
async fn a_centre_that_does_not_push_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("centre.db").display().to_string();
    let centre = Centre::open(Options::new(database)).await.unwrap();
    centre.add_user(support::ANNA, "", "ru").await.unwrap();
    let token = centre.add_device(support::ANNA, "").await.unwrap();
    let bed = support::bed_over(folder, centre).await;
    let client = support::http();
    let body = support::letters::subscription("https://push.example/a", "browser");
    let answer = client
        .post(bed.url("/v1/push-subscriptions"))
        .bearer_auth(&token);
    assert_eq!(answer.json(&body).send().await.unwrap().status(), 409);
    let answer = client
        .get(bed.url("/v1/push-subscriptions"))
        .bearer_auth(&token);
    let list: Value = answer.send().await.unwrap().json().await.unwrap();
    assert_eq!(list, json!({"key": null, "subscriptions": []}));
}
