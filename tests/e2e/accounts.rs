//! Several accounts on one desktop: each rings, the tray counts them together, and one that is signed
//! out leaves nothing behind.
#![cfg(target_os = "linux")]
#![expect(dead_code, reason = "the window's tests use more of the page")]

#[path = "window/page.rs"]
mod page;
#[path = "window/team.rs"]
mod team;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use dealbell_protocol::window::Language;
use dealbell_tests::recorder::{MenuEntry, NotifyCall, TrayItem};
use dealbell_tests::{
    App, DesktopOptions, Ending, PrivateDesktop, Program, binary, eventually, toast_link,
};
use dealbell_texts::text;
use page::Window;
use serde_json::{Value, json};
use team::Team;

const DATA: &str = ".local/share/com.dealbell.desktop";
const QUIET: &str = "Всё разобрано";
const ONE: &str = "1 непрочитанное";
const TWO: &str = "2 непрочитанных";

/// A desktop on which these departments were signed in to, their tokens in the file.
async fn desktop_of(teams: &[&Team]) -> Result<PrivateDesktop> {
    let desktop = PrivateDesktop::start(DesktopOptions::default()).await?;
    let data = desktop.home().join(DATA);
    fs::create_dir_all(&data)?;
    let account = |team: &&Team| json!({ "way": "team", "address": team.url });
    let accounts: Vec<Value> = teams.iter().map(account).collect();
    let settings = json!({ "settings": { "accounts": accounts, "token_in_file": true } });
    fs::write(data.join("settings.json"), settings.to_string())?;
    let line = |team: &&Team| format!("team:{}\n{}\n", team.url, team.token);
    let tokens: String = teams.iter().map(line).collect();
    fs::write(data.join("token"), tokens)?;
    Ok(desktop)
}

