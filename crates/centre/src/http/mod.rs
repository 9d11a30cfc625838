//! The HTTP face: routes, and what every request passes first.

mod act;
mod administrator;
mod answer;
mod audit;
mod calendar;
mod channels;
mod defaults;
mod devices;
mod docs;
mod feed;
mod guard;
mod health;
mod integrations;
mod invitations;
mod letters;
mod list;
mod listening;
mod lively;
mod openapi;
mod pace;
mod people;
mod provider;
mod publish;
mod push;
pub(crate) mod serve;
mod site;
mod web;

use crate::{
    Centre,
    devices::Session,
    icon::Errands,
    keys::Caller,
    limits::{Limits, Rate},
    refusal::Refusal,
    stream,
};
pub(crate) use administrator::Administrator;
pub use administrator::From as Whence;
use answer::Problem;
pub(crate) use answer::problem;
use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, FromRequestParts, Path, State},
    http::{HeaderMap, StatusCode, header::AUTHORIZATION, request::Parts},
    middleware,
    routing::{delete, get, patch, post, put},
};
use dealbell_protocol::{
    ApiError, ErrorCode, UserId,
    rest::{MAX_BODY, MAX_BULK_BODY, Me},
    stream::{GRACE_MS, PING_MS, START_TIMEOUT_MS},
};
use site::Site;
use sqlx::Row as _;
use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};
pub(crate) use web::Renewal;

/// How a centre is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServeOptions {
    /// The one inside the app: it answers only to loopback names, and to no web page.
    pub embedded: bool,
    /// How often a connection is pinged.
    pub ping: Duration,
    /// How much longer than `ping` a connection may be silent before it is closed.
    pub grace: Duration,
    /// How long a new connection may take to send `start`.
    pub start_timeout: Duration,
    /// How long the head of a request may take, its body, and a part of the answer that nobody takes: longer than a reverse proxy keeps an
    /// idle connection (nginx: 60 s), so that it is the proxy who ends those.
    pub patience: Duration,
    /// Frames that wait for a slow reader at most.
    pub queue: usize,
    /// How long a reader whose queue is full may keep a write waiting before it is closed.
    pub slow_after: Duration,
    /// How long a close may take, the client's answer included.
    pub closing: Duration,
    /// A cursor further back than this many entries is answered with a reset.
    pub max_backlog: u64,
    /// Where the world reaches this centre, such as `https://bell.example`; none: nowhere.
    pub public_url: Option<String>,
    /// The window of the `reconnect` frame at a planned end, milliseconds (STREAM 12).
    pub reconnect_ms: [u64; 2],
    /// Connections at most, streams left aside: those are bounded by their devices.
    pub connections: usize,
    /// The same from one address, which may be a whole company's; a trusted proxy may have any number.
    pub connections_of_one: usize,
    /// The proxies that are believed who asks through them (`X-Forwarded-For`).
    pub trusted_proxies: Vec<IpAddr>,
    /// Devices are held to a pace; not where time that is simulated passes at will.
    pub paced: bool,
    /// What a key of an integration may publish.
    pub per_key: Rate,
    /// What one integration may tell one user.
    pub per_account: Rate,
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self {
            embedded: false,
            ping: Duration::from_millis(PING_MS),
            grace: Duration::from_millis(GRACE_MS),
            start_timeout: Duration::from_millis(START_TIMEOUT_MS),
            patience: Duration::from_secs(75),
            queue: 256,
            slow_after: Duration::from_secs(2),
            closing: Duration::from_secs(2),
            max_backlog: 50_000,
            public_url: None,
            reconnect_ms: [1_000, 10_000],
            connections: 32_768,
            connections_of_one: 16_384,
            trusted_proxies: Vec::new(),
            paced: true,
            per_key: Rate::new(200, 5_000),
            per_account: Rate::new(10, 1_000),
        }
    }
}

impl ServeOptions {
    /// As the app serves its own centre.
    pub fn embedded() -> Self {
        Self {
            embedded: true,
            reconnect_ms: [0, 1_000],
            ..Self::default()
        }
    }
}

/// Routes beside the centre's own, for what it knows nothing of.
#[derive(Debug, Default)]
pub struct Beside {
    /// The routes.
    pub routes: Router,
    /// Their description, OpenAPI: its paths and schemas join the centre's own.
    pub described: serde_json::Value,
}

