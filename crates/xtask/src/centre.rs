//! `cargo xtask package --centre`: the centre as one static program, a folder to build a container in,
//! and a deb, below `target/package/centre`.

use crate::bill;
use crate::machine::{PACKAGE, STATIC, provide};
use crate::package::{copyright, gzip, maintainer};
use crate::releases;
use crate::tools::{capture, cargo, root, say, step, target};
use crate::ui;
use anyhow::{Context, Result, bail};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

const NAME: &str = "dealbell-centre";
/// Whose programs need no library of the machine they run on.
const TRIPLE: &str = "x86_64-unknown-linux-musl";

/// Makes all three and says where they are.
pub(crate) fn package(debug: bool) -> Result<()> {
    provide(&[&STATIC, &PACKAGE])?;
    // They are inside the program.
    ui::build()?;
    let folder = make(debug)?;
    println!("{}", folder.display());
    Ok(())
}

/// The same of pages that are built already; the folder.
pub(crate) fn make(debug: bool) -> Result<PathBuf> {
    if !cfg!(target_os = "linux") {
        bail!("the centre is packed on Linux");
    }
    provide(&[&STATIC, &PACKAGE])?;
    let built = build(debug)?;
    let folder = target().join("package/centre");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let program = folder.join(NAME);
    let mut strip = Command::new("strip");
    strip.args(["--strip-unneeded", "-o"]).arg(&program);
    step("Stripping the program", strip.arg(built))?;
    is_static(&program)?;
    container(&folder, &program)?;
    deb(&folder, &program, debug)?;
    bill::write("dealbell-server", &folder)?;
    Ok(folder)
}

fn build(debug: bool) -> Result<PathBuf> {
    let installed = capture(Command::new("rustup").args(["target", "list", "--installed"]))
        .context("rustup, which brings the compiler's target")?;
    if !installed.lines().any(|line| line == TRIPLE) {
        let mut add = Command::new("rustup");
        step("Getting Rust's target", add.args(["target", "add", TRIPLE]))?;
    }
    let mut build = cargo();
    build
        .args(["build", "-p", "dealbell-server", "--target", TRIPLE])
        // SQLite and ring are C.
        .env("CC_x86_64_unknown_linux_musl", "musl-gcc");
    if !debug {
        build.arg("--release");
    }
    step("Building the centre, statically", &mut build)?;
    let profile = if debug { "debug" } else { "release" };
    Ok(target().join(TRIPLE).join(profile).join(NAME))
}

/// By what others say of it, and by running it.
fn is_static(program: &Path) -> Result<()> {
    let about = capture(Command::new("file").arg("-b").arg(program))?;
    if !about.contains("static-pie linked") && !about.contains("statically linked") {
        bail!("the program is not static: {about}");
    }
    // It fails on what is not dynamic, or says so.
    let linked = Command::new("ldd").arg(program).output()?;
    let linked = [linked.stdout, linked.stderr].concat();
    let linked = String::from_utf8_lossy(&linked).into_owned();
    if !linked.contains("statically linked") && !linked.contains("not a dynamic executable") {
        bail!("the program needs libraries: {linked}");
    }
    let version = capture(Command::new(program).arg("--version"))?;
    say(&format!("{version}: {about}"));
    Ok(())
}

/// What its Containerfile takes.
fn container(folder: &Path, program: &Path) -> Result<()> {
    let folder = folder.join("container");
    let data = folder.join("data");
    fs::create_dir_all(&data)?;
    fs::set_permissions(data, fs::Permissions::from_mode(0o700))?;
    fs::copy(program, folder.join(NAME))?;
    fs::copy(from("Containerfile"), folder.join("Containerfile"))?;
    fs::copy(
        "/etc/ssl/certs/ca-certificates.crt",
        folder.join("ca-certificates.crt"),
    )
    .context("the system's certificate authorities")?;
    Ok(())
}

fn from(name: &str) -> PathBuf {
    root().join("packaging/centre").join(name)
}

