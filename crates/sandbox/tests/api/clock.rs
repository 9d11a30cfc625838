//! The account's own time, and how many work there.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use dealbell_sandbox::{Clock, Config, MOST_STAFF, NewTask, Sandbox};
use serde_json::json;

use crate::client::{Client, ids};

/// 2026-11-21 10:00:00 UTC.
const TEN: i64 = 1_795_255_200;

#[tokio::test]
async fn everything_is_dated_by_the_given_clock() {
    let millis = Arc::new(AtomicI64::new(TEN * 1000 + 999));
    let told = Arc::clone(&millis);
    let sandbox = Sandbox::start(Config {
        clock: Clock::new(move || told.load(Ordering::Relaxed)),
        rate_limit: Some(2),
        ..Config::default()
    })
    .await
    .unwrap();
    let anna = sandbox.users()[0].id;
    let id = sandbox
        .create_task(anna, NewTask::new(anna, "Задача", TEN + 60))
        .unwrap();
    assert_eq!(sandbox.task(id).unwrap().created_at, TEN);

    let client = Client::of(&sandbox, 0);
    let answer = client.get("account").await;
    assert_eq!(
        answer.date.as_deref(),
        Some("Sat, 21 Nov 2026 10:00:00 GMT")
    );

    // The limit's second passes on this clock alone.
    client.get("account").await.ok();
    client.get("account").await.problem(429);
    millis.fetch_add(3_600_000, Ordering::Relaxed);
    let changed = client
        .patch(&format!("tasks/{id}"), &json!({"text": "Позже"}))
        .await
        .ok();
    assert_eq!(changed["updated_at"], TEN + 3600);
    let events = client.get("events?limit=1").await.ok();
    assert_eq!(events["_embedded"]["events"][0]["created_at"], TEN + 3600);
}

#[tokio::test]
async fn a_whole_department_works_there_when_asked() {
    let sandbox = Sandbox::start(Config {
        staff: MOST_STAFF + 5,
        sales_floor: Some(1),
        ..Config::default()
    })
    .await
    .unwrap();
    let listed = Client::of(&sandbox, 0).get("users?limit=250").await;
    let expected: Vec<u64> = (9_100_101..=9_100_160).collect();
    assert_eq!(ids(listed, "users"), expected);

    // Fewer people than the sales floor has seats share the work.
    let alone = Config {
        staff: 1,
        sales_floor: Some(1),
        ..Config::default()
    };
    let alone = Sandbox::start(alone).await.unwrap();
    let anna = alone.users()[0].id;
    assert!(!alone.tasks().is_empty());
    assert!(alone.tasks().iter().all(|task| task.responsible == anna));
}
