//! The loop: when to read, what to do about troubles, and what to say of the connection.

use super::hooks::{self, Found, HookStanding};
use super::link::{Hook, Link};
use super::pace::{self, Signs};
use super::session::Session;
use super::{Connector, ConnectorStatus, Ended, Trouble};
use crate::client::{Client, ClientError, Grant, jittered};
use crate::credentials::Credentials;
use crate::oauth::Claims;
use crate::rules::{Access, Standing};
use dealbell_protocol::ingest::IngestError;
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;
use tokio::task::JoinSet;
use url::Url;

/// The longest sleep. The machine may sleep meanwhile, and its timers with it; so the clock is
/// looked at often.
const NAP: Duration = Duration::from_secs(5);
/// The longest pause between two tries on a CRM that does not answer.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// The pause after a block: asking on would prolong it.
const BLOCKED_PAUSE: Duration = Duration::from_secs(600);
/// A reading that takes longer brings what is old by then.
const SLOW: Duration = Duration::from_secs(60);
/// The webhook is looked after so often.
const HOOK_EVERY: Duration = Duration::from_secs(3_600);
/// And so soon after the CRM did not answer, or where it is silent although something changed.
const HOOK_SOON: Duration = Duration::from_secs(600);

/// One run of a connector.
pub(super) struct Round<'a> {
    connector: &'a Connector,
    link: Link,
    standing: Standing,
    failures: u32,
    signs: Signs,
    /// By the clock's `elapsed`, as all times here: when it was looked at last.
    looked: Duration,
    limited_since: Option<Duration>,
    /// How long the last two readings took.
    took: [Duration; 2],
    hook_due: Option<Duration>,
    /// Looking after the webhook, beside everything else.
    hook_work: JoinSet<Result<Found, ClientError>>,
}

impl<'a> Round<'a> {
    /// Reads until the token is refused.
    pub(super) async fn run(connector: &'a Connector) -> Ended {
        let mut failures = 0;
        let mut round = loop {
            match Self::begin(connector).await {
                Ok(round) => break round,
                Err(error) => {
                    let pause = connector.centre_failed(&error, &mut failures);
                    connector.pause(pause).await;
                }
            }
        };
        loop {
            let Err(trouble) = round.follow().await;
            let Some(pause) = round.report(&trouble) else {
                return round.end().await;
            };
            let until = round.now() + pause;
            while let Some(left) = until.checked_sub(round.now()).filter(|l| !l.is_zero()) {
                if let Err(error) = round.look().await {
                    connector.centre_failed(&error, &mut round.failures);
                }
                tokio::select! {
                    () = connector.settings.clock.sleep(left.min(NAP)) => {}
                    () = connector.hint.0.notified() => break,
                }
            }
        }
    }

    async fn begin(connector: &'a Connector) -> Result<Self, IngestError> {
        let settings = &connector.settings;
        let mut link = Link::open(&connector.ingest, settings).await?;
        if settings.hooks.is_some() {
            connector.sink.set_secret(link.hook_secret().await?);
        }
        let token_ends = match &settings.credentials {
            Credentials::LongLived(token) => {
                Claims::read(&token.0).and_then(|claims| claims.expires_at)
            }
            Credentials::OAuth(_) => None,
        };
        let now = settings.clock.elapsed();
        Ok(Self {
            connector,
            link,
            standing: Standing {
                token_ends,
                ..Standing::default()
            },
            failures: 0,
            signs: Signs::default(),
            looked: now,
            limited_since: None,
            took: [Duration::ZERO; 2],
            hook_due: settings.hooks.as_ref().map(|_| now),
            hook_work: JoinSet::new(),
        })
    }

    /// The token is refused: that is told before it ends.
    async fn end(mut self) -> Ended {
        while let Err(error) = self.look().await {
            let pause = self.connector.centre_failed(&error, &mut self.failures);
            self.connector.pause(pause).await;
        }
        self.connector.say_refused(self.standing.access);
        Ended::TokenRefused
    }

