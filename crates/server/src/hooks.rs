//! `POST /v1/hooks/{path}`: webhooks of the CRM, handed to the connector whose path it is. They are
//! not signed, so the path is the proof, and what they say is a hint.

use axum::{
    Json, Router,
    body::{Body, Bytes, to_bytes},
    extract::{Path, State},
    http::{StatusCode, header::RETRY_AFTER},
    response::{IntoResponse as _, Response},
    routing::post,
};
use dealbell_protocol::{ApiError, ErrorCode};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use sha2::{Digest as _, Sha256};
use std::{
    collections::HashMap,
    num::NonZeroU32,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

/// The largest body that is read.
const LARGEST: usize = 1024 * 1024;
/// How long a body may take to come.
const PATIENCE: Duration = Duration::from_secs(10);
/// Hooks a second and path, and how many at once: more than an account changes, less than hurts.
const PER_SECOND: NonZeroU32 = NonZeroU32::new(50).expect("not zero");
const AT_ONCE: NonZeroU32 = NonZeroU32::new(500).expect("not zero");

/// Takes the body of a hook; never waits.
pub(crate) type Take = Arc<dyn Fn(Bytes) + Send + Sync>;

/// The paths that lead to somebody now. They are kept as hashes, so that how long a look-up takes
/// says nothing about them.
#[derive(Default)]
pub(crate) struct Hooks(Mutex<HashMap<[u8; 32], Arc<Route>>>);

struct Route {
    take: Take,
    limit: DefaultDirectRateLimiter,
}

/// Keeps a path open for as long as it lives.
pub(crate) struct Open {
    hooks: Weak<Hooks>,
    path: [u8; 32],
    route: Arc<Route>,
}

impl Drop for Open {
    fn drop(&mut self) {
        let Some(hooks) = self.hooks.upgrade() else {
            return;
        };
        let mut routes = hooks.routes();
        // Whoever came later under the same path stays.
        let own = |route: &Arc<Route>| Arc::ptr_eq(route, &self.route);
        if routes.get(&self.path).is_some_and(own) {
            routes.remove(&self.path);
        }
    }
}

impl Hooks {
    /// Opens `path` until what this returns is dropped.
    pub(crate) fn open(self: &Arc<Self>, path: &str, take: Take) -> Open {
        let limit = RateLimiter::direct(Quota::per_second(PER_SECOND).allow_burst(AT_ONCE));
        let route = Arc::new(Route { take, limit });
        let path = Sha256::digest(path.as_bytes()).into();
        self.routes().insert(path, Arc::clone(&route));
        Open {
            hooks: Arc::downgrade(self),
            path,
            route,
        }
    }

    /// The route to serve beside the centre's own.
    pub(crate) fn router(self: &Arc<Self>) -> Router {
        Router::new()
            .route("/v1/hooks/{path}", post(take))
            .with_state(Arc::clone(self))
    }

    /// No code panics while it holds this lock, so a poisoned one is as good as any.
    fn routes(&self) -> MutexGuard<'_, HashMap<[u8; 32], Arc<Route>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn take(State(hooks): State<Arc<Hooks>>, Path(path): Path<String>, body: Body) -> Response {
    let path: [u8; 32] = Sha256::digest(path.as_bytes()).into();
    let route = hooks.routes().get(&path).cloned();
    let Some(route) = route else {
        let message = "there is nothing here";
        return refusal(StatusCode::NOT_FOUND, ErrorCode::NotFound, message);
    };
    if route.limit.check().is_err() {
        let message = "too many at once, come back in a second";
        let answer = refusal(
            StatusCode::TOO_MANY_REQUESTS,
            ErrorCode::RateLimited,
            message,
        );
        return ([(RETRY_AFTER, "1")], answer).into_response();
    }
    match tokio::time::timeout(PATIENCE, to_bytes(body, LARGEST)).await {
        Ok(Ok(body)) => {
            (route.take)(body);
            StatusCode::NO_CONTENT.into_response()
        }
        Ok(Err(_)) => {
            let message = "the body is larger than 1048576 bytes, or broke off";
            refusal(
                StatusCode::PAYLOAD_TOO_LARGE,
                ErrorCode::BodyInvalid,
                message,
            )
        }
        Err(_) => {
            let message = "the body did not come in time";
            refusal(StatusCode::REQUEST_TIMEOUT, ErrorCode::BodyInvalid, message)
        }
    }
}

fn refusal(status: StatusCode, code: ErrorCode, message: &str) -> Response {
    (status, Json(ApiError::new(code, message))).into_response()
}
