//! What is shown and heard while it should not be: locked, quiet, and as the user chose.

use anyhow::{Context, Result};
use dealbell_tests::recorder::NotifyCall;
use dealbell_tests::{DesktopOptions, Logind, PrivateDesktop};

use crate::page::Window;
use crate::team::Team;
use crate::{QUIET, choose, desktop_of, tray_says};

/// What a toast is called that may say nothing.
const HIDDEN: &str = "Новое уведомление";

fn names(call: &NotifyCall, customer: &str) -> bool {
    format!("{}\n{}", call.title, call.body).contains(customer)
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_session_is_locked_no_toast_names_anybody() -> Result<()> {
    let (team, logind) = (Team::start().await?, Logind::start().await?);
    let desktop = desktop_of(&team).await?;
    let app = desktop.app(&[], &logind.entries())?;
    tray_says(&desktop, 1, QUIET).await?;
    let listens = |line: &str| line.contains("the system tells when it sleeps lock=true");
    app.wait_stderr(|line| listens(line).then_some(())).await?;

    // Another user's lock is nothing to us.
    logind.lock_another(true).await?;
    team.say("Котова ждёт счёт").await?;
    desktop
        .recorder
        .wait_toast(|call| names(call, "Котова"))
        .await?;

    logind.lock(true).await?;
    let hidden = desktop.recorder.wait("a screen that names nobody", |seen| {
        let shown: Vec<_> = seen.on_screen.values().collect();
        (shown.len() == 1 && !names(shown[0], "Котова")).then_some(())
    });
    hidden.await.with_context(|| app.log())?;
    team.say("Громов перезвонит").await?;
    desktop.recorder.wait_on_screen(2).await?;
    let calls = desktop.recorder.recorded().calls;
    assert!(
        !calls.iter().any(|call| names(call, "Громов")),
        "{calls:#?}"
    );

    logind.lock(false).await?;
    let unlocked = |line: &str| line.contains("Locked(false)").then_some(());
    app.wait_stderr(unlocked).await?;
    team.say("Новая заявка").await?;
    let told = desktop
        .recorder
        .wait_toast(|call| names(call, "Новая заявка"));
    told.await.with_context(|| app.log())?;
    let locks = |line: &&String| line.contains("Locked(true)");
    assert_eq!(
        app.stderr().iter().filter(locks).count(),
        1,
        "{}",
        app.log()
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn content_and_sounds_are_as_chosen_from_the_next_toast_on() -> Result<()> {
    let team = Team::start().await?;
    let window = Window::open_on(desktop_of(&team).await?, &[]).await?;
    window.click("to-channels").await?;
    window.click("tab-settings").await?;
    let recorder = &window.desktop.recorder;
    team.say("Котова ждёт счёт").await?;
    let before = recorder.wait_toast(|call| names(call, "Котова")).await?;
    assert!(!before.quiet, "{before:?}");

    window
        .see("content")
        .await?
        .select_by_value("nothing")
        .await?;
    window.click("sounds").await?;
    window.wait("sounds", ":not(:checked)").await?;
    team.say("Громов перезвонит").await?;
    let after = recorder.wait_toast(|call| call.title == HIDDEN && call.replaces == 0);
    let after = after.await.with_context(|| window.log())?;
    assert!(after.quiet && after.sound.is_none(), "{after:?}");
    let calls = recorder.recorded().calls;
    assert!(
        !calls.iter().any(|call| names(call, "Громов")),
        "{calls:#?}"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_in_the_quiet_is_one_summary_after_it() -> Result<()> {
    let team = Team::start().await?;
    let desktop = desktop_of(&team).await?;
    let app = desktop.app(&[], &[])?;
    let item = tray_says(&desktop, 1, QUIET).await?;
    choose(&item, "Не беспокоить, пока не включу").await?;
    let again = |label: &str| label == "Снова звонить";
    item.wait_menu(|menu| menu.flat().iter().any(|entry| again(&entry.label)))
        .await?;

    for title in ["Котова ждёт счёт", "Громов перезвонит", "Новая заявка"]
    {
        team.say(title).await?;
    }
    let counted = desktop
        .recorder
        .wait_launcher(|entry| entry.count == Some(3))
        .await;
    counted.with_context(|| app.log())?;
    assert_eq!(desktop.recorder.recorded().calls.len(), 0);

    choose(&item, "Снова звонить").await?;
    let summary = desktop.recorder.wait_toast(|_| true).await;
    let summary = summary.with_context(|| app.log())?;
    assert!(
        summary.title.starts_with("Пока было тихо: 3"),
        "{summary:?}"
    );
    team.say("Уже не тихо").await?;
    desktop
        .recorder
        .wait_toast(|call| names(call, "Уже не тихо"))
        .await?;
    assert_eq!(desktop.recorder.recorded().calls.len(), 2);
    Ok(())
}

/// EXAMPLES: sound while do-not-disturb is on.
#[tokio::test(flavor = "multi_thread")]
async fn the_desktops_own_do_not_disturb_holds_back_toast_and_sound() -> Result<()> {
    let team = Team::start().await?;
    let mut options = DesktopOptions::default();
    options.recorder.inhibited = Some(true);
    let desktop = PrivateDesktop::start(options).await?;
    let app = desktop.app(&[], &team.entries())?;
    tray_says(&desktop, 1, QUIET).await?;
    team.say("Котова ждёт счёт").await?;
    let counted = desktop
        .recorder
        .wait_launcher(|entry| entry.count == Some(1))
        .await;
    counted.with_context(|| app.log())?;
    assert_eq!(desktop.recorder.recorded().calls.len(), 0);

    desktop.recorder.inhibit(false).await?;
    let told = desktop.recorder.wait_toast(|_| true).await;
    told.with_context(|| app.log())?;
    Ok(())
}
