//! How long letters wait after a failure.

use crate::backoff::Backoff;

/// Four hours at most; a mail server may ask for a day.
pub(crate) const BACKOFF: Backoff = Backoff {
    first: 30_000,
    longest: 4 * 60 * 60 * 1_000,
    longest_asked: 24 * 60 * 60 * 1_000,
};
/// Tries of one letter: with our own waits they take three days.
pub(crate) const MOST_ATTEMPTS: u32 = 27;

#[cfg(test)]
mod tests {
    use super::*;
    use dealbell_protocol::Millis;
    use std::time::Duration;

    #[test]
    fn all_tries_of_a_letter_take_three_days() {
        let hours = |chance: f64| {
            let waits = (1..MOST_ATTEMPTS).map(|failed| BACKOFF.wait(failed, None, chance));
            waits.sum::<Millis>() / 3_600_000
        };
        assert_eq!((hours(0.0), hours(0.5), hours(1.0)), (54, 72, 90));
        assert_eq!(BACKOFF.wait(1, None, 0.5), BACKOFF.first);
        assert_eq!(BACKOFF.wait(u32::MAX, None, 0.5), BACKOFF.longest);
    }

    #[test]
    fn a_mail_server_that_asks_for_more_gets_it_within_a_day() {
        let asked = |seconds| BACKOFF.wait(1, Some(Duration::from_secs(seconds)), 1.0);
        assert_eq!(asked(1), BACKOFF.first * 5 / 4);
        assert_eq!(asked(3_600), 3_600_000);
        assert_eq!(asked(u64::MAX), BACKOFF.longest_asked);
    }
}
