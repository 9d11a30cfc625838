//! What a process and everything below it takes, as the kernel counts it.

use std::fs;
use std::ops::Sub;
use std::time::Duration;

use anyhow::{Context, Result};
use dealbell_tests::descendants;

/// Memory of a process tree, KiB.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Memory {
    /// Its share of every page: what several processes use is divided among them.
    pub(crate) pss: u64,
    /// Pages of no file, its share likewise: what nobody else can use.
    pub(crate) private: u64,
}

impl Memory {
    /// Of this process and all below it, now.
    ///
    /// # Errors
    /// When the process itself is gone.
    pub(crate) fn of(root: u32) -> Result<Self> {
        let mut sum = Self::default();
        for pid in tree(root) {
            let path = format!("/proc/{pid}/smaps_rollup");
            let rollup = match fs::read_to_string(path) {
                Ok(rollup) => rollup,
                Err(error) if pid == root => return Err(error).context("it has ended"),
                // A child that has just ended takes nothing.
                Err(_) => continue,
            };
            sum.pss += value(&rollup, "Pss:")?;
            sum.private += value(&rollup, "Pss_Anon:")?;
        }
        Ok(sum)
    }
}

/// What a process tree has done since its start.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Work {
    /// How often one of its threads began to wait, so was woken.
    pub(crate) wakes: u64,
    /// Processor time.
    pub(crate) cpu: Duration,
}

impl Work {
    /// Of this process and all below it, by those of their threads that live.
    ///
    /// # Errors
    /// When the process itself is gone.
    pub(crate) fn of(root: u32) -> Result<Self> {
        let mut sum = Self::default();
        for pid in tree(root) {
            let tasks = match fs::read_dir(format!("/proc/{pid}/task")) {
                Ok(tasks) => tasks,
                Err(error) if pid == root => return Err(error).context("it has ended"),
                Err(_) => continue,
            };
            for task in tasks.flatten() {
                let status = fs::read_to_string(task.path().join("status")).unwrap_or_default();
                sum.wakes += value(&status, "voluntary_ctxt_switches:").unwrap_or(0);
                let stat = fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
                let nanos = stat.split_whitespace().next().map(str::parse::<u64>);
                sum.cpu += Duration::from_nanos(nanos.and_then(Result::ok).unwrap_or(0));
            }
        }
        Ok(sum)
    }
}

impl Sub for Work {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self {
            wakes: self.wakes.saturating_sub(before.wakes),
            cpu: self.cpu.saturating_sub(before.cpu),
        }
    }
}

/// How many threads a process tree has, and of how many processes it consists.
pub(crate) fn threads(root: u32) -> (usize, usize) {
    let all = tree(root);
    let threads = all.iter().map(|pid| {
        let tasks = fs::read_dir(format!("/proc/{pid}/task"));
        tasks.map_or(0, Iterator::count)
    });
    (threads.sum(), all.len())
}

/// How many processes of this machine have a library open whose file's name has one of these in it.
///
/// # Errors
/// When there is no `/proc`.
pub(crate) fn elsewhere(libraries: &[&str]) -> Result<usize> {
    let processes = fs::read_dir("/proc")?.flatten();
    let have = processes.filter(|process| {
        let maps = fs::read_to_string(process.path().join("maps")).unwrap_or_default();
        libraries.iter().any(|library| maps.contains(library))
    });
    Ok(have.count())
}

fn tree(root: u32) -> Vec<u32> {
    [vec![root], descendants(root)].concat()
}

/// The number behind a name at the beginning of a line.
fn value(text: &str, name: &str) -> Result<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let word = line.and_then(|line| line.split_whitespace().next());
    let word = word.with_context(|| format!("no {name}"))?;
    Ok(word.parse()?)
}
