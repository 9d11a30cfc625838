//! `stage`: shows the app at work. On a screen that is there, or on a private desktop with a real
//! notification daemon (dunst) and a real panel (xfce4-panel), with pictures of both. Or starts it
//! many times on such a desktop, or on GNOME, and counts how often all went well.
#![cfg(target_os = "linux")]

mod camera;
mod here;
mod private;
mod trial;

use anyhow::{Result, bail};
use clap::Parser;
use std::path::PathBuf;
use std::time::Duration;

/// Shows the app at work.
#[derive(Debug, Parser)]
struct Cli {
    /// On the screen that is there, instead of a private one.
    #[arg(long)]
    here: bool,
    /// Where pictures go.
    #[arg(long, value_name = "FOLDER", default_value = "target/demo")]
    pictures: PathBuf,
    /// Take the pictures of the documentation in this theme and language, such as light-ru.
    #[arg(long, value_name = "THEME-LANGUAGE")]
    portrait: Option<String>,
    /// End by itself after so many seconds.
    #[arg(long)]
    seconds: Option<u64>,
    /// Start the app again and again on this desktop instead, and count.
    #[arg(long, value_name = "DESKTOP")]
    trial: Option<trial::Which>,
    /// How often, in a trial.
    #[arg(long, default_value_t = 10)]
    starts: u32,
    /// The app's executable.
    #[arg(long)]
    app: PathBuf,
    /// What it is started with.
    #[arg(last = true)]
    arguments: Vec<String>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let cli = Cli::parse();
    let seconds = cli.seconds.map(Duration::from_secs);
    if let Some(which) = cli.trial {
        let trial = trial::Trial {
            app: &cli.app,
            pictures: &cli.pictures,
            starts: cli.starts,
        };
        // A trial asked to end ends its desktop with it.
        return tokio::select! {
            tried = trial::run(which, &trial) => tried,
            ended = end_of_show(seconds) => ended.and_then(|()| bail!("ended before its time")),
        };
    }
    if cli.here {
        return here::show(&cli.app, &cli.arguments, seconds).await;
    }
    let look = cli
        .portrait
        .as_deref()
        .map(private::Look::parse)
        .transpose()?;
    private::show(&cli.app, &cli.arguments, &cli.pictures, look, seconds).await
}

/// Ends at Ctrl-C, at the session's end, or when the time is over.
async fn end_of_show(seconds: Option<Duration>) -> Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let time = async {
        match seconds {
            Some(seconds) => tokio::time::sleep(seconds).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        () = time => {}
    }
    Ok(())
}

/// The unread number in a line of the app's log, where it tells one.
fn unread_in(line: &str) -> Option<u64> {
    let (_, after) = line.split_once("unread=")?;
    after.split_whitespace().next()?.parse().ok()
}
