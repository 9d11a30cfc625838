//! What the machine must have, and getting it from Debian's packages.

use crate::tools::{capture, say, step};
use anyhow::{Result, bail};
use std::process::Command;

/// A purpose and the packages it takes.
pub(crate) struct Need {
    pub(crate) why: &'static str,
    pub(crate) packages: &'static [&'static str],
}

/// To build the desktop app.
pub(crate) const BUILD: Need = Need {
    why: "to build the app (C compiler, GTK and WebKit headers)",
    packages: &[
        "build-essential",
        "pkg-config",
        "libwebkit2gtk-4.1-dev",
        "librsvg2-dev",
        "libxdo-dev",
        "dbus",
        "xdg-utils",
    ],
};

/// To show it where there is no screen.
pub(crate) const SCREEN: Need = Need {
    why: "to make a private desktop, as this machine has no screen",
    packages: &[
        "xvfb",
        "dunst",
        "openbox",
        "xfce4-panel",
        "imagemagick",
        "xdotool",
        "fonts-dejavu-core",
        "fonts-inter",
        "xfconf",
        "fonts-noto-color-emoji",
        "adwaita-icon-theme",
        "librsvg2-common",
    ],
};

/// To test it.
pub(crate) const TEST: Need = Need {
    why: "to drive the window, the keyring and third-party clients in tests",
    packages: &[
        "webkit2gtk-driver",
        "wmctrl",
        "chromium",
        "chromium-driver",
        "gnome-keyring",
        "gsettings-desktop-schemas",
        "dconf-gsettings-backend",
        "libglib2.0-bin",
        "python3",
        "python3-venv",
    ],
};

/// To measure the centre beside them.
pub(crate) const SERVERS: Need = Need {
    why: "to run what the centre is measured beside (nginx with nchan)",
    packages: &["build-essential", "nginx", "libnginx-mod-nchan"],
};

/// To measure it beside others.
pub(crate) const PEERS: Need = Need {
    why: "to run gotify-tray beside it",
    packages: &[
        "python3",
        "python3-venv",
        "libegl1",
        "libxcb-cursor0",
        "libxcb-icccm4",
        "libxcb-keysyms1",
        "libxkbcommon-x11-0",
    ],
};

/// To build for Windows.
pub(crate) const PLATFORMS: Need = Need {
    why: "to build for Windows from here",
    packages: &[
        "gcc-mingw-w64-x86-64",
        "g++-mingw-w64-x86-64",
        "binutils-mingw-w64-x86-64",
    ],
};

/// To build a program that needs no library of the machine it runs on.
pub(crate) const STATIC: Need = Need {
    why: "to build the centre statically, to see that it is, and to build its container",
    packages: &[
        "musl-tools",
        "binutils",
        "file",
        "ca-certificates",
        "buildah",
    ],
};

/// To make packages and to judge them.
pub(crate) const PACKAGE: Need = Need {
    why: "to make packages and to look them over",
    packages: &[
        "appstream",
        "desktop-file-utils",
        "dpkg-dev",
        "lintian",
        "man-db",
        "rpm",
    ],
};

/// Makes sure that the machine has what is needed, installing what is missing.
pub(crate) fn provide(needs: &[&Need]) -> Result<()> {
    for program in ["node", "npm"] {
        if capture(Command::new(program).arg("--version")).is_err() {
            bail!("{program} is missing: install Node.js {NODE} or newer, then run this again");
        }
    }
    let version = capture(Command::new("node").arg("--version"))?;
    if !is_enough(&version) {
        bail!("Node.js {NODE} or newer is needed to build the window; this is {version}");
    }
    if Command::new("dpkg-query")
        .arg("--version")
        .output()
        .is_err()
    {
        say(
            "This is no Debian: taking it that the packages of docs/architecture.md are installed.",
        );
        return Ok(());
    }
    let mut missing = Vec::new();
    for need in needs {
        let absent: Vec<_> = need
            .packages
            .iter()
            .copied()
            .filter(|name| !is_installed(name))
            .collect();
        if !absent.is_empty() {
            say(&format!("Missing {}: {}", need.why, absent.join(" ")));
            missing.extend(absent);
        }
    }
    if missing.is_empty() {
        Ok(())
    } else {
        install(&missing)
    }
}

/// The oldest Node.js that Vite runs on.
const NODE: &str = "20.19";

fn is_enough(version: &str) -> bool {
    let numbers = |text: &str| -> Vec<u32> {
        let parts = text.trim_start_matches('v').split('.');
        parts.map_while(|part| part.parse().ok()).collect()
    };
    numbers(version) >= numbers(NODE)
}

fn is_installed(package: &str) -> bool {
    let status = capture(Command::new("dpkg-query").args(["-W", "-f=${Status}", package]));
    status.is_ok_and(|status| status.ends_with("ok installed"))
}

fn install(packages: &[&str]) -> Result<()> {
    let prefix: &[&str] = if is_root() {
        &[]
    } else if Command::new("sudo")
        .args(["-n", "true"])
        .output()
        .is_ok_and(|o| o.status.success())
    {
        &["sudo", "-n"]
    } else {
        bail!(
            "installing needs rights this user does not have. Run this, then try again:\n  \
             sudo apt-get update && sudo apt-get install -y --no-install-recommends {}",
            packages.join(" ")
        );
    };
    let apt = |arguments: &[&str]| {
        let environment = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"];
        let words: Vec<_> = prefix
            .iter()
            .chain(&environment)
            .chain(arguments)
            .copied()
            .collect();
        let mut command = Command::new(words[0]);
        command.args(&words[1..]);
        command
    };
    step(
        "Reading Debian's package lists",
        &mut apt(&["update", "-q"]),
    )?;
    let mut arguments = vec!["install", "-y", "-q", "--no-install-recommends"];
    arguments.extend(packages);
    step(
        &format!("Installing {} packages", packages.len()),
        &mut apt(&arguments),
    )
}

/// Whether we may do anything.
pub(crate) fn is_root() -> bool {
    capture(Command::new("id").arg("-u")).is_ok_and(|id| id == "0")
}

#[cfg(test)]
mod tests {
    use super::is_enough;

    #[test]
    fn an_old_node_is_told_from_a_new_one() {
        assert!(is_enough("v20.20.2"));
        assert!(is_enough("v20.19.0"));
        assert!(is_enough("v24.1.0"));
        assert!(!is_enough("v20.9.0"));
        assert!(!is_enough("v18.20.4"));
    }
}
