//! Who has the database open: everybody together, or one who replaces it.
//!
//! The lock is on a file of its own. On the database itself it would end SQLite's own locks, which
//! a process loses with the first handle of the file that it closes.

use crate::CentreError;
use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    path::Path,
};

/// Held as long as the file is open.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Together with others who have the database open.
    pub(crate) fn shared(database: &Path) -> Result<Self, CentreError> {
        Self::take(database, File::try_lock_shared).map_err(|reason| CentreError::Unreadable {
            path: database.to_owned(),
            reason: match reason {
                TryLockError::WouldBlock => "it is being restored".to_owned(),
                TryLockError::Error(error) => error.to_string(),
            },
        })
    }

    /// Alone. None: somebody has the database open.
    pub(crate) fn alone(database: &Path) -> Result<Option<Self>, io::Error> {
        match Self::take(database, File::try_lock) {
            Ok(lock) => Ok(Some(lock)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    fn take(
        database: &Path,
        lock: impl FnOnce(&File) -> Result<(), TryLockError>,
    ) -> Result<Self, TryLockError> {
        let path = super::beside(database, ".lock");
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        let file = options.open(&path).map_err(TryLockError::Error)?;
        lock(&file)?;
        belong_together(database, &path);
        Ok(Self { _file: file })
    }
}

/// Where root comes first, the server must be able to open the lock after him.
#[cfg(unix)]
fn belong_together(database: &Path, lock: &Path) {
    use std::os::unix::fs::{MetadataExt as _, chown};
    if let (Ok(database), Ok(of_lock)) = (database.metadata(), lock.metadata())
        && (database.uid(), database.gid()) != (of_lock.uid(), of_lock.gid())
        && let Err(error) = chown(lock, Some(database.uid()), Some(database.gid()))
    {
        tracing::warn!(%error, "the lock file and the database belong to different users");
    }
}

#[cfg(not(unix))]
fn belong_together(_database: &Path, _lock: &Path) {}
