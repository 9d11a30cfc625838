//! What an account costs in requests while its 50 people change nothing.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use dealbell_amocrm::Clock;
use dealbell_days::time::Hands;
use jiff::SignedDuration;
use jiff::civil::date;

use crate::department::{Department, STAFF};
use crate::meter::{Counts, Meter, listed};
use crate::report::Report;

/// 20 for each of the 50: more than are looked up by id at a time, so more would cost no more requests.
const TASKS: usize = 1_000;
const AIM: f64 = 0.5;
/// Between two tasks that were set: what changed in the newest half minute is read again each time.
const APART: Duration = Duration::from_secs(60);
/// When a stretch begins, hours in the account's time zone.
const DAY: i8 = 10;
const NIGHT: i8 = 22;
/// From the baseline on, until nothing counts as changed lately.
const SETTLED: SignedDuration = SignedDuration::from_mins(20);
const LASTS: SignedDuration = SignedDuration::from_hours(1);

/// What came in a stretch of time.
struct Stretch {
    requests: u64,
    refused: u64,
    by_path: Counts,
}

/// Lets an hour of a day and one of a night pass, and counts.
pub(crate) async fn measure(meter: &Meter) -> Result<Report> {
    let mut report = Report::new(format!(
        "A sandbox of {STAFF} people with {each} open tasks each, set a minute apart, the limit on, over HTTP on the loopback; one \
         connector without webhooks, a centre on disk that has all {STAFF} as users. The time of both \
         leaps over every wait and stands still while a request is under way. {minutes} minutes from {DAY}:00 and from \
         {NIGHT}:00 in the account's time zone, the baseline being {settled} minutes old.",
        each = TASKS / STAFF,
        minutes = LASTS.as_mins(),
        settled = SETTLED.as_mins(),
    ));
    for (name, hour) in [("by day", DAY), ("by night", NIGHT)] {
        let stretch = stretch(meter, hour).await?;
        let rate = stretch.requests as f64 / LASTS.as_secs_f64();
        report.aimed(
            format!("{name}, requests a second of the account"),
            format!("{rate:.3}"),
            format!("≤ {AIM}"),
            rate <= AIM,
        );
        report.figure(
            format!("{name}, requests"),
            format!("{}: {}", stretch.requests, listed(&stretch.by_path)),
        );
        report.aimed(
            format!("{name}, refused with 429"),
            stretch.refused,
            "0",
            stretch.refused == 0,
        );
    }
    Ok(report)
}

async fn stretch(meter: &Meter, hour: i8) -> Result<Stretch> {
    let begins = date(2026, 11, 23)
        .at(hour, 0, 0, 0)
        .in_tz(dealbell_sandbox::TIME_ZONE)?
        .timestamp();
    let apart = u32::try_from(TASKS)? * APART;
    let hands = Hands::at((begins - SETTLED - apart).as_millisecond());
    let time = hands.clone();
    let clock = dealbell_sandbox::Clock::new(move || time.now());
    // Nothing falls due while it is looked at.
    let department = Department::open(clock, TASKS, |number| {
        hands.pass(APART);
        begins.as_second() + 3 * 86_400 + i64::try_from(number).unwrap_or_default()
    })
    .await?;
    let connector = department.connector(Clock::new(Arc::new(hands.clone())))?;
    let reading = tokio::spawn(connector.run(std::future::pending()));
    let works = || department.centre_works();
    hands.set_connector(true);
    hands.until_while(begins.as_millisecond(), works).await;
    let (seen, before) = (department.crm.requests_seen(), meter.counts());
    hands
        .until_while((begins + LASTS).as_millisecond(), works)
        .await;
    let requests = department.crm.requests_seen() - seen;
    let by_path = meter.since(&before);
    reading.abort();
    department.crm.stop().await;
    Ok(Stretch {
        requests,
        refused: requests.saturating_sub(by_path.values().sum()),
        by_path,
    })
}
