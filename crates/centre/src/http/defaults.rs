//! `GET` and `PUT /v1/defaults`, for administrators.

use super::{Administrator, Served, answer::Problem, feed::parse};
use axum::{
    Json,
    body::Bytes,
    extract::{State, rejection::BytesRejection},
};
use dealbell_protocol::rest::Defaults;

/// What was decided for everybody.
pub(crate) async fn read(
    State(served): State<Served>,
    _: Administrator,
) -> Result<Json<Defaults>, Problem> {
    Ok(Json(served.centre.read_defaults().await?))
}

/// Puts something else in its place.
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