    /// Opens the account and reads it for as long as the centre takes what is read.
    async fn follow(&mut self) -> Result<Infallible, Trouble> {
        let settings = &self.connector.settings;
        let client = self.connector.client()?.clone();
        let account = match self.link.account().cloned() {
            Some(account) => account,
            None => {
                let asking = client.clone();
                let asked: Pin<Box<dyn Future<Output = _> + Send>> =
                    Box::pin(async move { asking.account().await });
                self.meanwhile(asked).await??
            }
        };
        self.connector.sink.set_account(&account);
        let ingest = &self.connector.ingest;
        let heard = self.connector.heard();
        let mut session = Session::open(client.clone(), ingest, settings, heard, account).await?;
        self.show(&session, &client);
        loop {
            let began = self.now();
            let pause = match self.read(&mut session).await {
                Ok(news) => {
                    self.went_well(&session, began, news).await?;
                    self.show(&session, &client);
                    self.next(&session)
                }
                Err(Trouble::Crm(error)) => {
                    session.out_of_reach();
                    let trouble = Trouble::Crm(error);
                    let Some(pause) = self.report(&trouble) else {
                        return Err(trouble);
                    };
                    pause
                }
                Err(Trouble::AnotherAccount) => {
                    self.link.forget_account();
                    return Err(Trouble::AnotherAccount);
                }
                Err(trouble) => return Err(trouble),
            };
            self.tend_hook(&client);
            self.watch_clock(&mut session, began, pause).await?;
        }
    }

    /// Reads what is new and commits what follows; whether anything was. Meanwhile the clock is
    /// watched: a slow CRM delays no deadline.
    async fn read(&mut self, session: &mut Session) -> Result<bool, Trouble> {
        let connector = self.connector;
        let mut reading = Box::pin(session.plan().read(&connector.status));
        let harvest = loop {
            let nap = self.ring(session, NAP).await?;
            tokio::select! {
                harvest = &mut reading => break harvest?,
                () = nap => {}
            }
        };
        session.take(harvest, connector.settings.clock.now()).await
    }

    /// Rings what falls due, until it is time to read again. Works without the CRM.
    async fn watch_clock(
        &mut self,
        session: &mut Session,
        began: Duration,
        pause: Duration,
    ) -> Result<(), Trouble> {
        let connector = self.connector;
        let mut until = self.now() + pause;
        let mut hinted = false;
        while let Some(left) = until.checked_sub(self.now()).filter(|left| !left.is_zero()) {
            let nap = self.ring(session, left).await?;
            tokio::select! {
                () = nap => {}
                () = connector.hint.0.notified(), if !hinted => {
                    // Many hints at once are one reading.
                    hinted = true;
                    session.hint();
                    until = until.min(began + pause.min(pace::HINT_GAP));
                }
            }
        }
        // What was hinted until here is seen by the reading that begins now.
        tokio::select! {
            biased;
            () = connector.hint.0.notified() => session.hint(),
            () = std::future::ready(()) => {}
        }
        Ok(())
    }

    /// Rings what is due now, and gives the nap until the next look, at most that long. What it
    /// commits must not be dropped halfway: it is not to be raced, the nap is.
    async fn ring(
        &mut self,
        session: &mut Session,
        most: Duration,
    ) -> Result<impl Future<Output = ()> + use<>, Trouble> {
        let clock = &self.connector.settings.clock;
        session.tick(clock.now()).await?;
        self.look().await?;
        let nap = session.until_wake(clock.now()).min(most).min(NAP);
        Ok(clock.sleep(nap))
    }

    /// Waits for something of the CRM's, and looks at the connection meanwhile.
    async fn meanwhile<T>(
        &mut self,
        mut asked: Pin<Box<dyn Future<Output = T> + Send>>,
    ) -> Result<T, Trouble> {
        loop {
            self.look().await?;
            tokio::select! {
                answer = &mut asked => return Ok(answer),
                () = self.connector.settings.clock.sleep(NAP) => {}
            }
        }
    }

