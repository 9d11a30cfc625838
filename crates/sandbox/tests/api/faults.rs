//! Trouble on demand, as a client meets it.

use std::time::{Duration, Instant};

use dealbell_sandbox::{Clock, Config, Fault, NewTask, Sandbox};
use reqwest::StatusCode;
use serde_json::json;

use crate::client::{Client, bare, ids, quiet};

async fn raw(sandbox: &Sandbox, path: &str) -> reqwest::Result<reqwest::Response> {
    let url = format!("{}/api/v4/{path}", sandbox.url());
    let token = &sandbox.users()[0].token;
    bare().get(url).bearer_auth(token).send().await
}

#[tokio::test]
async fn a_fault_strikes_the_path_it_is_meant_for_so_many_times() {
    let sandbox = quiet().await;
    let admin = Client::of(&sandbox, 0);
    sandbox.fault(Fault::status(500).on("/api/v4/account").times(2));
    admin.get("account").await.problem(500);
    admin.get("users").await.ok();
    admin.get("account").await.problem(500);
    admin.get("account").await.ok();

    let lasting = sandbox.fault(Fault::throttle(Some(7)));
    for _ in 0..3 {
        let answer = raw(&sandbox, "users").await.unwrap();
        assert_eq!(
            (answer.status(), &answer.headers()["Retry-After"]),
            (StatusCode::TOO_MANY_REQUESTS, &"7".parse().unwrap())
        );
    }
    sandbox.lift(lasting);
    sandbox.fault(Fault::throttle(None));
    assert!(
        !raw(&sandbox, "users")
            .await
            .unwrap()
            .headers()
            .contains_key("Retry-After")
    );
    sandbox.lift_all();
    admin.get("users").await.ok();
    assert_eq!(sandbox.requests_seen(), 9);
}

#[tokio::test]
async fn answers_that_are_not_the_apis_own() {
    let sandbox = quiet().await;
    let kind = |answer: &reqwest::Response| answer.headers()["Content-Type"].clone();
    sandbox.fault(Fault::blocked().times(1));
    let answer = raw(&sandbox, "account").await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), kind(&answer)),
        (403, "text/html; charset=utf-8".parse().unwrap())
    );
    sandbox.fault(Fault::html().times(1));
    let answer = raw(&sandbox, "account").await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), kind(&answer)),
        (200, "text/html; charset=utf-8".parse().unwrap())
    );
    sandbox.fault(Fault::redirect("https://www.example/").times(1));
    let answer = raw(&sandbox, "account").await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["Location"]),
        (302, &"https://www.example/".parse().unwrap())
    );
}

#[tokio::test]
async fn connections_end_before_or_in_the_middle_of_an_answer() {
    let sandbox = quiet().await;
    sandbox.fault(Fault::cut_connection().times(1));
    assert!(raw(&sandbox, "account").await.is_err());
    sandbox.fault(Fault::cut_body().times(1));
    let answer = raw(&sandbox, "account").await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(answer.text().await.is_err());
    raw(&sandbox, "account")
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
}

#[tokio::test]
async fn answers_are_late_or_wrongly_dated() {
    let sandbox = Sandbox::start(Config {
        clock: Clock::new(|| 1_795_255_200_000),
        ..Config::default()
    })
    .await
    .unwrap();
    let admin = Client::of(&sandbox, 0);
    let wait = Duration::from_millis(80);
    sandbox.fault(Fault::stall(wait).times(1));
    sandbox.fault(Fault::clock_skew(-3600));
    let begun = Instant::now();
    let answer = admin.get("account").await;
    assert!(begun.elapsed() >= wait);
    assert_eq!(
        answer.date.as_deref(),
        Some("Sat, 21 Nov 2026 09:00:00 GMT")
    );
    answer.ok();
}

#[tokio::test]
async fn pages_shift_between_one_and_the_next() {
    let sandbox = quiet().await;
    let admin = Client::of(&sandbox, 0);
    let anna = sandbox.users()[0].id;
    let set: Vec<u64> = (0..6)
        .map(|n| {
            sandbox
                .create_task(anna, NewTask::new(anna, &format!("{n}"), 5))
                .unwrap()
        })
        .collect();
    sandbox.fault(Fault::shift_pages());
    let page = async |number| {
        let path = format!("tasks?order[updated_at]=asc&limit=2&page={number}");
        ids(admin.get(&path).await, "tasks")
    };
    assert_eq!(page(1).await, set[..2]);
    let touched = sandbox.task(set[0]).unwrap();
    assert_eq!(touched.updated_by, anna);
    page(2).await;
    assert_eq!(sandbox.task(set[0]).unwrap().updated_by, 0);
}

#[tokio::test]
async fn empty_things_come_as_php_writes_them() {
    let sandbox = quiet().await;
    let admin = Client::of(&sandbox, 0);
    sandbox.fault(Fault::empty_arrays());
    let list = admin.get("tasks").await.ok();
    assert_eq!(list["_embedded"], json!([]));
    let lead = admin.get("leads/7400001").await.ok();
    assert_eq!(lead["custom_fields_values"], json!([]));
}
