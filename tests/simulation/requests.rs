//! What goes over HTTP: the devices' readings and the integration's publishing, either of which may
//! be lost on the way there or on the way back.

use crate::office::ADDRESS;
use crate::world::World;
use axum::body::Body;
use dealbell_inbox::session::{Generation, Input};
use dealbell_protocol::rest::{FeedPage, NewNotification, SaveChannels};
use dealbell_protocol::{ApiError, ChannelSettings, Cursor, QuietHours, QuietSpan};
use http::{Method, Request, StatusCode};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use tokio::sync::mpsc::error::TrySendError;

/// The rows of a page; few, so that paging happens.
const PAGE: u32 = 4;
/// How long a request waits for its answer, milliseconds.
const TIMEOUT: u64 = 20_000;

/// A device's request, or the answer that is on its way to it.
#[derive(Clone, Debug)]
pub(crate) struct Fetch {
    pub(crate) desk: usize,
    pub(crate) life: u32,
    pub(crate) generation: Generation,
    pub(crate) at: u64,
    /// It is stuck on its way until the device reads for another link, or until then.
    pub(crate) stuck: bool,
    pub(crate) what: What,
}

#[derive(Clone, Debug)]
pub(crate) enum What {
    Channels,
    Page {
        as_of: Cursor,
        before: Option<u64>,
    },
    Answer(Box<Input>),
    /// Nobody answered.
    TimedOut,
}

impl World {
    /// When the next request or answer arrives.
    pub(crate) fn fetches_due(&self) -> Option<u64> {
        self.fetches.iter().map(|fetch| fetch.at).min()
    }

    /// Lets one request or answer arrive. False where none is due.
    pub(crate) async fn fetch(&mut self) -> anyhow::Result<bool> {
        let now = self.now();
        let due = |fetch: &Fetch| fetch.at <= now;
        let Some(place) = self.fetches.iter().position(due) else {
            return Ok(false);
        };
        let Fetch {
            desk,
            life,
            generation,
            what,
            ..
        } = self.fetches.remove(place);
        if self.desks[desk].life != life {
            return Ok(true);
        }
        let reachable = self.desks[desk].cut_off <= now;
        let (what, wait) = match what {
            What::Answer(_) | What::Channels | What::Page { .. } if !reachable => {
                (What::TimedOut, TIMEOUT)
            }
            What::Answer(input) => return Ok(self.hand_in(desk, life, generation, *input)),
            What::TimedOut => {
                let input = Input::FetchFailed {
                    generation,
                    code: None,
                    retry_ms: None,
                };
                return Ok(self.hand_in(desk, life, generation, input));
            }
            What::Channels => self.answered(desk, self.read_channels(desk, generation).await),
            What::Page { as_of, before } => {
                let page = self.read_page(desk, generation, &as_of, before).await;
                self.answered(desk, page)
            }
        };
        let page = matches!(&what, What::Answer(input) if matches!(**input, Input::Page { .. }));
        let stuck = page && std::mem::take(&mut self.desks[desk].overtaken);
        self.fetches.push(Fetch {
            desk,
            life,
            generation,
            at: now + if stuck { TIMEOUT } else { wait },
            stuck,
            what,
        });
        if stuck {
            self.note(format!("a page of {desk} is stuck"));
            self.connector.tell(self.desks[desk].user, false);
            self.disturb(desk, Input::NetworkChanged).await?;
        }
        Ok(true)
    }

    /// What a device asks; an answer for an older link that is stuck comes right now, at the worst moment.
    pub(crate) fn ask(&mut self, desk: usize, generation: Generation, what: What) {
        let at = self.now() + self.network.delay(desk);
        let older =
            |fetch: &&mut Fetch| fetch.desk == desk && fetch.stuck && fetch.generation < generation;
        for fetch in self.fetches.iter_mut().filter(older) {
            fetch.at = fetch.at.min(at);
            fetch.stuck = false;
        }
        let life = self.desks[desk].life;
        self.fetches.push(Fetch {
            desk,
            life,
            generation,
            at,
            stuck: false,
            what,
        });
    }

    fn answered(&mut self, desk: usize, input: Option<Input>) -> (What, u64) {
        let wait = self.network.delay(desk);
        let what = input.map_or(What::TimedOut, |input| What::Answer(Box::new(input)));
        (what, wait)
    }

    /// Puts an answer into the device's queue, once there is room.
    fn hand_in(&mut self, desk: usize, life: u32, generation: Generation, input: Input) -> bool {
        if let Err(TrySendError::Full(input)) = self.desks[desk].tell.try_send(input) {
            self.fetches.push(Fetch {
                desk,
                life,
                generation,
                at: self.now() + 50,
                stuck: false,
                what: What::Answer(Box::new(input)),
            });
        }
        true
    }

    async fn read_channels(&self, desk: usize, generation: Generation) -> Option<Input> {
        let (status, body) = self.get(desk, "/v1/channels").await?;
        let answer = read::<ChannelSettings>(status, &body);
        Some(match answer {
            Ok(channels) => Input::Channels {
                generation,
                channels,
            },
            Err(error) => refused(generation, error),
        })
    }

