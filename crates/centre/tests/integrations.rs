//! Integrations: keys, limits, groups, bulk, new words, pictures, and being taken away.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use dealbell_centre::{Actor, Rate, ServeOptions};
use dealbell_protocol::{
    ApiError, ErrorCode, ProviderId, Role,
    integration::{AddedIntegration, AddedKey, IntegrationRow},
    rest::{BulkPublished, Published},
    stream::{Change, ServerFrame},
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;
use support::{ANNA, Bed, bed, bed_with, http};

const BORIS: &str = "boris@firm.ru";
/// A red dot, PNG.
const DOT: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";

async fn ask(bed: &Bed, secret: &str, method: Method, path: &str, body: Value) -> (u16, Value) {
    let request = http().request(method, bed.url(path)).bearer_auth(secret);
    let request = match body {
        Value::Null => request,
        body => request.json(&body),
    };
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    (status, answer.json().await.unwrap())
}

async fn post(bed: &Bed, secret: &str, body: Value) -> (u16, Value) {
    ask(bed, secret, Method::POST, "/v1/notifications", body).await
}

fn read<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

fn ring(title: &str) -> Value {
    json!({"users": [ANNA], "title": title})
}

async fn with_key() -> (Bed, String) {
    let bed = bed().await;
    let key = bed.centre.add_integration("Касса").await.unwrap();
    (bed, key)
}

#[tokio::test]
async fn administrators_add_keys_that_follow_one_another_without_a_gap() {
    let bed = bed().await;
    let new = json!({"name": "Касса № 1"});
    let path = "/v1/integrations";
    let (status, error) = ask(&bed, &bed.token, Method::POST, path, new.clone()).await;
    assert_eq!((status, &error["code"]), (403, &json!("forbidden")));
    let role = bed
        .centre
        .set_role(Actor::command_line(), ANNA, Role::Administrator);
    role.await.unwrap();

    let (status, added) = ask(&bed, &bed.token, Method::POST, path, new.clone()).await;
    assert_eq!(status, 201);
    let added: AddedIntegration = read(added);
    assert_eq!(added.id.as_str(), "касса-1");
    let (status, error) = ask(&bed, &bed.token, Method::POST, path, new).await;
    assert_eq!((status, &error["field"]), (400, &json!("name")));

    let keys = "/v1/integrations/касса-1/keys";
    let label = json!({"label": "с января"});
    let (status, next) = ask(&bed, &bed.token, Method::POST, keys, label).await;
    assert_eq!(status, 201);
    let next: AddedKey = read(next);
    for secret in [&added.key.secret, &next.secret] {
        assert_eq!(post(&bed, secret, ring("Оплата")).await.0, 201);
    }
    let old = format!("{keys}/{}", added.key.id);
    assert_eq!(
        ask(&bed, &bed.token, Method::DELETE, &old, Value::Null)
            .await
            .0,
        200
    );
    assert_eq!(
        ask(&bed, &bed.token, Method::DELETE, &old, Value::Null)
            .await
            .0,
        404
    );
    let (status, error) = post(&bed, &added.key.secret, ring("Оплата")).await;
    assert_eq!((status, &error["code"]), (401, &json!("token_revoked")));
    assert_eq!(post(&bed, &next.secret, ring("Оплата")).await.0, 201);

    let (_, rows) = ask(&bed, &bed.token, Method::GET, path, Value::Null).await;
    let text = rows.to_string();
    assert!(!text.contains(&next.secret) && !text.contains(&added.key.secret));
    let rows: Vec<IntegrationRow> = read(rows);
    let keys = &rows[0].keys;
    assert_eq!(
        keys.iter().filter(|key| key.revoked_at.is_none()).count(),
        1
    );
    assert!(
        keys.iter()
            .any(|key| key.label == "с января" && key.hint.starts_with("dbi_"))
    );
    let acts = bed.centre.audit(None, None, 10).await.unwrap().items;
    let acts: Vec<_> = acts.iter().map(|row| row.act.as_str()).collect();
    for act in ["integration.add", "key.add", "key.revoke"] {
        assert!(acts.contains(&act), "{acts:?}");
    }
}

#[tokio::test]
async fn c4_an_integration_taken_away_leaves_the_settings_and_what_it_said_stays() {
    let (bed, key) = with_key().await;
    assert_eq!(post(&bed, &key, ring("Оплата")).await.0, 201);
    let listed = async || {
        let (_, settings) = ask(&bed, &bed.token, Method::GET, "/v1/channels", Value::Null).await;
        settings["providers"].to_string().contains("Касса")
    };
    assert!(listed().await);
    let id = ProviderId::new("касса");
    let removed = bed
        .centre
        .remove_integration(Actor::command_line(), id.clone());
    removed.await.unwrap();
    assert!(!listed().await);
    assert_eq!(post(&bed, &key, ring("Оплата")).await.0, 401);
    assert_eq!(bed.page("").await.items[0].title, "Оплата");
    assert!(
        bed.centre
            .remove_integration(Actor::command_line(), id)
            .await
            .is_err()
    );
    let again = bed.centre.add_integration("Касса").await.unwrap();
    assert!(listed().await);
    assert_eq!(post(&bed, &again, ring("Возврат")).await.0, 201);
    assert_eq!(post(&bed, &key, ring("Возврат")).await.0, 401);
}

#[tokio::test]
async fn a_flood_of_one_integration_starves_no_other_and_is_told_when_to_come_back() {
    let options = ServeOptions {
        per_key: Rate::every(Duration::from_secs(60), 4),
        per_account: Rate::every(Duration::from_secs(60), 3),
        ..ServeOptions::default()
    };
    let bed = bed_with(options).await;
    bed.centre.add_user(BORIS, "", "ru").await.unwrap();
    let loud = bed.centre.add_integration("Громкий").await.unwrap();
    let calm = bed.centre.add_integration("Тихий").await.unwrap();
    for _ in 0..3 {
        assert_eq!(post(&bed, &loud, ring("!")).await.0, 201);
    }
    // Anna has had enough of it, Boris has not; then the key itself is at its end.
    let (status, error) = post(&bed, &loud, json!({"users": [BORIS, ANNA], "title": "!"})).await;
    let error: ApiError = read(error);
    assert_eq!((status, error.code), (429, ErrorCode::RateLimited));
    assert!(error.message.contains("recipients"), "{error}");
    let request = http().post(bed.url("/v1/notifications")).bearer_auth(&loud);
    let answer = request.json(&ring("!")).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
    let after: u64 = answer.headers()["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    let error: ApiError = answer.json().await.unwrap();
    let ms = error.retry_ms.unwrap();
    assert!(
        (1..=60_000).contains(&ms) && (1..=60).contains(&after),
        "{after} s, {ms} ms"
    );
    assert!(error.message.contains("key"), "{error}");

    let many = json!({"notifications": [ring("a"), ring("b")]});
    let bulk = "/v1/notifications/bulk";
    assert_eq!(ask(&bed, &calm, Method::POST, bulk, many).await.0, 201);
    assert_eq!(post(&bed, &calm, ring("c")).await.0, 201);
    assert_eq!(bed.page("").await.items.len(), 6);
    // A bulk request counts by its notifications.
    let many = json!({"notifications": [ring("a"), ring("b")]});
    assert_eq!(ask(&bed, &calm, Method::POST, bulk, many).await.0, 429);
}

#[tokio::test]
async fn c12_a_group_is_its_members_each_once_and_an_unknown_one_refuses_all() {
    let (bed, key) = with_key().await;
    let boris = bed.centre.add_user(BORIS, "", "ru").await.unwrap();
    let role = bed
        .centre
        .set_role(Actor::command_line(), ANNA, Role::Administrator);
    role.await.unwrap();
    let group = json!({"name": "Продажи"});
    assert_eq!(
        ask(&bed, &bed.token, Method::POST, "/v1/groups", group)
            .await
            .0,
        201
    );
    for user in [bed.anna, boris] {
        let path = format!("/v1/groups/Продажи/members/{user}");
        assert_eq!(
            ask(&bed, &bed.token, Method::PUT, &path, Value::Null)
                .await
                .0,
            200
        );
    }
    let body = json!({"groups": ["Продажи", "Продажи"], "users": [ANNA], "title": "План"});
    let (status, told) = post(&bed, &key, body).await;
    assert_eq!(status, 201);
    assert_eq!(read::<Published>(told).ids.len(), 2);
    assert_eq!(bed.page("").await.items.len(), 1);

    let body = json!({"groups": ["Продажи", "Снабжение"], "title": "План"});
    let (status, error) = post(&bed, &key, body).await;
    let error: ApiError = read(error);
    assert_eq!((status, error.code), (422, ErrorCode::RecipientUnknown));
    assert_eq!(error.field.as_deref(), Some("Снабжение"));
    assert_eq!(bed.page("").await.items.len(), 1);
}

#[tokio::test]
async fn a_bulk_request_is_done_whole_or_not_at_all_and_once() {
    let (bed, key) = with_key().await;
    let send = async |body: &Value| {
        let request = http().post(bed.url("/v1/notifications/bulk"));
        let request = request
            .bearer_auth(&key)
            .header("Idempotency-Key", "import-1");
        let answer = request.json(body).send().await.unwrap();
        (
            answer.status().as_u16(),
            answer.json::<Value>().await.unwrap(),
        )
    };
    let bad = json!({"notifications": [ring("a"), {"users": [ANNA], "title": "b", "link": "javascript:alert(1)"}]});
    let (status, error) = send(&bad).await;
    assert_eq!(
        (status, &error["field"]),
        (400, &json!("notifications[1].link"))
    );
    let nobody = json!({"notifications": [ring("a"), {"users": [BORIS], "title": "b"}]});
    let (status, error) = send(&nobody).await;
    assert_eq!((status, &error["field"]), (422, &json!(BORIS)));
    assert!(bed.page("").await.items.is_empty());

    let good = json!({"notifications": [ring("a"), ring("b")]});
    let (status, first) = send(&good).await;
    assert_eq!(status, 201);
    assert_eq!(send(&good).await, (201, first.clone()));
    assert_eq!(read::<BulkPublished>(first).results.len(), 2);
    assert_eq!(bed.page("").await.items.len(), 2);
    assert_eq!(send(&json!({"notifications": [ring("a")]})).await.0, 409);
}

#[tokio::test]
async fn new_words_for_a_subject_reach_everybody_keep_the_mark_and_ring_no_more() {
    let (bed, key) = with_key().await;
    let body = json!({"users": [ANNA], "title": "Заказ собран", "text": "Ждёт", "subject": "order:1",
        "link": "https://firm.amocrm.ru/leads/detail/1", "priority": "high"});
    assert_eq!(post(&bed, &key, body).await.0, 201);
    let mut client = bed.live().await;
    let path = "/v1/notifications?subject=order:1";
    let words = json!({"title": "Заказ выдан", "link": null});
    let (status, said) = ask(&bed, &key, Method::PATCH, path, words.clone()).await;
    assert_eq!((status, said), (200, json!({"updated": 1})));
    let Change::Updated(item) = client.event().await.change else {
        panic!("an update was expected");
    };
    let kept = (item.title.as_str(), item.text.as_str(), &item.link);
    assert_eq!(kept, ("Заказ выдан", "Ждёт", &None));
    assert_eq!(item.priority.name(), "high");

    let other = bed.centre.add_integration("Другая").await.unwrap();
    let said = ask(&bed, &other, Method::PATCH, path, words).await;
    assert_eq!(said, (200, json!({"updated": 0})));
    for (body, field) in [
        (json!({"title": null}), "title"),
        (json!({"title": ""}), "title"),
        (json!({"link": "ftp://a"}), "link"),
        (json!({"subject": "order:2"}), "subject"),
    ] {
        let (status, error) = ask(&bed, &key, Method::PATCH, path, body).await;
        assert_eq!((status, &error["field"]), (400, &json!(field)));
    }
}

#[tokio::test]
async fn c10_a_transient_notice_carries_its_sign_and_is_kept_nowhere() {
    let (bed, key) = with_key().await;
    let mut client = bed.live().await;
    let body = json!({"users": [ANNA], "title": "Звонит Ирина", "transient": true, "icon": "call"});
    let (status, told) = post(&bed, &key, body).await;
    assert_eq!((status, told), (201, json!({"ids": []})));
    let ServerFrame::Popup { data } = client.next().await else {
        panic!("a pop-up was expected");
    };
    let sign = serde_json::to_value(data.icon).unwrap();
    assert_eq!((data.title.as_str(), sign), ("Звонит Ирина", json!("call")));
    assert!(bed.page("").await.items.is_empty());
}

#[tokio::test]
async fn a_picture_is_told_by_its_tag_and_asked_for_only_when_it_changed() {
    let (bed, key) = with_key().await;
    let mut client = bed.live().await;
    let body = json!({"name": "Касса у входа", "icon": DOT});
    let (status, provider) = ask(&bed, &key, Method::PUT, "/v1/provider", body.clone()).await;
    assert_eq!(status, 200);
    let tag = provider["icon"].as_str().unwrap().to_owned();
    let Change::Providers(settings) = client.event().await.change else {
        panic!("the providers were expected");
    };
    let told = &settings.providers.last().unwrap().provider;
    assert_eq!(
        (told.name.as_str(), told.icon.as_ref()),
        ("Касса у входа", Some(&tag))
    );
    // The same again is no news.
    assert_eq!(
        ask(&bed, &key, Method::PUT, "/v1/provider", body).await.1,
        provider
    );

    let icon = async |known: &str| {
        let request = http().get(bed.url("/v1/providers/касса/icon"));
        let request = request
            .bearer_auth(&bed.token)
            .header("If-None-Match", known);
        request.send().await.unwrap()
    };
    let answer = icon("\"other\"").await;
    assert_eq!(answer.headers()["content-type"], "image/png");
    assert_eq!(
        answer.headers()["etag"].to_str().unwrap(),
        format!("\"{tag}\"")
    );
    assert!(answer.bytes().await.unwrap().starts_with(b"\x89PNG"));
    assert_eq!(
        icon(&format!("\"{tag}\"")).await.status(),
        StatusCode::NOT_MODIFIED
    );

    let gone = ask(
        &bed,
        &key,
        Method::PUT,
        "/v1/provider",
        json!({"icon": null}),
    )
    .await
    .1;
    assert_eq!(gone, json!({"id": "касса", "name": "Касса у входа"}));
    assert_eq!(icon("").await.status(), StatusCode::NOT_FOUND);
}

/// "Dealbell: enter your password" must not come from a till.
#[tokio::test]
async fn no_integration_passes_for_somebody_else() {
    let (bed, key) = with_key().await;
    bed.centre.add_integration("Склад").await.unwrap();
    for name in [
        "Задачи",
        "Tasks",
        "Сиcтeмa",
        "DeaIbell",
        "Поддержка Dealbell",
        "аmoСRM",
        "CKЛAД",
        "Склад.",
    ] {
        let body = json!({ "name": name });
        let (status, error) = ask(&bed, &key, Method::PUT, "/v1/provider", body).await;
        assert_eq!((status, &error["field"]), (400, &json!("name")), "{name}");
        assert!(bed.centre.add_integration(name).await.is_err(), "{name}");
    }
    let own = json!({"name": "КАССА"});
    assert_eq!(
        ask(&bed, &key, Method::PUT, "/v1/provider", own).await.0,
        200
    );

    let body =
        json!({"users": [ANNA], "title": "Войдите заново", "kind": "system", "subject": "a"});
    let (status, error) = post(&bed, &key, body.clone()).await;
    assert_eq!((status, &error["field"]), (400, &json!("kind")));
    let bulk = json!({ "notifications": [body] });
    let path = "/v1/notifications/bulk";
    let (status, error) = ask(&bed, &key, Method::POST, path, bulk).await;
    let field = json!("notifications[0].kind");
    assert_eq!((status, &error["field"]), (400, &field));
    let (path, body) = ("/v1/notifications?subject=a", json!({"kind": "system"}));
    let (status, error) = ask(&bed, &key, Method::PATCH, path, body).await;
    assert_eq!((status, &error["field"]), (400, &json!("kind")));
}

/// Every change of a name is an entry for every user.
#[tokio::test]
async fn whoever_renames_itself_without_end_is_told_to_wait() {
    let (bed, key) = with_key().await;
    let mut renamed = 0;
    for n in 0..20 {
        let body = json!({ "name": format!("Касса {n}") });
        let (status, error) = ask(&bed, &key, Method::PUT, "/v1/provider", body).await;
        if status == 429 {
            assert!(error["retry_ms"].as_u64().unwrap() > 1_000);
            break;
        }
        assert_eq!(status, 200, "{error}");
        renamed += 1;
    }
    assert!((1..=5).contains(&renamed), "{renamed}");
    // What is no change tells nobody and costs nothing.
    let same = json!({ "name": format!("Касса {}", renamed - 1) });
    assert_eq!(
        ask(&bed, &key, Method::PUT, "/v1/provider", same).await.0,
        200
    );
}

#[tokio::test]
async fn new_words_and_what_is_taken_back_are_measured_as_what_is_said() {
    let options = ServeOptions {
        per_account: Rate::every(Duration::from_secs(60), 3),
        ..ServeOptions::default()
    };
    let bed = bed_with(options).await;
    let key = bed.centre.add_integration("Касса").await.unwrap();
    let body = json!({"users": [ANNA], "title": "Оплата", "subject": "a"});
    assert_eq!(post(&bed, &key, body).await.0, 201);
    let path = "/v1/notifications?subject=a";
    let said = async |n: u32| {
        let body = json!({ "title": format!("Оплата {n}") });
        ask(&bed, &key, Method::PATCH, path, body).await.0
    };
    assert_eq!(
        (said(1).await, said(2).await, said(3).await),
        (200, 200, 429)
    );
    let gone = ask(&bed, &key, Method::DELETE, path, Value::Null).await;
    assert_eq!(gone.0, 429);
    assert_eq!(bed.page("").await.items[0].title, "Оплата 2");
}

/// Pop-ups are kept nowhere, but each is a question to the database.
#[tokio::test]
async fn pop_ups_count_by_the_people_they_reach() {
    let (bed, key) = with_key().await;
    let mut users = vec![ANNA.to_owned()];
    for n in 0..105 {
        let email = format!("user{n}@firm.ru");
        bed.centre.add_user(&email, "", "ru").await.unwrap();
        users.push(email);
    }
    let one = json!({"users": users, "title": "!", "transient": true});
    let many = json!({"notifications": vec![one; 100]});
    let bulk = "/v1/notifications/bulk";
    let (status, error) = ask(&bed, &key, Method::POST, bulk, many).await;
    assert_eq!((status, &error["field"]), (400, &json!("notifications")));
}
