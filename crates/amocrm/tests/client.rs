//! The client against servers that misbehave, each written for its test.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use dealbell_amocrm::model::EntityType;
use dealbell_amocrm::{Client, ClientError, Clock, CrmAddress, Token};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, Once};
use std::time::{Duration, Instant};

const SECRET: &str = "eyJ0-secret";

/// Requests as they came: when, with which path and query, and whether with the token.
type Log = Arc<Mutex<Vec<Seen>>>;
/// Answers the n-th request.
type Script = Arc<dyn Fn(usize, &str) -> Response + Send + Sync>;

#[derive(Clone, Debug)]
struct Seen {
    at: Instant,
    path: String,
    token: bool,
}

struct Server {
    url: String,
    log: Log,
}

impl Server {
    async fn answering(script: impl Fn(usize, &str) -> Response + Send + Sync + 'static) -> Self {
        static CRYPTO: Once = Once::new();
        CRYPTO.call_once(|| {
            rustls::crypto::ring::default_provider()
                .install_default()
                .expect("nobody else installs one");
        });
        let log = Log::default();
        let script: Script = Arc::new(script);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new()
            .fallback(serve)
            .with_state((Arc::clone(&log), script));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, log }
    }

    fn client(&self) -> Client {
        let address = CrmAddress::parse(&self.url).unwrap();
        Client::new(address, Token::new(SECRET), Clock::system()).unwrap()
    }

    fn seen(&self) -> Vec<Seen> {
        self.log.lock().unwrap().clone()
    }
}

async fn serve(State((log, script)): State<(Log, Script)>, request: Request) -> Response {
    let path = request.uri().to_string();
    let token = request.headers().get(header::AUTHORIZATION);
    let token = token.is_some_and(|value| value.to_str().unwrap() == format!("Bearer {SECRET}"));
    let n = {
        let mut log = log.lock().unwrap();
        log.push(Seen {
            at: Instant::now(),
            path: path.clone(),
            token,
        });
        log.len() - 1
    };
    script(n, &path)
}

fn account() -> Response {
    let body = json!({"id": 1, "name": "A", "subdomain": "a", "current_user_id": 2,
        "_embedded": {"datetime_settings": {"timezone": "Europe/Moscow"}}});
    hal(&body)
}

fn hal(body: &Value) -> Response {
    let kind = [(header::CONTENT_TYPE, "application/hal+json")];
    (kind, body.to_string()).into_response()
}

fn problem(status: u16, detail: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap();
    let kind = [(header::CONTENT_TYPE, "application/problem+json")];
    (status, kind, json!({"detail": detail}).to_string()).into_response()
}

fn page(status: u16) -> Response {
    let kind = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    let status = StatusCode::from_u16(status).unwrap();
    (status, kind, "<html>Вход</html>").into_response()
}

/// Seven at once, then the rest a second after the first were answered (see `client::limit`).
#[tokio::test]
async fn clones_share_one_limit() {
    let server = Server::answering(|_, _| account()).await;
    let client = server.client();
    let start = Instant::now();
    let asked: Vec<_> = (0..12)
        .map(|_| client.clone())
        .map(|client| tokio::spawn(async move { client.account().await }))
        .collect();
    for asked in asked {
        asked.await.unwrap().unwrap();
    }
    assert_eq!(server.seen().len(), 12);
    assert!(start.elapsed() >= Duration::from_millis(1_000));
    let seen = server.seen();
    assert!(seen[7].at - seen[0].at >= Duration::from_millis(1_000));
}

#[tokio::test]
async fn a_429_is_waited_out_by_everybody() {
    let server = Server::answering(|n, _| match n {
        0 => (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "1")]).into_response(),
        _ => account(),
    })
    .await;
    let client = server.client();
    let first = client.account().await;
    assert!(first.is_ok());
    let seen = server.seen();
    assert!(seen[1].at - seen[0].at >= Duration::from_secs(1));
}

