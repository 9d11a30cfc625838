//! The packages as Debian's, freedesktop's and rpm's own judges see them.

use crate::packages::{Packages, is_debian_12, said};
use std::path::Path;
use std::process::Command;

fn unpacked(packages: &Packages) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    said(
        Command::new("dpkg-deb")
            .arg("-x")
            .arg(&packages.deb)
            .arg(folder.path()),
    );
    folder
}

#[test]
fn lintian_finds_nothing_to_complain_of() {
    if !is_debian_12() {
        return;
    }
    let packages = Packages::of_environment();
    // Infos are guesses, such as misspelt words in compressed data.
    let complaints = Command::new("lintian")
        .args(["--allow-root", "--fail-on", "error,warning"])
        .arg(&packages.deb)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&complaints.stdout);
    assert!(complaints.status.success(), "{text}");
    let overridden = text.contains("overridden");
    assert!(!overridden, "nothing may be overridden unseen: {text}");
}

#[test]
fn the_software_centre_can_read_us() {
    if !is_debian_12() {
        return;
    }
    let folder = unpacked(&Packages::of_environment());
    let data = folder
        .path()
        .join("usr/share/metainfo/com.dealbell.desktop.metainfo.xml");
    said(
        Command::new("appstreamcli")
            .args(["validate", "--no-net"])
            .arg(&data),
    );
    let text = std::fs::read_to_string(data).unwrap();
    assert!(!text.contains('@'), "a place was not filled: {text}");
    assert!(text.contains(&format!("version=\"{}\"", env!("CARGO_PKG_VERSION"))));
    // What the launchable names must be there.
    let desktop = folder
        .path()
        .join("usr/share/applications/dealbell.desktop");
    assert!(text.contains(">dealbell.desktop</launchable>"));
    let check = said(Command::new("desktop-file-validate").arg(&desktop));
    assert_eq!(check, "", "not even a hint");
}

/// Every option that --help tells is in both manuals, and man can read them.
#[test]
fn the_manuals_know_every_option() {
    if !is_debian_12() {
        return;
    }
    let folder = unpacked(&Packages::of_environment());
    let program = folder.path().join("usr/bin/dealbell");
    let help = said(Command::new(program).arg("--help"));
    let options: Vec<_> = help
        .split_whitespace()
        .filter(|word| word.starts_with("--"))
        .collect();
    assert!(options.len() >= 5, "{help}");
    for page in ["man/man1/dealbell.1.gz", "man/ru/man1/dealbell.1.gz"] {
        let path = folder.path().join("usr/share").join(page);
        let text = read_manual(&path);
        for option in &options {
            assert!(text.contains(option), "{page} does not tell {option}");
        }
    }
}

fn read_manual(path: &Path) -> String {
    let mut man = Command::new("man");
    man.args(["--warnings", "-E", "UTF-8", "-l"]).arg(path);
    man.env("MANWIDTH", "80").env("LC_ALL", "C.UTF-8");
    let output = man.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(errors, "", "{}", path.display());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_rpm_holds_what_the_deb_holds_and_names_its_libraries() {
    if !is_debian_12() {
        return;
    }
    let packages = Packages::of_environment();
    let query = |what: &[&str]| said(Command::new("rpm").args(what).arg(&packages.rpm));
    let deb = said(Command::new("dpkg-deb").arg("-c").arg(&packages.deb));
    let mut in_deb: Vec<_> = deb
        .lines()
        .filter(|line| !line.starts_with('d'))
        .filter_map(|line| line.split_whitespace().last())
        .map(|path| format!("/{path}"))
        // Debian's own.
        .filter(|path| !path.ends_with("/changelog.gz"))
        .collect();
    in_deb.sort();
    let listed = query(&["-qpl"]);
    let mut in_rpm: Vec<_> = listed.lines().collect();
    in_rpm.sort_unstable();
    assert_eq!(in_rpm, in_deb);

    let needs = query(&["-qp", "--requires"]);
    for library in ["libwebkit2gtk-4.1.so.0()(64bit)", "libgtk-3.so.0()(64bit)"] {
        assert!(needs.contains(library), "{needs}");
    }
    let about = query(&["-qp", "--queryformat", "%{NAME} %{VERSION} %{URL}"]);
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        about,
        format!("dealbell {version} https://dealbell.example/")
    );
    let scripts = query(&["-qp", "--scripts"]);
    assert!(scripts.contains("postuninstall"), "{scripts}");
    said(
        Command::new("rpm")
            .args(["-K", "--nosignature"])
            .arg(&packages.rpm),
    );
}
