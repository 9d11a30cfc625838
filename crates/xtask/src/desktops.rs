//! `cargo xtask check-desktops`: ten starts of the app on each real desktop, under load.

use crate::machine::{BUILD, Need, SCREEN, is_root, provide};
use crate::tools::{follow, root, say, step, target};
use crate::{show, ui};
use anyhow::{Context, Result, bail};
use clap::Args;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

#[derive(Args)]
pub(crate) struct Trials {
    /// Only the desktop of this name: xfce or gnome.
    only: Option<String>,
    /// How often the app is started on each.
    #[arg(long, default_value_t = 10)]
    starts: u32,
    /// A Debian with GNOME in a folder of its own, as --prepare makes it: GNOME is tried in there.
    #[arg(long, value_name = "DIR", conflicts_with = "prepare")]
    root: Option<PathBuf>,
    /// Make such a Debian in this new folder (1.5 GB, root's rights) and try GNOME in it.
    #[arg(long, value_name = "DIR")]
    prepare: Option<PathBuf>,
    /// Programs built before, instead of building them: the folder with dealbell, dealbell-centre and stage.
    #[arg(long, value_name = "DIR")]
    programs: Option<PathBuf>,
}

/// To make a root aside.
const DEBOOTSTRAP: Need = Need {
    why: "to make a Debian in a folder",
    packages: &["debootstrap"],
};

/// GNOME, what the app links to, and what looks at the screen; for that root alone.
const GNOME: [&str; 15] = [
    "gnome-shell",
    "gnome-shell-extension-appindicator",
    "gjs",
    "dbus",
    "libgl1-mesa-dri",
    "libwebkit2gtk-4.1-0",
    "librsvg2-common",
    "libxdo3",
    "xdg-utils",
    "libglib2.0-bin",
    "gsettings-desktop-schemas",
    "adwaita-icon-theme",
    "fonts-dejavu-core",
    "imagemagick",
    "ca-certificates",
];

/// The desktops, by the names the stage knows.
const DESKTOPS: [&str; 2] = ["xfce", "gnome"];
/// Where Debian's package puts the extension without which GNOME has no tray.
const EXTENSION: &str = "usr/share/gnome-shell/extensions/ubuntu-appindicators@ubuntu.com";

/// Sets up, builds, and tries every desktop that can be had.
pub(crate) fn run(trials: &Trials) -> Result<()> {
    let only = trials.only.as_deref();
    if only.is_some_and(|only| !DESKTOPS.contains(&only)) {
        bail!("the desktops are {}", DESKTOPS.join(" and "));
    }
    if let Some(folder) = &trials.prepare {
        prepare(folder)?;
    }
    let programs = match &trials.programs {
        Some(programs) => fs::canonicalize(programs)?,
        None => build()?,
    };
    let other_root = trials.root.as_ref().or(trials.prepare.as_ref());
    let (mut told, mut all_well) = (Vec::new(), true);
    for name in DESKTOPS {
        if only.is_some_and(|only| only != name) {
            continue;
        }
        let inside = other_root.filter(|_| name == "gnome");
        if let Some(missing) = missing(name, inside) {
            told.push(format!("{name}: skipped, {missing}"));
            continue;
        }
        let pictures = root().join("target/desktops").join(name);
        // Old pictures would pass for new ones.
        let _ = fs::remove_dir_all(&pictures);
        fs::create_dir_all(&pictures)?;
        let mut stage = match inside {
            Some(inside) => inside_root(inside, &programs, &pictures)?,
            None => staged(Command::new("env"), &programs, &pictures),
        };
        let count = trials.starts.to_string();
        stage.args(["--trial", name, "--starts", &count]);
        let tried = follow(&format!("{count} starts on {name}"), &mut stage)?;
        say(&format!("Pictures are in {}", pictures.display()));
        for line in &tried.lines {
            println!("  {line}");
        }
        all_well &= tried.success;
        told.push(format!("{name}:"));
        told.extend(table(&tried.lines));
        if !tried.success {
            told.push(format!("{name}: NOT every start went well"));
        }
    }
    println!("{}", told.join("\n"));
    if all_well {
        Ok(())
    } else {
        bail!("not every start went well")
    }
}

/// The stage's table among what it prints, to the line that sums up.
fn table(lines: &[String]) -> Vec<String> {
    let starts = lines.iter().position(|line| line.contains("of all"));
    let ends = lines
        .iter()
        .position(|line| line.ends_with("starts went well"));
    match (starts, ends) {
        (Some(starts), Some(ends)) if starts < ends => lines[starts..=ends].to_vec(),
        _ => Vec::new(),
    }
}

fn build() -> Result<PathBuf> {
    provide(&[&BUILD, &SCREEN])?;
    ui::build()?;
    step("Building the app and its programs", &mut show::build())?;
    Ok(target().join("debug"))
}

