//! How long to wait after a try that failed. Pure: chance is passed in.

use dealbell_protocol::Millis;
use std::time::Duration;

/// How patient a sender is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Backoff {
    /// The wait after the first failure.
    pub(crate) first: Millis,
    /// The longest wait that is ours.
    pub(crate) longest: Millis,
    /// The longest wait that the other side may ask for.
    pub(crate) longest_asked: Millis,
}

impl Backoff {
    /// How long to wait after `attempts` failures, the last of which asked for `after`. `chance` is
    /// 0…1: what failed together does not come back together.
    pub(crate) fn wait(self, attempts: u32, after: Option<Duration>, chance: f64) -> Millis {
        let doublings = attempts.saturating_sub(1).min(20);
        let ours = (self.first << doublings).min(self.longest);
        let spread = 0.75 + chance.clamp(0.0, 1.0) / 2.0;
        // Far within what both can hold.
        let ours = (ours as f64 * spread) as Millis;
        let asked = after.map_or(0, |after| {
            let asked = Millis::try_from(after.as_millis()).unwrap_or(Millis::MAX);
            asked.min(self.longest_asked)
        });
        ours.max(asked)
    }
}
