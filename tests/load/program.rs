//! A server as a process of its own: started, looked at in `/proc`, ended with its value.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};
use tokio::net::TcpStream;

/// Whatever takes longer to start is broken.
const PATIENCE: Duration = Duration::from_secs(60);
/// What `/proc` counts processor time in (`getconf CLK_TCK`; fixed on Linux).
const TICK: Duration = Duration::from_millis(10);

/// A running server; it and what it started end with the value.
pub(crate) struct Program {
    child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

impl Program {
    /// Starts `command`, which is to listen on `address`, and waits until it does. What it says goes
    /// to `log`.
    ///
    /// # Errors
    /// When it does not start, or does not listen.
    pub(crate) async fn start(
        command: &mut Command,
        address: SocketAddr,
        log: &Path,
    ) -> Result<Self> {
        let said = fs::File::options().create(true).append(true).open(log)?;
        let child = command
            .stdin(Stdio::null())
            .stdout(said.try_clone()?)
            .stderr(said)
            .spawn()
            .with_context(|| format!("{command:?} did not start"))?;
        let mut program = Self { child, address };
        let start = Instant::now();
        while TcpStream::connect(address).await.is_err() {
            if let Some(status) = program.child.try_wait()? {
                bail!(
                    "{command:?} left with {status}: {}",
                    fs::read_to_string(log)?
                );
            }
            ensure!(start.elapsed() < PATIENCE, "{command:?} does not listen");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(program)
    }

    /// Processor time so far, of it and of what it started, in user mode and in the kernel.
    ///
    /// # Errors
    /// When it is gone.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        let mut whole = Duration::ZERO;
        for pid in self.family()? {
            whole += cpu_of(&pid.to_string())?;
        }
        Ok(whole)
    }

    /// Memory in bytes: what is its own and its part of what it shares (PSS).
    ///
    /// # Errors
    /// When it is gone.
    pub(crate) fn memory(&self) -> Result<u64> {
        let mut whole = 0;
        for pid in self.family()? {
            let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
            let line = rollup.lines().find(|line| line.starts_with("Pss:"));
            let kib = line.and_then(|line| line.split_whitespace().nth(1));
            let kib: u64 = kib.context("no Pss in smaps_rollup")?.parse()?;
            whole += kib * 1024;
        }
        Ok(whole)
    }

    /// Ends it as a crash would, and waits until it is gone.
    ///
    /// # Errors
    /// When it cannot be ended.
    pub(crate) fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// It and its children: none of the measured servers has grandchildren.
    fn family(&self) -> Result<Vec<u32>> {
        let own = self.child.id();
        let children = fs::read_to_string(format!("/proc/{own}/task/{own}/children"));
        let children = children.context("the server is gone")?;
        let children = children.split_whitespace().map(str::parse);
        let mut family = vec![own];
        family.extend(children.collect::<Result<Vec<u32>, _>>()?);
        Ok(family)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // In order, so that children leave with it.
        if let Ok(None) = self.child.try_wait()
            && let Some(pid) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw)
        {
            let _ = kill_process(pid, Signal::TERM);
            let start = Instant::now();
            while start.elapsed() < Duration::from_secs(8) {
                if !matches!(self.child.try_wait(), Ok(None)) {
                    return;
                }
                std::thread::sleep(Duration::from_millis(10));
            }
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

/// Processor time of this process, the load generator.
///
/// # Errors
/// When `/proc` does not say.
pub(crate) fn own_cpu() -> Result<Duration> {
    cpu_of("self")
}

fn cpu_of(pid: &str) -> Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name, in brackets, may hold anything.
    let (_, rest) = stat.rsplit_once(") ").context("no name in stat")?;
    let ticks = rest.split(' ').skip(11).take(2).map(str::parse::<u32>);
    let ticks = ticks.sum::<Result<u32, _>>()?;
    Ok(TICK * ticks)
}

/// An address of the loopback that is free at the moment.
///
/// # Errors
/// When there is none.
pub(crate) fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}
