//! Calendar, the way into the web inbox and the devices' panel: the window signed in to a real
//! centre.

use anyhow::{Context, Result};
use dealbell_tests::{Browser, DesktopOptions, PrivateDesktop, eventually};
use serde_json::{Value, json};

use crate::page::Window;
use crate::team::Team;

/// The window at its channels, on a desktop whose browser keeps a list.
async fn open(team: &Team) -> Result<(Window, Browser)> {
    let desktop = PrivateDesktop::start(DesktopOptions::default()).await?;
    let browser = Browser::install(&desktop.home())?;
    let window = Window::open_on(desktop, &team.entries()).await?;
    window.wait("connection", "[data-state=online]").await?;
    window.click("to-channels").await?;
    window.see("browsers").await?;
    Ok((window, browser))
}

/// Waits until the element says something with `words` in it.
async fn wait_text(window: &Window, testid: &str, words: &str) -> Result<()> {
    let mut seen = String::new();
    let what = format!("{words} in {testid}");
    let waited = eventually(&what, async || {
        seen = window.see(testid).await?.text().await?;
        Ok(seen.contains(words).then_some(()))
    });
    let waited = waited.await;
    waited.with_context(|| format!("{testid} says {seen}"))
}

async fn calendar(team: &Team) -> Result<String> {
    let link = team.get("/v1/calendar").await?;
    let url = link["url"].as_str().context("no calendar")?;
    Ok(url.to_owned())
}

#[tokio::test]
async fn the_calendar_is_handed_over_and_its_address_changed_after_a_question() -> Result<()> {
    let team = Team::start_public().await?;
    let (window, browser) = open(&team).await?;
    let first = calendar(&team).await?;
    let secret = first.rsplit('/').next().context("no name")?;
    wait_text(&window, "calendar-address", "••••••.ics").await?;
    assert!(
        !window.text().await.contains(secret),
        "nobody reads it over a shoulder"
    );
    window.click("calendar-open").await?;
    let handed = first.replacen("http:", "webcal:", 1);
    browser.wait_opened(&handed).await?;
    window.picture("calendar").await?;

    window.click("calendar-renew").await?;
    window.click("calendar-renew-sure-not").await?;
    assert_eq!(calendar(&team).await?, first);
    window.click("calendar-renew").await?;
    window.click("calendar-renew-sure").await?;
    wait_text(&window, "calendar-said", " ").await?;
    let second = calendar(&team).await?;
    assert_ne!(second, first);
    assert_eq!(team.status(&first).await?, 404);
    window.click("calendar-open").await?;
    let handed = second.replacen("http:", "webcal:", 1);
    browser.wait_opened(&handed).await
}

#[tokio::test]
async fn without_a_public_address_the_window_says_so() -> Result<()> {
    let team = Team::start().await?;
    let (window, _browser) = open(&team).await?;
    wait_text(&window, "calendar-no-address", "public-url").await?;
    window.picture("no-public-address").await
}

/// Signs a browser in by a link, as its page does.
async fn enter(team: &Team, link: &str, name: &str) -> Result<u16> {
    let (page, code) = link.split_once("#sign-in=").context("no code")?;
    assert_eq!(page, format!("{}/app/", team.url));
    let body = json!({"by": "link", "code": code, "name": name});
    Ok(team.post("/v1/web/sign-in", &body).await?.0)
}

