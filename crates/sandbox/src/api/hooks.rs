//! `webhooks`: subscribing to changes, for administrators.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Caller;
use super::problem::{FieldError, Problem};
use super::query::Query;
use crate::hooks::{Hook, is_setting};
use crate::office::Office;

/// `GET webhooks`, with `filter[destination]`.
pub(crate) async fn list(
    State(office): State<Arc<Office>>,
    caller: Caller,
) -> Result<Response, Problem> {
    allowed(&office, &caller)?;
    let query = Query::of(&caller.uri)?;
    query.only(&["destination"], &[])?;
    let wanted = query.scalar(&["filter", "destination"]);
    let hooks: Vec<Value> = office
        .list_hooks()
        .iter()
        .filter(|hook| wanted.is_none_or(|wanted| wanted == hook.destination))
        .map(draw)
        .collect();
    if hooks.is_empty() {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    Ok(Json(json!({
        "_total_items": hooks.len(),
        "_links": {"self": {"href": caller.link("webhooks")}},
        "_embedded": {"webhooks": hooks},
    }))
    .into_response())
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    destination: String,
    settings: Vec<String>,
    sort: Option<i64>,
}

/// `POST webhooks`: subscribes an address, or changes what it is subscribed to.
pub(crate) async fn subscribe(
    State(office): State<Arc<Office>>,
    caller: Caller,
    body: Bytes,
) -> Result<Response, Problem> {
    allowed(&office, &caller)?;
    let asked = read(&body)?;
    let mut errors = Vec::new();
    if !is_address(&asked.destination) {
        errors.push(FieldError {
            code: "InvalidUrl",
            path: "destination",
            detail: "This value is not a valid URL.",
        });
    }
    if asked.settings.is_empty() || !asked.settings.iter().all(|one| is_setting(one)) {
        errors.push(FieldError {
            code: "NotSupportedChoice",
            path: "settings",
            detail: "The value you selected is not a valid choice.",
        });
    }
    if !errors.is_empty() {
        return Err(Problem::invalid(vec![("0".to_owned(), errors)]));
    }
    let hook = office.subscribe(
        caller.user.id,
        &asked.destination,
        asked.settings,
        asked.sort,
    );
    Ok((StatusCode::CREATED, Json(draw(&hook))).into_response())
}

/// `DELETE webhooks`: ends the subscription of `destination`.
pub(crate) async fn unsubscribe(
    State(office): State<Arc<Office>>,
    caller: Caller,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    allowed(&office, &caller)?;
    if office.unsubscribe(&read(&body)?.destination) {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::not_found("Вебхук не найден"))
    }
}

fn allowed(office: &Office, caller: &Caller) -> Result<(), Problem> {
    if !caller.user.is_admin {
        return Err(Problem::forbidden());
    }
    if !office.has_hooks() {
        return Err(Problem::not_in_plan());
    }
    Ok(())
}

fn read(body: &Bytes) -> Result<Asked, Problem> {
    serde_json::from_slice(body).map_err(|_| Problem::bad_request("The body is not readable"))
}

fn is_address(destination: &str) -> bool {
    destination
        .parse::<Uri>()
        .is_ok_and(|uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some())
}

fn draw(hook: &Hook) -> Value {
    json!({
        "id": hook.id,
        "destination": hook.destination,
        "created_at": hook.created_at,
        "updated_at": hook.updated_at,
        "account_id": crate::account::ACCOUNT_ID,
        "created_by": hook.created_by,
        "sort": hook.sort,
        "disabled": hook.disabled,
        "settings": hook.settings,
    })
}
