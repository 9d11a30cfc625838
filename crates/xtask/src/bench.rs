//! `cargo xtask bench`: figures of the product at work.

use crate::checks::python;
use crate::machine::{BUILD, PEERS, SCREEN, provide};
use crate::tools::{cargo, root, step, target};
use crate::{load, ui};
use anyhow::{Context, Result, bail};
use clap::Args;
use std::process::Command;

/// The page that keeps the figures.
pub(crate) const PAGE: &str = "docs/benchmarks.md";

#[derive(Args)]
pub(crate) struct Measures {
    /// What to measure (first-sync, steady, hint-to-toast, poll-to-toast, list, latency, memory, idle,
    /// start, window, size); everything where nothing is named. `centre` and what follows it (memory,
    /// devices, broadcast, publishes, pace, storm, history) is the centre under load beside its
    /// peers, which is measured only where it is named.
    pub(crate) names: Vec<String>,
    /// Put the tables into docs/benchmarks.md.
    #[arg(long)]
    pub(crate) write: bool,
    /// Fewer and shorter of everything, where a measure knows how.
    #[arg(long)]
    pub(crate) quick: bool,
    /// Build optimised, but not across crates: as good as what users have, in some minutes.
    #[arg(long)]
    optimised: bool,
    /// Build optimised, as users have it; takes many minutes the first time.
    #[arg(long, conflicts_with = "optimised")]
    pub(crate) release: bool,
}

/// Sets up, builds, measures. A figure that misses its aim is no failure.
pub(crate) fn run(measures: &Measures) -> Result<()> {
    if measures.names.first().is_some_and(|name| name == "centre") {
        return load::run(measures);
    }
    provide(&[&BUILD, &SCREEN, &PEERS])?;
    ui::build()?;
    let gotify = python("gotify-tray", "tests/bench/gotify-tray.txt")?;
    let (profile, folder, told) = if measures.release {
        ("release", "release", "profile `release`")
    } else if measures.optimised {
        (
            "figures",
            "figures",
            "profile `figures` (`release` without link-time optimisation)",
        )
    } else {
        ("dev", "debug", "dev build (not optimised)")
    };
    let mut build = cargo();
    build.args(["build", "--profile", profile, "--bins"]);
    for package in [
        "dealbell",
        "dealbell-server",
        "dealbell-sandbox",
        "dealbell-tests",
        "dealbell-empty",
    ] {
        build.args(["-p", package]);
    }
    step("Building the app and its programs", &mut build)?;
    let programs = target().join(folder);
    let mut bench = Command::new(programs.join("bench"));
    for name in [
        "dealbell",
        "dealbell-centre",
        "dealbell-sandbox",
        "dealbell-empty",
    ] {
        let variable = format!("{}_BIN", name.to_uppercase().replace('-', "_"));
        bench.env(variable, programs.join(name));
    }
    bench.env("DEALBELL_GOTIFY_PYTHON", gotify);
    bench.env("DEALBELL_BENCH_BUILD", told);
    if measures.quick {
        bench.arg("--quick");
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
