//! Running other programs, telling what happens and for how long.

use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// The project's root.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

/// Where cargo puts what it builds.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// The same cargo that runs us.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root()).env("CARGO_TERM_COLOR", "never");
    command
}

/// A line for the person who started us.
pub(crate) fn say(text: &str) {
    if std::io::stdout().is_terminal() {
        println!("\x1b[1m›\x1b[0m {text}");
    } else {
        println!("› {text}");
    }
}

/// Runs a command whose output is of interest only when it fails; shows its last line meanwhile.
pub(crate) fn step(what: &str, command: &mut Command) -> Result<()> {
    let output = follow(what, command)?;
    if output.success {
        return Ok(());
    }
    let tail: Vec<_> = output.lines.iter().rev().take(80).rev().cloned().collect();
    bail!("{what} failed:\n{}", tail.join("\n"))
}

/// What a followed command printed.
pub(crate) struct Followed {
    pub(crate) success: bool,
    pub(crate) lines: Vec<String>,
}

impl Followed {
    /// Takes another into account: what it printed is of interest where it failed.
    pub(crate) fn add(&mut self, other: Self) {
        if !other.success {
            self.success = false;
            self.lines.extend(other.lines);
        }
    }
}

/// Runs a command to its end, standard output and error together, showing progress.
pub(crate) fn follow(what: &str, command: &mut Command) -> Result<Followed> {
    let started = Instant::now();
    say(what);
    let (reader, writer) = std::io::pipe()?;
    let mut child = command
        .stdin(Stdio::null())
        .stdout(writer.try_clone()?)
        .stderr(writer)
        .spawn()
        .with_context(|| format!("{what}: {command:?} did not start"))?;
    // Our own copies of the writing end must go, or the reader never sees the end.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut lines = Vec::new();
    let live = std::io::stdout().is_terminal();
    for line in BufReader::new(reader).lines().map_while(Result::ok) {
        if live {
            let short: String = line.chars().take(90).collect();
            print!("\r\x1b[2K  {:>4} s  {short}", started.elapsed().as_secs());
            let _ = std::io::stdout().flush();
        }
        lines.push(line);
    }
    let success = child.wait()?.success();
    if live {
        print!("\r\x1b[2K");
    }
    let verdict = if success { "done" } else { "FAILED" };
    println!("  {verdict} in {} s", started.elapsed().as_secs());
    Ok(Followed { success, lines })
}

/// What a command prints, trimmed; an error where it fails.
pub(crate) fn capture(command: &mut Command) -> Result<String> {
    let output = command.output()?;
    if !output.status.success() {
        bail!("{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// A program of crates.io, installed once into the target folder.
pub(crate) fn crate_program(name: &str, version: &str) -> Result<PathBuf> {
    let folder = target().join("tools");
    let program = folder.join("bin").join(name);
    let stamp = folder.join(format!("{name}-{version}"));
    if !(program.exists() && stamp.exists()) {
        step(
            &format!("Building {name} {version} (once)"),
            cargo()
                .args(["install", "--locked", "--quiet", "--root"])
                .arg(&folder)
                .args(["--version", version, name])
                .env("CARGO_TARGET_DIR", target().join("tools-build")),
        )?;
        std::fs::write(stamp, "")?;
    }
    Ok(program)
}

/// The npm packages that `tests/{name}` locks, installed once into the target folder.
pub(crate) fn npm_client(name: &str) -> Result<PathBuf> {
    let wanted = root().join("tests").join(name);
    let what = "Installing a third-party CRM client for Node.js";
    npm_folder(&wanted, name, what)
}

/// The npm packages that the lock file in `wanted` names, installed once into `npm/{name}` of the
/// target folder.
pub(crate) fn npm_folder(wanted: &Path, name: &str, what: &str) -> Result<PathBuf> {
    let folder = target().join("npm").join(name);
    let (lock, stamp) = ("package-lock.json", folder.join("installed"));
    let locked = std::fs::read(wanted.join(lock))?;
    if std::fs::read(&stamp).is_ok_and(|installed| installed == locked) {
        return Ok(folder);
    }
    std::fs::create_dir_all(&folder)?;
    for file in ["package.json", lock] {
        std::fs::copy(wanted.join(file), folder.join(file))?;
    }
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let mut npm = Command::new(npm);
    npm.args(["ci", "--no-audit", "--no-fund"]);
    step(what, npm.current_dir(&folder))?;
    std::fs::write(stamp, locked)?;
    Ok(folder)
}
