//! The web inbox in Debian's Chromium, on a computer and on a phone, beside the real desktop: signed in
//! by a link, the same list and marks, pushes shown by its service worker, a shell for when there is no
//! network, and four devices of one person that agree in the end.
#![cfg(target_os = "linux")]

mod department;
mod four;
mod page;
mod post;
mod push;

use anyhow::{Context, Result};
use dealbell_tests::recorder::TrayItem;
use dealbell_tests::{DesktopOptions, Device, PrivateDesktop, eventually};
use department::Department;
use page::Page;
use std::time::Instant;

const QUIET: &str = "Всё разобрано";
const ONE: &str = "1 непрочитанное";
const TWO: &str = "2 непрочитанных";

async fn desktop() -> Result<PrivateDesktop> {
    PrivateDesktop::start(DesktopOptions::default()).await
}

async fn says(item: &TrayItem, tooltip: &str) -> Result<()> {
    item.wait(|view| view.tooltip_text == tooltip).await?;
    Ok(())
}

async fn clean(page: &Page, place: &str) -> Result<()> {
    page.picture(place).await?;
    let violations = page.violations().await?;
    anyhow::ensure!(violations.is_empty(), "{place}: {violations:#?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_marked_in_the_browser_is_marked_on_the_desktop_and_the_reverse() -> Result<()> {
    let department = Department::start().await?;
    let first = department.say("Котова ждёт счёт").await?;
    let second = department.say("Громов перезвонит").await?;
    let (here, there) = (desktop().await?, desktop().await?);
    let app = department.desktop(&here).await?;
    let item = here.recorder.wait_item().await?;
    says(&item, TWO).await.with_context(|| app.log())?;

    let page = Page::new(&there, Device::Computer).await?;
    let link = department.link().await?;
    page.goto(&link).await?;
    page.see("door-enter").await?;
    let address = page.run("return location.href", vec![]).await?;
    assert!(
        !address.to_string().contains("sign-in="),
        "{address}: the code is gone"
    );
    clean(&page, "door").await?;
    page.click("door-enter").await?;
    page.online().await?;
    page.wait_unread(2).await?;
    clean(&page, "list").await?;

    let pressed = Instant::now();
    page.mark(first).await?;
    says(&item, ONE).await.with_context(|| app.log())?;
    println!("browser to desktop: {:?}", pressed.elapsed());

    // What is read at the desktop: by a click on its toast's card, here by its menu.
    let pressed = Instant::now();
    item.click_menu("Громов перезвонит").await?;
    page.wait_unread(0).await?;
    println!("desktop to browser: {:?}", pressed.elapsed());
    says(&item, QUIET).await?;
    department.wait_unread(0).await?;
    let unread = page.run("return document.title", vec![]).await?;
    assert_eq!(unread, "Dealbell");

    // Unread again, from the browser.
    page.mark(second).await?;
    says(&item, ONE).await?;

    // The same link is of no use to whoever finds it.
    let other = Page::new(&there, Device::Computer).await?;
    other.goto(&link).await?;
    other.click("door-enter").await?;
    other.see("door-failed").await?;
    clean(&other, "door-used").await
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_phone_it_lists_marks_and_keeps_channels() -> Result<()> {
    let department = Department::start().await?;
    let first = department.say("Котова ждёт счёт").await?;
    let desktop = desktop().await?;
    let page = Page::enter(&department, &desktop, Device::Phone).await?;
    page.wait_unread(1).await?;
    let wide = "return document.documentElement.scrollWidth <= innerWidth";
    assert_eq!(page.run(wide, vec![]).await?, true, "nothing sticks out");
    clean(&page, "list").await?;
    page.mark(first).await?;
    department.wait_unread(0).await?;

    page.click("to-channels").await?;
    page.see("master-switch").await?;
    assert_eq!(page.run(wide, vec![]).await?, true, "nothing sticks out");
    clean(&page, "channels").await?;
    page.click("master-switch").await?;
    page.click("save").await?;
    eventually("the channels as saved", async || {
        let channels = department.get("/v1/channels").await?;
        Ok((channels["receive"] == false).then_some(()))
    })
    .await?;
    page.click("tab-settings").await?;
    page.see("settings").await?;
    assert_eq!(page.run(wide, vec![]).await?, true, "nothing sticks out");
    clean(&page, "settings").await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_network_there_are_the_shell_and_the_list_and_marks_are_sent_later() -> Result<()>
{
    let department = Department::start().await?;
    let first = department.say("Котова ждёт счёт").await?;
    department.say("Громов перезвонит").await?;
    let desktop = desktop().await?;
    let page = Page::enter(&department, &desktop, Device::Phone).await?;
    page.wait_unread(2).await?;
    page.promised("await navigator.serviceWorker.ready").await?;
    eventually("a worker that has the page", async || {
        let has = page
            .run("return navigator.serviceWorker.controller !== null", vec![])
            .await?;
        Ok((has == true).then_some(()))
    })
    .await?;

    page.network(false).await?;
    page.browser.client.refresh().await?;
    page.wait_unread(2).await?;
    page.wait("connection", "[data-state=offline]").await?;
    clean(&page, "offline").await?;
    page.mark(first).await?;
    page.wait_unread(1).await?;
    assert_eq!(department.feed().await?.unread.count, 2, "nothing was sent");

    page.network(true).await?;
    department.wait_unread(1).await?;
    page.online().await?;
    page.wait_unread(1).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_is_revoked_is_shown_the_door_and_keeps_nothing() -> Result<()> {
    let department = Department::start().await?;
    department.say("Котова ждёт счёт").await?;
    let desktop = desktop().await?;
    let page = Page::enter(&department, &desktop, Device::Computer).await?;
    page.wait_unread(1).await?;
    let devices = department.get("/v1/devices").await?;
    let web = devices.as_array().into_iter().flatten();
    let web = web.filter(|device| device["platform"] == "web");
    let ids: Vec<_> = web.filter_map(|device| device["id"].as_str()).collect();
    assert_eq!(ids.len(), 1, "{devices}");
    department.revoke(ids[0]).await?;
    page.wait("door", " [data-testid=reason]").await?;
    clean(&page, "door-revoked").await?;
    let kept = "const names = await caches.keys(); let found = 0;
        for (const name of names) for (const request of await (await caches.open(name)).keys())
            if (request.url.includes('/v1/')) found += 1;
        const bases = await indexedDB.databases();
        return { found, text: document.body.innerText, bases: bases.length, local: Object.keys(localStorage) }";
    let kept = page.promised(kept).await?;
    assert_eq!(kept["found"], 0, "{kept}");
    assert!(!kept.to_string().contains("Котова"), "{kept}");
    Ok(())
}