    async fn read_page(
        &self,
        desk: usize,
        generation: Generation,
        as_of: &Cursor,
        before: Option<u64>,
    ) -> Option<Input> {
        let before = before.map(|before| format!("&before={before}"));
        let path = format!(
            "/v1/notifications?as_of={as_of}&limit={PAGE}{}",
            before.unwrap_or_default()
        );
        let (status, body) = self.get(desk, &path).await?;
        Some(match read::<FeedPage>(status, &body) {
            Ok(page) => Input::Page {
                generation,
                page: Box::new(page),
            },
            Err(error) => refused(generation, error),
        })
    }

    /// What a device's `GET` is answered; none where nobody answers.
    pub(crate) async fn get(&self, desk: usize, path: &str) -> Option<(StatusCode, Vec<u8>)> {
        let token = &self.desks[desk].token;
        let request = request(Method::GET, path, token, Vec::new()).ok()?;
        self.office.ask(request).await
    }

    /// Saves the channels of a device's user. False where that was not done.
    pub(crate) async fn save(&mut self, desk: usize, receive: bool, quiet: bool) -> bool {
        let Some((_, body)) = self.get(desk, "/v1/channels").await else {
            return false;
        };
        let Ok(known) = serde_json::from_slice::<ChannelSettings>(&body) else {
            return false;
        };
        let spans = vec![QuietSpan {
            days: (1..=7).collect(),
            from: 0,
            to: 0,
        }];
        let wanted = SaveChannels {
            receive,
            providers: BTreeMap::new(),
            quiet: Some(QuietHours {
                on: quiet,
                zone: "Europe/Moscow".to_owned(),
                spans,
            }),
            email: None,
            push: None,
        };
        let Ok(body) = serde_json::to_vec(&wanted) else {
            return false;
        };
        let token = self.desks[desk].token.clone();
        let Ok(mut request) = request(Method::PUT, "/v1/channels", &token, body) else {
            return false;
        };
        let revision = format!("\"{}\"", known.revision);
        if let Ok(revision) = revision.parse() {
            request
                .headers_mut()
                .insert(http::header::IF_MATCH, revision);
        }
        let answer = self.office.ask(request).await;
        answer.is_some_and(|(status, _)| status == StatusCode::OK)
    }

    /// The integration sends what is due. False where nothing is.
    pub(crate) async fn publish(&mut self) -> anyhow::Result<bool> {
        let now = self.now();
        let Some(number) = self.integration.next(now) else {
            return Ok(false);
        };
        if self.quarantine.is_some() {
            self.integration.requests[number].due = Some(now + 1_000);
            return Ok(true);
        }
        let asked = self.integration.requests[number].clone();
        let again = now + self.dice.range(500, 4_000);
        let lost = (self.dice.chance(10), self.dice.chance(15));
        let (path, body) = asked.body(&self.emails[asked.user]);
        let mut request = request(Method::POST, path, &self.key, body?)?;
        let key = format!("request-{number}").parse()?;
        request.headers_mut().insert("idempotency-key", key);
        let answer = match lost.0 {
            true => None,
            false => self.office.ask(request).await,
        };
        let status = answer.filter(|_| !lost.1).map(|(status, _)| status);
        self.note(format!("publish {number}: {status:?}"));
        self.integration.requests[number].due = match status {
            Some(StatusCode::CREATED) => None,
            Some(status) if status.is_client_error() => {
                anyhow::bail!("the integration's request was refused with {status}")
            }
            _ => Some(again),
        };
        Ok(true)
    }

    /// The integration shows a pop-up; nobody waits for what becomes of it.
    pub(crate) async fn pop_up(&mut self, user: usize) -> anyhow::Result<()> {
        let popup = NewNotification {
            users: vec![self.emails[user].clone()],
            title: "Звонят".to_owned(),
            transient: true,
            ..NewNotification::default()
        };
        let body = serde_json::to_vec(&popup)?;
        let request = request(Method::POST, "/v1/notifications", &self.key, body)?;
        let _ = self.office.ask(request).await;
        Ok(())
    }
}

fn request(
    method: Method,
    path: &str,
    token: &str,
    body: Vec<u8>,
) -> Result<Request<Body>, http::Error> {
    Request::builder()
        .method(method)
        .uri(format!("{ADDRESS}{path}"))
        .header(http::header::AUTHORIZATION, format!("Bearer {token}"))
        .header(http::header::CONTENT_TYPE, "application/json")
        .body(body.into())
}

fn read<T: DeserializeOwned>(status: StatusCode, body: &[u8]) -> Result<T, Option<ApiError>> {
    if status != StatusCode::OK {
        return Err(serde_json::from_slice(body).ok());
    }
    serde_json::from_slice(body).map_err(|_| None)
}

fn refused(generation: Generation, error: Option<ApiError>) -> Input {
    Input::FetchFailed {
        generation,
        code: error.as_ref().map(|error| error.code),
        retry_ms: error.and_then(|error| error.retry_ms),
    }
}
