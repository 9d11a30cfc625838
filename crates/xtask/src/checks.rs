//! `cargo xtask test`: every check there is, counted, ending in `N passed, M failed`.

use crate::centre;
use crate::licences;
use crate::machine::{BUILD, PACKAGE, PLATFORMS, SCREEN, TEST, is_root, provide};
use crate::package;
use crate::platforms;
use crate::supply;
use crate::tools::{
    Followed, capture, cargo, crate_program, follow, npm_client, root, say, step, target,
};
use crate::ui;
use anyhow::{Result, bail};
use clap::Args;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

const MACHETE: &str = "0.9.2";
const TAURI_DRIVER: &str = "2.1.0";

#[derive(Args)]
pub(crate) struct Selection {
    /// Only checks whose name contains this.
    only: Option<String>,
    /// All of the simulated days, and every system it is built for: half an hour more.
    #[arg(long)]
    full: bool,
}

/// Sets up and runs the checks. Each goes on after another failed: one run tells everything.
pub(crate) fn run(selection: &Selection) -> Result<()> {
    provide(&[&BUILD, &SCREEN, &TEST, &PACKAGE, &PLATFORMS])?;
    ui::build()?;
    let mut tally = Tally {
        only: selection.only.clone(),
        passed: 0,
        failed: 0,
        took: Vec::new(),
    };
    tally.check("ui: types and accessibility hints", || {
        ui::script("svelte-check", "check")
    })?;
    tally.check("ui: unit tests", || ui::script("vitest", "test"))?;
    tally.check("ui: axe on every page", || ui::script("axe", "axe"))?;
    tally.check("rust: formatting", || {
        follow("cargo fmt", cargo().args(["fmt", "--all", "--check"]))
    })?;
    tally.check("rust: unused dependencies", || {
        let machete = crate_program("cargo-machete", MACHETE)?;
        follow("cargo machete", Command::new(machete).current_dir(root()))
    })?;
    tally.check("rust: one zbus, blocking without its timer", one_zbus)?;
    tally.check("licences: the list is current", licences::check)?;
    tally.check(
        "supply: licences, sources, duplicates, locks",
        supply::check,
    )?;
    tally.check("rust: clippy, warnings are errors", || {
        let arguments = [
            "clippy",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ];
        follow("cargo clippy", cargo().args(arguments))
    })?;
    tally.check("rust: documentation", || {
        let mut doc = cargo();
        doc.args([
            "doc",
            "--workspace",
            "--no-deps",
            "--document-private-items",
        ]);
        follow("cargo doc", doc.env("RUSTDOCFLAGS", "-D warnings"))
    })?;
    tally.check("rust: tests", rust_tests)?;
    tally.check("centre: static, in a container, as a service", handed_out)?;
    tally.check("rust: other systems", || platforms::check(selection.full))?;
    tally.check("rust: simulated working days", || {
        let arguments = ["test", "-p", "dealbell-days", "--profile", "days"];
        let mut days = cargo();
        days.args(arguments).arg("--no-fail-fast");
        if selection.full {
            days.args(["--", "--include-ignored"]);
        }
        follow("cargo test", &mut days)
    })?;
    tally.check("rust: simulated worlds", || {
        let arguments = ["test", "-p", "dealbell-simulation", "--profile", "days"];
        follow("cargo test", cargo().args(arguments).arg("--no-fail-fast"))
    })?;
    tally.took.sort_by_key(|(took, _)| std::cmp::Reverse(*took));
    for (took, name) in &tally.took {
        println!("{:>6} s  {name}", took.as_secs());
    }
    println!("{} passed, {} failed", tally.passed, tally.failed);
    if tally.passed + tally.failed == 0 {
        bail!("no check has that in its name");
    }
    if tally.failed == 0 {
        Ok(())
    } else {
        bail!("not everything passed")
    }
}

/// Writes `ui/src/generated/protocol.ts` anew.
pub(crate) fn write_types() -> Result<()> {
    let mut test = cargo();
    test.args([
        "test",
        "--quiet",
        "-p",
        "dealbell-protocol",
        "--test",
        "typescript",
    ]);
    step(
        "Writing TypeScript types",
        test.env("DEALBELL_WRITE_TYPES", "1"),
    )
}

struct Tally {
    only: Option<String>,
    passed: u32,
    failed: u32,
    /// How long each check took: whoever wants a shorter run looks here first.
    took: Vec<(Duration, String)>,
}

impl Tally {
    fn check(&mut self, name: &str, check: impl FnOnce() -> Result<Followed>) -> Result<()> {
        if self
            .only
            .as_ref()
            .is_some_and(|only| !name.contains(only.as_str()))
        {
            return Ok(());
        }
        say(name);
        let begun = Instant::now();
        let outcome = check().unwrap_or_else(|error| Followed {
            success: false,
            lines: vec![format!("{error:#}")],
        });
        self.took.push((begun.elapsed(), name.to_owned()));
        let (passed, failed) = count(&outcome.lines);
        // A check that counts nothing is one check; a broken build is one failure.
        self.passed += if passed + failed == 0 {
            u32::from(outcome.success)
        } else {
            passed
        };
        self.failed += if outcome.success { 0 } else { failed.max(1) };
        if !outcome.success {
            println!("{}", outcome.lines.join("\n"));
        }
        Ok(())
    }
}

