//! Ends of the window: closed, crashed, left alone; the bell goes on and a click brings it back.

use std::time::Duration;

use anyhow::{Context, Result};
use dealbell_tests::{PATIENCE, alive, ended, eventually};

use crate::screen::{Screen, crash};
use crate::team::Team;

#[tokio::test]
async fn a_closed_window_waits_hidden_and_comes_back_at_a_click() -> Result<()> {
    let team = Team::start().await?;
    let screen = Screen::open(&team, &[]).await?;
    screen.works(&team).await?;
    let process = screen.window_process().context("a window has a process")?;
    screen.close().await?;
    assert!(alive(process));
    screen.tray.activate(5, 5).await?;
    screen.wait_window().await?;
    screen.works(&team).await?;
    assert_eq!(screen.window_process(), Some(process), "the same one again");
    Ok(())
}

#[tokio::test]
async fn a_window_closed_for_long_gives_everything_back() -> Result<()> {
    let team = Team::start().await?;
    let screen = Screen::open(&team, &[("DEALBELL_LINGER_MS", "300")]).await?;
    let below = screen.app.children();
    assert!(
        below.len() >= 3,
        "window, web and network process: {below:?}"
    );
    screen.close().await?;
    for pid in below {
        assert!(ended(pid, PATIENCE).await, "{pid} stays");
    }
    assert_eq!(screen.app.children(), Vec::<u32>::new());
    screen.tray.activate(5, 5).await?;
    screen.wait_window().await?;
    screen.works(&team).await
}

/// The click comes just before, while and after the closed window's process leaves.
#[tokio::test]
async fn a_click_that_meets_a_leaving_window_opens_one() -> Result<()> {
    let team = Team::start().await?;
    let linger = 150;
    let screen = Screen::open(&team, &[("DEALBELL_LINGER_MS", &linger.to_string())]).await?;
    for early in [60, 30, 15, 5, 0, -5, -15, -40] {
        screen.close().await?;
        // Not for luck: the moment of the click is what is tried.
        let pause = u64::try_from(linger - early)?;
        tokio::time::sleep(Duration::from_millis(pause)).await;
        screen.tray.activate(5, 5).await?;
        let shown = screen.wait_window().await;
        shown.with_context(|| format!("a click {early} ms before the end"))?;
        // Whatever was about to leave has left: this one stays.
        tokio::time::sleep(Duration::from_millis(2 * u64::try_from(linger)?)).await;
        screen.wait_window().await?;
    }
    screen.works(&team).await
}

#[tokio::test]
async fn a_crash_of_the_window_leaves_the_bell_ringing() -> Result<()> {
    let team = Team::start().await?;
    let screen = Screen::open(&team, &[]).await?;
    let below = screen.app.children();
    let window = screen.window_process().context("a window has a process")?;
    crash(window).await?;
    for pid in below {
        assert!(ended(pid, PATIENCE).await, "{pid} outlives its window");
    }
    screen.wait_no_window().await?;

    team.say("Без окна").await?;
    let recorder = &screen.desktop.recorder;
    recorder
        .wait_toast(|toast| toast.title == "Без окна")
        .await?;
    screen
        .tray
        .wait(|tray| tray.tooltip_text.contains('1') || tray.tooltip_title.contains('1'))
        .await?;
    screen.tray.activate(5, 5).await?;
    screen.wait_window().await?;
    screen.works(&team).await
}

#[tokio::test]
async fn a_crash_of_the_page_heals_by_itself() -> Result<()> {
    let team = Team::start().await?;
    let screen = Screen::open(&team, &[]).await?;
    screen.works(&team).await?;
    let window = screen.window_process();
    let web = screen.web_process().context("a page has a process")?;
    crash(web).await?;
    let healed = eventually("another web process", async || Ok(screen.web_process())).await?;
    assert_ne!(healed, web);
    screen.works(&team).await?;
    assert_eq!(screen.window_process(), window, "the window itself stayed");
    Ok(())
}

#[tokio::test]
async fn a_crash_of_a_hidden_page_shows_nothing_until_the_click() -> Result<()> {
    let team = Team::start().await?;
    let screen = Screen::open(&team, &[]).await?;
    screen.works(&team).await?;
    screen.close().await?;
    let pages = || {
        let log = screen.app.stderr();
        let there = log.iter().filter(|line| line.contains("the page is there"));
        there.count()
    };
    assert_eq!(pages(), 1);
    let web = screen.web_process().context("a page has a process")?;
    crash(web).await?;
    eventually("a page", async || Ok((pages() == 2).then_some(()))).await?;
    assert_eq!(screen.window().await, None, "nobody asked for it");
    screen.tray.activate(5, 5).await?;
    screen.wait_window().await?;
    screen.works(&team).await
}

#[tokio::test]
async fn a_crash_of_the_app_leaves_no_window_behind() -> Result<()> {
    let team = Team::start().await?;
    let screen = Screen::open(&team, &[]).await?;
    let below = screen.app.children();
    assert!(
        below.len() >= 3,
        "window, web and network process: {below:?}"
    );
    screen.app.kill9().await?;
    for pid in below {
        assert!(ended(pid, PATIENCE).await, "{pid} is left behind");
    }
    screen.wait_no_window().await
}
