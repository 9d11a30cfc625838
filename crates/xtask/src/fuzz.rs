//! `cargo xtask fuzz`: libFuzzer on every target of `crates/fuzz`, one after another.
//!
//! On stable Rust, without sanitizers: our code has no `unsafe`, so there is nothing for them to find
//! that a panic does not show. What is needed is to know which ways were taken, and the compiler's
//! flags for that are stable. They are given to our own crates alone, by standing between cargo and
//! rustc, so that no library is built a second time.

use crate::tools::{cargo, follow, root, say, step, target};
use anyhow::{Result, bail};
use clap::Args;
use std::ffi::OsString;
use std::fs;
use std::process::{Command, ExitCode};

/// Set where we are to pass a call of rustc on.
const BETWEEN: &str = "DEALBELL_FUZZ_RUSTC";
/// More is a leak, MiB.
const MEMORY: u32 = 1_024;
/// Longer is a hang, seconds.
const HANG: u32 = 10;

/// What makes the compiler note the ways that are taken.
const NOTED: &[&str] = &[
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Ccodegen-units=1",
];

#[derive(Args)]
pub(crate) struct Fuzzing {
    /// One target; else every one.
    #[arg(long)]
    target: Option<String>,
    /// How long each: 60s, 10m, 1h.
    #[arg(long = "for", default_value = "10m", value_parser = seconds)]
    time: u64,
}

/// 60s, 10m, 1h, or seconds.
fn seconds(text: &str) -> Result<u64, String> {
    let (number, unit) = match text.chars().last() {
        Some('s') => (text.trim_end_matches('s'), 1),
        Some('m') => (text.trim_end_matches('m'), 60),
        Some('h') => (text.trim_end_matches('h'), 3_600),
        _ => (text, 1),
    };
    let number: u64 = number.parse().map_err(|_| "such as 60s, 10m or 1h")?;
    Ok(number * unit)
}

/// Passes a call of rustc on, where cargo has put us between; none where it has not.
pub(crate) fn between() -> Option<ExitCode> {
    std::env::var_os(BETWEEN)?;
    let mut arguments = std::env::args_os().skip(1);
    let mut rustc = Command::new(arguments.next()?);
    let arguments: Vec<OsString> = arguments.collect();
    let ours = arguments.windows(2).any(|pair| {
        let name = pair[1].to_string_lossy();
        pair[0] == "--crate-name" && (name.starts_with("dealbell_") || name == "fuzz")
    });
    rustc.args(arguments);
    if ours {
        rustc.args(NOTED);
    }
    let ended = rustc.status().ok()?;
    let code = ended.code().and_then(|code| u8::try_from(code).ok());
    Some(ExitCode::from(code.unwrap_or(1)))
}

/// Builds and runs them; an error where a promise was broken.
pub(crate) fn run(wanted: &Fuzzing) -> Result<()> {
    let seeds = root().join("crates/fuzz/seeds");
    let mut names = Vec::new();
    for entry in fs::read_dir(&seeds)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    if let Some(one) = &wanted.target {
        if !names.contains(one) {
            bail!("there is no target {one}; there are {}", names.join(", "));
        }
        names.retain(|name| name == one);
    }
    let arguments = [
        "build",
        "-p",
        "dealbell-fuzz",
        "--bin",
        "fuzz",
        "--features",
        "guided",
    ];
    step(
        "Building the targets",
        cargo()
            .args(arguments)
            .args(["--profile", "days"])
            .env("RUSTC_WORKSPACE_WRAPPER", std::env::current_exe()?)
            .env(BETWEEN, "1"),
    )?;
    let program = target().join("days/fuzz");
    let folder = target().join("fuzz");
    let mut rows = Vec::new();
    let mut broken = false;
    for name in names {
        let corpus = folder.join("corpus").join(&name);
        let findings = folder.join("findings").join(&name);
        fs::create_dir_all(&corpus)?;
        fs::create_dir_all(&findings)?;
        let mut fuzz = Command::new(&program);
        fuzz.env("DEALBELL_FUZZ", &name)
            .arg(&corpus)
            .arg(seeds.join(&name))
            .arg(format!("-max_total_time={}", wanted.time))
            .arg(format!("-rss_limit_mb={MEMORY}"))
            .arg(format!("-timeout={HANG}"))
            .args(["-max_len=8192", "-print_final_stats=1"])
            .arg(format!("-artifact_prefix={}/", findings.display()));
        let ran = follow(&format!("{name}, {} s", wanted.time), &mut fuzz)?;
        let row = Row::of(&name, &ran.lines);
        if !ran.success {
            broken = true;
            let tail: Vec<_> = ran.lines.iter().rev().take(60).rev().cloned().collect();
            println!("{}", tail.join("\n"));
            say(&format!("What breaks {name} is in {}", findings.display()));
        }
        rows.push((row, ran.success));
    }
    println!("| target | runs | ways | memory, MiB | |\n|---|---|---|---|---|");
    for (row, good) in &rows {
        let verdict = if *good { "kept" } else { "BROKEN" };
        let Row {
            name,
            runs,
            ways,
            memory,
        } = row;
        println!("| {name} | {runs} | {ways} | {memory} | {verdict} |");
    }
    match broken {
        true => bail!("a promise was broken"),
        false => Ok(()),
    }
}

/// What a run says of itself.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    name: String,
    runs: String,
    ways: String,
    memory: String,
}

impl Row {
    fn of(name: &str, lines: &[String]) -> Self {
        let after = |word: &str| {
            let line = lines.iter().rev().find(|line| line.contains(word))?;
            let rest = line.split_once(word)?.1.trim();
            Some(rest.split(' ').next().unwrap_or_default().to_owned())
        };
        let told = |word| after(word).unwrap_or_else(|| "?".to_owned());
        Self {
            name: name.to_owned(),
            runs: told("stat::number_of_executed_units:"),
            ways: told(" cov:"),
            memory: told("stat::peak_rss_mb:"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_figures_are_read() {
        assert_eq!(seconds("90"), Ok(90));
        assert_eq!(seconds("10m"), Ok(600));
        assert_eq!(seconds("1h"), Ok(3_600));
        assert!(seconds("soon").is_err());
        let lines = [
            "#5 INITED cov: 71 ft: 99 corp: 3/9b",
            "#9 DONE   cov: 72 ft: 99 corp: 3/9b",
            "stat::number_of_executed_units: 12345",
            "stat::peak_rss_mb:              61",
        ]
        .map(str::to_owned);
        let row = Row::of("links", &lines);
        let figures = [row.runs, row.ways, row.memory];
        assert_eq!(figures, ["12345", "72", "61"]);
    }
}
