//! `GET` and `PUT /v1/defaults`, for administrators.

use super::{Administrator, Served, answer::Problem, feed::parse};
use axum::{
    Json,
    body::Bytes,
    extract::{State, rejection::BytesRejection},
};
use dealbell_protocol::rest::Defaults;

/// What was decided for everybody.
#[utoipa::path(
    get,
    path = "/v1/defaults",
    tag = "administration",
    security(("device" = [])),
    responses((status = 200, description = "What was decided for everybody", body = Defaults)),
)]
pub(crate) async fn read(
    State(served): State<Served>,
    _: Administrator,
) -> Result<Json<Defaults>, Problem> {
    Ok(Json(served.centre.read_defaults().await?))
}

/// Puts something else in its place.
#[utoipa::path(
    put,
    path = "/v1/defaults",
    tag = "administration",
    security(("device" = [])),
    request_body = Defaults,
    responses((status = 200, description = "As it is now", body = Defaults)),
)]
pub(crate) async fn replace(
    State(served): State<Served>,
    Administrator { actor, .. }: Administrator,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Defaults>, Problem> {
    let wanted: Defaults = parse(&body?)?;
    served
        .centre
        .replace_defaults(wanted.clone(), actor)
        .await?;
    Ok(Json(wanted))
}
