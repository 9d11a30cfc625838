//! The command line, and one measure after the other.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use clap::{Parser, ValueEnum};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::task::LocalSet;

use crate::crowd::{Crowd, Speech};
use crate::machine::Machine;
use crate::measures;
use crate::ours::{Department, Ours};
use crate::page;
use crate::peers::Peer;
use crate::socket::Door;
use crate::table::Report;

/// Handles a process needs for 10,000 connections and the rest.
const HANDLES: u64 = 12_000;

/// Measures the centre under load, beside its peers.
#[derive(Debug, Parser)]
struct Cli {
    /// What to measure; everything where nothing is named.
    names: Vec<Measure>,
    /// Less of everything, in three minutes.
    #[arg(long)]
    quick: bool,
    /// How often each server gets its turn.
    #[arg(long)]
    rounds: Option<usize>,
    /// Put the tables into this page, each between its markers, and the plots beside it.
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
    /// The centre's program.
    #[arg(long, env = "DEALBELL_CENTRE_BIN")]
    centre: PathBuf,
    /// How that was built.
    #[arg(long, default_value = "")]
    build: String,
    /// Where npm has put the peers.
    #[arg(long)]
    peers: PathBuf,
    /// Where databases are made and kept for the next run.
    #[arg(long)]
    folder: PathBuf,
}

/// Something to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Measure {
    /// Memory of an idle connection.
    Memory,
    /// One user's many devices.
    Devices,
    /// A row per user.
    Broadcast,
    /// Single publishes, each with a commit.
    Publishes,
    /// A thousand of them a second with 5,000 connected.
    Pace,
    /// Everybody comes back at once.
    Storm,
    /// What a publish, a page and a search cost as history grows.
    History,
}

impl Measure {
    /// As it is called on the command line.
    fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Devices => "devices",
            Self::Broadcast => "broadcast",
            Self::Publishes => "publishes",
            Self::Pace => "pace",
            Self::Storm => "storm",
            Self::History => "history",
        }
    }

    async fn take(self, bench: &Bench<'_>) -> Result<Report> {
        match self {
            Self::Memory => measures::memory::take(bench).await,
            Self::Devices => measures::devices::take(bench).await,
            Self::Broadcast => measures::broadcast::take(bench).await,
            Self::Publishes => measures::publishes::take(bench).await,
            Self::Pace => measures::pace::take(bench).await,
            Self::Storm => measures::storm::take(bench).await,
            Self::History => measures::history::take(bench).await,
        }
    }
}

/// What measures share.
pub(crate) struct Bench<'l> {
    local: &'l LocalSet,
    /// Less of everything.
    pub(crate) quick: bool,
    /// How often each server gets its turn.
    pub(crate) rounds: usize,
    /// The centre's program.
    pub(crate) centre: PathBuf,
    /// Where npm has put the peers.
    pub(crate) peers: PathBuf,
    /// Who is in the centre.
    pub(crate) department: Department,
    /// Times in messages count from here.
    pub(crate) began: Instant,
    /// Plots go here.
    pub(crate) plots: PathBuf,
}

impl Bench<'_> {
    /// One of two numbers.
    pub(crate) fn or_quick<T>(&self, full: T, quick: T) -> T {
        if self.quick { quick } else { full }
    }

    /// Clients of the centre with these tokens.
    pub(crate) fn listeners(&self, ours: &Ours, tokens: &[String], at_once: usize) -> Crowd {
        let doors = tokens
            .iter()
            .map(|token| (self.department.door(ours, token), None));
        self.crowd(doors.collect(), Speech::Dealbell, at_once)
    }

    /// Clients of a peer, each at the channel that `channel` says.
    pub(crate) fn peer_listeners(
        &self,
        peer: &Peer,
        count: usize,
        channel: impl Fn(usize) -> usize,
        at_once: usize,
    ) -> Crowd {
        let doors = (0..count).map(|number| (peer.door(channel(number)), None));
        self.crowd(doors.collect(), Speech::Plain, at_once)
    }

    /// Clients at these doors, with the cursors they come back with.
    pub(crate) fn crowd(
        &self,
        doors: Vec<(Door, Option<String>)>,
        speech: Speech,
        at_once: usize,
    ) -> Crowd {
        Crowd::gather(self.local, doors, speech, at_once, self.began)
    }
}

/// Measures what is asked for.
///
/// # Errors
/// When something could not be measured.
pub(crate) fn run() -> Result<()> {
    let cli = Cli::parse();
    let most = getrlimit(Resource::Nofile).maximum;
    setrlimit(
        Resource::Nofile,
        Rlimit {
            current: most,
            maximum: most,
        },
    )?;
    ensure!(
        most.is_none_or(|most| most >= HANDLES),
        "a process may have {most:?} handles here; 10,000 connections need {HANDLES}"
    );
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let local = LocalSet::new();
    local.block_on(&runtime, measure(&cli, &local))
}

async fn measure(cli: &Cli, local: &LocalSet) -> Result<()> {
    std::fs::create_dir_all(&cli.folder)?;
    let plots = match &cli.write {
        Some(page) => page.with_file_name("plots"),
        None => cli.folder.join("plots"),
    };
    std::fs::create_dir_all(&plots)?;
    let bench = Bench {
        local,
        quick: cli.quick,
        rounds: cli.rounds.unwrap_or(if cli.quick { 2 } else { 5 }),
        centre: cli.centre.clone(),
        peers: cli.peers.clone(),
        department: Department::ready(&cli.folder).await?,
        began: Instant::now(),
        plots,
    };
    let names = match cli.names.as_slice() {
        [] => Measure::value_variants(),
        named => named,
    };
    for measure in names {
        let machine = Machine::look()?;
        let report = measure
            .take(&bench)
            .await
            .with_context(|| format!("{} was not measured", measure.name()))?;
        let told = format!("{}\n\n{report}", machine.told(&cli.build)?);
        let name = format!("centre-{}", measure.name());
        println!("{name}\n\n{told}\n");
        if let Some(page) = &cli.write {
            page::put(page, &name, &told)?;
        }
    }
    Ok(())
}