/// Sums up what cargo's test runner and vitest say at the end of each file.
fn count(lines: &[String]) -> (u32, u32) {
    let mut sum = (0, 0);
    for line in lines {
        let plain = line.trim_start();
        let is_cargo = plain.starts_with("test result:");
        let is_vitest = plain.starts_with("Tests ");
        if is_cargo || is_vitest {
            sum.0 += number_before(plain, "passed");
            sum.1 += number_before(plain, "failed");
        }
    }
    sum
}

fn number_before(line: &str, word: &str) -> u32 {
    let words: Vec<_> = line
        .split([' ', ';'])
        .filter(|part| !part.is_empty())
        .collect();
    let at = words.iter().position(|&part| part == word);
    at.and_then(|at| words.get(at.checked_sub(1)?)?.parse().ok())
        .unwrap_or(0)
}

fn rust_tests() -> Result<Followed> {
    let driver = crate_program("tauri-driver", TAURI_DRIVER)?;
    let judges = python("judges", "tests/judges/requirements.txt")?;
    let python = third_party_python()?;
    let amo = npm_client("shevernitskiy")?;
    let build = follow(
        "Building the app and all tests",
        cargo().args(["build", "--workspace", "--bins"]),
    )?;
    if !build.success {
        return Ok(build);
    }
    let packages = if is_debian_12() {
        package::for_tests(&target().join("debug"))?
    } else {
        say("Skipped: packages are made and tried on Debian 12 alone");
        PathBuf::new()
    };
    if !is_root() {
        say("Skipped: installing the packages on a throw-away machine, which only root may mount");
    }
    let mut tests = cargo();
    tests
        .args(["test", "--workspace"])
        .args([
            "--exclude",
            "dealbell-days",
            "--exclude",
            "dealbell-simulation",
        ])
        // Its packages have a check of their own.
        .env_remove("DEALBELL_CENTRE_PACKAGE")
        .arg("--no-fail-fast")
        .env("DEALBELL_PACKAGES", packages)
        .env("DEALBELL_TAURI_DRIVER", driver)
        .env("DEALBELL_PYTHON", python)
        .env("DEALBELL_JUDGES", judges)
        .env("DEALBELL_AMO_CLIENT", amo);
    follow("cargo test", &mut tests)
}

/// The centre as others get it. Of the debug build, which takes a third of the time of the other.
fn handed_out() -> Result<Followed> {
    let folder = if is_debian_12() {
        centre::make(true)?
    } else {
        say("Skipped: the centre is packed and tried on Debian 12 alone");
        PathBuf::new()
    };
    let arguments = ["test", "-p", "dealbell-tests", "--test", "centre"];
    let mut tests = cargo();
    tests.args(arguments).env("DEALBELL_CENTRE_PACKAGE", folder);
    follow("cargo test", &mut tests)
}

fn is_debian_12() -> bool {
    std::fs::read_to_string("/etc/os-release").is_ok_and(|about| {
        about.lines().any(|line| line == "ID=debian")
            && about.lines().any(|line| line == "VERSION_ID=\"12\"")
    })
}

/// The Python with the clients that others wrote.
pub(crate) fn third_party_python() -> Result<PathBuf> {
    python("python", "tests/aioamocrm/requirements.txt")
}

/// A Python of our own with the third-party clients and parsers that judge our servers.
pub(crate) fn python(name: &str, requirements: &str) -> Result<PathBuf> {
    let wanted = root().join(requirements);
    let folder = target().join(name);
    let (python, stamp) = (folder.join("bin/python"), folder.join("requirements.txt"));
    let current = std::fs::read(&stamp).ok();
    if current.is_none() || current != std::fs::read(&wanted).ok() {
        step(
            "Making a Python environment",
            Command::new("python3").args(["-m", "venv"]).arg(&folder),
        )?;
        step(
            "Installing what others wrote for Python",
            Command::new(&python)
                .args([
                    "-m",
                    "pip",
                    "install",
                    "-q",
                    "--disable-pip-version-check",
                    "-r",
                ])
                .arg(&wanted),
        )?;
        std::fs::copy(wanted, stamp)?;
    }
    Ok(python)
}

/// A second zbus would double the bus code; `blocking` 1.7 wakes twice a second for nothing.
fn one_zbus() -> Result<Followed> {
    let tree = capture(cargo().args([
        "tree",
        "--workspace",
        "--target",
        "all",
        "-i",
        "zbus",
        "--depth",
        "0",
    ]));
    let blocking = capture(cargo().args(["tree", "--workspace", "-i", "blocking", "--depth", "0"]));
    let one = tree.as_ref().is_ok_and(|tree| tree.lines().count() == 1);
    let calm = blocking
        .as_ref()
        .is_ok_and(|line| line.starts_with("blocking v1.6."));
    let told = [tree, blocking].map(|line| line.unwrap_or_else(|error| error.to_string()));
    Ok(Followed {
        success: one && calm,
        lines: told.to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_both_runners_are_summed() {
        let lines = [
            "test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out",
            "test result: FAILED. 3 passed; 2 failed; 0 ignored",
            "      Tests  7 passed (7)",
            "nothing 5 passed",
        ]
        .map(str::to_owned);
        assert_eq!(count(&lines), (22, 2));
    }
}
