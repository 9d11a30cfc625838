//! One instance for a user, where the system does not see to that in every case: by a lock in his own
//! folder, which no other user can take.

use super::privacy;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

/// The right to be the one that runs; it ends with the value or the process.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

/// Claims it for the data in `folder`; none where another instance has it.
///
/// # Errors
/// When the folder or the lock cannot be made.
pub(crate) fn claim(folder: &Path) -> io::Result<Option<Lock>> {
    privacy::keep_folder(folder)?;
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    let file = options.open(folder.join("alone.lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Lock { _file: file })),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_instance_runs_for_a_user_and_no_other_user_has_a_say_in_it() {
        let home = tempfile::tempdir().unwrap();
        let [ours, other] = ["ours", "other"].map(|name| home.path().join(name));
        let lock = claim(&ours).unwrap();
        assert!(lock.is_some());
        assert!(claim(&ours).unwrap().is_none(), "it runs already");
        assert!(claim(&other).unwrap().is_some(), "another user's");
        drop(lock);
        assert!(claim(&ours).unwrap().is_some(), "it has ended");
    }
}
