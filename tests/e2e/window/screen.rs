//! The window from outside: what stands on the screen, and a hand on mouse and keyboard (xdotool).

use std::path::Path;

use anyhow::{Context, Result, ensure};
use dealbell_tests::recorder::TrayItem;
use dealbell_tests::{
    App, DesktopOptions, Ending, PrivateDesktop, Program, descendants, ended, eventually,
};
use std::time::Duration;

use crate::team::Team;

/// The app with tray and window on a screen with a window manager.
pub(crate) struct Screen {
    pub(crate) app: App,
    pub(crate) tray: TrayItem,
    pub(crate) desktop: PrivateDesktop,
}

impl Screen {
    /// Starts the app signed in to `team`, with more environment, and waits for its window.
    pub(crate) async fn open(team: &Team, more: &[(&str, &str)]) -> Result<Self> {
        let options = DesktopOptions {
            window_manager: true,
            ..DesktopOptions::default()
        };
        let desktop = PrivateDesktop::start(options).await?;
        let entries = [&team.entries(), more].concat();
        let app = desktop.app(&["--open"], &entries)?;
        let tray = desktop.recorder.wait_item().await?;
        let screen = Self { app, tray, desktop };
        screen.wait_window().await?;
        Ok(screen)
    }

    /// Runs xdotool; the last line it says, or its failure.
    async fn hand(&self, words: &[&str]) -> Result<String> {
        Program::run(Path::new("xdotool"), words, self.desktop.environment()).await
    }

    /// The window, where it can be seen.
    pub(crate) async fn window(&self) -> Option<String> {
        let search = ["search", "--onlyvisible", "--name", "Dealbell$"];
        self.hand(&search).await.ok()
    }

    /// Waits until the window can be seen.
    pub(crate) async fn wait_window(&self) -> Result<String> {
        let shown = eventually("the window", async || Ok(self.window().await)).await;
        shown.with_context(|| self.app.log())
    }

    /// Waits until no window can be seen.
    pub(crate) async fn wait_no_window(&self) -> Result<()> {
        let gone = eventually("the end of the window", async || {
            Ok(self.window().await.is_none().then_some(()))
        });
        gone.await.with_context(|| self.app.log())
    }

    /// Closes the window as its frame's button does.
    pub(crate) async fn close(&self) -> Result<()> {
        let window = self.wait_window().await?;
        // As EWMH asks the window manager to; a synthetic Alt+F4 gets lost while it is busy.
        let words = ["-i", "-c", &window];
        let closing = Program::start(Path::new("wmctrl"), words, self.desktop.environment())?;
        let ending = closing.wait().await?;
        ensure!(ending == Ending::Code(0), "wmctrl: {}", closing.log());
        self.wait_no_window().await
    }

    /// Proves that the page in the window lives: something new is said, and its *Read all* reaches the centre.
    pub(crate) async fn works(&self, team: &Team) -> Result<()> {
        team.say("Живо?").await?;
        let done = eventually("a page that reads", async || {
            if team.feed().await?.unread.count == 0 {
                return Ok(Some(()));
            }
            if let Some(window) = self.window().await {
                // *Read all* is at the end of the last line.
                let place = ["mousemove", "--window", &window, "360", "660", "click", "1"];
                // The window may be just going: then the next look finds another.
                let _ = self
                    .hand(&[&place[..], &["getmouselocation"]].concat())
                    .await;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
            Ok(None)
        });
        let done = done.await;
        done.with_context(|| self.app.log())
    }

    /// The window's process, where one runs.
    pub(crate) fn window_process(&self) -> Option<u32> {
        let mut below = self.app.children().into_iter();
        below.find(|pid| arguments(*pid).iter().any(|word| word == "--window"))
    }

    /// The window's web process, where one runs.
    pub(crate) fn web_process(&self) -> Option<u32> {
        let mut below = descendants(self.window_process()?).into_iter();
        below.find(|pid| {
            let words = arguments(*pid);
            words
                .first()
                .is_some_and(|name| name.ends_with("WebKitWebProcess"))
        })
    }
}

/// Kills a process as a crash would and waits until it is gone.
pub(crate) async fn crash(pid: u32) -> Result<()> {
    let raw = i32::try_from(pid)?;
    let raw = rustix::process::Pid::from_raw(raw).context("no such id")?;
    rustix::process::kill_process(raw, rustix::process::Signal::KILL)?;
    anyhow::ensure!(ended(pid, dealbell_tests::PATIENCE).await, "{pid} stays");
    Ok(())
}

fn arguments(pid: u32) -> Vec<String> {
    let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let words = line.split(|byte| *byte == 0);
    words
        .map(|word| String::from_utf8_lossy(word).into_owned())
        .collect()
}
