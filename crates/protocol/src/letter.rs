//! Letters: what the centre's delivery hands to whoever can send one, in process.

use crate::window::Language;
use crate::{Millis, Notification};
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
