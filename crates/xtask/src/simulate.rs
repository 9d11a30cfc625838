//! `cargo xtask simulate`: centre, network, disks and desktops in worlds out of seeds.

use crate::tools::cargo;
use anyhow::{Context, Result, bail};
use clap::Args;

#[derive(Args)]
pub(crate) struct Worlds {
    /// How many seeds.
    #[arg(long)]
    seeds: Option<u64>,
    /// The first of them.
    #[arg(long)]
    from: Option<u64>,
    /// This one alone, with all that happens in it.
    #[arg(long, conflicts_with_all = ["seeds", "from"])]
    seed: Option<u64>,
    /// With this mistake built in, such as hub-skips.
    #[arg(long)]
    planted: Option<String>,
}

/// Builds what lives through them, and passes on what it tells.
pub(crate) fn run(worlds: &Worlds) -> Result<()> {
    let mut simulate = cargo();
    simulate.args(["run", "--quiet", "--profile", "days"]);
    simulate.args(["-p", "dealbell-simulation", "--bin", "simulate", "--"]);
    for (name, value) in [
        ("--seeds", worlds.seeds),
        ("--from", worlds.from),
        ("--seed", worlds.seed),
    ] {
        simulate.args(value.map(|value| format!("{name}={value}")));
    }
    simulate.args(
        worlds
            .planted
            .as_ref()
            .map(|planted| format!("--planted={planted}")),
    );
    if !simulate.status().context("cargo")?.success() {
        bail!("not everything held");
    }
    Ok(())
}
