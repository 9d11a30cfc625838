//! The connecting page: each way in, and each way to fail. With `DEALBELL_PICTURES` every state is
//! also there to be looked at.

use anyhow::{Context, Result};
use dealbell_protocol::window::Language;
use dealbell_tests::{
    Crm, CrmIntegration, DesktopOptions, Doorman, PrivateDesktop, eventually, own_address,
};
use dealbell_texts::text;
use serde_json::{Value, json};

use crate::page::Window;
use crate::team::Team;

/// The first user's token.
const TOKEN: &str = "T";

/// What the window says under this id about an account at `host`.
fn words(id: &str, host: &str) -> String {
    let crm = if host.ends_with("kommo.com") {
        "Kommo"
    } else {
        "amoCRM"
    };
    let fill = |text: &str| dealbell_texts::Value::Text(text.to_owned());
    text(
        Language::Ru,
        id,
        &[("crm", fill(crm)), ("host", fill(host))],
    )
}

async fn window(entries: &[(&str, &str)]) -> Result<Window> {
    let desktop = PrivateDesktop::start(DesktopOptions::default()).await?;
    let window = Window::open_on(desktop, entries).await?;
    window.see("sign-in").await?;
    Ok(window)
}

async fn crm(window: &Window) -> Result<Crm> {
    Crm::start(own_address(), TOKEN, window.desktop.environment()).await
}

/// Tries a token out in the form of an account.
async fn try_token(window: &Window, address: &str, token: &str) -> Result<()> {
    window.fill("address", address).await?;
    window.fill("token", token).await?;
    window.click("submit").await
}

/// Tries a code out in the form of an account.
async fn try_code(
    window: &Window,
    address: &str,
    integration: &CrmIntegration,
    code: &str,
) -> Result<()> {
    window.fill("address", address).await?;
    window.fill("integration", &integration.id).await?;
    window.fill("secret", &integration.secret).await?;
    window.fill("redirect", &integration.redirect_uri).await?;
    window.fill("code", code).await?;
    window.click("submit").await
}

/// Waits until the page says this of `host`, and takes a picture of it.
async fn says(window: &Window, id: &str, host: &str) -> Result<()> {
    // WebDriver tells a space that does not break as any other.
    let wanted = words(id, host).replace('\u{a0}', " ");
    let mut said = String::new();
    let waited = eventually("the failure", async || {
        said = window.see("signin-error").await?.text().await?;
        Ok((said == wanted).then_some(()))
    });
    let waited = waited.await;
    waited.with_context(|| format!("{id}: {wanted:?} wanted, {said:?} said\n{}", window.log()))?;
    window.picture(&format!("connecting-{id}")).await
}

/// Waits for what was found, and sees that it names all of these.
async fn found(window: &Window, picture: &str, named: &[&str]) -> Result<()> {
    let card = window.see("found").await?.text().await?;
    for name in named {
        anyhow::ensure!(card.contains(name), "{name} is not in {card:?}");
    }
    window.picture(&format!("connecting-found-{picture}")).await
}

/// Says yes to what was found, and waits until it is connected.
async fn enter(window: &Window) -> Result<()> {
    window.click("enter").await?;
    window.wait("connection", "[data-state=online]").await?;
    Ok(())
}

#[tokio::test]
async fn an_account_is_entered_by_token() -> Result<()> {
    let window = window(&[]).await?;
    window.picture("connecting").await?;
    let crm = crm(&window).await?;
    window.click("way-solo").await?;
    window.see("token").await?;
    window.picture("connecting-solo").await?;

    // A plain manager sees himself and no colleagues.
    try_token(&window, crm.host(), &crm.users[1].token).await?;
    let manager = words("signin-rights-manager", "");
    found(&window, "manager", &[crm.host(), &manager]).await?;
    window.click("found-back").await?;

    try_token(&window, &format!(" {}/leads ", crm.url), TOKEN).await?;
    let anna = &crm.users[0];
    let administrator = words("signin-rights-administrator", "");
    let named = [crm.host(), &anna.name, &anna.email, &administrator];
    found(&window, "administrator", &named).await?;
    let data = window
        .desktop
        .home()
        .join(".local/share/com.dealbell.desktop");
    assert!(
        !data.join("solo").exists(),
        "nothing is kept before he says yes"
    );
    enter(&window).await?;

    // No keyring here: the user is asked, and what he agrees to lasts.
    window.see("trouble-no_keyring").await?;
    window.picture("no-keyring").await?;
    window.click("keep-in-file").await?;
    window.gone("trouble-no_keyring").await?;
    let again = Window::open_on(window.leave().await?, &[]).await?;
    again.wait("connection", "[data-state=online]").await?;
    Ok(())
}

