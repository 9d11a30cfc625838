//! `cargo xtask run`: builds Dealbell and shows it working.

use crate::machine::{BUILD, SCREEN, provide};
use crate::tools::{cargo, say, step, target};
use crate::ui;
use anyhow::{Context, Result, bail};
use clap::Args;
use std::process::Command;

#[derive(Args)]
pub(crate) struct Show {
    /// End by itself after this long, such as 60s or 5m.
    #[arg(long = "for", value_name = "TIME")]
    duration: Option<String>,
    /// Go to the app as they are, such as --centre URL; the demo where there are none.
    #[arg(last = true)]
    app: Vec<String>,
}

/// Sets up, builds, shows.
pub(crate) fn run(show: &Show) -> Result<()> {
    let seconds = show.duration.as_deref().map(seconds).transpose()?;
    let has_screen = ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|display| !display.is_empty()));
    provide(if has_screen {
        &[&BUILD]
    } else {
        &[&BUILD, &SCREEN]
    })?;
    ui::build()?;
    step(
        "Building the app (the first time takes some minutes)",
        &mut build(),
    )?;
    let mut app = show.app.clone();
    if app.is_empty()
        && std::env::var_os("DEALBELL_CENTRE_URL").is_none()
        && std::env::var_os("DEALBELL_CRM_URL").is_none()
    {
        app = vec!["--demo".into(), "--open".into()];
    }
    let programs = target().join("debug");
    let mut command = if has_screen {
        say("Starting Dealbell. Look at the tray; Ctrl-C ends it.");
        let mut command = Command::new(programs.join("stage"));
        command.arg("--here");
        command
    } else {
        say("No screen here: making a private desktop (Xvfb, dunst, xfce4-panel).");
        let mut command = Command::new(programs.join("stage"));
        command
            .arg("--pictures")
            .arg(crate::tools::root().join("target/demo"));
        command
    };
    if let Some(seconds) = seconds {
        command.args(["--seconds", &seconds.to_string()]);
    }
    command
        .arg("--app")
        .arg(programs.join("dealbell"))
        .arg("--")
        .args(&app);
    // It shares our terminal and our Ctrl-C, and cleans up after itself.
    let status = command.status().context("the stage did not start")?;
    if status.success() {
        Ok(())
    } else {
        bail!("Dealbell ended with {status}")
    }
}

/// Everything a demo needs, in one build.
pub(crate) fn build() -> Command {
    let mut command = cargo();
    command.args(["build", "--workspace", "--bins"]);
    command
}

fn seconds(text: &str) -> Result<u64> {
    let (number, unit) = text.split_at(text.trim_end_matches(char::is_alphabetic).len());
    let number: u64 = number
        .parse()
        .with_context(|| format!("{text:?} is no time such as 60s"))?;
    match unit {
        "" | "s" => Ok(number),
        "m" => Ok(number * 60),
        "h" => Ok(number * 3_600),
        other => bail!("{other:?} is no unit of time: use s, m or h"),
    }
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn times_read_as_people_write_them() {
        assert_eq!(seconds("60s").unwrap(), 60);
        assert_eq!(seconds("5m").unwrap(), 300);
        assert_eq!(seconds("90").unwrap(), 90);
        assert!(seconds("soon").is_err());
        assert!(seconds("3d").is_err());
    }
}
