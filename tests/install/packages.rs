//! Where the packages under test are.

use std::path::{Path, PathBuf};
use std::process::Command;

/// What `cargo xtask test` made.
pub(crate) struct Packages {
    /// The same program under a lower version.
    pub(crate) older: PathBuf,
    /// As it is now.
    pub(crate) deb: PathBuf,
    /// The same for other distributions.
    pub(crate) rpm: PathBuf,
}

impl Packages {
    /// As `DEALBELL_PACKAGES` says.
    pub(crate) fn of_environment() -> Self {
        let folder = std::env::var_os("DEALBELL_PACKAGES")
            .expect("run cargo xtask test, which makes the packages and says where they are");
        let folder = PathBuf::from(folder);
        let mut debs = files(&folder.join("deb"), "deb");
        let mut rpms = files(&folder.join("rpm"), "rpm");
        assert_eq!((debs.len(), rpms.len()), (2, 1), "{debs:?} {rpms:?}");
        Self {
            deb: debs.pop().unwrap(),
            older: debs.pop().unwrap(),
            rpm: rpms.pop().unwrap(),
        }
    }
}

fn files(folder: &Path, kind: &str) -> Vec<PathBuf> {
    let mut found: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file() && path.extension().is_some_and(|end| end == kind))
        .collect();
    found.sort();
    found
}

/// True where this is the Debian that the packages are made for; says so where it is not.
pub(crate) fn is_debian_12() -> bool {
    let about = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let is = about.contains("ID=debian") && about.contains("VERSION_ID=\"12\"");
    if !is {
        println!("skipped: this is not Debian 12, which the packages are tried on");
    }
    is
}

/// What a program prints; panics with everything it said where it fails.
pub(crate) fn said(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}:\n{text}\n{errors}");
    text
}
