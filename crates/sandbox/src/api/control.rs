//! What a colleague does in the web interface and the public API has no method for.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;

use super::Visitor;
use super::problem::Problem;
use super::tasks::{may_see, no_such_task};
use crate::office::Office;

/// `POST /sandbox/tasks/{id}/delete`, with the same Bearer token: 204 when the task is gone.
pub(crate) async fn delete_task(
    State(office): State<Arc<Office>>,
    Visitor(user): Visitor,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let id: u64 = id.parse().map_err(|_| no_such_task())?;
    office
        .task(id)
        .filter(|task| may_see(&user, task))
        .ok_or_else(no_such_task)?;
    office
        .delete(user.id, id, office.now())
        .map_err(|_| no_such_task())?;
    Ok(StatusCode::NO_CONTENT)
}
