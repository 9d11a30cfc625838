//! The HTTP face: limits, refusals, idempotency, revisions, foreign pages.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use axum::{Router, routing::get};
use dealbell_centre::ServeOptions;
use dealbell_protocol::{
    ApiError, Channel, ChannelSettings, ErrorCode,
    rest::{FeedPage, MAX_BODY, Me, Published},
    stream::{Change, ServerFrame},
};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use support::{ANNA, Bed, bed, bed_beside, bed_with, http};

struct Publisher {
    bed: Bed,
    key: String,
}

async fn publisher() -> Publisher {
    let bed = bed().await;
    let key = bed.centre.add_integration("Телефония").await.unwrap();
    Publisher { bed, key }
}

impl Publisher {
    fn post(&self) -> RequestBuilder {
        http()
            .post(self.bed.url("/v1/notifications"))
            .bearer_auth(&self.key)
    }

    async fn publish(&self, body: &Value) -> Published {
        let answer = self.post().json(body).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::CREATED);
        answer.json().await.unwrap()
    }

    async fn refused(&self, body: &Value) -> (StatusCode, ApiError) {
        refusal(self.post().json(body)).await
    }
}

async fn refusal(request: RequestBuilder) -> (StatusCode, ApiError) {
    let answer = request.send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

fn ring(changes: Value) -> Value {
    let mut body = json!({"users": [ANNA], "title": "Пропущенный звонок"});
    let fields = changes.as_object().unwrap().clone();
    body.as_object_mut().unwrap().extend(fields);
    body
}

#[tokio::test]
async fn what_is_published_is_listed_with_every_field() {
    let publisher = publisher().await;
    let body = ring(json!({
        "users": ["ANNA@firm.ru "],
        "text": "Перезвоните\n+7 900",
        "context": "Кухня «Верона»",
        "author": "Ирина Котова",
        "link": "https://firm.amocrm.ru/leads/detail/1",
        "kind": "call",
        "priority": "high",
        "subject": "call:1",
        "at": "2026-11-21T10:00:00Z",
    }));
    let published = publisher.publish(&body).await;
    let page = publisher.bed.page("").await;
    assert_eq!(page.unread.count, 1);
    let item = serde_json::to_value(&page.items[0]).unwrap();
    assert_eq!(item["id"], json!(published.ids[0]));
    assert_eq!(item["provider"], "телефония");
    assert_eq!(item["at"], 1_795_255_200_000_i64);
    assert_eq!(item["text"], "Перезвоните\n+7 900");
    for field in [
        "title", "context", "author", "link", "kind", "priority", "subject",
    ] {
        assert_eq!(item[field], body[field], "{field}");
    }
}

#[tokio::test]
async fn each_limit_is_a_400_that_names_the_field_and_stores_nothing() {
    let publisher = publisher().await;
    let at_limit = ring(json!({
        "title": "т".repeat(200), "text": "т".repeat(4_000), "subject": "s".repeat(200),
        "dedup_key": "k".repeat(200), "context": "c".repeat(200),
        "author": "a".repeat(200),
        "link": format!("https://a/{}", "x".repeat(2_038)),
    }));
    publisher.publish(&at_limit).await;
    let beyond = [
        ("title", json!("т".repeat(201))),
        ("title", json!("")),
        ("title", json!(" \u{202e}\u{7} ")),
        ("title", json!(5)),
        ("title", Value::Null),
        ("text", json!("т".repeat(4_001))),
        ("text", json!("x".repeat(100_000))),
        ("context", json!("c".repeat(201))),
        ("author", json!("a".repeat(201))),
        ("author", json!(["a"])),
        ("link", json!(format!("https://a/{}", "x".repeat(2_039)))),
        ("link", json!(format!("https://a/{}", "ж".repeat(2_000)))),
        ("link", json!("javascript:alert(1)")),
        ("link", json!("file:///etc/passwd")),
        ("link", json!("https://user:secret@a/")),
        ("link", json!("")),
        ("kind", json!("birthday")),
        ("priority", json!("urgent")),
        ("subject", json!("s".repeat(201))),
        ("subject", json!("a\nb")),
        ("subject", json!("")),
        ("dedup_key", json!("k".repeat(201))),
        ("at", json!("yesterday")),
        ("transient", json!("yes")),
        ("users", json!([])),
        ("users", json!("anna@firm.ru")),
        ("users", json!(vec![ANNA; 1_001])),
        ("colour", json!("red")),
    ];
    for (field, value) in beyond {
        let (status, error) = publisher.refused(&ring(json!({ field: value }))).await;
        let expected = (StatusCode::BAD_REQUEST, ErrorCode::FieldInvalid);
        assert_eq!((status, error.code), expected, "{field}: {value}");
        assert_eq!(error.field.as_deref(), Some(field), "{value}");
    }
    assert_eq!(publisher.bed.page("").await.items.len(), 1);
}

#[tokio::test]
async fn hostile_bodies_get_a_clear_answer() {
    let publisher = publisher().await;
    let hostile: [(&[u8], StatusCode); 7] = [
        (b"", StatusCode::BAD_REQUEST),
        (b"{", StatusCode::BAD_REQUEST),
        (b"[]", StatusCode::BAD_REQUEST),
        (b"null", StatusCode::BAD_REQUEST),
        (b"{\"users\":[\"\xff\"]}", StatusCode::BAD_REQUEST),
        (&[b'['; 10_000], StatusCode::BAD_REQUEST),
        (&[b' '; MAX_BODY + 1], StatusCode::PAYLOAD_TOO_LARGE),
    ];
    for (body, expected) in hostile {
        let (status, error) = refusal(publisher.post().body(body)).await;
        assert_eq!((status, error.code), (expected, ErrorCode::BodyInvalid));
    }
    assert_eq!(publisher.bed.page("").await.unread.at, 1); // the integration's own entry
}

#[tokio::test]
async fn hostile_text_is_stored_plain() {
    let publisher = publisher().await;
    let title = "<b>Сделка</b> \u{202e}dcba\u{0000} 👩‍👩‍👧 عربى";
    publisher
        .publish(&ring(
            json!({"title": title, "text": "a\r\nb\u{1b}[31m\u{200b}c"}),
        ))
        .await;
    let item = publisher.bed.page("").await.items.remove(0);
    assert_eq!(item.title, "<b>Сделка</b> dcba 👩‍👩‍👧 عربى");
    assert_eq!(item.text, "a\nb[31mc");
}

#[tokio::test]
async fn an_unknown_recipient_refuses_all_and_is_named() {
    let publisher = publisher().await;
    for transient in [false, true] {
        let body = ring(json!({"users": [ANNA, "nobody@firm.ru"], "transient": transient}));
        let (status, error) = publisher.refused(&body).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(error.code, ErrorCode::RecipientUnknown);
        assert_eq!(error.field.as_deref(), Some("nobody@firm.ru"));
    }
    assert_eq!(publisher.bed.page("").await.items, []);
}

#[tokio::test]
async fn the_same_request_again_answers_the_same_and_another_body_is_a_conflict() {
    let publisher = publisher().await;
    let body = ring(json!({"users": [ANNA, ANNA]}));
    let send = |body: &Value| publisher.post().header("Idempotency-Key", "k-1").json(body);
    let first: Published = send(&body).send().await.unwrap().json().await.unwrap();
    let again = send(&body).send().await.unwrap();
    assert_eq!(again.status(), StatusCode::CREATED);
    assert_eq!(again.json::<Published>().await.unwrap(), first);
    assert_eq!(first.ids.len(), 2);
    assert_eq!(first.ids[0], first.ids[1]);
    assert_eq!(publisher.bed.page("").await.items.len(), 1);

    let (status, error) = refusal(send(&ring(json!({"text": "другое"})))).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_eq!(error.code, ErrorCode::IdempotencyConflict);
    assert_eq!(publisher.bed.page("").await.items.len(), 1);

    let long = "k".repeat(201);
    let (status, error) =
        refusal(publisher.post().header("Idempotency-Key", long).json(&body)).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(error.field.as_deref(), Some("Idempotency-Key"));
}

#[tokio::test]
async fn requests_under_one_key_at_once_make_one_notification() {
    let publisher = publisher().await;
    let body = ring(json!({}));
    let send = || async {
        let request = publisher.post().header("Idempotency-Key", "k").json(&body);
        request
            .send()
            .await
            .unwrap()
            .json::<Published>()
            .await
            .unwrap()
    };
    let (a, b, c) = tokio::join!(send(), send(), send());
    assert!(a == b && b == c);
    assert_eq!(publisher.bed.page("").await.items.len(), 1);
}

#[tokio::test]
async fn a_dedup_key_updates_an_unread_one_and_makes_a_new_one_after_a_read_one() {
    let publisher = publisher().await;
    let say = |text: &str| ring(json!({"dedup_key": "chat:1", "text": text}));
    let first = publisher.publish(&say("одно сообщение")).await;
    let second = publisher.publish(&say("два сообщения")).await;
    assert_eq!(first, second);
    let page = publisher.bed.page("").await;
    assert_eq!((page.items.len(), page.unread.count), (1, 1));
    assert_eq!(page.items[0].text, "два сообщения");

    let read = http()
        .post(publisher.bed.url("/v1/notifications/read"))
        .bearer_auth(&publisher.bed.token)
        .json(&json!({"ids": first.ids}));
    assert_eq!(read.send().await.unwrap().status(), StatusCode::OK);
    let third = publisher.publish(&say("три сообщения")).await;
    assert_ne!(first, third);
    let page = publisher.bed.page("").await;
    assert_eq!((page.items.len(), page.unread.count), (2, 1));
}

#[tokio::test]
async fn an_integration_takes_back_what_it_said_and_nobody_elses() {
    let publisher = publisher().await;
    let other = publisher.bed.centre.add_integration("Касса").await.unwrap();
    let body = ring(json!({"subject": "task:1"}));
    publisher.publish(&body).await;
    let take_back = |key: &str| {
        http()
            .delete(publisher.bed.url("/v1/notifications"))
            .bearer_auth(key)
            .query(&[("subject", "task:1"), ("user", ANNA)])
    };
    let removed = take_back(&other).send().await.unwrap();
    assert_eq!(
        removed.json::<Value>().await.unwrap(),
        json!({"removed": 0})
    );
    let anew = http().patch(publisher.bed.url("/v1/notifications"));
    let anew = anew.bearer_auth(&other).query(&[("subject", "task:1")]);
    let anew = anew.json(&json!({"title": "Другое"})).send().await.unwrap();
    assert_eq!(anew.json::<Value>().await.unwrap(), json!({"updated": 0}));
    let page = publisher.bed.page("").await;
    assert_ne!(page.items[0].title, "Другое");
    let removed = take_back(&publisher.key).send().await.unwrap();
    assert_eq!(
        removed.json::<Value>().await.unwrap(),
        json!({"removed": 1})
    );
    let page = publisher.bed.page("").await;
    assert_eq!((page.items.len(), page.unread.count), (0, 0));

    let bare = http().delete(publisher.bed.url("/v1/notifications"));
    let (status, error) = refusal(bare.bearer_auth(&publisher.key)).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(error.field.as_deref(), Some("subject"));
}

#[tokio::test]
async fn a_transient_one_pops_up_now_is_kept_nowhere_and_obeys_the_master_switch() {
    let publisher = publisher().await;
    let mut client = publisher.bed.live().await;
    let pop = |title: &str| ring(json!({"transient": true, "title": title}));
    assert_eq!(publisher.publish(&pop("Входящий звонок")).await.ids, []);
    let ServerFrame::Popup { data } = client.next().await else {
        panic!("no popup came")
    };
    assert_eq!(data.title, "Входящий звонок");

    save(
        &publisher.bed,
        1,
        &json!({"receive": false, "providers": {}}),
    )
    .await;
    publisher.publish(&pop("Молча")).await;
    publisher.publish(&ring(json!({}))).await;
    assert!(matches!(client.event().await.change, Change::Channels(_)));
    assert!(matches!(client.event().await.change, Change::Created(_)));
    assert_eq!(publisher.bed.page("").await.items.len(), 1);
}

async fn save(bed: &Bed, revision: u64, body: &Value) -> reqwest::Response {
    http()
        .put(bed.url("/v1/channels"))
        .bearer_auth(&bed.token)
        .header("If-Match", format!("\"{revision}\""))
        .json(body)
        .send()
        .await
        .unwrap()
}

#[tokio::test]
async fn channels_are_saved_over_the_revision_that_was_read() {
    let bed = bed().await;
    let read = http().get(bed.url("/v1/channels")).bearer_auth(&bed.token);
    let answer = read.try_clone().unwrap().send().await.unwrap();
    assert_eq!(answer.headers()["etag"], "\"1\"");
    let settings: ChannelSettings = answer.json().await.unwrap();
    let listed: Vec<_> = settings
        .providers
        .iter()
        .map(|row| row.provider.id.as_str())
        .collect();
    assert_eq!(
        listed,
        ["tasks", "chats", "calls", "requests", "deals", "system"]
    );
    assert!(settings.receive);
    assert_eq!(settings.deliverable, [Channel::Interface, Channel::Desktop]);

    let off = json!({"desktop": false, "email": true, "mobile": false, "browser": false});
    let body = json!({"receive": true, "providers": {"chats": off}});
    let answer = save(&bed, 1, &body).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["etag"], "\"2\"");
    let saved: ChannelSettings = answer.json().await.unwrap();
    assert_eq!(
        serde_json::to_value(saved.providers[1].channels).unwrap(),
        off
    );
    assert_eq!(saved.providers[0], settings.providers[0]);
    let again: ChannelSettings = read.send().await.unwrap().json().await.unwrap();
    assert_eq!(again, saved);

    let stale = save(&bed, 1, &body).await;
    assert_eq!(stale.status(), StatusCode::PRECONDITION_FAILED);
    let error: ApiError = stale.json().await.unwrap();
    assert_eq!(error.code, ErrorCode::RevisionConflict);
    let bare = http().put(bed.url("/v1/channels")).bearer_auth(&bed.token);
    assert_eq!(
        refusal(bare.json(&body)).await.0,
        StatusCode::PRECONDITION_REQUIRED
    );

    // A save that is refused leaves nothing behind, and Interface is no field (RULES C2).
    let unknown = json!({"receive": false, "providers": {"chats": off, "fax": off}});
    let error: ApiError = save(&bed, 2, &unknown).await.json().await.unwrap();
    assert_eq!(error.field.as_deref(), Some("providers.fax"));
    let interface = json!({"receive": true, "providers": {}, "interface": false});
    assert_eq!(
        save(&bed, 2, &interface).await.status(),
        StatusCode::BAD_REQUEST
    );
    assert_eq!(save(&bed, 2, &body).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn pages_of_the_feed_meet_without_gap_or_double() {
    let bed = bed().await;
    bed.tell_anna(7).await;
    let as_of = bed.page("limit=3").await.as_of;
    bed.tell_anna(2).await;
    let seqs: Vec<u64> = bed
        .snapshot(&as_of, 3)
        .await
        .iter()
        .map(|n| n.created_seq)
        .collect();
    assert_eq!(seqs, [7, 6, 5, 4, 3, 2, 1]);
    let page = bed.page("limit=0").await;
    assert_eq!((page.items.len(), page.next), (1, Some(9)));
    for (query, status) in [
        ("as_of=e0.3", StatusCode::NOT_FOUND),
        (&format!("as_of={}.99", as_of.epoch), StatusCode::NOT_FOUND),
        ("as_of=nonsense", StatusCode::BAD_REQUEST),
        ("before=-1", StatusCode::BAD_REQUEST),
        ("limit=many", StatusCode::BAD_REQUEST),
    ] {
        let request = http().get(bed.url(&format!("/v1/notifications?{query}")));
        assert_eq!(
            refusal(request.bearer_auth(&bed.token)).await.0,
            status,
            "{query}"
        );
    }
}

#[tokio::test]
async fn every_refusal_is_json_with_a_code() {
    let publisher = publisher().await;
    let bed = &publisher.bed;
    let ask = |method, path| http().request(method, bed.url(path));
    let (device, key) = (&bed.token, &publisher.key);
    let cases = [
        (ask(Method::GET, "/"), 404, ErrorCode::NotFound),
        (ask(Method::PATCH, "/v1/me"), 405, ErrorCode::NotFound),
        (ask(Method::GET, "/v1/me"), 401, ErrorCode::TokenInvalid),
        (
            ask(Method::GET, "/v1/me").bearer_auth("x"),
            401,
            ErrorCode::TokenInvalid,
        ),
        (
            ask(Method::GET, "/v1/me").basic_auth("a", Some("b")),
            401,
            ErrorCode::TokenInvalid,
        ),
        (
            ask(Method::GET, "/v1/me").bearer_auth(key),
            403,
            ErrorCode::Forbidden,
        ),
        (
            ask(Method::POST, "/v1/notifications").bearer_auth(device),
            403,
            ErrorCode::Forbidden,
        ),
        (
            ask(Method::GET, "/v1/stream").bearer_auth(device),
            400,
            ErrorCode::Protocol,
        ),
    ];
    for (request, status, code) in cases {
        let (got, error) = refusal(request).await;
        assert_eq!((got.as_u16(), error.code), (status, code));
        assert!(!error.message.is_empty());
    }
    bed.centre.revoke_device(device).await.unwrap();
    let (status, error) = refusal(ask(Method::GET, "/v1/me").bearer_auth(device)).await;
    assert_eq!(
        (status.as_u16(), error.code),
        (401, ErrorCode::TokenRevoked)
    );
}

#[tokio::test]
async fn me_and_healthz() {
    let bed = bed().await;
    let me = http().get(bed.url("/v1/me")).bearer_auth(&bed.token);
    let me: Me = me.send().await.unwrap().json().await.unwrap();
    assert_eq!((me.email.as_str(), me.name.as_str()), (ANNA, "Анна"));
    assert!(me.now > 1_763_700_000_000);
    let health = http().get(bed.url("/healthz")).send().await.unwrap();
    assert_eq!(health.status(), StatusCode::OK);
}

#[tokio::test]
async fn the_embedded_one_answers_to_loopback_names_and_to_no_page() {
    let bed = bed_with(ServeOptions::embedded()).await;
    let ask = || http().get(bed.url("/v1/me")).bearer_auth(&bed.token);
    assert_eq!(ask().send().await.unwrap().status(), StatusCode::OK);
    let port = bed.address.port();
    for host in [
        "evil.example".to_owned(),
        format!("evil.example:{port}"),
        "127.0.0.1:1".to_owned(),
    ] {
        let (status, error) = refusal(ask().header("Host", host)).await;
        assert_eq!(
            (status, error.code),
            (StatusCode::FORBIDDEN, ErrorCode::ForeignOrigin)
        );
    }
    for origin in ["https://evil.example", "null", &bed.url("")] {
        let (status, error) = refusal(ask().header("Origin", origin)).await;
        assert_eq!(
            (status, error.code),
            (StatusCode::FORBIDDEN, ErrorCode::ForeignOrigin)
        );
    }
}

#[tokio::test]
async fn a_page_opens_the_stream_of_a_server_from_its_own_origin_alone() {
    let bed = bed().await;
    let ask = |origin: &str| {
        let request = http().get(bed.url("/v1/stream")).bearer_auth(&bed.token);
        request.header("Origin", origin)
    };
    let (status, error) = refusal(ask("https://evil.example")).await;
    assert_eq!(
        (status, error.code),
        (StatusCode::FORBIDDEN, ErrorCode::ForeignOrigin)
    );
    // Past the guard, the request fails for being no WebSocket.
    let (status, _) = refusal(ask(&bed.url(""))).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn marks_without_a_stream() {
    let bed = bed().await;
    bed.tell_anna(3).await;
    let FeedPage { items, as_of, .. } = bed.page("").await;
    let mark = |path: &str, body: Value| {
        let url = bed.url(&format!("/v1/notifications/{path}"));
        http().post(url).bearer_auth(&bed.token).json(&body)
    };
    for (path, body, left) in [
        ("read-all", json!({"upto": as_of}), 0),
        ("unread", json!({"ids": [items[0].id, items[1].id]}), 2),
        ("read", json!({"ids": [items[0].id]}), 1),
    ] {
        let answer = mark(path, body).send().await.unwrap();
        let marked: Value = answer.json().await.unwrap();
        assert_eq!(marked["unread"]["count"], left, "{path}");
    }
    assert_eq!(bed.page("").await.unread.count, 1);
    let (status, error) = refusal(mark("read", json!({"ids": ["x"]}))).await;
    assert_eq!(
        (status, error.code),
        (StatusCode::BAD_REQUEST, ErrorCode::BodyInvalid)
    );
    let many = vec![items[0].id; 1_001];
    let (_, error) = refusal(mark("read", json!({"ids": many}))).await;
    assert_eq!(error.field.as_deref(), Some("ids"));
}

#[tokio::test]
async fn routes_beside_the_centres_own_pass_the_same_guard_and_its_refusals_stay() {
    let beside = || Router::new().route("/v1/beside", get(|| async { "here" }));
    let open = bed_beside(ServeOptions::default(), beside()).await;
    let answer = http().get(open.url("/v1/beside")).send().await.unwrap();
    assert_eq!(answer.text().await.unwrap(), "here");
    let (status, error) = refusal(http().put(open.url("/v1/beside"))).await;
    assert_eq!((status.as_u16(), error.code), (405, ErrorCode::NotFound));
    let (status, _) = refusal(http().get(open.url("/v1/besides"))).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_eq!(open.page("").await.items, []);

    let embedded = bed_beside(ServeOptions::embedded(), beside()).await;
    let page = http().get(embedded.url("/v1/beside"));
    let (status, _) = refusal(page.header("Origin", "https://evil.example")).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
}
