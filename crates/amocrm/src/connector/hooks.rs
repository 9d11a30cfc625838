//! Webhooks: what the CRM tells by itself. They are not signed, so one is a hint to read the API
//! now; only a chat message's text is taken from it, since nothing else has it.

mod body;
mod upkeep;

pub(super) use upkeep::{Found, attend};

use super::{Hint, Message};
use crate::clock::Clock;
use crate::connector::heard::Heard;
use crate::connector::status::ConnectorStatus;
use crate::model::{Account, Seconds};
use body::Told;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;
use url::Url;

/// A longer body is no hook, bytes.
const LARGEST: usize = 1024 * 1024;

/// Takes webhooks for one connector. Clones take for the same one.
#[derive(Clone)]
pub struct HookSink(Arc<Shared>);

struct Shared {
    hint: Hint,
    heard: Heard,
    clock: Clock,
    status: watch::Receiver<ConnectorStatus>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    secret: Option<String>,
    account: Option<(u64, String)>,
    delivered: Option<Seconds>,
    standing: HookStanding,
}

/// How it stands with our webhook.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HookStanding {
    /// None is wanted, or nothing is known yet.
    #[default]
    None,
    /// The account's plan or the token's owner does not allow any: polling alone.
    Denied,
    /// The CRM calls us.
    Live,
    /// The CRM had switched it off. It is on again, but no call has come since.
    SwitchedOff,
}

/// Why a webhook was not taken. Nothing came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HookError {
    /// More than a MiB.
    #[error("the body is too large")]
    TooLarge,
    /// No form of the CRM's.
    #[error("the body is not readable")]
    Malformed,
    /// It speaks of another account.
    #[error("it is another account's")]
    OtherAccount,
}

/// What a body tells; none where it is none of ours.
pub(crate) fn told(body: &[u8]) -> Option<Vec<crate::fuzzing::Told>> {
    let body = body::read(body).ok()?;
    let told = body.events.into_iter().map(|told| crate::fuzzing::Told {
        what: told.what,
        how: told.how,
        fields: told.fields,
    });
    Some(told.collect())
}

impl HookSink {
    pub(super) fn new(
        hint: Hint,
        heard: Heard,
        clock: Clock,
        status: watch::Receiver<ConnectorStatus>,
    ) -> Self {
        Self(Arc::new(Shared {
            hint,
            heard,
            clock,
            status,
            state: Mutex::default(),
        }))
    }

    /// Whether `secret` is the last part of this connector's address for webhooks
    /// (`/v1/hooks/{secret}`). Takes as long for a wrong one as for a right one.
    pub fn answers_to(&self, secret: &str) -> bool {
        let state = self.state();
        let Some(own) = &state.secret else {
            return false;
        };
        let pairs = own.bytes().zip(secret.bytes());
        let differences = pairs.fold(0, |all, (a, b)| all | (a ^ b));
        own.len() == secret.len() && differences == 0
    }

    /// Takes one webhook's body. Quick: the answer can be sent at once.
    ///
    /// # Errors
    /// [`HookError`].
    pub fn take(&self, body: &[u8]) -> Result<(), HookError> {
        let body = body::read(body)?;
        let mut state = self.state();
        if let Some((id, subdomain)) = &state.account {
            let says = |field: &str| body.account.get(field);
            let own = match (says("id"), says("subdomain")) {
                (Some(said), _) => *said == id.to_string(),
                (None, Some(said)) => said == subdomain,
                (None, None) => true,
            };
            if !own {
                return Err(HookError::OtherAccount);
            }
        }
        state.delivered = Some(self.0.clock.seconds());
        if state.standing == HookStanding::SwitchedOff {
            state.standing = HookStanding::Live;
        }
        drop(state);
        for told in &body.events {
            if told.what == "message"
                && let Some(message) = message(told)
            {
                self.0.heard.note(message);
            }
        }
        // Asking on would prolong a block.
        if !matches!(*self.0.status.borrow(), ConnectorStatus::Blocked { .. }) {
            self.0.hint.changed();
        }
        Ok(())
    }

    /// How it stands with the webhook.
    pub fn standing(&self) -> HookStanding {
        self.state().standing
    }

    pub(super) fn set_standing(&self, standing: HookStanding) {
        self.state().standing = standing;
    }

    pub(super) fn set_secret(&self, secret: String) {
        self.state().secret = Some(secret);
    }

    pub(super) fn set_account(&self, account: &Account) {
        self.state().account = Some((account.id, account.subdomain.clone()));
    }

    /// When a webhook came last.
    pub(super) fn delivered(&self) -> Option<Seconds> {
        self.state().delivered
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for HookSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HookSink({:?})", self.standing())
    }
}

/// The address under which the CRM calls us.
pub(super) fn address(base: &Url, secret: &str) -> Url {
    let mut url = base.clone();
    let under = base.path().trim_end_matches('/');
    url.set_path(&format!("{under}/v1/hooks/{secret}"));
    url.set_query(None);
    url.set_fragment(None);
    url
}

fn message(told: &Told) -> Option<Message> {
    let id = told.field("id");
    (!id.is_empty()).then(|| Message {
        id: id.to_owned(),
        text: told.field("text").to_owned(),
        author: told.field("author.name").to_owned(),
    })
}
