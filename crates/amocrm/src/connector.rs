//! The loop: read the CRM, compare, commit, ring; and say how it goes.

mod cards;
mod events;
mod heard;
mod reading;
mod roster;
mod session;
mod status;

pub use heard::{Heard, Message};
pub use status::{AccountInfo, AccountUser, ConnectorStatus};

use crate::address::CrmAddress;
use crate::client::{Client, ClientError, Token, jittered};
use crate::clock::Clock;
use crate::credentials::Credentials;
use dealbell_protocol::UserId;
use dealbell_protocol::ingest::{Ingest, IngestError};
use dealbell_protocol::window::Language;
use session::Session;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, watch};
use url::Url;

/// The longest sleep. The machine may sleep meanwhile, and its timers with it; so the clock is
/// looked at often.
const NAP: Duration = Duration::from_secs(5);
/// Pause between two readings.
const INTERVAL: Duration = Duration::from_secs(5);
/// The longest pause between two tries on a CRM that does not answer.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// The pause after a block: asking on would prolong it.
const BLOCKED_PAUSE: Duration = Duration::from_secs(600);

/// How a connector reads which account for whom.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The account.
    pub address: CrmAddress,
    /// What lets us in.
    pub credentials: Credentials,
    /// Who is told.
    pub recipients: Recipients,
    /// Whoever connected the account: told about its connection, as administrators are.
    pub connected_by: Option<UserId>,
    /// Where the time comes from.
    pub clock: Clock,
    /// Pause between two readings; where none is given, as people work.
    pub poll_interval: Option<Duration>,
    /// Public base address under which webhooks reach us; none on a desktop.
    pub hooks: Option<Url>,
    /// Every how many readings the known open tasks are looked up by id, for what vanished.
    pub reconcile_every: u32,
    /// When an all-day task is told, hours 0–23 (RULES T5).
    pub all_day_hour: i8,
    /// Language of a reader whose own is neither `ru` nor `en`.
    pub language: Language,
}

impl Settings {
    /// Readings as people work, look-ups at every sixth, all-day tasks at 09:00, English, the
    /// system's time, no webhooks.
    pub fn new(
        address: CrmAddress,
        credentials: impl Into<Credentials>,
        recipients: Recipients,
    ) -> Self {
        Self {
            address,
            credentials: credentials.into(),
            recipients,
            connected_by: None,
            clock: Clock::system(),
            poll_interval: None,
            hooks: None,
            reconcile_every: 6,
            all_day_hour: 9,
            language: Language::En,
        }
    }
}

/// Who of the CRM is whom in the centre.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recipients {
    /// Equal email addresses (a department's centre; the token is an administrator's).
    ByEmail,
    /// The token's owner is this user, nobody else is anybody (solo).
    Only(UserId),
}

/// Asks a running connector to read now: a webhook came, the network is back, the user pressed.
#[derive(Clone, Debug)]
pub struct Hint(Arc<Notify>);

impl Hint {
    /// Read now. Before it runs, or while it reads: read once more after that.
    pub fn now(&self) {
        self.0.notify_one();
    }
}

/// Why a connector ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It was told to.
    Shutdown,
    /// The CRM refuses the token; another one makes another connector.
    TokenRefused,
}

/// Reads one account and hands what follows to a centre.
pub struct Connector {
    ingest: Arc<dyn Ingest>,
    settings: Settings,
    hint: Hint,
    heard: Heard,
    status: watch::Sender<ConnectorStatus>,
}

impl Connector {
    /// A connector that does nothing before [`Connector::run`].
    pub fn new(ingest: Arc<dyn Ingest>, settings: Settings) -> Self {
        Self {
            ingest,
            settings,
            hint: Hint(Arc::new(Notify::new())),
            heard: Heard::default(),
            status: watch::Sender::new(ConnectorStatus::Starting),
        }
    }

    /// How it goes, now and later.
    pub fn status(&self) -> watch::Receiver<ConnectorStatus> {
        self.status.subscribe()
    }

    /// Makes it read at once; works while it runs.
    pub fn hint(&self) -> Hint {
        self.hint.clone()
    }

    /// Where texts of chat messages are noted, as webhooks bring them; a [`Hint`] after one has it
    /// told at once.
    pub fn heard(&self) -> Heard {
        self.heard.clone()
    }

    /// Reads until `shutdown`, or until the token is refused. Can be dropped at any moment: what
    /// was not committed is read again by the next one.
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> Ended {
        tokio::select! {
            () = shutdown => Ended::Shutdown,
            ended = Box::pin(self.work()) => ended,
        }
    }

    async fn work(self) -> Ended {
        let mut failures = 0;
        loop {
            let Err(trouble) = self.follow(&mut failures).await;
            let Some(pause) = self.report(&trouble, &mut failures) else {
                return Ended::TokenRefused;
            };
            tokio::select! {
                () = self.settings.clock.sleep(pause) => {}
                () = self.hint.0.notified() => {}
            }
        }
    }

