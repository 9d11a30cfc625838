//! From a task set in the CRM to the native toast, where webhooks say at once that there is something.

use std::time::Duration;

use anyhow::Result;

use crate::report::Report;
use crate::team::{Team, tell};

const TASKS: usize = 60;
const AIM: Duration = Duration::from_secs(1);
/// Long enough that no five come within the three seconds that make a crowd of toasts.
const PAUSE: std::ops::Range<Duration> = Duration::from_millis(800)..Duration::from_millis(2_200);

/// Sets 60 tasks.
pub(crate) async fn measure() -> Result<Report> {
    let mut team = Team::start(true).await?;
    let samples = team.sample(TASKS, PAUSE).await?;
    // The one that warmed it up had a hook, too.
    team.wait_hooks(TASKS + 1).await?;
    let mut report = Report::new(format!(
        "`dealbell-sandbox`, `dealbell-centre serve --public-url` and the app as they are started by users, on a private \
         desktop whose notification daemon is a recorder. A colleague sets {TASKS} tasks through the API, each {} to {} ms \
         after the toast of the one before, at random. Timed from before his request until the app's `Notify` call arrives: API write, \
         webhook, reading, commit, stream, commit, toast. One task before them is not counted.",
        PAUSE.start.as_millis(),
        PAUSE.end.as_millis(),
    ));
    tell(&mut report, &samples, 95, AIM);
    Ok(report)
}
