//! From a task set in the CRM to the native toast, where only the next reading brings it.

use std::time::Duration;

use anyhow::Result;

use crate::report::Report;
use crate::team::{Team, tell};

const TASKS: usize = 20;
/// The pause between two readings while people work.
const INTERVAL: Duration = Duration::from_secs(5);
const SLACK: Duration = Duration::from_secs(1);
/// As long as an interval, so that every moment between two readings has its turn.
const PAUSE: std::ops::Range<Duration> = Duration::from_millis(500)..Duration::from_millis(5_500);

/// Sets 20 tasks.
pub(crate) async fn measure() -> Result<Report> {
    let mut team = Team::start(false).await?;
    let samples = team.sample(TASKS, PAUSE).await?;
    let mut report = Report::new(format!(
        "The same without `--public-url`, so without webhooks: {TASKS} tasks, each {} to {} ms after the toast of the one \
         before, at random, so at any moment between two readings. The interval is {} s.",
        PAUSE.start.as_millis(),
        PAUSE.end.as_millis(),
        INTERVAL.as_secs(),
    ));
    tell(&mut report, &samples, 100, INTERVAL + SLACK);
    Ok(report)
}
