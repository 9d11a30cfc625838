//! The loop: when to read, and what to say of the connection.

mod trouble;
mod upkeep;

use super::hooks::{Found, HookStanding};
use super::link::Link;
use super::pace::{self, Signs};
use super::session::Session;
use super::{Connector, ConnectorStatus, Ended, Trouble};
use crate::client::{Client, ClientError, Grant};
use crate::credentials::Credentials;
use crate::oauth::Claims;
use crate::rules::{Access, Standing};
use dealbell_protocol::ingest::IngestError;
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;
use tokio::task::JoinSet;

/// The longest sleep. The machine may sleep meanwhile, and its timers with it; so the clock is
/// looked at often.
const NAP: Duration = Duration::from_secs(5);
/// A reading that takes longer brings what is old by then.
const SLOW: Duration = Duration::from_secs(60);

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
    /// Since when a part of the account does not answer.
    partly_since: Option<Duration>,
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
            let began = round.now();
            let Err(trouble) = round.follow().await;
            let Some(pause) = round.report(&trouble) else {
                return round.end().await;
            };
            let mut until = round.now() + pause;
            while let Some(left) = until.checked_sub(round.now()).filter(|l| !l.is_zero()) {
                if let Err(error) = round.look().await {
                    connector.centre_failed(&error, &mut round.failures);
                }
                tokio::select! {
                    () = connector.settings.clock.sleep(left.min(NAP)) => {}
                    () = connector.hint.given.notified() => {
                        until = until.min(began + pace::HINT_GAP);
                    }
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
            partly_since: None,
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
        let mut harvest = loop {
            let nap = self.ring(session, NAP).await?;
            tokio::select! {
                harvest = &mut reading => break harvest?,
                () = nap => {}
            }
        };
        if let Some(news) = &mut harvest.news {
            let owner = session.account().current_user_id;
            connector.desk.sign(&mut news.readings, owner);
        }
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
                () = connector.hint.given.notified(), if !hinted => {
                    // Many hints at once are one reading.
                    hinted = true;
                    until = until.min(began + pause.min(pace::HINT_GAP));
                }
            }
        }
        // What was hinted until here is seen by the reading that begins now.
        tokio::select! {
            biased;
            () = connector.hint.given.notified() => {}
            () = std::future::ready(()) => {}
        }
        if connector.hint.was_for_everything() {
            session.hint();
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
        let since = self.partly_since.filter(|_| session.is_without());
        self.partly_since = session.is_without().then(|| since.unwrap_or(self.now()));
        let partly = self.now().saturating_sub(since.unwrap_or(self.now()));
        self.standing = Standing {
            access: Access::Granted,
            blocked: Some(false),
            limited: Some(Duration::ZERO),
            unread: Duration::ZERO,
            // Once may be an accident.
            slow: Some(self.took.iter().all(|&took| took > SLOW) || partly > SLOW),
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
        let now = self.connector.settings.clock.seconds();
        self.connector.desk.open(client, session, now);
    }

    fn next(&self, session: &Session) -> Duration {
        let settings = &self.connector.settings;
        settings.poll_interval.unwrap_or_else(|| {
            let zone = session.account().zone.time_zone();
            pace::interval(settings.clock.seconds(), &zone, &self.signs)
        })
    }

    fn now(&self) -> Duration {
        self.connector.settings.clock.elapsed()
    }
}
