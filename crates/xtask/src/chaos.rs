//! `cargo xtask chaos`: the real app and centre, killed and cut and filled under load, and everything counted.

use crate::machine::{BUILD, SCREEN, TEST, provide};
use crate::tools::{root, say, step, target};
use crate::{checks, show, ui};
use anyhow::{Context, Result, bail};
use clap::Args;
use std::process::Command;

/// The page that keeps the report.
const PAGE: &str = "docs/chaos.md";

#[derive(Args)]
pub(crate) struct Chaos {
    /// How often each of app, centre, window and web process is killed; 200 where nothing is said.
    #[arg(long)]
    kills: Option<usize>,
    /// How often each other fault happens; a tenth of the kills where nothing is said.
    #[arg(long)]
    others: Option<usize>,
    /// What is published, on average, a second; 3 where nothing is said.
    #[arg(long)]
    rate: Option<f64>,
    /// Throw the same dice again.
    #[arg(long)]
    seed: Option<u64>,
    /// So many minutes of load and nothing else: memory, handles and databases over time.
    #[arg(long)]
    minutes: Option<f64>,
    /// No more faults after so many minutes; what there was until then is counted.
    #[arg(long)]
    within: Option<f64>,
    /// This fault alone, such as app-disk-full.
    #[arg(long)]
    only: Option<String>,
    /// Put the report into docs/chaos.md.
    #[arg(long)]
    write: bool,
}

/// Sets up, builds, and lets it happen where file systems may be mounted, if there is such a place.
pub(crate) fn run(chaos: &Chaos) -> Result<()> {
    provide(&[&BUILD, &SCREEN, &TEST])?;
    let python = checks::third_party_python()?;
    ui::build()?;
    step("Building the app and its programs", &mut show::build())?;
    let programs = target().join("debug");
    let (mut play, mounts) = somewhere(&programs.join("chaos"));
    if !mounts {
        say("Skipped: full disks, which take a file system of our own (root, or user namespaces)");
    }
    for name in ["dealbell", "dealbell-centre"] {
        let variable = format!("{}_BIN", name.to_uppercase().replace('-', "_"));
        play.env(variable, programs.join(name));
    }
    play.env("DEALBELL_PYTHON", python);
    for (name, value) in [
        ("--kills", chaos.kills.map(|value| value.to_string())),
        ("--others", chaos.others.map(|value| value.to_string())),
        ("--rate", chaos.rate.map(|value| value.to_string())),
        ("--seed", chaos.seed.map(|value| value.to_string())),
        ("--minutes", chaos.minutes.map(|value| value.to_string())),
        ("--within", chaos.within.map(|value| value.to_string())),
        ("--only", chaos.only.clone()),
    ] {
        play.args(value.map(|value| format!("{name}={value}")));
    }
    if chaos.write {
        play.arg("--write").arg(root().join(PAGE));
    }
    let status = play.status().context("chaos did not start")?;
    match status.success() {
        true => Ok(()),
        false => bail!("not every promise held"),
    }
}

/// The program, started so that what it mounts ends with it; whether it may mount.
fn somewhere(program: &std::path::Path) -> (Command, bool) {
    for words in [
        &["--mount", "--propagation", "private"][..],
        &["--user", "--map-root-user", "--mount"],
    ] {
        let tried = Command::new("unshare").args(words).arg("true").output();
        if tried.is_ok_and(|tried| tried.status.success()) {
            let mut command = Command::new("unshare");
            command.args(words).arg(program).arg("--own-mounts");
            return (command, true);
        }
    }
    (Command::new(program), false)
}
