//! A thousand publishes a second with 5,000 connected: how long each is under way.

use std::time::{Duration, Instant};

use anyhow::Result;
use futures_util::future::try_join_all;

use crate::bench::Bench;
use crate::crowd::Crowd;
use crate::peers::{Kind, Peer};
use crate::program::Program;
use crate::publisher::{Asker, Post};
use crate::table::{Aim, Report, Rounds, millis, whole};

const CONNECTED: usize = 5_000;
const PER_SECOND: usize = 1_000;
/// Connections that publish.
const PUBLISHERS: usize = 50;
/// How late our own timers are.
const LATE: Duration = Duration::from_millis(2);
const PATIENCE: Duration = Duration::from_secs(60);

/// What one round has shown.
struct Shown {
    median: f64,
    p99: f64,
    most: f64,
    cores: f64,
}

/// Ours and nchan in turn.
pub(crate) async fn take(bench: &Bench<'_>) -> Result<Report> {
    let seconds = bench.or_quick(20, 5);
    let tokens = &bench.department.tokens[..CONNECTED];
    let mut ours: [Rounds; 4] = Default::default();
    let mut peers: [Rounds; 4] = Default::default();
    for _ in 0..bench.rounds.min(3) {
        let centre = bench.department.open(&bench.centre, None).await?;
        let crowd = bench.listeners(&centre, tokens, 200);
        let say = |number: usize, text: &str| {
            let user = number % CONNECTED;
            bench.department.post(number, user..user + 1, text)
        };
        add(
            &mut ours,
            &keep_up(bench, &crowd, &centre.program, seconds, say).await?,
        );
        let sample = crowd.heard.sample();
        drop((crowd, centre));
        let peer = Peer::start(Kind::Nchan, &bench.peers).await?;
        let crowd = bench.peer_listeners(&peer, CONNECTED, |number| number, 200);
        // The same text, but for the time in it.
        let parts: Vec<&str> = sample.split("@@").collect();
        let (head, tail) = (parts[0], parts.last().copied().unwrap_or_default());
        let say = |number: usize, text: &str| {
            peer.post(number % CONNECTED, &format!("{head}{text}{tail}"))
        };
        add(
            &mut peers,
            &keep_up(bench, &crowd, &peer.program, seconds, say).await?,
        );
    }
    let mut report = Report::new(format!(
        "{CONNECTED} connections of as many users; for {seconds} s {PER_SECOND} publishes a second, each \
         to one of them, at times that do not wait for answers. From the moment a request is due until its frame has \
         come, the clients' own part on the same cores included. Peer: {}.",
        Kind::Nchan.version(&bench.peers)?
    ));
    let [median, p99, most, cores] = &ours;
    report.compare("p50", median, Some(&peers[0]), Aim::None, millis);
    report.compare("p99", p99, Some(&peers[1]), Aim::None, millis);
    report.compare("max", most, Some(&peers[2]), Aim::None, millis);
    let percent = |cores: f64| format!("{:.0} %", cores * 100.0);
    report.compare("of a core", cores, Some(&peers[3]), Aim::None, percent);
    report.figure("asked for, per second", whole(PER_SECOND as f64));
    Ok(report)
}

fn add(rounds: &mut [Rounds; 4], shown: &Shown) {
    let values = [shown.median, shown.p99, shown.most, shown.cores];
    for (rounds, value) in rounds.iter_mut().zip(values) {
        rounds.add(value);
    }
}

async fn keep_up(
    bench: &Bench<'_>,
    crowd: &Crowd,
    program: &Program,
    seconds: usize,
    say: impl Fn(usize, &str) -> Post,
) -> Result<Shown> {
    crowd.is_ready(PATIENCE).await?;
    crowd.heard.time();
    let count = seconds * PER_SECOND;
    let each = Duration::from_secs(1) / u32::try_from(PER_SECOND)?;
    let start = Instant::now() + Duration::from_millis(200);
    let say = &say;
    let publisher = async |first: usize| -> Result<()> {
        let mut asker = Asker::open(program.address).await?;
        for number in (first..count).step_by(PUBLISHERS) {
            let due = start + each * u32::try_from(number)?;
            tokio::time::sleep_until(due.into()).await;
            let now = Instant::now();
            // A timer is late by a millisecond; what is later waited for an answer.
            let begun = if now.duration_since(due) < LATE {
                now
            } else {
                due
            };
            let due = begun.duration_since(bench.began).as_micros();
            asker.publish(&say(number, &format!("@@{due}@@"))).await?;
        }
        Ok(())
    };
    let before = program.cpu()?;
    try_join_all((0..PUBLISHERS).map(publisher)).await?;
    let all = count as u64;
    crowd
        .heard
        .wait(PATIENCE, |heard| heard.delivered() >= all)
        .await?;
    let took = program.cpu()? - before;
    let passed = start.elapsed();
    anyhow::ensure!(
        crowd.heard.faults() == (0, 0),
        "something was doubled or skipped"
    );
    let mut delays = crowd.heard.delays();
    delays.sort_unstable();
    let at = |percent: usize| {
        let place = (delays.len() * percent).div_ceil(100).saturating_sub(1);
        delays.get(place).copied().unwrap_or_default().as_secs_f64()
    };
    Ok(Shown {
        median: at(50),
        p99: at(99),
        most: at(100),
        cores: took.as_secs_f64() / passed.as_secs_f64(),
    })
}
