//! How long to wait before the next try (STREAM 9).

use rand::{RngExt, SeedableRng, rngs::StdRng};

/// The first window, milliseconds.
const FIRST_MS: u64 = 1_000;
/// The widest window, milliseconds.
const WIDEST_MS: u64 = 60_000;
/// A centre cannot ask for more patience, milliseconds: a bell that is silent for months is broken.
pub(super) const LONGEST_MS: u64 = 3_600_000;
/// How long a link has been live before it counts as stable, milliseconds.
const STABLE_MS: u64 = 10_000;

/// Full jitter over a window that doubles with every failure and never ends.
#[derive(Debug)]
pub(super) struct Backoff {
    failures: u32,
    random: StdRng,
}

impl Backoff {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            failures: 0,
            random: StdRng::seed_from_u64(seed),
        }
    }

    /// The wait after one more failure: `rand(0, min(60 s, 1 s·2ⁿ))`, at least `retry_ms`.
    pub(super) fn after_failure(&mut self, retry_ms: Option<u64>) -> u64 {
        let window = FIRST_MS
            .saturating_mul(1 << self.failures.min(16))
            .min(WIDEST_MS);
        self.failures = self.failures.saturating_add(1);
        self.random
            .random_range(0..=window)
            .max(retry_ms.unwrap_or(0).min(LONGEST_MS))
    }

    /// A moment within the window a planned restart names (STREAM 12).
    pub(super) fn within(&mut self, [from, to]: [u64; 2]) -> u64 {
        let from = from.min(LONGEST_MS);
        self.random.random_range(from..=to.clamp(from, LONGEST_MS))
    }

    /// A link that was live for `live_ms` ended: a stable one starts the count again.
    pub(super) fn link_ended(&mut self, live_ms: u64) {
        if live_ms >= STABLE_MS {
            self.failures = 0;
        }
    }

    /// Whether the last try failed and none was stable since.
    pub(super) fn failing(&self) -> bool {
        self.failures > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stream_9_the_window_doubles_up_to_a_minute_and_never_ends() {
        let widest = |failures: u32| {
            (0..400)
                .map(|seed| {
                    let mut backoff = Backoff::new(seed);
                    backoff.failures = failures;
                    backoff.after_failure(None)
                })
                .max()
                .unwrap()
        };
        for (failures, window) in [
            (0, 1_000),
            (1, 2_000),
            (5, 32_000),
            (6, 60_000),
            (9_999, 60_000),
        ] {
            let seen = widest(failures);
            assert!(
                seen <= window && seen > window * 9 / 10,
                "{failures}: {seen}"
            );
        }
    }

    #[test]
    fn stream_9_the_centre_can_ask_for_more_and_a_stable_link_starts_anew() {
        let mut backoff = Backoff::new(1);
        assert_eq!(backoff.after_failure(Some(90_000)), 90_000);
        backoff.link_ended(STABLE_MS - 1);
        assert!(backoff.failing());
        backoff.link_ended(STABLE_MS);
        assert!(!backoff.failing());
    }
}
