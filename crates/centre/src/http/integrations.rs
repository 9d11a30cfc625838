//! `/v1/integrations`, for administrators: programs that publish, and their keys.

use super::{Administrator, Name, Served, act::Done, answer::Problem, feed::parse};
use crate::{CentreError, refusal::Refusal};
use axum::{
    Json,
    body::Bytes,
    extract::{Path, State, rejection::BytesRejection},
    http::StatusCode,
};
use dealbell_protocol::ApiError;
use dealbell_protocol::{
    ProviderId,
    integration::{AddedIntegration, AddedKey, IntegrationRow, NewIntegration, NewKey},
};

/// The integrations there are, each with its keys.
#[utoipa::path(
    get,
    path = "/v1/integrations",
    tag = "integrations",
    security(("device" = [])),
    responses(
        (status = 200, description = "In the order of the settings", body = Vec<IntegrationRow>),
    ),
)]
pub(crate) async fn list(
    State(served): State<Served>,
    _: Administrator,
) -> Result<Json<Vec<IntegrationRow>>, Problem> {
    Ok(Json(served.centre.integrations().await?))
}

/// Adds an integration; its first key is shown in the answer and never again.
#[utoipa::path(
    post,
    path = "/v1/integrations",
    tag = "integrations",
    security(("device" = [])),
    request_body = NewIntegration,
    responses((status = 201, description = "Added, with its first key", body = AddedIntegration)),
)]
pub(crate) async fn add(
    State(served): State<Served>,
    Administrator { actor, .. }: Administrator,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<AddedIntegration>), Problem> {
    let NewIntegration { name } = parse(&body?)?;
    let added = served.centre.integrate(actor, &name).await?;
    Ok((StatusCode::CREATED, Json(added)))
}

/// Takes an integration away: its keys are good no more, what it said stays.
#[utoipa::path(
    delete,
    path = "/v1/integrations/{id}",
    tag = "integrations",
    security(("device" = [])),
    params(("id" = String, Path, description = "The id of an integration")),
    responses(
        (status = 200, description = "Gone", body = Done),
        (status = 404, description = "There is no such integration", body = ApiError),
    ),
)]
pub(crate) async fn remove(
    State(served): State<Served>,
    Administrator { actor, .. }: Administrator,
    Name(id): Name,
) -> Result<Json<Done>, Problem> {
    let removed = served.centre.remove_integration(actor, ProviderId(id));
    removed.await?;
    Ok(Json(Done {}))
}

/// Adds a key to an integration; it is shown in the answer and never again.
#[utoipa::path(
    post,
    path = "/v1/integrations/{id}/keys",
    tag = "integrations",
    security(("device" = [])),
    params(("id" = String, Path, description = "The id of an integration")),
    request_body = NewKey,
    responses(
        (status = 201, description = "Added", body = AddedKey),
        (status = 404, description = "There is no such integration", body = ApiError),
    ),
)]
pub(crate) async fn add_key(
    State(served): State<Served>,
    Administrator { actor, .. }: Administrator,
    Name(id): Name,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<AddedKey>), Problem> {
    let new: NewKey = parse(&body?)?;
    let added = served.centre.add_key(actor, ProviderId(id), new).await?;
    Ok((StatusCode::CREATED, Json(added)))
}

/// Revokes a key of an integration.
#[utoipa::path(
    delete,
    path = "/v1/integrations/{id}/keys/{key}",
    tag = "integrations",
    security(("device" = [])),
    params(
        ("id" = String, Path, description = "The id of an integration"),
        ("key" = String, Path, description = "The id of a key"),
    ),
    responses(
        (status = 200, description = "Good no more", body = Done),
        (status = 404, description = "There is no such integration or key", body = ApiError),
    ),
)]
pub(crate) async fn revoke_key(
    State(served): State<Served>,
    Administrator { actor, .. }: Administrator,
    Path((id, key)): Path<(String, String)>,
) -> Result<Json<Done>, Problem> {
    let revoked = served
        .centre
        .revoke_key_of(actor, Some(ProviderId(id)), &key);
    revoked.await?;
    Ok(Json(Done {}))
}

impl From<CentreError> for Problem {
    fn from(error: CentreError) -> Self {
        Refusal::from(error).into()
    }
}
