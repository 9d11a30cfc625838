//! The private desktop itself: it comes up, keeps to itself and leaves nothing behind.
#![cfg(target_os = "linux")]

use std::path::Path;

use dealbell_tests::recorder::Icon;
use dealbell_tests::{
    DesktopOptions, Ending, PATIENCE, PrivateDesktop, Process, Program, alive, ended,
};

#[tokio::test]
async fn a_desktop_leaves_no_process_and_no_folder_behind() {
    let desktop = PrivateDesktop::start(DesktopOptions::default())
        .await
        .unwrap();
    let folder = desktop.folder().to_owned();
    assert!(desktop.home().is_dir());
    // Detached as far as a process can: a session of its own, its parent gone.
    let script = "setsid sh -c 'echo $$; exec sleep 600' & wait";
    let shell = desktop.program(Path::new("sh"), ["-c", script]).unwrap();
    let sleeper = shell
        .wait_stdout(|line| line.parse::<u32>().ok())
        .await
        .unwrap();
    shell.kill9().await.unwrap();
    assert!(
        alive(sleeper),
        "a crash of the parent must not look like the end of all"
    );
    drop(shell);
    drop(desktop);
    assert!(ended(sleeper, PATIENCE).await);
    assert!(!folder.exists());
}

#[tokio::test]
async fn programs_on_the_desktop_see_its_display_and_its_bus_only() {
    let desktop = PrivateDesktop::start(DesktopOptions::default())
        .await
        .unwrap();
    let environment = desktop.environment_with(&[("MORE", "yes")]);
    let said = Program::run(
        Path::new("sh"),
        ["-c", "echo $DISPLAY $DBUS_SESSION_BUS_ADDRESS $MORE"],
        &environment,
    )
    .await
    .unwrap();
    assert_eq!(
        said,
        format!("{} {} yes", desktop.display(), desktop.bus.address())
    );
    let home = Program::run(Path::new("sh"), ["-c", "cd && pwd -P"], &environment)
        .await
        .unwrap();
    assert_eq!(Path::new(&home), desktop.home().canonicalize().unwrap());
}

#[tokio::test]
async fn a_process_shows_its_children_its_words_and_its_end() {
    let environment = [("PATH".into(), std::env::var_os("PATH").unwrap())].into();
    let script = "sleep 600 & echo started; echo complaint >&2; wait";
    let process = Process::start(Path::new("sh"), ["-c", script], &environment).unwrap();
    process
        .wait_stdout(|line| (line == "started").then_some(()))
        .await
        .unwrap();
    process
        .wait_stderr(|line| (line == "complaint").then_some(()))
        .await
        .unwrap();
    let children = process.children();
    assert_eq!(children.len(), 1);
    assert!(alive(children[0]));
    process.kill9().await.unwrap();
    assert_eq!(process.ending(), Some(Ending::Signal(9)));
    drop(process);
    assert!(ended(children[0], PATIENCE).await);

    let failing = Program::run(Path::new("sh"), ["-c", "echo no >&2; exit 3"], &environment).await;
    let error = failing.unwrap_err().to_string();
    assert!(error.contains("Code(3)") && error.contains("no"), "{error}");
}

#[tokio::test]
async fn the_recorder_reads_and_clicks_a_tray_item() {
    let desktop = PrivateDesktop::start(DesktopOptions::default())
        .await
        .unwrap();
    let tray = desktop
        .program(Path::new(env!("CARGO_BIN_EXE_small-tray")), [""; 0])
        .unwrap();
    let item = desktop.recorder.wait_item().await.unwrap();
    let view = item.view().await.unwrap();
    assert_eq!(view.title, "Counter 0");
    assert_eq!(view.status, "Active");
    assert_eq!(
        (view.tooltip_title.as_str(), view.tooltip_text.as_str()),
        ("Counter", "0 clicks")
    );
    assert_eq!(
        view.icons,
        [Icon {
            width: 1,
            height: 2,
            argb: vec![255, 0, 0, 0, 255, 0, 0, 0]
        }]
    );

    item.activate(3, 4).await.unwrap();
    tray.wait_stdout(|line| (line == "clicked at 3 4").then_some(()))
        .await
        .unwrap();
    item.wait(|view| view.title == "Counter 1" && view.tooltip_text == "1 clicks")
        .await
        .unwrap();

    let menu = item
        .wait_menu(|menu| menu.children[0].label == "Add to 1")
        .await
        .unwrap();
    assert_eq!(menu.children.len(), 3);
    assert_eq!(menu.children[2].children[0].label, "Never");
    item.click_menu("Add to 1").await.unwrap();
    let view = item.wait(|view| view.title == "Counter 2").await.unwrap();
    assert_eq!(view.icons[0].argb[1], 2);
    assert!(item.click_menu("Never").await.is_err(), "it is greyed out");
    assert!(
        item.click_menu("Add to 1").await.is_err(),
        "it is not in the menu any more"
    );
}

#[tokio::test]
async fn a_tray_may_come_late_and_come_back() {
    let mut options = DesktopOptions {
        window_manager: true,
        ..Default::default()
    };
    options.recorder.tray = false;
    let desktop = PrivateDesktop::start(options).await.unwrap();
    let tray = desktop
        .program(Path::new(env!("CARGO_BIN_EXE_small-tray")), [""; 0])
        .unwrap();
    tray.wait_stdout(|line| (line == "running").then_some(()))
        .await
        .unwrap();
    desktop.recorder.start_tray().await.unwrap();
    let first = desktop.recorder.wait_item().await.unwrap();
    assert_eq!(first.view().await.unwrap().title, "Counter 0");
    desktop.recorder.stop_tray().await.unwrap();
    desktop.recorder.start_tray().await.unwrap();
    let second = desktop.recorder.wait_item().await.unwrap();
    assert_eq!(second.view().await.unwrap().title, "Counter 0");
}
