//! One user, many devices: what is said once is delivered to each.

use std::time::Duration;

use anyhow::Result;

use crate::bench::Bench;
use crate::crowd::Crowd;
use crate::peers::{Kind, Peer};
use crate::program::Program;
use crate::publisher::{Asker, Post};
use crate::table::{Aim, Report, Rounds, whole};

/// What is on its way at most: the next is said when the one so many before it has reached all.
const OPEN: usize = 4;
/// Said before it counts.
const WARM: usize = 50;
const PATIENCE: Duration = Duration::from_secs(60);
const AIM: f64 = 120_000.0;

/// Ours and both peers in turn.
pub(crate) async fn take(bench: &Bench<'_>) -> Result<Report> {
    let tokens = &bench.department.devices;
    let count = bench.or_quick(1_000, 400);
    let (mut ours, mut nchan, mut ws) = (Rounds::default(), Rounds::default(), Rounds::default());
    let mut sample = String::new();
    for _ in 0..bench.rounds {
        let centre = bench.department.open(&bench.centre, None).await?;
        let crowd = bench.listeners(&centre, tokens, 100);
        let say = |number| {
            bench
                .department
                .post(number, 0..1, "Анна Петрова, +7 900 123-45-67")
        };
        ours.add(deliver(&crowd, &centre.program, count, say).await?);
        sample = crowd.heard.sample();
        drop((crowd, centre));
        for (kind, rounds) in [(Kind::Nchan, &mut nchan), (Kind::Ws, &mut ws)] {
            let peer = Peer::start(kind, &bench.peers).await?;
            let crowd = bench.peer_listeners(&peer, tokens.len(), |_| 0, 100);
            let say = |_| peer.post(0, &sample);
            rounds.add(deliver(&crowd, &peer.program, count, say).await?);
        }
    }
    let mut report = Report::new(format!(
        "{} connections of one user; {count} notifications published one by one over HTTP, at most {OPEN} of \
         them not yet delivered to all. Ours commits each before it is delivered; the peers keep nothing and pass on \
         the very text that ours sends, {} bytes. Deliveries by the processor time of the server, user and kernel. \
         Peers: {}; {}.",
        tokens.len(),
        sample.len(),
        Kind::Nchan.version(&bench.peers)?,
        Kind::Ws.version(&bench.peers)?,
    ));
    let what = "deliveries per core-second";
    let aim = Aim::AtLeast(AIM);
    report.compare(
        format!("{what}, beside nchan"),
        &ours,
        Some(&nchan),
        aim,
        whole,
    );
    report.compare(format!("{what}, beside ws"), &ours, Some(&ws), aim, whole);
    Ok(report)
}

/// Deliveries per second of the server's processor time.
async fn deliver(
    crowd: &Crowd,
    program: &Program,
    count: usize,
    say: impl Fn(usize) -> Post,
) -> Result<f64> {
    crowd.is_ready(PATIENCE).await?;
    let mut asker = Asker::open(program.address).await?;
    let each = crowd.len() as u64;
    let mut before = program.cpu()?;
    for number in 0..WARM + count {
        if number == WARM {
            reached(crowd, WARM as u64 * each).await?;
            before = program.cpu()?;
        }
        let open = (number + 1).saturating_sub(OPEN) as u64;
        reached(crowd, open * each).await?;
        asker.publish(&say(number)).await?;
    }
    reached(crowd, (WARM + count) as u64 * each).await?;
    let took = program.cpu()? - before;
    anyhow::ensure!(
        crowd.heard.faults() == (0, 0),
        "something was doubled or skipped"
    );
    Ok(count as f64 * each as f64 / took.as_secs_f64())
}

async fn reached(crowd: &Crowd, deliveries: u64) -> Result<()> {
    let heard = &crowd.heard;
    heard
        .wait(PATIENCE, |heard| heard.delivered() >= deliveries)
        .await
}
