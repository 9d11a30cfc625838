//! Everything happens: each fault, the way back from it, and how long that took.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use dealbell_tests::alive;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::count::{self, Verdict};
use crate::deck::{Deck, Fault};
use crate::load::{Load, Order};
use crate::screen;
use crate::world::{Life, USER, World};

/// How long a program may take to see that its session is over.
const LEAVES: Duration = Duration::from_secs(20);
/// How long anything else may take.
const PATIENCE: Duration = Duration::from_secs(100);
/// How often it is told how far it has come.
const TELL: Duration = Duration::from_secs(10);

/// What came of a run.
pub(crate) struct Chaos {
    /// How long the way back took, each time.
    pub(crate) took: BTreeMap<Fault, Vec<Duration>>,
    /// What else was worth a word, and how often.
    pub(crate) besides: BTreeMap<&'static str, usize>,
    /// What did not come back as it should.
    pub(crate) broken: Vec<String>,
    pub(crate) verdict: Verdict,
}

/// What has happened so far; both who do something write here.
#[derive(Default)]
struct Tally {
    took: BTreeMap<Fault, Vec<Duration>>,
    besides: BTreeMap<&'static str, usize>,
    broken: Vec<String>,
}

type Shared = Arc<Mutex<Tally>>;

fn lock(tally: &Shared) -> MutexGuard<'_, Tally> {
    tally.lock().unwrap_or_else(PoisonError::into_inner)
}

fn note(tally: &Shared, fault: Fault, came: Result<Duration>) -> bool {
    let mut tally = lock(tally);
    match came {
        Ok(took) => {
            tally.took.entry(fault).or_default().push(took);
            true
        }
        Err(error) => {
            println!("BROKEN {}: {error:#}", fault.told());
            let first = format!("{error:#}");
            let first = first.lines().next().unwrap_or_default();
            tally.broken.push(format!("{}: {first}", fault.told()));
            false
        }
    }
}

fn besides(tally: &Shared, what: &'static str) {
    *lock(tally).besides.entry(what).or_default() += 1;
}

/// Plays the whole deck under load, lets everything come to rest, and counts.
pub(crate) async fn play(
    mut world: World,
    deck: Deck,
    rate: f64,
    seed: u64,
    within: Option<Duration>,
) -> Result<Chaos> {
    let tally = Shared::default();
    let all = deck.around.len() + deck.on_screen.len();
    world.begin()?;
    world.heard(Instant::now()).await?;
    let order = Order {
        centre: &world.centre.url(),
        key: &world.key,
        device: &world.other,
        user: USER,
        seed,
        rate,
    };
    let load = Load::start(
        &order,
        world.desktop.environment(),
        Arc::clone(&world.books),
    )?;

    let lives = world.lives.subscribe();
    let enough = enough(within);
    let on_screen = on_screen(
        deck.on_screen,
        lives,
        seed,
        Arc::clone(&tally),
        enough.clone(),
    );
    let screen = tokio::spawn(on_screen);
    let mut dice = StdRng::seed_from_u64(seed.wrapping_add(1));
    let (began, mut told) = (Instant::now(), Instant::now());
    for fault in deck.around {
        if *enough.borrow() {
            break;
        }
        load.lives()?;
        let pause = Duration::from_millis(dice.random_range(0..400));
        sleep(pause).await;
        let came = hit(fault, &mut world, &mut dice, &tally).await;
        if !note(&tally, fault, came) {
            heal(&mut world).await?;
        }
        if told.elapsed() > TELL {
            told = Instant::now();
            tell(&tally, &world, all, began);
        }
    }
    while !screen.is_finished() {
        world.heard(Instant::now()).await?;
        sleep(Duration::from_secs(2)).await;
        if told.elapsed() > TELL {
            told = Instant::now();
            tell(&tally, &world, all, began);
        }
    }
    screen.await?;
    load.end().await?;
    println!("everything has happened; coming to rest");
    let verdict = count::verdict(world).await?;
    let tally = std::mem::take(&mut *lock(&tally));
    Ok(Chaos {
        took: tally.took,
        besides: tally.besides,
        broken: tally.broken,
        verdict,
    })
}

/// Becomes true at Ctrl+C, or after so long: no more faults, and what there was is counted.
fn enough(within: Option<Duration>) -> watch::Receiver<bool> {
    let (told, enough) = watch::channel(false);
    tokio::spawn(async move {
        let after = sleep(within.unwrap_or(Duration::MAX));
        tokio::select! { () = after => {}, _ = tokio::signal::ctrl_c() => {} }
        println!("no more faults");
        told.send_replace(true);
        told.closed().await;
    });
    enough
}

fn tell(tally: &Shared, world: &World, all: usize, began: Instant) {
    let tally = lock(tally);
    let done: usize = tally.took.values().map(Vec::len).sum();
    println!(
        "{:>5} s  {done} of {all} faults, {} broken; {} said",
        began.elapsed().as_secs(),
        tally.broken.len(),
        world.books.count()
    );
}

async fn on_screen(
    deck: Vec<Fault>,
    mut lives: watch::Receiver<Option<Arc<Life>>>,
    seed: u64,
    tally: Shared,
    enough: watch::Receiver<bool>,
) {
    let mut dice = StdRng::seed_from_u64(seed.wrapping_add(2));
    for fault in deck {
        if *enough.borrow() {
            return;
        }
        let came = screen::hit(fault, &mut lives, &mut dice).await;
        note(&tally, fault, came);
    }
}

