//! `GET /v1/letters/dead`, `POST /v1/letters/{id}/retry`: letters that are tried no more, for
//! administrators.

use super::{Administrator, Served, act::Done, answer::Problem};
use crate::{delivery::dead::MAX_DEAD_PAGE, refusal::Refusal};
use axum::{
    Json,
    extract::{Path, Query, State, rejection::QueryRejection},
};
use dealbell_protocol::ApiError;
use dealbell_protocol::dead_letter::{DeadLetters, DeadLettersQuery};

/// A page of them, the latest first.
#[utoipa::path(
    get,
    path = "/v1/letters/dead",
    tag = "administration",
    security(("device" = [])),
    params(DeadLettersQuery),
    responses(
        (status = 200, description = "A page, the latest first", body = DeadLetters),
        (status = 400, description = "A parameter is wrong", body = ApiError),
    ),
)]
pub(crate) async fn dead(
    State(served): State<Served>,
    _: Administrator,
    query: Result<Query<DeadLettersQuery>, QueryRejection>,
) -> Result<Json<DeadLetters>, Problem> {
    let Query(query) = query.map_err(|rejection| {
        let message = format!("a parameter cannot be read: {}", rejection.body_text());
        Refusal::field("query", message)
    })?;
    let limit = query.limit.unwrap_or(MAX_DEAD_PAGE);
    let page = served.centre.dead_page(query.before.as_deref(), limit);
    Ok(Json(page.await?))
}

/// Lets one be tried again.
#[utoipa::path(
    post,
    path = "/v1/letters/{id}/retry",
    tag = "administration",
    security(("device" = [])),
    params(("id" = String, Path, description = "The id of a letter")),
    responses(
        (status = 200, description = "It is tried again", body = Done),
        (status = 404, description = "There is no such letter", body = ApiError),
    ),
)]
pub(crate) async fn retry(
    State(served): State<Served>,
    Administrator { actor, .. }: Administrator,
    Path(id): Path<String>,
) -> Result<Json<Done>, Problem> {
    served.centre.revive(actor, Some(id)).await?;
    Ok(Json(Done {}))
}
