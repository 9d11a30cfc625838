//! The event list.

use dealbell_sandbox::NewTask;
use serde_json::{Value, json};

use crate::client::{Client, now, quiet};

#[tokio::test]
async fn every_change_leaves_its_event() {
    let sandbox = quiet().await;
    let user = |seat: usize| sandbox.users()[seat].id;
    let task = NewTask::new(user(1), "Позвонить", 2_000_000_000);
    let id = sandbox.create_task(user(2), task).unwrap();
    sandbox.rewrite_task(user(2), id, "Написать").unwrap();
    sandbox.reschedule_task(user(2), id, 2_000_000_060).unwrap();
    sandbox.reassign_task(0, id, user(3)).unwrap();
    sandbox.complete_task(user(3), id, "Готово").unwrap();
    sandbox.delete_task(user(2), id).unwrap();

    let events = list(&Client::of(&sandbox, 0), "").await;
    let told: Vec<(&str, u64)> = events
        .iter()
        .rev()
        .map(|event| {
            (
                event["type"].as_str().unwrap(),
                event["created_by"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("task_added", user(2)),
            ("task_text_changed", user(2)),
            ("task_deadline_changed", user(2)),
            ("entity_responsible_changed", 0),
            ("task_completed", user(3)),
            ("task_result_added", user(3)),
            ("task_deleted", user(2)),
        ]
    );
    let reassigned = &events[3];
    assert_eq!(
        (&reassigned["entity_id"], &reassigned["entity_type"]),
        (&json!(id), &json!("task"))
    );
    assert_eq!(
        reassigned["value_after"],
        json!([{"responsible_user": {"id": user(3)}}])
    );
    assert_eq!(
        reassigned["value_before"],
        json!([{"responsible_user": {"id": user(1)}}])
    );
    assert_eq!(events[0]["value_after"], json!([]));
    assert!(events[1]["value_after"][0]["note"]["id"].is_u64());
}

#[tokio::test]
async fn events_are_filtered_and_seen_as_their_tasks_are() {
    let sandbox = quiet().await;
    let user = |seat: usize| sandbox.users()[seat].id;
    let set = |by, responsible| {
        let task = NewTask::new(responsible, "Задача", now() + 600);
        sandbox.create_task(by, task).unwrap()
    };
    let (his, foreign) = (set(0, user(1)), set(0, user(2)));
    sandbox.delete_task(user(0), his).unwrap();
    sandbox.complete_task(user(2), foreign, "").unwrap();

    let (admin, manager) = (Client::of(&sandbox, 0), Client::of(&sandbox, 1));
    assert_eq!(
        types(&list(&manager, "").await),
        ["task_deleted", "task_added"]
    );
    let two = list(&admin, "filter[type]=task_completed,task_deleted").await;
    assert_eq!(types(&two), ["task_completed", "task_deleted"]);
    let at = two[0]["created_at"].as_i64().unwrap();

    assert_eq!(
        list(&admin, &format!("filter[created_at]={},{at}", at - 60))
            .await
            .len(),
        4
    );
    assert!(
        list(&admin, &format!("filter[created_at]={}", at + 60))
            .await
            .is_empty()
    );
    assert_eq!(list(&admin, "filter[created_by][]=0").await.len(), 2);
    assert_eq!(
        list(
            &admin,
            &format!("filter[entity]=task&filter[entity_id]={his}")
        )
        .await
        .len(),
        2
    );
    assert_eq!(list(&admin, "limit=1&page=2").await.len(), 1);
    admin.get("events?limit=101").await.problem(400);

    let id = two[1]["id"].as_str().unwrap();
    assert_eq!(
        manager.get(&format!("events/{id}")).await.ok()["type"],
        "task_deleted"
    );
    let foreign = two[0]["id"].as_str().unwrap();
    manager.get(&format!("events/{foreign}")).await.problem(404);
    admin.get("events?filter[entity_id]=1").await.problem(400);
    let both = format!("filter[id][]={id}&filter[id][]={foreign}");
    assert_eq!(list(&admin, &both).await.len(), 2);
}

#[tokio::test]
async fn the_kinds_of_events_are_named() {
    let sandbox = quiet().await;
    let answer = Client::of(&sandbox, 1).get("events/types").await.ok();
    let types = answer["_embedded"]["events_types"].as_array().unwrap();
    let sms = types.iter().find(|kind| kind["key"] == "incoming_sms");
    assert_eq!(sms.unwrap()["lang"], "Входящее SMS");
}

/// The events of this query, newest first.
pub(crate) async fn list(client: &Client, query: &str) -> Vec<Value> {
    let answer = client.get(&format!("events?{query}")).await;
    if answer.status == 204 {
        return Vec::new();
    }
    answer.ok()["_embedded"]["events"]
        .as_array()
        .unwrap()
        .clone()
}

pub(crate) fn types(events: &[Value]) -> Vec<&str> {
    events
        .iter()
        .map(|event| event["type"].as_str().unwrap())
        .collect()
}