    /// Notes how the connection stands, and says so where that is to be said.
    async fn look(&mut self) -> Result<(), IngestError> {
        let now = self.now();
        // Time slept through is nobody's failure.
        self.standing.unread += now.saturating_sub(self.looked).min(2 * NAP);
        self.looked = now;
        while let Some(found) = self.hook_work.try_join_next() {
            let found =
                found.unwrap_or_else(|error| Err(ClientError::Unreachable(error.to_string())));
            self.hook_found(found).await?;
        }
        let grant = self.connector.client.get();
        let grant = grant.map(|client| *client.grant().borrow());
        if grant == Some(Grant::Lost) {
            // The access in use may still serve for some hours: time to connect again.
            self.standing.access = Access::GrantLost;
        }
        self.standing.hook_off = match self.connector.sink.standing() {
            HookStanding::None if self.connector.settings.hooks.is_some() => None,
            // None is wanted any more, or allowed.
            HookStanding::None | HookStanding::Denied | HookStanding::Live => Some(false),
            HookStanding::SwitchedOff => Some(true),
        };
        let seconds = self.connector.settings.clock.seconds();
        self.link.attend(&self.standing, seconds).await
    }

    /// A reading is done and committed.
    async fn went_well(
        &mut self,
        session: &Session,
        began: Duration,
        news: bool,
    ) -> Result<(), IngestError> {
        let settings = &self.connector.settings;
        self.failures = 0;
        self.limited_since = None;
        self.took = [self.took[1], self.now().saturating_sub(began)];
        self.standing = Standing {
            access: Access::Granted,
            blocked: Some(false),
            limited: Some(Duration::ZERO),
            unread: Duration::ZERO,
            // Once may be an accident.
            slow: Some(self.took.iter().all(|&took| took > SLOW)),
            ..self.standing
        };
        if news {
            self.signs.changed = Some(settings.clock.seconds());
            self.suspect_hook();
        }
        self.signs.hooked = self.connector.sink.delivered();
        let administrators = session.roster().administrators();
        self.link
            .keep_account(session.account(), administrators)
            .await?;
        self.connector.sink.set_account(session.account());
        self.look().await?;
        let behind = self.took[1];
        self.connector.status.send_replace(ConnectorStatus::Ok {
            account: session.info().clone(),
            last_read: settings.clock.now(),
            behind: (behind > SLOW).then_some(behind),
            hooks: self.connector.sink.standing(),
        });
        Ok(())
    }

    /// What users may act on from now on.
    fn show(&self, session: &Session, client: &Client) {
        let people = &session.roster().people;
        self.connector.desk.open(client, session.known(), people);
    }

    fn next(&self, session: &Session) -> Duration {
        let settings = &self.connector.settings;
        settings.poll_interval.unwrap_or_else(|| {
            let zone = session.account().zone.time_zone();
            pace::interval(settings.clock.seconds(), &zone, &self.signs)
        })
    }

    /// Something changed, but no webhook said so for a while.
    fn suspect_hook(&mut self) {
        let (now, elapsed) = (self.connector.settings.clock.seconds(), self.now());
        let sink = &self.connector.sink;
        let silent = sink
            .delivered()
            .is_none_or(|at| now.saturating_sub(at) > 600);
        if sink.standing() == HookStanding::Live
            && silent
            && let Some(due) = &mut self.hook_due
        {
            let looked_after = due.saturating_sub(HOOK_EVERY);
            *due = (*due).min(elapsed.max(looked_after + HOOK_SOON));
        }
    }

    fn tend_hook(&mut self, client: &Client) {
        let now = self.now();
        let (Some(ours), Some(hook)) = (self.hook_address(), self.link.hook()) else {
            return;
        };
        let due = self.hook_due.is_some_and(|due| due <= now);
        if due && self.standing.access == Access::Granted && self.hook_work.is_empty() {
            self.hook_due = Some(now + HOOK_EVERY);
            let (client, before) = (client.clone(), hook.registered.clone());
            self.hook_work
                .spawn(async move { hooks::attend(&client, &ours, before.as_ref()).await });
        }
    }

    fn hook_address(&self) -> Option<Url> {
        let base = self.connector.settings.hooks.as_ref()?;
        Some(hooks::address(base, &self.link.hook()?.secret))
    }

