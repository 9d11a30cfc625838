//! `simulate`: lives through seeds, tells how it goes, and replays one.

use anyhow::bail;
use clap::Parser;
use dealbell_simulation::{Outcome, Planted, live};
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

#[derive(Parser)]
#[command(about = "Lives through worlds whose every move comes from a seed")]
struct Cli {
    /// How many seeds.
    #[arg(long, default_value_t = 1_000)]
    seeds: u64,
    /// The first of them.
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// This one alone, with all that happens.
    #[arg(long, conflicts_with_all = ["seeds", "from"])]
    seed: Option<u64>,
    /// With this mistake built in, up to the first seed that shows it.
    #[arg(long)]
    planted: Option<Planted>,
    /// So many at once; as many as there are processors where it is missing.
    #[arg(long)]
    jobs: Option<usize>,
}

/// What is known so far.
#[derive(Default)]
struct Sum {
    lived: u64,
    moves: u64,
    lasted: u64,
    wrong: u64,
    /// All lives, as one number: the same for every run of the same seeds.
    trace: u64,
}

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    match cli.seed {
        Some(seed) => replay(seed, cli.planted),
        None => all(&cli),
    }
}

fn replay(seed: u64, planted: Option<Planted>) -> anyhow::Result<()> {
    let outcome = live(seed, planted, true)?;
    outcome.story.iter().for_each(|line| println!("{line}"));
    println!(
        "seed {seed}: {} moves, trace {:016x}",
        outcome.moves, outcome.trace
    );
    outcome
        .violations
        .iter()
        .for_each(|what| println!("  {what}"));
    verdict(u64::from(!outcome.violations.is_empty()))
}

fn all(cli: &Cli) -> anyhow::Result<()> {
    let begun = Instant::now();
    let (next, end) = (AtomicU64::new(cli.from), cli.from + cli.seeds);
    let sum = Mutex::new(Sum::default());
    let jobs = cli
        .jobs
        .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, std::num::NonZero::get));
    std::thread::scope(|threads| {
        for _ in 0..jobs {
            threads.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, SeqCst);
                    if seed >= end {
                        return;
                    }
                    let outcome = live(seed, cli.planted, false);
                    // A poisoned sum is as good as any.
                    let mut sum = sum.lock().unwrap_or_else(PoisonError::into_inner);
                    sum.add(seed, outcome);
                    if cli.planted.is_some() && sum.wrong > 0 {
                        // All before it are lived through or under way.
                        next.store(end, SeqCst);
                    }
                }
            });
        }
        let mut told = Instant::now();
        while next.load(SeqCst) < end {
            std::thread::sleep(Duration::from_millis(100));
            if told.elapsed() >= Duration::from_secs(5) {
                told = Instant::now();
                sum.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .tell(begun);
            }
        }
    });
    let sum = sum.into_inner().unwrap_or_else(PoisonError::into_inner);
    sum.tell(begun);
    println!("trace {:016x}", sum.trace);
    verdict(sum.wrong)
}

impl Sum {
    fn add(&mut self, seed: u64, outcome: anyhow::Result<Outcome>) {
        self.lived += 1;
        let wrong = match outcome {
            Ok(outcome) => {
                self.moves += outcome.moves;
                self.lasted += outcome.lasted;
                self.trace = self.trace.wrapping_add(outcome.trace);
                outcome.violations
            }
            Err(error) => vec![format!("{error:#}")],
        };
        if wrong.is_empty() {
            return;
        }
        println!("seed {seed}:");
        wrong.iter().take(6).for_each(|what| println!("  {what}"));
        self.wrong += 1;
    }

    fn tell(&self, begun: Instant) {
        println!(
            "{} seeds, {} with violations; {} moves, {} h in the worlds, {} s here",
            self.lived,
            self.wrong,
            self.moves,
            self.lasted / 3_600_000,
            begun.elapsed().as_secs()
        );
    }
}

fn verdict(wrong: u64) -> anyhow::Result<()> {
    if wrong > 0 {
        bail!("{wrong} seeds have violations: replay one with --seed");
    }
    println!("no violations");
    Ok(())
}