impl From<Router> for Beside {
    fn from(routes: Router) -> Self {
        let described = serde_json::Value::Null;
        Self { routes, described }
    }
}

/// What every handler knows.
#[derive(Clone)]
pub(crate) struct Served {
    pub(crate) centre: Centre,
    pub(crate) options: Arc<ServeOptions>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) paces: Arc<pace::Paces>,
    pub(crate) errands: Errands,
    /// Every address there is, OpenAPI.
    pub(crate) described: Arc<serde_json::Value>,
    /// Where the listener is bound.
    pub(crate) local: SocketAddr,
    /// Where our own pages may ask by cookie.
    pub(crate) site: Arc<Site>,
}

impl Centre {
    /// The routes and those `beside` them, bound to `local`: for whoever brings connections of his
    /// own. [`Centre::serve`] is the usual way.
    pub fn router(&self, options: ServeOptions, beside: Beside, local: SocketAddr) -> Router {
        let served = Served {
            centre: self.clone(),
            described: Arc::new(openapi::described(&beside.described)),
            limits: Arc::new(Limits::new(options.per_key, options.per_account)),
            paces: Arc::default(),
            errands: Errands::default(),
            site: Arc::new(Site::new(&options, local)),
            options: Arc::new(options),
            local,
        };
        let list = get(feed::page)
            .post(publish::publish)
            .patch(publish::revise)
            .delete(publish::withdraw);
        let large = DefaultBodyLimit::max(MAX_BULK_BODY);
        let bulk = post(publish::bulk).layer(large);
        let signed_bulk = post(publish::signed_bulk).layer(large);
        Router::new()
            .route("/openapi.json", get(openapi::description))
            .route("/docs", get(openapi::page))
            .route("/healthz", get(health::health))
            .route("/v1/me", get(me))
            .route("/v1/notifications", list)
            .route("/v1/notifications/bulk", bulk)
            .route("/v1/notifications/read", post(feed::read))
            .route("/v1/notifications/unread", post(feed::unread))
            .route("/v1/notifications/read-all", post(feed::read_all))
            .route("/v1/notifications/{id}/act", post(act::act))
            .route("/v1/list", get(list::slice))
            .route("/v1/act", post(act::act_on))
            .route("/v1/tasks", get(act::tasks))
            .route("/v1/test", post(act::try_channel))
            .route("/v1/channels", get(channels::read).put(channels::save))
            .route("/v1/devices", get(devices::list))
            .route("/v1/devices/{id}", delete(devices::revoke))
            .route("/v1/users", get(people::users).post(people::add))
            .route(
                "/v1/users/{id}",
                get(people::user)
                    .patch(people::change)
                    .delete(people::remove),
            )
            .route("/v1/groups", get(people::groups).post(people::add_group))
            .route("/v1/groups/{name}", delete(people::remove_group))
            .route(
                "/v1/groups/{name}/members/{user}",
                put(people::join).delete(people::leave),
            )
            .route(
                "/v1/invitations",
                get(invitations::list).post(invitations::invite),
            )
            .route("/v1/invitations/redeem", post(invitations::redeem))
            .route(
                "/v1/invitations/{id}",
                get(invitations::see).delete(invitations::revoke),
            )
            .route("/v1/audit", get(audit::page))
            .route("/v1/calendar", get(calendar::link).post(calendar::renew))
            .route("/v1/calendar/{file}", get(calendar::feed))
            .route("/v1/defaults", get(defaults::read).put(defaults::replace))
            .route("/v1/letters/dead", get(letters::dead))
            .route("/v1/letters/{id}/retry", post(letters::retry))
            .route(
                "/v1/push-subscriptions",
                get(push::list).post(push::subscribe),
            )
            .route(
                "/v1/push-subscriptions/{id}",
                patch(push::change).delete(push::remove),
            )
            .route("/v1/push-subscriptions/{id}/test", post(push::test))
            .route("/v1/provider", get(provider::read).put(provider::save))
            .route("/v1/providers/{id}/icon", get(provider::icon))
            .route("/v1/providers/{id}/notifications", post(publish::signed))
            .route("/v1/providers/{id}/notifications/bulk", signed_bulk)
            .route(
                "/v1/integrations",
                get(integrations::list).post(integrations::add),
            )
            .route("/v1/integrations/{id}", delete(integrations::remove))
            .route("/v1/integrations/{id}/keys", post(integrations::add_key))
            .route(
                "/v1/integrations/{id}/keys/{key}",
                delete(integrations::revoke_key),
            )
            .route("/v1/sign-in-links", post(web::link))
            .route("/v1/web/sign-in", post(web::sign_in))
            .route("/v1/web/sign-out", post(web::sign_out))
            .route("/v1/stream", get(stream::upgrade))
            .with_state(served.clone())
            .merge(beside.routes)
            .fallback(nothing_here)
            .method_not_allowed_fallback(wrong_method)
            .layer(DefaultBodyLimit::max(MAX_BODY))
            .layer(middleware::from_fn_with_state(served.clone(), guard::check))
            .layer(middleware::from_fn_with_state(served, health::count))
    }
}

