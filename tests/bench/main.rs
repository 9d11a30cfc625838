//! `bench`: measures the product at work, prints a table per measure and, if asked to, puts it into
//! the page of figures. It judges nothing but itself: a slow machine makes a slow figure, no failure.
#![cfg(target_os = "linux")]

mod department;
mod desktop;
mod figures;
mod first_sync;
mod hint_to_toast;
mod list;
mod machine;
mod meter;
mod page;
mod poll_to_toast;
mod report;
mod steady;
mod team;

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Parser, ValueEnum};

use machine::Machine;
use meter::Meter;
use report::Report;

/// Measures the product at work.
#[derive(Debug, Parser)]
struct Cli {
    /// What to measure; everything where nothing is named.
    names: Vec<Measure>,
    /// Fewer and shorter of everything, where a measure knows how; for a look, not for the page.
    #[arg(long)]
    quick: bool,
    /// Put the tables into this page, each between its markers.
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
}

/// Something to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Measure {
    /// From nothing known to 10,000 open tasks committed.
    FirstSync,
    /// What an idle department of 50 costs in requests.
    Steady,
    /// From a task set in the CRM to the native toast, with webhooks.
    HintToToast,
    /// The same where nothing but the next reading brings it.
    PollToToast,
    /// Rows for the window: pages, filters, and a search letter by letter.
    List,
    /// From a publish, and from a frame, to the toast; beside gotify-tray.
    Latency,
    /// Memory without, with and after a window; beside gotify-tray and an empty resident.
    Memory,
    /// Wake-ups and processor time of residents left alone.
    Idle,
    /// From the spawn to the tray.
    Start,
    /// From the click to the painted list; beside an empty window.
    Window,
    /// Binaries and pages.
    Size,
}

impl Measure {
    /// As it is called on the command line and in the page.
    fn name(self) -> &'static str {
        match self {
            Self::FirstSync => "first-sync",
            Self::Steady => "steady",
            Self::HintToToast => "hint-to-toast",
            Self::PollToToast => "poll-to-toast",
            Self::List => "list",
            Self::Latency => "latency",
            Self::Memory => "memory",
            Self::Idle => "idle",
            Self::Start => "start",
            Self::Window => "window",
            Self::Size => "size",
        }
    }

    fn take(self, meter: &Meter, quick: bool) -> Result<Report> {
        match self {
            Self::FirstSync => many_threads()?.block_on(first_sync::measure(meter)),
            Self::Steady => dealbell_days::time::runtime()?.block_on(steady::measure(meter)),
            Self::HintToToast => many_threads()?.block_on(hint_to_toast::measure()),
            Self::PollToToast => many_threads()?.block_on(poll_to_toast::measure()),
            Self::List => many_threads()?.block_on(list::measure()),
            Self::Latency => many_threads()?.block_on(desktop::latency::measure(quick)),
            Self::Memory => many_threads()?.block_on(desktop::memory::measure(quick)),
            Self::Idle => many_threads()?.block_on(desktop::idle::measure(quick)),
            Self::Start => many_threads()?.block_on(desktop::start::measure(quick)),
            Self::Window => many_threads()?.block_on(desktop::window::measure(quick)),
            Self::Size => desktop::size::measure(),
        }
    }
}

fn many_threads() -> Result<tokio::runtime::Runtime> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    runtime.context("no threads to measure with")
}

fn main() -> Result<()> {
    let cli = Cli::parse();
    // For plain HTTP, too, a client wants one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let meter = Meter::install()?;
    let names = match cli.names.as_slice() {
        [] => Measure::value_variants(),
        named => named,
    };
    for measure in names {
        let machine = Machine::look()?;
        let report = measure
            .take(&meter, cli.quick)
            .with_context(|| format!("{} was not measured", measure.name()))?;
        let told = format!("{}\n\n{report}", machine.told()?);
        println!("{}\n\n{told}\n", measure.name());
        if let Some(page) = &cli.write {
            page::put(page, measure.name(), &told)?;
        }
    }
    Ok(())
}
