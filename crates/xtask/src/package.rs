//! `cargo xtask package`: the packages of the system this runs on, below `target/package`.
//!
//! Tauri's command makes them from `src-tauri/tauri*.conf.json`. What those cannot say is written
//! here: the libraries the program really needs, and what comes from `packaging/releases.toml`.

use crate::bill;
use crate::centre;
use crate::licences;
use crate::machine::{BUILD, PACKAGE, provide};
use crate::releases::{self, Release};
use crate::tools::{capture, cargo, npm_folder, root, say, step, target};
use crate::ui;
use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

#[derive(Args)]
pub(crate) struct Wanted {
    /// An AppImage, too. Its maker downloads parts from the network.
    #[arg(long)]
    appimage: bool,
    /// The target of the compiler, such as universal-apple-darwin; this machine's where not given.
    #[arg(long, value_name = "TRIPLE")]
    target: Option<String>,
    /// The debug build instead of the release build: quick, large, for trying the packages.
    #[arg(long)]
    debug: bool,
    /// Of the debug build, what tests/install wants to find in DEALBELL_PACKAGES.
    #[arg(long, conflicts_with_all = ["appimage", "target", "debug"])]
    for_tests: bool,
    /// The department's centre instead of the app: a static program, what a container is built of, a deb.
    #[arg(long, conflicts_with_all = ["appimage", "target", "for_tests"])]
    centre: bool,
}

/// Builds the app and packs it.
pub(crate) fn run(wanted: &Wanted) -> Result<()> {
    if wanted.centre {
        return centre::package(wanted.debug);
    }
    provide(&[&BUILD, &PACKAGE])?;
    ui::build()?;
    if wanted.for_tests {
        let mut build = cargo();
        step(
            "Building the app",
            build.args(["build", "-p", "dealbell", "-p", SANDBOX]),
        )?;
        let folder = for_tests(&target().join("debug"))?;
        println!("DEALBELL_PACKAGES={}", folder.display());
        return Ok(());
    }
    let updates = Updates::of_environment()?;
    if cfg!(target_os = "linux") {
        on_linux(wanted, updates.as_ref())
    } else {
        elsewhere(wanted, updates.as_ref())
    }
}

fn on_linux(wanted: &Wanted, updates: Option<&Updates>) -> Result<()> {
    let mut build = cargo();
    build.args(["build", "-p", "dealbell", "-p", SANDBOX]);
    if !wanted.debug {
        build.arg("--release");
    }
    // The app finds the key and the address of its updates in the configuration it was built with.
    if let Some(updates) = updates {
        build.env("TAURI_CONFIG", updates.config().to_string());
    }
    step("Building the app", &mut build)?;
    let profile = if wanted.debug { "debug" } else { "release" };
    let mut bundles = vec!["deb", "rpm"];
    if wanted.appimage {
        bundles.push("appimage");
    }
    let stage = Stage::prepare(&target().join(profile), updates)?;
    for package in stage.bundle(&bundles, None)? {
        println!("{}", package.display());
    }
    println!("{}", bill::write("dealbell", &stage.folder)?.display());
    Ok(())
}

/// What the tests of the packages want, of the programs in `built`: a deb, the same programs in one
/// of a lower version, an rpm. Says in which folder they are.
pub(crate) fn for_tests(built: &Path) -> Result<PathBuf> {
    let stage = Stage::prepare(built, None)?;
    stage.bundle(&["deb"], Some("0.0.1"))?;
    stage.bundle(&["deb", "rpm"], None)?;
    Ok(stage.folder.join("release/bundle"))
}

