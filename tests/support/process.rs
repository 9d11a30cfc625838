//! Child processes that never outlive their test, and what can be seen of them in `/proc`.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{
    Pid, PidfdFlags, Signal, WaitId, WaitIdOptions, kill_process, kill_process_group, pidfd_open,
    waitid,
};
use tokio::sync::watch;

use crate::PATIENCE;

/// The whole environment of a child: nothing of the test's own reaches it but `PATH`.
pub type Environment = BTreeMap<OsString, OsString>;

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It left by itself with this code.
    Code(i32),
    /// This signal ended it.
    Signal(i32),
}

/// A running program in a process group of its own; the group is killed and reaped with the value.
pub struct Process {
    name: String,
    pid: Pid,
    /// Reaped only in `drop`: until then the number cannot become somebody else's.
    child: Child,
    stdout: watch::Receiver<Vec<String>>,
    stderr: watch::Receiver<Vec<String>>,
    ending: watch::Receiver<Option<Ending>>,
    waiter: Option<JoinHandle<()>>,
}

impl Process {
    /// Starts a program with exactly this environment.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start<S: AsRef<OsStr>>(
        program: &Path,
        args: impl IntoIterator<Item = S>,
        environment: &Environment,
    ) -> Result<Self> {
        let mut child = Command::new(program)
            .args(args)
            .env_clear()
            .envs(environment)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .with_context(|| format!("{} cannot be started", program.display()))?;
        let pid = Pid::from_child(&child);
        let stdout = lines(child.stdout.take());
        let stderr = lines(child.stderr.take());
        let (told, ending) = watch::channel(None);
        let waiter = std::thread::spawn(move || {
            let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
            let seen = loop {
                match waitid(WaitId::Pid(pid), options) {
                    Err(rustix::io::Errno::INTR) => {}
                    seen => break seen,
                }
            };
            let status = seen.ok().flatten();
            let code = status
                .as_ref()
                .and_then(|s| s.exit_status())
                .map(Ending::Code);
            let signal = status
                .as_ref()
                .and_then(|s| s.terminating_signal())
                .map(Ending::Signal);
            told.send_replace(code.or(signal).or(Some(Ending::Code(-1))));
        });
        let name = program
            .file_name()
            .unwrap_or(program.as_os_str())
            .to_string_lossy()
            .into();
        Ok(Self {
            name,
            pid,
            child,
            stdout,
            stderr,
            ending,
            waiter: Some(waiter),
        })
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.pid.as_raw_nonzero().get().unsigned_abs()
    }

    /// Its standard output, line by line, as it comes.
    pub fn stdout_lines(&self) -> watch::Receiver<Vec<String>> {
        self.stdout.clone()
    }

    /// Its standard error, likewise.
    pub fn stderr_lines(&self) -> watch::Receiver<Vec<String>> {
        self.stderr.clone()
    }

    /// What it wrote to standard output so far, line by line.
    pub fn stdout(&self) -> Vec<String> {
        self.stdout.borrow().clone()
    }

    /// What it wrote to standard error so far, line by line.
    pub fn stderr(&self) -> Vec<String> {
        self.stderr.borrow().clone()
    }

    /// The first line of standard output, past or coming, that `wanted` picks something from.
    ///
    /// # Errors
    /// When it does not come within [`PATIENCE`] or the program ends first; with its standard error.
    pub async fn wait_stdout<T>(&self, wanted: impl FnMut(&str) -> Option<T>) -> Result<T> {
        self.wait_line(self.stdout.clone(), "standard output", wanted)
            .await
    }

    /// Like [`Process::wait_stdout`], of standard error.
    ///
    /// # Errors
    /// As there.
    pub async fn wait_stderr<T>(&self, wanted: impl FnMut(&str) -> Option<T>) -> Result<T> {
        self.wait_line(self.stderr.clone(), "standard error", wanted)
            .await
    }

    async fn wait_line<T>(
        &self,
        mut lines: watch::Receiver<Vec<String>>,
        which: &str,
        mut wanted: impl FnMut(&str) -> Option<T>,
    ) -> Result<T> {
        let mut seen = 0;
        let search = async {
            loop {
                {
                    let lines = lines.borrow_and_update();
                    for line in &lines[seen..] {
                        if let Some(found) = wanted(line) {
                            return Some(found);
                        }
                    }
                    seen = lines.len();
                }
                if lines.changed().await.is_err() {
                    return None;
                }
            }
        };
        let found = tokio::time::timeout(PATIENCE, search).await.ok().flatten();
        found.ok_or_else(|| {
            anyhow!(
                "{}: the awaited line of {which} did not come\n{}",
                self.name,
                self.log()
            )
        })
    }

    /// The last line of standard output that is not empty, once the output has ended.
    pub async fn last_line(&self) -> Option<String> {
        let mut lines = self.stdout.clone();
        while lines.changed().await.is_ok() {}
        self.stdout()
            .into_iter()
            .rev()
            .find(|line| !line.is_empty())
    }

    /// How it ended, if it did.
    pub fn ending(&self) -> Option<Ending> {
        *self.ending.borrow()
    }

    /// Waits until the program itself has ended; its children may go on.
    ///
    /// # Errors
    /// When it still runs after [`PATIENCE`].
    pub async fn wait(&self) -> Result<Ending> {
        self.wait_within(PATIENCE).await
    }

    /// Waits for the end for at most this long.
    ///
    /// # Errors
    /// When it still runs then.
    pub async fn wait_within(&self, patience: Duration) -> Result<Ending> {
        let mut ending = self.ending.clone();
        let ended = tokio::time::timeout(patience, ending.wait_for(Option::is_some)).await;
        match ended {
            Ok(Ok(ending)) => ending.context("just waited for"),
            _ => bail!(
                "{} still runs after {patience:?}\n{}",
                self.name,
                self.log()
            ),
        }
    }

    /// Ends the program alone with `SIGKILL`, as a crash would, and waits until it is gone. Its children
    /// are left to do what they do then, until this value is dropped.
    ///
    /// # Errors
    /// When it does not go, or was gone.
    pub async fn kill9(&self) -> Result<()> {
        self.signal(Signal::KILL)?;
        self.wait().await.map(|_| ())
    }

    /// Asks the program to end (`SIGTERM`) and waits for it.
    ///
    /// # Errors
    /// When it does not leave within [`PATIENCE`].
    pub async fn terminate(&self) -> Result<Ending> {
        self.signal(Signal::TERM)?;
        self.wait().await
    }

    /// Stops the program where it is (`SIGSTOP`), as a machine's sleep does.
    ///
    /// # Errors
    /// When it is gone.
    pub fn freeze(&self) -> Result<()> {
        self.signal(Signal::STOP)
    }

    /// Lets it go on.
    ///
    /// # Errors
    /// When it is gone.
    pub fn thaw(&self) -> Result<()> {
        self.signal(Signal::CONT)
    }

    fn signal(&self, signal: Signal) -> Result<()> {
        kill_process(self.pid, signal).with_context(|| format!("{} has no process", self.name))
    }

    /// The processes under this one now, children and theirs, by id.
    pub fn children(&self) -> Vec<u32> {
        descendants(self.pid())
    }

    /// Both outputs, for a failure's message.
    pub fn log(&self) -> String {
        let part = |name: &str, lines: Vec<String>| {
            let from = lines.len().saturating_sub(200);
            format!("--- {} {name}\n{}\n", self.name, lines[from..].join("\n"))
        };
        part("stdout", self.stdout()) + &part("stderr", self.stderr())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // A child may have made itself a group of its own, so the tree goes too.
        for pid in descendants(self.pid()) {
            if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
                let _ = kill_process(pid, Signal::KILL);
            }
        }
        let _ = kill_process_group(self.pid, Signal::KILL);
        let _ = self.child.wait();
        if let Some(waiter) = self.waiter.take() {
            let _ = waiter.join();
        }
    }
}

