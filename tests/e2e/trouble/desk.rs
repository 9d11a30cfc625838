//! The desktop around the app: settings, tray, notification daemon, second starts, crashes.

use std::fs;
use std::path::Path;

use dealbell_tests::{
    DesktopOptions, Ending, PATIENCE, PrivateDesktop, Program, binary, descendants, ended,
    eventually,
};
use serde_json::json;

use crate::{Department, QUIET, assert_lives, desktop, tray_says, wait_window, window_of};

const DATA: &str = ".local/share/com.dealbell.desktop";

#[tokio::test(flavor = "multi_thread")]
async fn a_torn_settings_file_gives_way_to_its_last_good_copy() {
    let desktop = desktop().await;
    let folder = desktop.home().join(DATA);
    fs::create_dir_all(&folder).unwrap();
    let settings = folder.join("settings.json");
    // English on a Russian desktop: what was chosen can be told from what is the default.
    let whole = r#"{"settings":{"language":"en","theme":"dark","account":null}}"#;
    fs::write(&settings, whole).unwrap();
    let app = desktop.app(&[], &[]).unwrap();
    tray_says(&desktop, &app, "Please sign in").await;
    assert_eq!(app.terminate().await.unwrap(), Ending::Code(0));

    let file = fs::read(&settings).unwrap();
    fs::write(&settings, &file[..file.len() / 2]).unwrap();
    let app = desktop.app(&[], &[]).unwrap();
    desktop
        .recorder
        .wait("the second item", |seen| {
            (seen.items.len() == 2).then_some(())
        })
        .await
        .unwrap();
    tray_says(&desktop, &app, "Please sign in").await;
    assert_eq!(
        fs::read(folder.join("settings.torn.json")).unwrap(),
        &file[..file.len() / 2],
        "the torn one is kept aside"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_tray_there_is_the_window_and_a_late_tray_gets_its_item() {
    let mut options = DesktopOptions::default();
    options.recorder.tray = false;
    let desktop = PrivateDesktop::start(options).await.unwrap();
    let department = Department::serving_on(&desktop).await;
    let app = desktop.app(&[], &department.entries()).unwrap();
    wait_window(&app).await;
    department
        .publish(json!({"title": "Заявка без трея"}))
        .await;
    // Alone, or as what came before the first connection.
    desktop
        .recorder
        .wait_toast(|call| format!("{}\n{}", call.title, call.body).contains("Заявка без трея"))
        .await
        .unwrap();

    desktop.recorder.start_tray().await.unwrap();
    tray_says(&desktop, &app, "1 непрочитанное").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_daemon_it_lives_and_a_late_one_gets_toasts() {
    let mut options = DesktopOptions::default();
    options.recorder.daemon = false;
    let desktop = PrivateDesktop::start(options).await.unwrap();
    let department = Department::serving_on(&desktop).await;
    let app = desktop.app(&[], &department.entries()).unwrap();
    tray_says(&desktop, &app, QUIET).await;
    department
        .publish(json!({"title": "Никто не услышит"}))
        .await;
    tray_says(&desktop, &app, "1 непрочитанное").await;
    assert_lives(&app);

    desktop.recorder.start_daemon().await.unwrap();
    department.ring(&desktop, &app, "Снова слышно").await;
    desktop.recorder.stop_daemon().await.unwrap();
    department.publish(json!({"title": "Опять тихо"})).await;
    tray_says(&desktop, &app, "3 непрочитанных").await;
    desktop.recorder.start_daemon().await.unwrap();
    department.ring(&desktop, &app, "И снова слышно").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_start_shows_the_window_of_the_first() {
    let desktop = desktop().await;
    let department = Department::serving_on(&desktop).await;
    let app = desktop.app(&[], &department.entries()).unwrap();
    tray_says(&desktop, &app, QUIET).await;
    assert_eq!(window_of(&app), None);

    let second = Program::start(&binary("dealbell").unwrap(), [""; 0], desktop.environment());
    let second = second.unwrap();
    assert_eq!(second.wait().await.unwrap(), Ending::Code(0));
    wait_window(&app).await;
    department.ring(&desktop, &app, "Одна на двоих").await;
    let seen = desktop.recorder.recorded();
    assert_eq!((seen.items.len(), seen.calls.len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_it_leaves_no_window_and_no_crm_behind() {
    let desktop = desktop().await;
    let app = desktop.app(&["--demo", "--open"], &[]).unwrap();
    wait_window(&app).await;
    let runs = |pid: &u32, name: &str| {
        let program = fs::read_link(format!("/proc/{pid}/exe")).unwrap_or_default();
        program.file_name().is_some_and(|file| file == name)
    };
    let family = eventually("the demo's CRM and the web engine", async || {
        let family = descendants(app.pid());
        let crm = family.iter().any(|pid| runs(pid, "dealbell-sandbox"));
        let engine = family.iter().any(|pid| runs(pid, "WebKitWebProcess"));
        Ok((crm && engine).then_some(family))
    });
    let family = family.await.unwrap();
    app.kill9().await.unwrap();
    for pid in family {
        let name = fs::read_link(Path::new("/proc").join(pid.to_string()).join("exe"));
        assert!(ended(pid, PATIENCE).await, "{name:?} is left behind");
    }
}
