//! Setting, changing, completing and deleting tasks over HTTP.

use serde_json::{Value, json};

use crate::client::{Client, ids, now, quiet};

#[tokio::test]
async fn a_batch_is_created_and_answered_in_order() {
    let sandbox = quiet().await;
    let (anna, dmitry) = (sandbox.users()[0].id, sandbox.users()[1].id);
    let manager = Client::of(&sandbox, 1);
    let batch = json!([
        {"text": "Себе", "complete_till": now() + 60},
        {"text": "Анне", "complete_till": now() + 60, "responsible_user_id": anna,
         "entity_id": 7_400_002, "entity_type": "leads", "task_type_id": 2, "duration": 1800,
         "request_id": "моя"},
        {"text": "Робот", "complete_till": now() + 60, "responsible_user_id": anna,
         "created_by": 0},
    ]);
    let answer = manager.post("tasks", &batch).await.ok();
    let made = answer["_embedded"]["tasks"].as_array().unwrap();
    let marks: Vec<&Value> = made.iter().map(|task| &task["request_id"]).collect();
    assert_eq!(marks, [&json!("0"), &json!("моя"), &json!("2")]);

    let task = |n: usize| sandbox.task(made[n]["id"].as_u64().unwrap()).unwrap();
    assert_eq!((task(0).responsible, task(0).created_by), (dmitry, dmitry));
    assert_eq!((task(1).responsible, task(1).created_by), (anna, dmitry));
    assert_eq!(
        (task(1).entity.unwrap().id, task(1).duration),
        (7_400_002, 1800)
    );
    assert_eq!(task(2).created_by, 0);
    let href = made[0]["_links"]["self"]["href"].as_str().unwrap();
    assert_eq!(manager.get(href).await.ok()["text"], "Себе");
}

#[tokio::test]
async fn a_wrong_item_refuses_the_whole_batch_and_is_named() {
    let sandbox = quiet().await;
    let admin = Client::of(&sandbox, 0);
    let batch = json!([
        {"text": "Верная", "complete_till": now()},
        {"text": " ", "complete_till": "завтра", "responsible_user_id": 1},
        {"entity_id": 7_400_001, "request_id": "x"},
    ]);
    let problem = admin.post("tasks", &batch).await.problem(400);
    let refused: Vec<(&str, Vec<&str>)> = problem["validation-errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| {
            let errors = item["errors"].as_array().unwrap();
            let paths = errors
                .iter()
                .map(|error| error["path"].as_str().unwrap())
                .collect();
            (item["request_id"].as_str().unwrap(), paths)
        })
        .collect();
    assert_eq!(
        refused,
        [
            ("1", vec!["text", "responsible_user_id", "complete_till"]),
            ("x", vec!["text", "complete_till", "entity_type"]),
        ]
    );
    assert!(sandbox.tasks().is_empty());

    for body in [json!([]), json!({}), json!([1]), json!("text")] {
        admin.post("tasks", &body).await.problem(400);
    }
    let garbage = Some("{".to_owned());
    admin
        .send(reqwest::Method::POST, "tasks", garbage)
        .await
        .problem(400);
}

#[tokio::test]
async fn one_task_is_changed_and_completed() {
    let sandbox = quiet().await;
    let (anna, dmitry) = (sandbox.users()[0].id, sandbox.users()[1].id);
    let (admin, manager) = (Client::of(&sandbox, 0), Client::of(&sandbox, 1));
    let id = create(&manager, "Замер").await;
    let path = format!("tasks/{id}");

    let change =
        json!({"text": "Замер кухни", "complete_till": 2_000_000_000, "responsible_user_id": anna});
    let answer = manager.patch(&path, &change).await.ok();
    assert_eq!(
        (&answer["id"], answer["updated_at"].is_i64()),
        (&json!(id), true)
    );
    let task = sandbox.task(id).unwrap();
    assert_eq!(
        (task.text.as_str(), task.complete_till),
        ("Замер кухни", 2_000_000_000)
    );
    assert_eq!((task.responsible, task.updated_by), (anna, dmitry));

    let done = json!({"is_completed": true, "result": {"text": "Готово"}});
    admin.patch(&path, &done).await.ok();
    let task = sandbox.task(id).unwrap();
    assert_eq!(
        (task.is_completed, task.result.as_deref()),
        (true, Some("Готово"))
    );
    assert_eq!(task.updated_by, anna);

    admin
        .patch(&path, &json!({"responsible_user_id": 1}))
        .await
        .problem(400);
    admin
        .patch(&path, &json!({"result": "Готово"}))
        .await
        .problem(400);
    admin.patch("tasks/1", &done).await.problem(404);
}

