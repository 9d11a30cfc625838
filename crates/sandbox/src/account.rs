//! The fixed account, and what a user of it is.

use jiff::Timestamp;
use jiff::civil::time;
use jiff::tz::{Offset, TimeZone};

/// The account's id.
pub const ACCOUNT_ID: u64 = 31_415_926;
/// The account's display name.
pub const ACCOUNT_NAME: &str = "Мебельный дом «Север»";
/// The account's subdomain, as in `{subdomain}.amocrm.ru`.
pub const SUBDOMAIN: &str = "mebelsever";
/// The account's time zone, as `datetime_settings` names it.
pub const TIME_ZONE: &str = "Europe/Moscow";
/// When the account was opened, Unix seconds; also the age of its cards.
pub(crate) const OPENED_AT: i64 = 1_700_000_000;
/// The custom task type "Замер" next to the standard 1 and 2.
pub(crate) const MEASURING: u64 = 2_731_654;

/// Someone with a login, and the token that signs in as them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The user's id in the account.
    pub id: u64,
    /// Given name and surname.
    pub name: String,
    /// The login.
    pub email: String,
    /// The long-lived Bearer token of this user alone.
    pub token: String,
    /// Whether the user administers the account: sees every task and the list of users.
    pub is_admin: bool,
}

/// 23:59 of the day that `now` (Unix seconds) falls on in the account's time zone: what
/// `complete_till` of an all-day task holds (RULES T5). Moscow has kept UTC+3 since 2014, so no
/// time zone database is needed.
#[must_use]
pub fn end_of_day(now: i64) -> i64 {
    let moscow = TimeZone::fixed(Offset::constant(3));
    Timestamp::from_second(now)
        .ok()
        .and_then(|now| {
            let day = now.to_zoned(moscow.clone()).date();
            day.to_datetime(time(23, 59, 0, 0)).to_zoned(moscow).ok()
        })
        .map_or(now, |end| end.timestamp().as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_at_2359_moscow_time() {
        // 2026-11-21 20:58:59 UTC is 23:58:59 in Moscow; two minutes later it is tomorrow there.
        assert_eq!(end_of_day(1_795_294_739), 1_795_294_740);
        assert_eq!(end_of_day(1_795_294_739 + 120), 1_795_294_740 + 86_400);
    }
}
