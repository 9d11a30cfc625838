//! The app's life on a desktop: start, sleep, other networks, locks, crashes, upgrades, the shortcut.
#![cfg(target_os = "linux")]
#![expect(dead_code, reason = "the window's tests use more of the page")]

mod downgrade;
mod ends;
mod hand;
mod links;
mod memory;
mod network;
#[path = "../window/page.rs"]
mod page;
mod quiet;
mod shortcut;
mod sleep;
mod start;
#[path = "../window/team.rs"]
mod team;
mod wire;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use dealbell_tests::recorder::TrayItem;
use dealbell_tests::{App, DesktopOptions, PrivateDesktop, descendants, eventually};
use serde_json::json;

use team::Team;

/// Below the home.
const DATA: &str = ".local/share/com.dealbell.desktop";
/// What the tray says.
const QUIET: &str = "Всё разобрано";

/// A desktop on which this department was signed in to before, its token in the file.
async fn desktop_of(team: &Team) -> Result<PrivateDesktop> {
    signed_in(team, DesktopOptions::default()).await
}

/// The same on a desktop with these parts.
async fn signed_in(team: &Team, options: DesktopOptions) -> Result<PrivateDesktop> {
    let desktop = PrivateDesktop::start(options).await?;
    let data = desktop.home().join(DATA);
    fs::create_dir_all(&data)?;
    let account = json!({ "way": "team", "address": team.url });
    let settings = json!({ "settings": { "accounts": [account], "token_in_file": true } });
    fs::write(data.join("settings.json"), settings.to_string())?;
    let token = format!("team:{}\n{}\n", team.url, team.token);
    fs::write(data.join("token"), token)?;
    Ok(desktop)
}

/// The tray item that registered as the `nth`, once its tooltip says this.
async fn tray_says(desktop: &PrivateDesktop, nth: usize, tooltip: &str) -> Result<TrayItem> {
    let registered = |count: usize| count >= nth;
    desktop
        .recorder
        .wait("the tray item", |seen| {
            registered(seen.items.len()).then_some(())
        })
        .await?;
    let item = desktop.recorder.wait_item().await?;
    item.wait(|view| view.tooltip_text == tooltip).await?;
    Ok(item)
}

/// Chooses from the tray's menu. It is drawn anew with every notification, so the entry may go
/// between the look and the click; then nothing was chosen yet.
async fn choose(item: &TrayItem, label: &str) -> Result<()> {
    eventually(label, async || Ok(Some(item.click_menu(label).await?))).await
}

/// Waits until the app under this id has a window.
async fn wait_window(app: &App) -> Result<u32> {
    let window = eventually("the window", async || Ok(window_below(app.pid()))).await;
    window.with_context(|| app.log())
}

/// The window's process below this one, where there is one.
fn window_below(pid: u32) -> Option<u32> {
    descendants(pid).into_iter().find(|pid| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        line.split(|byte| *byte == 0)
            .any(|word| word == b"--window")
    })
}

/// The file of this name of the one account on this desktop.
fn account_file(desktop: &PrivateDesktop, way: &str, name: &str) -> Result<PathBuf> {
    let accounts = fs::read_dir(desktop.home().join(DATA).join(way))?;
    let folder = accounts.flatten().next().context("no account's folder")?;
    Ok(folder.path().join(name))
}
