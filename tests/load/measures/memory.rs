//! What a connection that nothing happens on takes.

use std::time::Duration;

use anyhow::Result;

use crate::bench::Bench;
use crate::crowd::Crowd;
use crate::peers::{Kind, Peer};
use crate::plot::{Plot, Scale};
use crate::program::Program;
use crate::table::{Aim, Report, Rounds, kib};

/// Connections that come at the same time.
const AT_ONCE: usize = 200;
const PATIENCE: Duration = Duration::from_secs(120);
/// What a server may take to put away what it needed to let them in.
const REST: Duration = Duration::from_secs(2);
const AIM: f64 = 10.0 * 1024.0;

/// 10,000 connections to ours and to both peers in turn.
pub(crate) async fn take(bench: &Bench<'_>) -> Result<Report> {
    let many = bench.department.tokens.len();
    let rounds = bench.or_quick(bench.rounds.min(3), 1);
    let (mut ours, mut nchan, mut ws) = (Rounds::default(), Rounds::default(), Rounds::default());
    let (mut whole, mut whole_nchan, mut whole_ws) =
        (Rounds::default(), Rounds::default(), Rounds::default());
    for _ in 0..rounds {
        let centre = bench.department.open(&bench.centre, None).await?;
        let base = centre.program.memory()?;
        let crowd = bench.listeners(&centre, &bench.department.tokens, AT_ONCE);
        let full = settled(&crowd, &centre.program).await?;
        ours.add(each(base, full, many));
        whole.add(full as f64);
        drop((crowd, centre));
        for (kind, part, all) in [
            (Kind::Nchan, &mut nchan, &mut whole_nchan),
            (Kind::Ws, &mut ws, &mut whole_ws),
        ] {
            let peer = Peer::start(kind, &bench.peers).await?;
            let base = peer.program.memory()?;
            let crowd = bench.peer_listeners(&peer, many, |number| number, AT_ONCE);
            let full = settled(&crowd, &peer.program).await?;
            part.add(each(base, full, many));
            all.add(full as f64);
        }
    }
    let mut report = Report::new(format!(
        "{many} WebSocket connections of as many users, idle; proportional set size of the server (of all \
         its processes) with them less that before the first came, by {many}. The kernel's part of a \
         socket is not in it. Peers: {}; {}.",
        Kind::Nchan.version(&bench.peers)?,
        Kind::Ws.version(&bench.peers)?,
    ));
    let aim = Aim::AtMost(AIM);
    report.compare("a connection, beside nchan", &ours, Some(&nchan), aim, kib);
    report.compare("a connection, beside ws", &ours, Some(&ws), aim, kib);
    let mib = |bytes: f64| format!("{:.1} MiB", bytes / 1_048_576.0);
    report.compare(
        "the whole server, beside nchan",
        &whole,
        Some(&whole_nchan),
        Aim::None,
        mib,
    );
    report.compare(
        "the whole server, beside ws",
        &whole,
        Some(&whole_ws),
        Aim::None,
        mib,
    );
    grown(bench, &mut report).await?;
    Ok(report)
}

/// How memory grows with connections.
async fn grown(bench: &Bench<'_>, report: &mut Report) -> Result<()> {
    if bench.quick {
        return Ok(());
    }
    let mut points = Vec::new();
    let centre = bench.department.open(&bench.centre, None).await?;
    let mut crowds = Vec::new();
    let mut before = 0;
    for count in [1_000, 2_000, 4_000, 6_000, 8_000, 10_000] {
        let tokens = &bench.department.tokens[before..count];
        let crowd = bench.listeners(&centre, tokens, AT_ONCE);
        let full = settled(&crowd, &centre.program).await?;
        crowds.push(crowd);
        points.push((count as f64, full as f64 / 1_048_576.0));
        before = count;
    }
    let plot = Plot {
        title: "Memory of the centre, MiB, by connections",
        x: Scale::Linear,
        y: Scale::Linear,
        series: vec![("centre", points)],
    };
    report.below(&plot.put(&bench.plots, "centre-connections")?);
    Ok(())
}

async fn settled(crowd: &Crowd, program: &Program) -> Result<u64> {
    crowd.is_ready(PATIENCE).await?;
    tokio::time::sleep(REST).await;
    program.memory()
}

fn each(base: u64, full: u64, many: usize) -> f64 {
    full.saturating_sub(base) as f64 / many as f64
}
