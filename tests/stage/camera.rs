//! Pictures of a private desktop, by ImageMagick and xdotool.

use anyhow::{Context, Result, bail};
use dealbell_tests::Environment;
use std::path::{Path, PathBuf};
use std::process::Output;
use tokio::process::Command;

/// Takes pictures of one display into one folder.
pub(crate) struct Camera {
    environment: Environment,
    folder: PathBuf,
    /// Behind the name of every picture: `-light-ru`.
    suffix: String,
}

/// A part of the screen, pixels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Area {
    x: i32,
    y: i32,
    width: u32,
    height: u32,
}

impl Camera {
    /// A camera at the display of `environment`.
    pub(crate) fn new(environment: Environment, folder: &Path, suffix: String) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        Ok(Self {
            environment,
            folder: folder.to_owned(),
            suffix,
        })
    }

    /// The whole screen.
    pub(crate) async fn screen(&self, name: &str) -> Result<PathBuf> {
        let path = self.path(name);
        self.run(
            "import",
            &[
                "-window",
                "root",
                "-define",
                "png:exclude-chunks=date,time",
                &path.to_string_lossy(),
            ],
        )
        .await?;
        Ok(path)
    }

    /// A part of the screen.
    pub(crate) async fn area(&self, name: &str, area: Area) -> Result<PathBuf> {
        let path = self.path(name);
        let crop = area.as_crop();
        let to = path.to_string_lossy().into_owned();
        self.run(
            "import",
            &["-window", "root", "-crop", &crop, "+repage", &to],
        )
        .await?;
        Ok(path)
    }

    /// The colours of a part of the screen, three bytes a pixel.
    pub(crate) async fn pixels(&self, area: Area) -> Result<Vec<u8>> {
        let crop = area.as_crop();
        let words = ["-window", "root", "-crop", &crop, "+repage", "-depth", "8"];
        let all: Vec<_> = words.into_iter().chain(["rgb:-"]).collect();
        Ok(self.run("import", &all).await?.stdout)
    }

    /// A click with the left button; afterwards the pointer is out of the way.
    pub(crate) async fn click(&self, area: Area) -> Result<()> {
        let (x, y) = area.middle();
        let (x, y) = (x.to_string(), y.to_string());
        let words = ["mousemove", "--sync", &x, &y, "click", "1"];
        self.run("xdotool", &words).await?;
        self.run("xdotool", &["mousemove", "10", "10"]).await?;
        Ok(())
    }

    /// The visible window that xdotool finds by this search, without its frame; none, no picture.
    pub(crate) async fn window(&self, name: &str, search: &[&str]) -> Result<()> {
        let mut arguments = vec!["search", "--onlyvisible"];
        arguments.extend(search);
        let Ok(found) = self.run("xdotool", &arguments).await else {
            return Ok(());
        };
        let found = String::from_utf8_lossy(&found.stdout).into_owned();
        if let Some(id) = found.lines().next() {
            let to = self.path(name).to_string_lossy().into_owned();
            self.run("import", &["-window", id, &to]).await?;
        }
        Ok(())
    }

    /// Where the visible windows are that xdotool finds by this search.
    pub(crate) async fn windows(&self, search: &[&str]) -> Result<Vec<Area>> {
        let mut arguments = vec!["search", "--onlyvisible"];
        arguments.extend(search);
        let Ok(found) = self.run("xdotool", &arguments).await else {
            return Ok(Vec::new());
        };
        let mut areas = Vec::new();
        for id in String::from_utf8_lossy(&found.stdout).lines() {
            // A window may close between the two questions.
            if let Ok(area) = self.place(id).await {
                areas.push(area);
            }
        }
        Ok(areas)
    }

    async fn place(&self, id: &str) -> Result<Area> {
        let told = self
            .run("xdotool", &["getwindowgeometry", "--shell", id])
            .await?;
        let told = String::from_utf8_lossy(&told.stdout).into_owned();
        let value = |name: &str| {
            let line = told
                .lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
            line.context("no geometry")
        };
        Ok(Area {
            x: value("X")?.parse()?,
            y: value("Y")?.parse()?,
            width: value("WIDTH")?.parse()?,
            height: value("HEIGHT")?.parse()?,
        })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}{}.png", self.suffix))
    }

    async fn run(&self, program: &str, arguments: &[&str]) -> Result<Output> {
        let output = Command::new(program)
            .args(arguments)
            .env_clear()
            .envs(&self.environment)
            .output()
            .await
            .with_context(|| format!("{program} did not start"))?;
        if !output.status.success() {
            bail!("{program}: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(output)
    }
}

impl Area {
    /// A place on the screen, pixels from its upper left.
    pub(crate) const fn new(x: i32, y: i32, width: u32, height: u32) -> Self {
        Self {
            x,
            y,
            width,
            height,
        }
    }

    /// As ImageMagick takes it.
    pub(crate) fn as_crop(self) -> String {
        let Self {
            x,
            y,
            width,
            height,
        } = self;
        format!("{width}x{height}{x:+}{y:+}")
    }

    fn middle(self) -> (i32, i32) {
        let half = |length: u32| i32::try_from(length / 2).unwrap_or_default();
        (self.x + half(self.width), self.y + half(self.height))
    }

    /// The right end of a panel, where its tray is.
    pub(crate) fn right_end(self, width: u32) -> Self {
        let width = width.min(self.width);
        let x = self.x + i32::try_from(self.width - width).unwrap_or_default();
        Self { x, width, ..self }
    }

    /// The same with a margin, and none of it off the screen's upper left.
    pub(crate) fn with_margin(self, margin: u32) -> Self {
        let by = i32::try_from(margin).unwrap_or_default();
        Self {
            x: (self.x - by).max(0),
            y: (self.y - by).max(0),
            width: self.width + 2 * margin,
            height: self.height + 2 * margin,
        }
    }
}
