//! The request limit of an integration: 7 in any second, shared by all who use the token.

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Steady rate. A bucket lets through its burst **and** what flows in meanwhile, so burst + rate is
/// what a second can hold: 2 + 5 = 7.
const PER_SECOND: NonZeroU32 = NonZeroU32::new(5).expect("not zero");
/// A poll is two requests; they go out together.
const BURST: NonZeroU32 = NonZeroU32::new(2).expect("not zero");

/// Lets requests through, so many a second, and none while the CRM wants to be left alone.
pub(super) struct Limit {
    bucket: DefaultDirectRateLimiter,
    clock: DefaultClock,
    quiet_until: Mutex<Option<Instant>>,
}

impl Limit {
    pub(super) fn new() -> Self {
        Self {
            bucket: RateLimiter::direct(Quota::per_second(PER_SECOND).allow_burst(BURST)),
            clock: DefaultClock::default(),
            quiet_until: Mutex::new(None),
        }
    }

    /// Waits for a turn.
    pub(super) async fn turn(&self) {
        loop {
            if let Some(until) = self.quiet() {
                tokio::time::sleep_until(until).await;
                continue;
            }
            match self.bucket.check() {
                Ok(()) => return,
                Err(wait) => {
                    // The timer ticks in milliseconds: one more, else it wakes just too early.
                    let wait = wait.wait_time_from(self.clock.now()) + Duration::from_millis(1);
                    tokio::time::sleep(wait).await;
                }
            }
        }
    }

    /// Nobody asks for `wait` from now on (429).
    pub(super) fn hush(&self, wait: Duration) {
        let until = Instant::now() + wait;
        let mut quiet = self.lock();
        *quiet = Some(quiet.map_or(until, |other| other.max(until)));
    }

    fn quiet(&self) -> Option<Instant> {
        let mut quiet = self.lock();
        *quiet = quiet.filter(|&until| until > Instant::now());
        *quiet
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.quiet_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use governor::clock::FakeRelativeClock;
    use governor::middleware::NoOpMiddleware;
    use governor::state::{InMemoryState, NotKeyed};

    /// Greedy callers with pauses in between: the worst that a bucket can be made to do.
    #[test]
    fn no_second_holds_more_than_seven() {
        let clock = FakeRelativeClock::default();
        let quota = Quota::per_second(PER_SECOND).allow_burst(BURST);
        let bucket: RateLimiter<NotKeyed, InMemoryState, FakeRelativeClock, NoOpMiddleware<_>> =
            RateLimiter::direct_with_clock(quota, clock.clone());
        let mut admitted: Vec<u64> = Vec::new();
        for ms in 0_u64..20_000 {
            let resting = ms % 1_700 < 450;
            while !resting && bucket.check().is_ok() {
                admitted.push(ms);
            }
            clock.advance(Duration::from_millis(1));
        }
        let fullest = admitted.iter().map(|&start| {
            let second = start..=start + 1_000;
            admitted.iter().filter(|&at| second.contains(at)).count()
        });
        assert_eq!(fullest.max(), Some(7));
    }
}
