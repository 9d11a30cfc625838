//! How fast a client may ask. Pure: time is passed in.

use std::time::Duration;
use tokio::time::Instant;

/// A bucket of tokens that fills at a constant rate.
#[derive(Debug)]
pub(crate) struct Pace {
    every: Duration,
    burst: u32,
    /// When the bucket is full again.
    full_at: Instant,
}

impl Pace {
    /// `burst` at once, then one each `every`.
    pub(crate) fn new(burst: u32, every: Duration, now: Instant) -> Self {
        Self {
            every,
            burst,
            full_at: now,
        }
    }

    /// Whether nothing is taken, or all has come back.
    pub(crate) fn is_full(&self, now: Instant) -> bool {
        self.full_at <= now
    }

    /// Takes one.
    ///
    /// # Errors
    /// None is left; how long until the next.
    pub(crate) fn take(&mut self, now: Instant) -> Result<(), Duration> {
        let full_at = self.full_at.max(now) + self.every;
        let most = now + self.every * self.burst;
        if full_at > most {
            return Err(full_at - most);
        }
        self.full_at = full_at;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_then_the_rate_holds() {
        let start = Instant::now();
        let mut pace = Pace::new(3, Duration::from_millis(50), start);
        for _ in 0..3 {
            assert_eq!(pace.take(start), Ok(()));
        }
        assert_eq!(pace.take(start), Err(Duration::from_millis(50)));
        let later = start + Duration::from_millis(50);
        assert_eq!(pace.take(later), Ok(()));
        assert!(pace.take(later).is_err());
        let rested = later + Duration::from_secs(60);
        for _ in 0..3 {
            assert_eq!(pace.take(rested), Ok(()));
        }
        assert!(pace.take(rested).is_err());
    }
}
