//! The resident's end: starts the window's process, hands events down, brings calls up.

use super::foreground;
use dealbell_protocol::window::{Page, WindowAnswer, WindowCall, WindowEvent, WindowRequest};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{ChildStdin, ChildStdout, Command};
use tokio::sync::mpsc;

/// Events waiting for a window that does not read; beyond them it is taken for dead.
const QUEUE: usize = 256;
/// A window that ends sooner than this after its start has failed.
const TOO_SOON: Duration = Duration::from_secs(5);
/// So many failures in a row, and we stop trying until the user asks again.
const MAX_FAILURES: u32 = 3;

/// What comes from a window's process.
#[derive(Debug)]
pub(crate) enum WindowInput {
    /// A call of the process with this number.
    Call(u64, WindowCall),
    /// The process with this number has ended.
    Gone(u64),
}

/// A page of the window. What an earlier one asked for concerns no later one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PageId {
    /// The window's process.
    process: u64,
    /// How often a page has begun.
    load: u64,
}

/// Whose call it is, so that nobody else gets its answer: every page counts its calls from one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    /// The page.
    pub(crate) page: PageId,
    id: u64,
}

/// The window, running or not.
pub(crate) struct WindowProcess {
    inputs: mpsc::Sender<WindowInput>,
    running: Option<Running>,
    /// Grows with every start: what an earlier process says no longer counts.
    generation: u64,
    /// Grows with every page that begins.
    load: u64,
    /// Asked for and not yet on the screen.
    wanted: Option<Page>,
    /// What lets it come to the front, once.
    activation: Option<String>,
    /// Shown, and not closed since.
    on_screen: bool,
    failures: u32,
}

struct Running {
    events: mpsc::Sender<String>,
    started: Instant,
    /// Its id with the system.
    process: u32,
}

impl WindowProcess {
    /// No window yet; what it will say comes through `inputs`.
    pub(crate) fn new(inputs: mpsc::Sender<WindowInput>) -> Self {
        Self {
            inputs,
            running: None,
            generation: 0,
            load: 0,
            wanted: None,
            activation: None,
            on_screen: false,
            failures: 0,
        }
    }

    /// What the user's last click lets come to the front; the next [`Self::show`] uses it.
    pub(crate) fn activate_with(&mut self, token: Option<String>) {
        self.activation = token;
    }

    /// Brings the window to the front at `page`, starting it where it does not run.
    pub(crate) fn show(&mut self, page: Page) {
        self.failures = 0;
        self.wanted = Some(page);
        self.bring_up();
    }

    /// Hands an event to the window, where there is one.
    pub(crate) fn send(&mut self, event: &WindowEvent) {
        let Some(running) = &self.running else { return };
        let Ok(line) = serde_json::to_string(event) else {
            return;
        };
        if running.events.try_send(line).is_err() {
            tracing::warn!("the window does not read; letting it go");
            self.running = None;
        }
    }

    /// Whether a process runs.
    pub(crate) fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// Whether somebody looks at it, or is about to.
    pub(crate) fn is_in_use(&self) -> bool {
        self.wanted.is_some() || (self.is_running() && self.on_screen)
    }

    /// Takes note of a call; returns it where the resident has to answer.
    pub(crate) fn called(
        &mut self,
        generation: u64,
        call: WindowCall,
    ) -> Option<(Caller, WindowRequest)> {
        if generation != self.generation {
            return None;
        }
        match call.request {
            WindowRequest::Shown => {
                self.wanted = None;
                self.on_screen = true;
                return None;
            }
            WindowRequest::Close => {
                self.on_screen = false;
                return None;
            }
            WindowRequest::Hello => self.load += 1,
            _ => {}
        }
        let caller = Caller {
            page: self.page(),
            id: call.id,
        };
        Some((caller, call.request))
    }

    /// Answers a call, where the page that made it is still there.
    pub(crate) fn answer(&mut self, caller: Caller, answer: WindowAnswer) {
        if caller.page == self.page() {
            let id = caller.id;
            self.send(&WindowEvent::Answer { id, answer });
        }
    }

    /// The page that is there now, or was last.
    pub(crate) fn page(&self) -> PageId {
        PageId {
            process: self.generation,
            load: self.load,
        }
    }

