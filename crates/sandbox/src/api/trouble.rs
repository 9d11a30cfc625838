//! Where faults strike: between the request and its answer.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, LOCATION, RETRY_AFTER};
use axum::http::{HeaderValue, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use super::problem::Problem;
use super::query::Query;
use super::{date, token_of};
use crate::faults::Trouble;
use crate::office::Office;
use crate::wire::Scissors;

/// Lets whatever faults there are happen to a request and its answer, and dates the answer.
pub(crate) async fn strike(
    State(office): State<Arc<Office>>,
    ConnectInfo(scissors): ConnectInfo<Scissors>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    if path.starts_with("/api/v4/") {
        office.count(token_of(request.headers()));
    }
    let troubles = office.strike(path);
    let mut skew = 0;
    let mut answer = None;
    for trouble in &troubles {
        match trouble {
            Trouble::Stall { millis } => tokio::time::sleep(Duration::from_millis(*millis)).await,
            Trouble::ClockSkew { seconds } => skew += seconds,
            Trouble::ShiftPages => shift(&office, request.method(), request.uri()),
            Trouble::CutBody | Trouble::EmptyArrays => {}
            Trouble::Status { .. }
            | Trouble::Throttle { .. }
            | Trouble::Blocked
            | Trouble::Html
            | Trouble::Redirect { .. }
            | Trouble::CutConnection => answer = Some(instead(trouble, &scissors)),
        }
    }
    let mut answer = match answer {
        Some(answer) => answer,
        None => next.run(request).await,
    };
    if troubles.contains(&Trouble::EmptyArrays) {
        answer = emptied(answer).await;
    }
    if troubles.contains(&Trouble::CutBody) {
        answer = halved(answer).await;
    }
    date(&mut answer, office.clock().millis() + skew * 1000);
    answer
}

/// The answer of a trouble that answers in the account's place.
fn instead(trouble: &Trouble, scissors: &Scissors) -> Response {
    const PAGE: &str = "<!doctype html><html lang=\"ru\"><title>amoCRM</title><h1>Ведутся технические работы</h1></html>\n";
    match trouble {
        Trouble::Status { status } => Problem::trouble(*status).into_response(),
        Trouble::Throttle { retry_after } => {
            let mut answer = Problem::too_many().into_response();
            if let Some(seconds) = retry_after {
                let headers = answer.headers_mut();
                headers.insert(RETRY_AFTER, HeaderValue::from(*seconds));
            }
            answer
        }
        Trouble::Blocked => {
            let page = "<html><head><title>403 Forbidden</title></head></html>\n";
            (StatusCode::FORBIDDEN, Html(page)).into_response()
        }
        Trouble::Redirect { location } => {
            let location = [(LOCATION, location.clone())];
            (StatusCode::FOUND, location).into_response()
        }
        Trouble::CutConnection => {
            scissors.cut();
            StatusCode::OK.into_response()
        }
        Trouble::Html
        | Trouble::CutBody
        | Trouble::Stall { .. }
        | Trouble::ShiftPages
        | Trouble::ClockSkew { .. }
        | Trouble::EmptyArrays => Html(PAGE).into_response(),
    }
}

/// Somebody touches a task between two pages.
fn shift(office: &Office, method: &Method, uri: &Uri) {
    let later_page = Query::of(uri).is_ok_and(|query| {
        let page = query.scalar(&["page"]).and_then(|page| page.parse().ok());
        page.unwrap_or(1) > 1
    });
    if method == Method::GET && uri.path() == "/api/v4/tasks" && later_page {
        office.touch_the_oldest_task();
    }
}

/// PHP's way with what is empty.
async fn emptied(answer: Response) -> Response {
    let (mut head, body) = answer.into_parts();
    if head.status == StatusCode::NO_CONTENT {
        let list = json!({"_page": 1, "_links": [], "_embedded": []});
        return axum::Json(list).into_response();
    }
    let is_json = head
        .headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.contains("json"));
    let bytes = whole(body).await;
    let text = match serde_json::from_slice::<Value>(&bytes) {
        Ok(mut value) if is_json => {
            empty(&mut value);
            Bytes::from(value.to_string())
        }
        _ => bytes,
    };
    head.headers.remove(CONTENT_LENGTH);
    Response::from_parts(head, Body::from(text))
}

fn empty(value: &mut Value) {
    match value {
        Value::Object(fields) if fields.is_empty() => *value = json!([]),
        Value::Object(fields) => {
            for (name, field) in fields {
                if field.is_null() && matches!(name.as_str(), "result" | "custom_fields_values") {
                    *field = json!([]);
                }
                empty(field);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(empty),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The first half of the body, then the end of the connection.
async fn halved(answer: Response) -> Response {
    let (mut head, body) = answer.into_parts();
    let bytes = whole(body).await;
    head.headers.insert(CONTENT_LENGTH, bytes.len().into());
    let half = stream::iter([Ok(bytes.slice(..bytes.len() / 2))]);
    let end = stream::once(async {
        // What has been written leaves first.
        tokio::task::yield_now().await;
        Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))
    });
    Response::from_parts(head, Body::from_stream(half.chain(end)))
}

async fn whole(body: Body) -> Bytes {
    to_bytes(body, usize::MAX)
        .await
        .expect("the sandbox's own bodies are in memory")
}
