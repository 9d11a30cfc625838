//! `/v1/integrations`, for administrators: programs that publish, and their keys.

use super::{Administrator, Name, Served, act::Done, answer::Problem, feed::parse};
use crate::{CentreError, refusal::Refusal};
use axum::{
    Json,
    body::Bytes,
    extract::{Path, State, rejection::BytesRejection},
    http::StatusCode,
};
use dealbell_protocol::{
    ProviderId,
    integration::{AddedIntegration, AddedKey, IntegrationRow, NewIntegration, NewKey},
};

/// The integrations there are, each with its keys.
pub(crate) async fn list(
    State(served): State<Served>,
    _: Administrator,
) -> Result<Json<Vec<IntegrationRow>>, Problem> {
    Ok(Json(served.centre.integrations().await?))
}

/// Adds an integration; its first key is shown in the answer and never again.
pub(crate) async fn add(
    State(served): State<Served>,
    Administrator { actor }: Administrator,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<AddedIntegration>), Problem> {
    let NewIntegration { name } = parse(&body?)?;
    let added = served.centre.integrate(actor, &name).await?;
    Ok((StatusCode::CREATED, Json(added)))
}

/// Takes an integration away: its keys are good no more, what it said stays.
pub(crate) async fn remove(
    State(served): State<Served>,
    Administrator { actor }: Administrator,
    Name(id): Name,
) -> Result<Json<Done>, Problem> {
    let removed = served.centre.remove_integration(actor, ProviderId(id));
    removed.await?;
    Ok(Json(Done {}))
}

/// Adds a key to an integration; it is shown in the answer and never again.
pub(crate) async fn add_key(
    State(served): State<Served>,
    Administrator { actor }: Administrator,
    Name(id): Name,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<AddedKey>), Problem> {
    let new: NewKey = parse(&body?)?;
    let added = served.centre.add_key(actor, ProviderId(id), new).await?;
    Ok((StatusCode::CREATED, Json(added)))
}

/// Revokes a key of an integration.
pub(crate) async fn revoke_key(
    State(served): State<Served>,
    Administrator { actor }: Administrator,
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
