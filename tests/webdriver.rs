//! The driver of the window, tried on the small browser that comes with the web engine.
#![cfg(target_os = "linux")]

use std::path::Path;

use dealbell_tests::{DesktopOptions, PATIENCE, PrivateDesktop, WebDriver, alive, ended};
use fantoccini::Locator;

const BROWSER: &str = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser";
const PAGE: &str = "data:text/html,<title>Page</title><button onclick=\"this.textContent='Pressed'\">Press</button>";

#[tokio::test]
async fn a_window_on_the_private_desktop_is_clicked_read_and_pictured() {
    let desktop = PrivateDesktop::start(DesktopOptions::default())
        .await
        .unwrap();
    let driver = WebDriver::start(desktop.environment()).await.unwrap();
    let browser = Path::new(BROWSER);
    let client = driver
        .open_as("MiniBrowser", browser, &["--automation"])
        .await
        .unwrap();
    client.goto(PAGE).await.unwrap();
    let button = client.find(Locator::Css("button")).await.unwrap();
    button.click().await.unwrap();
    assert_eq!(button.text().await.unwrap(), "Pressed");
    assert_eq!(client.title().await.unwrap(), "Page");
    assert!(client.screenshot().await.unwrap().starts_with(b"\x89PNG"));

    let below = driver.process().children();
    assert!(
        below.len() >= 3,
        "driver, application and web process: {below:?}"
    );
    assert!(below.iter().any(|pid| alive(*pid)));
    drop((client, driver, desktop));
    for pid in below {
        assert!(ended(pid, PATIENCE).await);
    }
}
