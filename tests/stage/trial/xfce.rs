//! XFCE: its panel, and dunst beside it.

use super::{Desk, Pixels};
use crate::camera::{Area, Camera};
use crate::private::{Clock, Furniture, Look};
use anyhow::{Context, Result};
use dealbell_tests::{DesktopOptions, Environment, PrivateDesktop, RecorderOptions, eventually};
use std::path::{Path, PathBuf};

/// The right end of the panel, and of the screen above it.
const TRAY: Area = Area::new(1280 - 140, 768, 140, 32);
const CORNER: Area = Area::new(880, 400, 400, 360);

pub(super) struct Xfce {
    bus: zbus::Connection,
    camera: Camera,
    furniture: Furniture,
    desktop: PrivateDesktop,
}

impl Xfce {
    /// Starts the desktop.
    ///
    /// # Errors
    /// When a program is missing or does not come up.
    pub(super) async fn start() -> Result<Self> {
        let nobody = RecorderOptions {
            daemon: false,
            tray: false,
            ..RecorderOptions::default()
        };
        let desktop = PrivateDesktop::start(DesktopOptions {
            recorder: nobody,
            window_manager: true,
            ..DesktopOptions::default()
        })
        .await?;
        let furniture = Furniture::start(&desktop, Look::PLAIN, Clock::Absent).await?;
        let environment = desktop.environment().clone();
        let camera = Camera::new(
            environment,
            &desktop.folder().join("pictures"),
            String::new(),
        )?;
        eventually("the panel", async || {
            let panels = camera.windows(&["--class", "xfce4-panel"]).await?;
            Ok(panels.first().copied())
        })
        .await?;
        Ok(Self {
            bus: desktop.bus.connect().await?,
            camera,
            furniture,
            desktop,
        })
    }
}

impl Desk for Xfce {
    fn environment(&self) -> &Environment {
        self.desktop.environment()
    }

    fn bus(&self) -> &zbus::Connection {
        &self.bus
    }

    fn home(&self) -> PathBuf {
        self.desktop.home()
    }

    async fn tray(&self) -> Result<Pixels> {
        Ok(Pixels(self.camera.pixels(TRAY).await?))
    }

    async fn corner(&self) -> Result<Pixels> {
        Ok(Pixels(self.camera.pixels(CORNER).await?))
    }

    async fn picture(&self, file: &Path) -> Result<()> {
        let taken = self.camera.screen("screen").await?;
        std::fs::copy(taken, file)?;
        Ok(())
    }

    async fn wait_toast(&self, title: &str) -> Result<()> {
        let told = |line: &str| line.contains(title).then_some(());
        self.furniture.dunst.wait_stdout(told).await
    }

    async fn click_toast(&self) -> Result<()> {
        let toasts = self.camera.windows(&["--class", "Dunst"]).await?;
        let toast = toasts.first().context("no toast is on the screen")?;
        self.camera.click(*toast).await
    }
}