    /// Opens the account and reads it for as long as the centre takes what is read.
    async fn follow(&self, failures: &mut u32) -> Result<std::convert::Infallible, Trouble> {
        let settings = &self.settings;
        let (address, credentials) = (settings.address.clone(), settings.credentials.clone());
        let client = Client::new(address, credentials, settings.clock.clone())?;
        let mut session = Session::open(client, &self.ingest, &self.settings, self.heard()).await?;
        loop {
            let pause = match self.read(&mut session).await {
                Ok(()) => {
                    *failures = 0;
                    self.status.send_replace(ConnectorStatus::Ok {
                        account: session.info().clone(),
                        last_read: self.settings.clock.now(),
                    });
                    self.settings.poll_interval.unwrap_or(INTERVAL)
                }
                Err(Trouble::Crm(error)) => {
                    session.out_of_reach();
                    let trouble = Trouble::Crm(error);
                    let Some(pause) = self.report(&trouble, failures) else {
                        return Err(trouble);
                    };
                    pause
                }
                Err(trouble) => return Err(trouble),
            };
            self.watch_clock(&mut session, pause).await?;
        }
    }

    /// Reads what is new and commits what follows. Meanwhile the clock is watched: a slow CRM
    /// delays no deadline.
    async fn read(&self, session: &mut Session) -> Result<(), Trouble> {
        let mut reading = Box::pin(session.plan().read(&self.status));
        let harvest = loop {
            let nap = self.ring(session, NAP).await?;
            tokio::select! {
                harvest = &mut reading => break harvest?,
                () = nap => {}
            }
        };
        session.take(harvest, self.settings.clock.now()).await?;
        Ok(())
    }

    /// Rings what falls due, until it is time to read again. Works without the CRM.
    async fn watch_clock(&self, session: &mut Session, pause: Duration) -> Result<(), Trouble> {
        let clock = &self.settings.clock;
        let until = clock.elapsed() + pause;
        loop {
            let nap = self
                .ring(session, until.saturating_sub(clock.elapsed()))
                .await?;
            tokio::select! {
                () = nap => {}
                () = self.hint.0.notified() => {
                    session.hint();
                    return Ok(());
                }
            }
            if until <= clock.elapsed() {
                return Ok(());
            }
        }
    }

    /// Rings what is due now, and gives the nap until the next look, at most that long. What it
    /// commits must not be dropped halfway: it is not to be raced, the nap is.
    async fn ring(
        &self,
        session: &mut Session,
        most: Duration,
    ) -> Result<impl Future<Output = ()> + use<>, Trouble> {
        let clock = &self.settings.clock;
        session.tick(clock.now()).await?;
        let nap = session.until_wake(clock.now()).min(most).min(NAP);
        Ok(clock.sleep(nap))
    }

    /// Says what is wrong, and how long to pause; none where going on is of no use.
    fn report(&self, trouble: &Trouble, failures: &mut u32) -> Option<Duration> {
        *failures = failures.saturating_add(1);
        let doubled = Duration::from_secs(1) * 2_u32.saturating_pow((*failures).min(10));
        let short = jittered(doubled.min(LONGEST_PAUSE));
        let long = jittered(LONGEST_PAUSE);
        tracing::warn!(%trouble, failures, "reading the CRM failed");
        let crm = match trouble {
            Trouble::Crm(error) => error,
            Trouble::Centre(_) => {
                let retry_at = self.settings.clock.after(short);
                self.status
                    .send_replace(ConnectorStatus::CentreFailed { retry_at });
                return Some(short);
            }
        };
        let pause = match crm {
            ClientError::TokenRefused | ClientError::GrantLost => {
                self.status.send_replace(ConnectorStatus::TokenRefused);
                return None;
            }
            ClientError::Blocked | ClientError::Forbidden => jittered(BLOCKED_PAUSE),
            ClientError::Unreachable(_) | ClientError::NotKept(_) => short,
            ClientError::TooMany { wait } => short.max(*wait),
            ClientError::NotACrm(_) | ClientError::Refused { .. } => long,
        };
        let retry_at = self.settings.clock.after(pause);
        self.status.send_replace(match crm {
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
}

/// Whether an account answers to a token, and whose it is: for a sign-in form.
///
/// # Errors
/// [`ClientError`].
pub async fn check(address: CrmAddress, token: Token) -> Result<AccountInfo, ClientError> {
    let client = Client::new(address, token, Clock::system())?;
    let account = client.account().await?;
    let users = client.users().await?.unwrap_or_default();
    Ok(AccountInfo::new(&client.address(), &account, &users))
}

/// What keeps a connector from going on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    #[error(transparent)]
    Crm(#[from] ClientError),
    #[error(transparent)]
    Centre(#[from] IngestError),
}
