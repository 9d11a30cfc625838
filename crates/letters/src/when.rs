//! A moment as one says it: near by name, far by date (завтра в 16:00, 3 декабря в 9:30).

use dealbell_protocol::Millis;
use dealbell_protocol::window::Language;
use dealbell_texts::{day, text};
use jiff::{Timestamp, Zoned, tz::TimeZone};

/// `at` as seen from `now` in the time zone of that IANA name, or in UTC where there is none such.
/// Empty for a moment that no calendar knows.
pub(crate) fn when(at: Millis, now: Millis, zone: &str, language: Language) -> String {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let (Some(moment), Some(now)) = (local(at, &zone), local(now, &zone)) else {
        return String::new();
    };
    let day = day(moment.date(), now.date(), language);
    let time = format!("{}:{:02}", moment.hour(), moment.minute());
    let args = [("day", day.into()), ("time", time.into())];
    text(language, "notice-day-time", &args)
}

fn local(at: Millis, zone: &TimeZone) -> Option<Zoned> {
    let at = Timestamp::from_millisecond(at).ok()?;
    Some(at.to_zoned(zone.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_said_as_from_the_readers_place() {
        // 2026-11-21 10:00 UTC, 13:00 in Moscow.
        let now = 1_795_255_200_000;
        let hour = 3_600_000;
        let said = |at, zone| when(at, now, zone, Language::Ru);
        assert_eq!(said(now, "Europe/Moscow"), "сегодня в 13:00");
        assert_eq!(said(now + 11 * hour, "Europe/Moscow"), "завтра в 0:00");
        assert_eq!(said(now - 14 * hour, "Europe/Moscow"), "вчера в 23:00");
        assert_eq!(said(now + 240 * hour, "Nowhere/Here"), "1 декабря в 10:00");
        let far = when(now + 1_200 * hour, now, "Europe/Moscow", Language::En);
        assert_eq!(far, "10 January 2027 13:00");
        assert_eq!(said(i64::MAX, "UTC"), "");
    }
}
