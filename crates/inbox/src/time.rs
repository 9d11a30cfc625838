//! Time as it is passed in.

use dealbell_protocol::Millis;
use tokio::time::Instant;

/// A moment on both clocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Now {
    /// Monotonic milliseconds since some fixed moment.
    pub mono: u64,
    /// Milliseconds since the Unix epoch, UTC; may jump.
    pub wall: Millis,
}

/// The clocks of this machine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    start: Instant,
}

impl Clock {
    pub(crate) fn new() -> Self {
        Self {
            start: Instant::now(),
        }
    }

    pub(crate) fn now(&self) -> Now {
        // From 1, since 0 means "at once" to a session that has not begun.
        let mono = 1 + u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX - 1);
        let wall = jiff::Timestamp::now().as_millisecond();
        Now { mono, wall }
    }

    /// The moment `mono` stands for, rounded up to it.
    pub(crate) fn instant(&self, mono: u64) -> Instant {
        self.start + std::time::Duration::from_millis(mono.saturating_sub(1))
    }
}
