//! A department: a centre with one user, his device and an integration.

use anyhow::{Context, Result};
use dealbell_protocol::rest::{FeedPage, SaveChannels};
use dealbell_protocol::{ChannelSettings, NotificationId};
use dealbell_tests::{CentreProgram, Environment, eventually, own_address};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use std::net::SocketAddr;
use tempfile::TempDir;

const USER: &str = "anna@firm.ru";
/// Names the integration; what the channels page shows.
pub(crate) const INTEGRATION: &str = "Телефония";

/// A serving `dealbell-centre`. Ends with the value, and its database goes.
pub(crate) struct Team {
    centre: CentreProgram,
    pub(crate) url: String,
    pub(crate) token: String,
    key: String,
    http: Client,
    // After the process: its database lies in there.
    _folder: TempDir,
}

impl Team {
    pub(crate) async fn start() -> Result<Self> {
        Self::start_at(own_address(), &Environment::new()).await
    }

    /// The same with the address it listens at as its public one.
    pub(crate) async fn start_public() -> Result<Self> {
        let listen = own_address();
        let mut environment = Environment::new();
        let public = format!("http://{listen}");
        environment.insert("DEALBELL_PUBLIC_URL".into(), public.into());
        Self::start_at(listen, &environment).await
    }

    async fn start_at(listen: SocketAddr, environment: &Environment) -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("dealbell-team-")
            .tempdir()?;
        let mut centre = CentreProgram::new(folder.path(), listen, environment)?;
        let token = centre.user_with_device(USER).await?;
        let key = centre.command(&["integration", "add", INTEGRATION]).await?;
        centre.serve().await?;
        Ok(Self {
            url: centre.url(),
            token,
            key,
            centre,
            http: Client::builder().no_proxy().build()?,
            _folder: folder,
        })
    }

    /// The environment that signs the app in.
    pub(crate) fn entries(&self) -> [(&str, &str); 2] {
        [
            ("DEALBELL_CENTRE_URL", &self.url),
            ("DEALBELL_TOKEN", &self.token),
        ]
    }

    /// Adds another integration; its key.
    pub(crate) async fn integration(&self, name: &str) -> Result<String> {
        self.centre.command(&["integration", "add", name]).await
    }

    /// Publishes for the user: a body without `users`.
    pub(crate) async fn publish(&self, body: Value) -> Result<NotificationId> {
        self.publish_as(&self.key, body).await
    }

    /// The same with another integration's key.
    pub(crate) async fn publish_as(&self, key: &str, mut body: Value) -> Result<NotificationId> {
        body["users"] = json!([USER]);
        let (status, answer) = self.centre.publish(key, &body).await?;
        let id = answer["ids"][0].as_str().and_then(|id| id.parse().ok());
        id.with_context(|| format!("{status}: {answer}"))
    }

    /// Publishes one with this title alone.
    pub(crate) async fn say(&self, title: &str) -> Result<NotificationId> {
        self.publish(json!({ "title": title })).await
    }

    pub(crate) async fn feed(&self) -> Result<FeedPage> {
        self.centre.feed(&self.token).await
    }

    /// Waits until the centre's unread value is this.
    pub(crate) async fn wait_unread(&self, count: u64) -> Result<()> {
        let mut seen = None;
        let waited = eventually("the centre's unread value", async || {
            seen = Some(self.feed().await?.unread.count);
            Ok((seen == Some(count)).then_some(()))
        });
        let waited = waited.await;
        waited.with_context(|| format!("{count} wanted, {seen:?} seen"))
    }

    /// Waits until the user has read this one, or has it unread.
    pub(crate) async fn wait_read(&self, id: NotificationId, read: bool) -> Result<()> {
        eventually("the mark at the centre", async || {
            let feed = self.feed().await?;
            let found = feed.items.iter().find(|item| item.id == id);
            let is_read = !found.context("it is not in the feed")?.is_unread();
            Ok((is_read == read).then_some(()))
        })
        .await
    }

    pub(crate) async fn channels(&self) -> Result<ChannelSettings> {
        let answer = self.device(self.http.get(format!("{}/v1/channels", self.url)));
        Ok(answer.send().await?.error_for_status()?.json().await?)
    }

    /// Saves the channels as another device of the user would.
    pub(crate) async fn save_channels(
        &self,
        revision: u64,
        settings: &SaveChannels,
    ) -> Result<ChannelSettings> {
        let request = self.http.put(format!("{}/v1/channels", self.url));
        let request = request.header("If-Match", format!("\"{revision}\""));
        let answer = self.device(request.json(settings)).send().await?;
        Ok(answer.error_for_status()?.json().await?)
    }

    /// What the centre answers the user at `path`.
    pub(crate) async fn get(&self, path: &str) -> Result<Value> {
        self.centre.get(path, &self.token).await
    }

    /// Signs another device of the user's in; its token.
    pub(crate) async fn device_token(&self) -> Result<String> {
        self.centre.command(&["device", "add", USER]).await
    }

    /// Posts as the user's device does; the status and the answer.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<(u16, Value)> {
        self.post_as(&self.token, path, body).await
    }

    /// The same as another device of his.
    pub(crate) async fn post_as(
        &self,
        token: &str,
        path: &str,
        body: &Value,
    ) -> Result<(u16, Value)> {
        let request = self.http.post(format!("{}{path}", self.url));
        // As one of the centre's own pages would.
        let request = request.header("Origin", &self.url).json(body);
        let answer = request.bearer_auth(token).send().await?;
        Ok((answer.status().as_u16(), answer.json().await?))
    }

    /// The status that anybody gets at `url`.
    pub(crate) async fn status(&self, url: &str) -> Result<u16> {
        Ok(self.http.get(url).send().await?.status().as_u16())
    }

    fn device(&self, request: RequestBuilder) -> RequestBuilder {
        request.bearer_auth(&self.token)
    }
}
