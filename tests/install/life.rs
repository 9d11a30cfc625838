//! One package's life on Debian 12: installed, upgraded while it runs, removed, purged.

use crate::packages::{Packages, is_debian_12, said};
use crate::root::{Root, ran_inside};
use dealbell_tests::recorder::TrayItem;
use dealbell_tests::{DesktopOptions, Ending, PrivateDesktop, Program, descendants, eventually};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What Debian's tools write whoever installs something: their lists, logs and caches.
const BOOKKEEPING: [&str; 9] = [
    "/var/lib/dpkg/status",
    "/var/lib/dpkg/available",
    "/var/lib/dpkg/lock",
    "/var/lib/dpkg/triggers/",
    "/var/log/",
    "/var/cache/",
    "/usr/share/applications/mimeinfo.cache",
    "/usr/share/icons/hicolor/icon-theme.cache",
    "/usr/share/icons/hicolor/.icon-theme.cache",
];
const ENTRY: &str = ".config/autostart/dealbell.desktop";

#[tokio::test]
async fn the_deb_installs_upgrades_over_a_running_one_and_purges() {
    if !is_debian_12()
        || ran_inside("life::the_deb_installs_upgrades_over_a_running_one_and_purges")
    {
        return;
    }
    let packages = Packages::of_environment();
    let folder = tempfile::tempdir().unwrap();
    let root = Root::mount(folder.path());
    people(&root);
    let before = root.written();

    install(&root, &packages.older);
    assert_eq!(installed_version(&root), "0.0.1");
    let desktop = PrivateDesktop::start(DesktopOptions {
        window_manager: true,
        ..DesktopOptions::default()
    })
    .await
    .unwrap();
    let app = start(&desktop, &root, &["--demo"]);
    let item = connected(&desktop, &app).await;

    install(&root, &packages.deb);
    assert_eq!(installed_version(&root), env!("CARGO_PKG_VERSION"));
    old_one_goes_on(&desktop, &root, &app).await;
    assert!(item.view().await.is_ok(), "the tray lost it");

    assert_eq!(app.terminate().await.unwrap(), Ending::Code(0));
    drop(desktop);

    let desktop = PrivateDesktop::start(DesktopOptions::default())
        .await
        .unwrap();
    let app = start(&desktop, &root, &["--demo"]);
    connected(&desktop, &app).await;
    assert_eq!(program_of(app.pid()), Path::new("/usr/bin/dealbell"));
    assert_eq!(app.terminate().await.unwrap(), Ending::Code(0));
    drop(desktop);

    starts_at_login(&root);
    said(root.command("dpkg").args(["--remove", "dealbell"]));
    assert!(root.at("/home/olga").join(ENTRY).exists());
    let what_it_tries = root.at("/usr/bin/dealbell");
    assert!(!what_it_tries.exists(), "a desktop would start the entry");

    said(root.command("dpkg").args(["--purge", "dealbell"]));
    nothing_starts_at_login(&root);
    let after = root.written();
    let left: BTreeSet<_> = after
        .difference(&before)
        .filter(|path| is_ours(path))
        .collect();
    assert!(left.is_empty(), "{left:#?}");
    let mentions: Vec<_> = root
        .mentioning("dealbell")
        .into_iter()
        .filter(|path| is_ours(path))
        .collect();
    assert!(mentions.is_empty(), "{mentions:#?}");
}

/// Waits until the tray says how much is unread: everything works then.
async fn connected(desktop: &PrivateDesktop, app: &Program) -> TrayItem {
    let item = desktop.recorder.wait_item().await.unwrap();
    let rings = item.wait(|view| view.tooltip_text.contains("непрочитанн"));
    if let Err(error) = rings.await {
        panic!("{error:#}\n{}", app.log());
    }
    item
}

