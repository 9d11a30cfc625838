//! How long to wait after a try that failed. Pure: chance is passed in.

use dealbell_protocol::Millis;
use std::time::Duration;

/// The wait after the first failure.
const FIRST: Millis = 30_000;
/// The longest wait that is ours.
const LONGEST: Millis = 4 * 60 * 60 * 1_000;
/// The longest wait that a mail server may ask for.
const LONGEST_ASKED: Millis = 24 * 60 * 60 * 1_000;
/// Tries of one letter: with our own waits they take three days.
pub(crate) const MOST_ATTEMPTS: u32 = 27;

/// How long to wait after `attempts` failures, the last of which asked for `after`. `chance` is
/// 0…1: letters that failed together do not come back together.
pub(crate) fn wait(attempts: u32, after: Option<Duration>, chance: f64) -> Millis {
    let doublings = attempts.saturating_sub(1).min(20);
    let ours = (FIRST << doublings).min(LONGEST);
    let spread = 0.75 + chance.clamp(0.0, 1.0) / 2.0;
    // Far within what both can hold.
    let ours = (ours as f64 * spread) as Millis;
    let asked = after.map_or(0, |after| {
        let asked = Millis::try_from(after.as_millis()).unwrap_or(Millis::MAX);
        asked.min(LONGEST_ASKED)
    });
    ours.max(asked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_tries_of_a_letter_take_three_days() {
        let hours = |chance: f64| {
            let waits = (1..MOST_ATTEMPTS).map(|failed| wait(failed, None, chance));
            waits.sum::<Millis>() / 3_600_000
        };
        assert_eq!((hours(0.0), hours(0.5), hours(1.0)), (54, 72, 90));
        assert_eq!(wait(1, None, 0.5), FIRST);
        assert_eq!(wait(u32::MAX, None, 0.5), LONGEST);
    }

    #[test]
    fn a_mail_server_that_asks_for_more_gets_it_within_a_day() {
        let asked = |seconds| wait(1, Some(Duration::from_secs(seconds)), 1.0);
        assert_eq!(asked(1), FIRST * 5 / 4);
        assert_eq!(asked(3_600), 3_600_000);
        assert_eq!(asked(u64::MAX), LONGEST_ASKED);
    }
}
