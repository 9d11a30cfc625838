//! The HTTP face: routes, and who is asking.

mod account;
mod batch;
mod card_writes;
mod cards;
mod content;
mod control;
mod customers;
mod events;
mod hooks;
mod notes;
mod oauth;
mod page;
mod pipelines;
mod problem;
mod query;
mod sources;
mod talks;
mod task_writes;
mod tasks;
mod trouble;
mod unsorted;

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{AUTHORIZATION, DATE, HOST};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Uri};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;

use crate::account::User;
use crate::office::Office;
use crate::rights::Member;
use problem::Problem;

/// Every route of the sandbox.
pub(crate) fn router(office: Arc<Office>) -> Router {
    Router::new()
        .route("/api/v4/account", get(account::account))
        .route("/api/v4/users", get(account::users))
        .route("/api/v4/users/{id}", get(account::user))
        .route(
            "/api/v4/tasks",
            get(tasks::list)
                .post(task_writes::create)
                .patch(task_writes::change_many),
        )
        .route(
            "/api/v4/tasks/{id}",
            get(tasks::one).patch(task_writes::change_one),
        )
        .route("/api/v4/events", get(events::list))
        .route("/api/v4/events/{id}", get(events::one))
        .route(
            "/api/v4/webhooks",
            get(hooks::list)
                .post(hooks::subscribe)
                .delete(hooks::unsubscribe),
        )
        .route("/oauth", get(oauth::consent).post(oauth::decide))
        .route("/oauth2/access_token", post(oauth::access_token))
        .route("/oauth2/account/current/subdomain", get(oauth::subdomain))
        .merge(content::routes())
        .merge(control::routes())
        .fallback(async || Problem::not_found("Метод не найден"))
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .layer(from_fn_with_state(Arc::clone(&office), at_home))
        .layer(from_fn_with_state(Arc::clone(&office), trouble::strike))
        .with_state(office)
}

/// An address the account has left knows nothing but where it went.
async fn at_home(State(office): State<Arc<Office>>, request: Request, next: Next) -> Response {
    let where_to = request.uri().path() == "/oauth2/account/current/subdomain";
    if !where_to && office.has_left(&host_of(request.headers())) {
        return Problem::not_found("Аккаунт не найден").into_response();
    }
    next.run(request).await
}

/// Dates an answer, in Unix milliseconds.
fn date(answer: &mut Response, millis: i64) {
    let date = Timestamp::from_millisecond(millis)
        .ok()
        .and_then(|now| {
            DateTimePrinter::new()
                .timestamp_to_rfc9110_string(&now)
                .ok()
        })
        .and_then(|date| HeaderValue::try_from(date).ok());
    if let Some(date) = date {
        answer.headers_mut().insert(DATE, date);
    }
}

/// The API's caller: a valid token within its limit.
pub(crate) struct Caller {
    pub(crate) user: User,
    /// The same with his rights.
    pub(crate) member: Member,
    /// Scheme and host as the caller wrote them, for links.
    pub(crate) origin: String,
    pub(crate) uri: Uri,
}

impl FromRequestParts<Arc<Office>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut Parts,
        office: &Arc<Office>,
    ) -> Result<Self, Self::Rejection> {
        let member = signed_in(&parts.headers, office)?;
        let user = member.user.clone();
        if !office.admits(user.id) {
            return Err(Problem::too_many());
        }
        let origin = format!("http://{}", host_of(&parts.headers));
        tracing::debug!(user = user.id, method = %parts.method, uri = %parts.uri, "request");
        Ok(Self {
            user,
            member,
            origin,
            uri: parts.uri.clone(),
        })
    }
}

impl Caller {
    /// The address of something under `/api/v4/`.
    pub(crate) fn link(&self, path: &str) -> String {
        format!("{}/api/v4/{path}", self.origin)
    }
}

/// Somebody at the web interface: a valid token, and no limit.
pub(crate) struct Visitor(pub(crate) User);

impl FromRequestParts<Arc<Office>> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut Parts,
        office: &Arc<Office>,
    ) -> Result<Self, Self::Rejection> {
        signed_in(&parts.headers, office).map(|member| Self(member.user))
    }
}

impl Visitor {
    /// Refuses everybody else.
    pub(crate) fn administrator(&self) -> Result<(), Problem> {
        if self.0.is_admin {
            Ok(())
        } else {
            Err(Problem::forbidden())
        }
    }
}

/// The account's host as the caller wrote it.
pub(crate) fn host_of(headers: &HeaderMap) -> String {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    host.unwrap_or("localhost").to_owned()
}

/// The Bearer token that came along.
pub(crate) fn token_of(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    value.strip_prefix("Bearer ")
}

fn signed_in(headers: &HeaderMap, office: &Office) -> Result<Member, Problem> {
    token_of(headers)
        .and_then(|token| office.holder(token))
        .ok_or_else(Problem::unauthorized)
}