/// The account has no kind of event for it: only the task itself tells, and a next completion is one.
#[tokio::test]
async fn a_completed_task_is_opened_again_without_an_event() {
    let sandbox = quiet().await;
    let manager = Client::of(&sandbox, 1);
    let id = create(&manager, "Замер").await;
    let path = format!("tasks/{id}");
    let done = json!({"is_completed": true, "result": {"text": "Готово"}});
    manager.patch(&path, &done).await.ok();
    manager
        .patch(&path, &json!({"is_completed": false}))
        .await
        .ok();
    let task = sandbox.task(id).unwrap();
    assert!(!task.is_completed);
    assert_eq!(task.result.as_deref(), Some("Готово"), "it was said");
    let open = manager.get("tasks?filter[is_completed]=0").await;
    assert_eq!(ids(open, "tasks"), [id]);
    manager
        .patch(&path, &json!({"is_completed": true}))
        .await
        .ok();

    let events = manager.get("events").await.ok();
    let events = events["_embedded"]["events"].as_array().unwrap();
    let told: Vec<&str> = events
        .iter()
        .rev()
        .map(|event| event["type"].as_str().unwrap())
        .collect();
    assert_eq!(
        told,
        [
            "task_added",
            "task_completed",
            "task_result_added",
            "task_completed"
        ]
    );
}

#[tokio::test]
async fn many_tasks_are_changed_at_once_or_not_at_all() {
    let sandbox = quiet().await;
    let admin = Client::of(&sandbox, 0);
    let (first, second) = (create(&admin, "Одна").await, create(&admin, "Другая").await);

    let batch = json!([{"id": first, "text": "Новая"}, {"id": 1, "text": "Нет такой"}]);
    admin.patch("tasks", &batch).await.problem(400);
    assert_eq!(sandbox.task(first).unwrap().text, "Одна");

    let batch = json!([{"id": first, "is_completed": true}, {"id": second, "result": []}]);
    assert_eq!(
        ids(admin.patch("tasks", &batch).await, "tasks"),
        [first, second]
    );
    assert!(sandbox.task(first).unwrap().is_completed);
    assert_eq!(sandbox.task(second).unwrap().result, None);
}

#[tokio::test]
async fn deletion_is_a_control_of_the_sandbox() {
    let sandbox = quiet().await;
    let (admin, manager) = (Client::of(&sandbox, 0), Client::of(&sandbox, 1));
    let (kept, gone) = (
        create(&admin, "Чужая").await,
        create(&manager, "Лишняя").await,
    );
    let delete = |id: u64| format!("/sandbox/tasks/{id}/delete");

    assert_eq!(manager.post(&delete(gone), &json!({})).await.status, 204);
    manager.get(&format!("tasks/{gone}")).await.problem(404);
    manager.post(&delete(gone), &json!({})).await.problem(404);
    manager.post(&delete(kept), &json!({})).await.problem(404);
    Client::with_token(sandbox.url(), "foreign")
        .post(&delete(kept), &json!({}))
        .await
        .problem(401);
    assert_eq!(ids(admin.get("tasks").await, "tasks"), [kept]);
}

async fn create(client: &Client, text: &str) -> u64 {
    let batch = json!([{"text": text, "complete_till": now() + 600}]);
    ids(client.post("tasks", &batch).await, "tasks")[0]
}
