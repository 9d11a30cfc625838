//! A push all the way: published, encrypted by the centre, taken by a push service, read by other
//! people's code, shown by the browser's service worker on the desktop, replaced, clicked, taken away.
//!
//! Debian's Chromium gets its pushes from its maker's service alone. So `subscribe` is answered here in
//! the browser's place, and what the service took is handed to the worker as the browser would
//! (`ServiceWorker.deliverPushMessage`). Everything between is the real thing.

use anyhow::{Context, Result};
use dealbell_tests::{DesktopOptions, Device, PrivateDesktop, eventually};
use serde_json::{Value, json};

use crate::department::Department;
use crate::page::Page;
use crate::post::PushService;

/// The browser's part of subscribing.
const SUBSCRIBES: &str = "
    let subscribed = null;
    const told = TOLD;
    const subscription = {
        endpoint: told.endpoint,
        toJSON: () => told,
        unsubscribe: async () => { subscribed = null; return true; },
    };
    PushManager.prototype.subscribe = async function (options) {
        if (!options.userVisibleOnly || options.applicationServerKey.byteLength !== 65) throw new Error('not as a browser wants it');
        return (subscribed = subscription);
    };
    PushManager.prototype.getSubscription = async () => subscribed;
";

/// A page in a browser that may notify and can subscribe.
async fn subscribed(
    department: &Department,
    desktop: &PrivateDesktop,
    service: &PushService,
) -> Result<Page> {
    let page = Page::new(desktop, Device::Computer).await?;
    let allowed = json!({ "origin": department.url, "permissions": ["notifications"] });
    page.browser
        .say("Browser.grantPermissions", allowed)
        .await?;
    let told = json!({
        "endpoint": service.endpoint,
        "keys": { "p256dh": service.p256dh, "auth": service.auth },
    });
    let source = SUBSCRIBES.replace("TOLD", &told.to_string());
    let script = json!({ "source": source });
    page.browser
        .say("Page.addScriptToEvaluateOnNewDocument", script)
        .await?;
    page.goto(&department.link().await?).await?;
    page.click("door-enter").await?;
    page.online().await?;
    page.promised("await navigator.serviceWorker.ready").await?;
    Ok(page)
}

/// Hands the worker a push, as the browser does.
async fn hand_over(page: &Page, department: &Department, said: &Value) -> Result<()> {
    page.browser.say("ServiceWorker.enable", json!({})).await?;
    // Its number among those of this fresh profile.
    let delivered = json!({
        "origin": format!("{}/", department.url), "registrationId": "0", "data": said.to_string(),
    });
    page.browser
        .say("ServiceWorker.deliverPushMessage", delivered)
        .await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_is_shown_replaced_clicked_and_taken_away() -> Result<()> {
    let department = Department::start().await?;
    let service = PushService::start().await?;
    let desktop = PrivateDesktop::start(DesktopOptions::default()).await?;
    let page = subscribed(&department, &desktop, &service).await?;
    let channels = json!({ "desktop": true, "email": false, "mobile": true, "browser": true });
    department.choose(channels).await?;

    page.click("to-channels").await?;
    page.click("push-here").await?;
    let known = eventually("the subscription at the centre", async || {
        let push = department.get("/v1/push-subscriptions").await?;
        Ok(push["subscriptions"].get(0).cloned())
    })
    .await?;
    assert_eq!(known["channel"], "browser");
    crate::clean(&page, "push").await?;

    // Shown on the desktop, by the browser.
    let recorder = &desktop.recorder;
    let say = async |title: &str, subject: &str| {
        let body = json!({ "title": title, "text": "Кухня «Верона»", "subject": subject });
        department.publish(body).await
    };
    let first = say("Котова ждёт счёт", "deal:1").await?;
    let (taken, said) = service.next().await?;
    for (name, value) in [("content-encoding", "aes128gcm"), ("urgency", "normal")] {
        let header = taken
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok());
        assert_eq!(header, Some(value), "{name}");
    }
    assert!(taken.headers.contains_key("ttl") && taken.headers.contains_key("topic"));
    assert_eq!(
        (&said["type"], &said["id"]),
        (&json!("show"), &json!(first))
    );
    hand_over(&page, &department, &said).await?;
    let shown = recorder
        .wait_toast(|call| call.title == "Котова ждёт счёт")
        .await?;
    assert!(shown.body.contains("Верона"), "{shown:?}");

    // The same matter again takes its place.
    say("Котова ждёт два счёта", "deal:1").await?;
    let (_, said) = service.next().await?;
    hand_over(&page, &department, &said).await?;
    recorder
        .wait_toast(|call| call.title == "Котова ждёт два счёта")
        .await?;
    let on_screen = recorder.wait_on_screen(1).await?;
    assert_eq!(on_screen[0].title, "Котова ждёт два счёта");

    // A click brings the inbox to the item, and reads it.
    recorder.click(on_screen[0].id).await?;
    department.wait_unread(1).await?;

    // Read elsewhere: taken away.
    let third = say("Громов перезвонит", "deal:2").await?;
    let (_, said) = service.next().await?;
    hand_over(&page, &department, &said).await?;
    let shown = recorder
        .wait_toast(|call| call.title == "Громов перезвонит")
        .await?;
    page.goto("about:blank").await?;
    eventually("a page that is gone", async || {
        let devices = department.get("/v1/devices").await?;
        let mut all = devices.as_array().into_iter().flatten();
        let connected = all.any(|one| one["connected"] == true);
        Ok((!connected).then_some(()))
    })
    .await?;
    department.read(third).await?;
    let (_, said) = service.next().await?;
    assert_eq!(said["type"], "clear", "{said}");
    page.goto(&format!("{}/app/", department.url)).await?;
    hand_over(&page, &department, &said).await?;
    recorder
        .wait_withdrawn(shown.id)
        .await
        .with_context(|| page.browser.log())
}
