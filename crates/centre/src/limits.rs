//! How much may be published at once: by a key, and to an account; how often an integration may call
//! itself something else, which everybody is told. Never by address, since whole departments share one.
//! Every integration has a measure of its own, so that a flood of one leaves the others theirs.

use crate::refusal::Refusal;
use dealbell_protocol::{ApiError, ErrorCode, ProviderId, UserId};
use governor::{
    Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
    state::keyed::HashMapStateStore,
};
use std::{hash::Hash, num::NonZeroU32, time::Duration};

/// Measures that are remembered before those that are full again are forgotten.
const REMEMBERED: usize = 10_000;
/// How soon an integration may call itself something else again, and how often at once.
const PRESENTS: (Duration, NonZeroU32) = (
    Duration::from_secs(10),
    NonZeroU32::new(5).expect("not zero"),
);

/// A steady pace and what may come at once on top of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How long one notification takes in the long run.
    pub period: Duration,
    /// Notifications at once.
    pub burst: NonZeroU32,
}

impl Rate {
    /// So many a second in the long run; zero reads as one.
    pub fn new(per_second: u32, burst: u32) -> Self {
        Self::every(Duration::from_secs(1) / per_second.max(1), burst)
    }

    /// One in each `period`.
    pub fn every(period: Duration, burst: u32) -> Self {
        Self {
            period: period.max(Duration::from_nanos(1)),
            burst: NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN),
        }
    }

    fn quota(self) -> Quota {
        let quota = Quota::with_period(self.period).expect("not zero");
        quota.allow_burst(self.burst)
    }
}

/// What is published, counted.
pub(crate) struct Limits {
    keys: Measures<String>,
    accounts: Measures<(ProviderId, UserId)>,
    presents: Measures<ProviderId>,
}

/// Measures, and what fits into one at once.
struct Measures<K: Hash + Eq + Clone>(
    RateLimiter<K, HashMapStateStore<K>, DefaultClock>,
    NonZeroU32,
);

impl Limits {
    /// Limits of each key, and of each integration towards each account.
    pub(crate) fn new(per_key: Rate, per_account: Rate) -> Self {
        let presents = Quota::with_period(PRESENTS.0).expect("not zero");
        let presents = presents.allow_burst(PRESENTS.1);
        Self {
            keys: Measures::new(per_key.quota()),
            accounts: Measures::new(per_account.quota()),
            presents: Measures::new(presents),
        }
    }

    /// Counts `requests` against a key.
    pub(crate) fn key(&self, key: &str, requests: usize) -> Result<(), Refusal> {
        self.keys
            .count(&key.to_owned(), requests)
            .map_err(|wait| limited("this key publishes too fast", wait))
    }

    /// Counts that `provider` calls itself something else.
    pub(crate) fn present(&self, provider: &ProviderId) -> Result<(), Refusal> {
        self.presents
            .count(provider, 1)
            .map_err(|wait| limited("every user is told of a change: not so often", wait))
    }

    /// Counts what `provider` says to `user`.
    pub(crate) fn account(&self, provider: &ProviderId, user: UserId) -> Result<(), Refusal> {
        self.accounts
            .count(&(provider.clone(), user), 1)
            .map_err(|wait| limited("too much for one of the recipients at once", wait))
    }
}

impl<K: Hash + Eq + Clone> Measures<K> {
    fn new(quota: Quota) -> Self {
        Self(RateLimiter::hashmap(quota), quota.burst_size())
    }

    /// Counts, or says how long to wait.
    fn count(&self, of: &K, requests: usize) -> Result<(), Duration> {
        if self.0.len() > REMEMBERED {
            self.0.retain_recent();
        }
        // More than fits at once waits for all that fits.
        let cells = u32::try_from(requests).unwrap_or(u32::MAX);
        let cells = NonZeroU32::new(cells.min(self.1.get())).unwrap_or(NonZeroU32::MIN);
        match self.0.check_key_n(of, cells) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(not_yet)) => Err(not_yet.wait_time_from(DefaultClock::default().now())),
            Err(_) => Err(Duration::from_secs(1)),
        }
    }
}

pub(crate) fn limited(message: &str, wait: Duration) -> Refusal {
    let mut error = ApiError::new(ErrorCode::RateLimited, message);
    let ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
    error.retry_ms = Some(ms.max(1));
    error.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ulid::Ulid;

    fn retry(counted: Result<(), Refusal>) -> Option<u64> {
        counted
            .err()
            .and_then(|refusal| refusal.into_api().retry_ms)
    }

    #[test]
    fn a_flood_of_one_leaves_the_others_theirs() {
        let limits = Limits::new(Rate::new(1, 3), Rate::new(1, 2));
        assert_eq!(retry(limits.key("a", 2)), None);
        assert_eq!(retry(limits.key("a", 1)), None);
        assert!((1..=1_000).contains(&retry(limits.key("a", 1)).unwrap()));
        assert_eq!(retry(limits.key("b", 3)), None);

        let (loud, calm) = (ProviderId::new("loud"), ProviderId::new("calm"));
        let (anna, boris) = (UserId(Ulid::from(1)), UserId(Ulid::from(2)));
        for _ in 0..2 {
            assert_eq!(retry(limits.account(&loud, anna)), None);
        }
        assert!(retry(limits.account(&loud, anna)).is_some());
        assert_eq!(retry(limits.account(&loud, boris)), None);
        assert_eq!(retry(limits.account(&calm, anna)), None);
    }

    #[test]
    fn a_name_is_changed_now_and_then_and_no_oftener() {
        let limits = Limits::new(Rate::new(1, 1), Rate::new(1, 1));
        let (loud, calm) = (ProviderId::new("loud"), ProviderId::new("calm"));
        for _ in 0..5 {
            assert_eq!(retry(limits.present(&loud)), None);
        }
        assert!((5_000..=10_000).contains(&retry(limits.present(&loud)).unwrap()));
        assert_eq!(retry(limits.present(&calm)), None);
    }

    #[test]
    fn more_than_ever_fits_goes_when_the_measure_is_full() {
        let limits = Limits::new(Rate::new(1, 3), Rate::new(1, 1));
        assert_eq!(retry(limits.key("a", 100)), None);
        assert!(retry(limits.key("a", 100)).unwrap() > 1_000);
    }
}
