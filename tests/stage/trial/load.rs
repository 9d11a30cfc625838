//! A machine that has other things to do.

use anyhow::Result;
use dealbell_tests::{Environment, Process};
use std::path::Path;

/// A busy loop per core, each a little politer than the app. Ends with the value, and by itself
/// after an hour should nobody be left to end it.
pub(super) struct Load {
    _loops: Vec<Process>,
}

impl Load {
    /// Starts the loops.
    ///
    /// # Errors
    /// When a shell cannot be started.
    pub(super) fn start() -> Result<Self> {
        let cores = std::thread::available_parallelism()?.get();
        let mut environment = Environment::new();
        if let Some(path) = std::env::var_os("PATH") {
            environment.insert("PATH".into(), path);
        }
        let busy = || {
            let words = [
                "-n",
                "5",
                "timeout",
                "3600",
                "sh",
                "-c",
                "while :; do :; done",
            ];
            Process::start(Path::new("nice"), words, &environment)
        };
        let loops = (0..cores).map(|_| busy()).collect::<Result<_>>()?;
        Ok(Self { _loops: loops })
    }
}
