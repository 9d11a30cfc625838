//! What is left of a database file after a crash: the file and the log beside it, as SQLite's
//! write-ahead log is laid out (a header of 32 bytes, then frames of 24 bytes and a page).

use anyhow::Context as _;
use std::fs;
use std::path::{Path, PathBuf};

const HEADER: usize = 32;
const FRAME: usize = 24;

/// How long a log was, and which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    length: usize,
    salt: Vec<u8>,
}

/// A database as it is on the disk.
pub(crate) struct Content {
    file: Vec<u8>,
    log: Vec<u8>,
}

impl Content {
    pub(crate) fn of(path: &Path) -> anyhow::Result<Self> {
        Ok(Self {
            file: fs::read(path)?,
            log: fs::read(log_of(path)).unwrap_or_default(),
        })
    }

    pub(crate) fn write(&self, path: &Path) -> anyhow::Result<()> {
        fs::write(path, &self.file)?;
        fs::write(log_of(path), &self.log)?;
        Ok(())
    }
}

fn log_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

/// Where the log of `path` ends now.
pub(crate) fn mark(path: &Path) -> Mark {
    let log = fs::read(log_of(path)).unwrap_or_default();
    Mark {
        length: log.len(),
        salt: log.get(16..24).unwrap_or_default().to_vec(),
    }
}

/// Where the log of `path` begins.
pub(crate) fn begin(path: &Path) -> Mark {
    let end = mark(path);
    Mark {
        length: end.length.min(HEADER),
        ..end
    }
}

/// Copies the database `from` as it is on the disk.
pub(crate) fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::copy(from, to).with_context(|| format!("copying {}", from.display()))?;
    match fs::read(log_of(from)) {
        Ok(log) => fs::write(log_of(to), log)?,
        Err(_) => drop(fs::remove_file(log_of(to))),
    }
    Ok(())
}

/// Copies `from` as a power cut leaves it that fell after the commit number `keep` of those since
/// `before`, in the middle of writing the next. Answers how many commits there were since.
pub(crate) fn cut(
    from: &Path,
    to: &Path,
    before: &Mark,
    keep: impl FnOnce(usize) -> usize,
) -> anyhow::Result<usize> {
    copy(from, to)?;
    let log = fs::read(log_of(from)).unwrap_or_default();
    if log.len() < HEADER || log.get(16..24) != Some(before.salt.as_slice()) {
        return Ok(0);
    }
    let page = u32::from_be_bytes(log[8..12].try_into()?) as usize;
    let mut ends = vec![before.length];
    let mut at = before.length.max(HEADER);
    while let Some(frame) = log.get(at..at + FRAME + page) {
        at += FRAME + page;
        // Only the last frame of a commit says how large the database is then.
        if frame[4..8] != [0; 4] {
            ends.push(at);
        }
    }
    let commits = ends.len() - 1;
    let kept = ends[keep(commits).min(commits)];
    let torn = (kept + (FRAME + page) / 2).min(log.len());
    fs::write(log_of(to), &log[..torn])?;
    Ok(commits)
}
