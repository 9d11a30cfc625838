//! Where the token is kept, and where it never is.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use dealbell_tests::{Ending, PrivateDesktop, Program, eventually};
use zbus::zvariant::OwnedObjectPath;

use crate::{Department, QUIET, SIGNED_OUT, desktop, tray_says, wait_window, window_of};

#[tokio::test(flavor = "multi_thread")]
async fn without_a_keyring_the_token_is_written_nowhere_and_asked_for_again() {
    let desktop = desktop().await;
    let department = Department::serving_on(&desktop).await;
    let app = desktop.app(&[], &department.entries()).unwrap();
    tray_says(&desktop, &app, QUIET).await;
    app.wait_stderr(|line| {
        let asked = line.contains("the keyring did not take the token");
        asked.then_some(())
    })
    .await
    .unwrap();
    assert_eq!(app.terminate().await.unwrap(), Ending::Code(0));
    assert_eq!(holding(&desktop.home(), &department.token), [""; 0]);

    let app = desktop.app(&[], &[]).unwrap();
    wait_item(&desktop, 2).await;
    tray_says(&desktop, &app, SIGNED_OUT).await;
    wait_window(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keyring_keeps_the_token_for_the_next_start() {
    let desktop = desktop().await;
    let department = Department::serving_on(&desktop).await;
    let _keyring = sign_in_with_keyring(&desktop, &department).await;
    assert_eq!(holding(&desktop.home(), &department.token), [""; 0]);

    let app = desktop.app(&[], &[]).unwrap();
    wait_item(&desktop, 2).await;
    tray_says(&desktop, &app, QUIET).await;
    assert_eq!(window_of(&app), None, "there is nothing to ask");
    department.ring(&desktop, &app, "Снова на связи").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistaken_token_does_not_take_the_place_of_the_kept_one() {
    let desktop = desktop().await;
    let department = Department::serving_on(&desktop).await;
    let _keyring = sign_in_with_keyring(&desktop, &department).await;
    let entries = [
        ("DEALBELL_CENTRE_URL", department.url.as_str()),
        ("DEALBELL_TOKEN", "dbd_mistaken"),
    ];
    let app = desktop.app(&[], &entries).unwrap();
    wait_item(&desktop, 2).await;
    tray_says(&desktop, &app, SIGNED_OUT).await;
    wait_window(&app).await;
    assert_eq!(app.terminate().await.unwrap(), Ending::Code(0));

    let app = desktop.app(&[], &[]).unwrap();
    wait_item(&desktop, 3).await;
    tray_says(&desktop, &app, QUIET).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_keyring_that_nobody_unlocks_is_no_silence() {
    let desktop = desktop().await;
    let department = Department::serving_on(&desktop).await;
    let keyring = sign_in_with_keyring(&desktop, &department).await;
    keyring.terminate().await.unwrap();
    let script = "exec gnome-keyring-daemon --components=secrets --foreground";
    let _locked = desktop.program(Path::new("sh"), ["-c", script]).unwrap();
    let bus = desktop.bus.connect().await.unwrap();
    wait_kept(&bus, (0, 1)).await;

    let app = desktop.app(&[], &[]).unwrap();
    wait_item(&desktop, 2).await;
    tray_says(&desktop, &app, SIGNED_OUT).await;
    wait_window(&app).await;
}

/// A first start that leaves the token in an unlocked keyring; the keyring's daemon.
async fn sign_in_with_keyring(desktop: &PrivateDesktop, department: &Department) -> Program {
    // The daemon itself is what is started, so that its end is the keyring's.
    let script = "printf pass > $TMPDIR/password && exec gnome-keyring-daemon \
                  --unlock --components=secrets --foreground < $TMPDIR/password";
    let keyring = desktop.program(Path::new("sh"), ["-c", script]).unwrap();
    let bus = desktop.bus.connect().await.unwrap();
    wait_kept(&bus, (0, 0)).await;
    let app = desktop.app(&[], &department.entries()).unwrap();
    tray_says(desktop, &app, QUIET).await;
    wait_kept(&bus, (1, 0)).await;
    assert_eq!(app.terminate().await.unwrap(), Ending::Code(0));
    keyring
}

/// Waits until the tray has seen this many starts of the app.
async fn wait_item(desktop: &PrivateDesktop, starts: usize) {
    let registered = desktop.recorder.wait("the tray item", |seen| {
        (seen.items.len() == starts).then_some(())
    });
    registered.await.unwrap();
}

/// Waits until the keyring holds so many entries of ours, unlocked and locked.
async fn wait_kept(bus: &zbus::Connection, count: (usize, usize)) {
    let wanted = HashMap::from([("service", "dealbell")]);
    let service = "org.freedesktop.secrets";
    let interface = "org.freedesktop.Secret.Service";
    let path = "/org/freedesktop/secrets";
    let holds = eventually("the entries in the keyring", async || {
        let found = bus
            .call_method(Some(service), path, Some(interface), "SearchItems", &wanted)
            .await?;
        let (unlocked, locked): (Vec<OwnedObjectPath>, Vec<OwnedObjectPath>) =
            found.body().deserialize()?;
        Ok(((unlocked.len(), locked.len()) == count).then_some(()))
    });
    holds.await.unwrap();
}

/// The files under `folder` that hold this text.
fn holding(folder: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = vec![folder.to_owned()];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let kind = entry.file_type().unwrap();
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                files += 1;
                let content = fs::read(entry.path()).unwrap();
                let mut windows = content.windows(text.len());
                if windows.any(|window| window == text.as_bytes()) {
                    found.push(entry.path().display().to_string());
                }
            }
        }
    }
    assert!(files > 0, "the app has written something");
    found
}