    async fn hook_found(&mut self, found: Result<Found, ClientError>) -> Result<(), IngestError> {
        let sink = &self.connector.sink;
        match found {
            Ok(found @ (Found::Good | Found::Repaired)) => {
                let registered = self.hook_address();
                let hook = self.link.hook().cloned();
                self.link
                    .keep_hook(hook.map(|hook| Hook { registered, ..hook }))
                    .await?;
                let off = found == Found::Repaired;
                if off {
                    tracing::warn!("the CRM had switched our webhook off; it is on again");
                }
                sink.set_standing(match off {
                    true => HookStanding::SwitchedOff,
                    false => HookStanding::Live,
                });
            }
            Ok(Found::Denied) => {
                if sink.standing() != HookStanding::Denied {
                    tracing::info!("no webhooks here; going on without");
                }
                sink.set_standing(HookStanding::Denied);
            }
            Err(error) => {
                tracing::warn!(%error, "the webhook could not be looked after");
                self.hook_due = Some(self.now() + HOOK_SOON);
            }
        }
        Ok(())
    }

    /// Says what is wrong, and how long to pause; none where going on is of no use.
    fn report(&mut self, trouble: &Trouble) -> Option<Duration> {
        let crm = match trouble {
            Trouble::Crm(error) => error,
            Trouble::Centre(error) => {
                return Some(self.connector.centre_failed(error, &mut self.failures));
            }
            // It is opened as it is now.
            Trouble::AnotherAccount => return Some(Duration::ZERO),
        };
        let short = back_off(&mut self.failures);
        tracing::warn!(%trouble, failures = self.failures, "reading the CRM failed");
        if !matches!(crm, ClientError::TooMany { .. }) {
            self.limited_since = None;
        }
        let pause = match crm {
            ClientError::TokenRefused => {
                self.standing.access = Access::Refused;
                return None;
            }
            ClientError::GrantLost => {
                self.standing.access = Access::GrantLost;
                return None;
            }
            ClientError::Blocked | ClientError::Forbidden => {
                self.standing.blocked = Some(true);
                jittered(BLOCKED_PAUSE)
            }
            ClientError::TooMany { wait } => {
                let now = self.now();
                let since = *self.limited_since.get_or_insert(now);
                self.standing.limited = Some(now.saturating_sub(since));
                short.max(*wait)
            }
            ClientError::Unreachable(_) | ClientError::NotKept(_) => short,
            ClientError::NotACrm(_) | ClientError::Refused { .. } => jittered(LONGEST_PAUSE),
        };
        let retry_at = self.connector.settings.clock.after(pause);
        self.connector.status.send_replace(match crm {
            ClientError::Blocked | ClientError::Forbidden => ConnectorStatus::Blocked { retry_at },
            ClientError::NotACrm(_) => ConnectorStatus::NotACrm { retry_at },
            ClientError::Refused { status, .. } => ConnectorStatus::Declined {
                status: *status,
                retry_at,
            },
            ClientError::TokenRefused
            | ClientError::GrantLost
            | ClientError::NotKept(_)
            | ClientError::Unreachable(_)
            | ClientError::TooMany { .. } => ConnectorStatus::Unreachable { retry_at },
        });
        Some(pause)
    }

    fn now(&self) -> Duration {
        self.connector.settings.clock.elapsed()
    }
}

impl Connector {
    /// The centre took nothing: says so, and how long to pause.
    fn centre_failed(&self, error: &IngestError, failures: &mut u32) -> Duration {
        let pause = back_off(failures);
        tracing::warn!(%error, failures, "the centre failed");
        let retry_at = self.settings.clock.after(pause);
        self.status
            .send_replace(ConnectorStatus::CentreFailed { retry_at });
        pause
    }

    fn say_refused(&self, access: Access) {
        self.status.send_replace(match access {
            Access::GrantLost => ConnectorStatus::GrantLost,
            Access::Unknown | Access::Granted | Access::Refused => ConnectorStatus::TokenRefused,
        });
    }

    async fn pause(&self, pause: Duration) {
        tokio::select! {
            () = self.settings.clock.sleep(pause) => {}
            () = self.hint.0.notified() => {}
        }
    }
}

/// Longer after each failure, never quite the same.
fn back_off(failures: &mut u32) -> Duration {
    *failures = failures.saturating_add(1);
    let doubled = Duration::from_secs(1) * 2_u32.saturating_pow((*failures).min(10));
    jittered(doubled.min(LONGEST_PAUSE))
}
