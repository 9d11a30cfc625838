//! When a user's digests are, and up to where each reaches (RULES C8). Pure.
//!
//! The digest of a day is due at the user's hour of that day and takes what was created before and
//! is in no digest yet. So it reaches back to yesterday's hour, and where hour or zone were changed
//! between, to wherever the last one ended: nothing is left out or comes twice.

use dealbell_protocol::{EmailSettings, Millis};
use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// A user's hour.
#[derive(Clone, Debug)]
pub(crate) struct Hour {
    zone: TimeZone,
    minute: u16,
}

/// A digest that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Due {
    /// Of which day. There is one of a day at most.
    pub(crate) day: Date,
    /// When; and it takes what was created before.
    pub(crate) at: Millis,
}

impl Hour {
    /// That of `settings`, where `usual` is the zone of whoever has chosen none.
    pub(crate) fn of(settings: &EmailSettings, usual: &str) -> Self {
        let zone = match settings.zone.as_str() {
            "" => usual,
            chosen => chosen,
        };
        Self {
            // A zone that this system has forgotten must not cost a digest.
            zone: TimeZone::get(zone).unwrap_or(TimeZone::UTC),
            minute: settings.at.min(24 * 60 - 1),
        }
    }

    /// The first digest after that of `last` that takes what was created at `oldest`. None at the
    /// end of time.
    pub(crate) fn next(&self, last: Option<Date>, oldest: Millis) -> Option<Due> {
        let mut day = self.day(oldest)?;
        if let Some(last) = last {
            day = day.max(last.tomorrow().ok()?);
        }
        loop {
            let at = self.on(day)?;
            if at > oldest {
                return Some(Due { day, at });
            }
            day = day.tomorrow().ok()?;
        }
    }

    /// The latest digest that is due at `now`, where `first` already is: those between were missed,
    /// and the one takes what all of them would have.
    pub(crate) fn latest(&self, first: Due, now: Millis) -> Due {
        let today = self.day(now);
        let days = [today, today.and_then(|day| day.yesterday().ok())];
        let due = days.into_iter().flatten().find_map(|day| {
            let at = self.on(day).filter(|at| *at <= now)?;
            Some(Due { day, at })
        });
        due.filter(|due| due.day > first.day).unwrap_or(first)
    }

    /// The hour of `day`. Where the clock is put forward over it, it is as long after the change as
    /// the hour was to be; where it comes twice, it is the first.
    fn on(&self, day: Date) -> Option<Millis> {
        let (hour, minute) = (self.minute / 60, self.minute % 60);
        // Both are below 60.
        let wall = day.at(hour as i8, minute as i8, 0, 0);
        let at = wall.to_zoned(self.zone.clone()).ok()?;
        Some(at.timestamp().as_millisecond())
    }

    fn day(&self, at: Millis) -> Option<Date> {
        let at = Timestamp::from_millisecond(at).ok()?;
        Some(at.to_zoned(self.zone.clone()).date())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    const HOUR: Millis = 3_600_000;

    fn hour(zone: &str, minute: u16) -> Hour {
        let settings = EmailSettings {
            at: minute,
            zone: zone.to_owned(),
            ..EmailSettings::default()
        };
        Hour::of(&settings, "Europe/Moscow")
    }

    fn at(text: &str) -> Millis {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn c8_a_window_is_a_local_day_of_23_or_25_hours_when_clocks_change() {
        let length = |zone, minute, day: Date| {
            let hour = hour(zone, minute);
            hour.on(day.tomorrow().unwrap()).unwrap() - hour.on(day).unwrap()
        };
        assert_eq!(length("America/New_York", 540, date(2026, 3, 7)), 23 * HOUR);
        assert_eq!(
            length("America/New_York", 540, date(2026, 10, 31)),
            25 * HOUR
        );
        assert_eq!(length("Europe/Moscow", 540, date(2026, 3, 28)), 24 * HOUR);
        // Lord Howe changes by half an hour.
        let lord_howe = length("Australia/Lord_Howe", 540, date(2026, 10, 3));
        assert_eq!(lord_howe, 47 * HOUR / 2);
    }

    #[test]
    fn an_hour_that_is_left_out_is_later_and_one_that_comes_twice_is_the_first() {
        let new_york = hour("America/New_York", 2 * 60 + 30);
        let skipped = new_york.on(date(2026, 3, 8)).unwrap();
        assert_eq!(skipped, at("2026-03-08T03:30:00-04:00"));
        let twice = hour("America/New_York", 90).on(date(2026, 11, 1)).unwrap();
        assert_eq!(twice, at("2026-11-01T01:30:00-04:00"));
    }

    #[test]
    fn an_unknown_zone_and_a_wrong_minute_cost_no_digest() {
        let odd = hour("Mars/Olympus", 9_999);
        assert_eq!(odd.on(date(2026, 11, 21)), Some(at("2026-11-21T23:59:00Z")));
        let usual = hour("", 540).on(date(2026, 11, 21));
        assert_eq!(usual, Some(at("2026-11-21T09:00:00+03:00")));
    }

    #[test]
    fn what_was_missed_is_one_digest_that_of_the_latest_day() {
        let moscow = hour("Europe/Moscow", 540);
        let first = moscow.next(None, at("2026-11-17T12:00:00+03:00")).unwrap();
        assert_eq!(first.day, date(2026, 11, 18));
        for (now, day) in [
            ("2026-11-18T09:00:00+03:00", 18),
            ("2026-11-21T08:59:59+03:00", 20),
            ("2026-11-21T09:00:00+03:00", 21),
        ] {
            let due = moscow.latest(first, at(now));
            assert_eq!(due.day, date(2026, 11, day), "{now}");
        }
    }

    proptest! {
        /// Whatever a user changes at any time: days only grow, none is late by more than it must,
        /// and everything comes into a digest within two days, or three where he had one today.
        #[test]
        fn whatever_is_changed_no_day_comes_twice_and_none_is_lost(
            changes in proptest::collection::vec((0_u16..1440, 0_usize..5, 1_i64..2_000), 1..20),
            start in 0_i64..400 * 24 * 60,
        ) {
            let zones = ["Europe/Moscow", "America/New_York", "Australia/Lord_Howe",
                "Pacific/Kiritimati", "Pacific/Pago_Pago"];
            let mut now = at("2026-01-01T00:00:00Z") + start * 60_000;
            let mut oldest = now;
            let mut last: Option<Date> = None;
            for (minute, zone, minutes) in changes {
                let hour = hour(zones[zone], minute);
                let until = now + minutes * 60_000;
                while let Some(due) = hour.next(last, oldest).filter(|due| due.at <= until) {
                    let due = hour.latest(due, now.max(due.at));
                    prop_assert!(last.is_none_or(|last| due.day > last));
                    prop_assert!(due.at > oldest && due.at <= until);
                    prop_assert!(due.at - oldest <= 76 * HOUR, "{} h", (due.at - oldest) / HOUR);
                    last = Some(due.day);
                    oldest = due.at;
                }
                now = until;
            }
        }
    }
}
