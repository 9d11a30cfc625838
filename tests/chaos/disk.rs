//! A small disk of its own, which can be filled to the last byte.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

/// Enough for what a run keeps, little enough to be filled at once; MiB.
const SIZE: usize = 192;

/// A file system in memory. It is left, and gone, with the value.
pub(crate) struct Disk {
    place: PathBuf,
}

impl Disk {
    /// Mounts one at a folder.
    pub(crate) fn mount(place: &Path) -> Result<Self> {
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={SIZE}m"), "chaos"]);
        let status = mount.arg(place).status().context("mount")?;
        ensure!(status.success(), "no file system for {}", place.display());
        Ok(Self {
            place: place.to_owned(),
        })
    }

    fn ballast(&self) -> PathBuf {
        self.place.join("ballast")
    }

    /// Fills it to the last byte.
    pub(crate) fn fill(&self) -> Result<()> {
        let mut ballast = File::create(self.ballast())?;
        for size in [1 << 20, 1 << 12, 1] {
            let piece = vec![0; size];
            loop {
                match ballast.write_all(&piece) {
                    Ok(()) => {}
                    Err(error) if error.kind() == ErrorKind::StorageFull => break,
                    Err(error) => bail!(error),
                }
            }
        }
        Ok(())
    }

    /// There is room again.
    pub(crate) fn free(&self) -> Result<()> {
        Ok(fs::remove_file(self.ballast())?)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // At once out of the way, and freed when the last one has left it.
        let _ = Command::new("umount").arg("-l").arg(&self.place).status();
    }
}
