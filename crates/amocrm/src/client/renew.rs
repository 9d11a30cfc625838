//! Renewing the access, one at a time, and finding an account that has moved.
//!
//! A refresh token dies when it is used, and the answer has the only pair that works from then on.
//! So a renewal, once begun, is finished whoever asked for it and stopped waiting; the new pair is
//! kept before anything is asked with it; and a renewal whose answer did not come is not repeated at
//! once, while the access in use goes on.

use super::grant::Due;
use super::limit::Urgency;
use super::{ClientError, Failure, Shared, jittered, read_answer};
use crate::address::CrmAddress;
use crate::credentials::{Credentials, OAuth, TokenPair};
use crate::oauth::{Answer, Claims, ask_renewal};
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// How often a renewal is tried in a row where it is sure that nothing was sent.
const TRIES: u32 = 3;
/// The pause after a renewal that failed or whose answer did not come.
const PAUSE: Duration = Duration::from_secs(60);
/// A new access that is refused for so long will not be accepted any more.
const DOUBT: Duration = Duration::from_secs(600);
/// The pause between two questions for the account's address.
const LOOK_PAUSE: Duration = Duration::from_secs(60);

/// Why the access is renewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Because {
    /// It ends soon, or has ended.
    Age,
    /// The CRM refused it.
    Refused,
}

impl Shared {
    /// What the next request may show.
    pub(super) async fn access(self: &Arc<Self>) -> Result<String, ClientError> {
        match self.due() {
            Due::Not(access) => Ok(access),
            Due::Soon(access) => {
                // Whoever holds the lock is at it already.
                if self.keeper.renewing.try_lock().is_ok() {
                    drop(tokio::spawn(renewal(self, access.clone(), Because::Age)));
                }
                Ok(access)
            }
            Due::First(stale) => {
                finish(renewal(self, stale, Because::Age)).await?;
                match self.due() {
                    Due::Not(access) | Due::Soon(access) => Ok(access),
                    Due::First(_) => Err(self.not_renewed()),
                    Due::Never => Err(ClientError::GrantLost),
                }
            }
            Due::Never => Err(ClientError::GrantLost),
        }
    }

    /// Mends what made a request with `access` fail, where that can be done: then it is worth
    /// sending again.
    pub(super) async fn mend(
        self: &Arc<Self>,
        failure: &Failure,
        access: String,
        here: CrmAddress,
    ) -> Result<bool, ClientError> {
        if self.keeper.oauth().is_none() {
            return Ok(false);
        }
        match &failure.error {
            ClientError::TokenRefused => {
                finish(renewal(self, access.clone(), Because::Refused)).await?;
                match self.keeper.live_access() {
                    None => Err(ClientError::GrantLost),
                    Some(now) if now != access => Ok(true),
                    // Not renewed, but the account may have been found elsewhere.
                    Some(_) if here != self.keeper.address() => Ok(true),
                    Some(_) => Err(self.not_renewed()),
                }
            }
            ClientError::NotACrm(_) | ClientError::Refused { status: 404, .. } => {
                let shared = Arc::clone(self);
                finish(async move {
                    let _one = shared.keeper.renewing.lock().await;
                    shared.keeper.address() != here || shared.follow().await
                })
                .await
            }
            ClientError::GrantLost
            | ClientError::NotKept(_)
            | ClientError::Forbidden
            | ClientError::Blocked
            | ClientError::TooMany { .. }
            | ClientError::Unreachable(_)
            | ClientError::Refused { .. } => Ok(false),
        }
    }

    fn due(&self) -> Due {
        self.keeper.due(self.clock.seconds(), self.clock.elapsed())
    }

    fn not_renewed(&self) -> ClientError {
        match self.keeper.unkept() {
            Some(_) => ClientError::NotKept("the vault does not take them".to_owned()),
            None => ClientError::Unreachable("the access could not be renewed".to_owned()),
        }
    }

    /// Renews in place of `stale`, unless somebody else has.
    async fn renew(&self, stale: &str, because: Because) {
        let _one = self.keeper.renewing.lock().await;
        if self.keeper.live_access().as_deref() != Some(stale) {
            return;
        }
        let Some(oauth) = self.keeper.oauth() else {
            return;
        };
        if self.keeper.unkept().is_some() {
            return self.keep(&oauth, because).await;
        }
        if because == Because::Refused
            && let Some(since) = self.keeper.unproven_since(stale)
        {
            // A third pair would be refused, too. But it was granted: perhaps it is not known
            // everywhere yet.
            if !self.follow().await {
                match self.clock.elapsed().saturating_sub(since) < DOUBT {
                    true => self.keeper.failing(Duration::ZERO),
                    false => self.keeper.lose(),
                }
            }
            return;
        }
        if !self.keeper.may_renew(self.clock.elapsed()) {
            return;
        }
        for tried in 1..=TRIES {
            match self.ask(&oauth).await {
                Answer::Granted(pair) => {
                    self.keeper.granted(pair);
                    return self.keep(&oauth, because).await;
                }
                Answer::Refused { status, reason } => {
                    if status == 401 && self.follow().await {
                        continue;
                    }
                    tracing::warn!(status, reason, "the CRM renews the access no more");
                    return self.keeper.lose();
                }
                Answer::NotDone(failure) if failure.is_unsent() && tried < TRIES => {
                    tracing::debug!(error = %failure.error, tried, "renewing again");
                    let wait = jittered(Duration::from_secs(1) * tried);
                    self.clock.sleep(wait).await;
                }
                Answer::NotDone(failure) => {
                    if is_elsewhere(&failure) && self.follow().await {
                        continue;
                    }
                    return self.put_off(&failure);
                }
                Answer::Unclear(failure) => return self.put_off(&failure),
            }
        }
        self.keeper.failing(self.clock.elapsed() + PAUSE);
    }

