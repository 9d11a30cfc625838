//! `GET` and `PUT /v1/channels`, with the revision as `ETag` (RULES C6).

use super::{
    Device, Served,
    answer::{Problem, problem},
    feed::parse,
};
use crate::{refusal::Refusal, store::settings};
use axum::{
    Json,
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    http::{
        HeaderMap, StatusCode,
        header::{ETAG, IF_MATCH},
    },
};
use dealbell_protocol::ApiError;
use dealbell_protocol::{ChannelSettings, ErrorCode, rest::SaveChannels};

type Tagged = ([(axum::http::HeaderName, String); 1], Json<ChannelSettings>);

/// The user's channels.
#[utoipa::path(
    get,
    path = "/v1/channels",
    tag = "settings",
    security(("device" = [])),
    responses((status = 200, description = "With the revision as ETag", body = ChannelSettings)),
)]
pub(crate) async fn read(
    State(served): State<Served>,
    Device(session): Device,
) -> Result<Tagged, Problem> {
    let deliverable = &served.centre.inner.deliverable;
    // One transaction, so that rows and revision are of the same moment.
    let mut db = served.centre.read().begin().await.map_err(Refusal::from)?;
    let settings = settings::of_user(&mut db, session.user, deliverable)
        .await
        .map_err(Refusal::from)?;
    db.commit().await.map_err(Refusal::from)?;
    Ok(tagged(settings.ok_or(Refusal::UnknownUser(session.user))?))
}

/// Saves the user's channels over the revision he saw.
#[utoipa::path(
    put,
    path = "/v1/channels",
    tag = "settings",
    security(("device" = [])),
    params(
        ("If-Match" = Option<String>, Header, description = "The revision that was read, in quotes; it has to be there"),
    ),
    request_body = SaveChannels,
    responses(
        (status = 200, description = "As they are now", body = ChannelSettings),
        (status = 412, description = "Somebody saved in between", body = ApiError),
        (status = 428, description = "If-Match is missing", body = ApiError),
    ),
)]
pub(crate) async fn save(
    State(served): State<Served>,
    Device(session): Device,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Tagged, Problem> {
    let chosen: SaveChannels = parse(&body?)?;
    if let Some(quiet) = &chosen.quiet {
        quiet
            .check()
            .map_err(|wrong| Refusal::field(format!("quiet.{}", wrong.field), wrong.why))?;
    }
    if let Some(email) = &chosen.email {
        email
            .check()
            .map_err(|(field, why)| Refusal::field(format!("email.{field}"), why))?;
    }
    let Some(seen) = headers.get(IF_MATCH) else {
        let message = "send If-Match with the revision you have read";
        let problem = problem(
            StatusCode::PRECONDITION_REQUIRED,
            ErrorCode::FieldInvalid,
            message,
        );
        return Err(problem.of_field("If-Match"));
    };
    // What is no revision of ours matches none.
    let seen = seen.to_str().ok().and_then(|text| {
        let number = text.trim().strip_prefix('"')?.strip_suffix('"')?;
        number.parse().ok()
    });
    let (user, deliverable) = (session.user, served.centre.inner.deliverable.clone());
    let saved = served.centre.writer().write(move |step| {
        Box::pin(async move {
            settings::save(step, user, seen.unwrap_or(0), chosen, &deliverable).await
        })
    });
    Ok(tagged(saved.await?))
}

fn tagged(settings: ChannelSettings) -> Tagged {
    (
        [(ETAG, format!("\"{}\"", settings.revision))],
        Json(settings),
    )
}
