//! Fuzz targets: everything that others may hand us, and a promise about each.
//!
//! A target takes bytes and panics where its promise is broken. They run in three ways: every test run
//! replays the seeds and tries mutations of them for a bounded time (`tests/short.rs`); `cargo xtask
//! fuzz` lets libFuzzer lead by what the code covers; and a finding is replayed from its file. No
//! target keeps state, so that a finding needs nothing but its bytes.

pub mod mutate;
mod targets;

pub use targets::TARGETS;

use std::path::PathBuf;

/// One of the doors.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name, that of its folder of seeds as well.
    pub name: &'static str,
    /// Words that lead deeper into it than chance would.
    pub words: &'static [&'static str],
    /// Tries it; panics where the promise is broken.
    pub run: fn(&[u8]),
}

/// The target of this name.
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

impl Target {
    /// Its seeds by name, in order.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn seeds(&self) -> std::io::Result<Vec<(PathBuf, Vec<u8>)>> {
        let mut seeds = Vec::new();
        for entry in std::fs::read_dir(self.folder())? {
            let path = entry?.path();
            let bytes = std::fs::read(&path)?;
            seeds.push((path, bytes));
        }
        seeds.sort();
        Ok(seeds)
    }

    /// Where its seeds are.
    pub fn folder(&self) -> PathBuf {
        let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        here.join("seeds").join(self.name)
    }
}
