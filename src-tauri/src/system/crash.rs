//! Whether the run before ended as it should, and what it said last if not.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// There while Dealbell runs.
const RUNNING: &str = "running";
/// What a panic said.
const LAST_WORDS: &str = "crash.txt";

/// This run's mark on the disk.
pub(crate) struct Run {
    mark: PathBuf,
    /// The run before ended without taking leave.
    pub(crate) crashed_before: bool,
}

impl Run {
    /// Leaves the mark in `folder`, and from now on a panic's words beside it. Only one instance
    /// may call it.
    pub(crate) fn begin(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let mark = folder.join(RUNNING);
        let crashed_before = mark.exists();
        if !crashed_before {
            // Words of a crash that was told of already.
            remove(&folder.join(LAST_WORDS))?;
        }
        // On a full disk the bell is to ring all the same.
        if let Err(error) = fs::write(&mark, env!("CARGO_PKG_VERSION")) {
            tracing::warn!(%error, "a crash of this run may not be told of");
        }
        let words = folder.join(LAST_WORDS);
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            usual(panic);
            // The message may name a customer; the place never does.
            let place = panic
                .location()
                .map(ToString::to_string)
                .unwrap_or_default();
            let trace = std::backtrace::Backtrace::force_capture();
            let _ = fs::write(&words, format!("panicked at {place}\n{trace}"));
        }));
        Ok(Self {
            mark,
            crashed_before,
        })
    }

    /// Takes leave.
    pub(crate) fn end(&self) {
        if let Err(error) = remove(&self.mark) {
            tracing::warn!(%error, "the next start will think that this one crashed");
        }
    }

    /// What the last panic said, for a report.
    pub(crate) fn last_words(&self) -> Option<String> {
        fs::read_to_string(self.mark.with_file_name(LAST_WORDS)).ok()
    }
}

fn remove(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_run_that_took_no_leave_has_crashed() {
        let folder = tempfile::tempdir().unwrap();
        let first = Run::begin(folder.path()).unwrap();
        assert!(!first.crashed_before);
        let second = Run::begin(folder.path()).unwrap();
        assert!(second.crashed_before);
        second.end();
        assert!(!Run::begin(folder.path()).unwrap().crashed_before);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_no_reason_not_to_start() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/dev/full", folder.path().join(RUNNING)).unwrap();
        assert!(Run::begin(folder.path()).is_ok());
    }
}
