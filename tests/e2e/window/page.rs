//! The page in the window, looked at and used through WebDriver.

use anyhow::{Context, Result, bail};
use dealbell_protocol::NotificationId;
use dealbell_tests::{
    DesktopOptions, PATIENCE, PrivateDesktop, WebDriver, binary, ended, eventually,
};
use fantoccini::elements::Element;
use fantoccini::key::Key;
use fantoccini::{Client, Locator};
use serde::Deserialize;
use serde_json::json;
use std::ffi::OsStr;
use std::path::Path;

use crate::team::Team;

/// A row of the list as it is drawn.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) unread: bool,
}

const ROWS: &str = "return [...document.querySelectorAll('[data-testid=item]')].map(row => ({
    id: row.dataset.id,
    title: row.querySelector('[data-open] :last-child').textContent,
    text: row.querySelector('.text')?.textContent ?? '',
    unread: row.dataset.unread === 'true' }))";

/// The app with its window open, and a session in the page.
pub(crate) struct Window {
    client: Client,
    // After the session, in the order in which one ends the other.
    driver: WebDriver,
    pub(crate) desktop: PrivateDesktop,
}

impl Window {
    /// Starts the app signed in to `team` and waits until it is connected.
    pub(crate) async fn open(team: &Team) -> Result<Self> {
        let desktop = PrivateDesktop::start(DesktopOptions::default()).await?;
        let window = Self::open_on(desktop, &team.entries()).await?;
        window.wait("connection", "[data-state=online]").await?;
        Ok(window)
    }

    /// Starts the app on this desktop with this environment.
    pub(crate) async fn open_on(desktop: PrivateDesktop, entries: &[(&str, &str)]) -> Result<Self> {
        Self::open_with(desktop, entries, &["--open"]).await
    }

    /// The same, with these arguments, which have to open the window.
    pub(crate) async fn open_with(
        desktop: PrivateDesktop,
        entries: &[(&str, &str)],
        arguments: &[&str],
    ) -> Result<Self> {
        let driver = WebDriver::start(&desktop.environment_with(entries)).await?;
        let client = driver.open(&binary("dealbell")?, arguments).await?;
        Ok(Self {
            client,
            driver,
            desktop,
        })
    }

    /// Ends the app; the desktop with all that the app keeps there.
    pub(crate) async fn leave(self) -> Result<PrivateDesktop> {
        let Self {
            client,
            driver,
            desktop,
        } = self;
        client.close().await?;
        let below = driver.process().children();
        drop(driver);
        for pid in below {
            anyhow::ensure!(ended(pid, PATIENCE).await, "{pid} stays");
        }
        Ok(desktop)
    }

    /// Everything the app and the driver wrote, for a failure's message.
    pub(crate) fn log(&self) -> String {
        self.driver.process().log()
    }

    /// The element with this test id, as soon as it is there.
    pub(crate) async fn see(&self, testid: &str) -> Result<Element> {
        self.wait(testid, "").await
    }

    /// The same, once it also matches `more`, a CSS selector's rest.
    pub(crate) async fn wait(&self, testid: &str, more: &str) -> Result<Element> {
        let css = format!("[data-testid=\"{testid}\"]{more}");
        let found = self.client.wait().at_most(PATIENCE);
        let found = found.for_element(Locator::Css(&css)).await;
        match found {
            Ok(element) => Ok(element),
            Err(error) => bail!("no {css}: {error}\n{}\n{}", self.text().await, self.log()),
        }
    }

    /// Waits until nothing with this test id is there.
    pub(crate) async fn gone(&self, testid: &str) -> Result<()> {
        let css = format!("[data-testid=\"{testid}\"]");
        eventually(&format!("the end of {css}"), async || {
            let found = self.client.find_all(Locator::Css(&css)).await?;
            Ok(found.is_empty().then_some(()))
        })
        .await
    }

    pub(crate) async fn click(&self, testid: &str) -> Result<()> {
        let element = self.see(testid).await?;
        let clicked = element.click().await;
        clicked.with_context(|| format!("a click on {testid}"))
    }

