//! A real browser on a private desktop: Debian's Chromium, driven by its own driver.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use url::{ParseError, Url};

use crate::process::{Environment, Process};
use crate::{PATIENCE, PrivateDesktop};

/// How large the browser is, and whether it is a phone's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Device {
    /// A window on a computer.
    Computer,
    /// A phone's screen, touched.
    Phone,
}

/// A Chromium with a profile of its own. It ends with the value.
pub struct Chromium {
    /// What drives its page.
    pub client: Client,
    driver: Process,
}

impl Chromium {
    /// Starts it on this desktop; its notifications are the desktop's.
    ///
    /// # Errors
    /// When browser or driver is missing or does not come up.
    pub async fn start(desktop: &PrivateDesktop, device: Device) -> Result<Self> {
        let profile = tempfile::Builder::new()
            .prefix("chromium-")
            .tempdir_in(desktop.folder())?
            .keep();
        Self::start_with(desktop.environment(), &profile, device).await
    }

    async fn start_with(environment: &Environment, profile: &Path, device: Device) -> Result<Self> {
        let named = |variable: &str, usual: &str| {
            std::env::var_os(variable).map_or_else(|| PathBuf::from(usual), PathBuf::from)
        };
        let driver = named("DEALBELL_CHROMEDRIVER", "/usr/bin/chromedriver");
        let driver = Process::start(&driver, ["--port=0"], environment)
            .context("chromedriver is missing: install chromium-driver")?;
        let port = driver
            .wait_stdout(|line| {
                let (_, rest) = line.split_once("successfully on port ")?;
                rest.trim_end_matches('.').parse::<u16>().ok()
            })
            .await?;
        let chromium = named("CHROMIUM", "/usr/bin/chromium");
        let mut options = json!({
            "binary": chromium,
            "prefs": { "intl.accept_languages": "ru" },
            "args": [
                // Tests run as root; the pages are ours.
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--no-default-browser-check",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-dev-shm-usage",
                "--password-store=basic",
                "--lang=ru",
                "--window-size=1200,780",
                format!("--user-data-dir={}", profile.display()),
            ],
        });
        if device == Device::Phone {
            options["mobileEmulation"] = json!({
                "deviceMetrics": { "width": 390, "height": 720, "pixelRatio": 2.0, "touch": true },
                "userAgent": "Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 \
                    (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36",
            });
        }
        let capabilities: Capabilities = [
            ("browserName".to_owned(), json!("chrome")),
            ("goog:chromeOptions".to_owned(), options),
        ]
        .into_iter()
        .collect();
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities);
        let url = format!("http://127.0.0.1:{port}");
        let connecting = builder.connect(&url);
        match tokio::time::timeout(PATIENCE * 2, connecting).await {
            Ok(Ok(client)) => Ok(Self { client, driver }),
            Ok(Err(error)) => bail!("no session: {error}\n{}", driver.log()),
            Err(_) => bail!("no browser came\n{}", driver.log()),
        }
    }

    /// Says something in the browser's own protocol (CDP) and gives the answer.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn say(&self, command: &str, parameters: Value) -> Result<Value> {
        let asked = Own {
            command: command.to_owned(),
            parameters,
        };
        let answer = self.client.issue_cmd(asked).await;
        answer.with_context(|| format!("{command}\n{}", self.driver.log()))
    }

    /// What driver and browser wrote.
    pub fn log(&self) -> String {
        self.driver.log()
    }
}

/// A command of the browser's own protocol.
#[derive(Debug)]
struct Own {
    command: String,
    parameters: Value,
}

impl WebDriverCompatibleCommand for Own {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        let session = session.unwrap_or_default();
        base.join(&format!("session/{session}/goog/cdp/execute"))
    }

    fn method_and_body(&self, _: &Url) -> (http::Method, Option<String>) {
        let body = json!({ "cmd": self.command, "params": self.parameters });
        (http::Method::POST, Some(body.to_string()))
    }
}
