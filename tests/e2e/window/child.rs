//! The window's process by itself, with a test in the resident's place: pipes that carry rubbish, and their end.

use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use dealbell_protocol::window::{Page, WindowCall, WindowEvent, WindowRequest};
use dealbell_tests::{DesktopOptions, PATIENCE, PrivateDesktop, binary};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

/// A window's process and the two pipes to it.
struct Pipes {
    child: Child,
    events: Option<ChildStdin>,
    calls: Lines<BufReader<ChildStdout>>,
    /// Calls that were read and not yet waited for.
    early: Vec<WindowRequest>,
}

impl Pipes {
    fn start(desktop: &PrivateDesktop) -> Result<Self> {
        let mut child = Command::new(binary("dealbell")?)
            .arg("--window")
            .env_clear()
            .envs(desktop.environment())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let calls = child.stdout.take().context("a pipe")?;
        Ok(Self {
            events: child.stdin.take(),
            calls: BufReader::new(calls).lines(),
            child,
            early: Vec::new(),
        })
    }

    async fn say(&mut self, bytes: &[u8]) -> Result<()> {
        let events = self.events.as_mut().context("still open")?;
        Ok(events.write_all(bytes).await?)
    }

    /// Waits for this call; each is waited for once.
    async fn wait(&mut self, wanted: &WindowRequest) -> Result<()> {
        if let Some(at) = self.early.iter().position(|call| call == wanted) {
            self.early.remove(at);
            return Ok(());
        }
        let search = async {
            while let Some(line) = self.calls.next_line().await? {
                let call: WindowCall = serde_json::from_str(&line)?;
                if call.request == *wanted {
                    return Ok(());
                }
                self.early.push(call.request);
            }
            anyhow::bail!("the window left")
        };
        let found = timeout(PATIENCE, search).await;
        found.with_context(|| format!("{wanted:?} did not come"))?
    }

    /// Closes the pipe, as the resident's end does; how long the window takes to leave.
    async fn end(&mut self) -> Result<Duration> {
        self.events = None;
        let since = Instant::now();
        timeout(PATIENCE, self.child.wait()).await??;
        Ok(since.elapsed())
    }
}

/// A second for the way out, two for one that hangs, and as much again for a busy machine.
const SOON: Duration = Duration::from_secs(6);

#[tokio::test]
async fn rubbish_is_passed_over_and_the_end_of_the_pipe_is_the_end() -> Result<()> {
    let desktop = PrivateDesktop::start(DesktopOptions::default()).await?;
    let mut window = Pipes::start(&desktop)?;
    window.wait(&WindowRequest::Hello).await?;
    window.wait(&WindowRequest::Shown).await?;
    for rubbish in [
        &b"not json\n"[..],
        b"\n",
        b"{\"type\":\"state\"}\n",
        b"{\"type\":\"from_the_future\",\"x\":[1,2,3]}\n",
        b"\xff\xfe\x00 no letters \xc3\n",
        b"{\"type\":\"show\",\"page\":{\"pa",
        b"\n[[[[[[[[[[[[[[[[[[[[\n",
    ] {
        window.say(rubbish).await?;
    }
    window.say(&vec![b'x'; 1_000_000]).await?;
    let mut show = serde_json::to_vec(&WindowEvent::Show {
        activation: None,
        page: Page::Channels,
    })?;
    show.insert(0, b'\n');
    show.push(b'\n');
    window.say(&show).await?;
    window.wait(&WindowRequest::Shown).await?;
    assert!(window.end().await? < SOON);
    Ok(())
}

#[tokio::test]
async fn a_line_torn_by_the_end_is_the_end() -> Result<()> {
    let desktop = PrivateDesktop::start(DesktopOptions::default()).await?;
    let mut window = Pipes::start(&desktop)?;
    window.wait(&WindowRequest::Hello).await?;
    window.say(b"{\"type\":\"leave\"").await?;
    assert!(window.end().await? < SOON);
    Ok(())
}

#[tokio::test]
async fn a_resident_that_is_gone_before_the_page_is_there_is_noticed() -> Result<()> {
    let desktop = PrivateDesktop::start(DesktopOptions::default()).await?;
    let mut window = Pipes::start(&desktop)?;
    assert!(window.end().await? < SOON);
    Ok(())
}
