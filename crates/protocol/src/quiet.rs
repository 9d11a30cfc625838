//! A user's weekly quiet hours (RULES C11).

use crate::Millis;
use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

/// Minutes of a day.
pub const DAY_MINUTES: u16 = 24 * 60;

/// The most spans a week may have.
pub const MAX_SPANS: usize = 50;

const MINUTE: Millis = 60_000;
const DAY: Millis = 24 * 60;
const WEEK: Millis = 7 * DAY;

/// When Desktop, Mobile and Browser are silent, week by week. Kept in the centre, the same on every
/// device.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuietHours {
    /// Whether they are kept at all; off keeps the spans for later.
    pub on: bool,
    /// IANA name of the time zone that the spans are meant in; empty is UTC.
    pub zone: String,
    /// The spans; they may overlap.
    pub spans: Vec<QuietSpan>,
}

/// One span, on some days of the week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuietSpan {
    /// On which days it begins: 1 Monday … 7 Sunday, none twice.
    pub days: Vec<u8>,
    /// Its first minute of the day, 0…1439.
    pub from: u16,
    /// The minute it ends before, 0…1440. At or before `from` it is the next day's; the same minute
    /// is a whole day.
    pub to: u16,
}

/// What is wrong with quiet hours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {why}")]
pub struct QuietError {
    /// Where: `zone`, `spans`, `spans.0.days`, `spans.0.from` or `spans.0.to`.
    pub field: String,
    /// Why, in a plain sentence.
    pub why: &'static str,
}

impl QuietHours {
    /// When the quiet around `at` ends; none where it is not quiet then. Spans that touch or overlap
    /// are one quiet; none ends later than a week after `at`, and so does one without an end.
    ///
    /// Minutes are wall time in [`Self::zone`]: where a clock is put forward over a border, the
    /// border is the moment of the change; an hour that comes twice is quiet both times. An unknown
    /// zone is taken for UTC.
    pub fn quiet_until(&self, at: Millis) -> Option<Millis> {
        if !self.on {
            return None;
        }
        let quiet = self.week();
        let zone = TimeZone::get(&self.zone).unwrap_or(TimeZone::UTC);
        let latest = at.checked_add(WEEK * MINUTE)?;
        let mut until = at;
        while until < latest {
            let then = Timestamp::from_millisecond(until).ok()?;
            let ahead = Millis::from(zone.to_offset(then).seconds()) * 1_000;
            let wall = until + ahead;
            // The first day of 1970 was a Thursday.
            let minute = (wall.div_euclid(MINUTE) + 3 * DAY).rem_euclid(WEEK);
            let Some(&(_, end)) = quiet.iter().find(|(a, b)| (*a..*b).contains(&minute)) else {
                break;
            };
            let end = (wall.div_euclid(MINUTE) + end - minute) * MINUTE - ahead;
            let change = zone.following(then).next();
            let change = change.map(|change| change.timestamp().as_millisecond());
            until = change.map_or(end, |change| change.min(end));
        }
        (until > at).then(|| until.min(latest))
    }

    /// Whether they can be kept.
    ///
    /// # Errors
    /// [`QuietError`] for the first thing that is wrong: too many spans, a day that is none or is
    /// named twice, a minute outside the day, a time zone that is not known here.
    pub fn check(&self) -> Result<(), QuietError> {
        let wrong = |field: String, why| Err(QuietError { field, why });
        if !self.zone.is_empty() && TimeZone::get(&self.zone).is_err() {
            return wrong("zone".to_owned(), "no time zone of this name is known");
        }
        if self.spans.len() > MAX_SPANS {
            return wrong("spans".to_owned(), "a week has at most 50 spans");
        }
        for (index, span) in self.spans.iter().enumerate() {
            let mut days = span.days.clone();
            days.sort_unstable();
            days.dedup();
            if days.len() < span.days.len() || days.iter().any(|day| !(1..=7).contains(day)) {
                let why = "days are numbers from 1, Monday, to 7, Sunday, each at most once";
                return wrong(format!("spans.{index}.days"), why);
            }
            if span.from >= DAY_MINUTES {
                let why = "a span begins at a minute of the day, 0 to 1439";
                return wrong(format!("spans.{index}.from"), why);
            }
            if span.to > DAY_MINUTES {
                let why = "a span ends at a minute of the day, 0 to 1440";
                return wrong(format!("spans.{index}.to"), why);
            }
        }
        Ok(())
    }

    /// The quiet minutes of a week that begins on Monday, `from..to`; what is no minute or day is
    /// left out.
    fn week(&self) -> Vec<(Millis, Millis)> {
        let mut quiet = Vec::new();
        for span in &self.spans {
            let (from, to) = (Millis::from(span.from), Millis::from(span.to));
            let length = if to > from {
                to - from
            } else {
                to + DAY - from
            };
            if span.from >= DAY_MINUTES || span.to > DAY_MINUTES {
                continue;
            }
            for day in span.days.iter().filter(|day| (1..=7).contains(*day)) {
                let begin = (Millis::from(*day) - 1) * DAY + from;
                quiet.push((begin, (begin + length).min(WEEK)));
                if begin + length > WEEK {
                    quiet.push((0, begin + length - WEEK));
                }
            }
        }
        quiet
    }
}
