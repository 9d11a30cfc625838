//! The request limit of an integration: so many admitted requests a second, per token.

use std::collections::{HashMap, VecDeque};

/// A second in milliseconds, less what the network may shift: a client that spaces its requests rightly is never
/// refused.
const WINDOW: i64 = 950;

/// Remembers the admitted requests of the last second.
#[derive(Debug, Default)]
pub(crate) struct Rate {
    admitted: HashMap<u64, VecDeque<i64>>,
}

impl Rate {
    /// Whether `user` may make one more request at `now` (Unix milliseconds); refused ones do not count.
    pub(crate) fn admit(&mut self, user: u64, limit: u32, now: i64) -> bool {
        let recent = self.admitted.entry(user).or_default();
        while recent
            .front()
            // A clock set back begins anew.
            .is_some_and(|&at| !(0..WINDOW).contains(&(now - at)))
        {
            recent.pop_front();
        }
        let admitted = recent.len() < limit as usize;
        if admitted {
            recent.push_back(now);
        }
        admitted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eighth_in_a_second_is_refused_and_each_token_has_its_own_count() {
        let (mut rate, start) = (Rate::default(), 1_700_000_000_000);
        let at = |millis: i64| start + millis;
        assert!((0..7).all(|n| rate.admit(1, 7, at(n * 90))));
        assert!(!rate.admit(1, 7, at(949)));
        assert!(rate.admit(2, 7, at(949)));
        assert!(rate.admit(1, 7, at(950)));
        assert!(!rate.admit(1, 7, at(1000)));
        assert!(rate.admit(1, 7, at(-5000)));
    }
}