async fn hit(
    fault: Fault,
    world: &mut World,
    dice: &mut StdRng,
    tally: &Shared,
) -> Result<Duration> {
    match fault {
        Fault::AppKilled => {
            kill_app(world).await?;
            world.begin()?;
            if dice.random_ratio(1, 4) {
                // Once more, before it is quite there.
                pause(dice, 0..1_500).await;
                kill_app(world).await?;
                world.begin()?;
                besides(tally, "more kills of the app in the middle of its start");
            }
            world.heard(Instant::now()).await
        }
        Fault::CentreKilled => {
            world.centre.kill9().await?;
            let since = Instant::now();
            world.centre.serve().await?;
            world.heard(since).await
        }
        Fault::Stalled => {
            world.wire.stall(true);
            pause(dice, 1_000..4_000).await;
            world.wire.stall(false);
            world.heard(Instant::now()).await
        }
        Fault::Cut => {
            world.wire.cut_after(dice.random_range(1..2_000));
            world.heard(Instant::now()).await
        }
        Fault::HalfOpen => {
            world.wire.go_dead();
            world.heard(Instant::now()).await
        }
        Fault::Suspended => {
            let life = world.life()?;
            life.app.freeze()?;
            world.forget_life();
            pause(dice, 1_000..6_000).await;
            life.app.thaw()?;
            let since = Instant::now();
            world.lives.send_replace(Some(life));
            world.heard(since).await
        }
        Fault::Slept => slept(world, dice).await,
        Fault::DaemonRestarted => {
            world.recorder().stop_daemon().await?;
            pause(dice, 50..1_000).await;
            world.recorder().start_daemon().await?;
            let since = Instant::now();
            world.say().await?;
            let rung = world.recorder().wait("a toast", |seen| {
                let last = seen.calls.last()?.at;
                (last > since).then(|| last - since)
            });
            rung.await
        }
        Fault::AppDiskFull => {
            let (disk, _) = world.disks.as_ref().context("no disk of its own")?;
            disk.fill()?;
            pause(dice, 500..2_500).await;
            if dice.random_ratio(1, 3) {
                kill_app(world).await?;
                world.begin()?;
                pause(dice, 500..2_500).await;
                besides(tally, "starts of the app on a full disk");
            }
            let (disk, _) = world.disks.as_ref().context("no disk of its own")?;
            disk.free()?;
            world.heard(Instant::now()).await
        }
        Fault::CentreDiskFull => {
            let (_, disk) = world.disks.as_ref().context("no disk of its own")?;
            disk.fill()?;
            pause(dice, 500..2_500).await;
            let killed = dice.random_ratio(1, 3);
            if killed {
                world.centre.kill9().await?;
                besides(tally, "kills of the centre on a full disk");
            }
            let (_, disk) = world.disks.as_ref().context("no disk of its own")?;
            disk.free()?;
            let since = Instant::now();
            if killed {
                world.centre.serve().await?;
            }
            world.heard(since).await
        }
        Fault::BusGone => bus_gone(world, tally).await,
        Fault::WindowKilled | Fault::WebKilled => bail!("these happen on the screen"),
    }
}

/// Asleep with every connection; awake, told so, and connected anew.
async fn slept(world: &mut World, dice: &mut StdRng) -> Result<Duration> {
    let life = world.life()?;
    let listens = |line: &str| line.contains("the system tells when it sleeps");
    life.app
        .wait_stderr(|line| listens(line).then_some(()))
        .await?;
    world.logind.sleep().await?;
    world.wire.go_dead();
    life.app.freeze()?;
    world.forget_life();
    pause(dice, 300..2_000).await;
    life.app.thaw()?;
    world.lives.send_replace(Some(life));
    let since = Instant::now();
    world.logind.wake().await?;
    let fresh = timeout(PATIENCE, world.wire.fresh_stream(since)).await;
    let fresh = fresh.context("no fresh socket")??;
    world.heard(since).await?;
    Ok(fresh - since)
}

/// The session's bus ends, and the session with it; the next one starts the app.
async fn bus_gone(world: &mut World, tally: &Shared) -> Result<Duration> {
    let life = world.life()?;
    world.forget_life();
    world.kill_bus().await?;
    match life.app.wait_within(LEAVES).await {
        Ok(_) => besides(tally, "ends of the app with its session's bus"),
        Err(_) => {
            besides(tally, "lives of the app that went on without a bus");
            life.app.kill9().await?;
        }
    }
    drop(life);
    world.next_session().await?;
    let since = Instant::now();
    world.begin()?;
    world.heard(since).await
}

async fn kill_app(world: &World) -> Result<()> {
    let life = world.life()?;
    world.forget_life();
    life.app.kill9().await
}

async fn pause(dice: &mut StdRng, millis: std::ops::Range<u64>) {
    sleep(Duration::from_millis(dice.random_range(millis))).await;
}

/// Something did not come back: everything is made to run again, and the rest can happen.
async fn heal(world: &mut World) -> Result<()> {
    world.wire.stall(false);
    if let Some((app, centre)) = &world.disks {
        // Mostly there is nothing to free.
        let _ = (app.free(), centre.free());
    }
    let _ = world.recorder().start_daemon().await;
    if !world.centre.pid().is_some_and(alive) {
        let _ = world.centre.kill9().await;
        world.centre.serve().await?;
    }
    if world.lives.borrow().is_some() {
        let _ = kill_app(world).await;
    }
    world.begin()?;
    world.heard(Instant::now()).await.map(|_| ())
}
