//! `cargo xtask bench centre`: the centre under load beside nginx with nchan and Node's ws.

use crate::bench::{Measures, PAGE};
use crate::machine::{SERVERS, provide};
use crate::tools::{cargo, npm_folder, root, step, target};
use crate::ui;
use anyhow::{Context, Result, bail};
use std::fs;
use std::process::Command;

/// Sets the peers up, builds, measures. A figure that misses its aim is no failure.
pub(crate) fn run(measures: &Measures) -> Result<()> {
    provide(&[&SERVERS])?;
    let wanted = root().join("tests/load/peers");
    let peers = npm_folder(
        &wanted,
        "peers",
        "Installing the centre's peers for Node.js",
    )?;
    fs::copy(wanted.join("server.mjs"), peers.join("server.mjs"))?;
    ui::build()?;
    let (profile, told) = if measures.release {
        ("release", "profile `release`, as users have it")
    } else {
        (
            "days",
            "profile `days` (opt-level 2, no link-time optimisation, debug assertions on)",
        )
    };
    let mut build = cargo();
    build.args(["build", "--profile", profile]);
    build.args(["-p", "dealbell-server", "-p", "dealbell-load"]);
    step("Building the centre and its load", &mut build)?;
    let programs = target().join(profile);
    let mut load = Command::new(programs.join("load"));
    load.arg("--centre").arg(programs.join("dealbell-centre"));
    load.args(["--build", told]).arg("--peers").arg(peers);
    load.arg("--folder").arg(target().join("load"));
    if measures.quick {
        load.arg("--quick");
    }
    if measures.write {
        load.arg("--write").arg(root().join(PAGE));
    }
    // The first name is the centre itself.
    load.args(measures.names.iter().skip(1));
    let status = load.status().context("the load did not start")?;
    if !status.success() {
        bail!("not everything was measured");
    }
    Ok(())
}
