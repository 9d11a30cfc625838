//! The notification centre: everything that is told to a user is committed here first, then
//! heard. It knows no CRM.
//!
//! | module | subject |
//! |---|---|
//! | `people`, `groups` | users |
//! | `removal` | all that is kept of a person, for him or gone |
//! | `invitations` | links that sign a device in |
//! | `browsers` | devices whose token is a cookie, links that sign them in |
//! | `devices`, `uses` | what signs them in, and when it last did |
//! | `arrivals` | what a user is told of a new one |
//! | `integrations`, `keys`, `signed` | programs that publish, what lets them in, what they sign |
//! | `uniform`, `limits`, `icon`, `lookalike` | what they may hand in, how much of it, under which name |
//! | `audit` | what administrators did |
//! | `connections`, `sign_ins`, `sealing` | CRM accounts to connect, their secrets at rest |
//! | `ingest`, `publish`, `marks` | what changes a user's state |
//! | `actors` | from a user's deed to whoever can do it |
//! | `calendar` | open tasks as a private calendar |
//! | `deliverable` | what the centre is able to deliver on |
//! | `defaults` | what holds for whoever has not chosen |
//! | `trial` | a test of a channel |
//! | `delivery` | letters: the queue, the digest, whoever sends them |
//! | `push` | browsers and phones: who is pushed to, the queue, whoever pushes |
//! | `backoff`, `rounds` | how long whoever sends waits |
//! | `unsubscribe` | from a letter to the channels |
//! | `clock` | where the time comes from |
//! | `copies`, `taken_back`, `inspect` | backup and restore, a look from outside |
//! | `retention` | what is kept how long |
//! | `health`, `metrics` | how the centre is, and its figures |
//! | `store` | the SQLite file, its one writer, the log |
//! | `hub`, `stream` | connections, live and resuming |
//! | `http` | the REST face and its refusals |

mod actors;
mod arrivals;
mod audit;
mod backoff;
mod browsers;
mod calendar;
mod clock;
mod connections;
mod copies;
mod defaults;
mod deliverable;
mod delivery;
mod devices;
mod frame;
#[doc(hidden)]
pub mod fuzzing;
mod groups;
mod health;
mod http;
mod hub;
mod icon;
mod ingest;
mod inspect;
mod integrations;
mod invitations;
mod keys;
mod limits;
mod lookalike;
mod marks;
mod metrics;
mod people;
mod publish;
mod push;
mod refusal;
mod removal;
mod retention;
mod rounds;
mod sealing;
mod secret;
mod sign_ins;
mod signed;
mod store;
mod stream;
mod taken_back;
mod trial;
mod uniform;
mod unsubscribe;
mod uses;

use dealbell_protocol::{ApiError, Channel, Millis, courier::Courier};
use std::{path::PathBuf, sync::Arc};

pub use actors::Registration;
pub use audit::Actor;
pub use clock::{Clock, Time};
pub use connections::{About, Connection, ConnectionState};
pub use copies::{CopyError, Restored, backup, restore};
pub use delivery::{Delivery, LetterCounts};
pub use health::{Part, Trouble, free_bytes};
pub use http::{Beside, ServeOptions, Whence, serve::ServeError};
pub use inspect::{Inspection, Schema, inspect};
pub use invitations::{INVITED_WITHIN, Invitation};
pub use limits::Rate;
pub use marks::Mark;
pub use metrics::{METRICS_TYPE, Metrics};
pub use push::{PushCounts, Pushing};
pub use retention::{Retention, Trimmed};
pub use sealing::KeyError;
pub use sign_ins::SIGN_IN_WITHIN;
pub use unsubscribe::{Subscription, Unsubscribing};

/// How to open a centre.
#[derive(Clone, Debug)]
pub struct Options {
    /// `sqlite:FILE`, or the path of the file alone. It is created where missing, for its owner
    /// alone.
    pub database: String,
    /// The file with the key of the stored secrets, 32 bytes, which is never made here; without it
    /// the key is in the database's own `FILE.key`, made with the first secret.
    pub key_file: Option<PathBuf>,
    /// The channels this centre is able to deliver on.
    pub deliverable: Vec<Channel>,
    /// IANA name of the time zone of whoever has chosen none; UTC where missing.
    pub zone: Option<String>,
    /// Where the time comes from.
    pub clock: Clock,
}

impl Options {
    /// The usual options for `database`.
    pub fn new(database: impl Into<String>) -> Self {
        Self {
            database: database.into(),
            key_file: None,
            deliverable: deliverable::USUAL.to_vec(),
            zone: None,
            clock: Clock::system(),
        }
    }
}

/// An open centre; a clone is another handle of the same.
#[derive(Clone)]
pub struct Centre {
    inner: Arc<Inner>,
}

