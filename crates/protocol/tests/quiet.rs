//! Quiet hours (RULES C11) against a clock that is read minute by minute.

#![expect(clippy::unwrap_used, reason = "a test may stop")]

use dealbell_protocol::quiet::MAX_SPANS;
use dealbell_protocol::{Millis, QuietHours, QuietSpan};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use proptest::prelude::*;

const MINUTE: Millis = 60_000;
const WEEK: Millis = 7 * 24 * 60 * MINUTE;

const ZONES: [&str; 6] = [
    "Europe/Moscow",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "",
];

/// Moments around which clocks are changed in 2026, and an ordinary one.
const MOMENTS: [&str; 7] = [
    "2026-03-29T01:00:00Z",
    "2026-10-25T01:00:00Z",
    "2026-03-08T07:00:00Z",
    "2026-11-01T06:00:00Z",
    "2026-04-04T15:00:00Z",
    "2026-10-03T15:30:00Z",
    "2026-07-15T12:00:00Z",
];

fn hours(zone: &str, spans: &[(&[u8], u16, u16)]) -> QuietHours {
    let spans = spans.iter().map(|&(days, from, to)| QuietSpan {
        days: days.to_vec(),
        from,
        to,
    });
    QuietHours {
        on: true,
        zone: zone.to_owned(),
        spans: spans.collect(),
    }
}

fn at(time: &str) -> Millis {
    let time: Zoned = time.parse().unwrap();
    time.timestamp().as_millisecond()
}

fn until(hours: &QuietHours, from: &str, to: Option<&str>) {
    let zone = TimeZone::get(&hours.zone).unwrap_or(TimeZone::UTC);
    let show = |at| {
        Timestamp::from_millisecond(at)
            .unwrap()
            .to_zoned(zone.clone())
    };
    let said = hours.quiet_until(at(from)).map(show);
    assert_eq!(said.map(|time| time.to_string()), to.map(str::to_owned));
}

/// What the wall clock and the calendar say of this minute.
fn is_quiet(hours: &QuietHours, zone: &TimeZone, at: Millis) -> bool {
    let wall = Timestamp::from_millisecond(at)
        .unwrap()
        .to_zoned(zone.clone());
    let minute =
        u16::from(wall.hour().unsigned_abs()) * 60 + u16::from(wall.minute().unsigned_abs());
    let today = wall.weekday().to_monday_one_offset().unsigned_abs();
    let yesterday = if today == 1 { 7 } else { today - 1 };
    hours.spans.iter().any(|span| {
        let over_midnight = span.to <= span.from;
        let begun = span.days.contains(&today)
            && span.from <= minute
            && (over_midnight || minute < span.to);
        let goes_on = span.days.contains(&yesterday) && over_midnight && minute < span.to;
        begun || goes_on
    })
}

fn minute_by_minute(hours: &QuietHours, at: Millis) -> Option<Millis> {
    let zone = TimeZone::get(&hours.zone).unwrap_or(TimeZone::UTC);
    if !is_quiet(hours, &zone, at) {
        return None;
    }
    let next = (at.div_euclid(MINUTE) + 1) * MINUTE;
    let minutes = (0..).map(|n| next + n * MINUTE);
    let mut later = minutes.take_while(|minute| *minute < at + WEEK);
    Some(
        later
            .find(|minute| !is_quiet(hours, &zone, *minute))
            .unwrap_or(at + WEEK),
    )
}

fn a_span() -> impl Strategy<Value = QuietSpan> {
    let days = proptest::sample::subsequence((1..=7).collect::<Vec<u8>>(), 0..=7);
    // Half of the borders on quarters, so that spans touch and clocks change on them.
    let from = prop_oneof![0u16..1440, (0u16..96).prop_map(|n| n * 15)];
    let to = prop_oneof![0u16..=1440, (0u16..=96).prop_map(|n| n * 15)];
    (days, from, to).prop_map(|(days, from, to)| QuietSpan { days, from, to })
}

