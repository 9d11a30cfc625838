//! A push service on this machine, in the place of the browser maker's, which tests cannot reach. What
//! it takes is decrypted by other people's code and handed to the browser's own service worker.

use std::path::PathBuf;

use anyhow::{Context, Result};
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use dealbell_tests::{Environment, Program};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinHandle;

use dealbell_tests::PATIENCE;

/// A push as it came.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) headers: HeaderMap,
    body: Bytes,
}

/// Takes pushes for one browser.
pub(crate) struct PushService {
    pub(crate) endpoint: String,
    /// What the browser tells of its keys.
    pub(crate) p256dh: String,
    pub(crate) auth: String,
    private: String,
    taken: Mutex<UnboundedReceiver<Taken>>,
    serving: JoinHandle<()>,
}

impl Drop for PushService {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl PushService {
    pub(crate) async fn start() -> Result<Self> {
        let keys = judge(&json!({ "do": "make" })).await?;
        let word =
            |name: &str| Ok::<_, anyhow::Error>(keys[name].as_str().context("a key")?.to_owned());
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let endpoint = format!("http://{}/push/anna", listener.local_addr()?);
        let (takes, taken) = unbounded_channel();
        let take = async move |headers: HeaderMap, body: Bytes| {
            let _ = takes.send(Taken { headers, body });
            StatusCode::CREATED
        };
        let routes = Router::new().route("/push/anna", post(take));
        let serving = tokio::spawn(async move {
            let _ = axum::serve(listener, routes).await;
        });
        Ok(Self {
            endpoint,
            p256dh: word("p256dh")?,
            auth: word("auth")?,
            private: word("private")?,
            taken: Mutex::new(taken),
            serving,
        })
    }

    /// The next push, and what it says.
    pub(crate) async fn next(&self) -> Result<(Taken, Value)> {
        let mut taken = self.taken.lock().await;
        let next = tokio::time::timeout(PATIENCE, taken.recv()).await;
        let next = next.context("no push came")?.context("the service ended")?;
        let body = base64url(&next.body);
        let asked =
            json!({ "do": "read", "private": self.private, "auth": self.auth, "body": body });
        let read = judge(&asked).await?;
        let plain = read["plain"].as_str().context("a text")?;
        Ok((next, serde_json::from_str(plain)?))
    }
}

async fn judge(asked: &Value) -> Result<Value> {
    let python =
        std::env::var_os("DEALBELL_JUDGES").context("cargo xtask test sets DEALBELL_JUDGES")?;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/e2e/web/keys.py");
    let words = [script.to_owned(), asked.to_string()];
    let said = Program::run(&PathBuf::from(python), words, &Environment::new()).await?;
    Ok(serde_json::from_str(&said)?)
}

fn base64url(octets: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(octets)
}