/// A request with a device token: a browser's in its cookie, anybody else's as Bearer.
pub(crate) struct Device(pub(crate) Session);

impl FromRequestParts<Served> for Device {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, served: &Served) -> Result<Self, Problem> {
        let by_cookie = match parts.headers.contains_key(AUTHORIZATION) {
            true => None,
            false => served.site.visitor(parts)?,
        };
        let token = match by_cookie {
            Some(visitor) => visitor.token,
            None => bearer(parts)?,
        };
        let session = served.centre.session(token).await?;
        // The one inside the app is the user's alone.
        if served.options.paced && !served.options.embedded {
            let (method, path) = (&parts.method, parts.uri.path());
            served.paces.count(session.device, method, path)?;
        }
        Ok(Self(session))
    }
}

/// A request with an integration's key.
pub(crate) struct Integration(pub(crate) Caller);

impl FromRequestParts<Served> for Integration {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, served: &Served) -> Result<Self, Problem> {
        Ok(Self(served.centre.integration(bearer(parts)?).await?))
    }
}

/// The one name in a path. What is no text names nothing.
pub(crate) struct Name(pub(crate) String);

impl FromRequestParts<Served> for Name {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, served: &Served) -> Result<Self, Problem> {
        let name = Path::<String>::from_request_parts(parts, served).await;
        let message = "nothing has this name";
        name.map(|Path(name)| Self(name)).map_err(|_| {
            Refusal::from(ApiError::new(ErrorCode::NotFound, message).of_field("id")).into()
        })
    }
}

fn bearer(parts: &Parts) -> Result<&str, Refusal> {
    let header = parts.headers.get(AUTHORIZATION);
    let text = header.and_then(|value| value.to_str().ok());
    text.and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .ok_or_else(|| {
            let message = "send Authorization: Bearer <token>";
            ApiError::new(ErrorCode::TokenInvalid, message).into()
        })
}

/// Who the token belongs to.
#[utoipa::path(
    get,
    path = "/v1/me",
    tag = "list",
    security(("device" = [])),
    responses((status = 200, description = "Who the token belongs to", body = Me)),
)]
async fn me(
    State(served): State<Served>,
    Device(session): Device,
    Renewal(headers): Renewal,
) -> Result<(HeaderMap, Json<Me>), Problem> {
    Ok((headers, Json(me_of(&served, session.user).await?)))
}

async fn me_of(served: &Served, user: UserId) -> Result<Me, Refusal> {
    let row = sqlx::query("SELECT email, name FROM users WHERE id = ?")
        .bind(user.to_string())
        .fetch_one(served.centre.read())
        .await?;
    Ok(Me {
        email: row.try_get("email")?,
        name: row.try_get("name")?,
        deliverable: served.centre.inner.deliverable.clone(),
        now: served.centre.now(),
    })
}

async fn nothing_here() -> Problem {
    let message = "there is nothing here: the API is under /v1";
    problem(StatusCode::NOT_FOUND, ErrorCode::NotFound, message)
}

async fn wrong_method() -> Problem {
    let message = "this address does not know this method";
    problem(StatusCode::METHOD_NOT_ALLOWED, ErrorCode::NotFound, message)
}
