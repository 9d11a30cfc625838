//! `cargo xtask bench`: figures of the product at work.

use crate::machine::{BUILD, SCREEN, provide};
use crate::tools::{root, step, target};
use crate::{load, show, ui};
use anyhow::{Context, Result, bail};
use clap::Args;
use std::process::Command;

/// The page that keeps the figures.
pub(crate) const PAGE: &str = "docs/benchmarks.md";

#[derive(Args)]
pub(crate) struct Measures {
    /// What to measure (first-sync, steady, hint-to-toast, poll-to-toast); everything where nothing
    /// is named. `centre` and what follows it (memory, devices, broadcast, publishes, pace, storm,
    /// history) is the centre under load beside its peers, which is measured only where it is named.
    pub(crate) names: Vec<String>,
    /// Put the tables into docs/benchmarks.md.
    #[arg(long)]
    pub(crate) write: bool,
    /// Fewer and shorter of everything, where a measure knows how.
    #[arg(long)]
    pub(crate) quick: bool,
    /// Build optimised, as users have it; takes many minutes the first time.
    #[arg(long)]
    pub(crate) release: bool,
}

/// Sets up, builds, measures. A figure that misses its aim is no failure.
pub(crate) fn run(measures: &Measures) -> Result<()> {
    if measures.names.first().is_some_and(|name| name == "centre") {
        return load::run(measures);
    }
    provide(&[&BUILD, &SCREEN])?;
    ui::build()?;
    let mut build = show::build();
    let programs = if measures.release {
        build.arg("--release");
        target().join("release")
    } else {
        target().join("debug")
    };
    step("Building the app and its programs", &mut build)?;
    let mut bench = Command::new(programs.join("bench"));
    for name in ["dealbell", "dealbell-centre", "dealbell-sandbox"] {
        let variable = format!("{}_BIN", name.to_uppercase().replace('-', "_"));
        bench.env(variable, programs.join(name));
    }
    if measures.write {
        bench.arg("--write").arg(root().join(PAGE));
    }
    let status = bench.args(&measures.names).status();
    let status = status.context("the bench did not start")?;
    if status.success() {
        Ok(())
    } else {
        bail!("not everything was measured")
    }
}
