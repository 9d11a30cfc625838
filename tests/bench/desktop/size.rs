//! What has to be brought to a desktop, in bytes.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use dealbell_tests::binary;

use crate::report::Report;

/// Looks at the files.
pub(crate) fn measure() -> Result<Report> {
    let mut report = Report::new(
        "Files as built, without debug symbols where the profile strips them. gotify-tray's is everything its Python environment \
         holds but pip's own; Python itself comes on top, as WebKit comes on top of ours.",
    );
    for name in ["dealbell", "dealbell-empty", "dealbell-centre"] {
        let size = std::fs::metadata(binary(name)?)?.len();
        report.figure(format!("`{name}`"), mib(size));
    }
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/dist");
    let (mut whole, mut packed) = (0, 0);
    for file in files(&pages)? {
        whole += std::fs::metadata(&file)?.len();
        packed += gzipped(&file)?;
    }
    report.figure("the window's pages", mib(whole));
    report.figure(
        "the window's pages, each file through `gzip -9`",
        mib(packed),
    );
    if let Some(python) = std::env::var_os("DEALBELL_GOTIFY_PYTHON") {
        let folder = PathBuf::from(python);
        let library = folder
            .ancestors()
            .nth(2)
            .context("a Python in no environment")?;
        let mut size = 0;
        for file in files(&library.join("lib"))? {
            let own = file.components().any(|part| {
                let part = part.as_os_str().to_string_lossy();
                part == "pip" || part == "setuptools"
            });
            if !own {
                size += std::fs::symlink_metadata(&file)?.len();
            }
        }
        report.figure("gotify-tray with PyQt 6", mib(size));
    }
    Ok(report)
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder);
    let entries = entries.with_context(|| format!("{} cannot be read", folder.display()))?;
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?;
        match entry.file_type()?.is_dir() {
            true => found.extend(files(&entry.path())?),
            false => found.push(entry.path()),
        }
    }
    Ok(found)
}

fn gzipped(file: &Path) -> Result<u64> {
    let mut gzip = Command::new("gzip")
        .args(["-9", "-c"])
        .arg(file)
        .stdout(Stdio::piped())
        .spawn()?;
    let mut packed = Vec::new();
    let mut pipe = gzip.stdout.take().context("no pipe")?;
    pipe.read_to_end(&mut packed)?;
    gzip.wait()?;
    Ok(u64::try_from(packed.len())?)
}

fn mib(bytes: u64) -> String {
    let kib = f64::from(u32::try_from(bytes / 1_024).unwrap_or(u32::MAX));
    format!("{:.2} MiB", kib / 1_024.0)
}
