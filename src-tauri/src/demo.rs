//! The demo's CRM: `dealbell-sandbox`, a server of its own beside our executable.

use serde::Deserialize;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// The department the demo shows; another seed, another day.
const SEED: &str = "7";
const START: Duration = Duration::from_secs(20);

/// Why there is no demo.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DemoError {
    /// It was not installed beside us.
    #[error("dealbell-sandbox is missing beside dealbell: {0}")]
    Missing(std::io::Error),
    /// It ended or said something else.
    #[error("dealbell-sandbox did not start: {0}")]
    Failed(String),
}

/// A running sandbox. It ends with its standard input, so it cannot outlive us.
#[derive(Debug)]
pub(crate) struct Demo {
    /// Where the CRM is.
    pub(crate) url: String,
    /// The token of the user whose desktop this is.
    pub(crate) token: String,
    _child: Child,
}

#[derive(Deserialize)]
struct Ready {
    url: String,
    users: Vec<ReadyUser>,
}

#[derive(Deserialize)]
struct ReadyUser {
    token: String,
}

impl Demo {
    /// Starts the sandbox on a free port.
    pub(crate) async fn start() -> Result<Self, DemoError> {
        let program = std::env::current_exe()
            .map_err(DemoError::Missing)?
            .with_file_name(format!("dealbell-sandbox{}", std::env::consts::EXE_SUFFIX));
        let mut child = Command::new(program)
            .args(["serve", "--listen", "127.0.0.1:0", "--sales-floor", SEED])
            .arg("--until-stdin-closes")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(DemoError::Missing)?;
        let failed = |why: &str| DemoError::Failed(why.to_owned());
        let stdout = child.stdout.take().ok_or_else(|| failed("no pipe"))?;
        let mut lines = BufReader::new(stdout).lines();
        let line = tokio::time::timeout(START, lines.next_line())
            .await
            .map_err(|_| failed("no answer"))?
            .map_err(|error| failed(&error.to_string()))?
            .ok_or_else(|| failed("it ended at once"))?;
        let ready: Ready =
            serde_json::from_str(&line).map_err(|error| failed(&error.to_string()))?;
        let token = ready
            .users
            .into_iter()
            .next()
            .ok_or_else(|| failed("no users"))?
            .token;
        Ok(Self {
            url: ready.url,
            token,
            _child: child,
        })
    }
}
