//! An invitation followed end to end: from its page to the first toast, while the app runs and while
//! it does not; a second time it is refused kindly.
#![cfg(target_os = "linux")]
#![expect(dead_code, reason = "the window's tests use more of the page")]

#[path = "window/page.rs"]
mod page;
#[path = "window/team.rs"]
mod team;

use anyhow::{Context, Result};
use dealbell_protocol::window::Language;
use dealbell_tests::{
    CentreProgram, DesktopOptions, Ending, Environment, PrivateDesktop, Program, binary,
    eventually, own_address,
};
use dealbell_texts::text;
use page::Window;
use serde_json::json;
use tempfile::TempDir;

const VERA: &str = "vera@firm.ru";

/// A centre that invites Vera.
struct Host {
    centre: CentreProgram,
    key: String,
    _folder: TempDir,
}

impl Host {
    async fn start() -> Result<Self> {
        let folder = TempDir::new()?;
        let mut centre = CentreProgram::new(folder.path(), own_address(), &Environment::new())?;
        let key = centre.command(&["integration", "add", "Телефония"]).await?;
        centre.serve().await?;
        Ok(Self {
            centre,
            key,
            _folder: folder,
        })
    }

    /// Where the button of the page leads that `invite` prints the address of.
    async fn link(&self) -> Result<String> {
        let url = self.centre.url();
        let line = ["invite", VERA, "--name", "Вера", "--public-url", &url];
        let page = self.centre.command(&line).await?;
        let client = reqwest::Client::builder().no_proxy().build()?;
        let html = client.get(&page).send().await?.error_for_status()?;
        let html = html.text().await?;
        let (_, rest) = html
            .split_once("href=\"dealbell://")
            .with_context(|| html.clone())?;
        let (link, _) = rest.split_once('"').context("the link ends")?;
        Ok(format!("dealbell://{}", link.replace("&amp;", "&")))
    }

    async fn say(&self, title: &str) -> Result<()> {
        let body = json!({ "users": [VERA], "title": title });
        let (status, answer) = self.centre.publish(&self.key, &body).await?;
        anyhow::ensure!(status == 201, "{status}: {answer}");
        Ok(())
    }

    /// The state of the invitation made last: `open` or `used`.
    async fn state(&self) -> Result<String> {
        let row = self.centre.command(&["invitation", "list"]).await?;
        let state = row.split('\t').nth(2);
        Ok(state.context("a state")?.to_owned())
    }
}

/// Opens the invitation whose centre the window names.
async fn opens(window: &Window, host: &Host) -> Result<()> {
    window.see("join-look").await?;
    let place = host.centre.url().replace("http://", "");
    let asked = window.text().await;
    anyhow::ensure!(asked.contains(&place), "{place} in {asked}");
    anyhow::ensure!(!asked.contains(VERA), "nobody was asked yet: {asked}");
    window.click("join-look").await
}

/// Says yes to what the window asks, and hears the first toast.
async fn says_yes(window: &Window, host: &Host, title: &str) -> Result<()> {
    opens(window, host).await?;
    window.see("join-enter").await?;
    let asked = window.text().await;
    let place = host.centre.url().replace("http://", "");
    for part in [&place, "Вера", VERA] {
        anyhow::ensure!(asked.contains(part), "{part} in {asked}");
    }
    assert_eq!(host.state().await?, "open", "to look uses nothing up");
    window.picture("join").await?;
    window.click("join-enter").await?;
    window.wait("connection", "[data-state=online]").await?;
    assert_eq!(host.state().await?, "used");
    host.say(title).await?;
    let recorder = &window.desktop.recorder;
    recorder.wait_toast(|call| call.title == title).await?;
    Ok(())
}

async fn follow(desktop: &PrivateDesktop, link: &str) -> Result<()> {
    let second = Program::start(&binary("dealbell")?, [link], desktop.environment())?;
    assert_eq!(second.wait().await?, Ending::Code(0), "{}", second.log());
    Ok(())
}

async fn refused(window: &Window, why: &str) -> Result<()> {
    let title = text(Language::Ru, why, &[]);
    eventually("the kind refusal", async || {
        Ok(window.text().await.contains(&title).then_some(()))
    })
    .await?;
    window.picture(why).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_followed_while_it_runs_signs_in_once() -> Result<()> {
    let host = Host::start().await?;
    let link = host.link().await?;
    let desktop = PrivateDesktop::start(DesktopOptions::default()).await?;
    let window = Window::open_on(desktop, &[]).await?;
    window.see("way-team").await?;
    follow(&window.desktop, &link).await?;
    says_yes(&window, &host, "Котова ждёт счёт").await?;
    let device = host.centre.command(&["device", "list", VERA]).await?;
    assert_eq!(device.split('\t').nth(2), Some("linux"), "{device}");

    // Pressed once more: he is in, and is told so.
    follow(&window.desktop, &link).await?;
    opens(&window, &host).await?;
    refused(&window, "join-already-in-title").await?;
    window.click("join-away").await?;
    window.wait_rows("the list", |rows| rows.len() == 1).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_starts_it_and_for_somebody_else_it_is_used_up() -> Result<()> {
    let host = Host::start().await?;
    let link = host.link().await?;
    let desktop = PrivateDesktop::start(DesktopOptions::default()).await?;
    let window = Window::open_with(desktop, &[], &[&link]).await?;
    says_yes(&window, &host, "Громов перезвонит").await?;
    drop(window);

    let desktop = PrivateDesktop::start(DesktopOptions::default()).await?;
    let window = Window::open_with(desktop, &[], &[&link]).await?;
    opens(&window, &host).await?;
    refused(&window, "join-invitation-used-title").await?;
    let said = window.text().await;
    anyhow::ensure!(!said.contains("join-"), "{said}");
    window.click("join-away").await?;
    window.see("way-team").await?;
    assert_eq!(
        host.centre
            .command(&["device", "list", VERA])
            .await?
            .lines()
            .count(),
        1
    );
    Ok(())
}

/// Copied from the letter instead of pressed.
#[tokio::test(flavor = "multi_thread")]
async fn a_link_pasted_where_the_address_goes_is_understood() -> Result<()> {
    let host = Host::start().await?;
    let url = host.centre.url();
    let line = ["invite", VERA, "--name", "Вера", "--public-url", &url];
    let page = host.centre.command(&line).await?;
    let desktop = PrivateDesktop::start(DesktopOptions::default()).await?;
    let window = Window::open_on(desktop, &[]).await?;
    window.click("way-team").await?;
    window.fill("address", &page).await?;
    window.click("submit").await?;
    window.see("found").await?;
    assert_eq!(host.state().await?, "open");
    window.click("enter").await?;
    window.wait("connection", "[data-state=online]").await?;
    assert_eq!(host.state().await?, "used");
    Ok(())
}
