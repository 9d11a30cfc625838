//! The page to sign in at.

use anyhow::Result;
use dealbell_protocol::window::Language;
use dealbell_tests::{DesktopOptions, PrivateDesktop};
use dealbell_texts::text;

use crate::page::Window;
use crate::team::Team;

fn words(name: &str) -> String {
    text(Language::Ru, name, &[])
}

async fn refused(window: &Window, address: &str, token: &str, name: &str) -> Result<()> {
    window.fill("address", address).await?;
    window.fill("token", token).await?;
    window.click("submit").await?;
    let said = window.see("signin-error").await?;
    assert_eq!(said.text().await?, words(name), "{address}");
    Ok(())
}

#[tokio::test]
async fn wrong_ones_are_explained_and_the_right_ones_lead_to_the_list() -> Result<()> {
    let team = Team::start().await?;
    team.say("Уже здесь").await?;
    let desktop = PrivateDesktop::start(DesktopOptions::default()).await?;
    let window = Window::open_on(desktop, &[]).await?;
    window.see("sign-in").await?;
    window.picture("sign-in").await?;
    window.click("way-team").await?;
    window.see("address").await?;
    window.picture("sign-in-team").await?;

    // An address where nobody listens, one that makes no sense, one where no centre answers.
    let nobody = dealbell_tests::own_address();
    let nobody = format!("http://{nobody}");
    refused(&window, &nobody, "secret", "signin-team-address-wrong").await?;
    refused(&window, "ftp://x", "secret", "signin-team-address-wrong").await?;
    window.picture("sign-in-wrong").await?;
    refused(&window, &team.url, "wrong", "signin-team-token-refused").await?;

    window.fill("address", &team.url).await?;
    window.fill("token", &team.token).await?;
    window.click("submit").await?;
    let rows = window.wait_rows("the list", |rows| rows.len() == 1).await?;
    assert_eq!(rows[0].title, "Уже здесь");
    window.wait_badge(1).await?;

    // This desktop has no keyring: the user is asked, and asked again at no later start.
    window.see("trouble-no_keyring").await?;
    window.picture("no-keyring").await?;
    window.click("keep-in-file").await?;
    window.gone("trouble-no_keyring").await?;
    let desktop = window.leave().await?;
    let again = Window::open_on(desktop, &[]).await?;
    again.wait("connection", "[data-state=online]").await?;
    again.wait_rows("the list", |rows| rows.len() == 1).await?;

    again.click("to-channels").await?;
    again.click("sign-out").await?;
    again.click("sign-out-sure").await?;
    again.see("sign-in").await?;
    assert!(!again.text().await.contains("Уже здесь"));
    Ok(())
}

#[tokio::test]
async fn a_token_from_the_environment_is_nobodys_question() -> Result<()> {
    let team = Team::start().await?;
    let window = Window::open(&team).await?;
    window.see("empty").await?;
    window.gone("trouble-no_keyring").await?;
    Ok(())
}
