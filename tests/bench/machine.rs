//! On what it was measured, when, and how busy that was with other things.

use std::fs;

use anyhow::{Context, Result};
use jiff::Timestamp;

/// The machine before a measure.
pub(crate) struct Machine {
    load: String,
}

impl Machine {
    /// Looks at it.
    ///
    /// # Errors
    /// When `/proc` does not say how busy it is.
    pub(crate) fn look() -> Result<Self> {
        Ok(Self { load: load()? })
    }

    /// The line above the figures, after the measure.
    ///
    /// # Errors
    /// As [`Machine::look`].
    pub(crate) fn told(&self) -> Result<String> {
        let cores = std::thread::available_parallelism()?;
        // Only who builds knows the profile.
        let told = std::env::var("DEALBELL_BENCH_BUILD").ok();
        let build = told.as_deref().unwrap_or(match cfg!(debug_assertions) {
            true => "dev build (not optimised)",
            false => "release build",
        });
        let processor = processor().unwrap_or_default();
        Ok(format!(
            "{date} UTC, {cores} cores{processor}, {build}; load average of the last minute {before} before, {after} after.",
            date = Timestamp::now().strftime("%Y-%m-%d %H:%M"),
            before = self.load,
            after = load()?,
        ))
    }
}

/// The load average of the last minute.
fn load() -> Result<String> {
    let text = fs::read_to_string("/proc/loadavg").context("how busy is the machine?")?;
    let first = text.split_whitespace().next();
    Ok(first.context("/proc/loadavg is empty")?.to_owned())
}

fn processor() -> Option<String> {
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    let (_, name) = line.split_once(':')?;
    Some(format!(" ({})", name.trim()))
}
