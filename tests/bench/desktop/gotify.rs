//! Gotify's side of gotify-tray: as much of a Gotify server as the tray asks for. It keeps nothing and
//! commits nothing, so it flatters the peer.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result};
use axum::Router;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, State};
use axum::routing::get;
use axum::{Json, http::StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{Mutex, watch};
use tokio::task::JoinHandle;

/// The stand-in. Ends with the value.
pub(crate) struct Gotify {
    address: SocketAddr,
    shared: Arc<Shared>,
    connected: watch::Receiver<u32>,
    serving: JoinHandle<()>,
    last: u64,
}

struct Shared {
    stream: Mutex<Option<WebSocket>>,
    connected: watch::Sender<u32>,
}

impl Gotify {
    /// Listens on this machine.
    ///
    /// # Errors
    /// When there is no free port.
    pub(crate) async fn start() -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let (told, connected) = watch::channel(0);
        let shared = Arc::new(Shared {
            stream: Mutex::new(None),
            connected: told,
        });
        let router = Router::new()
            .route("/stream", get(stream))
            .route("/application", get(applications))
            .route("/message", get(messages))
            .route("/application/{id}/message", get(messages_of))
            .fallback(|| async { StatusCode::NOT_FOUND })
            .with_state(shared.clone());
        let serving = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self {
            address,
            shared,
            connected,
            serving,
            last: 0,
        })
    }

    /// Its address.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Waits until the tray has connected for the `count`th time.
    ///
    /// # Errors
    /// When it does not.
    pub(crate) async fn wait_connected(&self, count: u32) -> Result<()> {
        let mut connected = self.connected.clone();
        let there = connected.wait_for(|times| *times >= count);
        let there = tokio::time::timeout(dealbell_tests::PATIENCE, there).await;
        there.context("gotify-tray does not connect")??;
        Ok(())
    }

    /// Sends a message to the tray; gives the moment before the frame went out.
    ///
    /// # Errors
    /// When the tray is not connected.
    pub(crate) async fn send(&mut self, title: &str, text: &str) -> Result<Instant> {
        self.last += 1;
        let message = json!({
            "id": self.last, "appid": 1, "title": title, "message": text, "priority": 5,
            "date": "2026-11-22T04:00:00Z",
        });
        let mut stream = self.shared.stream.lock().await;
        let stream = stream.as_mut().context("gotify-tray is not connected")?;
        let text = message.to_string();
        let at = Instant::now();
        stream.send(Message::Text(text.into())).await?;
        Ok(at)
    }
}

impl Drop for Gotify {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn stream(
    upgrade: WebSocketUpgrade,
    State(shared): State<Arc<Shared>>,
) -> axum::response::Response {
    upgrade.on_upgrade(async move |stream| {
        *shared.stream.lock().await = Some(stream);
        shared.connected.send_modify(|times| *times += 1);
    })
}

async fn applications() -> Json<Value> {
    Json(json!([{
        "id": 1, "token": "A", "name": "bench", "description": "", "internal": false, "image": "none.png",
    }]))
}

async fn messages() -> Json<Value> {
    Json(json!({ "messages": [], "paging": { "limit": 100, "size": 0, "since": 0 } }))
}

async fn messages_of(Path(_application): Path<u64>) -> Json<Value> {
    messages().await
}
