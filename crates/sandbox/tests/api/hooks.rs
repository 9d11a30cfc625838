//! Subscribing to changes, being told of them, and being switched off.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, AtomicU16, Ordering};
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use dealbell_sandbox::{Clock, Config, Entity, NewLead, NewTask, Sandbox, WON};
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Client, quiet};

/// Whoever is told, and answers as it is asked to.
#[derive(Clone, Default)]
struct Listener {
    heard: Arc<Mutex<Vec<String>>>,
    answer: Arc<AtomicU16>,
}

const NEVER: u16 = 0;

impl Listener {
    /// Its address, at which it answers 204.
    async fn open(&self) -> String {
        self.answer.store(204, Ordering::Relaxed);
        let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/secret/path", socket.local_addr().unwrap());
        let hear = async |State(listener): State<Self>, body: String| {
            listener.heard.lock().unwrap().push(body);
            let answer = listener.answer.load(Ordering::Relaxed);
            if answer == NEVER {
                std::future::pending::<()>().await;
            }
            StatusCode::from_u16(answer).unwrap()
        };
        let service = axum::Router::new()
            .route("/secret/path", post(hear))
            .with_state(self.clone());
        tokio::spawn(async move { axum::serve(socket, service).await });
        url
    }

    fn heard(&self) -> Vec<String> {
        let heard = std::mem::take(&mut *self.heard.lock().unwrap());
        heard
            .iter()
            .map(|body| body.replace("%5B", "[").replace("%5D", "]"))
            .collect()
    }
}

async fn subscribe(client: &Client, url: &str, settings: &[&str]) -> Value {
    let answer = client
        .post(
            "webhooks",
            &json!({"destination": url, "settings": settings}),
        )
        .await;
    assert_eq!(answer.status, 201, "{:?}", answer.body);
    answer.body.unwrap()
}

#[tokio::test]
async fn whoever_subscribed_is_told_what_happens_to_tasks() {
    let sandbox = quiet().await;
    let (admin, listener) = (Client::of(&sandbox, 0), Listener::default());
    let url = listener.open().await;
    let kinds = ["add_task", "update_task", "responsible_task", "delete_task"];
    subscribe(&admin, &url, &kinds).await;

    let [anna, dmitry] = [0, 1].map(|seat: usize| sandbox.users()[seat].id);
    let task = NewTask::new(anna, "Перезвонить & уточнить", 5).on_lead(7_400_001);
    let id = sandbox.create_task(dmitry, task).unwrap();
    sandbox.hooks_settled().await;
    let heard = listener.heard().remove(0);
    for part in [
        format!("task[add][0][id]={id}&"),
        "task[add][0][element_id]=7400001&task[add][0][element_type]=2&".to_owned(),
        format!("task[add][0][responsible_user_id]={anna}&"),
        "+%26+".to_owned(),
        "account[subdomain]=mebelsever&account[id]=31415926&account[_links][self]=http".to_owned(),
    ] {
        assert!(heard.contains(&part), "{part} in {heard}");
    }

    sandbox.reassign_task(anna, id, dmitry).unwrap();
    sandbox.hooks_settled().await;
    let heard = listener.heard().join("&");
    assert!(heard.contains("task[update][0][id]="), "{heard}");
    let old = format!("task[responsible][0][old_responsible_user_id]={anna}&");
    assert!(heard.contains(&old), "{heard}");

    admin
        .patch("tasks", &json!([{"id": id, "is_completed": true}]))
        .await
        .ok();
    sandbox.delete_task(anna, id).unwrap();
    sandbox.hooks_settled().await;
    let heard = listener.heard().join("&");
    assert!(heard.contains("[action_close]=1"), "{heard}");
    assert!(
        heard.contains(&format!("task[delete][0][id]={id}&")),
        "{heard}"
    );
    let log = sandbox.hook_log();
    assert!(
        log.iter()
            .all(|one| one.destination == url && one.status == Some(204))
    );
}

