//! `POST /v1/hooks/{secret}`: webhooks of the CRM, handed to the connector that answers to the
//! secret. They are not signed, so the address is the proof, and what they say is a hint.

use axum::{
    Json, Router,
    body::{Body, to_bytes},
    extract::{Path, State},
    http::{StatusCode, header::RETRY_AFTER},
    response::{IntoResponse as _, Response},
    routing::post,
};
use dealbell_amocrm::HookSink;
use dealbell_protocol::{ApiError, ErrorCode};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use std::{
    num::NonZeroU32,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

/// The largest body that is read, bytes.
const LARGEST: usize = 1024 * 1024;
/// How long a body may take to come.
const PATIENCE: Duration = Duration::from_secs(10);
/// Hooks a second of one account, and how many at once: more than people change, less than hurts.
const PER_SECOND: NonZeroU32 = NonZeroU32::new(50).expect("not zero");
const AT_ONCE: NonZeroU32 = NonZeroU32::new(500).expect("not zero");

/// The connectors that take webhooks now.
#[derive(Default)]
pub(crate) struct Hooks(Mutex<Vec<Arc<Taker>>>);

struct Taker {
    sink: HookSink,
    limit: DefaultDirectRateLimiter,
}

/// Lets a connector take webhooks for as long as it lives.
pub(crate) struct Open {
    hooks: Weak<Hooks>,
    taker: Arc<Taker>,
}

impl Drop for Open {
    fn drop(&mut self) {
        if let Some(hooks) = self.hooks.upgrade() {
            let mut takers = hooks.takers();
            takers.retain(|taker| !Arc::ptr_eq(taker, &self.taker));
        }
    }
}

impl Hooks {
    /// Lets `sink` take what comes under its secret, until what this returns is dropped.
    pub(crate) fn open(self: &Arc<Self>, sink: HookSink) -> Open {
        let limit = RateLimiter::direct(Quota::per_second(PER_SECOND).allow_burst(AT_ONCE));
        let taker = Arc::new(Taker { sink, limit });
        self.takers().push(Arc::clone(&taker));
        Open {
            hooks: Arc::downgrade(self),
            taker,
        }
    }

    /// The route to serve beside the centre's own.
    pub(crate) fn router(self: &Arc<Self>) -> Router {
        Router::new()
            .route("/v1/hooks/{secret}", post(take))
            .with_state(Arc::clone(self))
    }

    /// Who answers to `secret`. All are asked, so that the time tells nothing.
    fn taker_of(&self, secret: &str) -> Option<Arc<Taker>> {
        let mut found = None;
        for taker in self.takers().iter() {
            if taker.sink.answers_to(secret) {
                found = Some(Arc::clone(taker));
            }
        }
        found
    }

    /// No code panics while it holds this lock, so a poisoned one is as good as any.
    fn takers(&self) -> MutexGuard<'_, Vec<Arc<Taker>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn take(State(hooks): State<Arc<Hooks>>, Path(secret): Path<String>, body: Body) -> Response {
    let Some(taker) = hooks.taker_of(&secret) else {
        let message = "there is nothing here";
        return refusal(StatusCode::NOT_FOUND, ErrorCode::NotFound, message);
    };
    if taker.limit.check().is_err() {
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
            if let Err(error) = taker.sink.take(&body) {
                // Refusing it would only have it sent again.
                tracing::debug!(%error, "a webhook says nothing to us");
            }
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
