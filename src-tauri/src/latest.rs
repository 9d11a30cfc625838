//! What is kept in a place that may block: whatever was wanted last is there in the end, even where
//! an earlier write is let through after a later one.

use dealbell_protocol::secret::Secret as SecretText;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What each entry shall be in the end; none is no entry.
#[derive(Clone, Default)]
pub(crate) struct Latest(Arc<Mutex<HashMap<String, Wanted>>>);

#[derive(Clone, Default, PartialEq, Eq)]
struct Wanted {
    turn: u64,
    value: Option<SecretText>,
}

impl Latest {
    /// From now on `name` shall be this, where that is `still` so. False where it is not.
    pub(crate) fn want(
        &self,
        name: &str,
        value: Option<SecretText>,
        still: impl FnOnce() -> bool,
    ) -> bool {
        let mut all = self.all();
        if !still() {
            return false;
        }
        let wanted = all.entry(name.to_owned()).or_default();
        wanted.turn += 1;
        wanted.value = value;
        true
    }

    /// Writes what `name` shall be, and again where that has changed meanwhile.
    ///
    /// # Errors
    /// The first one of `write`.
    pub(crate) fn settle<E>(
        &self,
        name: &str,
        mut write: impl FnMut(Option<&str>) -> Result<(), E>,
    ) -> Result<(), E> {
        loop {
            let wanted = self.of(name);
            write(wanted.value.as_deref())?;
            if self.of(name).turn == wanted.turn {
                return Ok(());
            }
        }
    }

    fn of(&self, name: &str) -> Wanted {
        self.all().get(name).cloned().unwrap_or_default()
    }

    /// No code panics while it holds this lock, so a poisoned one is as good as any.
    fn all(&self) -> MutexGuard<'_, HashMap<String, Wanted>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;
    use std::sync::mpsc;

    #[test]
    fn a_write_let_through_late_does_not_undo_a_later_one() {
        for last in [Some("new"), None] {
            let (latest, kept) = (Latest::default(), Arc::new(Mutex::new(None)));
            let write = |kept: &Mutex<Option<String>>, value: Option<&str>| {
                *kept.lock().unwrap() = value.map(str::to_owned);
            };
            let (stuck, is_stuck) = mpsc::channel();
            let (release, released) = mpsc::channel::<()>();
            latest.want("a", Some("old".to_owned().into()), || true);
            let early = std::thread::spawn({
                let (latest, kept) = (latest.clone(), kept.clone());
                move || {
                    latest.settle("a", |value| {
                        // The keyring is locked, and the user is asked.
                        stuck.send(()).unwrap();
                        released.recv().unwrap();
                        write(&kept, value);
                        Ok::<_, Infallible>(())
                    })
                }
            });
            is_stuck.recv().unwrap();
            latest.want("a", last.map(|last| last.to_owned().into()), || true);
            let late = latest.settle("a", |value| {
                write(&kept, value);
                Ok::<_, Infallible>(())
            });
            assert_eq!(late, Ok(()));
            release.send(()).unwrap();
            release.send(()).unwrap();
            early.join().unwrap().unwrap();
            assert_eq!(kept.lock().unwrap().as_deref(), last);
        }
    }
}
