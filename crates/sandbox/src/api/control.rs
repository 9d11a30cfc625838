//! What the public API has no method for: what a colleague does in the web interface, and the
//! sandbox's own controls for tests that run it as a program. All of it is under `/sandbox/`, with
//! the same Bearer tokens, and never in trouble itself.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{delete, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Visitor;
use super::problem::Problem;
use super::tasks::{may_see, no_such_task};
use crate::faults::Fault;
use crate::office::Office;

/// Every control.
pub(crate) fn routes() -> Router<Arc<Office>> {
    Router::new()
        .route("/sandbox/tasks/{id}/delete", post(delete_task))
        .route("/sandbox/fault", post(add_fault).delete(lift_all))
        .route("/sandbox/fault/{id}", delete(lift))
        .route("/sandbox/code", post(code))
        .route("/sandbox/long-lived", post(long_lived))
        .route("/sandbox/revoke-token", post(revoke_token))
        .route("/sandbox/revoke-grant", post(revoke_grant))
        .route("/sandbox/expire-access", post(expire_access))
        .route("/sandbox/lose-next-token-answer", post(lose_answer))
        .route("/sandbox/users/{id}", post(change_user))
        .route("/sandbox/hooks-allowed", post(hooks_allowed))
}

/// `POST /sandbox/tasks/{id}/delete`: 204 when the task is gone.
async fn delete_task(
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

/// `POST /sandbox/fault` with `{"kind": "status", "status": 503, "path": "/api/v4/tasks", "times":
/// 2}`: answers the number that lifts it. Kinds: `status`, `throttle` (`retry_after`), `blocked`,
/// `html`, `redirect` (`location`), `cut_connection`, `cut_body`, `stall` (`millis`),
/// `shift_pages`, `clock_skew` (`seconds`), `empty_arrays`.
async fn add_fault(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Json(fault): Json<Fault>,
) -> Result<Json<Value>, Problem> {
    visitor.administrator()?;
    Ok(Json(json!({"id": office.add_fault(fault)})))
}

/// `DELETE /sandbox/fault/{id}`.
async fn lift(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Path(id): Path<u64>,
) -> Result<StatusCode, Problem> {
    visitor.administrator()?;
    office.lift_fault(id);
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /sandbox/fault`: every one.
async fn lift_all(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
) -> Result<StatusCode, Problem> {
    visitor.administrator()?;
    office.lift_all_faults();
    Ok(StatusCode::NO_CONTENT)
}

/// Whom a control is about; the caller unless it says so.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct About {
    user: Option<u64>,
    /// An integration's id; the first one's unless it says so.
    integration: Option<String>,
    /// Unix seconds.
    expires_at: Option<i64>,
}

impl About {
    fn user(&self, visitor: &Visitor) -> u64 {
        self.user.unwrap_or(visitor.0.id)
    }
}

/// `POST /sandbox/code`: a one-time OAuth code, as consent gives it.
async fn code(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Json(about): Json<About>,
) -> Result<Json<Value>, Problem> {
    visitor.administrator()?;
    let integration = match &about.integration {
        Some(id) => office.integration(id),
        None => office.first_integration(),
    };
    let integration = integration.ok_or_else(|| Problem::not_found("Интеграция не найдена"))?;
    let code = office.issue_code(about.user(&visitor), &integration.id);
    Ok(Json(json!({"code": code})))
}

/// `POST /sandbox/long-lived`: a long-lived token in the form of a JWT, good until `expires_at`
/// (five years without it).
async fn long_lived(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Json(about): Json<About>,
) -> Result<Json<Value>, Problem> {
    const FIVE_YEARS: i64 = 5 * 365 * 24 * 3600;
    visitor.administrator()?;
    let expires_at = about.expires_at.unwrap_or(office.now() + FIVE_YEARS);
    let host = office.home();
    let token = office.issue_long_lived(about.user(&visitor), &host, expires_at);
    Ok(Json(json!({"token": token})))
}

/// `POST /sandbox/revoke-token`: the long-lived ones.
async fn revoke_token(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Json(about): Json<About>,
) -> Result<StatusCode, Problem> {
    visitor.administrator()?;
    office.revoke(about.user(&visitor));
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /sandbox/revoke-grant`: everything granted to integrations.
async fn revoke_grant(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Json(about): Json<About>,
) -> Result<StatusCode, Problem> {
    visitor.administrator()?;
    office.revoke_grant(about.user(&visitor));
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /sandbox/expire-access`: the access tokens alone.
async fn expire_access(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Json(about): Json<About>,
) -> Result<StatusCode, Problem> {
    visitor.administrator()?;
    office.expire_access(about.user(&visitor));
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /sandbox/lose-next-token-answer`.
async fn lose_answer(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
) -> Result<StatusCode, Problem> {
    visitor.administrator()?;
    office.lose_next_token_answer();
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Debug, Deserialize)]
struct Allowed {
    allowed: bool,
}

/// `POST /sandbox/hooks-allowed` with `{"allowed": false}`.
async fn hooks_allowed(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Json(Allowed { allowed }): Json<Allowed>,
) -> Result<StatusCode, Problem> {
    visitor.administrator()?;
    office.allow_hooks(allowed);
    Ok(StatusCode::NO_CONTENT)
}

/// What to change about a user; what is absent stays as it is.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct UserChanges {
    is_active: Option<bool>,
    is_admin: Option<bool>,
    name: Option<String>,
    email: Option<String>,
}

/// `POST /sandbox/users/{id}` with `is_active`, `is_admin`, `name` or `email`.
async fn change_user(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Path(id): Path<u64>,
    Json(changes): Json<UserChanges>,
) -> Result<StatusCode, Problem> {
    visitor.administrator()?;
    office.change_member(id, |member| {
        member.is_active = changes.is_active.unwrap_or(member.is_active);
        member.user.is_admin = changes.is_admin.unwrap_or(member.user.is_admin);
        member.user.name = changes.name.unwrap_or_else(|| member.user.name.clone());
        member.user.email = changes.email.unwrap_or_else(|| member.user.email.clone());
    });
    Ok(StatusCode::NO_CONTENT)
}
