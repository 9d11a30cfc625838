//! Faults of the window, beside all the others: its process and its web process are killed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use dealbell_tests::{alive, descendants};
use rand::RngExt;
use rand::rngs::StdRng;
use rustix::process::{Pid, Signal, kill_process};
use tokio::sync::watch;
use tokio::time::sleep;

use crate::deck::Fault;
use crate::world::Life;

/// How long a page may take to be there; the machine is busy.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often it is looked whether something is there.
const LOOK: Duration = Duration::from_millis(15);
/// After how long a user clicks again where nothing happens.
const AGAIN: Duration = Duration::from_secs(2);

/// Does it to the window of the app of the moment; how long until its page was there again.
pub(crate) async fn hit(
    fault: Fault,
    lives: &mut watch::Receiver<Option<Arc<Life>>>,
    dice: &mut StdRng,
) -> Result<Duration> {
    loop {
        let life = lives.wait_for(Option::is_some).await?.clone();
        let life = life.context("just waited for")?;
        let pause = Duration::from_millis(dice.random_range(0..300));
        match tried(fault, &life, pause).await {
            Ok(took) => return Ok(took),
            // The app went away meanwhile, window and all: that is another fault's.
            Err(_) if is_over(&life, lives) => {}
            Err(error) => return Err(error.context(life.app.log())),
        }
    }
}

fn is_over(life: &Arc<Life>, lives: &watch::Receiver<Option<Arc<Life>>>) -> bool {
    let now = lives.borrow().clone();
    let same = now.is_some_and(|now| Arc::ptr_eq(&now, life));
    life.app.ending().is_some() || !same
}

async fn tried(fault: Fault, life: &Life, pause: Duration) -> Result<Duration> {
    if process(life, fault).is_none() || pages(life) == 0 {
        appears(life, pages(life), Instant::now()).await?;
    }
    sleep(pause).await;
    let pid = process(life, fault).context("it has just been there")?;
    let (seen, since) = (pages(life), Instant::now());
    let raw = i32::try_from(pid).ok().and_then(Pid::from_raw);
    kill_process(raw.context("no such id")?, Signal::KILL)?;
    while alive(pid) {
        sleep(LOOK).await;
    }
    match fault {
        Fault::WebKilled => returns(life, seen, since).await?,
        _ => appears(life, seen, since).await?,
    }
    Ok(since.elapsed())
}

/// Clicks until there is one more page than was seen.
async fn appears(life: &Life, seen: usize, since: Instant) -> Result<()> {
    while pages(life) <= seen {
        life.tray().await?.activate(5, 5).await?;
        let clicked = Instant::now();
        while pages(life) <= seen && clicked.elapsed() < AGAIN {
            goes_on(life, since)?;
            sleep(LOOK).await;
        }
    }
    Ok(())
}

/// Waits, without a click, until there is one more page than was seen.
async fn returns(life: &Life, seen: usize, since: Instant) -> Result<()> {
    while pages(life) <= seen {
        goes_on(life, since)?;
        sleep(LOOK).await;
    }
    Ok(())
}

fn goes_on(life: &Life, since: Instant) -> Result<()> {
    ensure!(life.app.ending().is_none(), "the app ended");
    ensure!(since.elapsed() < PATIENCE, "no page came");
    Ok(())
}

/// How often a page has been there in this life.
fn pages(life: &Life) -> usize {
    let lines = life.app.stderr_lines();
    let lines = lines.borrow();
    let there = lines
        .iter()
        .filter(|line| line.contains("the page is there"));
    there.count()
}

/// The process that the fault is about, where one runs.
fn process(life: &Life, fault: Fault) -> Option<u32> {
    descendants(life.app.pid()).into_iter().find(|pid| {
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let mut words = line.split(|byte| *byte == 0);
        match fault {
            Fault::WebKilled => words
                .next()
                .is_some_and(|name| name.ends_with(b"WebKitWebProcess")),
            _ => words.any(|word| word == b"--window"),
        }
    })
}
