//! `cargo xtask check-platforms`: the app type-checks for Windows and macOS without leaving Linux,
//! and where it is asked to, links for Windows.

use crate::machine::{PLATFORMS, provide};
use crate::tools::{Followed, capture, cargo, follow, say, target};
use crate::ui;
use anyhow::Result;
use clap::Args;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

#[derive(Args)]
pub(crate) struct Depth {
    /// Link the Windows program too; takes many minutes the first time.
    #[arg(long)]
    link: bool,
}

/// The Windows that Debian has a compiler and a linker for.
const WINDOWS: &str = "x86_64-pc-windows-gnu";
/// Those whose C compiler is not to be had here: C sources are passed over.
const WITHOUT_C: [&str; 2] = ["x86_64-pc-windows-msvc", "aarch64-apple-darwin"];

/// Sets up and checks every target that can be had.
pub(crate) fn run(depth: &Depth) -> Result<()> {
    provide(&[&PLATFORMS])?;
    ui::build()?;
    let mut checked = check(true)?;
    if depth.link && has(WINDOWS) {
        checked.add(build(WINDOWS, "build", "Linking for")?);
    }
    if checked.success {
        return Ok(());
    }
    anyhow::bail!("{}", checked.lines.join("\n"))
}

/// Type-checks the targets that can be had, of the two Windows one unless `all` are wanted; a line
/// with its time for each.
pub(crate) fn check(all: bool) -> Result<Followed> {
    let windows = all.then_some(WINDOWS);
    let mut checked = Followed {
        success: true,
        lines: Vec::new(),
    };
    for triple in windows.into_iter().chain(WITHOUT_C) {
        if has(triple) {
            checked.add(build(triple, "check", "Type-checking for")?);
        } else {
            say(&format!("Skipped {triple}: rustup cannot give it here"));
        }
    }
    Ok(checked)
}

/// Whether there is a standard library for a target, if need be by getting it.
fn has(triple: &str) -> bool {
    let known = capture(Command::new("rustup").args(["target", "list", "--installed"]));
    known.is_ok_and(|known| known.lines().any(|line| line == triple))
        || capture(Command::new("rustup").args(["target", "add", triple])).is_ok()
}

fn build(triple: &str, act: &str, what: &str) -> Result<Followed> {
    let mut command = cargo();
    command.args([act, "-p", "dealbell", "--target", triple]);
    command.env("CARGO_PROFILE_DEV_DEBUG", "0");
    if WITHOUT_C.contains(&triple) {
        let [compiler, archiver] = stand_ins()?;
        let name = triple.replace('-', "_");
        command.env(format!("CC_{name}"), &compiler);
        command.env(format!("CXX_{name}"), &compiler);
        command.env(format!("AR_{name}"), &archiver);
    }
    follow(&format!("{what} {triple}"), &mut command)
}

/// A compiler and an archiver that write empty files wherever they are told to write.
fn stand_ins() -> Result<[PathBuf; 2]> {
    let folder = target().join("stand-ins");
    fs::create_dir_all(&folder)?;
    let make = |name: &str, script: &str| -> Result<PathBuf> {
        let file = folder.join(name);
        fs::write(&file, script)?;
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755))?;
        Ok(file)
    };
    Ok([make("cc", COMPILER)?, make("ar", ARCHIVER)?])
}

/// `-o FILE` as gcc and clang take it, `-FoFILE` as Microsoft's does.
const COMPILER: &str = "#!/bin/sh
while [ $# -gt 0 ]; do
    case \"$1\" in
        -o) shift; : > \"$1\" ;;
        -Fo*) : > \"${1#-Fo}\" ;;
        /Fo*) : > \"${1#/Fo}\" ;;
    esac
    shift
done
";

/// `cq FILE …` as ar takes it, `-out:FILE` as Microsoft's does.
const ARCHIVER: &str = "#!/bin/sh
for word in \"$@\"; do
    case \"$word\" in
        -out:*) : > \"${word#-out:}\"; exit ;;
        /out:*) : > \"${word#/out:}\"; exit ;;
        *.a|*.lib) : > \"$word\"; exit ;;
    esac
done
";