async fn says(item: &TrayItem, window: &Window, tooltip: &str) {
    let said = item.wait(|view| view.tooltip_text == tooltip).await;
    said.unwrap_or_else(|error| panic!("{error}\n{}", window.log()));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_accounts_ring_side_by_side_and_one_leaves_without_a_trace() -> Result<()> {
    let (north, south) = (Team::start().await?, Team::start().await?);
    let window = Window::open_on(desktop_of(&[&north, &south]).await?, &[]).await?;
    let recorder = &window.desktop.recorder;
    let item = recorder.wait_item().await?;
    says(&item, &window, QUIET).await;

    // Both ring and are counted; the window shows the first.
    north.say("Котова ждёт счёт").await?;
    let told = south.say("Громов перезвонит").await?;
    let titles = ["Котова ждёт счёт", "Громов перезвонит"];
    for title in titles {
        recorder.wait_toast(|call| call.title == title).await?;
    }
    says(&item, &window, TWO).await;
    let menu = item.menu().await?;
    let in_menu = |title| menu.flat().iter().any(|entry| entry.label == title);
    assert!(titles.into_iter().all(in_menu), "{menu:#?}");
    let rows = window.wait_rows("the first account's list", |rows| rows.len() == 1);
    assert_eq!(rows.await?[0].title, titles[0]);

    // A click on the toast of the other account shows it there, and is its read mark alone.
    let toast = recorder.wait_toast(|call| call.title == titles[1]).await?;
    recorder.click(toast.id).await?;
    let other = |rows: &[page::Row]| rows.len() == 1 && rows[0].title == titles[1];
    window.wait_rows("the other account's list", other).await?;
    south.wait_read(told, true).await?;
    says(&item, &window, ONE).await;

    // The tray's menu finds its account, too.
    item.click_menu(titles[0]).await?;
    let first = |rows: &[page::Row]| rows.len() == 1 && rows[0].title == titles[0];
    window.wait_rows("the first account's list", first).await?;
    north.wait_unread(0).await?;
    says(&item, &window, QUIET).await;

    assert_ne!(holding(&window.desktop.home(), "Котова"), [""; 0]);
    window.click("to-channels").await?;
    window.click("tab-settings").await?;
    window.click("sign-out").await?;
    window.click("sign-out-sure").await?;
    let home = window.desktop.home();
    let wiped = eventually("no trace of the customer", async || {
        let left = [holding(&home, "Котова"), holding(&home, &north.token)];
        Ok(left.concat().is_empty().then_some(()))
    });
    wiped.await?;
    let settings = fs::read_to_string(home.join(DATA).join("settings.json"))?;
    assert!(!settings.contains(&north.url) && settings.contains(&south.url));

    // The other one goes on, now and after the next start.
    south.say("Громов всё ещё ждёт").await?;
    let goes_on = recorder.wait_toast(|call| call.title == "Громов всё ещё ждёт");
    goes_on.await?;
    says(&item, &window, ONE).await;
    let desktop = window.leave().await?;
    assert_eq!(holding(&desktop.home(), "Котова"), [""; 0]);
    let again = Window::open_on(desktop, &[]).await?;
    let both = |rows: &[page::Row]| rows.len() == 2;
    again.wait_rows("the account that is left", both).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_stands_beside_a_department() -> Result<()> {
    let team = Team::start().await?;
    let desktop = desktop_of(&[&team]).await?;
    let app = desktop.app(&[], &[])?;
    let item = desktop.recorder.wait_item().await?;
    item.wait(|view| view.tooltip_text == QUIET).await?;
    let second = Program::start(&binary("dealbell")?, ["--demo"], desktop.environment())?;
    assert_eq!(second.wait().await?, Ending::Code(0));
    // A busy sales floor rings by itself.
    let demo = desktop.recorder.wait_toast(|_| true).await?;
    team.say("Громов перезвонит").await?;
    let own = desktop
        .recorder
        .wait_toast(|call| format!("{}\n{}", call.title, call.body).contains("Громов перезвонит"));
    let own = own
        .await
        .unwrap_or_else(|error| panic!("{error}\n{}", app.log()));
    assert_ne!(demo.id, own.id);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn quiet_chosen_in_the_tray_outlives_a_restart_and_ends_in_one_summary() -> Result<()> {
    let team = Team::start().await?;
    let desktop = desktop_of(&[&team]).await?;
    let recorder = &desktop.recorder;
    let app = desktop.app(&[], &[])?;
    let item = recorder.wait_item().await?;
    item.wait(|view| view.tooltip_text == QUIET).await?;
    item.click_menu(&text(Language::Ru, "menu-quiet-hour", &[]))
        .await?;
    let ring_again = text(Language::Ru, "menu-quiet-off", &[]);
    let is_quiet = |menu: &MenuEntry| menu.flat().iter().any(|entry| entry.label == ring_again);
    item.wait_menu(is_quiet).await?;
    team.say("Громов перезвонит").await?;
    item.wait(|view| view.tooltip_text.ends_with(ONE)).await?;
    assert_eq!(app.terminate().await?, Ending::Code(0));

    let _app = desktop.app(&[], &[])?;
    let again = recorder.wait("the second item", |seen| {
        (seen.items.len() == 2).then_some(())
    });
    again.await?;
    let item = recorder.wait_item().await?;
    team.say("Котова ждёт счёт").await?;
    item.wait(|view| view.tooltip_text.ends_with(TWO)).await?;
    assert_eq!(
        recorder.recorded().calls.len(),
        0,
        "nothing rings in the quiet"
    );
    item.click_menu(&ring_again).await?;
    recorder.wait_toast(|_| true).await?;
    assert_eq!(recorder.recorded().calls.len(), 1, "one summary");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_acts_only_with_the_seal_of_a_toast_and_else_shows_the_window() -> Result<()> {
    let team = Team::start().await?;
    let desktop = desktop_of(&[&team]).await?;
    let app = desktop.app(&[], &[])?;
    let item = desktop.recorder.wait_item().await?;
    item.wait(|view| view.tooltip_text == QUIET).await?;
    let shown = team.say("Громов перезвонит").await?;
    let title = |call: &NotifyCall| call.title == "Громов перезвонит";
    desktop.recorder.wait_toast(title).await?;
    let other = team.say("Котова ждёт счёт").await?;
    item.wait(|view| view.tooltip_text.ends_with(TWO)).await?;

    let account = tag(&format!(
        "team/{}",
        team.url.replace("http://", "").replace(':', "_")
    ));
    assert_eq!(window_of(&app), None);
    // As a web page would write it that knows everything but the seal.
    let sealed = toast_link(&desktop.home(), &format!("{account}.{shown}"), Some("read"))?;
    let seal = sealed.split_once("seal=").context("it is sealed")?.1;
    for forged in [
        format!("dealbell://toast/{account}.summary?act=read"),
        format!("dealbell://toast/{account}.{other}?act=read"),
        format!("dealbell://toast/{account}.{other}"),
        format!("dealbell://toast/{account}.{other}?act=read&seal={seal}"),
    ] {
        follow(&desktop, &forged).await?;
    }
    eventually("the window", async || Ok(window_of(&app))).await?;
    // What comes after them is done after them: by then the other one would be read, too.
    follow(&desktop, &sealed).await?;
    team.wait_read(shown, true).await?;
    team.wait_read(other, false).await?;
    // Nothing of ours is named: there is nothing to do but to show the window.
    for odd in [
        "dealbell://open",
        "dealbell://run/rm?act=read",
        "dealbell://toast/x.y",
    ] {
        follow(&desktop, odd).await?;
    }
    team.say("Всё ещё живо").await?;
    item.wait(|view| view.tooltip_text.ends_with(TWO)).await?;
    Ok(())
}

/// Opens a link as the system does: by a second start.
async fn follow(desktop: &PrivateDesktop, link: &str) -> Result<()> {
    let second = Program::start(&binary("dealbell")?, [link], desktop.environment())?;
    assert_eq!(second.wait().await?, Ending::Code(0));
    Ok(())
}

/// What names an account in its toasts: FNV-1a of its folder.
fn tag(folder: &str) -> String {
    let hash = folder
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    format!("{hash:016x}")
}

/// The process of the app's window, if it has one.
fn window_of(app: &App) -> Option<u32> {
    app.children().into_iter().find(|pid| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        line.split(|byte| *byte == 0).any(|arg| arg == b"--window")
    })
}

/// The files under `folder` that hold this text.
fn holding(folder: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        // What goes meanwhile holds nothing.
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                let content = fs::read(entry.path()).unwrap_or_default();
                let mut windows = content.windows(text.len());
                if windows.any(|window| window == text.as_bytes()) {
                    found.push(entry.path().display().to_string());
                }
            }
        }
    }
    found
}
