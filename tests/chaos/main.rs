//! `chaos`: the real app and the real centre on a private desktop, under the load of a third party's
//! client, while everything around them is killed, cut, filled and put to sleep. In the end it is counted what
//! became of every notification. The code of its exit says whether every promise held.
#![cfg(target_os = "linux")]

mod attempts;
mod books;
mod calm;
mod count;
mod deck;
mod disk;
mod faults;
#[path = "../bench/figures.rs"]
#[expect(dead_code, reason = "the benchmarks use all of it")]
mod figures;
mod load;
#[path = "../bench/machine.rs"]
mod machine;
#[path = "../bench/page.rs"]
mod page;
mod plot;
mod report;
mod samples;
mod screen;
mod wire;
mod world;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result};
use clap::Parser;

use deck::{Deck, Fault};
use machine::Machine;
use world::World;

/// Kills, cuts, fills and puts to sleep, and counts what became of everything.
#[derive(Debug, Parser)]
struct Cli {
    /// How often each of app, centre, window and web process is killed.
    #[arg(long, default_value_t = 200)]
    kills: usize,
    /// How often each other fault happens; a tenth of the kills where nothing is said.
    #[arg(long)]
    others: Option<usize>,
    /// What is published, on average, a second.
    #[arg(long, default_value_t = 3.0)]
    rate: f64,
    /// Throws the same dice again: the same faults in the same order. What is hit in the middle of what differs.
    #[arg(long)]
    seed: Option<u64>,
    /// So many minutes of load and nothing else: memory, handles and databases over time.
    #[arg(long)]
    minutes: Option<f64>,
    /// No more faults after so many minutes (or at Ctrl+C); what there was until then is counted.
    #[arg(long)]
    within: Option<f64>,
    /// This fault alone.
    #[arg(long)]
    only: Option<Fault>,
    /// File systems may be mounted here, since they end with us: needed for full disks.
    #[arg(long)]
    own_mounts: bool,
    /// Put the report into this page, between its markers.
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
}

fn main() -> Result<ExitCode> {
    let cli = Cli::parse();
    // For plain HTTP, too, a client wants one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("no threads to run on")?;
    runtime.block_on(run(&cli))
}

async fn run(cli: &Cli) -> Result<ExitCode> {
    let seed = match cli.seed {
        Some(seed) => seed,
        None => SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)?
            .as_secs(),
    };
    let machine = Machine::look()?;
    let others = cli.others.unwrap_or(cli.kills / 10);
    println!("seed {seed}");
    let began = Instant::now();
    let world = World::start(cli.own_mounts).await?;
    if let Some(minutes) = cli.minutes {
        let calm = calm::spend(world, minutes, cli.rate, seed).await?;
        let told = format!("{}\n\n{}", machine.told()?, calm.told()?);
        println!("\n{told}");
        if let Some(page) = &cli.write {
            page::put(page, "load", &told)?;
            calm.draw(&page.with_extension(""))?;
        }
        return Ok(code(calm.holds()));
    }
    let deck = Deck::shuffled(cli.kills, others, world.has_disks(), cli.only, seed);
    let within = cli
        .within
        .map(|minutes| Duration::from_secs_f64(minutes * 60.0));
    let chaos = faults::play(world, deck, cli.rate, seed, within).await?;
    let report = report::Report {
        seed,
        rate: cli.rate,
        took: began.elapsed(),
        chaos,
    };
    let told = format!("{}\n\n{report}", machine.told()?);
    println!("\n{told}");
    if let Some(page) = &cli.write {
        page::put(page, "chaos", &told)?;
    }
    Ok(code(report.holds()))
}

fn code(holds: bool) -> ExitCode {
    match holds {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}
