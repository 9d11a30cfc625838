//! The window, driven: `tauri-driver` in front of WebKit's own driver.

use std::net::TcpListener;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use tokio::net::TcpStream;

use crate::PATIENCE;
use crate::process::{Environment, Process};

/// A running `tauri-driver` on a private desktop.
pub struct WebDriver {
    process: Process,
    port: u16,
}

impl WebDriver {
    /// Starts the driver. The app it will start inherits `environment`. `DEALBELL_TAURI_DRIVER` names the driver
    /// where it is not in `PATH`, `DEALBELL_WEBKIT_DRIVER` WebKit's own.
    ///
    /// # Errors
    /// When a driver is missing or does not listen within [`crate::PATIENCE`].
    pub async fn start(environment: &Environment) -> Result<Self> {
        let named = |variable: &str, usual: &str| {
            std::env::var_os(variable).map_or_else(|| PathBuf::from(usual), PathBuf::from)
        };
        let driver = named("DEALBELL_TAURI_DRIVER", "tauri-driver");
        let webkit = named("DEALBELL_WEBKIT_DRIVER", "/usr/bin/WebKitWebDriver");
        let (port, native_port) = free_ports()?;
        let args = [
            "--port".to_owned(),
            port.to_string(),
            "--native-port".to_owned(),
            native_port.to_string(),
            "--native-driver".to_owned(),
            webkit.display().to_string(),
        ];
        let process = Process::start(&driver, args, environment)
            .context("cargo install tauri-driver, or set DEALBELL_TAURI_DRIVER")?;
        let listening = async {
            // The driver says nothing when it is ready; what it does is accept.
            while TcpStream::connect(("127.0.0.1", port)).await.is_err()
                || TcpStream::connect(("127.0.0.1", native_port))
                    .await
                    .is_err()
            {
                if process.ending().is_some() {
                    bail!("tauri-driver left\n{}", process.log());
                }
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
            Ok(())
        };
        match tokio::time::timeout(PATIENCE, listening).await {
            Ok(ready) => ready?,
            Err(_) => bail!("tauri-driver does not listen\n{}", process.log()),
        }
        Ok(Self { process, port })
    }

    /// Starts `application` with `args` and attaches to the window that it, or a child of it, opens.
    /// The application must open its window by itself; it ends with the session.
    ///
    /// # Errors
    /// When no window appears; with what driver and application wrote.
    pub async fn open(&self, application: &Path, args: &[&str]) -> Result<Client> {
        self.open_as("wry", application, args).await
    }

    /// The same for an application whose webview calls itself something other than Tauri's does.
    ///
    /// # Errors
    /// As [`WebDriver::open`].
    pub async fn open_as(
        &self,
        browser_name: &str,
        application: &Path,
        args: &[&str],
    ) -> Result<Client> {
        let options = json!({ "application": application, "args": args });
        let capabilities: Capabilities = [
            ("browserName".to_owned(), json!(browser_name)),
            ("tauri:options".to_owned(), options),
        ]
        .into_iter()
        .collect();
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities);
        let url = format!("http://127.0.0.1:{}", self.port);
        let connecting = builder.connect(&url);
        match tokio::time::timeout(PATIENCE * 2, connecting).await {
            Ok(Ok(client)) => Ok(client),
            Ok(Err(error)) => bail!("no session: {error}\n{}", self.process.log()),
            Err(_) => bail!("no window came\n{}", self.process.log()),
        }
    }

    /// The driver's own process; what it starts is below it.
    pub fn process(&self) -> &Process {
        &self.process
    }
}

/// Two ports nobody listens on now.
fn free_ports() -> Result<(u16, u16)> {
    let one = TcpListener::bind(("127.0.0.1", 0))?;
    let other = TcpListener::bind(("127.0.0.1", 0))?;
    Ok((one.local_addr()?.port(), other.local_addr()?.port()))
}
