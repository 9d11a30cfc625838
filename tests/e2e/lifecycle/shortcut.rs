//! The shortcut that shows the window, on an X server with a window manager.

use anyhow::{Context, Result};
use dealbell_protocol::window::Language;
use dealbell_tests::{DesktopOptions, eventually};
use dealbell_texts::text;
use fantoccini::key::Key;

use crate::hand::{close, hand, shown};
use crate::page::{Window, key};
use crate::signed_in;
use crate::team::Team;

#[tokio::test(flavor = "multi_thread")]
async fn a_shortcut_set_in_the_window_brings_it_back_from_anywhere() -> Result<()> {
    let window = settings().await?;
    set(&window, &[Key::Control, Key::Alt], "j").await?;
    says(&window, "Ctrl+Alt+J").await?;

    close(&window.desktop).await?;
    hand(&window.desktop, &["key", "ctrl+alt+j", "getmouselocation"]).await?;
    eventually("the window", async || {
        Ok(shown(&window.desktop).await.then_some(()))
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shortcut_that_another_program_has_is_refused_in_words_and_the_old_one_stays()
-> Result<()> {
    let window = settings().await?;
    set(&window, &[Key::Control, Key::Alt], "j").await?;
    says(&window, "Ctrl+Alt+J").await?;

    // The window manager shows the desktop by it.
    set(&window, &[Key::Meta], "d").await?;
    let refused = text(Language::Ru, "error-shortcut-taken", &[]);
    eventually("the refusal", async || {
        Ok(window.text().await.contains(&refused).then_some(()))
    })
    .await?;
    says(&window, "Ctrl+Alt+J").await?;
    close(&window.desktop).await?;
    hand(&window.desktop, &["key", "ctrl+alt+j", "getmouselocation"]).await?;
    eventually("the window", async || {
        Ok(shown(&window.desktop).await.then_some(()))
    })
    .await
}

/// The window at its settings, on a desktop with openbox.
async fn settings() -> Result<Window> {
    let team = Team::start().await?;
    let options = DesktopOptions {
        window_manager: true,
        ..DesktopOptions::default()
    };
    let window = Window::open_on(signed_in(&team, options).await?, &[]).await?;
    window.click("to-channels").await?;
    window.click("tab-settings").await?;
    // The list of devices comes last, and moves what is below it.
    window.see("device").await?;
    Ok(window)
}

/// Presses this as the new shortcut. A page that still moves, or a window that is just losing the
/// focus, does not listen: then it is asked for again, as anybody would.
async fn set(window: &Window, held: &[Key], sign: &str) -> Result<()> {
    eventually("a shortcut that is listened for", async || {
        let button = window.see("shortcut").await?;
        if button.text().await? == "…" {
            return Ok(Some(()));
        }
        button.click().await?;
        Ok(None)
    })
    .await?;
    let held: String = held.iter().map(|held| key(*held)).collect();
    window.press(&format!("{held}{sign}")).await
}

async fn says(window: &Window, keys: &str) -> Result<()> {
    let mut said = String::new();
    let waited = eventually("the shortcut", async || {
        said = window.see("shortcut").await?.text().await?;
        Ok((said == keys).then_some(()))
    });
    waited
        .await
        .with_context(|| format!("{said}\n{}", window.log()))
}
