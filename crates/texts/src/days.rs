//! A day as people name it: today, tomorrow, or its date.

use crate::text;
use dealbell_protocol::window::Language;
use jiff::{ToSpan as _, civil::Date};

/// `date` as seen from `today`.
pub fn day(date: Date, today: Date, language: Language) -> String {
    let near = [
        (0, "notice-day-today"),
        (1, "notice-day-tomorrow"),
        (-1, "notice-day-yesterday"),
    ];
    for (days, id) in near {
        if today.checked_add(days.days()).ok() == Some(date) {
            return text(language, id, &[]);
        }
    }
    let number = |n: i8| u64::try_from(n).unwrap_or_default();
    let args = [
        ("day", number(date.day()).into()),
        ("month", number(date.month()).into()),
    ];
    let named = text(language, "notice-day-date", &args);
    if date.year() == today.year() {
        return named;
    }
    let year = date.year().to_string();
    let args = [("date", named.into()), ("year", year.into())];
    text(language, "notice-day-year", &args)
}
