//! One request: its turn, its second chances, its answer.

use super::error::of_status;
use super::{Cause, Client, ClientError, Failure};
use crate::address::CrmAddress;
use crate::model::Seconds;
use rand::RngExt;
use reqwest::header::{CONTENT_TYPE, DATE, RETRY_AFTER};
use reqwest::{Method, Response};
use serde_json::Value;
use std::sync::atomic::Ordering;
use std::time::Duration;
use url::Url;

/// How often a request is sent before its failure is told; longer troubles are the caller's to sit
/// out, who can say so to the user.
const TRIES: u32 = 3;
/// How often a request is sent again because something was mended: the access was renewed, the account
/// found where it has moved to.
const MENDS: u32 = 2;
/// An answer longer than this is no page of 250 tasks.
const MOST: usize = 16 * 1024 * 1024;
/// The CRM is left alone no longer than this, whatever it asks for.
const LONGEST_SILENCE: Duration = Duration::from_secs(3_600);

impl Client {
    /// The address of a resource with its query.
    pub(super) fn url(&self, path: &str, query: &[(&str, &str)]) -> Url {
        let mut url = self.address().url().clone();
        url.set_path(&format!("/api/v4/{path}"));
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }

    /// The time by the CRM's clock, as far as its answers have told; else by ours.
    pub fn crm_now(&self) -> Seconds {
        let offset = self.shared.clock_offset.load(Ordering::Relaxed);
        self.shared.clock.seconds().saturating_add(offset)
    }

    /// Sends a request until it is answered or its failure is certain. `None` is a 204.
    pub(super) async fn send(
        &self,
        method: Method,
        url: Url,
        body: Option<&Value>,
    ) -> Result<Option<Value>, ClientError> {
        let sent = self.send_closely(method, url, body).await;
        sent.map_err(|failure| failure.error)
    }

    /// The same, with what was seen of a failure.
    pub(crate) async fn send_closely(
        &self,
        method: Method,
        url: Url,
        body: Option<&Value>,
    ) -> Result<Option<Value>, Failure> {
        let (mut tries, mut mended) = (0, 0);
        loop {
            tries += 1;
            let access = self.shared.access().await?;
            // The account may have moved since the address was made.
            let here = self.address();
            let mut url = url.clone();
            rebase(&mut url, &here);
            let sent = self.once(method.clone(), url, body, &access).await;
            let failure = match sent {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            if mended < MENDS && self.shared.mend(&failure, access, here).await? {
                mended += 1;
                tries -= 1;
                continue;
            }
            let wait = match &failure.error {
                // One too long to be waited for is told with the next turn.
                ClientError::TooMany { wait } => {
                    self.shared.limit.hush(*wait);
                    Duration::ZERO
                }
                error if error.is_passing() => jittered(Duration::from_millis(250) * 2 * tries),
                _ => return Err(failure),
            };
            if tries >= TRIES {
                return Err(failure);
            }
            tracing::debug!(error = %failure.error, tries, "asking the CRM again");
            self.shared.clock.sleep(wait).await;
        }
    }

    async fn once(
        &self,
        method: Method,
        url: Url,
        body: Option<&Value>,
        access: &str,
    ) -> Result<Option<Value>, Failure> {
        let turn = self.shared.limit.turn(self.urgency).await?;
        let mut request = self.shared.http.request(method, url).bearer_auth(access);
        if let Some(body) = body {
            request = request.json(body);
        }
        let _works = self.shared.clock.network_works();
        let response = request.send().await;
        drop(turn);
        let response = response?;
        if response.status().is_success() {
            self.shared.keeper.is_accepted(access);
        }
        self.note_clock(&response);
        read_answer(response).await
    }

    fn note_clock(&self, response: &Response) {
        let theirs = header(response, DATE.as_str())
            .and_then(|date| jiff::fmt::rfc2822::parse(date).ok())
            .map(|date| date.timestamp().as_second());
        if let Some(theirs) = theirs {
            let offset = theirs - self.shared.clock.seconds();
            self.shared.clock_offset.store(offset, Ordering::Relaxed);
        }
    }
}

/// The same resource where the account is now.
fn rebase(url: &mut Url, here: &CrmAddress) {
    let mut rebased = here.url().clone();
    rebased.set_path(url.path());
    rebased.set_query(url.query());
    *url = rebased;
}

/// The JSON of a good answer, `None` of a 204; else what the answer means.
pub(crate) async fn read_answer(response: Response) -> Result<Option<Value>, Failure> {
    let status = response.status().as_u16();
    let json = is_json(&response);
    let failure = |error, said| Failure {
        error,
        cause: Cause::Answered { status, json, said },
    };
    match status {
        204 => Ok(None),
        200..=299 => match read_json(response).await {
            Ok(answer) => Ok(Some(answer)),
            Err(error) if error.is_passing() => Err(Failure {
                error,
                cause: Cause::Lost,
            }),
            Err(error) => Err(failure(error, String::new())),
        },
        429 => {
            let wait = asked_wait(&response);
            Err(failure(ClientError::TooMany { wait }, String::new()))
        }
        407 => Err(Failure {
            error: ClientError::Unreachable("the proxy asks who we are".to_owned()),
            cause: Cause::ProxyAsks,
        }),
        _ => {
            let problem = match json {
                true => read_json(response).await.ok(),
                false => None,
            };
            let said = ["hint", "detail", "title"].into_iter().find_map(|name| {
                let said = problem.as_ref()?.get(name)?.as_str()?;
                (!said.is_empty()).then(|| said.to_owned())
            });
            let error = of_status(status, problem.as_ref());
            Err(failure(error, said.unwrap_or_default()))
        }
    }
}

async fn read_json(mut response: Response) -> Result<Value, ClientError> {
    let is_json = is_json(&response);
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() > MOST {
            return Err(ClientError::NotACrm("its answer has no end".to_owned()));
        }
    }
    if !is_json {
        return Err(ClientError::NotACrm("it answers with a page".to_owned()));
    }
    serde_json::from_slice(&body).map_err(|error| match error.is_eof() {
        // Cut on the way, but with a length that fitted: a proxy's doing.
        true => ClientError::Unreachable("the answer was cut".to_owned()),
        false => ClientError::NotACrm("its answer is no JSON".to_owned()),
    })
}

fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers().get(name)?.to_str().ok()
}

/// `application/json`, `application/hal+json`, `application/problem+json`.
fn is_json(response: &Response) -> bool {
    header(response, CONTENT_TYPE.as_str()).is_some_and(|kind| kind.contains("json"))
}

/// What a 429 asks for, else a second and a bit.
fn asked_wait(response: &Response) -> Duration {
    header(response, RETRY_AFTER.as_str())
        .and_then(|seconds| seconds.trim().parse().ok())
        .map_or_else(
            || jittered(Duration::from_millis(1_500)),
            Duration::from_secs,
        )
        .min(LONGEST_SILENCE)
}

/// Between half of `wait` and all of it, so that many do not come back in step.
pub(crate) fn jittered(wait: Duration) -> Duration {
    wait.mul_f64(rand::rng().random_range(0.5..=1.0))
}
