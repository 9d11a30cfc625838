//! What lets us in, as it stands: the access in use, the pair that waits to be kept, when to renew.
//! No network here.

use crate::address::CrmAddress;
use crate::credentials::{Credentials, OAuth, TokenPair};
use crate::model::Seconds;
use crate::oauth::Claims;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// How long an access lives whose pair does not say.
const USUAL_LIFE: Seconds = 86_400;

/// How it stands with what lets us into an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant {
    /// A long-lived token.
    LongLived {
        /// When it ends, by its own word.
        expires_at: Option<Seconds>,
    },
    /// OAuth, and all is well.
    Good {
        /// When the access in use ends; it is renewed long before.
        expires_at: Seconds,
    },
    /// OAuth: renewing, or keeping what was renewed, fails for now. It is tried again.
    RefreshFailing {
        /// Until when the access in use serves.
        until: Seconds,
    },
    /// OAuth: the CRM renews no more. The account must be connected again; the access in use may
    /// still serve for some hours.
    Lost,
}

/// Whether the access is to be renewed before a request. Each access is secret.
pub(super) enum Due {
    /// Show this.
    Not(String),
    /// Show this, and renew aside.
    Soon(String),
    /// There is nothing to show before it is renewed; this was in use.
    First(String),
    /// There is nothing to show, and never will be.
    Never,
}

/// Keeps what lets us in, for all clones of a client.
pub(super) struct Keeper {
    held: Mutex<Held>,
    grant: watch::Sender<Grant>,
    /// Held by whoever renews: one at a time.
    pub(super) renewing: tokio::sync::Mutex<()>,
}

struct Held {
    address: CrmAddress,
    credentials: Credentials,
    /// Granted, and not surely kept: nothing may be asked with it.
    unkept: Option<TokenPair>,
    /// Since when the access in use, renewed because the one before was refused, waits to be
    /// accepted.
    unproven: Option<Duration>,
    lost: bool,
    /// No renewal is asked for before this moment of [`crate::clock::Clock::elapsed`].
    not_before: Duration,
    /// Nor where the account is.
    not_looked_before: Duration,
    account: Option<u64>,
}

impl Keeper {
    pub(super) fn new(address: CrmAddress, credentials: Credentials) -> Self {
        let claims = Claims::read(credentials.access()).unwrap_or_default();
        let grant = match &credentials {
            Credentials::LongLived(_) => Grant::LongLived {
                expires_at: claims.expires_at,
            },
            Credentials::OAuth(oauth) => Grant::Good {
                expires_at: oauth.pair.expires_at,
            },
        };
        Self {
            held: Mutex::new(Held {
                address,
                credentials,
                unkept: None,
                unproven: None,
                lost: false,
                not_before: Duration::ZERO,
                not_looked_before: Duration::ZERO,
                account: claims.account_id,
            }),
            grant: watch::Sender::new(grant),
            renewing: tokio::sync::Mutex::new(()),
        }
    }

    pub(super) fn address(&self) -> CrmAddress {
        self.held().address.clone()
    }

    pub(super) fn credentials(&self) -> Credentials {
        self.held().credentials.clone()
    }

    pub(super) fn watch(&self) -> watch::Receiver<Grant> {
        self.grant.subscribe()
    }

    /// What a request at `now` may show; `elapsed` is the clock that never jumps.
    pub(super) fn due(&self, now: Seconds, elapsed: Duration) -> Due {
        let held = self.held();
        let access = held.credentials.access().to_owned();
        let Credentials::OAuth(OAuth { pair, .. }) = &held.credentials else {
            return Due::Not(access);
        };
        let left = pair.expires_at.saturating_sub(now);
        let open = held.unkept.is_some() || elapsed >= held.not_before;
        match left {
            ..=0 if held.lost => Due::Never,
            ..=0 => Due::First(access),
            _ if held.lost || !open => Due::Not(access),
            // Well before its end, so that a refusal leaves hours to connect again.
            _ if held.unkept.is_some() || left <= life(pair) / 4 => Due::Soon(access),
            _ => Due::Not(access),
        }
    }

