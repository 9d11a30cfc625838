//! What an administrator decided, as the user meets it.

use std::fs;

use anyhow::Result;
use dealbell_tests::{DesktopOptions, PrivateDesktop};
use serde_json::json;

use crate::page::Window;
use crate::team::Team;

/// Only programs built for tests ask it.
const FILE: &str = "DEALBELL_MANAGED_FILE";

#[tokio::test(flavor = "multi_thread")]
async fn whom_the_administrator_sends_to_a_centre_types_his_token_and_no_more() -> Result<()> {
    let team = Team::start().await?;
    let desktop = PrivateDesktop::start(DesktopOptions::default()).await?;
    let file = desktop.folder().join("managed.toml");
    let text = format!(
        "[locked]\ncentre = '{}'\ncontent = 'sender'\nupdates = false\ncolour = 'red'\n\
         [defaults]\nstart_at_login = true\n",
        team.url
    );
    fs::write(&file, text)?;
    let entry = desktop.home().join(".config/autostart/dealbell.desktop");
    let window = Window::open_on(desktop, &[(FILE, &file.to_string_lossy())]).await?;

    window.wait("address", ":read-only").await?;
    assert_eq!(window.property("address", "value").await?, json!(team.url));
    assert!(entry.exists(), "it begins as the administrator wants");
    window.fill("token", &team.token).await?;
    window.click("submit").await?;
    window.click("enter").await?;
    window.wait("connection", "[data-state=online]").await?;
    window.click("keep-in-file").await?;
    // One key was not understood: that is said, and the rest holds.
    window.see("trouble-managed_wrong").await?;

    window.click("to-channels").await?;
    window.click("tab-settings").await?;
    window.wait("content", ":disabled").await?;
    assert_eq!(window.property("content", "value").await?, "sender");
    window.wait("start-at-login", ":checked").await?;
    window.gone("check-update").await?;
    // What he only began with is the user's.
    window.click("start-at-login").await?;
    window.wait("start-at-login", ":not(:checked)").await?;
    assert!(!entry.exists());
    Ok(())
}
