//! The show on the screen that is there.

use crate::{end_of_show, unread_in};
use anyhow::{Context, Result, bail};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

/// Runs the app in our own environment until it ends, Ctrl-C, or the time is over.
pub(crate) async fn show(app: &Path, arguments: &[String], time: Option<Duration>) -> Result<()> {
    let mut child = Command::new(app)
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("{} did not start", app.display()))?;
    let log = child.stderr.take().context("no log")?;
    tokio::spawn(async move {
        let mut lines = BufReader::new(log).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            match unread_in(&line) {
                Some(unread) => println!("unread: {unread}"),
                None => eprintln!("{line}"),
            }
        }
    });
    let status = tokio::select! {
        status = child.wait() => status?,
        ended = end_of_show(time) => {
            ended?;
            if let Some(pid) = child.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw) {
                let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
            }
            child.wait().await?
        }
    };
    if status.success() {
        Ok(())
    } else {
        bail!("the app ended with {status}")
    }
}
