//! A department whose centre has a public address: people come in by a browser as well.

use anyhow::{Context, Result};
use dealbell_protocol::NotificationId;
use dealbell_protocol::rest::FeedPage;
use dealbell_tests::{App, CentreProgram, Environment, PrivateDesktop, eventually, own_address};
use serde_json::{Value, json};
use tempfile::TempDir;

const INTEGRATION: &str = "Телефония";
pub(crate) const ANNA: &str = "anna@firm.ru";

/// A serving `dealbell-centre` with one user and an integration.
pub(crate) struct Department {
    pub(crate) centre: CentreProgram,
    pub(crate) url: String,
    key: String,
    token: String,
    http: reqwest::Client,
    _folder: TempDir,
}

impl Department {
    pub(crate) async fn start() -> Result<Self> {
        let folder = TempDir::new()?;
        let address = own_address();
        let url = format!("http://{address}");
        let mut environment = Environment::new();
        environment.insert("DEALBELL_PUBLIC_URL".into(), url.clone().into());
        // The push service of these tests is on this machine.
        environment.insert("DEALBELL_PUSH_ALLOW_PRIVATE".into(), "true".into());
        let mut centre = CentreProgram::new(folder.path(), address, &environment)?;
        let token = centre.user_with_device(ANNA).await?;
        let key = centre.command(&["integration", "add", INTEGRATION]).await?;
        centre.serve().await?;
        Ok(Self {
            centre,
            url,
            key,
            token,
            http: reqwest::Client::builder().no_proxy().build()?,
            _folder: folder,
        })
    }

    /// A way into the web inbox, once.
    pub(crate) async fn link(&self) -> Result<String> {
        self.centre.command(&["user", "link", ANNA]).await
    }

    /// The app on another desktop of hers.
    pub(crate) async fn desktop(&self, desktop: &PrivateDesktop) -> Result<App> {
        self.desktop_with(desktop, &[]).await
    }

    /// The same with more environment.
    pub(crate) async fn desktop_with(
        &self,
        desktop: &PrivateDesktop,
        more: &[(&str, &str)],
    ) -> Result<App> {
        let token = self.centre.command(&["device", "add", ANNA]).await?;
        let entries: [(&str, &str); 2] = [
            ("DEALBELL_CENTRE_URL", &*self.url),
            ("DEALBELL_TOKEN", &*token),
        ];
        desktop.app(&[], &[&entries, more].concat())
    }

    pub(crate) async fn publish(&self, mut body: Value) -> Result<NotificationId> {
        body["users"] = json!([ANNA]);
        let (status, answer) = self.centre.publish(&self.key, &body).await?;
        let id = answer["ids"][0].as_str().and_then(|id| id.parse().ok());
        id.with_context(|| format!("{status}: {answer}"))
    }

    pub(crate) async fn say(&self, title: &str) -> Result<NotificationId> {
        self.publish(json!({ "title": title, "text": "Кухня «Верона»" }))
            .await
    }

    /// What the centre answers her at `path`.
    pub(crate) async fn get(&self, path: &str) -> Result<Value> {
        self.centre.get(path, &self.token).await
    }

    /// Chooses the channels of the integration.
    pub(crate) async fn choose(&self, channels: Value) -> Result<()> {
        let known = self.get("/v1/channels").await?;
        let rows = known["providers"].as_array().into_iter().flatten();
        let mut own = rows.filter(|row| row["name"] == INTEGRATION);
        let provider = own
            .next()
            .and_then(|row| row["id"].as_str())
            .context("its row")?;
        let body = json!({ "receive": true, "providers": { provider: channels } });
        let answer = self
            .http
            .put(format!("{}/v1/channels", self.url))
            .bearer_auth(&self.token)
            .header("If-Match", format!("\"{}\"", known["revision"]))
            .json(&body);
        let answer = answer.send().await?;
        let status = answer.status();
        anyhow::ensure!(status.is_success(), "{status}: {}", answer.text().await?);
        Ok(())
    }

    /// Signs a device of hers out.
    pub(crate) async fn revoke(&self, device: &str) -> Result<()> {
        let url = format!("{}/v1/devices/{device}", self.url);
        let asked = self.http.delete(url).bearer_auth(&self.token);
        asked.send().await?.error_for_status()?;
        Ok(())
    }

    /// Reads one on a device of hers that is neither browser nor desktop here.
    pub(crate) async fn read(&self, id: NotificationId) -> Result<()> {
        let url = format!("{}/v1/notifications/read", self.url);
        let asked = self.http.post(url).bearer_auth(&self.token);
        let answer = asked.json(&json!({ "ids": [id] })).send().await?;
        answer.error_for_status()?;
        Ok(())
    }

    pub(crate) async fn feed(&self) -> Result<FeedPage> {
        self.centre.feed(&self.token).await
    }

    pub(crate) async fn wait_unread(&self, count: u64) -> Result<()> {
        eventually("the centre's unread value", async || {
            Ok((self.feed().await?.unread.count == count).then_some(()))
        })
        .await
    }
}
