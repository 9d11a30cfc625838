//! `/v1/calendar`: the address of a user's calendar, and the calendar itself.

use super::{Device, Served, answer::Problem};
use crate::{calendar::Known, devices::Session, refusal::Refusal};
use axum::{
    Json,
    extract::{Path, State},
    http::{
        HeaderMap, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH},
    },
    response::{IntoResponse as _, Response},
};
use dealbell_protocol::{ApiError, ErrorCode, rest::CalendarLink};
use sha2::{Digest as _, Sha256};

/// How soon to come back while an account is not read yet, milliseconds.
const SOON: u64 = 60_000;

/// Where the user's calendar is.
#[utoipa::path(
    get,
    path = "/v1/calendar",
    tag = "settings",
    security(("device" = [])),
    responses((status = 200, description = "Where it is", body = CalendarLink)),
)]
pub(crate) async fn link(
    State(served): State<Served>,
    Device(session): Device,
) -> Result<Json<CalendarLink>, Problem> {
    Ok(Json(address(&served, &session, false).await?))
}

/// Another address in the place of the one that too many know.
#[utoipa::path(
    post,
    path = "/v1/calendar",
    tag = "settings",
    security(("device" = [])),
    responses((status = 200, description = "Where it is now", body = CalendarLink)),
)]
pub(crate) async fn renew(
    State(served): State<Served>,
    Device(session): Device,
) -> Result<Json<CalendarLink>, Problem> {
    Ok(Json(address(&served, &session, true).await?))
}

async fn address(served: &Served, session: &Session, anew: bool) -> Result<CalendarLink, Refusal> {
    let Some(base) = &served.options.public_url else {
        return Ok(CalendarLink { url: None });
    };
    let secret = served.centre.calendar_secret(session, anew).await?;
    let url = format!("{}/v1/calendar/{secret}.ics", base.trim_end_matches('/'));
    Ok(CalendarLink { url: Some(url) })
}

/// The calendar. Whoever has its address may read it.
#[utoipa::path(
    get,
    path = "/v1/calendar/{file}",
    tag = "other",
    params(("file" = String, Path, description = "The secret of a calendar and `.ics`")),
    responses(
        (status = 200, description = "The calendar, iCalendar", body = String, content_type = "text/calendar; charset=utf-8"),
        (status = 304, description = "It is the known one"),
        (status = 404, description = "There is no such calendar", body = ApiError),
        (status = 503, description = "The tasks are not read yet", body = ApiError),
    ),
)]
pub(crate) async fn feed(
    State(served): State<Served>,
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let known = match file.strip_suffix(".ics") {
        Some(secret) => served.centre.agenda(secret).await?,
        None => None,
    };
    let agenda = match known {
        Some(Known::All(agenda)) => agenda,
        Some(Known::NotYet) => {
            let message = "the tasks are being read: come back in a minute";
            let mut error = ApiError::new(ErrorCode::Unavailable, message);
            error.retry_ms = Some(SOON);
            return Err(Refusal::from(error).into());
        }
        None => {
            let message = "there is no such calendar: its address may have been renewed";
            return Err(Refusal::from(ApiError::new(ErrorCode::NotFound, message)).into());
        }
    };
    let feed = agenda.feed();
    let tag = format!("\"{}\"", hex(&Sha256::digest(feed.as_bytes())[..16]));
    let same = headers.get_all(IF_NONE_MATCH).iter().any(|value| {
        let tags = value.to_str().unwrap_or_default().split(',');
        tags.map(|given| given.trim().trim_start_matches("W/"))
            .any(|given| given == tag || given == "*")
    });
    let headers = [
        (ETAG, tag.as_str()),
        (CACHE_CONTROL, "private, no-cache"),
        (CONTENT_TYPE, "text/calendar; charset=utf-8"),
    ];
    if same {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    Ok((headers, feed).into_response())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
