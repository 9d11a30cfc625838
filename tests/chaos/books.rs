//! What was said and read, as those tell it who did it and were told that it is done.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result};
use serde_json::Value;

/// The titles are names: none is used twice.
#[derive(Debug, Default)]
pub(crate) struct Books(Mutex<Pages>);

/// What stands in them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pages {
    /// The centre has answered 201.
    pub(crate) said: BTreeSet<String>,
    /// The centre has taken the mark.
    pub(crate) read: BTreeSet<String>,
}

impl Books {
    fn lock(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The centre has it.
    pub(crate) fn said(&self, title: &str) {
        self.lock().said.insert(title.to_owned());
    }

    /// Enters a line of the integration.
    pub(crate) fn enter(&self, line: &str) -> Result<()> {
        let fact: Value = serde_json::from_str(line).context("a line of the integration")?;
        let of = |name: &str| fact[name].as_str().map(str::to_owned);
        let mut pages = self.lock();
        pages.said.extend(of("said"));
        pages.read.extend(of("read"));
        Ok(())
    }

    /// All of it.
    pub(crate) fn pages(&self) -> Pages {
        self.lock().clone()
    }

    /// How many were said so far.
    pub(crate) fn count(&self) -> usize {
        self.lock().said.len()
    }
}
