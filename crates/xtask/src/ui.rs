//! Building and checking the window's pages.

use crate::tools::{Followed, follow, root, step};
use anyhow::Result;
use std::fs;
use std::process::Command;

/// An npm command in `ui`.
pub(crate) fn npm(arguments: &[&str]) -> Command {
    let mut command = Command::new("npm");
    command.current_dir(root().join("ui")).args(arguments);
    // Results are read from what is printed.
    command.env("NO_COLOR", "1").env_remove("FORCE_COLOR");
    command
        .env("NO_UPDATE_NOTIFIER", "1")
        .env("npm_config_fund", "false");
    command
}

/// Installs the packages where the lock file changed since they were, then builds.
pub(crate) fn build() -> Result<()> {
    install()?;
    step("Building the window's pages", &mut npm(&["run", "build"]))
}

/// Installs the packages where the lock file changed since they were.
pub(crate) fn install() -> Result<()> {
    let lock = fs::read(root().join("ui/package-lock.json"))?;
    let stamp = root().join("ui/node_modules/.lock-installed");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    step(
        "Installing the window's packages",
        &mut npm(&["ci", "--no-audit"]),
    )?;
    Ok(fs::write(stamp, lock)?)
}

/// Runs one of `ui`'s own scripts as a check.
pub(crate) fn script(what: &str, name: &str) -> Result<Followed> {
    follow(what, &mut npm(&["run", name]))
}