    /// Types into a field that may hold something.
    pub(crate) async fn fill(&self, testid: &str, text: &str) -> Result<()> {
        let field = self.see(testid).await?;
        field.clear().await?;
        Ok(field.send_keys(text).await?)
    }

    /// The element inside the row of this notification.
    pub(crate) async fn in_row(&self, id: NotificationId, css: &str) -> Result<Element> {
        let row = self.wait("item", &format!("[data-id=\"{id}\"]")).await?;
        let found = row.find(Locator::Css(css)).await;
        found.with_context(|| format!("{css} in {id}"))
    }

    /// Presses a key where the keyboard is.
    pub(crate) async fn press(&self, key: &str) -> Result<()> {
        Ok(self.client.active_element().await?.send_keys(key).await?)
    }

    /// Presses Tab until the keyboard is on what `css` matches.
    pub(crate) async fn tab_to(&self, css: &str) -> Result<()> {
        for _ in 0..30 {
            self.press(&key(Key::Tab)).await?;
            let there = "return document.activeElement.matches(arguments[0])";
            if self.client.execute(there, vec![json!(css)]).await? == true {
                return Ok(());
            }
        }
        bail!("Tab does not come to {css}")
    }

    /// Runs a script in the page; what it returns.
    pub(crate) async fn run(&self, script: &str) -> Result<serde_json::Value> {
        Ok(self.client.execute(script, vec![]).await?)
    }

    /// The rows as drawn.
    pub(crate) async fn rows(&self) -> Result<Vec<Row>> {
        let rows = self.client.execute(ROWS, vec![]).await?;
        Ok(serde_json::from_value(rows)?)
    }

    /// Waits until the rows are as wanted.
    pub(crate) async fn wait_rows(
        &self,
        what: &str,
        wanted: impl Fn(&[Row]) -> bool,
    ) -> Result<Vec<Row>> {
        let mut seen = Vec::new();
        let waited = eventually(what, async || {
            seen = self.rows().await?;
            Ok(wanted(&seen).then_some(()))
        });
        let waited = waited.await;
        waited.with_context(|| format!("the rows are {seen:#?}"))?;
        Ok(seen)
    }

    /// Waits until the badge shows this; 0 is no badge.
    pub(crate) async fn wait_badge(&self, count: u64) -> Result<()> {
        if count == 0 {
            return self.gone("badge").await;
        }
        self.wait("badge", &format!("[data-count=\"{count}\"]"))
            .await?;
        Ok(())
    }

    /// A property of the element, as JSON.
    pub(crate) async fn property(&self, testid: &str, name: &str) -> Result<serde_json::Value> {
        self.see(testid).await?;
        let script =
            "return document.querySelector(`[data-testid=\"${arguments[0]}\"]`)[arguments[1]]";
        Ok(self
            .client
            .execute(script, vec![json!(testid), json!(name)])
            .await?)
    }

    /// Everything the page says.
    pub(crate) async fn text(&self) -> String {
        let text = self
            .client
            .execute("return document.body.innerText", vec![])
            .await;
        text.map_or_else(|error| error.to_string(), |text| text.to_string())
    }

    /// A picture into the folder `DEALBELL_PICTURES` names, where it does: for looking, not for judging.
    /// Taken from the screen, since WebKit's driver waits for ever for the next frame of a page that
    /// stands still.
    pub(crate) async fn picture(&self, name: &str) -> Result<()> {
        let Some(folder) = std::env::var_os("DEALBELL_PICTURES") else {
            return Ok(());
        };
        let path = Path::new(&folder).join(format!("{name}.png"));
        let mut before = Vec::new();
        eventually("a picture that stands still", async || {
            let screen = [
                "-window",
                "root",
                "-crop",
                "420x680+0+0",
                "+repage",
                "-strip",
            ];
            let words = screen.iter().map(OsStr::new).chain([path.as_os_str()]);
            let taken = self.desktop.program(Path::new("import"), words)?;
            taken.wait().await?;
            let now = std::fs::read(&path)?;
            let still = now == before;
            before = now;
            Ok(still.then_some(()))
        })
        .await
    }
}

/// The key of this name, as WebDriver types it.
pub(crate) fn key(key: Key) -> String {
    char::from(key).to_string()
}
