//! A department's centre as a program, and an integration that publishes to it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use dealbell_protocol::rest::FeedPage;
use serde_json::{Value, json};

use crate::{Environment, Program, binary};

/// `dealbell-centre` with a database of its own; it serves from [`CentreProgram::serve`] on.
pub struct CentreProgram {
    database: String,
    listen: SocketAddr,
    environment: Environment,
    program: Option<Program>,
    http: reqwest::Client,
}

impl CentreProgram {
    /// A centre that keeps its database in `folder` and will serve at `listen`, whose port is a real one.
    ///
    /// # Errors
    /// When this machine has no usable certificates or the like.
    pub fn new(folder: &Path, listen: SocketAddr, environment: &Environment) -> Result<Self> {
        // Another test of this program may have been first, with the same provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut environment = environment.clone();
        // No options of the machine that the test runs on.
        environment.insert("DEALBELL_CONFIG".into(), "".into());
        Ok(Self {
            database: format!("sqlite:{}", folder.join("centre.sqlite").display()),
            listen,
            environment,
            program: None,
            http: reqwest::Client::builder()
                .no_proxy()
                .timeout(Duration::from_secs(20))
                .build()?,
        })
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://{}", self.listen)
    }

    /// Runs one of its commands (`user add …`) on the database and gives the last line it prints.
    ///
    /// # Errors
    /// When it refuses.
    pub async fn command(&self, args: &[&str]) -> Result<String> {
        let database = ["--database", &self.database];
        let all = args.iter().copied().chain(database);
        Program::run(&binary("dealbell-centre")?, all, &self.environment).await
    }

    /// Adds a user and a device of his; gives the device's token.
    ///
    /// # Errors
    /// When the centre refuses.
    pub async fn user_with_device(&self, email: &str) -> Result<String> {
        self.command(&["user", "add", email]).await?;
        self.command(&["device", "add", email]).await
    }

    /// Starts serving and waits until it listens.
    ///
    /// # Errors
    /// When it serves already or does not come up.
    pub async fn serve(&mut self) -> Result<()> {
        if self.program.is_some() {
            bail!("the centre serves already");
        }
        let listen = self.listen.to_string();
        let args = ["serve", "--listen", &listen, "--database", &self.database];
        let path: PathBuf = binary("dealbell-centre")?;
        let program = Program::start(&path, args, &self.environment)?;
        program
            .wait_stderr(|line| line.contains("listening on").then_some(()))
            .await?;
        self.program = Some(program);
        Ok(())
    }

    /// Ends it as an administrator would.
    ///
    /// # Errors
    /// When it does not serve or does not leave.
    pub async fn stop(&mut self) -> Result<()> {
        let program = self.program.take().context("the centre does not serve")?;
        program.terminate().await.map(|_| ())
    }

    /// Ends it with `SIGKILL`, as a crash or the out-of-memory killer would.
    ///
    /// # Errors
    /// When it does not serve.
    pub async fn kill9(&mut self) -> Result<()> {
        let program = self.program.take().context("the centre does not serve")?;
        program.kill9().await
    }

    /// Its process, while it serves.
    pub fn pid(&self) -> Option<u32> {
        self.program.as_ref().map(|program| program.pid())
    }

    /// Where it keeps its database.
    pub fn database(&self) -> PathBuf {
        self.database.trim_start_matches("sqlite:").into()
    }

    /// What it wrote so far, for a failure's message.
    pub fn log(&self) -> String {
        self.program
            .as_ref()
            .map_or_else(String::new, |program| program.log())
    }

    /// Publishes with an integration's key; the status and the body of the answer.
    ///
    /// # Errors
    /// When the centre does not answer.
    pub async fn publish(&self, key: &str, body: &Value) -> Result<(u16, Value)> {
        let url = format!("{}/v1/notifications", self.url());
        let request = self.http.post(url).bearer_auth(key).json(body);
        let answer = request.send().await.context("the centre does not answer")?;
        let status = answer.status().as_u16();
        let text = answer.text().await?;
        Ok((
            status,
            serde_json::from_str(&text).unwrap_or_else(|_| json!(text)),
        ))
    }

    /// What the centre answers the owner of a device token at `path`.
    ///
    /// # Errors
    /// When the centre refuses or does not answer.
    pub async fn get(&self, path: &str, token: &str) -> Result<Value> {
        let url = format!("{}{path}", self.url());
        let answer = self.http.get(url).bearer_auth(token).send().await?;
        Ok(answer.error_for_status()?.json().await?)
    }

    /// The first page of what the owner of a device token has been told.
    ///
    /// # Errors
    /// When the centre refuses or does not answer.
    pub async fn feed(&self, token: &str) -> Result<FeedPage> {
        let url = format!("{}/v1/notifications?limit=200", self.url());
        let answer = self.http.get(url).bearer_auth(token).send().await?;
        Ok(answer.error_for_status()?.json().await?)
    }
}