    /// The OAuth pair in use; none of a long-lived token.
    pub(super) fn oauth(&self) -> Option<OAuth> {
        match &self.held().credentials {
            Credentials::LongLived(_) => None,
            Credentials::OAuth(oauth) => Some(oauth.clone()),
        }
    }

    pub(super) fn unkept(&self) -> Option<TokenPair> {
        self.held().unkept.clone()
    }

    /// The access in use; none where the grant is lost.
    pub(super) fn live_access(&self) -> Option<String> {
        let held = self.held();
        (!held.lost).then(|| held.credentials.access().to_owned())
    }

    /// Whether a renewal may be asked for at this moment.
    pub(super) fn may_renew(&self, elapsed: Duration) -> bool {
        elapsed >= self.held().not_before
    }

    /// Since when this access, which came in place of a refused one, waits to be accepted itself.
    pub(super) fn unproven_since(&self, access: &str) -> Option<Duration> {
        let held = self.held();
        held.unproven
            .filter(|_| held.credentials.access() == access)
    }

    /// The CRM knows this access.
    pub(super) fn is_accepted(&self, access: &str) {
        let mut held = self.held();
        let Credentials::OAuth(oauth) = &held.credentials else {
            return;
        };
        if held.unproven.is_none() || oauth.pair.access != access {
            return;
        }
        let expires_at = oauth.pair.expires_at;
        held.unproven = None;
        drop(held);
        self.tell(Grant::Good { expires_at });
    }

    /// The CRM granted a new pair: it is not lost any more, whatever happens, and not used yet.
    pub(super) fn granted(&self, pair: TokenPair) {
        self.held().unkept = Some(pair);
    }

    /// The new pair is kept: it is in use from now on; `unproven` where it came in place of a refused
    /// one, at this moment.
    pub(super) fn kept(&self, unproven: Option<Duration>) {
        let mut held = self.held();
        let Some(pair) = held.unkept.take() else {
            return;
        };
        let expires_at = pair.expires_at;
        if let Credentials::OAuth(oauth) = &mut held.credentials {
            oauth.pair = pair;
        }
        held.unproven = unproven;
        held.not_before = Duration::ZERO;
        drop(held);
        self.tell(Grant::Good { expires_at });
    }

    /// It did not work for now; not again before `not_before`.
    pub(super) fn failing(&self, not_before: Duration) {
        let mut held = self.held();
        held.not_before = not_before;
        let until = match &held.credentials {
            Credentials::LongLived(_) => return,
            Credentials::OAuth(oauth) => oauth.pair.expires_at,
        };
        drop(held);
        self.tell(Grant::RefreshFailing { until });
    }

    /// The CRM renews no more.
    pub(super) fn lose(&self) {
        self.held().lost = true;
        self.tell(Grant::Lost);
    }

    /// Which account this is, by its own answer.
    pub(super) fn is_account(&self, id: u64) {
        self.held().account = Some(id);
    }

    pub(super) fn account(&self) -> Option<u64> {
        self.held().account
    }

    /// Whether to ask where the account is now; says yes once until `next`.
    pub(super) fn may_look(&self, elapsed: Duration, next: Duration) -> bool {
        let mut held = self.held();
        let may = elapsed >= held.not_looked_before;
        if may {
            held.not_looked_before = next;
        }
        may
    }

    pub(super) fn moved(&self, address: CrmAddress) {
        self.held().address = address;
    }

    /// Nobody hears the same twice.
    fn tell(&self, grant: Grant) {
        self.grant.send_if_modified(|told| {
            let new = *told != grant;
            *told = grant;
            new
        });
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long an access lives from its first moment to its last.
fn life(pair: &TokenPair) -> Seconds {
    if pair.issued_at > 0 {
        return (pair.expires_at - pair.issued_at).max(0);
    }
    let claims = Claims::read(&pair.access).unwrap_or_default();
    match (claims.issued_at, claims.expires_at) {
        (Some(from), Some(to)) if to > from => to - from,
        _ => USUAL_LIFE,
    }
}
