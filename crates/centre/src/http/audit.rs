//! `GET /v1/audit`: what administrators did.

use super::{Administrator, Served, answer::Problem};
use crate::{audit::MAX_AUDIT_PAGE, refusal::Refusal};
use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
};
use dealbell_protocol::ApiError;
use dealbell_protocol::people::{AuditPage, AuditQuery};

/// A page of the acts, newest first.
#[utoipa::path(
    get,
    path = "/v1/audit",
    tag = "administration",
    security(("device" = [])),
    params(AuditQuery),
    responses(
        (status = 200, description = "A page, newest first", body = AuditPage),
        (status = 400, description = "A parameter is wrong", body = ApiError),
    ),
)]
pub(crate) async fn page(
    State(served): State<Served>,
    _: Administrator,
    query: Result<Query<AuditQuery>, QueryRejection>,
) -> Result<Json<AuditPage>, Problem> {
    let Query(query) = query.map_err(|rejection| {
        let message = format!("a parameter cannot be read: {}", rejection.body_text());
        Refusal::field("query", message)
    })?;
    let since = query.since.as_deref().map(|text| {
        let time: Result<jiff::Timestamp, _> = text.parse();
        let time = time.map_err(|_| {
            let message = "since is a time such as 2026-11-21T10:00:00Z";
            Refusal::field("since", message)
        });
        time.map(jiff::Timestamp::as_millisecond)
    });
    let limit = query
        .limit
        .unwrap_or(MAX_AUDIT_PAGE)
        .clamp(1, MAX_AUDIT_PAGE);
    let page = served
        .centre
        .audit_page(since.transpose()?, query.before, limit);
    Ok(Json(page.await?))
}