struct Inner {
    store: store::Store,
    hub: Arc<hub::Hub>,
    metrics: Arc<metrics::Metrics>,
    /// Held by whoever proves that commits work.
    proof: tokio::sync::Mutex<()>,
    actors: Arc<actors::Actors>,
    uses: uses::Uses,
    doors: invitations::Doors,
    key_uses: keys::Uses,
    deliverable: Vec<Channel>,
    clock: Clock,
    tally: delivery::Tally,
    /// Whoever brings pushes to their services; none: nobody does.
    courier: std::sync::OnceLock<Arc<dyn Courier>>,
    pushed: push::Tally,
}

impl std::fmt::Debug for Centre {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let connections = self.inner.hub.count();
        f.debug_struct("Centre")
            .field("connections", &connections)
            .finish_non_exhaustive()
    }
}

/// Why a centre cannot be opened, or a request of its owner was not done.
#[derive(Debug, thiserror::Error)]
pub enum CentreError {
    /// Not a database this version can use.
    #[error("unknown database {0:?}: give sqlite:FILE")]
    UnknownDatabase(String),
    /// The file cannot be read or written, or is no database.
    #[error("cannot use the database {path}: {reason}")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// A newer version of Dealbell has written the file.
    #[error("the database {path} was written by a newer version of Dealbell: update this one")]
    NewerSchema {
        /// Which file.
        path: PathBuf,
    },
    /// Another program's database.
    #[error("the database {path} belongs to another program: give a file of its own")]
    Foreign {
        /// Which file.
        path: PathBuf,
    },
    /// An earlier version's file could not be copied before it is brought up to date. It is as it was.
    #[error(
        "the database is of an earlier version, and the copy {path} that is made before it is \
         brought up to date could not be written (make room beside it): {reason}"
    )]
    NoCopy {
        /// The copy.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// The key of the stored secrets.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The request is wrong.
    #[error(transparent)]
    Refused(#[from] ApiError),
    /// The storage failed; the same may succeed later.
    #[error("the centre could not store it: {0}")]
    Storage(String),
}

impl From<refusal::Refusal> for CentreError {
    fn from(refusal: refusal::Refusal) -> Self {
        match refusal {
            refusal::Refusal::Storage(reason) => Self::Storage(reason),
            refusal::Refusal::Key(error) => Self::Key(error),
            refusal::Refusal::Api(_) | refusal::Refusal::UnknownUser(_) => {
                Self::Refused(refusal.into_api())
            }
        }
    }
}

impl From<sqlx::Error> for CentreError {
    fn from(error: sqlx::Error) -> Self {
        Self::Storage(error.to_string())
    }
}

impl Centre {
    /// Opens the centre's database, creating it or bringing it up to date.
    ///
    /// # Errors
    /// When the file cannot be used, is no database, or is of a newer version; when it has secrets
    /// and their key is missing or another one.
    pub async fn open(options: Options) -> Result<Self, CentreError> {
        Self::open_with(options, store::Secrets::Checked).await
    }

    /// The same, giving up the connected accounts and all that is sealed: the way out when the key
    /// is lost. Everything else stays.
    ///
    /// # Errors
    /// As [`Centre::open`], but for the key.
    pub async fn open_without_secrets(options: Options) -> Result<Self, CentreError> {
        Self::open_with(options, store::Secrets::GivenUp).await
    }

    async fn open_with(options: Options, secrets: store::Secrets) -> Result<Self, CentreError> {
        let hub = Arc::new(hub::Hub::default());
        let metrics = Arc::new(metrics::Metrics::new());
        let (heard, counted) = (Arc::clone(&hub), Arc::clone(&metrics));
        let store = store::Store::open(&options, secrets, heard, counted).await?;
        Ok(Self {
            inner: Arc::new(Inner {
                store,
                hub,
                metrics,
                proof: tokio::sync::Mutex::default(),
                actors: Arc::default(),
                uses: uses::Uses::default(),
                doors: invitations::Doors::default(),
                key_uses: keys::Uses::default(),
                deliverable: options.deliverable,
                clock: options.clock,
                tally: delivery::Tally::default(),
                courier: std::sync::OnceLock::new(),
                pushed: push::Tally::default(),
            }),
        })
    }

    /// How many stream connections are open.
    pub fn connections(&self) -> usize {
        self.inner.hub.count()
    }

    /// Whether the storage has answered everybody: time that is simulated may pass then.
    pub fn is_at_rest(&self) -> bool {
        let read = &self.inner.store.read;
        let reading = (read.size() as usize).saturating_sub(read.num_idle());
        reading == 0 && self.inner.store.writer.is_at_rest()
    }

    fn read(&self) -> &sqlx::SqlitePool {
        &self.inner.store.read
    }

    fn writer(&self) -> &store::writer::Writer {
        &self.inner.store.writer
    }

    fn sealer(&self) -> Arc<sealing::Sealer> {
        Arc::clone(&self.inner.store.sealer)
    }

    /// The centre's time, milliseconds since the Unix epoch.
    fn now(&self) -> Millis {
        self.inner.clock.now()
    }

    fn uses(&self) -> &uses::Uses {
        &self.inner.uses
    }

    fn hub(&self) -> &Arc<hub::Hub> {
        &self.inner.hub
    }
}