/// Turns a pipe into lines others can wait for, on a thread that ends with the pipe. Broken UTF-8 is shown, not refused.
fn lines<R: Read + Send + 'static>(pipe: Option<R>) -> watch::Receiver<Vec<String>> {
    let (told, lines) = watch::channel(Vec::new());
    std::thread::spawn(move || {
        let Some(pipe) = pipe else { return };
        let mut pipe = BufReader::new(pipe);
        let mut line = Vec::new();
        while pipe.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            let text = String::from_utf8_lossy(&line).trim_end().to_owned();
            line.clear();
            told.send_modify(|lines| lines.push(text));
        }
    });
    lines
}

/// Ends every process whose environment holds this entry, however far it has detached itself, and
/// waits until they are gone: a dying one may still write into the folder that goes next.
pub(crate) fn kill_marked(name: &str, value: &OsStr) {
    let mark = [name.as_bytes(), b"=", value.as_encoded_bytes()].concat();
    let mut dying = Vec::new();
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Ok(environment) = std::fs::read(entry.path().join("environ")) else {
            continue;
        };
        let pid = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok());
        if environment
            .split(|byte| *byte == 0)
            .any(|entry| entry == mark)
            && let Some(pid) = pid.and_then(Pid::from_raw)
        {
            dying.extend(pidfd_open(pid, PidfdFlags::empty()));
            let _ = kill_process(pid, Signal::KILL);
        }
    }
    let patience = Timespec::try_from(Duration::from_secs(2)).ok();
    for handle in &dying {
        let _ = poll(&mut [PollFd::new(handle, PollFlags::IN)], patience.as_ref());
    }
}

/// Whether a process with this id runs (a zombie does not).
pub fn alive(pid: u32) -> bool {
    stat(pid).is_some_and(|(state, _)| !matches!(state, 'Z' | 'X'))
}

/// Waits until a process that need not be a child has ended; `false` if it still runs after `patience`.
pub async fn ended(pid: u32, patience: Duration) -> bool {
    let Some(raw) = i32::try_from(pid).ok().and_then(Pid::from_raw) else {
        return true;
    };
    let Ok(handle) = pidfd_open(raw, PidfdFlags::empty()) else {
        return !alive(pid);
    };
    let wait = move || {
        let mut handles = [PollFd::new(&handle, PollFlags::IN)];
        let patience = Timespec::try_from(patience).ok();
        poll(&mut handles, patience.as_ref()).is_ok_and(|ready| ready > 0)
    };
    tokio::task::spawn_blocking(wait)
        .await
        .is_ok_and(|ended| ended)
}

/// The processes under `root`, children and theirs, by id.
pub fn descendants(root: u32) -> Vec<u32> {
    let mut parents = Vec::new();
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let pid = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse::<u32>().ok());
        if let Some(pid) = pid
            && let Some((_, parent)) = stat(pid)
        {
            parents.push((pid, parent));
        }
    }
    let mut found = Vec::new();
    let mut next = vec![root];
    while let Some(parent) = next.pop() {
        for (pid, _) in parents.iter().filter(|(_, above)| *above == parent) {
            found.push(*pid);
            next.push(*pid);
        }
    }
    found
}

/// State and parent from `/proc/PID/stat`; the name between them may contain anything.
fn stat(pid: u32) -> Option<(char, u32)> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, after_name) = text.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace();
    let state = fields.next()?.chars().next()?;
    Some((state, fields.next()?.parse().ok()?))
}