fn deb(folder: &Path, program: &Path, quick: bool) -> Result<()> {
    let version = releases::version(&root())?;
    let tree = folder.join("tree");
    let put = |place: &str, mode: u32, content: &[u8]| -> Result<()> {
        let path = tree.join(place);
        fs::create_dir_all(path.parent().unwrap_or(&tree))?;
        fs::write(&path, content)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(mode))?;
        Ok(())
    };
    put("usr/bin/dealbell-centre", 0o755, &fs::read(program)?)?;
    for (name, place) in [
        (
            "dealbell-centre.service",
            "lib/systemd/system/dealbell-centre.service",
        ),
        ("centre.toml", "etc/dealbell/centre.toml"),
    ] {
        put(place, 0o644, &fs::read(from(name))?)?;
    }
    let doc = "usr/share/doc/dealbell-centre";
    put(
        &format!("{doc}/copyright"),
        0o644,
        copyright("dealbell-server")?.as_bytes(),
    )?;
    let changelog = releases::debian_changelog(&releases::all(&root())?, &maintainer()?)?;
    let changelog = changelog.replace("dealbell (", "dealbell-centre (");
    let plain = folder.join("changelog");
    fs::write(&plain, changelog)?;
    for (plain, place) in [
        (plain.as_path(), format!("{doc}/changelog.gz")),
        (
            &from("dealbell-centre.1"),
            "usr/share/man/man1/dealbell-centre.1.gz".to_owned(),
        ),
    ] {
        let packed = gzip(plain, &folder.join("packed.gz"))?;
        put(&place, 0o644, &fs::read(packed)?)?;
    }
    let size: u64 = walk(&tree)?
        .iter()
        .map(|(_, length)| length.div_ceil(1024))
        .sum();
    let control = format!(
        "Package: {NAME}\nVersion: {version}\nArchitecture: amd64\nMaintainer: {}\n\
         Installed-Size: {size}\nDepends: adduser, init-system-helpers (>= 1.52)\n\
         Recommends: ca-certificates\nSection: net\nPriority: optional\n\
         Description: notification centre for a sales department\n \
         Reads amoCRM or Kommo accounts, keeps what is told to each user, and serves\n \
         Dealbell on their desktops, integrations, and letters.\n",
        maintainer()?
    );
    put("DEBIAN/control", 0o644, control.as_bytes())?;
    put("DEBIAN/conffiles", 0o644, b"/etc/dealbell/centre.toml\n")?;
    for script in ["postinst", "prerm", "postrm"] {
        let text = fs::read(from("deb").join(script))?;
        put(&format!("DEBIAN/{script}"), 0o755, &text)?;
    }
    put("DEBIAN/md5sums", 0o644, sums(&tree)?.as_bytes())?;
    for (path, _) in walk_folders(&tree)? {
        fs::set_permissions(path, fs::Permissions::from_mode(0o755))?;
    }
    let package = folder.join(format!("{NAME}_{version}_amd64.deb"));
    let mut build = Command::new("dpkg-deb");
    build.arg("--root-owner-group");
    if quick {
        build.args(["-Zgzip", "-z1"]);
    }
    build.arg("--build");
    step("Packing the deb", build.arg(&tree).arg(&package))?;
    fs::remove_dir_all(tree)?;
    Ok(())
}

fn sums(tree: &Path) -> Result<String> {
    let mut sums = Command::new("md5sum");
    sums.current_dir(tree);
    for (path, _) in walk(tree)? {
        let path = path.strip_prefix(tree)?;
        if !path.starts_with("DEBIAN") {
            sums.arg(path);
        }
    }
    Ok(capture(&mut sums)? + "\n")
}

/// Files with their lengths, by name.
fn walk(folder: &Path) -> Result<Vec<(PathBuf, u64)>> {
    let all = walk_all(folder)?;
    Ok(all.into_iter().filter(|(path, _)| path.is_file()).collect())
}

fn walk_folders(folder: &Path) -> Result<Vec<(PathBuf, u64)>> {
    let all = walk_all(folder)?;
    Ok(all.into_iter().filter(|(path, _)| path.is_dir()).collect())
}

fn walk_all(folder: &Path) -> Result<Vec<(PathBuf, u64)>> {
    let mut found = vec![(folder.to_owned(), 0)];
    let mut names: Vec<_> = fs::read_dir(folder)?.collect::<Result<_, _>>()?;
    names.sort_by_key(fs::DirEntry::file_name);
    for entry in names {
        let about = entry.metadata()?;
        if about.is_dir() {
            found.extend(walk_all(&entry.path())?);
        } else {
            found.push((entry.path(), about.len()));
        }
    }
    Ok(found)
}