fn elsewhere(wanted: &Wanted, updates: Option<&Updates>) -> Result<()> {
    let bundles = if cfg!(windows) { "nsis,msi" } else { "app,dmg" };
    let triple = match &wanted.target {
        Some(triple) => triple.clone(),
        None => own_triple()?,
    };
    let mut sandbox = cargo();
    sandbox.args(["build", "-p", SANDBOX, "--target", &triple]);
    if !wanted.debug {
        sandbox.arg("--release");
    }
    step("Building the demo's CRM", &mut sandbox)?;
    let profile = if wanted.debug { "debug" } else { "release" };
    let folder = target().join("package");
    fs::create_dir_all(&folder)?;
    let ending = if cfg!(windows) { ".exe" } else { "" };
    fs::copy(
        target()
            .join(&triple)
            .join(profile)
            .join(format!("{SANDBOX}{ending}")),
        folder.join(format!("{SANDBOX}-{triple}{ending}")),
    )?;
    let mut config = updates.map_or(json!({}), Updates::config);
    merge(&mut config, &beside(&folder));
    let mut tauri = tauri()?;
    tauri.args(["build", "--ci", "--bundles", bundles, "--config"]);
    tauri.arg(config.to_string());
    if let Some(triple) = &wanted.target {
        tauri.args(["--target", triple]);
    }
    if wanted.debug {
        tauri.arg("--debug");
    }
    step("Building and packing the app", &mut tauri)?;
    bill::write("dealbell", &folder)?;
    say(&format!(
        "The packages are in the bundle folders below {}",
        target().display()
    ));
    Ok(())
}

/// Where updates come from and whose signature they carry; both are the owner's to say at build
/// time, and what nobody said is not in the app.
struct Updates {
    public_key: String,
    endpoint: String,
}

impl Updates {
    /// Both or neither of `DEALBELL_UPDATE_PUBLIC_KEY` and `DEALBELL_UPDATE_ENDPOINT`.
    fn of_environment() -> Result<Option<Self>> {
        let said = |name| std::env::var(name).ok().filter(|text| !text.is_empty());
        let key = said("DEALBELL_UPDATE_PUBLIC_KEY");
        let endpoint = said("DEALBELL_UPDATE_ENDPOINT");
        match (key, endpoint) {
            (Some(public_key), Some(endpoint)) => Ok(Some(Self {
                public_key,
                endpoint,
            })),
            (None, None) => Ok(None),
            (Some(_), None) | (None, Some(_)) => bail!(
                "DEALBELL_UPDATE_PUBLIC_KEY and DEALBELL_UPDATE_ENDPOINT belong together; one is missing"
            ),
        }
    }

    /// What it adds to Tauri's configuration. Signatures are made where the secret key is there.
    fn config(&self) -> Value {
        let key = std::env::var_os("TAURI_SIGNING_PRIVATE_KEY");
        let signs = key.is_some_and(|key| !key.is_empty());
        json!({
            "plugins": { "updater": { "pubkey": self.public_key, "endpoints": [self.endpoint] } },
            "bundle": { "createUpdaterArtifacts": signs },
        })
    }
}

/// The CRM of the demo: a program of its own that the app looks for beside itself.
const SANDBOX: &str = "dealbell-sandbox";

/// Has Tauri put it beside the app. It lies in `folder` with the compiler's target in its name, which
/// Tauri adds and takes away.
fn beside(folder: &Path) -> Value {
    json!({ "bundle": { "externalBin": [folder.join(SANDBOX)] } })
}

fn own_triple() -> Result<String> {
    let about = capture(Command::new("rustc").arg("-vV"))?;
    let triple = about.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(triple.context("rustc names no host")?.to_owned())
}

/// A folder in which Linux packages are made of programs that are built already. They are copied:
/// Tauri's command writes the kind of package into the app.
struct Stage {
    folder: PathBuf,
    config: Value,
}

impl Stage {
    /// Copies and strips the programs in `built`, and writes the files that come with them.
    fn prepare(built: &Path, updates: Option<&Updates>) -> Result<Self> {
        let folder = target().join("package");
        let earlier = folder.join("release/bundle");
        if earlier.exists() {
            fs::remove_dir_all(earlier)?;
        }
        fs::create_dir_all(folder.join("release"))?;
        let app = folder.join("release/dealbell");
        let sandbox = folder.join(format!("{SANDBOX}-{}", own_triple()?));
        for (name, staged) in [("dealbell", &app), (SANDBOX, &sandbox)] {
            let mut strip = Command::new("strip");
            strip.args(["--strip-unneeded", "-o"]).arg(staged);
            step("Stripping a program", strip.arg(built.join(name)))?;
        }
        let programs = [app.as_path(), sandbox.as_path()];
        let mut config = updates.map_or(json!({}), Updates::config);
        merge(&mut config, &beside(&folder));
        merge(&mut config, &files(&folder)?);
        let needs = json!({ "bundle": { "linux": {
            "deb": { "depends": debian_needs(&folder, &programs)? },
            "rpm": { "depends": rpm_needs(&programs)? },
        } } });
        merge(&mut config, &needs);
        Ok(Self { folder, config })
    }