/// And kept all the same: whoever asks meanwhile hears it from us. No wait is for ever.
#[tokio::test]
async fn a_long_429_is_told_instead_of_waited_for() {
    for (wants, seconds) in [("600", 600), ("18446744073709551615", 3_600)] {
        let server = Server::answering(move |_, _| {
            let wants = [(header::RETRY_AFTER, wants)];
            (StatusCode::TOO_MANY_REQUESTS, wants).into_response()
        })
        .await;
        let client = server.client();
        for _ in 0..2 {
            let asked = client.urgent().account().await;
            let Err(ClientError::TooMany { wait }) = asked else {
                panic!("{asked:?}");
            };
            let wanted = Duration::from_secs(seconds);
            assert!(wait <= wanted && wait + Duration::from_secs(5) > wanted);
        }
        assert_eq!(server.seen().len(), 1);
    }
}

#[tokio::test]
async fn a_passing_trouble_gets_another_try() {
    for trouble in [500, 502, 503] {
        let server = Server::answering(move |n, _| match n {
            0 => page(trouble),
            _ => account(),
        })
        .await;
        assert!(server.client().account().await.is_ok(), "{trouble}");
    }
}

#[tokio::test]
async fn a_cut_body_is_unreachable_after_three_tries() {
    let server = Server::answering(|_, _| {
        let short = Bytes::from_static(b"{\"id\": 1, \"na");
        Response::builder()
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::CONTENT_LENGTH, "4000")
            .body(Body::from_stream(cut(short)))
            .unwrap()
    })
    .await;
    let asked = server.client().account().await;
    assert!(
        matches!(asked, Err(ClientError::Unreachable(_))),
        "{asked:?}"
    );
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn final_answers_are_not_asked_for_again() {
    let refused = |detail: &str| ClientError::Refused {
        status: 402,
        detail: detail.to_owned(),
    };
    let cases: [(fn() -> Response, ClientError); 4] = [
        (|| problem(401, "no"), ClientError::TokenRefused),
        (|| page(403), ClientError::Blocked),
        (
            || problem(403, "IP-адрес заблокирован"),
            ClientError::Blocked,
        ),
        (|| problem(402, "Не оплачен"), refused("Не оплачен")),
    ];
    for (answer, error) in cases {
        let server = Server::answering(move |_, _| answer()).await;
        assert_eq!(server.client().account().await, Err(error));
        assert_eq!(server.seen().len(), 1);
    }
}

#[tokio::test]
async fn what_is_no_crm_is_called_so() {
    let cases: [fn() -> Response; 5] = [
        || page(200),
        || page(404),
        || hal(&json!({"hello": "world"})),
        || {
            (
                StatusCode::FOUND,
                [(header::LOCATION, "https://example.com/")],
            )
                .into_response()
        },
        || ([(header::CONTENT_TYPE, "application/json")], "Ok?").into_response(),
    ];
    for answer in cases {
        let server = Server::answering(move |_, _| answer()).await;
        let asked = server.client().account().await;
        assert!(matches!(asked, Err(ClientError::NotACrm(_))), "{asked:?}");
    }
}

#[tokio::test]
async fn an_answer_without_an_end_and_one_too_deep_are_no_crms() {
    let endless = || {
        let part = Bytes::from(vec![b' '; 1024 * 1024]);
        let parts =
            futures_util::stream::repeat_with(move || Ok::<_, std::io::Error>(part.clone()));
        let body = Body::from_stream(parts);
        ([(header::CONTENT_TYPE, "application/json")], body).into_response()
    };
    let deep = || {
        let body = "[".repeat(1_000_000);
        ([(header::CONTENT_TYPE, "application/json")], body).into_response()
    };
    let cases: [fn() -> Response; 2] = [endless, deep];
    for answer in cases {
        let server = Server::answering(move |_, _| answer()).await;
        let asked = server.client().account().await;
        assert!(matches!(asked, Err(ClientError::NotACrm(_))), "{asked:?}");
    }
}

