//! Whoever sends sleeps until a commit, a try that ended, or the clock gives him something to do.

use dealbell_protocol::Millis;
use std::time::Duration;

/// The longest sleep: another process may have changed the file, and a system that slept, its clock.
const LONGEST: Millis = 60_000;
/// The pause after the storage failed.
pub(crate) const STORAGE: Duration = Duration::from_secs(5);

/// How long there is nothing to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wait {
    pub(crate) at_most: Duration,
    /// A commit may end it.
    pub(crate) for_news: bool,
}

impl Wait {
    /// Only a try that ends changes something.
    pub(crate) const FULL: Self = Self {
        at_most: Duration::from_millis(LONGEST.unsigned_abs()),
        for_news: false,
    };
    /// The storage failed.
    pub(crate) const FAILED: Self = Self {
        at_most: STORAGE,
        for_news: false,
    };

    /// Only a try that ends, or the time, changes something.
    pub(crate) fn quiet(wait: Millis) -> Self {
        Self {
            for_news: false,
            ..Self::until(Some(wait))
        }
    }

    /// Until something is due in `left`, or anything else happens.
    pub(crate) fn until(left: Option<Millis>) -> Self {
        let left = left.unwrap_or(LONGEST).clamp(0, LONGEST);
        Self {
            at_most: Duration::from_millis(left.unsigned_abs()),
            for_news: true,
        }
    }
}
