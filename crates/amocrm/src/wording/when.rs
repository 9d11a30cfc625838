//! A moment as one says it: near by name, far by date (завтра в 16:00, 3 декабря).

use crate::model::Seconds;
use crate::rules::{TaskSettings, is_all_day};
use dealbell_protocol::window::Language;
use dealbell_texts::{day, text};
use jiff::{Timestamp, Zoned};

/// `at` as seen from `now`, in the account's time zone; without a time where it is a whole day.
pub(super) fn when(
    at: Seconds,
    now: Seconds,
    settings: &TaskSettings,
    language: Language,
) -> String {
    let (Some(moment), Some(now)) = (local(at, settings), local(now, settings)) else {
        return String::new();
    };
    let day = day(moment.date(), now.date(), language);
    if is_all_day(at, settings) {
        return day;
    }
    let time = format!("{:02}:{:02}", moment.hour(), moment.minute());
    let args = [("day", day.into()), ("time", time.into())];
    text(language, "notice-day-time", &args)
}

fn local(at: Seconds, settings: &TaskSettings) -> Option<Zoned> {
    let at = Timestamp::from_second(at).ok()?;
    Some(at.to_zoned(settings.time_zone.clone()))
}
