//! The app under test and the programs around it.

use std::ffi::OsStr;
use std::ops::Deref;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::process::{Ending, Environment, Process};

/// Where a program of this workspace was built: the environment variable of its name in capitals with `_BIN`
/// (`DEALBELL_BIN`, `DEALBELL_CENTRE_BIN`, `DEALBELL_SANDBOX_BIN`), else the target directory this test lies in.
///
/// # Errors
/// When it is in neither place, with the command that builds it.
pub fn binary(name: &str) -> Result<PathBuf> {
    let variable = format!("{}_BIN", name.to_uppercase().replace('-', "_"));
    if let Some(path) = std::env::var_os(&variable) {
        let path = PathBuf::from(path);
        if !path.is_file() {
            bail!("{variable} names {}, which is no file", path.display());
        }
        return Ok(path);
    }
    let test = std::env::current_exe()?;
    let profile = test
        .ancestors()
        .nth(2)
        .context("the test lies in no target directory")?;
    let path = profile.join(name);
    if !path.is_file() {
        bail!(
            "{} is missing: cargo build -p {name}, or set {variable}",
            path.display()
        );
    }
    Ok(path)
}

/// The desktop app on a private desktop. A [`Process`], killed with its children when dropped.
pub struct App {
    process: Process,
}

impl App {
    /// Starts `dealbell` (see [`binary`]) with these arguments and this environment.
    ///
    /// # Errors
    /// When it is not built or cannot be started.
    pub fn start(args: &[&str], environment: &Environment) -> Result<Self> {
        Self::start_binary(&binary("dealbell")?, args, environment)
    }

    /// Starts another build of the app.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start_binary(path: &Path, args: &[&str], environment: &Environment) -> Result<Self> {
        Ok(Self {
            process: Process::start(path, args, environment)?,
        })
    }
}

impl Deref for App {
    type Target = Process;

    fn deref(&self) -> &Process {
        &self.process
    }
}

/// Any other program of the play: the sandbox, the centre, a Python client.
pub struct Program {
    process: Process,
}

impl Program {
    /// Starts a program and lets it run.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start<S: AsRef<OsStr>>(
        path: &Path,
        args: impl IntoIterator<Item = S>,
        environment: &Environment,
    ) -> Result<Self> {
        Ok(Self {
            process: Process::start(path, args, environment)?,
        })
    }

    /// Runs a program to its end and gives the last line of its standard output, where the command
    /// lines of the centre print a secret or an id.
    ///
    /// # Errors
    /// When it fails, prints nothing or does not end within [`crate::PATIENCE`]; with its output.
    pub async fn run<S: AsRef<OsStr>>(
        path: &Path,
        args: impl IntoIterator<Item = S>,
        environment: &Environment,
    ) -> Result<String> {
        let program = Self::start(path, args, environment)?;
        let ending = program.wait().await?;
        if ending != Ending::Code(0) {
            bail!(
                "{} ended with {ending:?}\n{}",
                path.display(),
                program.log()
            );
        }
        let last = program.last_line().await;
        last.with_context(|| format!("{} printed nothing\n{}", path.display(), program.log()))
    }
}

impl Deref for Program {
    type Target = Process;

    fn deref(&self) -> &Process {
        &self.process
    }
}
