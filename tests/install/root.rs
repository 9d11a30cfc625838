//! A throw-away machine: this one, with everything that is written kept in memory and forgotten.

use crate::packages::said;
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Says that we are inside already.
const INSIDE: &str = "DEALBELL_TEST_THROW_AWAY";

/// Runs the test `name` again with mounts and processes of its own, which end with it, and comes
/// back with its verdict. False inside, where the test goes on, and true where it is over.
pub(crate) fn ran_inside(name: &str) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return false;
    }
    let namespaces = ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
    let may = Command::new("unshare")
        .args(namespaces)
        .args(["sh", "-c", "mount -t tmpfs none /mnt"])
        .output();
    if !may.is_ok_and(|output| output.status.success()) {
        println!("skipped: this user may not mount, so there is no throw-away machine to try on");
        return true;
    }
    // The shell takes in the orphans, as a first process must.
    let output = Command::new("unshare")
        .args(namespaces)
        .args(["sh", "-c", "\"$@\"; exit $?", "sh"])
        .arg(std::env::current_exe().unwrap())
        .args([name, "--exact", "--nocapture"])
        .env(INSIDE, "1")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    // Not to be counted as a test of its own.
    let told: Vec<_> = text
        .lines()
        .chain(errors.lines())
        .map(|line| format!("| {line}"))
        .collect();
    assert!(output.status.success(), "inside:\n{}", told.join("\n"));
    true
}

/// The machine's files, writable and without consequence.
pub(crate) struct Root {
    /// Where it is mounted.
    pub(crate) path: PathBuf,
    /// What was written, and nothing else.
    upper: PathBuf,
}

impl Root {
    /// Mounts it below `folder`.
    pub(crate) fn mount(folder: &Path) -> Self {
        said(
            Command::new("mount")
                .args(["-t", "tmpfs", "none"])
                .arg(folder),
        );
        let [upper, work, path] = ["upper", "work", "root"].map(|name| folder.join(name));
        for folder in [&upper, &work, &path] {
            fs::create_dir(folder).unwrap();
        }
        let options = format!(
            "lowerdir=/,upperdir={},workdir={}",
            upper.display(),
            work.display()
        );
        said(
            Command::new("mount")
                .args(["-t", "overlay", "overlay", "-o", &options])
                .arg(&path),
        );
        for shared in ["dev", "proc", "tmp"] {
            said(
                Command::new("mount")
                    .arg("--rbind")
                    .arg(Path::new("/").join(shared))
                    .arg(path.join(shared)),
            );
        }
        Self { path, upper }
    }

    /// A command in it.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new("chroot");
        command.arg(&self.path).arg(program);
        command.env("DEBIAN_FRONTEND", "noninteractive");
        command
    }

    /// A path in it.
    pub(crate) fn at(&self, path: &str) -> PathBuf {
        self.path.join(path.trim_start_matches('/'))
    }

    /// Every file that differs from the machine's: written or deleted; and every new folder.
    pub(crate) fn written(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        self.collect(&self.upper, &mut found);
        found
    }

    fn collect(&self, folder: &Path, found: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let place = Path::new("/").join(path.strip_prefix(&self.upper).unwrap());
            let kind = fs::symlink_metadata(&path).unwrap().file_type();
            if kind.is_dir() {
                if !place.is_dir() {
                    found.insert(format!("{}/", place.display()));
                }
                self.collect(&path, found);
            } else if kind.is_char_device() {
                // How the overlay notes that a file was deleted.
                found.insert(format!("{} (deleted)", place.display()));
            } else {
                found.insert(place.display().to_string());
            }
        }
    }

    /// The files that mention `word`, of those that were written.
    pub(crate) fn mentioning(&self, word: &str) -> Vec<String> {
        let output = Command::new("grep")
            .args(["-rIl", word, "."])
            .current_dir(&self.upper)
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines()
            .map(|line| line.trim_start_matches('.').to_owned())
            .collect()
    }
}
