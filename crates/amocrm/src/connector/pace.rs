//! When to read next: often while people work, seldom at night, at once after a hint.

use crate::model::Seconds;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::time::Duration;

/// Pause while people work.
pub(super) const BRISK: Duration = Duration::from_secs(5);
/// Pause while people work and webhooks say at once what happens.
const HOOKED: Duration = Duration::from_secs(15);
/// Pause at night.
const NIGHT: Duration = Duration::from_secs(30);
/// The hours in which people work, in the account's time zone, on any day.
const DAY: std::ops::Range<i8> = 8..20;
/// Somebody works who changed something so lately.
const LATELY: Seconds = 15 * 60;
/// Webhooks work of which one came so lately.
const DELIVERED: Seconds = 5 * 60;
/// Hints are answered no faster than this.
pub(super) const HINT_GAP: Duration = Duration::from_secs(1);

/// What the pause depends on. Times are Unix seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Signs {
    /// When a change was read last.
    pub(super) changed: Option<Seconds>,
    /// When a webhook came last, where they are registered.
    pub(super) hooked: Option<Seconds>,
}

/// The pause before the next reading.
pub(super) fn interval(now: Seconds, zone: &TimeZone, signs: &Signs) -> Duration {
    let lately = |at: Option<Seconds>, span| at.is_some_and(|at| now.saturating_sub(at) < span);
    let by_day =
        Timestamp::from_second(now).is_ok_and(|now| DAY.contains(&zone.to_datetime(now).hour()));
    if !by_day && !lately(signs.changed, LATELY) {
        return NIGHT;
    }
    match lately(signs.hooked, DELIVERED) {
        true => HOOKED,
        false => BRISK,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn moscow(hour: i8, minute: i8) -> (Seconds, TimeZone) {
        let zone = TimeZone::get("Europe/Moscow").unwrap();
        let at = date(2026, 11, 21).at(hour, minute, 0, 0);
        let at = at.to_zoned(zone.clone()).unwrap();
        (at.timestamp().as_second(), zone)
    }

    fn seconds(hour: i8, minute: i8, signs: &Signs) -> u64 {
        let (now, zone) = moscow(hour, minute);
        interval(now, &zone, signs).as_secs()
    }

    #[test]
    fn the_day_is_brisk_and_the_night_slow() {
        let quiet = Signs::default();
        let day = [(7, 59, 30), (8, 0, 5), (19, 59, 5), (20, 0, 30), (3, 0, 30)];
        for (hour, minute, pause) in day {
            assert_eq!(seconds(hour, minute, &quiet), pause, "{hour}:{minute}");
        }
    }

    #[test]
    fn who_works_at_night_is_served_as_by_day() {
        let (now, _) = moscow(23, 0);
        let changed = |ago| Signs {
            changed: Some(now - ago),
            ..Signs::default()
        };
        assert_eq!(seconds(23, 0, &changed(14 * 60)), 5);
        assert_eq!(seconds(23, 0, &changed(15 * 60)), 30);
    }

    #[test]
    fn hooks_that_come_spare_readings_and_silent_ones_do_not() {
        let (now, _) = moscow(12, 0);
        let hooked = |ago| Signs {
            hooked: Some(now - ago),
            ..Signs::default()
        };
        assert_eq!(seconds(12, 0, &hooked(299)), 15);
        assert_eq!(seconds(12, 0, &hooked(300)), 5);
    }
}