#[tokio::test]
async fn subscriptions_are_listed_changed_and_ended_by_administrators() {
    let sandbox = quiet().await;
    let (admin, manager) = (Client::of(&sandbox, 0), Client::of(&sandbox, 1));
    assert_eq!(admin.get("webhooks").await.status, 204);
    let made = subscribe(&admin, "https://centre.example/a", &["add_task"]).await;
    assert_eq!(
        (&made["disabled"], &made["sort"]),
        (&json!(false), &json!(10))
    );
    subscribe(&admin, "https://centre.example/b", &["status_lead"]).await;
    let changed = subscribe(&admin, "https://centre.example/a", &["add_message"]).await;
    assert_eq!(changed["id"], made["id"]);

    let all = admin.get("webhooks").await.ok();
    assert_eq!(all["_total_items"], 2);
    let one = admin
        .get("webhooks?filter[destination]=https://centre.example/a")
        .await
        .ok();
    let [one] = one["_embedded"]["webhooks"].as_array().unwrap().as_slice() else {
        panic!("{one}");
    };
    assert_eq!(one["settings"], json!(["add_message"]));

    let bad = json!({"destination": "nowhere", "settings": ["add_nothing"]});
    let problem = admin.post("webhooks", &bad).await.problem(400);
    let errors = problem["validation-errors"][0]["errors"]
        .as_array()
        .unwrap();
    let paths: Vec<&str> = errors.iter().map(|e| e["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["destination", "settings"]);

    let gone = json!({"destination": "https://centre.example/a"}).to_string();
    let end = || admin.send(Method::DELETE, "webhooks", Some(gone.clone()));
    assert_eq!(end().await.status, 204);
    end().await.problem(404);
    manager.get("webhooks").await.problem(403);
    sandbox.hooks_allowed(false);
    admin.get("webhooks").await.problem(403);
}

#[tokio::test]
async fn a_failing_hook_is_tried_again_by_the_clock_and_then_switched_off() {
    let now = Arc::new(AtomicI64::new(1_795_255_200));
    let told = Arc::clone(&now);
    let sandbox = Sandbox::start(Config {
        clock: Clock::new(move || told.load(Ordering::Relaxed) * 1000),
        rate_limit: None,
        hook_patience: Duration::from_millis(200),
        ..Config::default()
    })
    .await
    .unwrap();
    let (admin, listener) = (Client::of(&sandbox, 0), Listener::default());
    let url = listener.open().await;
    subscribe(&admin, &url, &["add_task"]).await;
    let anna = sandbox.users()[0].id;
    let set = || {
        sandbox
            .create_task(0, NewTask::new(anna, "Задача", 5))
            .unwrap()
    };

    // Once refused and told again in time.
    listener.answer.store(500, Ordering::Relaxed);
    set();
    sandbox.hooks_settled().await;
    listener.answer.store(200, Ordering::Relaxed);
    now.fetch_add(5 * 60, Ordering::Relaxed);
    sandbox.hooks_settled().await;
    let statuses = || -> Vec<Option<u16>> {
        let log = sandbox.hook_log();
        log.iter().map(|one| one.status).collect()
    };
    assert_eq!(statuses(), [Some(500), Some(200)]);

    // Too slow for good.
    listener.answer.store(NEVER, Ordering::Relaxed);
    set();
    for wait in [5, 15, 15, 60] {
        sandbox.hooks_settled().await;
        now.fetch_add(wait * 60, Ordering::Relaxed);
    }
    assert!(!sandbox.hooks()[0].disabled);
    sandbox.hooks_settled().await;
    assert!(sandbox.hooks()[0].disabled);
    assert_eq!(statuses()[2..], [None; 5]);
    let listed = admin.get("webhooks").await.ok();
    assert_eq!(listed["_embedded"]["webhooks"][0]["disabled"], true);
}

#[tokio::test]
async fn whoever_subscribed_is_told_of_deals_messages_and_notes() {
    let sandbox = quiet().await;
    let (admin, listener) = (Client::of(&sandbox, 0), Listener::default());
    let url = listener.open().await;
    let kinds = [
        "add_lead",
        "status_lead",
        "responsible_lead",
        "add_message",
        "note_contact",
    ];
    subscribe(&admin, &url, &kinds).await;
    let [anna, dmitry] = [0, 1].map(|seat: usize| sandbox.users()[seat].id);

    let lead = sandbox.create_lead(0, NewLead::new(anna, "Кухня")).unwrap();
    sandbox.assign_lead(anna, lead, dmitry).unwrap();
    sandbox.move_lead(anna, lead, WON).unwrap();
    let on = Entity::lead(lead);
    let id = sandbox
        .message_in(5_200_001, on, "telegram", "Price?")
        .unwrap();
    sandbox.call_in(5_200_001, Some(anna), false, 0).unwrap();
    sandbox.hooks_settled().await;
    let heard = listener.heard().join("&");
    for part in [
        format!("leads[add][0][id]={lead}&"),
        format!("leads[responsible][0][responsible_user_id]={dmitry}&"),
        format!("leads[responsible][0][old_responsible_user_id]={anna}&"),
        "leads[status][0][status_id]=142&leads[status][0][old_status_id]=34000002&".to_owned(),
        format!("message[add][0][id]={id}&"),
        "message[add][0][contact_id]=5200001&message[add][0][text]=Price%3F&".to_owned(),
        format!("message[add][0][entity_type]=lead&message[add][0][element_id]={lead}&"),
        "message[add][0][author][type]=external&".to_owned(),
        "contacts[note][0][note][note_type]=10&".to_owned(),
    ] {
        assert!(heard.contains(&part), "{part} in {heard}");
    }
    assert!(!heard.contains("[update]"), "nobody asked for updates");
}
