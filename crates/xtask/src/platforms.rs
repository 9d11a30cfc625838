//! `cargo xtask check-platforms`: the app type-checks for Windows and macOS, and links for Windows,
//! without leaving Linux.

use crate::machine::{PLATFORMS, provide};
use crate::tools::{Followed, capture, cargo, follow, say, target};
use crate::ui;
use anyhow::Result;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

/// What is done for a target.
enum Depth {
    /// Compiled and linked by a real linker.
    Link,
    /// Type-checked; C sources are passed over, since their compiler is not to be had here.
    Check,
}

/// The targets, and how deep each can be tried from here.
const TARGETS: [(&str, Depth); 3] = [
    ("x86_64-pc-windows-gnu", Depth::Link),
    ("x86_64-pc-windows-msvc", Depth::Check),
    ("aarch64-apple-darwin", Depth::Check),
];

/// Sets up and checks every target that can be had.
pub(crate) fn run() -> Result<()> {
    provide(&[&PLATFORMS])?;
    ui::build()?;
    let checked = check()?;
    if checked.success {
        return Ok(());
    }
    anyhow::bail!("{}", checked.lines.join("\n"))
}

/// Checks every target that can be had; a line for each.
pub(crate) fn check() -> Result<Followed> {
    let mut all = Followed {
        success: true,
        lines: Vec::new(),
    };
    for (triple, depth) in &TARGETS {
        let Some(mut command) = command(triple, depth)? else {
            say(&format!("Skipped {triple}: rustup cannot give it here"));
            continue;
        };
        let checked = follow(&format!("{} {triple}", word(depth)), &mut command)?;
        if !checked.success {
            all.success = false;
            all.lines.extend(checked.lines);
        }
    }
    Ok(all)
}

fn word(depth: &Depth) -> &'static str {
    match depth {
        Depth::Link => "Linking for",
        Depth::Check => "Type-checking for",
    }
}

/// The build for a target; none where the target cannot be had.
fn command(triple: &str, depth: &Depth) -> Result<Option<Command>> {
    let known = capture(Command::new("rustup").args(["target", "list", "--installed"]));
    let Ok(known) = known else { return Ok(None) };
    if !known.lines().any(|line| line == triple)
        && capture(Command::new("rustup").args(["target", "add", triple])).is_err()
    {
        return Ok(None);
    }
    let mut command = cargo();
    let act = match depth {
        Depth::Link => "build",
        Depth::Check => "check",
    };
    command.args([act, "-p", "dealbell", "--target", triple]);
    command.env("CARGO_PROFILE_DEV_DEBUG", "0");
    if let Depth::Check = depth {
        let [compiler, archiver] = stand_ins()?;
        let name = triple.replace('-', "_");
        command.env(format!("CC_{name}"), &compiler);
        command.env(format!("CXX_{name}"), &compiler);
        command.env(format!("AR_{name}"), &archiver);
    }
    Ok(Some(command))
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
