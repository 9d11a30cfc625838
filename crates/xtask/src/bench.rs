//! `cargo xtask bench`: figures of the product at work.

use crate::machine::{BUILD, SCREEN, provide};
use crate::tools::{root, step, target};
use crate::{show, ui};
use anyhow::{Context, Result, bail};
use clap::Args;
use std::process::Command;

/// The page that keeps the figures.
const PAGE: &str = "docs/benchmarks.md";

#[derive(Args)]
pub(crate) struct Measures {
    /// What to measure (first-sync, steady, hint-to-toast, poll-to-toast); everything where nothing
    /// is named.
    names: Vec<String>,
    /// Put the tables into docs/benchmarks.md.
    #[arg(long)]
    write: bool,
    /// Build optimised, as users have it; takes many minutes the first time.
    #[arg(long)]
    release: bool,
}

/// Sets up, builds, measures. A figure that misses its aim is no failure.
pub(crate) fn run(measures: &Measures) -> Result<()> {
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