#[tokio::test]
async fn users_are_none_for_a_plain_manager_and_empty_lists_are_empty() {
    let server = Server::answering(|_, path| match path {
        path if path.starts_with("/api/v4/users") => problem(403, "Только администраторам"),
        path if path.starts_with("/api/v4/leads") => {
            hal(&json!({"_embedded": {"leads": [{"id": 1, "name": "Кухня", "price": 5}, "?"]}}))
        }
        path if path.starts_with("/api/v4/contacts") => hal(&json!({"_embedded": []})),
        _ => StatusCode::NO_CONTENT.into_response(),
    })
    .await;
    let client = server.client();
    assert_eq!(client.users().await, Ok(None));
    assert_eq!(client.tasks_updated(5).await, Ok(vec![]));
    assert_eq!(client.cards(EntityType::Contacts, &[1]).await, Ok(vec![]));
    let leads = client.cards(EntityType::Leads, &[1, 2]).await.unwrap();
    assert_eq!(
        leads.len(),
        1,
        "an unreadable item does not cost the others"
    );
}

/// One accepted between two pages makes the rest slide by one.
#[tokio::test]
async fn a_request_that_slides_over_the_edge_is_not_lost() {
    let server = Server::answering(|n, path| {
        let waiting = if n == 0 { 0..300 } else { 1..300 };
        let second = path.contains("page=2");
        let items = waiting.skip(if second { 250 } else { 0 }).take(250);
        let items: Vec<Value> = items.map(|n| json!({"uid": format!("u{n}")})).collect();
        let mut answer = json!({"_embedded": {"unsorted": items}});
        if !second {
            answer["_links"] = json!({"next": {"href": "/api/v4/leads/unsorted?page=2"}});
        }
        hal(&answer)
    })
    .await;
    let requests = server.client().unsorted().await.unwrap();
    let uids: std::collections::BTreeSet<_> = requests.iter().map(|r| &r.uid).collect();
    assert_eq!((requests.len(), uids.len()), (300, 300));
}

#[tokio::test]
async fn notes_and_hooks_are_asked_for_as_the_api_wants() {
    let server = Server::answering(|_, path| match path {
        path if path.starts_with("/api/v4/contacts/notes") => hal(&json!({"_embedded": {"notes": [
            {"id": 5, "note_type": "call_in", "responsible_user_id": 3, "params": {"phone": 7900,
             "duration": 0, "call_status": "6", "call_responsible": "Марина"}}]}})),
        _ => StatusCode::NO_CONTENT.into_response(),
    })
    .await;
    let client = server.client();
    let notes = client.notes(EntityType::Contacts, &[5]).await.unwrap();
    let call = &notes[0].params;
    assert_eq!((call.phone.as_str(), call.call_status), ("7900", 6));
    assert_eq!(call.call_responsible, 0);
    assert_eq!(client.webhooks().await, Ok(vec![]));
    let hook = url::Url::parse("https://bell.example/hooks/secret").unwrap();
    client.add_webhook(&hook, &["add_task"]).await.unwrap();
    client.remove_webhook(&hook).await.unwrap();
    let paths: Vec<String> = server.seen().into_iter().map(|seen| seen.path).collect();
    assert!(paths[0].contains("filter%5Bid%5D%5B%5D=5"), "{}", paths[0]);
    assert_eq!(paths[1..], ["/api/v4/webhooks"; 3]);
}

/// The token goes to our host only, whatever a link says.
#[tokio::test]
async fn the_next_page_is_read_at_home() {
    let server = Server::answering(|n, _| match n {
        0 => hal(&json!({
            "_links": {"next": {"href": "https://evil.example/api/v4/events?page=2"}},
            "_embedded": {"events": [{"type": "task_deleted", "entity_id": 1}]}
        })),
        _ => hal(&json!({"_embedded": {"events": [{"type": "task_deleted", "entity_id": 2}]}})),
    })
    .await;
    let events = server.client().events(&["task_deleted"], 0).await.unwrap();
    let ids: Vec<u64> = events.iter().map(|event| event.entity_id).collect();
    assert_eq!(ids, [1, 2]);
    let seen = server.seen();
    assert_eq!(seen[1].path, "/api/v4/events?page=2");
    assert!(seen.iter().all(|request| request.token));
}

