//! What an administrator decides for everybody, and when letters are sent (RULES C3, C6, C7, T9).

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use dealbell_centre::Actor;
use dealbell_protocol::{
    ChannelSet, ChannelSettings, EmailMode, EmailSettings, Kind, Role,
    stream::{Change, ServerFrame},
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use support::{ANNA, Bed, bed, http};

const OFF: Value = Value::Bool(false);

async fn ask(bed: &Bed, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
    let mut request = http()
        .request(method, bed.url(path))
        .bearer_auth(&bed.token);
    if let Some(body) = body {
        request = request.json(&body);
    }
    let answer = request.send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

async fn settings(bed: &Bed) -> ChannelSettings {
    let (_, body) = ask(bed, Method::GET, "/v1/channels", None).await;
    serde_json::from_value(body).unwrap()
}

async fn save(bed: &Bed, revision: u64, body: Value) -> (StatusCode, Value) {
    let request = http().put(bed.url("/v1/channels")).bearer_auth(&bed.token);
    let request = request.header("If-Match", format!("\"{revision}\""));
    let answer = request.json(&body).send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

fn of(settings: &ChannelSettings, provider: &str) -> ChannelSet {
    let mut rows = settings.providers.iter();
    let row = rows.find(|row| row.provider.id.as_str() == provider);
    row.unwrap().channels
}

fn set(desktop: bool, email: bool) -> Value {
    json!({"desktop": desktop, "email": email, "mobile": true, "browser": false})
}

async fn as_administrator(bed: &Bed) {
    let centre = &bed.centre;
    let made = centre.set_role(Actor::command_line(), ANNA, Role::Administrator);
    made.await.unwrap();
}

#[tokio::test]
async fn the_administrators_defaults_hold_where_a_user_has_not_chosen_and_every_device_hears_of_them()
 {
    let bed = bed().await;
    as_administrator(&bed).await;
    let before = settings(&bed).await;
    let chosen = json!({"receive": true, "providers": {"chats": set(true, false)}});
    assert_eq!(save(&bed, before.revision, chosen).await.0, StatusCode::OK);
    let mut device = bed.live().await;

    let kinds = json!([{"provider": "tasks", "kind": "task_new", "channels": set(true, false)}]);
    let body = json!({"providers": {"tasks": set(false, true), "chats": set(false, true)}, "kinds": kinds});
    let (status, said) = ask(&bed, Method::PUT, "/v1/defaults", Some(body.clone())).await;
    assert_eq!((status, &said), (StatusCode::OK, &body));
    assert_eq!(ask(&bed, Method::GET, "/v1/defaults", None).await.1, body);

    let now = settings(&bed).await;
    assert!(of(&now, "tasks").email && !of(&now, "tasks").desktop);
    let kept = of(&now, "chats");
    assert!(
        kept.desktop && !kept.email,
        "what was chosen stays: {kept:?}"
    );
    assert_eq!(of(&now, "calls"), ChannelSet::default());
    assert_eq!(now.kinds.len(), 1, "T9 is the administrator's to change");
    assert_eq!(now.kinds[0].kind, Kind::TaskNew);
    match device.next().await {
        ServerFrame::Event(event) => match event.change {
            Change::Providers(told) => assert_eq!(*told, now),
            other => panic!("settings were expected, not {other:?}"),
        },
        other => panic!("an event was expected, not {other:?}"),
    }
    let audit = bed.centre.audit(None, None, 10).await.unwrap();
    assert_eq!(audit.items[0].act, "defaults.set");
    assert_eq!(audit.items[0].by, Some(bed.anna));
}

#[tokio::test]
async fn letters_of_tasks_are_of_new_and_due_ones_until_somebody_decides_otherwise() {
    let bed = bed().await;
    let kinds = settings(&bed).await.kinds;
    let off: Vec<Kind> = kinds.iter().map(|rule| rule.kind).collect();
    assert_eq!(off, [Kind::TaskCompleted, Kind::TaskOverdue]);
    let no_letter = ChannelSet {
        email: false,
        ..ChannelSet::ALL
    };
    assert!(kinds.iter().all(|rule| rule.channels == no_letter));
}

#[tokio::test]
async fn what_is_wrong_with_defaults_is_named_and_nothing_changes() {
    let bed = bed().await;
    let some = json!({"providers": {"tasks": set(false, true)}, "kinds": []});
    let (status, said) = ask(&bed, Method::PUT, "/v1/defaults", Some(some)).await;
    assert_eq!(
        (status, &said["code"]),
        (StatusCode::FORBIDDEN, &json!("forbidden"))
    );
    assert_eq!(
        ask(&bed, Method::GET, "/v1/defaults", None).await.0,
        StatusCode::FORBIDDEN
    );

    as_administrator(&bed).await;
    let (_, before) = ask(&bed, Method::GET, "/v1/defaults", None).await;
    let rule = |provider: &str, kind: &str| json!({"provider": provider, "kind": kind, "channels": set(true, true)});
    let twice = json!({"kinds": [rule("tasks", "task_due"), rule("tasks", "task_due")]});
    for (body, field) in [
        (
            json!({"providers": {"nobody": set(true, true)}}),
            "providers.nobody",
        ),
        (
            json!({"kinds": [rule("tasks", "task_due"), rule("nobody", "call")]}),
            "kinds.1",
        ),
        (twice, "kinds.1"),
    ] {
        let (status, said) = ask(&bed, Method::PUT, "/v1/defaults", Some(body.clone())).await;
        assert_eq!(
            (status, &said["field"]),
            (StatusCode::BAD_REQUEST, &json!(field)),
            "{body}"
        );
    }
    for body in [
        json!({"provider": {}}),
        json!([]),
        json!({"providers": {"tasks": {"desktop": 1}}}),
    ] {
        let (status, _) = ask(&bed, Method::PUT, "/v1/defaults", Some(body.clone())).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
    }
    assert_eq!(ask(&bed, Method::GET, "/v1/defaults", None).await.1, before);
}

#[tokio::test]
async fn interface_cannot_be_switched_off_nor_any_channel_nobody_knows() {
    let bed = bed().await;
    let before = settings(&bed).await;
    for channel in ["interface", "pigeon"] {
        let mut channels = set(true, true);
        channels[channel] = OFF;
        let body = json!({"receive": true, "providers": {"tasks": channels}});
        let (status, said) = save(&bed, before.revision, body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{channel}: {said}");
    }
    let body = json!({"receive": true, "providers": {}, "interface": false});
    assert_eq!(
        save(&bed, before.revision, body).await.0,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(settings(&bed).await, before);
}

#[tokio::test]
async fn when_letters_are_sent_is_saved_with_the_channels_and_stays_where_it_is_not_named() {
    let bed = bed().await;
    let before = settings(&bed).await;
    assert_eq!(before.email, EmailSettings::default());
    let email = json!({"mode": "daily", "at": 510, "zone": "Asia/Yekaterinburg"});
    let body = json!({"receive": true, "providers": {}, "email": email});
    let (status, saved) = save(&bed, before.revision, body).await;
    assert_eq!((status, &saved["email"]), (StatusCode::OK, &email));

    let revision = saved["revision"].as_u64().unwrap();
    let body = json!({"receive": false, "providers": {}});
    assert_eq!(save(&bed, revision, body).await.1["email"], email);
    assert_eq!(settings(&bed).await.email.mode, EmailMode::Daily);

    for (wrong, field) in [
        (json!({"mode": "daily", "at": 1440, "zone": ""}), "email.at"),
        (
            json!({"mode": "daily", "at": 0, "zone": "Mars/Olympus"}),
            "email.zone",
        ),
    ] {
        let body = json!({"receive": true, "providers": {}, "email": wrong});
        let (status, said) = save(&bed, revision + 1, body).await;
        assert_eq!(
            (status, &said["field"]),
            (StatusCode::BAD_REQUEST, &json!(field))
        );
    }
    let body =
        json!({"receive": true, "providers": {}, "email": {"mode": "hourly", "at": 0, "zone": ""}});
    assert_eq!(
        save(&bed, revision + 1, body).await.0,
        StatusCode::BAD_REQUEST
    );
}