/// The old program goes on from the file it was started from; a second start finds it, and it shows
/// its window.
async fn old_one_goes_on(desktop: &PrivateDesktop, root: &Root, app: &Program) {
    assert_eq!(app.ending(), None, "{}", app.log());
    let gone = program_of(app.pid()).display().to_string();
    assert!(gone.ends_with("(deleted)"), "{gone}");

    let second = start(desktop, root, &[]);
    assert_eq!(second.wait().await.unwrap(), Ending::Code(0));
    let window = eventually("the window of the one that ran", async || {
        let open = said(
            Command::new("wmctrl")
                .arg("-lx")
                .env("DISPLAY", desktop.display()),
        );
        Ok(open
            .lines()
            .find(|line| line.contains("Dealbell"))
            .map(str::to_owned))
    })
    .await
    .unwrap();
    // What the desktop file says the window's class is, so that docks know whose it is.
    let class = window.split_whitespace().nth(2).unwrap();
    let entry = fs::read_to_string(root.at("/usr/share/applications/dealbell.desktop")).unwrap();
    let named = entry
        .lines()
        .find_map(|line| line.strip_prefix("StartupWMClass="));
    assert_eq!(class.rsplit('.').next(), named, "{window}");
    let children = descendants(app.pid());
    let programs: Vec<_> = children.into_iter().map(program_of).collect();
    let same = programs
        .iter()
        .any(|program| program.ends_with("dealbell (deleted)"));
    assert!(same, "the window must be of the same version: {programs:?}");
}

/// Two users. One starts Dealbell at login; the other has an entry of the same name for something
/// else, and his folder is elsewhere in the system, where he has no rights.
fn people(root: &Root) {
    for name in ["olga", "petr", "ivan"] {
        said(root.command("useradd").args(["--create-home", name]));
    }
}

fn starts_at_login(root: &Root) {
    let ours = "[Desktop Entry]\nType=Application\nName=Dealbell\nTryExec=/usr/bin/dealbell\n\
                Exec=/usr/bin/dealbell --hidden\n";
    let other = "[Desktop Entry]\nType=Application\nName=Bell\nExec=/opt/bell/dealbell\n";
    for (home, text) in [
        ("/home/olga", ours),
        ("/home/petr", other),
        ("/srv/ivan", ours),
    ] {
        let entry = root.at(home).join(ENTRY);
        fs::create_dir_all(entry.parent().unwrap()).unwrap();
        fs::write(entry, text).unwrap();
    }
    for name in ["olga", "petr"] {
        let owner = format!("{name}:{name}");
        let home = format!("/home/{name}");
        said(root.command("chown").args(["-R", &owner, &home]));
    }
    let link = root.at("/home/ivan/.config");
    std::os::unix::fs::symlink("/srv/ivan/.config", link).unwrap();
}

/// Ours is gone, everybody else's is there.
fn nothing_starts_at_login(root: &Root) {
    assert!(!root.at("/home/olga").join(ENTRY).exists());
    assert!(root.at("/home/petr").join(ENTRY).exists());
    let elsewhere = root.at("/srv/ivan").join(ENTRY);
    assert!(
        elsewhere.exists(),
        "a user's link must not lead root's hand"
    );
}

/// Not a user's, and not what Debian's own tools keep.
fn is_ours(path: &str) -> bool {
    let home = path.starts_with("/home/") || path.starts_with("/srv/ivan");
    !home && !BOOKKEEPING.iter().any(|place| path.starts_with(place))
}

fn install(root: &Root, package: &Path) {
    let name = package.file_name().unwrap();
    // Not through /tmp, which all share.
    let inside = root.at("/mnt").join(name);
    fs::copy(package, &inside).unwrap();
    said(
        root.command("dpkg")
            .arg("--install")
            .arg(Path::new("/mnt").join(name)),
    );
    fs::remove_file(inside).unwrap();
}

fn installed_version(root: &Root) -> String {
    said(
        root.command("dpkg-query")
            .args(["-W", "-f=${Version}", "dealbell"]),
    )
}

fn start(desktop: &PrivateDesktop, root: &Root, arguments: &[&str]) -> Program {
    let root = root.path.to_str().unwrap();
    let line = [root, "/usr/bin/dealbell"];
    desktop
        .program(Path::new("chroot"), line.iter().chain(arguments))
        .unwrap()
}

/// The file that a process runs.
fn program_of(process: u32) -> PathBuf {
    let path = fs::read_link(format!("/proc/{process}/exe")).unwrap_or_default();
    // Seen from outside, the path begins with where the throw-away machine is mounted.
    let text = path.display().to_string();
    text.find("/usr/bin/dealbell")
        .map_or(path, |at| PathBuf::from(&text[at..]))
}
