//! From a connector that knows nothing to the baseline of a large account, committed (RULES T12).

use std::time::Duration;

use anyhow::{Context, Result};
use dealbell_amocrm::{Clock, ConnectorStatus};
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout};

use crate::department::Department;
use crate::figures::{Sorted, seconds};
use crate::meter::{Counts, Meter, listed};
use crate::report::Report;

const TASKS: usize = 10_000;
/// Tasks on one page of the API.
const PAGE: usize = 250;
/// Requests a second that the CRM allows.
const LIMIT: f64 = 7.0;
const AIM: Duration = Duration::from_secs(7);
const RUNS: usize = 3;
/// One in so many is overdue from the start, as in a real account.
const OVERDUE: usize = 20;
/// Whatever takes longer is broken, not slow.
const PATIENCE: Duration = Duration::from_secs(120);

/// One first reading.
struct Run {
    took: Duration,
    requests: Counts,
    refused: u64,
    progress: Vec<usize>,
}

/// Reads an account of 10,000 open tasks for the first time, three times.
pub(crate) async fn measure(meter: &Meter) -> Result<Report> {
    let mut runs = Vec::new();
    for _ in 0..RUNS {
        runs.push(run(meter).await?);
    }
    let pages = TASKS.div_ceil(PAGE);
    let limit = Duration::from_secs_f64(pages as f64 / LIMIT);
    let took = Sorted::new(runs.iter().map(|run| run.took).collect());
    let (least, median, most) = (took.min(), took.median(), took.max());
    let each = |value: fn(&Run) -> u64| -> Vec<u64> { runs.iter().map(value).collect() };
    let refused = each(|run| run.refused);
    let steps = each(|run| run.progress.len() as u64);
    let progress = runs[0].progress.iter().skip(1).step_by(10);
    let shown: Vec<String> = progress.map(usize::to_string).collect();

    let mut report = Report::new(format!(
        "A sandbox of 50 people and {TASKS} open tasks, one in {OVERDUE} overdue, with the limit of {LIMIT} \
         requests a second on; a connector with the administrator's token, and a centre on disk that has \
         all 50 as users, all in one process, over HTTP on the loopback. Timed from the start of the \
         connector until the centre has committed every task. {RUNS} runs, each with a new account and a new centre."
    ));
    report.aimed(
        "start to committed baseline, min / median / max",
        format!(
            "{} / {} / {}",
            seconds(least),
            seconds(median),
            seconds(most)
        ),
        format!("≤ {}", seconds(AIM)),
        most <= AIM,
    );
    report.figure(
        format!("median beside the limit's own time, {pages} pages at {LIMIT} a second"),
        format!(
            "{:.2} × {}",
            median.as_secs_f64() / limit.as_secs_f64(),
            seconds(limit)
        ),
    );
    let (alike, first) = (each(|run| run.requests.values().sum()), &runs[0].requests);
    report.figure("requests", agreed(&alike));
    report.figure("of these in the first run", listed(first));
    report.aimed(
        "requests refused with 429",
        agreed(&refused),
        "0",
        refused.iter().all(|&n| n == 0),
    );
    report.figure("steps of progress shown", agreed(&steps));
    report.figure("every tenth of them, tasks read", shown.join(", "));
    Ok(report)
}

async fn run(meter: &Meter) -> Result<Run> {
    let now = Clock::system().seconds();
    let department = Department::open(dealbell_sandbox::Clock::default(), TASKS, |number| {
        let spread = 60 * i64::try_from(number).unwrap_or_default();
        match number % OVERDUE {
            0 => now - 86_400 - spread,
            _ => now + 86_400 + spread,
        }
    })
    .await?;
    let (admitted, seen) = (meter.counts(), department.crm.requests_seen());
    let connector = department.connector(Clock::system())?;
    let mut status = connector.status();
    let progress = tokio::spawn(async move {
        let mut steps = Vec::new();
        while status.changed().await.is_ok() {
            match &*status.borrow_and_update() {
                ConnectorStatus::Baseline { done } => steps.push(*done),
                ConnectorStatus::Ok { .. } => break,
                _ => {}
            }
        }
        steps
    });
    let mut commits = department.commits();
    let (stop, stopped) = oneshot::channel::<()>();
    let started = Instant::now();
    let reading = tokio::spawn(connector.run(async {
        let _ = stopped.await;
    }));
    let committed = commits.wait_for(|commits| commits.remembered >= TASKS);
    let committed = *timeout(PATIENCE, committed)
        .await
        .context("no baseline came")??;
    let ended = committed.last.context("it was committed")?;
    let (requests, asked) = (
        meter.since(&admitted),
        department.crm.requests_seen() - seen,
    );
    let run = Run {
        took: ended - started,
        refused: asked.saturating_sub(requests.values().sum()),
        requests,
        progress: timeout(PATIENCE, progress)
            .await
            .context("it never was ready")??,
    };
    drop(stop);
    reading.await?;
    department.crm.stop().await;
    Ok(run)
}

/// One number where all runs agree, else each run's.
fn agreed(values: &[u64]) -> String {
    match values {
        [first, rest @ ..] if rest.iter().all(|value| value == first) => first.to_string(),
        values => {
            let values: Vec<String> = values.iter().map(u64::to_string).collect();
            values.join(", ")
        }
    }
}
