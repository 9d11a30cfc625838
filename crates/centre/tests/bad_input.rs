//! Each field of the uniform format wrong, oversized, hostile: a 4xx that names the field, and not a
//! row more anywhere in the database.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use dealbell_protocol::{ApiError, rest::MAX_BULK_BODY};
use reqwest::Method;
use serde_json::{Value, json};
use support::{ANNA, Bed, bed, http};

/// How many rows each table has.
async fn rows(bed: &Bed) -> Vec<(String, i64)> {
    let database = bed.folder.path().join("centre.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(database);
    let db = sqlx::SqlitePool::connect_with(options.read_only(true))
        .await
        .unwrap();
    let tables: Vec<String> =
        sqlx::query_scalar("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            .fetch_all(&db)
            .await
            .unwrap();
    let mut all = Vec::new();
    for table in tables {
        let count = format!("SELECT count(*) FROM \"{table}\"");
        let count = sqlx::query_scalar(sqlx::AssertSqlSafe(count));
        all.push((table, count.fetch_one(&db).await.unwrap()));
    }
    db.close().await;
    all
}

struct Case {
    method: Method,
    path: &'static str,
    body: Vec<u8>,
    /// Which field is named; none where no field can be.
    field: Option<String>,
}

fn case(method: Method, path: &'static str, body: &Value, field: &str) -> Case {
    let body = body.to_string().into_bytes();
    let field = Some(field.to_owned());
    Case {
        method,
        path,
        body,
        field,
    }
}

/// Wrong values, by field.
fn wrong() -> Vec<(&'static str, Value)> {
    let long = |count| json!("ж".repeat(count));
    let mut all = Vec::new();
    for field in [
        "title",
        "text",
        "context",
        "author",
        "subject",
        "dedup_key",
        "link",
        "kind",
        "priority",
        "at",
        "icon",
    ] {
        all.extend(
            [json!(5), json!(true), json!(["a"]), json!({"a": "b"})].map(|value| (field, value)),
        );
        all.push((field, long(100_000)));
    }
    for field in ["users", "groups"] {
        all.extend(
            [
                json!(5),
                json!(ANNA),
                json!({"0": ANNA}),
                json!([5]),
                json!([null]),
                json!([[ANNA]]),
            ]
            .map(|value| (field, value)),
        );
        all.push((field, json!(vec![ANNA; 1_001])));
    }
    all.extend([json!("yes"), json!(1), json!([true])].map(|value| ("transient", value)));
    all.extend(
        [
            json!(null),
            json!(""),
            json!("\u{0}\u{202e}\u{200b} \n"),
            json!("\u{202e} \u{200b}\u{a0}"),
            long(201),
        ]
        .map(|value| ("title", value)),
    );
    for field in ["subject", "dedup_key"] {
        all.extend(
            [json!(""), json!("a\u{0}b"), json!("a\nb"), long(201)].map(|value| (field, value)),
        );
    }
    for field in ["context", "author"] {
        all.push((field, long(201)));
    }
    all.push(("text", long(4_001)));
    let links = [
        "",
        "/leads/1",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "ftp://a/",
        "https://",
        "https://user:secret@firm.ru/",
        "https://user@firm.ru/",
        "https://\u{0}/",
    ];
    all.extend(links.map(|link| ("link", json!(link))));
    all.push(("link", json!(format!("https://a/{}", "x".repeat(2_040)))));
    all.extend(["birthday", "", "TASK_NEW"].map(|kind| ("kind", json!(kind))));
    all.extend(["urgent", "", "HIGH"].map(|priority| ("priority", json!(priority))));
    all.extend(
        [
            "yesterday",
            "",
            "2026-13-01T00:00:00Z",
            "1763700000",
            "99999-01-01T00:00:00Z",
        ]
        .map(|at| ("at", json!(at))),
    );
    all.extend([
        ("icon", json!("info")),
        ("colour", json!("red")),
        ("Title", json!("a")),
    ]);
    all
}

fn icons() -> Vec<Value> {
    let mut all: Vec<Value> = [
        "",
        "x",
        "http://8.8.8.8/a.png",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "data:image/png;base64,",
        "data:image/svg+xml;base64,PHN2Zy8+",
        "data:text/html;base64,PGI+",
        "data:image/png,raw",
        "data:image/png;base64,***",
        "data:image/png;base64,PHN2Zy8+",
        "https://127.0.0.1/a.png",
        "https://10.0.0.1/a.png",
        "https://192.168.0.1/",
        "https://172.16.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/",
        "https://[fd00::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://localhost/a.png",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.1/",
        "https://017700000001/",
        "https://0/",
        "https://user:secret@example.org/a.png",
    ]
    .into_iter()
    .map(Value::from)
    .collect();
    all.push(json!(format!(
        "data:image/png;base64,{}",
        "A".repeat(100_000)
    )));
    all.extend([json!(5), json!([]), json!({"url": "https://8.8.8.8/"})]);
    all
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let one = "/v1/notifications";
    let bulk = "/v1/notifications/bulk";
    for (field, value) in wrong() {
        let mut body = json!({"users": [ANNA], "title": "Оплата"});
        body[field] = value;
        cases.push(case(Method::POST, one, &body, field));
        let good = json!({"users": [ANNA], "title": "Оплата"});
        let many = json!({"notifications": [good, body]});
        cases.push(case(
            Method::POST,
            bulk,
            &many,
            &format!("notifications[1].{field}"),
        ));
    }
    for icon in icons() {
        cases.push(case(
            Method::PUT,
            "/v1/provider",
            &json!({"name": "Другая", "icon": icon}),
            "icon",
        ));
    }
    for name in [
        json!(""),
        json!(null),
        json!(5),
        json!("ж".repeat(61)),
        json!("\u{0}\u{202e}"),
    ] {
        cases.push(case(
            Method::PUT,
            "/v1/provider",
            &json!({"name": name}),
            "name",
        ));
    }
    let good = json!({"users": [ANNA], "title": "Оплата"});
    for many in [
        json!([]),
        json!({}),
        json!("a"),
        json!(vec![good; 101]),
        Value::Null,
    ] {
        cases.push(case(
            Method::POST,
            bulk,
            &json!({"notifications": many}),
            "notifications",
        ));
    }
    cases.push(case(
        Method::POST,
        bulk,
        &json!({"notifications": [5]}),
        "notifications[0]",
    ));
    cases.push(case(
        Method::POST,
        one,
        &json!({"title": "Оплата"}),
        "users",
    ));
    cases.push(case(Method::POST, one, &json!({"users": [ANNA]}), "title"));
    cases.push(case(
        Method::POST,
        one,
        &json!({"users": ["x@y.z"], "title": "a"}),
        "x@y.z",
    ));
    cases.push(case(
        Method::POST,
        one,
        &json!({"groups": ["нет"], "title": "a"}),
        "нет",
    ));
    cases.push(case(Method::DELETE, one, &Value::Null, "subject"));
    cases.push(case(Method::PATCH, one, &json!({"title": "a"}), "subject"));
    // Where there is no field to name.
    let deep = [b"{\"title\":".to_vec(), vec![b'['; 100_000]].concat();
    let large = [b"{\"title\":\"".to_vec(), vec![b'x'; 10 * 1024 * 1024]].concat();
    let too_many = vec![b' '; MAX_BULK_BODY + 1];
    for (path, body) in [
        (one, deep),
        (one, large),
        (bulk, too_many),
        (one, b"{\"title\":\"\xff\"}".to_vec()),
        (one, Vec::new()),
        (one, b"{\"title\":\"\\ud800\"}".to_vec()),
        (one, b"null".to_vec()),
    ] {
        cases.push(Case {
            method: Method::POST,
            path,
            body,
            field: None,
        });
    }
    cases
}

#[tokio::test]
async fn every_wrong_field_is_named_and_nothing_is_stored() {
    let bed = bed().await;
    let key = bed.centre.add_integration("Касса").await.unwrap();
    // The first use of a key is written down; the others of this minute are not.
    let said = http()
        .get(bed.url("/v1/provider"))
        .bearer_auth(&key)
        .send()
        .await
        .unwrap();
    assert_eq!(said.status(), 200);
    let before = rows(&bed).await;
    let cases = cases();
    assert!(cases.len() > 250, "{}", cases.len());
    for case in cases {
        let shown = String::from_utf8_lossy(&case.body[..case.body.len().min(200)]).into_owned();
        let request = http()
            .request(case.method, bed.url(case.path))
            .bearer_auth(&key);
        let request = request.header("Idempotency-Key", "same").body(case.body);
        // A body that is too large may be refused before it was sent to its end.
        let Ok(answer) = request.send().await else {
            assert!(case.field.is_none(), "{shown}");
            continue;
        };
        let status = answer.status();
        assert!(status.is_client_error(), "{status}: {shown}");
        let error: ApiError = answer.json().await.unwrap();
        assert_eq!(error.field, case.field, "{error}: {shown}");
    }
    assert_eq!(rows(&bed).await, before);
    let page = bed.page("").await;
    assert!(page.items.is_empty());
}

#[tokio::test]
async fn a_script_in_a_text_is_text() {
    let bed = bed().await;
    let key = bed.centre.add_integration("Касса").await.unwrap();
    let script = "<script>alert('1')</script>{{7*7}}${7*7}'; DROP TABLE users;--";
    let body = json!({"users": [ANNA], "title": script, "text": script, "context": script, "author": script,
        "subject": script, "dedup_key": script});
    let request = http().post(bed.url("/v1/notifications")).bearer_auth(&key);
    assert_eq!(request.json(&body).send().await.unwrap().status(), 201);
    let item = serde_json::to_value(&bed.page("").await.items[0]).unwrap();
    for field in ["title", "text", "context", "author", "subject"] {
        assert_eq!(item[field], script, "{field}");
    }
}
