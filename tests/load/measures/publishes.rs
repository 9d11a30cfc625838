//! Notifications published one by one, many publishers at a time; each is on the disk when it is
//! answered.

use std::cell::Cell;
use std::time::{Duration, Instant};

use anyhow::Result;
use futures_util::future::try_join_all;

use crate::bench::Bench;
use crate::peers::{Kind, Peer};
use crate::program::Program;
use crate::publisher::{Asker, Post};
use crate::table::{Aim, Report, Rounds, whole};

/// Connections that publish.
const PUBLISHERS: usize = 64;
/// What a peer that keeps nothing needs more of, to be measured at all.
const MORE: usize = 5;
/// Users who are told, in turn.
const USERS: usize = 1_000;
const AIM: f64 = 19_000.0;

/// Ours and nchan in turn.
pub(crate) async fn take(bench: &Bench<'_>) -> Result<Report> {
    let count = bench.or_quick(20_000, 6_000);
    let (mut ours, mut peers) = (Rounds::default(), Rounds::default());
    let (mut pace, mut peers_pace) = (Rounds::default(), Rounds::default());
    let text = "Анна Петрова, +7 900 123-45-67";
    let body = "x".repeat(450);
    for _ in 0..bench.rounds {
        let centre = bench.department.open(&bench.centre, None).await?;
        let say = |number: usize| {
            let user = number % USERS;
            bench.department.post(number, user..user + 1, text)
        };
        let (per_core, per_second) = publish(&centre.program, count, say).await?;
        ours.add(per_core);
        pace.add(per_second);
        drop(centre);
        let peer = Peer::start(Kind::Nchan, &bench.peers).await?;
        let say = |number: usize| peer.post(number % USERS, &body);
        let (per_core, per_second) = publish(&peer.program, count * MORE, say).await?;
        peers.add(per_core);
        peers_pace.add(per_second);
    }
    let mut report = Report::new(format!(
        "{count} notifications to {USERS} users in turn, none of them connected, over {PUBLISHERS} connections that \
         publish one after the other each. Ours answers when it is committed (`synchronous=FULL`); nchan keeps \
         nothing (`nchan_store_messages off`). By the processor time of the server. Peer: {}.",
        Kind::Nchan.version(&bench.peers)?
    ));
    let aim = Aim::AtLeast(AIM);
    report.compare("publishes per core-second", &ours, Some(&peers), aim, whole);
    let what = "publishes per second, clients on the same cores";
    report.compare(what, &pace, Some(&peers_pace), Aim::None, whole);
    Ok(report)
}

/// Publishes per second of the server's processor time, and per second that passed.
async fn publish(
    program: &Program,
    count: usize,
    say: impl Fn(usize) -> Post,
) -> Result<(f64, f64)> {
    let next = Cell::new(0);
    let publisher = async || -> Result<()> {
        let mut asker = Asker::open(program.address).await?;
        loop {
            let number = next.get();
            if number >= count {
                return Ok(());
            }
            next.set(number + 1);
            asker.publish(&say(number)).await?;
        }
    };
    let (before, start) = (program.cpu()?, Instant::now());
    try_join_all((0..PUBLISHERS).map(|_| publisher())).await?;
    let took = program.cpu()? - before;
    let passed = start.elapsed().max(Duration::from_millis(1));
    Ok((
        count as f64 / took.as_secs_f64(),
        count as f64 / passed.as_secs_f64(),
    ))
}
