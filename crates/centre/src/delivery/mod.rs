//! Letters: what is to be sent, when, and what became of it (RULES C7, C8, T6, T9).
//!
//! A letter is a row that comes with its notification, in one transaction. Whoever sends letters
//! leases what is due, in a transaction that drops what has become pointless meanwhile; records when
//! the mail server may have taken it over; and then what became of it. A letter that a crash finds
//! in between is sent again under the same `Message-ID`, but a digest: no user gets two of a day, so
//! it is listed as doubtful instead.
//!
//! | module | subject |
//! |---|---|
//! | `queue` | what comes into the queue, and when it is due |
//! | `digest` | a user's hours (pure) |
//! | `gather` | what waited becomes the digest of a day |
//! | `lease` | what is due is leased, or dropped |
//! | `compose` | from rows to letters |
//! | `outcome` | what became of a letter that was tried |
//! | `backoff` | how long to wait after a failure (pure) |
//! | `gate` | nobody tries while the mail server lets nobody in (pure) |
//! | `worker` | the one who sends |
//! | `dead` | letters that are tried no more, for people |

mod backoff;
mod compose;
pub(crate) mod dead;
mod digest;
mod gate;
mod gather;
mod lease;
mod outcome;
pub(crate) mod queue;
mod worker;

use crate::Options;
use dealbell_protocol::{
    Channel,
    letter::{LetterLinks, NoLinks, Post},
};
use std::{
    fmt,
    sync::{Arc, atomic::AtomicU64},
};

/// Who sends a centre's letters, and how.
#[derive(Clone)]
pub struct Delivery {
    /// Who sends them.
    pub post: Arc<dyn Post>,
    /// Where their links lead.
    pub links: Arc<dyn LetterLinks>,
    /// Letters at once at most.
    pub at_once: usize,
}

impl Delivery {
    /// By `post`, without links, a few at once.
    pub fn new(post: Arc<dyn Post>) -> Self {
        Self {
            post,
            links: Arc::new(NoLinks),
            at_once: 4,
        }
    }
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery")
            .field("at_once", &self.at_once)
            .finish_non_exhaustive()
    }
}

/// How many letters there are, and what became of those since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LetterCounts {
    /// Wait to be sent, or are being sent.
    pub waiting: u64,
    /// Are tried no more until somebody says so.
    pub dead: u64,
    /// Were taken over by the mail server.
    pub sent: u64,
    /// Tries that failed.
    pub failed: u64,
    /// Were dropped, having become pointless.
    pub dropped: u64,
}

/// What a mail server said, for the log: without the addresses that it likes to repeat.
fn loggable(reason: &str) -> String {
    let words = reason.split_whitespace();
    let words = words.map(|word| if word.contains('@') { "…" } else { word });
    words.collect::<Vec<_>>().join(" ")
}

/// What became of letters since the start.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    sent: AtomicU64,
    failed: AtomicU64,
    dropped: AtomicU64,
}

/// What is to know about letters and pushes wherever something is committed.
#[derive(Clone, Debug)]
pub(crate) struct Ground {
    /// Somebody sends letters. Otherwise none are kept: they would all go out when somebody begins to.
    pub(crate) sent: bool,
    /// Somebody pushes; else nothing to push is kept.
    pub(crate) pushed: bool,
    /// The zone of whoever has chosen none.
    pub(crate) zone: String,
}

impl Ground {
    pub(crate) fn of(options: &Options) -> Self {
        Self {
            sent: options.deliverable.contains(&Channel::Email),
            pushed: [Channel::Browser, Channel::Mobile]
                .iter()
                .any(|channel| options.deliverable.contains(channel)),
            zone: options.zone.clone().unwrap_or_else(|| "UTC".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_log_has_no_addresses() {
        let said = "550 5.1.1 <anna@firm.ru>:\r\n no such user";
        assert_eq!(super::loggable(said), "550 5.1.1 … no such user");
    }
}
