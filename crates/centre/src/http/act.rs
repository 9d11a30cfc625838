//! `POST /v1/notifications/{id}/act`: a user acts on what a notification is about.

use super::{Device, Served, answer::Problem, feed::parse};
use crate::refusal::Refusal;
use axum::{
    Json,
    body::Bytes,
    extract::{Path, State, rejection::BytesRejection},
};
use dealbell_protocol::{ApiError, ErrorCode, NotificationId, act::Deed};
use serde::Serialize;

/// `{}`: done.
#[derive(Debug, Serialize)]
pub(crate) struct Done {}

/// Does the deed and answers when it is done.
pub(crate) async fn act(
    State(served): State<Served>,
    Device(session): Device,
    Path(id): Path<String>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Done>, Problem> {
    let deed: Deed = parse(&body?)?;
    // What is no id is nobody's.
    let id: NotificationId = id.parse().map_err(|_| {
        let message = "you have no such notification";
        Refusal::from(ApiError::new(ErrorCode::NotFound, message))
    })?;
    served.centre.act(session.user, id, deed).await?;
    Ok(Json(Done {}))
}