    /// Makes the packages, under another version where one is given.
    fn bundle(&self, bundles: &[&str], version: Option<&str>) -> Result<Vec<PathBuf>> {
        let mut config = self.config.clone();
        if let Some(version) = version {
            merge(&mut config, &json!({ "version": version }));
        }
        let mut tauri = tauri()?;
        tauri
            .args(["bundle", "--ci", "--bundles", &bundles.join(",")])
            .args(["--config", &config.to_string()])
            .env("CARGO_TARGET_DIR", &self.folder);
        let version =
            version.map_or_else(|| releases::version(&root()), |own| Ok(own.to_owned()))?;
        step(
            &format!("Packing {} of {version}", bundles.join(" and ")),
            &mut tauri,
        )?;
        let mut made = Vec::new();
        for bundle in bundles {
            let folder = self.folder.join("release/bundle").join(bundle);
            for entry in fs::read_dir(&folder)? {
                let path = entry?.path();
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                let kind = path.extension().unwrap_or_default().to_ascii_lowercase();
                if kind == *bundle && name.contains(&version) {
                    made.push(path);
                }
            }
        }
        Ok(made)
    }
}

/// Puts the members of `more` into `base`, objects member by member.
fn merge(base: &mut Value, more: &Value) {
    match (base, more) {
        (Value::Object(base), Value::Object(more)) => {
            for (name, value) in more {
                merge(base.entry(name).or_insert(Value::Null), value);
            }
        }
        (base, more) => *base = more.clone(),
    }
}

/// Tauri's command, of the version that `packaging/package-lock.json` locks.
fn tauri() -> Result<Command> {
    let folder = npm_folder(
        &root().join("packaging"),
        "packaging",
        "Installing Tauri's command",
    )?;
    let mut command = Command::new("node");
    command
        .arg(folder.join("node_modules/@tauri-apps/cli/tauri.js"))
        .current_dir(root().join("src-tauri"));
    Ok(command)
}

/// Writes changelog, AppStream data, manual and copyright into `folder`; says where they go.
fn files(folder: &Path) -> Result<Value> {
    let from = root().join("packaging/linux");
    let base: Value = read_json("tauri.conf.json")?;
    let linux: Value = read_json("tauri.linux.conf.json")?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let maintainer = text(&linux["bundle"]["publisher"]);
    let homepage = text(&base["bundle"]["homepage"]);
    let licence = text(&base["bundle"]["license"]);
    let releases: Vec<Release> = releases::all(&root())?;

    let changelog = folder.join("changelog");
    fs::write(
        &changelog,
        releases::debian_changelog(&releases, &maintainer)?,
    )?;
    let fill = |name: &str, places: &[(&str, &str)]| -> Result<PathBuf> {
        let mut text = fs::read_to_string(from.join(name))?;
        for (place, value) in places {
            text = text.replace(place, value);
        }
        let path = folder.join(name);
        fs::write(&path, text)?;
        Ok(path)
    };
    let data = fill(
        "com.dealbell.desktop.metainfo.xml",
        &[
            ("@HOMEPAGE@", &homepage),
            ("@LICENSE@", &licence),
            ("@RELEASES@", &releases::appstream(&releases)),
        ],
    )?;
    let copyright = fill(
        "copyright",
        &[
            ("@HOMEPAGE@", &homepage),
            ("@MAINTAINER@", &maintainer),
            ("@LIBRARIES@", &libraries()?),
        ],
    )?;
    let mut everywhere = json!({
        "/usr/share/metainfo/com.dealbell.desktop.metainfo.xml": data,
        "/usr/share/doc/dealbell/copyright": copyright,
        "/usr/share/doc/dealbell/managed.example.toml": root().join("packaging/managed.example.toml"),
    });
    for (page, place) in [
        ("dealbell.1", "/usr/share/man/man1/dealbell.1.gz"),
        ("dealbell.ru.1", "/usr/share/man/ru/man1/dealbell.1.gz"),
        (
            "dealbell-sandbox.1",
            "/usr/share/man/man1/dealbell-sandbox.1.gz",
        ),
    ] {
        everywhere[place] = json!(gzip(&from.join(page), &folder.join(format!("{page}.gz")))?);
    }
    Ok(json!({ "bundle": { "linux": {
        "deb": { "changelog": changelog, "files": everywhere },
        "rpm": { "files": everywhere },
        "appimage": { "files": everywhere },
    } } }))
}