    /// Takes note of an end. A window that was wanted and not seen is started again.
    pub(crate) fn gone(&mut self, generation: u64) {
        if generation != self.generation {
            return;
        }
        self.on_screen = false;
        let started = self.running.take().map(|running| running.started);
        if started.is_some_and(|at| at.elapsed() < TOO_SOON) {
            self.failures += 1;
        }
        if self.wanted.is_some() && self.failures < MAX_FAILURES {
            self.bring_up();
        }
    }

    fn bring_up(&mut self) {
        if self.running.is_none() {
            self.generation += 1;
            match start(self.generation, self.inputs.clone()) {
                Ok(running) => self.running = Some(running),
                Err(error) => {
                    tracing::error!(%error, "the window's process did not start");
                    return;
                }
            }
        }
        if let Some(page) = self.wanted.clone() {
            let activation = self.activation.take();
            if let Some(running) = &self.running {
                foreground::give(running.process);
            }
            self.send(&WindowEvent::Show { page, activation });
        }
    }
}

fn start(generation: u64, inputs: mpsc::Sender<WindowInput>) -> std::io::Result<Running> {
    let mut window = Command::new(own_executable()?);
    // Else a window of a replaced file is called `exe`, and no dock knows whose it is.
    #[cfg(unix)]
    window.arg0("dealbell");
    let mut child = window
        .arg("--window")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(std::io::Error::other("no pipes"));
    };
    let process = child.id().unwrap_or_default();
    let (events, queue) = mpsc::channel(QUEUE);
    tokio::spawn(write_events(queue, stdin));
    tokio::spawn(async move {
        read_calls(generation, stdout, &inputs).await;
        let _ = child.wait().await;
        let _ = inputs.send(WindowInput::Gone(generation)).await;
    });
    Ok(Running {
        events,
        started: Instant::now(),
        process,
    })
}

async fn write_events(mut queue: mpsc::Receiver<String>, mut stdin: ChildStdin) {
    while let Some(mut line) = queue.recv().await {
        line.push('\n');
        if stdin.write_all(line.as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn read_calls(generation: u64, stdout: ChildStdout, inputs: &mpsc::Sender<WindowInput>) {
    let mut lines = BufReader::new(stdout).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        match serde_json::from_str(&line) {
            Ok(call) => {
                if inputs
                    .send(WindowInput::Call(generation, call))
                    .await
                    .is_err()
                {
                    return;
                }
            }
            Err(error) => tracing::warn!(%error, "the window said something odd"),
        }
    }
}

/// Our own executable. After an upgrade deleted the file, Linux still reaches it by the link.
fn own_executable() -> std::io::Result<PathBuf> {
    let path = std::env::current_exe()?;
    let link = PathBuf::from("/proc/self/exe");
    Ok(if !path.exists() && link.exists() {
        link
    } else {
        path
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn running() -> (Running, mpsc::Receiver<String>) {
        let (events, heard) = mpsc::channel(QUEUE);
        let running = Running {
            events,
            started: Instant::now(),
            process: 0,
        };
        (running, heard)
    }

    fn call(window: &mut WindowProcess, request: WindowRequest) -> Caller {
        let call = WindowCall { id: 2, request };
        window.called(window.generation, call).unwrap().0
    }

    #[test]
    fn an_answer_reaches_the_page_that_asked_and_no_later_one() {
        let mut window = WindowProcess::new(mpsc::channel(1).0);
        let (first, mut heard) = running();
        window.running = Some(first);
        let early = call(&mut window, WindowRequest::SignOut);
        window.answer(early, WindowAnswer::Done);
        assert!(heard.try_recv().unwrap().contains("\"id\":2"));

        // The page is loaded anew, in the same process.
        call(&mut window, WindowRequest::Hello);
        let own = call(&mut window, WindowRequest::SignOut);
        window.answer(early, WindowAnswer::Done);
        assert!(heard.try_recv().is_err());
        window.answer(own, WindowAnswer::Done);
        assert!(heard.try_recv().is_ok());

        // Another process: what bring_up does besides starting it.
        let (second, mut heard) = running();
        window.gone(window.generation);
        window.generation += 1;
        window.running = Some(second);
        window.answer(own, WindowAnswer::Done);
        assert!(heard.try_recv().is_err());
    }
}
