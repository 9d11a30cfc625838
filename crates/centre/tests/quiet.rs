//! Quiet hours kept for a user (RULES C11), what they silence (C10), and tests of a channel.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use dealbell_centre::{Centre, Options};
use dealbell_protocol::{
    ApiError, ChannelSettings, ErrorCode, QuietHours, QuietSpan,
    stream::{Change, Popup, ServerFrame},
};
use reqwest::StatusCode;
use serde_json::{Value, json};
use support::{ANNA, Bed, Client, bed, http};

async fn save(bed: &Bed, revision: u64, quiet: Value) -> reqwest::Response {
    let mut body = json!({"receive": true, "providers": {}});
    if !quiet.is_null() {
        body["quiet"] = quiet;
    }
    let request = http().put(bed.url("/v1/channels")).bearer_auth(&bed.token);
    let request = request.header("If-Match", format!("\"{revision}\""));
    request.json(&body).send().await.unwrap()
}

async fn settings(bed: &Bed) -> ChannelSettings {
    let request = http().get(bed.url("/v1/channels")).bearer_auth(&bed.token);
    request.send().await.unwrap().json().await.unwrap()
}

/// Every minute of the week.
fn always(on: bool) -> Value {
    json!({"on": on, "zone": "Europe/Moscow",
        "spans": [{"days": [1, 2, 3, 4, 5, 6, 7], "from": 0, "to": 1440}]})
}

async fn popup(client: &mut Client) -> Popup {
    match client.next().await {
        ServerFrame::Popup { data } => data,
        other => panic!("a pop-up was expected, not {other:?}"),
    }
}

async fn test_of(bed: &Bed, channel: &str) -> (StatusCode, Value) {
    let request = http().post(bed.url("/v1/test")).bearer_auth(&bed.token);
    let request = request.json(&json!({ "channel": channel }));
    let answer = request.send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

#[tokio::test]
async fn quiet_hours_are_the_users_on_every_device_and_stay_where_they_are_not_named() {
    let bed = bed().await;
    assert_eq!(settings(&bed).await.quiet, QuietHours::default());
    let mut other_device = bed.live().await;
    let nights = QuietHours {
        on: true,
        zone: "Asia/Yekaterinburg".to_owned(),
        spans: vec![QuietSpan {
            days: vec![1, 2, 3, 4, 5],
            from: 19 * 60,
            to: 9 * 60,
        }],
    };
    let answer = save(&bed, 1, json!(nights)).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let saved: ChannelSettings = answer.json().await.unwrap();
    assert_eq!((saved.revision, &saved.quiet), (2, &nights));
    let Change::Channels(told) = other_device.event().await.change else {
        panic!("the channels were saved");
    };
    assert_eq!(*told, saved);

    let unnamed = save(&bed, 2, Value::Null).await;
    assert_eq!(unnamed.status(), StatusCode::OK);
    assert_eq!(settings(&bed).await.quiet, nights);
    let database = format!("sqlite:{}", bed.folder.path().join("centre.db").display());
    let again = Centre::open(Options::new(database)).await.unwrap();
    drop(again);
    assert_eq!(settings(&bed).await.quiet, nights);
}

#[tokio::test]
async fn wrong_quiet_hours_are_refused_by_field_and_nothing_is_saved() {
    let bed = bed().await;
    let span = |span: Value| json!({"on": true, "zone": "", "spans": [span]});
    let good = json!({"days": [1], "from": 0, "to": 60});
    for (field, quiet) in [
        (
            "quiet.zone",
            json!({"on": true, "zone": "Moscow", "spans": []}),
        ),
        (
            "quiet.spans",
            json!({"on": true, "zone": "", "spans": vec![good; 51]}),
        ),
        (
            "quiet.spans.0.days",
            span(json!({"days": [0], "from": 0, "to": 60})),
        ),
        (
            "quiet.spans.0.days",
            span(json!({"days": [1, 1], "from": 0, "to": 60})),
        ),
        (
            "quiet.spans.0.from",
            span(json!({"days": [1], "from": 1440, "to": 60})),
        ),
        (
            "quiet.spans.0.to",
            span(json!({"days": [1], "from": 0, "to": 1441})),
        ),
    ] {
        let answer = save(&bed, 1, quiet).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
        let error: ApiError = answer.json().await.unwrap();
        assert_eq!(error.code, ErrorCode::FieldInvalid);
        assert_eq!(error.field.as_deref(), Some(field));
    }
    assert_eq!(settings(&bed).await.revision, 1);
}

#[tokio::test]
async fn c10_in_quiet_hours_no_pop_up_is_sent_and_the_list_goes_on() {
    let bed = bed().await;
    let mut client = bed.live().await;
    let key = bed.centre.add_integration("Телефония").await.unwrap();
    assert!(matches!(client.event().await.change, Change::Providers(_)));
    let publish = async |title: &str, transient: bool| {
        let body = json!({"users": [ANNA], "title": title, "transient": transient});
        let request = http().post(bed.url("/v1/notifications")).bearer_auth(&key);
        let answer = request.json(&body).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::CREATED);
    };
    save(&bed, 1, always(true)).await;
    publish("Ночью", true).await;
    publish("В список", false).await;
    save(&bed, 2, always(false)).await;
    publish("Днём", true).await;
    assert!(matches!(client.event().await.change, Change::Channels(_)));
    assert!(matches!(client.event().await.change, Change::Created(_)));
    assert!(matches!(client.event().await.change, Change::Channels(_)));
    let shown = popup(&mut client).await;
    assert_eq!((shown.title.as_str(), shown.test), ("Днём", false));
}

#[tokio::test]
async fn a_test_pops_up_whatever_is_off_says_so_and_is_kept_nowhere() {
    let bed = bed().await;
    let mut client = bed.live().await;
    assert_eq!(test_of(&bed, "desktop").await, (StatusCode::OK, json!({})));
    let shown = popup(&mut client).await;
    assert_eq!(shown.title, "Проверка: так выглядит уведомление");
    assert!(shown.test && shown.provider.as_str() == "system");

    save(&bed, 1, always(true)).await;
    client.event().await;
    test_of(&bed, "desktop").await;
    let text = popup(&mut client).await.text;
    assert!(text.contains("тихие часы"), "{text}");

    bed.centre.set_language(bed.anna, "en").await.unwrap();
    let off = json!({"receive": false, "providers": {}});
    let request = http().put(bed.url("/v1/channels")).bearer_auth(&bed.token);
    let request = request.header("If-Match", "\"2\"").json(&off);
    assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
    client.event().await;
    test_of(&bed, "desktop").await;
    let text = popup(&mut client).await.text;
    assert!(text.contains("switched off"), "{text}");
    assert_eq!(bed.page("").await.items, []);
}

#[tokio::test]
async fn a_test_of_the_list_is_listed_and_what_cannot_be_delivered_is_refused() {
    let bed = bed().await;
    for _ in 0..2 {
        assert_eq!(test_of(&bed, "interface").await.0, StatusCode::OK);
    }
    let page = bed.page("").await;
    assert_eq!((page.items.len(), page.unread.count), (1, 1));
    assert_eq!(page.items[0].title, "Проверка: так выглядит уведомление");
    for channel in ["email", "mobile", "browser"] {
        let (status, error) = test_of(&bed, channel).await;
        assert_eq!(status, StatusCode::CONFLICT);
        assert_eq!(error["code"], "unavailable");
        assert_eq!(error["field"], "channel");
    }
    let (status, _) = test_of(&bed, "pigeon").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}
