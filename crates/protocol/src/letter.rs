//! Letters: what the centre's delivery hands to whoever can send one, in process.

use crate::window::Language;
use crate::{Millis, Notification, ProviderId, UserId};
use async_trait::async_trait;
use std::time::Duration;

/// A letter to be written and sent. The same letter tried again is equal to what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Names the letter for ever: the left part of its `Message-ID`.
    pub id: String,
    /// What it belongs to, named likewise: letters of one task are one thread. None for a letter of
    /// its own.
    pub thread: Option<String>,
    /// To whom: email address.
    pub to: String,
    /// How he is called; may be empty.
    pub name: String,
    /// The language of its words.
    pub language: Language,
    /// IANA name of the time zone its times are told in.
    pub zone: String,
    /// When it was due to be written; relative words («завтра») count from here.
    pub at: Millis,
    /// What it says.
    pub content: LetterContent,
    /// Where one `POST` switches this kind of letters off (RFC 8058 §3.1); none without a public
    /// address.
    pub unsubscribe: Option<String>,
    /// Where everything can be read: a page of the centre; none without a public address.
    pub inbox: Option<String>,
}

/// What a letter says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LetterContent {
    /// One notification, at the moment of the event (RULES C7).
    One {
        /// Which.
        notification: Box<Notification>,
        /// What its provider calls itself; empty for the CRM's own.
        provider: String,
    },
    /// The daily digest (RULES C8).
    Digest {
        /// The newest first, at most 5.
        newest: Vec<Notification>,
        /// How many there are in all; more than `newest` ends in a link to all.
        total: u64,
    },
    /// Somebody tries whether letters arrive.
    Test,
}

/// Whoever can send letters.
#[async_trait]
pub trait Post: Send + Sync {
    /// Sends `letter`; returns once the other side has taken it over.
    ///
    /// # Errors
    /// [`PostError`]; whether the letter may be tried again is its kind.
    async fn send(&self, letter: &Letter) -> Result<(), PostError>;

    /// The same, saying at `brink` when from now on the letter may be taken over: of a letter that a
    /// crash overtakes before it, it is known that it was not sent. So it is said as late as can be;
    /// whoever cannot tell says it first.
    ///
    /// # Errors
    /// As [`Post::send`], and what `brink` answers: then nothing was sent.
    async fn send_from(&self, letter: &Letter, brink: &dyn Brink) -> Result<(), PostError> {
        brink.reached().await?;
        self.send(letter).await
    }
}

/// Who keeps a record of letters that may have been taken over (RULES C8).
#[async_trait]
pub trait Brink: Send + Sync {
    /// Returns once it is on the disk that the letter may have been taken over. Called once a try,
    /// when sender and recipient are accepted and nothing but the letter itself is missing.
    ///
    /// # Errors
    /// [`PostError`], to be handed on: this letter is not to be sent now.
    async fn reached(&self) -> Result<(), PostError>;
}

/// Where the links of a letter lead; asked for each letter.
pub trait LetterLinks: Send + Sync {
    /// Where one `POST` switches `user`'s letters of a provider off, or for none, as in a digest,
    /// those of all providers (RFC 8058). None without a public address.
    fn unsubscribe(&self, user: UserId, provider: Option<&ProviderId>) -> Option<String>;

    /// Where `user` can read everything. None without a public address.
    fn inbox(&self, user: UserId) -> Option<String>;
}

/// Letters without links: a centre that has no public address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoLinks;

impl LetterLinks for NoLinks {
    fn unsubscribe(&self, _user: UserId, _provider: Option<&ProviderId>) -> Option<String> {
        None
    }

    fn inbox(&self, _user: UserId) -> Option<String> {
        None
    }
}

/// Why a letter was not sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PostError {
    /// Not now: no connection, the mail server is busy or defers.
    #[error("{reason}")]
    Later {
        /// What happened, for whoever runs the centre.
        reason: String,
        /// How long to wait at least, where the other side has said so.
        after: Option<Duration>,
    },
    /// Nobody knows: the connection was lost, or no answer came, after the whole letter was out. A
    /// digest is not tried again then (RULES C8).
    #[error("{reason}")]
    Unknown {
        /// What happened.
        reason: String,
    },
    /// Never: the mail server refuses this letter or this address for good.
    #[error("{reason}")]
    Never {
        /// What happened.
        reason: String,
    },
    /// The mail server lets nobody in: all letters wait until somebody has mended it.
    #[error("{reason}")]
    Closed {
        /// What happened and what to do.
        reason: String,
    },
}