#[tokio::test]
async fn a_list_that_points_at_itself_ends() {
    let server = Server::answering(|_, path| {
        hal(&json!({
            "_links": {"next": {"href": path}},
            "_embedded": {"events": [{"type": "task_deleted", "entity_id": 1}]}
        }))
    })
    .await;
    let events = server.client().events(&["task_deleted"], 0).await.unwrap();
    assert_eq!(events.len(), 1);
}

/// A task edited between two pages makes the rest slide; none may be lost.
#[tokio::test]
async fn pages_that_shift_while_they_are_read_lose_nothing() {
    const LIMIT: usize = 250;
    let tasks: Mutex<Vec<(u64, i64)>> =
        Mutex::new((1..=600).map(|n| (n, 1_000 + n as i64)).collect());
    let server = Server::answering(move |n, path| {
        let url = url::Url::parse(&format!("http://x{path}")).unwrap();
        let value = |name: &str| {
            let found = url.query_pairs().find(|(key, _)| key == name);
            found.and_then(|(_, value)| value.parse::<i64>().ok())
        };
        let mut tasks = tasks.lock().unwrap();
        if n == 1 {
            // Between the first page and the second, the first task is edited and one is deleted.
            tasks[0].1 = 9_000;
            tasks.retain(|&(id, _)| id != 2);
        }
        tasks.sort_by_key(|&(_, updated_at)| updated_at);
        let from = value("filter[updated_at][from]").unwrap_or(0);
        let number = usize::try_from(value("page").unwrap_or(1)).unwrap();
        let matching: Vec<_> = tasks.iter().filter(|&&(_, at)| at >= from).collect();
        let shown = matching.iter().skip((number - 1) * LIMIT).take(LIMIT);
        let items: Vec<Value> = shown
            .map(|(id, at)| json!({"id": id, "updated_at": at}))
            .collect();
        let mut answer = json!({"_embedded": {"tasks": items}});
        if matching.len() > number * LIMIT {
            let next = format!(
                "/api/v4/tasks?filter[updated_at][from]={from}&page={}",
                number + 1
            );
            answer["_links"] = json!({"next": {"href": next}});
        }
        hal(&answer)
    })
    .await;
    let read = server.client().tasks_updated(0).await.unwrap();
    let mut ids: Vec<u64> = read.iter().map(|task| task.id).collect();
    ids.sort_unstable();
    assert_eq!(ids, (1..=600).collect::<Vec<u64>>());
    assert_eq!(
        read.last().map(|task| (task.id, task.updated_at)),
        Some((1, 9_000))
    );
}

#[tokio::test]
async fn completing_a_task_says_so_and_what_came_of_it() {
    let server = Server::answering(|_, _| hal(&json!({"id": 7}))).await;
    server.client().complete(7, "Готово").await.unwrap();
    assert_eq!(server.seen()[0].path, "/api/v4/tasks/7");
}

#[tokio::test]
async fn the_token_is_never_shown() {
    let server = Server::answering(|_, _| page(500)).await;
    let client = server.client();
    let error = client.account().await.unwrap_err();
    let shown = format!("{client:?} {:?} {error:?} {error}", Token::new(SECRET));
    assert!(!shown.contains("secret"), "{shown}");
}

/// A body that ends before its length does.
fn cut(bytes: Bytes) -> impl futures_util::Stream<Item = Result<Bytes, std::io::Error>> + Send {
    let broken = std::io::Error::other("the line is cut");
    futures_util::stream::iter([Ok(bytes), Err(broken)])
}
