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
    /// So many at once; as many as there are processors where it is missing.
    #[arg(long)]
    jobs: Option<u64>,
    /// With this mistake built in, such as hub-skips.
    #[arg(long)]
    planted: Option<String>,
}

/// Builds what lives through them, and passes on what it tells.
pub(crate) fn run(worlds: &Worlds) -> Result<()> {
    let mut simulate = cargo();
    simulate.args(["run", "--quiet", "--profile", "days"]);
    simulate.args(["-p", "dealbell-simulation", "--bin", "simulate", "--"]);
    simulate.args(worlds.arguments());
    if !simulate.status().context("cargo")?.success() {
        bail!("not everything held");
    }
    Ok(())
}

impl Worlds {
    /// The same, as `simulate` takes it.
    fn arguments(&self) -> Vec<String> {
        let numbers = [
            ("--seeds", self.seeds),
            ("--from", self.from),
            ("--seed", self.seed),
            ("--jobs", self.jobs),
        ];
        let numbers = numbers
            .into_iter()
            .filter_map(|(name, value)| Some(format!("{name}={}", value?)));
        let planted = self.planted.iter();
        numbers
            .chain(planted.map(|planted| format!("--planted={planted}")))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        worlds: Worlds,
    }

    fn passed_on(line: &str) -> Option<Vec<String>> {
        let words = std::iter::once("simulate").chain(line.split_whitespace());
        let cli = Cli::try_parse_from(words).ok()?;
        Some(cli.worlds.arguments())
    }

    #[test]
    fn a_seed_is_replayed_alone_and_a_range_as_one_likes() {
        let seed = passed_on("--seed 1562 --planted hub-skips").unwrap();
        assert_eq!(seed, ["--seed=1562", "--planted=hub-skips"]);
        let range = passed_on("--seeds 500 --from 2000 --jobs 1").unwrap();
        assert_eq!(range, ["--seeds=500", "--from=2000", "--jobs=1"]);
        assert_eq!(passed_on("").unwrap(), [""; 0]);
        assert_eq!(passed_on("--seed 1 --seeds 2"), None);
    }
}
