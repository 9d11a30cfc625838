//! A session bus of one's own, on which nothing starts by itself.

use std::path::Path;

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::process::{Environment, Process};

/// A `dbus-daemon` without service directories: a name nobody owns stays unowned. Ends with the value.
pub struct PrivateBus {
    address: String,
    process: Process,
    // After the process: it lives in there.
    _folder: TempDir,
}

impl PrivateBus {
    /// Starts the daemon and waits until it listens.
    ///
    /// # Errors
    /// When `dbus-daemon` is missing or does not come up.
    pub async fn start() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("dealbell-bus-").tempdir()?;
        let address = format!("unix:path={}", folder.path().join("bus").display());
        let config = folder.path().join("bus.conf");
        std::fs::write(&config, configuration(&address))?;
        let mut environment = Environment::new();
        if let Some(path) = std::env::var_os("PATH") {
            environment.insert("PATH".into(), path);
        }
        let config = format!("--config-file={}", config.display());
        let args = [
            config.as_str(),
            "--nofork",
            "--nopidfile",
            "--nosyslog",
            "--print-address=1",
        ];
        let process = Process::start(Path::new("dbus-daemon"), args, &environment)?;
        process
            .wait_stdout(|line| line.starts_with("unix:").then_some(()))
            .await?;
        Ok(Self {
            address,
            process,
            _folder: folder,
        })
    }

    /// What `DBUS_SESSION_BUS_ADDRESS` should say.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// A new connection to this bus.
    ///
    /// # Errors
    /// When the bus is gone.
    pub async fn connect(&self) -> Result<zbus::Connection> {
        let connection = zbus::connection::Builder::address(self.address())?
            .build()
            .await;
        connection.context("the private bus does not answer")
    }

    /// Ends the daemon with `SIGKILL`, so that everybody on it loses the bus.
    ///
    /// # Errors
    /// When it was gone already.
    pub async fn kill9(&self) -> Result<()> {
        self.process.kill9().await
    }
}

fn configuration(address: &str) -> String {
    format!(
        r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <keep_umask/>
  <listen>{address}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
    <allow own="*"/>
  </policy>
  <limit name="max_replies_per_connection">50000</limit>
  <limit name="max_match_rules_per_connection">50000</limit>
</busconfig>
"#
    )
}
