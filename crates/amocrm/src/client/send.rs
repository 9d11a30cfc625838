//! One request: its turn, its second chances, its answer.

use super::error::of_status;
use super::{Client, ClientError};
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
/// An answer longer than this is no page of 250 tasks.
const MOST: usize = 16 * 1024 * 1024;
/// A wait longer than this is told instead of kept.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

impl Client {
    /// The address of a resource with its query.
    pub(super) fn url(&self, path: &str, query: &[(&str, &str)]) -> Url {
        let mut url = self.0.address.join("api/v4/");
        url.set_path(&format!("/api/v4/{path}"));
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }

    /// The time by the CRM's clock, as far as its answers have told; else by ours.
    pub fn crm_now(&self) -> Seconds {
        let offset = self.0.clock_offset.load(Ordering::Relaxed);
        jiff::Timestamp::now().as_second().saturating_add(offset)
    }

    /// Sends a request until it is answered or its failure is certain. `None` is a 204.
    pub(super) async fn send(
        &self,
        method: Method,
        url: Url,
        body: Option<&Value>,
    ) -> Result<Option<Value>, ClientError> {
        let mut tries = 0;
        loop {
            tries += 1;
            let error = match self.once(method.clone(), url.clone(), body).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let wait = match &error {
                ClientError::TooMany { wait } if *wait <= LONGEST_WAIT => {
                    self.0.limit.hush(*wait);
                    Duration::ZERO
                }
                error if error.is_passing() => jittered(Duration::from_millis(250) * 2 * tries),
                _ => return Err(error),
            };
            if tries >= TRIES {
                return Err(error);
            }
            tracing::debug!(%error, tries, "asking the CRM again");
            tokio::time::sleep(wait).await;
        }
    }

    async fn once(
        &self,
        method: Method,
        url: Url,
        body: Option<&Value>,
    ) -> Result<Option<Value>, ClientError> {
        self.0.limit.turn().await;
        let mut request = self
            .0
            .http
            .request(method, url)
            .bearer_auth(&self.0.token.0);
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await?;
        self.note_clock(&response);
        let status = response.status().as_u16();
        match status {
            204 => Ok(None),
            200..=299 => self.json(response).await.map(Some),
            429 => Err(ClientError::TooMany {
                wait: asked_wait(&response),
            }),
            _ => {
                let problem = match is_json(&response) {
                    true => self.json(response).await.ok(),
                    false => None,
                };
                Err(of_status(status, problem.as_ref()))
            }
        }
    }

    async fn json(&self, mut response: Response) -> Result<Value, ClientError> {
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

    fn note_clock(&self, response: &Response) {
        let theirs = header(response, DATE.as_str())
            .and_then(|date| jiff::fmt::rfc2822::parse(date).ok())
            .map(|date| date.timestamp().as_second());
        if let Some(theirs) = theirs {
            let offset = theirs - jiff::Timestamp::now().as_second();
            self.0.clock_offset.store(offset, Ordering::Relaxed);
        }
    }
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
}

/// Between half of `wait` and all of it, so that many do not come back in step.
pub(crate) fn jittered(wait: Duration) -> Duration {
    wait.mul_f64(rand::rng().random_range(0.5..=1.0))
}
