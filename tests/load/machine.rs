//! On what it was measured, when, and how busy that was.

use std::fs;

use anyhow::{Context, Result};
use jiff::Timestamp;

use crate::program::own_cpu;

/// The machine before a measure.
pub(crate) struct Machine {
    load: String,
    own: std::time::Duration,
}

impl Machine {
    /// Looks at it.
    ///
    /// # Errors
    /// When `/proc` does not say how busy it is.
    pub(crate) fn look() -> Result<Self> {
        Ok(Self {
            load: load()?,
            own: own_cpu()?,
        })
    }

    /// The line above the figures, after the measure; `build` says how the centre was built.
    ///
    /// # Errors
    /// As [`Machine::look`].
    pub(crate) fn told(&self, build: &str) -> Result<String> {
        let cores = std::thread::available_parallelism()?;
        let text = fs::read_to_string("/proc/cpuinfo")?;
        let model = text.lines().find(|line| line.starts_with("model name"));
        let model = model.and_then(|line| line.split_once(": "));
        Ok(format!(
            "{date} UTC, {cores} cores ({model}), {build}; load average of the last minute {before} before, \
             {after} after. The clients, a process of their own on the same cores, took {own:.1} s of processor \
             time, which is not in the figures.",
            date = Timestamp::now().strftime("%Y-%m-%d %H:%M"),
            model = model.map_or("?", |(_, name)| name.trim()),
            before = self.load,
            after = load()?,
            own = (own_cpu()? - self.own).as_secs_f64(),
        ))
    }
}

/// The load average of the last minute.
fn load() -> Result<String> {
    let text = fs::read_to_string("/proc/loadavg").context("how busy is the machine?")?;
    let first = text.split_whitespace().next();
    Ok(first.context("/proc/loadavg is empty")?.to_owned())
}
