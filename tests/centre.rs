//! The centre as it is handed out: one static program, in a container, as a service, as a package.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "the helpers of tests are tests")]

use dealbell_tests::{eventually, own_address};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

/// The most that systemd may find exposed; 10 is everything.
const EXPOSED: f64 = 2.0;

fn said(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}:\n{text}\n{errors}");
    text
}

fn unit() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../packaging/centre/dealbell-centre.service")
}

/// What `cargo xtask package --centre` made; none where nobody made it.
fn package() -> Option<PathBuf> {
    let folder = std::env::var_os("DEALBELL_CENTRE_PACKAGE").filter(|name| !name.is_empty());
    if folder.is_none() {
        println!(
            "skipped: DEALBELL_CENTRE_PACKAGE names no folder of `cargo xtask package --centre`"
        );
    }
    folder.map(PathBuf::from)
}

#[test]
fn the_service_is_hardened_and_systemd_understands_every_line() {
    let mut analyse = Command::new("systemd-analyze");
    analyse.args(["security", "--offline=yes", "--no-pager"]);
    let told = said(analyse.arg(unit()));
    let (_, level) = told.rsplit_once("dealbell-centre.service: ").unwrap();
    let level: f64 = level.split_whitespace().next().unwrap().parse().unwrap();
    assert!(level <= EXPOSED, "{told}");

    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("dealbell-centre.service");
    let text = std::fs::read_to_string(unit()).unwrap();
    // Neither program nor manual is on this machine.
    let text = text
        .replace("/usr/bin/dealbell-centre", "/bin/true")
        .replace("Documentation=", "# ");
    std::fs::write(&copy, text).unwrap();
    let output = Command::new("systemd-analyze")
        .args(["verify", "--man=no"])
        .arg(&copy)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    let ours: Vec<_> = told
        .lines()
        .filter(|line| line.contains("dealbell"))
        .collect();
    assert!(ours.is_empty(), "{ours:?}");
}

#[test]
fn the_package_is_well_made() {
    let Some(folder) = package() else { return };
    let debs: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "deb"))
        .collect();
    let [deb] = debs.as_slice() else {
        panic!("not one package: {debs:?}")
    };
    said(
        Command::new("lintian")
            .args(["--allow-root", "--fail-on", "error", "--no-cfg"])
            .arg(deb),
    );
    let needs = said(Command::new("dpkg-deb").arg("-f").arg(deb).arg("Depends"));
    assert!(!needs.contains("libc"), "it is static: {needs}");
}

/// A program that ends with the test.
struct Ends(Child);

impl Drop for Ends {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A container's files, as its builder lays them out; gone with the test.
struct Image {
    store: tempfile::TempDir,
    container: String,
    root: PathBuf,
}

impl Image {
    fn build(folder: &Path) -> Self {
        let store = tempfile::tempdir().unwrap();
        let image = "localhost/dealbell-centre:test";
        said(
            buildah(&store)
                // The other format knows no health check.
                .args(["build", "--format", "docker", "--isolation", "chroot"])
                .args(["-t", image])
                .arg(folder),
        );
        let container = said(buildah(&store).args(["from", "--pull-never", image]));
        let container = container.trim().to_owned();
        let root = said(buildah(&store).args(["mount", &container]));
        Self {
            store,
            container,
            root: PathBuf::from(root.trim()),
        }
    }

    /// As the container's user, who sees nothing of the machine.
    fn command(&self, words: &[&str], listen: &str) -> Command {
        let mut command = Command::new("chroot");
        command
            .args(["--userspec=65532:65532"])
            .arg(&self.root)
            .arg("/dealbell-centre")
            .args(words)
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("SSL_CERT_FILE", "/etc/ssl/certs/ca-certificates.crt")
            .env("DEALBELL_DATABASE", "sqlite:/data/centre.db")
            .env("DEALBELL_LISTEN", listen);
        command
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        // The mount would keep the folder from being deleted.
        let _ = buildah(&self.store)
            .args(["umount", &self.container])
            .output();
    }
}

fn buildah(store: &tempfile::TempDir) -> Command {
    let mut command = Command::new("buildah");
    command
        .args(["--storage-driver", "vfs", "--root"])
        .arg(store.path().join("root"))
        .arg("--runroot")
        .arg(store.path().join("run"));
    command
}

fn is_root() -> bool {
    said(Command::new("id").arg("-u")).trim() == "0"
}

#[tokio::test]
async fn the_container_serves_as_nobody_and_asks_itself_how_it_is() {
    let Some(folder) = package() else { return };
    if !is_root() {
        println!("skipped: only root may look into a container's files");
        return;
    }
    let image = Image::build(&folder.join("container"));
    let about =
        said(buildah(&image.store).args(["inspect", "--type", "container", &image.container]));
    let about: serde_json::Value = serde_json::from_str(&about).unwrap();
    let config = &about["Docker"]["config"];
    assert_eq!(config["User"], "65532:65532");
    assert_eq!(config["Volumes"], serde_json::json!({"/data": {}}));
    assert_eq!(config["Cmd"], serde_json::json!(["serve"]));
    let asks = ["CMD", "/dealbell-centre", "doctor", "--live"];
    assert_eq!(config["Healthcheck"]["Test"], serde_json::json!(asks));
    let mut files: Vec<_> = std::fs::read_dir(&image.root)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    // No shell, no library.
    assert_eq!(files, ["data", "dealbell-centre", "etc"]);

    let listen = own_address().to_string();
    let _serving = Ends(image.command(&["serve"], &listen).spawn().unwrap());
    let live = || image.command(&["doctor", "--live"], &listen).output();
    eventually("the container to be well", async || {
        Ok(live()?.status.success().then_some(()))
    })
    .await
    .unwrap();
    let added = ["user", "add", "anna@firm.ru", "--language", "ru"];
    assert_eq!(said(&mut image.command(&added, &listen)).trim().len(), 26);
}