fn read_json(name: &str) -> Result<Value> {
    let path = root().join("src-tauri").join(name);
    serde_json::from_str(&fs::read_to_string(&path)?)
        .with_context(|| format!("{} is not JSON", path.display()))
}

/// As Debian wants it: smallest, and the same bytes every time.
pub(crate) fn gzip(from: &Path, to: &Path) -> Result<PathBuf> {
    let output = Command::new("gzip").args(["-9nc"]).arg(from).output()?;
    if !output.status.success() {
        bail!("gzip: {}", String::from_utf8_lossy(&output.stderr));
    }
    fs::write(to, output.stdout)?;
    Ok(to.to_owned())
}

/// Debian's copyright file of a program that is made of the crate `package` and what it is built from.
pub(crate) fn copyright(package: &str) -> Result<String> {
    let base: Value = read_json("tauri.conf.json")?;
    let homepage = base["bundle"]["homepage"].as_str().unwrap_or_default();
    let mut lines = vec![" SQLite: public domain".to_owned()];
    for (name, version, licence) in licences::compiled_in(package)? {
        lines.push(format!(" {name} {version}: {licence}"));
    }
    let text = fs::read_to_string(root().join("packaging/linux/copyright"))?;
    Ok(text
        .replace("@HOMEPAGE@", homepage)
        .replace("@MAINTAINER@", &maintainer()?)
        .replace("@LIBRARIES@", &lines.join("\n")))
}

/// Who answers for packages, with an address.
pub(crate) fn maintainer() -> Result<String> {
    let linux: Value = read_json("tauri.linux.conf.json")?;
    let maintainer = linux["bundle"]["publisher"].as_str();
    Ok(maintainer.context("no publisher is named")?.to_owned())
}

/// What is compiled in, for the copyright file: the list that the window's *about* shows.
fn libraries() -> Result<String> {
    let list = fs::read(root().join("ui/src/generated/licences.json"))?;
    let list: Vec<Value> = serde_json::from_slice(&list)?;
    let mut lines = vec![" SQLite: public domain".to_owned()];
    for library in list {
        let word = |name: &str| library[name].as_str().unwrap_or_default().to_owned();
        let (name, version, licence) = (word("name"), word("version"), word("licence"));
        lines.push(format!(" {name} {version}: {licence}"));
    }
    Ok(lines.join("\n"))
}

/// The Debian packages whose libraries the programs are linked with, in the versions they need.
fn debian_needs(folder: &Path, programs: &[&Path]) -> Result<Vec<String>> {
    fs::create_dir_all(folder.join("debian"))?;
    fs::write(
        folder.join("debian/control"),
        "Source: dealbell\n\nPackage: dealbell\nArchitecture: any\nDepends: ${shlibs:Depends}\n",
    )?;
    let mut shlibdeps = Command::new("dpkg-shlibdeps");
    shlibdeps.arg("-O").args(programs).current_dir(folder);
    let said = capture(&mut shlibdeps)?;
    let needs = said
        .strip_prefix("shlibs:Depends=")
        .context("dpkg-shlibdeps named no library")?;
    Ok(needs.split(", ").map(str::to_owned).collect())
}

/// The same for rpm, as it names them itself: by library, which is one name on every distribution.
fn rpm_needs(programs: &[&Path]) -> Result<Vec<String>> {
    let mut child = Command::new("/usr/lib/rpm/elfdeps")
        .arg("--requires")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("elfdeps of rpm")?;
    if let Some(mut input) = child.stdin.take() {
        for program in programs {
            writeln!(input, "{}", program.display())?;
        }
    }
    let output = child.wait_with_output()?;
    let mut needs: Vec<_> = String::from_utf8(output.stdout)?
        .lines()
        .map(str::to_owned)
        .collect();
    needs.sort_unstable();
    needs.dedup();
    if needs.is_empty() {
        bail!("elfdeps named no library");
    }
    Ok(needs)
}
