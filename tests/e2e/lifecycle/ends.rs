//! Ends that nobody wished for, and an upgrade in the middle of the day.

use std::fs;

use anyhow::{Context, Result};
use dealbell_tests::{App, Ending, Program, binary};

use crate::page::Window;
use crate::team::Team;
use crate::{QUIET, choose, desktop_of, tray_says, wait_window};

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_is_told_of_until_it_is_dismissed() -> Result<()> {
    let team = Team::start().await?;
    let desktop = desktop_of(&team).await?;
    let app = desktop.app(&[], &[])?;
    tray_says(&desktop, 1, QUIET).await?;
    app.kill9().await?;

    let window = Window::open_on(desktop, &[]).await?;
    window.see("trouble-crashed").await?;
    window.click("dismiss-crashed").await?;
    window.gone("trouble-crashed").await?;
    // Not only from this page: a page that begins anew does not hear of it either.
    window.run("location.reload()").await?;
    window.wait("connection", "[data-state=online]").await?;
    window.gone("trouble-crashed").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clean_end_is_no_crash() -> Result<()> {
    let team = Team::start().await?;
    let desktop = desktop_of(&team).await?;
    // The session ends: programs are asked to.
    let app = desktop.app(&[], &[])?;
    tray_says(&desktop, 1, QUIET).await?;
    assert_eq!(app.terminate().await?, Ending::Code(0));
    // The user quits.
    let app = desktop.app(&[], &[])?;
    let item = tray_says(&desktop, 2, QUIET).await?;
    choose(&item, "Выйти из Dealbell").await?;
    assert_eq!(app.wait().await?, Ending::Code(0), "{}", app.log());

    let window = Window::open_on(desktop, &[]).await?;
    window.wait("connection", "[data-state=online]").await?;
    window.gone("trouble-crashed").await
}

#[tokio::test(flavor = "multi_thread")]
async fn upgraded_while_it_runs_it_still_opens_its_window() -> Result<()> {
    let team = Team::start().await?;
    let desktop = desktop_of(&team).await?;
    let (installed, newer) = (
        desktop.folder().join("dealbell"),
        desktop.folder().join("newer"),
    );
    for copy in [&installed, &newer] {
        fs::copy(binary("dealbell")?, copy)?;
    }
    let app = App::start_binary(&installed, &[], desktop.environment())?;
    let item = tray_says(&desktop, 1, QUIET).await?;
    // As a package's installation does it: the new file takes the name of the old one.
    fs::rename(&newer, &installed)?;
    let exe = fs::read_link(format!("/proc/{}/exe", app.pid()))?;
    assert!(exe.to_string_lossy().ends_with(" (deleted)"), "{exe:?}");

    item.activate(5, 5).await?;
    wait_window(&app).await?;
    let there = |line: &str| line.contains("the page is there").then_some(());
    app.wait_stderr(there).await?;
    team.say("После обновления").await?;
    let toast = desktop
        .recorder
        .wait_toast(|call| call.title == "После обновления");
    toast.await.with_context(|| app.log())?;

    // The new file finds the running one.
    let second = Program::start(&installed, [""; 0], desktop.environment())?;
    assert_eq!(second.wait().await?, Ending::Code(0), "{}", second.log());
    assert_eq!(desktop.recorder.recorded().items.len(), 1);
    Ok(())
}
