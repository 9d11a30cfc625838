//! Everybody comes back at once, and one who was away for long.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use futures_util::future::join;

use crate::bench::Bench;
use crate::crowd::Speech;
use crate::publisher::Asker;
use crate::table::{Aim, Report, Rounds, seconds};

/// What one has missed who was away for long.
const MISSED: usize = 10_000;
const PATIENCE: Duration = Duration::from_secs(120);
const AIM: f64 = 5.0;

/// Ours alone: the peers have nothing to catch up with.
pub(crate) async fn take(bench: &Bench<'_>) -> Result<Report> {
    let (mut back, mut cpu, mut caught, mut caught_cpu) = (
        Rounds::default(),
        Rounds::default(),
        Rounds::default(),
        Rounds::default(),
    );
    let mut faults = (0, 0);
    let everybody = bench.department.tokens.len();
    for _ in 0..bench.rounds.min(3) {
        let (took, worked, wrong) = storm(bench).await?;
        back.add(took);
        cpu.add(worked);
        faults = (faults.0 + wrong.0, faults.1 + wrong.1);
        let (took, worked) = catch_up(bench).await?;
        caught.add(took);
        caught_cpu.add(worked);
    }
    let mut report = Report::new(format!(
        "{everybody} connected desktops; the centre is killed and started again, a bulk request tells each of \
         them something, and all come back at the same moment, each with its cursor, while a second bulk request \
         tells each something more. Timed from the first connection attempt until each is live and has both. \
         Then one desktop that has missed {MISSED} notifications, from its connection attempt until it has them all.",
    ));
    let what = format!("{everybody} back and live with everything");
    report.compare(what, &back, None, Aim::AtMost(AIM), seconds);
    let fine = faults == (0, 0);
    let told = format!("{} / {}", faults.1, faults.0);
    report.judged("missed / doubled", told, "0 / 0", fine);
    report.compare(
        "processor time of the server for it",
        &cpu,
        None,
        Aim::None,
        seconds,
    );
    report.compare(
        format!("{MISSED} missed, caught up"),
        &caught,
        None,
        Aim::None,
        seconds,
    );
    report.compare(
        "processor time of the server for that",
        &caught_cpu,
        None,
        Aim::None,
        seconds,
    );
    Ok(report)
}

/// How long it took, the server's processor time, and how much was doubled and missed.
async fn storm(bench: &Bench<'_>) -> Result<(f64, f64, (u64, u64))> {
    let department = &bench.department;
    let everybody = department.tokens.len();
    let centre = department.open(&bench.centre, None).await?;
    let crowd = bench.listeners(&centre, &department.tokens, 200);
    crowd.is_ready(PATIENCE).await?;
    let places = crowd.places();
    let centre = centre.crash().await?;
    drop(crowd);
    let mut asker = Asker::open(centre.program.address).await?;
    asker
        .publish(&department.bulk(0, everybody, "Пока вас не было"))
        .await?;
    let doors = department.tokens.iter().zip(places);
    let doors = doors.map(|(token, place)| (department.door(&centre, token), place));
    let (before, start) = (centre.program.cpu()?, Instant::now());
    let crowd = bench.crowd(doors.collect(), Speech::Dealbell, everybody);
    let meanwhile = department.bulk(1, everybody, "А это уже при вас");
    let (told, ready) = join(asker.publish(&meanwhile), crowd.is_ready(PATIENCE)).await;
    told?;
    ready?;
    let both = 2 * everybody as u64;
    let heard = &crowd.heard;
    heard
        .wait(PATIENCE, |heard| heard.delivered() >= both)
        .await?;
    let took = start.elapsed().as_secs_f64();
    let worked = centre.program.cpu()? - before;
    Ok((took, worked.as_secs_f64(), heard.faults()))
}

/// How long it took, and the server's processor time.
async fn catch_up(bench: &Bench<'_>) -> Result<(f64, f64)> {
    let department = &bench.department;
    let centre = department.open(&bench.centre, None).await?;
    let token = &department.tokens[7..8];
    let crowd = bench.listeners(&centre, token, 1);
    crowd.is_ready(PATIENCE).await?;
    let place = crowd.places().swap_remove(0);
    drop(crowd);
    let mut asker = Asker::open(centre.program.address).await?;
    for number in 0..MISSED / 100 {
        asker.publish(&department.hundred(number, 7)).await?;
    }
    let door = department.door(&centre, &token[0]);
    let (before, start) = (centre.program.cpu()?, Instant::now());
    let crowd = bench.crowd(vec![(door, place)], Speech::Dealbell, 1);
    crowd.is_ready(PATIENCE).await?;
    let took = start.elapsed().as_secs_f64();
    let worked = centre.program.cpu()? - before;
    let heard = &crowd.heard;
    ensure!(
        heard.delivered() == MISSED as u64,
        "it has {} of them",
        heard.delivered()
    );
    ensure!(heard.faults() == (0, 0), "something was doubled or skipped");
    Ok((took, worked.as_secs_f64()))
}
