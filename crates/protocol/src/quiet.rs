//! A user's weekly quiet hours (RULES C11).

use crate::Millis;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Minutes of a day.
pub const DAY_MINUTES: u16 = 24 * 60;

/// The most spans a week may have.
pub const MAX_SPANS: usize = 50;

/// When Desktop, Mobile and Browser are silent, week by week. Kept in the centre, the same on every
/// device.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
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

impl QuietHours {
    /// When the quiet around `at` ends; none where it is not quiet then. Spans that touch or overlap
    /// are one quiet; one without an end (every minute of the week) ends after a week.
    ///
    /// Minutes are wall time in [`Self::zone`]: where a clock is put forward over a border, the
    /// border is the moment of the change; an hour that comes twice is quiet both times.
    pub fn quiet_until(&self, at: Millis) -> Option<Millis> {
        let _ = at;
        None
    }
}
