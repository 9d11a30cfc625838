//! The web inbox, looked at and used.

use std::path::Path;

use anyhow::{Context, Result, bail};
use dealbell_protocol::NotificationId;
use dealbell_tests::{Chromium, Device, PATIENCE, PrivateDesktop, eventually};
use fantoccini::Locator;
use fantoccini::elements::Element;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::department::Department;

/// A row of the list as it is drawn.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) unread: bool,
}

const ROWS: &str = "return [...document.querySelectorAll('[data-testid=item]')].map(row => ({
    id: row.dataset.id,
    title: row.querySelector('[data-open] :last-child').textContent,
    unread: row.dataset.unread === 'true' }))";

/// A browser with the inbox in it.
pub(crate) struct Page {
    pub(crate) browser: Chromium,
    device: Device,
}

impl Page {
    /// A browser that comes in by a link of hers.
    pub(crate) async fn enter(
        department: &Department,
        desktop: &PrivateDesktop,
        device: Device,
    ) -> Result<Self> {
        let page = Self::new(desktop, device).await?;
        page.goto(&department.link().await?).await?;
        page.click("door-enter").await?;
        page.online().await?;
        Ok(page)
    }

    /// A browser that shows nothing yet.
    pub(crate) async fn new(desktop: &PrivateDesktop, device: Device) -> Result<Self> {
        let browser = Chromium::start(desktop, device).await?;
        Ok(Self { browser, device })
    }

    pub(crate) async fn goto(&self, url: &str) -> Result<()> {
        self.browser.client.goto(url).await?;
        Ok(())
    }

    pub(crate) async fn online(&self) -> Result<()> {
        self.wait("connection", "[data-state=online]").await?;
        Ok(())
    }

    pub(crate) async fn see(&self, testid: &str) -> Result<Element> {
        self.wait(testid, "").await
    }

    /// The element with this test id, once it also matches `more`.
    pub(crate) async fn wait(&self, testid: &str, more: &str) -> Result<Element> {
        let css = format!("[data-testid=\"{testid}\"]{more}");
        let client = &self.browser.client;
        let found = client
            .wait()
            .at_most(PATIENCE)
            .for_element(Locator::Css(&css));
        match found.await {
            Ok(element) => Ok(element),
            Err(error) => bail!(
                "no {css}: {error}\n{}\n{}",
                self.text().await,
                self.browser.log()
            ),
        }
    }

    /// Presses what has this test id; a page that still moves is pressed again.
    pub(crate) async fn click(&self, testid: &str) -> Result<()> {
        self.click_at(testid, "").await
    }

    pub(crate) async fn click_at(&self, testid: &str, more: &str) -> Result<()> {
        eventually(&format!("a click on {testid}"), async || {
            self.wait(testid, more).await?.click().await?;
            Ok(Some(()))
        })
        .await
    }

    /// Marks one read, or on a computer unread again. A finger opens it for that.
    pub(crate) async fn mark(&self, id: NotificationId) -> Result<()> {
        let css = match self.device {
            Device::Computer => "[data-testid=mark]",
            Device::Phone => "[data-open]",
        };
        self.in_row(id, css).await?.click().await?;
        if self.device == Device::Phone {
            self.wait("item", &format!("[data-id=\"{id}\"] [data-testid=detail]"))
                .await?;
            self.in_row(id, css).await?.click().await?;
        }
        Ok(())
    }

    async fn in_row(&self, id: NotificationId, css: &str) -> Result<Element> {
        let row = self.wait("item", &format!("[data-id=\"{id}\"]")).await?;
        let found = row.find(Locator::Css(css)).await;
        found.with_context(|| format!("{css} in {id}"))
    }

    /// Runs a script in the page; what it returns.
    pub(crate) async fn run(&self, script: &str, words: Vec<Value>) -> Result<Value> {
        Ok(self.browser.client.execute(script, words).await?)
    }

    /// The same of a promise.
    pub(crate) async fn promised(&self, script: &str) -> Result<Value> {
        let all = format!(
            "const done = arguments[arguments.length - 1];
             (async () => {{ {script} }})().then(done, (error) => done({{ error: String(error) }}))"
        );
        Ok(self.browser.client.execute_async(&all, vec![]).await?)
    }

    pub(crate) async fn rows(&self) -> Result<Vec<Row>> {
        Ok(serde_json::from_value(self.run(ROWS, vec![]).await?)?)
    }

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
        waited.with_context(|| format!("the rows are {seen:#?}\n{}", self.browser.log()))?;
        Ok(seen)
    }

    pub(crate) async fn wait_unread(&self, count: usize) -> Result<Vec<Row>> {
        let what = format!("{count} unread");
        let unread = |rows: &[Row]| rows.iter().filter(|row| row.unread).count();
        self.wait_rows(&what, |rows| unread(rows) == count).await
    }

    pub(crate) async fn text(&self) -> String {
        let text = self.run("return document.body.innerText", vec![]).await;
        text.map_or_else(|error| error.to_string(), |text| text.to_string())
    }

    /// What axe finds wrong with the page as it is.
    pub(crate) async fn violations(&self) -> Result<Vec<String>> {
        let source = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../ui/node_modules/axe-core/axe.min.js"
        );
        let axe = std::fs::read_to_string(source).context("npm ci in ui brings axe")?;
        self.run(&format!("{axe}; window.axe = axe"), vec![])
            .await?;
        let found = self
            .promised("return (await axe.run()).violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(' ')}`)")
            .await?;
        serde_json::from_value(found.clone()).with_context(|| found.to_string())
    }

    /// A picture into the folder `DEALBELL_PICTURES` names, where it does: for looking.
    pub(crate) async fn picture(&self, name: &str) -> Result<()> {
        let Some(folder) = std::env::var_os("DEALBELL_PICTURES") else {
            return Ok(());
        };
        let size = match self.device {
            Device::Computer => "computer",
            Device::Phone => "phone",
        };
        let path = Path::new(&folder).join(format!("web-{name}-{size}.png"));
        std::fs::write(path, self.browser.client.screenshot().await?)?;
        Ok(())
    }

    /// Without a network, or with one again.
    pub(crate) async fn network(&self, there: bool) -> Result<()> {
        let conditions = json!({
            "offline": !there, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1,
        });
        self.browser.say("Network.enable", json!({})).await?;
        self.browser
            .say("Network.emulateNetworkConditions", conditions)
            .await?;
        Ok(())
    }
}