/// Why a desktop cannot be had; nothing where it can.
fn missing(name: &str, inside: Option<&PathBuf>) -> Option<String> {
    let base = inside.map_or(Path::new("/"), PathBuf::as_path);
    let has = |program: &str| base.join("usr/bin").join(program).is_file();
    let wanted: &[&str] = match name {
        "gnome" => &["gnome-shell", "gjs", "convert"],
        _ => &["xfce4-panel", "dunst", "Xvfb", "xdotool", "import"],
    };
    if let Some(absent) = wanted.iter().find(|program| !has(program)) {
        let advice = match name {
            "gnome" => "; --prepare DIR makes a Debian with GNOME aside",
            _ => "",
        };
        return Some(format!("{absent} is not installed{advice}"));
    }
    if name == "gnome" && !base.join(EXTENSION).is_dir() {
        return Some("the package gnome-shell-extension-appindicator is not installed".into());
    }
    if inside.is_some() && !is_root() {
        return Some("entering another root takes root's rights".into());
    }
    None
}

/// `env NAME=VALUE stage --pictures … --app …`, with the folders as the stage sees them.
fn staged(mut env: Command, seen: &Path, pictures: &Path) -> Command {
    let centre = seen.join("dealbell-centre");
    env.arg(format!("DEALBELL_CENTRE_BIN={}", centre.display()));
    env.arg(seen.join("stage"));
    env.arg("--pictures").arg(pictures);
    env.arg("--app").arg(seen.join("dealbell"));
    env
}

/// The same in a root prepared aside, in namespaces of its own: whatever it starts and mounts goes with it.
fn inside_root(inside: &Path, programs: &Path, pictures: &Path) -> Result<Command> {
    let mut enter = Command::new("unshare");
    enter.args([
        "--mount",
        "--pid",
        "--fork",
        "--kill-child",
        "sh",
        "-euc",
        ENTER,
        "sh",
    ]);
    enter.arg(fs::canonicalize(inside)?);
    enter.arg(programs).arg(pictures);
    let [programs, pictures] = ["/tmp/programs", "/tmp/pictures"].map(Path::new);
    Ok(staged(enter, programs, pictures))
}

/// Mounts what a session needs into a root, then the programs and the folder for pictures, and
/// runs the rest of its arguments in there.
const ENTER: &str = r#"
root=$1 programs=$2 pictures=$3
shift 3
mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/tmp"
mkdir "$root/tmp/programs" "$root/tmp/pictures"
mount --bind "$programs" "$root/tmp/programs"
mount --bind "$pictures" "$root/tmp/pictures"
exec chroot "$root" env -i PATH=/usr/bin:/bin:/usr/sbin:/sbin "$@"
"#;

/// Makes a Debian of this machine's own release, with GNOME, in a folder.
fn prepare(folder: &Path) -> Result<()> {
    if missing("gnome", Some(&folder.to_owned())).is_none() {
        say("The folder has GNOME already.");
        return Ok(());
    }
    if !is_root() {
        bail!("making a Debian in a folder takes root's rights");
    }
    if folder.join("etc").exists() {
        bail!("{} holds another system", folder.display());
    }
    provide(&[&DEBOOTSTRAP])?;
    let release = fs::read_to_string("/etc/os-release").context("which system this is")?;
    let codename = release
        .lines()
        .find_map(|line| line.strip_prefix("VERSION_CODENAME="));
    let codename = codename.context("this system's release has no name")?;
    step(
        "Making a Debian (some minutes)",
        Command::new("debootstrap")
            .args(["--variant=minbase", codename])
            .arg(folder),
    )?;
    fs::copy("/etc/resolv.conf", folder.join("etc/resolv.conf"))?;
    let mut install = Command::new("unshare");
    install.args([
        "--mount",
        "--pid",
        "--fork",
        "--kill-child",
        "sh",
        "-euc",
        INSTALL,
        "sh",
    ]);
    install.arg(folder).args(GNOME);
    step("Installing GNOME into it (some minutes)", &mut install)
}

const INSTALL: &str = r#"
root=$1
shift
mount -t proc proc "$root/proc"
exec chroot "$root" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
"#;

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn the_table_is_told_without_the_log_of_what_failed() {
        let printed = [
            "start 1: registered NO · FAILED: the app",
            "some log",
            "            of all  half within",
            "registered     0/1            –",
            "0 of 1 starts went well",
            "Error: not every start went well",
            "   0: a backtrace",
        ]
        .map(str::to_owned);
        assert_eq!(table(&printed), printed[2..5]);
        assert!(table(&printed[..2]).is_empty(), "it never came to a table");
    }
}