#[tokio::test]
async fn an_account_is_entered_by_a_code_which_is_good_once() -> Result<()> {
    let window = window(&[]).await?;
    let crm = crm(&window).await?;
    let anna = &crm.users[0];
    window.click("way-solo").await?;
    window.click("by-oauth").await?;
    window.see("code").await?;
    window.picture("connecting-oauth").await?;

    let unknown = CrmIntegration {
        secret: "mistyped".to_owned(),
        ..crm.integration.clone()
    };
    let back = crm.consent(anna.id).await?;
    try_code(&window, crm.host(), &unknown, &back).await?;
    says(&window, "signin-solo-integration-wrong", crm.host()).await?;
    try_code(&window, crm.host(), &crm.integration, "def50200mistyped").await?;
    says(&window, "signin-solo-code-expired", crm.host()).await?;

    let back = crm.consent(anna.id).await?;
    try_code(&window, crm.host(), &crm.integration, &back).await?;
    found(&window, "oauth", &[crm.host(), &anna.name, &anna.email]).await?;
    // Looking at the form again and coming back spends nothing a second time.
    window.click("found-back").await?;
    window.click("submit").await?;
    found(&window, "oauth-again", &[&anna.name]).await?;
    enter(&window).await?;
    window.click("keep-in-file").await?;
    window.gone("trouble-no_keyring").await?;

    // The pair was kept, not the code.
    let again = Window::open_on(window.leave().await?, &[]).await?;
    again.wait("connection", "[data-state=online]").await?;
    again.click("to-channels").await?;
    again.click("tab-settings").await?;
    again.click("sign-out").await?;
    again.click("sign-out-sure").await?;
    again.see("sign-in").await?;
    again.click("way-solo").await?;
    again.click("by-oauth").await?;
    try_code(&again, crm.host(), &crm.integration, &back).await?;
    says(&again, "signin-solo-code-expired", crm.host()).await
}

#[tokio::test]
async fn a_department_is_entered_and_left() -> Result<()> {
    let team = Team::start().await?;
    team.say("Уже здесь").await?;
    let window = window(&[]).await?;
    window.click("way-team").await?;
    window.see("address").await?;
    window.picture("connecting-team").await?;

    // An address where nobody listens, one that makes no sense, one where no centre answers.
    let nobody = format!("http://{}", own_address());
    for wrong in [nobody.as_str(), "ftp://x"] {
        try_token(&window, wrong, "secret").await?;
        says(&window, "signin-team-address-wrong", "").await?;
    }
    let portal = Doorman::start("200 OK", "text/html", "<h1>Войдите</h1>").await?;
    try_token(&window, &format!("http://{}", portal.host()), "secret").await?;
    says(&window, "signin-team-not-a-centre", "").await?;
    try_token(&window, &team.url, "wrong").await?;
    says(&window, "signin-team-token-refused", "").await?;

    try_token(&window, &team.url, &team.token).await?;
    found(&window, "team", &["anna@firm.ru"]).await?;
    enter(&window).await?;
    let rows = window.wait_rows("the list", |rows| rows.len() == 1).await?;
    assert_eq!(rows[0].title, "Уже здесь");
    window.wait_badge(1).await?;
    window.see("trouble-no_keyring").await?;
    window.click("keep-in-file").await?;
    window.gone("trouble-no_keyring").await?;

    let again = Window::open_on(window.leave().await?, &[]).await?;
    again.wait_rows("the list", |rows| rows.len() == 1).await?;
    again.click("to-channels").await?;
    again.click("tab-settings").await?;
    again.click("sign-out").await?;
    again.click("sign-out-sure").await?;
    again.see("sign-in").await?;
    assert!(!again.text().await.contains("Уже здесь"));
    // Nor does a copy of the token let anybody in.
    eventually("the centre lets the device go", async || {
        Ok(team.feed().await.is_err().then_some(()))
    })
    .await
}

#[tokio::test]
async fn the_demo_is_entered_at_a_click() -> Result<()> {
    let window = window(&[]).await?;
    window.click("way-demo").await?;
    window.wait("connection", "[data-state=online]").await?;
    window.picture("connecting-demo").await
}

#[tokio::test]
async fn an_address_that_leads_to_no_account_is_said_to() -> Result<()> {
    let window = window(&[]).await?;
    window.click("way-solo").await?;
    for foreign in ["romashka.example", "romashka.amocrm.ru.evil.io", "ftp://x"] {
        try_token(&window, foreign, TOKEN).await?;
        says(&window, "signin-solo-address-wrong", foreign).await?;
    }
    let nobody = own_address().to_string();
    try_token(&window, &nobody, TOKEN).await?;
    says(&window, "error-offline", &nobody).await?;
    let portal = Doorman::start("200 OK", "text/html", "<h1>Войдите в сеть</h1>").await?;
    try_token(&window, &portal.host(), TOKEN).await?;
    says(&window, "signin-solo-not-a-centre", &portal.host()).await
}

