//! Being too fast, trouble on purpose, and the end.

use dealbell_sandbox::{Config, NewTask, Refusal, Sandbox};
use serde_json::json;

use crate::client::{Client, quiet};

#[tokio::test]
async fn beyond_the_limit_a_token_gets_429_and_the_others_do_not() {
    let config = Config {
        rate_limit: Some(1),
        ..Config::default()
    };
    let sandbox = Sandbox::start(config).await.unwrap();
    let (fast, other) = (Client::of(&sandbox, 0), Client::of(&sandbox, 1));

    // To keep to one a second, so many would take most of a minute.
    let mut refused = 0;
    for _ in 0..40 {
        let answer = fast.get("account").await;
        if answer.status == 429 {
            answer.problem(429);
            refused += 1;
        }
    }
    assert!(refused > 0);
    other.get("account").await.ok();
    assert_eq!(sandbox.requests_seen(), 41);

    // The web interface has no limit.
    let id = sandbox
        .create_task(0, NewTask::new(sandbox.users()[0].id, "Задача", 0))
        .unwrap();
    assert_eq!(
        fast.post(&format!("/sandbox/tasks/{id}/delete"), &json!({}))
            .await
            .status,
        204
    );
}

#[test]
fn the_limit_is_amocrms_unless_told_otherwise() {
    assert_eq!(Config::default().rate_limit, Some(7));
}

#[tokio::test]
async fn trouble_comes_and_goes_as_told() {
    let sandbox = quiet().await;
    let admin = Client::of(&sandbox, 0);
    sandbox.fail_with(Some(503));
    admin.get("account").await.problem(503);
    sandbox.fail_with(Some(403));
    admin.get("tasks").await.problem(403);
    sandbox.fail_with(None);
    admin.get("account").await.ok();
}

#[tokio::test]
async fn controls_refuse_what_does_not_exist() {
    let sandbox = quiet().await;
    let anna = sandbox.users()[0].id;
    let task = NewTask::new(anna, "Задача", 0);
    assert_eq!(
        sandbox.create_task(5, task.clone()),
        Err(Refusal::NoSuchUser(5))
    );
    let nowhere = sandbox.create_task(anna, task.clone().on_lead(1));
    assert_eq!(
        nowhere.unwrap_err().to_string(),
        "there is no card 1 among leads"
    );
    assert_eq!(sandbox.delete_task(anna, 1), Err(Refusal::NoSuchTask(1)));
    let id = sandbox.create_task(anna, task).unwrap();
    assert_eq!(
        sandbox.reassign_task(anna, id, 5),
        Err(Refusal::NoSuchUser(5))
    );
}

#[tokio::test]
async fn stopped_it_no_longer_listens_and_its_port_is_free() {
    let sandbox = quiet().await;
    let listen = sandbox
        .url()
        .strip_prefix("http://")
        .unwrap()
        .parse()
        .unwrap();
    let taken = Sandbox::start(Config {
        listen,
        ..Config::default()
    })
    .await;
    assert_eq!(taken.unwrap_err().listen, listen);

    let client = Client::of(&sandbox, 0);
    client.get("account").await.ok();
    sandbox.stop().await;
    let again = Sandbox::start(Config {
        listen,
        ..Config::default()
    })
    .await
    .unwrap();
    client.get("account").await.problem(401);
    drop(again);
}