#[tokio::test]
async fn a_browser_is_let_in_listed_and_signed_out_again() -> Result<()> {
    let team = Team::start_public().await?;
    let (window, browser) = open(&team).await?;
    window.click("open-inbox").await?;
    let link = eventually("the list in the browser", async || {
        Ok(browser.opened().into_iter().next())
    })
    .await?;
    assert_eq!(enter(&team, &link, "Chrome, Linux").await?, 200);
    assert_eq!(enter(&team, &link, "Chrome, Linux").await?, 410, "once");

    // The code for a phone is another link, drawn without help from outside.
    window.click("show-code").await?;
    window.see("code-left").await?;
    let drawn = "const code = document.querySelector('[data-testid=qr]');
        return [code.getBoundingClientRect().width, code.querySelector('path').getBoundingClientRect().width]";
    let widths: Vec<f64> = serde_json::from_value(window.run(drawn).await?)?;
    assert!(widths.iter().all(|width| *width > 90.0), "{widths:?}");
    window.picture("code").await?;
    window.click("code-hide").await?;
    window.gone("code").await?;

    // It is a device like any other, and the window can sign it out.
    window.click("tab-settings").await?;
    let device = async |team: &Team| -> Result<Option<Value>> {
        let devices = team.get("/v1/devices").await?;
        let rows = devices.as_array().context("no list")?;
        Ok(rows.iter().find(|row| row["platform"] == "web").cloned())
    };
    let web = device(&team)
        .await?
        .context("no browser among the devices")?;
    let revoke = format!("revoke-{}", web["id"].as_str().context("no id")?);
    let words = window.see("devices").await?.text().await?;
    assert!(words.contains("Chrome, Linux"), "{words}");
    window.click(&revoke).await?;
    window.click("revoke-sure-not").await?;
    assert!(device(&team).await?.is_some());
    window.click(&revoke).await?;
    window.click("revoke-sure").await?;
    window.gone(&revoke).await?;
    assert_eq!(device(&team).await?, None);
    window.picture("devices").await
}

/// Registers a browser or phone as one would; its id.
async fn register(team: &Team, channel: &str, name: &str) -> Result<String> {
    let body = json!({
        // Nobody is there.
        "endpoint": format!("https://push.invalid/{channel}"),
        "channel": channel,
        "name": name,
        "keys": {
            "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            "auth": "BTBZMqHH6r4Tts7J_aSIgg",
        },
    });
    // Of its own: this window's would be shown as the browser that one sits at.
    let device = team.device_token().await?;
    let posted = team.post_as(&device, "/v1/push-subscriptions", &body);
    let (status, row) = posted.await?;
    assert_eq!(status, 201, "{row}");
    Ok(row["id"].as_str().context("no id")?.to_owned())
}

async fn pushed(team: &Team) -> Result<Vec<(String, bool)>> {
    let devices = team.get("/v1/push-subscriptions").await?;
    let rows = devices["subscriptions"].as_array().context("no list")?;
    let read = |row: &Value| Some((row["id"].as_str()?.to_owned(), row["on"].as_bool()?));
    Ok(rows.iter().filter_map(read).collect())
}

#[tokio::test]
async fn browsers_and_phones_are_switched_tested_and_removed() -> Result<()> {
    let team = Team::start_public().await?;
    let (window, _browser) = open(&team).await?;
    // Phones are ticked for tasks from the beginning, and none is there.
    window.click("idle-mobile-act").await?;
    window.see("push-none").await?;
    let phone = register(&team, "mobile", "Телефон Анны").await?;
    let laptop = register(&team, "browser", "Firefox").await?;
    // Who comes back to the window sees them.
    window
        .run("window.dispatchEvent(new Event('focus'))")
        .await?;
    window.gone("idle-mobile").await?;
    window.see("push-nowhere-browser").await?;

    window.click(&format!("push-switch-{phone}")).await?;
    window.wait("idle-mobile", "").await?;
    assert_eq!(
        pushed(&team).await?,
        [(phone.clone(), false), (laptop.clone(), true)]
    );
    window.click(&format!("push-switch-{phone}")).await?;
    window.gone("idle-mobile").await?;

    // A test is on its way; how it went, the list tells.
    window.click(&format!("push-test-{laptop}")).await?;
    wait_text(&window, &format!("push-tested-{laptop}"), " ").await?;
    eventually("the trouble in the list", async || {
        let devices = team.get("/v1/push-subscriptions").await?;
        Ok((devices["subscriptions"][1]["trouble"] == "unreachable").then_some(()))
    })
    .await?;
    window
        .run("window.dispatchEvent(new Event('focus'))")
        .await?;
    window.see(&format!("push-trouble-{laptop}")).await?;
    window.picture("push").await?;

    window.click(&format!("push-remove-{laptop}")).await?;
    window.click("push-remove-sure").await?;
    window.gone(&format!("push-remove-{laptop}")).await?;
    assert_eq!(pushed(&team).await?, [(phone, true)]);

    // That only one device rings counts from Save on (RULES C6).
    let before = team.channels().await?;
    window.click("hold-back").await?;
    window.see("save").await?;
    assert_eq!(team.channels().await?, before);
    window.click("save").await?;
    window.see("saved").await?;
    assert!(team.channels().await?.push.hold_back);
    Ok(())
}