    async fn ask(&self, oauth: &OAuth) -> Answer {
        let address = self.keeper.address();
        let turn = match self.limit.turn(Urgency::Urgent).await {
            Ok(turn) => turn,
            Err(error) => return Answer::NotDone(error.into()),
        };
        let refresh = &oauth.pair.refresh;
        let (http, integration) = (&self.fresh_http, &oauth.integration);
        let answer = ask_renewal(http, &address, integration, refresh, &self.clock).await;
        drop(turn);
        answer
    }

    fn put_off(&self, failure: &Failure) {
        tracing::warn!(error = %failure.error, "the access could not be renewed for now");
        let mut pause = PAUSE;
        if let ClientError::TooMany { wait } = failure.error {
            self.limit.hush(wait);
            pause = pause.max(wait);
        }
        self.keeper.failing(self.clock.elapsed() + pause);
    }

    /// Keeps the new pair, and only then takes it into use.
    async fn keep(&self, oauth: &OAuth, because: Because) {
        let Some(pair) = self.keeper.unkept() else {
            return;
        };
        match self.save(oauth, pair).await {
            Ok(()) => {
                let refused = because == Because::Refused;
                self.keeper.kept(refused.then(|| self.clock.elapsed()));
            }
            Err(error) => {
                tracing::error!(
                    error,
                    "renewed tokens could not be kept; not used before they are"
                );
                self.keeper.failing(Duration::ZERO);
            }
        }
    }

    async fn save(&self, oauth: &OAuth, pair: TokenPair) -> Result<(), String> {
        let Some(vault) = self.vault.get() else {
            return Ok(());
        };
        let credentials = Credentials::OAuth(OAuth {
            pair,
            ..oauth.clone()
        });
        let address = self.keeper.address();
        let saving = vault.save(&address, &credentials);
        match tokio::time::timeout(self.timeouts.whole, saving).await {
            Ok(saved) => saved.map_err(|error| error.to_string()),
            Err(_) => Err("no answer in time".to_owned()),
        }
    }

    /// Asks where the account is now, and goes there. Whether it was somewhere else.
    async fn follow(&self) -> bool {
        let now = self.clock.elapsed();
        if !self.keeper.may_look(now, now + LOOK_PAUSE) {
            return false;
        }
        let (Some(oauth), Some(account)) = (self.keeper.oauth(), self.keeper.account()) else {
            return false;
        };
        let here = self.keeper.address();
        let pair = self.keeper.unkept().unwrap_or(oauth.pair.clone());
        for place in places(&here, &oauth.pair.access) {
            let found = match self.look_up(place, &pair.refresh).await {
                Ok(found) => found,
                Err(failure) => {
                    tracing::debug!(error = %failure.error, "nobody says where the account is");
                    continue;
                }
            };
            let there = CrmAddress::parse(&found.domain).ok();
            let there = there.filter(|there| there.is_loopback() == here.is_loopback());
            let Some(there) = there.filter(|_| found.id == account) else {
                tracing::warn!("the account is said to be where it cannot be");
                continue;
            };
            if there == here {
                return false;
            }
            tracing::info!(from = %here, to = %there, "the account has moved");
            self.keeper.moved(there);
            // A pair that waits to be kept takes the address along.
            let saved = match self.keeper.unkept() {
                None => self.save(&oauth, pair).await,
                Some(_) => Ok(()),
            };
            if let Err(error) = saved {
                // It is found again where it was found now.
                tracing::warn!(error, "the account's new address could not be kept");
            }
            return true;
        }
        false
    }

    async fn look_up(&self, place: Url, refresh: &str) -> Result<Found, Failure> {
        let turn = self.limit.turn(Urgency::Urgent).await?;
        let asked = self
            .fresh_http
            .get(place)
            .header("X-Refresh-Token", refresh);
        let _works = self.clock.network_works();
        let response = asked.send().await;
        drop(turn);
        let answer = read_answer(response?).await?.unwrap_or_default();
        serde_json::from_value(answer).map_err(|error| {
            ClientError::NotACrm(format!("its answer about the account: {error}")).into()
        })
    }
}

/// Where an account is, by the CRM's word.
#[derive(serde::Deserialize)]
struct Found {
    id: u64,
    domain: String,
}

/// Who may know where the account is: the host its token names, where that is the vendor's own, and
/// its old address. The refresh token goes nowhere else.
fn places(here: &CrmAddress, access: &str) -> Vec<Url> {
    let hint = Claims::read(access).and_then(|claims| claims.api_domain);
    let hint = hint.and_then(|host| CrmAddress::vendor(&host, here));
    let mut places: Vec<Url> = hint.into_iter().chain([here.url().clone()]).collect();
    for place in &mut places {
        place.set_path("/oauth2/account/current/subdomain");
    }
    places.dedup();
    places
}

/// An answer as of a place where no account is.
fn is_elsewhere(failure: &Failure) -> bool {
    matches!(
        failure.error,
        ClientError::NotACrm(_) | ClientError::Refused { status: 404, .. }
    )
}

fn renewal(
    shared: &Arc<Shared>,
    stale: String,
    because: Because,
) -> impl Future<Output = ()> + Send + use<> {
    let shared = Arc::clone(shared);
    async move { Box::pin(shared.renew(&stale, because)).await }
}

/// Finishes the work even where its caller stops waiting for it.
async fn finish<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> Result<T, ClientError> {
    let done = tokio::spawn(work).await;
    done.map_err(|_| ClientError::Unreachable("the renewal was stopped".to_owned()))
}
