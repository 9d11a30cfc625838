//! A package puts a newer file in the place of the one that runs.

use std::fs;

use anyhow::{Context, Result};
use dealbell_tests::{
    App, DesktopOptions, Ending, PrivateDesktop, Program, binary, descendants, eventually,
};

use crate::screen::Screen;
use crate::team::Team;

#[tokio::test]
async fn a_newer_file_is_taken_up_when_the_window_closes() -> Result<()> {
    let team = Team::start().await?;
    let options = DesktopOptions {
        window_manager: true,
        ..DesktopOptions::default()
    };
    let desktop = PrivateDesktop::start(options).await?;
    let installed = desktop.folder().join("dealbell");
    let newer = desktop.folder().join("newer");
    for copy in [&installed, &newer] {
        fs::copy(binary("dealbell")?, copy)?;
    }
    let environment = desktop.environment_with(&team.entries());
    let app = App::start_binary(&installed, &[], &environment)?;
    let tray = desktop.recorder.wait_item().await?;
    tray.wait(|tray| tray.tooltip_text == "Всё разобрано")
        .await?;
    let screen = Screen { app, tray, desktop };
    let program = || fs::read_link(format!("/proc/{}/exe", screen.app.pid()));

    fs::rename(&newer, &installed)?;
    // Its own account is in the environment; who starts it by hand has none there.
    let second = Program::start(&installed, [""; 0], screen.desktop.environment())?;
    assert_eq!(second.wait().await?, Ending::Code(0), "{}", second.log());
    screen.wait_window().await?;
    let old = program()?;
    assert!(old.to_string_lossy().ends_with(" (deleted)"), "{old:?}");

    screen.close().await?;
    let taken_up = eventually("the newer file", async || {
        Ok((program()? == installed).then_some(()))
    });
    taken_up.await.with_context(|| screen.app.log())?;
    // It is who it was, and nobody was asked anything.
    let recorder = &screen.desktop.recorder;
    let again = recorder.wait("its tray item", |seen| (seen.items.len() > 1).then_some(()));
    again.await.with_context(|| screen.app.log())?;
    let tray = recorder.wait_item().await?;
    tray.wait(|tray| tray.tooltip_text == "Всё разобрано")
        .await?;
    team.say("После обновления").await?;
    let toast = recorder.wait_toast(|toast| toast.title == "После обновления");
    toast.await.with_context(|| screen.app.log())?;
    assert!(screen.window().await.is_none());
    assert_eq!(descendants(screen.app.pid()), Vec::<u32>::new());

    assert_eq!(screen.app.terminate().await?, Ending::Code(0));
    let mark = ".local/share/com.dealbell.desktop/running";
    assert!(!screen.desktop.home().join(mark).exists(), "no crash");
    Ok(())
}
