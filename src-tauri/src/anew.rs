//! Dealbell started anew in this one's place: for a newer file under the same name.

use crate::cli::Cli;
use dealbell_protocol::secret::Secret as SecretText;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use tauri::{AppHandle, Manager};

/// What the next one is started with: what this one was, except for what concerned its own start
/// only, a link or the window.
#[derive(Clone, Debug, Default)]
pub(crate) struct Again {
    arguments: Vec<OsString>,
    secrets: Vec<(&'static str, SecretText)>,
}

impl Again {
    /// As this one was started.
    pub(crate) fn of(cli: &Cli) -> Self {
        let mut arguments = Vec::new();
        if cli.demo {
            arguments.push("--demo".into());
        }
        for (name, value) in [("--centre", &cli.centre), ("--account", &cli.account)] {
            if let Some(value) = value {
                arguments.extend([name.into(), value.into()]);
            }
        }
        let secrets = [
            ("DEALBELL_TOKEN", &cli.device_token),
            ("DEALBELL_CRM_TOKEN", &cli.crm_token),
        ];
        Self {
            arguments,
            secrets: secrets
                .into_iter()
                .filter_map(|(name, secret)| Some((name, secret.clone()?)))
                .collect(),
        }
    }

    /// The start of `program`; with the window where the user waits for it.
    pub(crate) fn start(&self, program: PathBuf, open: bool) -> Start {
        let mut arguments = self.arguments.clone();
        if open {
            arguments.push("--open".into());
        }
        Start {
            program,
            arguments,
            secrets: self.secrets.clone(),
        }
    }
}

/// A start that waits for this process to end.
#[derive(Clone, Debug)]
pub(crate) struct Start {
    program: PathBuf,
    arguments: Vec<OsString>,
    secrets: Vec<(&'static str, SecretText)>,
}

impl Start {
    fn of(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .args(&self.arguments)
            .envs(self.secrets.iter().map(|(name, secret)| (name, &**secret)));
        command
    }
}

/// The start to come, if there is one.
#[derive(Default)]
struct ToCome(Mutex<Option<Start>>);

/// Keeps a place for the start to come.
pub(crate) fn prepare(app: &AppHandle) {
    app.manage(ToCome::default());
}

/// Starts this as soon as Tauri has ended.
pub(crate) fn begin_after_end(app: &AppHandle, start: Start) {
    let place = app.state::<ToCome>();
    *place.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(start);
}

/// Tauri ends: starts what is to come, if anything. Else it would find this one and give up.
pub(crate) fn end(app: &AppHandle) {
    let place = app.state::<ToCome>();
    let start = place
        .0
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    if let Some(start) = start {
        app.cleanup_before_exit();
        begin(&start);
    }
}

/// In this very process, so that whoever started it still has it.
#[cfg(unix)]
fn begin(start: &Start) {
    use std::os::unix::process::CommandExt;
    let error = start.of(&start.program).exec();
    tracing::error!(%error, "the newer one does not start");
    // Better the old one than none.
    #[cfg(target_os = "linux")]
    {
        let error = start.of("/proc/self/exe".as_ref()).exec();
        tracing::error!(%error, "nor does the old one");
    }
}

#[cfg(not(unix))]
fn begin(start: &Start) {
    if let Err(error) = start.of(&start.program).spawn() {
        tracing::error!(%error, "the newer one does not start");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    fn arguments(start: &Start) -> Vec<&str> {
        let words = start.arguments.iter();
        words.map(|word| word.to_str().unwrap()).collect()
    }

    #[test]
    fn the_next_one_is_who_this_one_was_and_stays_hidden() {
        let said = "dealbell --open --centre https://bell.example.org dealbell://open";
        let mut cli = Cli::parse_from(said.split(' '));
        cli.device_token = Some("T0ken".to_owned().into());
        let again = Again::of(&cli);
        let hidden = again.start("/usr/bin/dealbell".into(), false);
        assert_eq!(arguments(&hidden), ["--centre", "https://bell.example.org"]);
        let token = SecretText::from("T0ken".to_owned());
        assert_eq!(hidden.secrets, [("DEALBELL_TOKEN", token)]);
        // Whoever logs what is started must not log what lets us in.
        for printed in [
            format!("{cli:?}"),
            format!("{again:?}"),
            format!("{hidden:?}"),
        ] {
            assert!(!printed.contains("T0ken"), "{printed}");
        }
        let shown = Again::of(&Cli::parse_from(["dealbell", "--demo"]));
        let shown = shown.start("/usr/bin/dealbell".into(), true);
        assert_eq!(arguments(&shown), ["--demo", "--open"]);
    }
}
