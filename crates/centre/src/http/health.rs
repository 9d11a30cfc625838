//! `GET /healthz`, and what every answer adds to the figures.

use super::Served;
use crate::health::Trouble;
use axum::{
    Json,
    extract::{MatchedPath, Request, State},
    http::{Method, StatusCode, header::CACHE_CONTROL},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::Serialize;

/// `{"ok":true}`, or with 503 what is wrong.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Health {
    ok: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    wrong: Vec<Trouble>,
}

/// How the centre is.
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "other",
    responses(
        (status = 200, description = "It is well", body = Health),
        (status = 503, description = "It is not; `wrong` says why", body = Health),
    ),
)]
pub(crate) async fn health(State(served): State<Served>) -> impl IntoResponse {
    let wrong = served.centre.health().await;
    let ok = wrong.is_empty();
    let status = if ok {
        StatusCode::OK
    } else {
        tracing::warn!(?wrong, "the centre is not well");
        StatusCode::SERVICE_UNAVAILABLE
    };
    let uncached = [(CACHE_CONTROL, "no-store")];
    (status, uncached, Json(Health { ok, wrong }))
}

/// Counts what was answered, by route.
pub(crate) async fn count(State(served): State<Served>, request: Request, next: Next) -> Response {
    let method = known(request.method());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    let route = route.as_ref().map_or("", MatchedPath::as_str);
    let metrics = served.centre.metrics();
    metrics.answered(method, route, response.status().as_u16());
    response
}

/// Anybody can make up a method, and each would be a figure of its own.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::PATCH => "PATCH",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
