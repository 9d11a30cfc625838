//! `POST` and `DELETE /v1/notifications`, for integrations.

use super::{Integration, Served, answer::Problem};
use crate::{publish, refusal::Refusal};
use axum::{
    Json,
    body::Bytes,
    extract::{RawQuery, State, rejection::BytesRejection},
    http::{HeaderMap, StatusCode},
};
use dealbell_protocol::rest::{MAX_KEY, Published};
use serde::Serialize;

/// Publishes a notification to each user named.
pub(crate) async fn publish(
    State(served): State<Served>,
    Integration(provider): Integration,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<Published>), Problem> {
    let key = idempotency_key(&headers)?;
    let request = publish::read(&body?)?;
    let request = publish::check(&request, served.centre.now())?;
    let published = served.centre.publish(provider, request, key).await?;
    Ok((StatusCode::CREATED, Json(published)))
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Refusal> {
    const NAME: &str = "Idempotency-Key";
    let Some(value) = headers.get(NAME) else {
        return Ok(None);
    };
    let plain = value.to_str().ok();
    let fits = plain.filter(|key| !key.is_empty() && key.len() <= MAX_KEY);
    let Some(key) = fits else {
        let message = format!("an Idempotency-Key has 1 to {MAX_KEY} printable ASCII characters");
        return Err(Refusal::field(NAME, message));
    };
    Ok(Some(key.to_owned()))
}

/// How many notifications were taken back.
#[derive(Debug, Serialize)]
pub(crate) struct Withdrawn {
    removed: u64,
}

/// Takes back what the integration said of `?subject=…`, to all or to `&user=EMAIL`.
pub(crate) async fn withdraw(
    State(served): State<Served>,
    Integration(provider): Integration,
    RawQuery(query): RawQuery,
) -> Result<Json<Withdrawn>, Problem> {
    let (mut subject, mut user) = (None, None);
    for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        match name.as_ref() {
            "subject" => subject = publish::key("subject", Some(&value))?,
            "user" => user = Some(value.trim().to_lowercase()),
            other => return Err(Refusal::field(other, "there is no such parameter").into()),
        }
    }
    let subject = subject.ok_or_else(|| Refusal::field("subject", "subject is missing"))?;
    let removed = served.centre.take_back(provider, subject, user).await?;
    Ok(Json(Withdrawn { removed }))
}
