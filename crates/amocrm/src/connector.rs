//! The loop: read the CRM, compare, commit, ring; and say how it goes.

mod actor;
mod cards;
mod day;
mod events;
mod heard;
mod hooks;
mod link;
mod pace;
mod reading;
mod roster;
mod round;
mod session;
mod status;

pub use heard::{Heard, Message};
pub(crate) use hooks::told as read_hook;
pub use hooks::{HookError, HookSink, HookStanding};
pub use status::{AccountInfo, AccountUser, ConnectorStatus};

use crate::address::CrmAddress;
use crate::client::{Client, ClientError, Timeouts};
use crate::clock::Clock;
use crate::credentials::{Credentials, Vault};
use actor::Desk;
use dealbell_network::Network;
use dealbell_protocol::UserId;
use dealbell_protocol::act::Actor;
use dealbell_protocol::ingest::{Ingest, IngestError};
use dealbell_protocol::window::Language;
use link::Link;
use round::Round;
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::{Notify, watch};
use url::Url;

/// Pause between two readings while people work.
const INTERVAL: Duration = Duration::from_secs(5);
/// A renewal of the access that has begun may take so long after the end.
const FAREWELL: Duration = Duration::from_secs(10);

/// How a connector reads which account for whom.
#[derive(Clone)]
pub struct Settings {
    /// The account.
    pub address: CrmAddress,
    /// What lets us in.
    pub credentials: Credentials,
    /// Where renewed tokens are kept; without it OAuth lives as long as the process.
    pub vault: Option<Arc<dyn Vault>>,
    /// Who is told.
    pub recipients: Recipients,
    /// Whoever connected the account: told about its connection, as administrators are.
    pub connected_by: Option<UserId>,
    /// Where the time comes from.
    pub clock: Clock,
    /// Pause between two readings; where none is given, as people work.
    pub poll_interval: Option<Duration>,
    /// Public base address: webhooks reach us under it, at `v1/hooks/{secret}`. None on a desktop.
    pub hooks: Option<Url>,
    /// Every how many readings the known open tasks are looked up by id, for what vanished.
    pub reconcile_every: u32,
    /// How the network is reached.
    pub network: Network,
    /// When an all-day task is told, hours 0–23 (RULES T5).
    pub all_day_hour: i8,
    /// Language of a reader whose own is neither `ru` nor `en`.
    pub language: Language,
}

impl Settings {
    /// The same, reading by night as by day where the CRM is on this machine: a stand-in for
    /// trying things out, which nobody's limit protects and nobody wants to wait for.
    #[must_use]
    pub fn brisk_at_hand(mut self) -> Self {
        if self.address.is_loopback() && self.poll_interval.is_none() {
            self.poll_interval = Some(pace::BRISK);
        }
        self
    }

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
            vault: None,
            recipients,
            connected_by: None,
            clock: Clock::system(),
            poll_interval: None,
            hooks: None,
            reconcile_every: 6,
            network: Network::default(),
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
pub struct Hint {
    given: Arc<Notify>,
    /// Whether what is read seldom is meant, too.
    everything: Arc<AtomicBool>,
}

impl Hint {
    fn new() -> Self {
        Self {
            given: Arc::new(Notify::new()),
            everything: Arc::new(AtomicBool::new(false)),
        }
    }

    /// Read everything now. Before it runs, or while it reads: read once more after that.
    pub fn now(&self) {
        self.everything.store(true, Ordering::Release);
        self.given.notify_one();
    }

    /// Something changed: read what changes. Webhooks say so all the time.
    fn changed(&self) {
        self.given.notify_one();
    }

    /// Whether everything was meant since this was asked last.
    fn was_for_everything(&self) -> bool {
        self.everything.swap(false, Ordering::AcqRel)
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
    status: watch::Sender<ConnectorStatus>,
    heard: Heard,
    sink: HookSink,
    desk: Desk,
    /// One for all the time: it knows the limit, and what lets us in now.
    client: OnceLock<Client>,
}

impl Connector {
    /// A connector that does nothing before [`Connector::run`].
    pub fn new(ingest: Arc<dyn Ingest>, settings: Settings) -> Self {
        let hint = Hint::new();
        let status = watch::Sender::new(ConnectorStatus::Starting);
        let heard = Heard::default();
        let desk = Desk::new(hint.clone(), settings.clock.clone());
        let sink = HookSink::new(
            hint.clone(),
            heard.clone(),
            settings.clock.clone(),
            status.subscribe(),
        );
        Self {
            ingest,
            settings,
            status,
            heard,
            sink,
            desk,
            hint,
            client: OnceLock::new(),
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

    /// Takes the account's webhooks, where [`Settings::hooks`] says how they reach us.
    pub fn hooks(&self) -> HookSink {
        self.sink.clone()
    }

    /// Acts in the CRM on what was told, while it runs; else it knows of nothing.
    pub fn actor(&self) -> Arc<dyn Actor> {
        Arc::new(self.desk.clone())
    }

    /// Reads until `shutdown`, or until the token is refused. Can be dropped at any moment: what
    /// was not committed is read again by the next one. After `shutdown` a renewal of the access
    /// that has begun is waited for, since its answer has the only tokens that work.
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> Ended {
        let ended = tokio::select! {
            () = shutdown => Ended::Shutdown,
            ended = Box::pin(Round::run(&self)) => ended,
        };
        if let Some(client) = self.client.get()
            && tokio::time::timeout(FAREWELL, client.renewed())
                .await
                .is_err()
        {
            tracing::warn!("the renewal of the access does not end; going without its tokens");
        }
        ended
    }

    /// Before an account is given up for good: takes our webhook out of it, where there is one.
    ///
    /// # Errors
    /// [`DisconnectError`]; the CRM will then call an address where nobody listens.
    pub async fn disconnect(&self) -> Result<(), DisconnectError> {
        let mut link = Link::open(&self.ingest, &self.settings).await?;
        if let Some(ours) = link.hook().and_then(|hook| hook.registered.clone()) {
            self.client()?.remove_webhook(&ours).await?;
            link.keep_hook(None).await?;
        }
        Ok(())
    }

    fn client(&self) -> Result<&Client, ClientError> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let settings = &self.settings;
        let (address, credentials) = (settings.address.clone(), settings.credentials.clone());
        let client = Client::within(
            address,
            credentials,
            settings.clock.clone(),
            Timeouts::default(),
            &settings.network,
        )?;
        let client = match &settings.vault {
            Some(vault) => client.with_vault(Arc::clone(vault)),
            None => client,
        };
        Ok(self.client.get_or_init(|| client))
    }
}

impl Drop for Connector {
    fn drop(&mut self) {
        self.desk.close();
    }
}

/// Why our webhook was not taken out of the account.
#[derive(Debug, thiserror::Error)]
pub enum DisconnectError {
    /// The CRM did not do it.
    #[error(transparent)]
    Crm(#[from] ClientError),
    /// The centre does not say which one it is.
    #[error(transparent)]
    Centre(#[from] IngestError),
}

/// What keeps a connector from going on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    #[error(transparent)]
    Crm(#[from] ClientError),
    #[error(transparent)]
    Centre(#[from] IngestError),
    /// The address leads to another account than it did.
    #[error("another account answers there now")]
    AnotherAccount,
}