proptest! {
    #[test]
    fn the_end_is_where_a_clock_read_minute_by_minute_finds_it(
        zone in proptest::sample::select(&ZONES[..]),
        moment in proptest::sample::select(&MOMENTS[..]),
        off in -3 * 24 * 60 * MINUTE..3 * 24 * 60 * MINUTE,
        spans in proptest::collection::vec(a_span(), 0..8),
    ) {
        let hours = QuietHours { on: true, zone: zone.to_owned(), spans };
        prop_assert_eq!(hours.check(), Ok(()));
        let moment: Timestamp = moment.parse().unwrap();
        let at = moment.as_millisecond() + off;
        prop_assert_eq!(hours.quiet_until(at), minute_by_minute(&hours, at));
    }

    #[test]
    fn whatever_is_kept_and_whenever_it_is_asked_there_is_an_answer(
        zone in ".{0,20}",
        days in proptest::collection::vec(any::<u8>(), 0..9),
        from: u16,
        to: u16,
        at: Millis,
    ) {
        let spans = vec![QuietSpan { days, from, to }];
        let hours = QuietHours { on: true, zone, spans };
        if let Some(until) = hours.quiet_until(at) {
            prop_assert!(at < until && until <= at + WEEK);
        }
    }
}

#[test]
fn nights_and_the_weekend_are_one_quiet_from_friday_to_monday() {
    let every_night: (&[u8], u16, u16) = (&[1, 2, 3, 4, 5, 6, 7], 19 * 60, 9 * 60);
    let weekend: (&[u8], u16, u16) = (&[6, 7], 0, 1440);
    let hours = hours("Europe/Moscow", &[every_night, weekend]);
    let monday = Some("2026-11-23T09:00:00+03:00[Europe/Moscow]");
    until(&hours, "2026-11-20T19:00:00[Europe/Moscow]", monday);
    until(&hours, "2026-11-23T08:59:59[Europe/Moscow]", monday);
    until(&hours, "2026-11-20T18:59:59[Europe/Moscow]", None);
    until(&hours, "2026-11-23T09:00:00[Europe/Moscow]", None);
}

#[test]
fn a_border_that_the_clock_jumps_over_is_the_jump_and_an_hour_that_comes_twice_is_quiet_twice() {
    let hours = hours("Europe/Berlin", &[(&[6, 7], 22 * 60, 2 * 60 + 30)]);
    let jump = Some("2026-03-29T03:00:00+02:00[Europe/Berlin]");
    until(&hours, "2026-03-29T00:10:00[Europe/Berlin]", jump);
    let half_past = |offset| format!("2026-10-25T02:30:00{offset}[Europe/Berlin]");
    let first = Some(half_past("+02:00"));
    until(
        &hours,
        "2026-10-25T00:10:00[Europe/Berlin]",
        first.as_deref(),
    );
    let second = Some(half_past("+01:00"));
    until(
        &hours,
        "2026-10-25T02:10:00+01:00[Europe/Berlin]",
        second.as_deref(),
    );
}

#[test]
fn switched_off_is_never_quiet_and_an_unknown_zone_is_utc() {
    let mut hours = hours("Mars/Olympus", &[(&[6], 9 * 60, 10 * 60)]);
    until(
        &hours,
        "2026-11-21T09:30:00[UTC]",
        Some("2026-11-21T10:00:00+00:00[UTC]"),
    );
    hours.on = false;
    until(&hours, "2026-11-21T09:30:00[UTC]", None);
}

#[test]
fn what_is_wrong_is_named_by_its_field() {
    let field = |hours: QuietHours| hours.check().unwrap_err().field;
    let good: (&[u8], u16, u16) = (&[1, 7], 1439, 1440);
    assert_eq!(hours("Europe/Moscow", &[good; MAX_SPANS]).check(), Ok(()));
    assert_eq!(field(hours("", &[good; MAX_SPANS + 1])), "spans");
    assert_eq!(field(hours("Mars/Olympus", &[good])), "zone");
    assert_eq!(field(hours("", &[good, (&[0], 0, 0)])), "spans.1.days");
    assert_eq!(field(hours("", &[(&[8], 0, 0)])), "spans.0.days");
    assert_eq!(field(hours("", &[(&[2, 2], 0, 0)])), "spans.0.days");
    assert_eq!(field(hours("", &[(&[2], 1440, 0)])), "spans.0.from");
    assert_eq!(field(hours("", &[(&[2], 0, 1441)])), "spans.0.to");
}
