//! Something is said to everybody: a row, an entry and a counter for each.

use std::time::Duration;

use anyhow::Result;

use crate::bench::Bench;
use crate::plot::{Plot, Scale};
use crate::publisher::Asker;
use crate::table::{Aim, Report, Rounds, whole};

const USERS: usize = 5_000;
/// Said before it counts.
const WARM: usize = 2;
const PATIENCE: Duration = Duration::from_secs(60);
const AIM: f64 = 30_000.0;

/// No peer keeps a row per user.
pub(crate) async fn take(bench: &Bench<'_>) -> Result<Report> {
    let count = bench.or_quick(20, 6);
    let mut ours = Rounds::default();
    for _ in 0..bench.rounds {
        ours.add(deliver(bench, USERS, count).await?);
    }
    let mut report = Report::new(format!(
        "{USERS} connections of as many users; {count} bulk requests over HTTP that name them all, each \
         after the one before has reached everybody. Each delivery is of a row of its own, committed before. \
         By the processor time of the server. No peer keeps what it passes on."
    ));
    report.compare(
        "deliveries per core-second",
        &ours,
        None,
        Aim::AtLeast(AIM),
        whole,
    );
    if !bench.quick {
        let mut points = Vec::new();
        for users in [100, 300, 1_000, 3_000, 10_000] {
            let per_second = deliver(bench, users, count).await?;
            points.push((users as f64, 1_000_000.0 / per_second));
        }
        let plot = Plot {
            title: "Processor time of a delivery in a broadcast, µs, by users",
            x: Scale::Log,
            y: Scale::Linear,
            series: vec![("centre", points)],
        };
        report.below(&plot.put(&bench.plots, "centre-users")?);
    }
    Ok(report)
}

/// Deliveries per second of the server's processor time.
async fn deliver(bench: &Bench<'_>, users: usize, count: usize) -> Result<f64> {
    let centre = bench.department.open(&bench.centre, None).await?;
    let tokens = &bench.department.tokens[..users];
    let crowd = bench.listeners(&centre, tokens, 200);
    crowd.is_ready(PATIENCE).await?;
    let mut asker = Asker::open(centre.program.address).await?;
    let mut before = centre.program.cpu()?;
    for number in 0..WARM + count {
        if number == WARM {
            before = centre.program.cpu()?;
        }
        let post = bench
            .department
            .bulk(number, users, "Завтра не работает телефония");
        asker.publish(&post).await?;
        let all = ((number + 1) * users) as u64;
        crowd
            .heard
            .wait(PATIENCE, |heard| heard.delivered() >= all)
            .await?;
    }
    let took = centre.program.cpu()? - before;
    anyhow::ensure!(
        crowd.heard.faults() == (0, 0),
        "something was doubled or skipped"
    );
    Ok((count * users) as f64 / took.as_secs_f64())
}
