//! How a connector hands notifications to a centre: in one step with its own memory.
//!
//! A connector reads a CRM, compares with what it knew, and commits notices **and** what it knows
//! now in one transaction. A crash before it repeats the comparison, a crash after it does not; so
//! a restart neither repeats nor forgets a notice, and no clean-up is needed.

use crate::{Kind, Millis, Priority, ProviderId, UserId};
use async_trait::async_trait;

/// A centre, as a connector sees it.
#[async_trait]
pub trait Ingest: Send + Sync {
    /// Everybody who can be notified.
    async fn recipients(&self) -> Result<Vec<Recipient>, IngestError>;

    /// What the connector `source` committed before, by key.
    async fn memory(&self, source: &str) -> Result<Vec<(String, String)>, IngestError>;

    /// Commits a batch, all of it or nothing.
    async fn commit(&self, batch: Batch) -> Result<(), IngestError>;
}

/// A user of the centre.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// Names him in a batch.
    pub id: UserId,
    /// Email address, lower case; matches him to a user of the CRM.
    pub email: String,
    /// Language of his texts: `ru` or `en`.
    pub language: String,
    /// Whether somebody of his is connected now (RULES T3: what fell due meanwhile is overdue).
    pub connected: bool,
}

/// What a connector learned in one step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// Names the connector and its account: `amocrm:31415926`.
    pub source: String,
    /// What to tell and to take back, in order.
    pub acts: Vec<Act>,
    /// What the connector knows now: keys with a new value, or none to forget.
    pub memory: Vec<(String, Option<String>)>,
}

/// One thing to tell or take back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Creates a notification, or updates the one with the same user, provider and dedup key as
    /// its [`Again`] says; an update raises no second toast.
    Notify(Box<Notice>),
    /// Removes a user's notifications of a subject (RULES T7, T8). None there: nothing happens.
    Withdraw {
        /// Whose; everybody's where missing.
        user: Option<UserId>,
        /// Who said it.
        provider: ProviderId,
        /// What it was about.
        subject: String,
        /// Which kinds; all where empty.
        kinds: Vec<Kind>,
    },
}

/// A notification before the centre has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// To whom.
    pub user: UserId,
    /// Who says it.
    pub provider: ProviderId,
    /// What it is about.
    pub kind: Kind,
    /// How urgent.
    pub priority: Priority,
    /// What it is about.
    pub subject: Option<String>,
    /// Equal keys are one notification.
    pub dedup_key: Option<String>,
    /// Which one of the same key is updated.
    pub again: Again,
    /// Who and what. The centre shortens and cleans what breaks C12, since nobody could correct it.
    pub title: String,
    /// The rest; shortened and cleaned likewise.
    pub text: String,
    /// Where it belongs.
    pub context: Option<String>,
    /// Who it comes from, a person's name.
    pub author: Option<String>,
    /// The card to open; left out where it is not http(s).
    pub link: Option<String>,
    /// When it happened.
    pub at: Millis,
    /// When what it is about falls due: a *due* letter waits, but not so long (RULES T6). None where
    /// there is no such time, or nobody knows it.
    pub deadline: Option<Millis>,
    /// Listed and counted, but no toast (RULES T2).
    pub silent: bool,
}

/// Which notification of the same dedup key is updated instead of made anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Again {
    /// Read or not, keeping its mark: the same thing in new words.
    #[default]
    Any,
    /// Only an unread one; after a read one a new one is made (RULES C12), since more has happened.
    Unread,
}

/// Why a batch was not committed. Nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// The centre's storage refused; the same batch may be tried again.
    #[error("the centre could not store it: {0}")]
    Storage(String),
    /// The batch names a user the centre does not have: read the recipients again.
    #[error("no such user: {0}")]
    UnknownUser(UserId),
}