#[tokio::test]
async fn an_account_that_does_not_let_us_in_says_why() -> Result<()> {
    let window = window(&[]).await?;
    let crm = crm(&window).await?;
    let host = crm.host();
    window.click("way-solo").await?;
    try_token(&window, host, "mistyped").await?;
    says(&window, "signin-solo-token-refused", host).await?;

    // Tokens as the CRM makes them say until when they are good, and that they are the CRM's.
    let long_lived = async |about: Value| -> Result<String> {
        let made = crm.control("long-lived", &about).await?;
        Ok(made["token"].as_str().context("a token")?.to_owned())
    };
    let expired = long_lived(json!({"expires_at": 1_700_000_000})).await?;
    try_token(&window, host, &expired).await?;
    says(&window, "signin-solo-token-expired", host).await?;
    let other = Crm::start(own_address(), TOKEN, window.desktop.environment()).await?;
    let foreign = other.control("long-lived", &json!({})).await?;
    try_token(&window, host, foreign["token"].as_str().context("a token")?).await?;
    says(&window, "signin-solo-token-elsewhere", host).await?;

    let good = long_lived(json!({})).await?;
    for (fault, id) in [
        (
            json!({"kind": "status", "status": 403}),
            "signin-solo-no-rights",
        ),
        (json!({"kind": "blocked"}), "signin-solo-blocked"),
        (
            json!({"kind": "status", "status": 402}),
            "signin-solo-not-paid",
        ),
        (json!({"kind": "html"}), "signin-solo-not-a-centre"),
        (
            json!({"kind": "status", "status": 404}),
            "signin-solo-account-unknown",
        ),
    ] {
        crm.fault(&fault).await?;
        try_token(&window, host, &good).await?;
        says(&window, id, host).await?;
        crm.mend().await?;
    }
    try_token(&window, host, &good).await?;
    found(&window, "long-lived", &[&crm.users[0].name]).await
}

#[tokio::test]
async fn a_proxy_that_asks_who_we_are_is_named() -> Result<()> {
    let asks = "407 Proxy Authentication Required";
    let proxy = Doorman::start(asks, "text/html", "<h1>Login</h1>").await?;
    let url = format!("http://{}", proxy.host());
    let window = window(&[("HTTPS_PROXY", &url)]).await?;
    window.click("way-solo").await?;
    try_token(&window, "romashka", TOKEN).await?;
    says(&window, "error-proxy-asks", "romashka.amocrm.ru").await?;
    window.click("back").await?;
    window.click("way-team").await?;
    try_token(&window, "https://bell.romashka.ru", "secret").await?;
    says(&window, "error-proxy-asks", "").await
}

/// The line in use makes room for its successor, which keeps its folder.
#[tokio::test]
async fn an_account_whose_token_was_revoked_is_entered_anew() -> Result<()> {
    let desktop = PrivateDesktop::start(DesktopOptions::default()).await?;
    let crm = Crm::start(own_address(), TOKEN, desktop.environment()).await?;
    let ivan = json!({"user": crm.users[1].id});
    let entries = [
        ("DEALBELL_CRM_URL", crm.url.as_str()),
        ("DEALBELL_CRM_TOKEN", crm.users[1].token.as_str()),
    ];
    let window = Window::open_on(desktop, &entries).await?;
    window.wait("connection", "[data-state=online]").await?;

    crm.control("revoke-token", &ivan).await?;
    window.see("reason").await?;
    window.picture("connecting-again").await?;
    let made = crm.control("long-lived", &ivan).await?;
    let token = made["token"].as_str().context("a token")?;
    // Trying one out does not touch what is there.
    try_token(&window, crm.host(), "mistyped").await?;
    says(&window, "signin-solo-token-refused", crm.host()).await?;
    try_token(&window, crm.host(), token).await?;
    found(&window, "again", &[crm.host()]).await?;
    enter(&window).await?;
    window.gone("reason").await
}

/// Whoever connected by OAuth finds the form of OAuth, and needs a fresh code only.
#[tokio::test]
async fn an_account_whose_grant_was_revoked_is_entered_anew_by_the_same_way() -> Result<()> {
    let window = window(&[]).await?;
    let crm = crm(&window).await?;
    let anna = crm.users[0].id;
    window.click("way-solo").await?;
    window.click("by-oauth").await?;
    let back = crm.consent(anna).await?;
    try_code(&window, crm.host(), &crm.integration, &back).await?;
    enter(&window).await?;
    window.click("keep-in-file").await?;
    window.gone("trouble-no_keyring").await?;

    // A page that knows of it only what the account says.
    let window = Window::open_on(window.leave().await?, &[]).await?;
    window.wait("connection", "[data-state=online]").await?;
    crm.control("revoke-grant", &json!({"user": anna})).await?;
    window.see("reason").await?;
    window.see("code").await?;
    let back = crm.consent(anna).await?;
    try_code(&window, crm.host(), &crm.integration, &back).await?;
    enter(&window).await?;
    window.gone("reason").await?;

    // What was kept in the end is the new grant.
    let again = Window::open_on(window.leave().await?, &[]).await?;
    again.wait("connection", "[data-state=online]").await?;
    again.gone("reason").await
}

#[tokio::test]
async fn a_token_from_the_environment_is_nobodys_question() -> Result<()> {
    let team = Team::start().await?;
    let window = Window::open(&team).await?;
    window.see("empty").await?;
    window.gone("trouble-no_keyring").await?;
    Ok(())
}
