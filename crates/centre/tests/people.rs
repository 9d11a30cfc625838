//! Users, roles, groups, the audit, and what is kept of a person.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use dealbell_centre::{Actor, Centre, Options};
use dealbell_protocol::{
    ApiError, ErrorCode, Role, UserId,
    people::{AuditPage, GroupRow, Page, PageQuery, UserRow},
    stream::CloseCode,
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::path::Path;
use support::{ANNA, Bed, bed, http};

const BORIS: &str = "boris.ivanov@firm.ru";

/// A bed in which Anna is an administrator.
async fn administered() -> Bed {
    let bed = bed().await;
    let actor = Actor::command_line();
    bed.centre
        .set_role(actor, ANNA, Role::Administrator)
        .await
        .unwrap();
    bed
}

async fn ask(
    bed: &Bed,
    token: &str,
    method: Method,
    path: &str,
    body: Value,
) -> (StatusCode, Value) {
    let request = http().request(method, bed.url(path)).bearer_auth(token);
    let request = match body {
        Value::Null => request,
        body => request.json(&body),
    };
    let answer = request.send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

async fn get(bed: &Bed, path: &str) -> Value {
    let (status, body) = ask(bed, &bed.token, Method::GET, path, Value::Null).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    body
}

#[tokio::test]
async fn administration_is_for_administrators() {
    let bed = bed().await;
    for (method, path) in [
        (Method::GET, "/v1/users"),
        (Method::POST, "/v1/users"),
        (Method::PATCH, "/v1/users/x"),
        (Method::DELETE, "/v1/users/x"),
        (Method::GET, "/v1/groups"),
        (Method::POST, "/v1/groups"),
        (Method::DELETE, "/v1/groups/x"),
        (Method::PUT, "/v1/groups/x/members/y"),
        (Method::GET, "/v1/invitations"),
        (Method::POST, "/v1/invitations"),
        (Method::DELETE, "/v1/invitations/x"),
        (Method::GET, "/v1/audit"),
        (Method::PUT, "/v1/defaults"),
        (Method::GET, "/v1/letters/dead"),
        (Method::POST, "/v1/letters/x/retry"),
        (Method::GET, "/v1/integrations"),
        (Method::POST, "/v1/integrations"),
        (Method::DELETE, "/v1/integrations/x"),
        (Method::POST, "/v1/integrations/x/keys"),
        (Method::DELETE, "/v1/integrations/x/keys/y"),
    ] {
        let (status, body) = ask(&bed, &bed.token, method.clone(), path, Value::Null).await;
        let error: ApiError = serde_json::from_value(body).unwrap();
        assert_eq!(
            (status, error.code),
            (StatusCode::FORBIDDEN, ErrorCode::Forbidden),
            "{method} {path}"
        );
        let (status, _) = ask(&bed, "dbd_wrong", method, path, Value::Null).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn users_are_added_changed_and_listed_in_pages() {
    let bed = administered().await;
    let new = json!({"email": " Boris.Ivanov@Firm.ru", "name": "Борис", "language": "en"});
    let (status, row) = ask(&bed, &bed.token, Method::POST, "/v1/users", new.clone()).await;
    assert_eq!(status, StatusCode::CREATED, "{row}");
    let row: UserRow = serde_json::from_value(row).unwrap();
    assert_eq!(
        (row.email.as_str(), row.role, row.language.as_str()),
        (BORIS, Role::Member, "en")
    );

    let (status, error) = ask(&bed, &bed.token, Method::POST, "/v1/users", new).await;
    assert_eq!(
        (status, &error["field"]),
        (StatusCode::BAD_REQUEST, &json!("email"))
    );
    for (wrong, field) in [
        (json!({"email": "nobody"}), json!("email")),
        (
            json!({"email": "a@b.c", "language": "de"}),
            json!("language"),
        ),
    ] {
        let (status, error) = ask(&bed, &bed.token, Method::POST, "/v1/users", wrong).await;
        assert_eq!((status, &error["field"]), (StatusCode::BAD_REQUEST, &field));
    }

    let path = format!("/v1/users/{}", row.id);
    let change = json!({"name": "Борис Иванов", "role": "administrator", "email": "b@firm.ru"});
    let (status, row) = ask(&bed, &bed.token, Method::PATCH, &path, change).await;
    assert_eq!(status, StatusCode::OK, "{row}");
    assert_eq!(
        (&row["name"], &row["role"], &row["email"]),
        (
            &json!("Борис Иванов"),
            &json!("administrator"),
            &json!("b@firm.ru")
        )
    );
    let (status, error) = ask(
        &bed,
        &bed.token,
        Method::PATCH,
        &path,
        json!({"email": ANNA}),
    )
    .await;
    assert_eq!(
        (status, &error["field"]),
        (StatusCode::BAD_REQUEST, &json!("email"))
    );

    let first: Page<UserRow> =
        serde_json::from_value(get(&bed, "/v1/users?limit=1").await).unwrap();
    assert_eq!(
        (first.items[0].email.as_str(), first.items[0].devices),
        (ANNA, 1)
    );
    let next = format!("/v1/users?limit=1&after={}", first.next.unwrap());
    let second: Page<UserRow> = serde_json::from_value(get(&bed, &next).await).unwrap();
    assert_eq!(
        (second.items[0].email.as_str(), second.next),
        ("b@firm.ru", None)
    );
}

#[tokio::test]
async fn the_last_administrator_stays_one() {
    let bed = administered().await;
    let path = format!("/v1/users/{}", bed.anna);
    for (method, body) in [
        (Method::PATCH, json!({"role": "member"})),
        (Method::DELETE, Value::Null),
    ] {
        let (status, error) = ask(&bed, &bed.token, method, &path, body).await;
        assert_eq!(
            (status, &error["field"]),
            (StatusCode::FORBIDDEN, &json!("role"))
        );
    }
    bed.centre.add_user(BORIS, "", "ru").await.unwrap();
    let actor = Actor::command_line();
    bed.centre
        .set_role(actor, BORIS, Role::Administrator)
        .await
        .unwrap();
    let (status, _) = ask(
        &bed,
        &bed.token,
        Method::PATCH,
        &path,
        json!({"role": "member"}),
    )
    .await;
    assert_eq!(status, StatusCode::OK);
    // Who is none any more is refused from the next request on.
    let (status, _) = ask(&bed, &bed.token, Method::GET, "/v1/users", Value::Null).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn groups_are_named_by_whatever_is_easy_to_say() {
    let bed = administered().await;
    let group = json!({"name": "Отдел продаж / юг"});
    let (status, _) = ask(&bed, &bed.token, Method::POST, "/v1/groups", group.clone()).await;
    assert_eq!(status, StatusCode::CREATED);
    let (status, error) = ask(&bed, &bed.token, Method::POST, "/v1/groups", group).await;
    assert_eq!(
        (status, &error["field"]),
        (StatusCode::BAD_REQUEST, &json!("name"))
    );

    let mut url = reqwest::Url::parse(&bed.url("/v1/groups")).unwrap();
    url.path_segments_mut().unwrap().push("Отдел продаж / юг");
    let group = url.path().to_owned();
    let member = format!("{group}/members/{}", bed.anna);
    for _ in 0..2 {
        let (status, _) = ask(&bed, &bed.token, Method::PUT, &member, Value::Null).await;
        assert_eq!(status, StatusCode::OK);
    }
    let page: Page<GroupRow> = serde_json::from_value(get(&bed, "/v1/groups").await).unwrap();
    assert_eq!(page.items[0].members, [ANNA]);
    let users = get(&bed, "/v1/users").await;
    assert_eq!(users["items"][0]["groups"], json!(["Отдел продаж / юг"]));
    let nobody = format!("{group}/members/{}", UserId(ulid::Ulid::generate()));
    let (status, _) = ask(&bed, &bed.token, Method::PUT, &nobody, Value::Null).await;
    assert_eq!(status, StatusCode::NOT_FOUND);

    let (status, _) = ask(&bed, &bed.token, Method::DELETE, &member, Value::Null).await;
    assert_eq!(status, StatusCode::OK);
    let (status, _) = ask(&bed, &bed.token, Method::DELETE, &group, Value::Null).await;
    assert_eq!(status, StatusCode::OK);
    let acts = bed.centre.audit(None, None, 10).await.unwrap().items;
    let acts: Vec<_> = acts.iter().map(|row| row.act.as_str()).collect();
    assert_eq!(
        acts[..4],
        ["group.remove", "group.leave", "group.join", "group.add"]
    );
}

#[tokio::test]
async fn the_audit_names_who_did_what_to_whom_and_from_where_in_pages() {
    let bed = administered().await;
    let new = json!({"email": BORIS});
    ask(&bed, &bed.token, Method::POST, "/v1/users", new).await;
    let page: AuditPage = serde_json::from_value(get(&bed, "/v1/audit?limit=1").await).unwrap();
    let row = &page.items[0];
    assert_eq!(
        (
            row.act.as_str(),
            row.email.as_deref(),
            row.on_email.as_deref()
        ),
        ("user.add", Some(ANNA), Some(BORIS))
    );
    assert_eq!(row.from, "127.0.0.1");
    let next = format!("/v1/audit?before={}", page.next.unwrap());
    let page: AuditPage = serde_json::from_value(get(&bed, &next).await).unwrap();
    assert_eq!(
        (page.items[0].act.as_str(), page.items[0].by),
        ("user.role", None)
    );
    assert_eq!(
        get(&bed, "/v1/audit?since=2999-01-01T00:00:00Z").await["items"],
        json!([])
    );
    let (status, error) = ask(
        &bed,
        &bed.token,
        Method::GET,
        "/v1/audit?since=yesterday",
        Value::Null,
    )
    .await;
    assert_eq!(
        (status, &error["field"]),
        (StatusCode::BAD_REQUEST, &json!("since"))
    );
}

fn traces(folder: &Path, of: &str) -> Vec<String> {
    let mut found = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let here = bytes.windows(of.len()).any(|part| part == of.as_bytes());
        found.extend(here.then(|| path.file_name().unwrap().to_string_lossy().into_owned()));
    }
    found
}

/// «Удалите мои данные»: nothing of it is left, in the file and in the log beside it.
#[tokio::test]
async fn who_is_removed_leaves_no_trace_but_his_acts() {
    let bed = administered().await;
    let boris = bed
        .centre
        .add_user(BORIS, "Борис Иванов-Крамской", "ru")
        .await
        .unwrap();
    let token = bed
        .centre
        .add_device(BORIS, "Ноутбук Бориса")
        .await
        .unwrap();
    let actor = Actor::command_line();
    bed.centre.add_group(actor.clone(), "Юг").await.unwrap();
    bed.centre
        .join_group(actor.clone(), "Юг", boris)
        .await
        .unwrap();
    // Enough of it that pages split and are left over.
    for round in 0..20 {
        let notices = (0..20).map(|n| {
            let mut notice = support::notice(boris, &format!("Письмо {round}.{n} для {BORIS}"));
            notice.text = format!("{BORIS} ").repeat(round + 1);
            dealbell_protocol::ingest::Act::Notify(Box::new(notice))
        });
        bed.tell(notices.collect()).await;
    }
    bed.centre
        .change_user(
            actor.clone(),
            boris,
            dealbell_protocol::people::ChangeUser {
                name: Some("Борис Крамской".to_owned()),
                ..Default::default()
            },
        )
        .await
        .unwrap();
    assert!(!traces(bed.folder.path(), BORIS).is_empty());

    let told = bed.centre.export_user(BORIS).await.unwrap();
    let lines: Vec<Value> = told
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let count = |of: &str| lines.iter().filter(|line| line["of"] == of).count();
    assert_eq!(
        (lines[0]["email"].as_str(), lines[0]["of"].as_str()),
        (Some(BORIS), Some("users"))
    );
    assert_eq!(
        (
            count("notifications"),
            count("log"),
            count("devices"),
            count("members")
        ),
        (400, 400, 1, 1)
    );
    assert!(count("audit") >= 3, "{told}");
    assert!(
        !told.contains("hash") && !told.contains(&token),
        "no secrets"
    );

    let mut client = bed.connect_as(&token).await.unwrap();
    client.start(None).await;
    let (status, _) = ask(
        &bed,
        &bed.token,
        Method::DELETE,
        &format!("/v1/users/{boris}"),
        Value::Null,
    )
    .await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(client.closed().await, CloseCode::AccountOff.number());
    for trace in [BORIS, "Крамской", "Ноутбук Бориса"] {
        assert_eq!(
            traces(bed.folder.path(), trace),
            Vec::<String>::new(),
            "{trace}"
        );
    }
    let (status, _) = ask(&bed, &token, Method::GET, "/v1/me", Value::Null).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    let acts = bed.centre.audit(None, None, 1).await.unwrap().items;
    assert_eq!(
        (acts[0].act.as_str(), acts[0].on.as_str()),
        ("user.remove", format!("user:{boris}").as_str())
    );
    assert_eq!(
        (&acts[0].on_email, acts[0].email.as_deref()),
        (&None, Some(ANNA))
    );
    let missing = bed.centre.remove_user(actor, boris).await;
    assert!(missing.is_err());
}

/// Another process, such as the command line beside a running centre, removes him.
#[tokio::test]
async fn who_is_removed_by_the_command_line_is_sent_away_at_the_next_ping() {
    let options = dealbell_centre::ServeOptions {
        ping: std::time::Duration::from_millis(100),
        ..Default::default()
    };
    let bed = support::bed_with(options).await;
    let mut client = bed.live().await;
    let database = format!("sqlite:{}", bed.folder.path().join("centre.db").display());
    let other = Centre::open(Options::new(database)).await.unwrap();
    assert!(
        other
            .remove_user(Actor::command_line(), bed.anna)
            .await
            .unwrap(),
        "wiped at once"
    );
    assert_eq!(client.closed().await, CloseCode::AccountOff.number());
    assert_eq!(
        bed.centre.users(PageQuery::default()).await.unwrap().items,
        []
    );
}
