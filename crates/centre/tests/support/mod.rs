//! A served centre on its own port and folder, and a client that reads frames.

#![allow(dead_code, reason = "every test binary uses a part of it")]

pub(crate) mod booth;
pub(crate) mod letters;
pub(crate) mod office;

use axum::Router;
use dealbell_centre::{Centre, Options, ServeOptions};
use dealbell_protocol::{
    Cursor, Kind, Notification, Priority, ProviderId, UserId,
    ingest::{Act, Again, Batch, Ingest as _, Notice},
    rest::FeedPage,
    stream::{ClientFrame, ClientInfo, Event, MAX_FRAME, ResumeMode, SUBPROTOCOL, ServerFrame},
};
use futures_util::{SinkExt as _, StreamExt as _};
use std::{net::SocketAddr, time::Duration};
use tempfile::TempDir;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
    time::timeout,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{self, Message, client::IntoClientRequest as _, protocol::CloseFrame},
};

/// Longer than anything takes; a test that waits so long has failed.
pub(crate) const LONG: Duration = Duration::from_secs(30);
pub(crate) const ANNA: &str = "anna@firm.ru";

pub(crate) struct Bed {
    pub(crate) folder: TempDir,
    pub(crate) centre: Centre,
    pub(crate) address: SocketAddr,
    pub(crate) anna: UserId,
    pub(crate) token: String,
    stop: Option<oneshot::Sender<()>>,
    server: Option<JoinHandle<()>>,
}

pub(crate) async fn bed() -> Bed {
    bed_with(ServeOptions::default()).await
}

pub(crate) async fn bed_with(options: ServeOptions) -> Bed {
    bed_beside(options, Router::new()).await
}

/// With routes beside the centre's own.
pub(crate) async fn bed_beside(options: ServeOptions, beside: Router) -> Bed {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", folder.path().join("centre.db").display());
    let centre = Centre::open(Options::new(database)).await.unwrap();
    let anna = centre.add_user(ANNA, "Анна", "ru").await.unwrap();
    let token = centre.add_device(ANNA, "ноутбук").await.unwrap();
    serve(folder, centre, anna, token, options, beside).await
}

/// A centre that exists already; the caller knows a token.
pub(crate) async fn bed_over(folder: TempDir, centre: Centre) -> Bed {
    let anna = centre.ensure_user(ANNA, "", "ru").await.unwrap();
    let options = ServeOptions::default();
    let beside = Router::new();
    serve(folder, centre, anna, String::new(), options, beside).await
}

async fn serve(
    folder: TempDir,
    centre: Centre,
    anna: UserId,
    token: String,
    options: ServeOptions,
    beside: Router,
) -> Bed {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = centre.clone();
    let server = tokio::spawn(async move {
        let shutdown = async {
            let _ = stopped.await;
        };
        let served = serving.serve_with(listener, options, beside, shutdown);
        served.await.unwrap();
    });
    Bed {
        folder,
        centre,
        address,
        anna,
        token,
        stop: Some(stop),
        server: Some(server),
    }
}

impl Bed {
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Plans the end; [`Bed::ended`] waits for it.
    pub(crate) fn stop(&mut self) {
        drop(self.stop.take());
    }

    pub(crate) async fn ended(&mut self) {
        timeout(LONG, self.server.take().unwrap())
            .await
            .unwrap()
            .unwrap();
    }

    pub(crate) async fn tell(&self, acts: Vec<Act>) {
        let batch = Batch {
            source: "test".to_owned(),
            acts,
            memory: Vec::new(),
        };
        self.centre.commit(batch).await.unwrap();
    }

    /// Tells Anna `count` things and returns when they are committed.
    pub(crate) async fn tell_anna(&self, count: usize) {
        let acts = (0..count)
            .map(|n| Act::Notify(Box::new(notice(self.anna, &format!("Задача {n}")))))
            .collect();
        self.tell(acts).await;
    }

    pub(crate) async fn page(&self, query: &str) -> FeedPage {
        let answer = http()
            .get(self.url(&format!("/v1/notifications?{query}")))
            .bearer_auth(&self.token)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
        answer.json().await.unwrap()
    }

    /// The whole list as of a place, in pages of `limit`.
    pub(crate) async fn snapshot(&self, as_of: &Cursor, limit: u32) -> Vec<Notification> {
        let mut all = Vec::new();
        let mut before = String::new();
        loop {
            let query = format!("as_of={as_of}&limit={limit}{before}");
            let page = self.page(&query).await;
            assert_eq!(&page.as_of, as_of);
            all.extend(page.items);
            let Some(next) = page.next else { return all };
            before = format!("&before={next}");
        }
    }

    pub(crate) async fn connect(&self) -> Client {
        self.connect_as(&self.token).await.unwrap()
    }

    pub(crate) async fn connect_as(&self, token: &str) -> Result<Client, tungstenite::Error> {
        stream_of(self.address, token).await
    }

    /// A client past `ready`; returns its mode and cursor.
    pub(crate) async fn started(&self, cursor: Option<Cursor>) -> (Client, ResumeMode, Cursor) {
        let mut client = self.connect().await;
        let (mode, cursor) = client.start(cursor).await;
        (client, mode, cursor)
    }

    /// A client past `live`, with nothing missed.
    pub(crate) async fn live(&self) -> Client {
        let (mut client, _, _) = self.started(None).await;
        assert!(matches!(client.next().await, ServerFrame::Live { .. }));
        client
    }
}

/// The stream of the centre at `address`.
pub(crate) async fn stream_of(
    address: SocketAddr,
    token: &str,
) -> Result<Client, tungstenite::Error> {
    let mut request = format!("ws://{address}/v1/stream")
        .into_client_request()
        .unwrap();
    let headers = request.headers_mut();
    headers.insert("Authorization", format!("Bearer {token}").parse().unwrap());
    headers.insert("Sec-WebSocket-Protocol", SUBPROTOCOL.parse().unwrap());
    let (socket, answer) = tokio_tungstenite::connect_async(request).await?;
    assert_eq!(answer.headers()["sec-websocket-protocol"], SUBPROTOCOL);
    Ok(Client { socket })
}

/// An HTTP client; TLS has to be set up once even where none is used.
pub(crate) fn http() -> reqwest::Client {
    // Another test was first, with the same provider.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

pub(crate) fn notice(user: UserId, title: &str) -> Notice {
    Notice {
        author: None,
        user,
        provider: ProviderId::new("tasks"),
        kind: Kind::TaskNew,
        priority: Priority::Normal,
        subject: None,
        dedup_key: None,
        again: Again::Any,
        title: title.to_owned(),
        text: "Позвонить клиенту".to_owned(),
        context: None,
        link: Some("https://firm.amocrm.ru/leads/detail/1".to_owned()),
        at: 1_763_700_000_000,
        deadline: None,
        silent: false,
    }
}

pub(crate) struct Client {
    pub(crate) socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Client {
    pub(crate) async fn send(&mut self, frame: &ClientFrame) {
        self.send_text(serde_json::to_string(frame).unwrap()).await;
    }

    pub(crate) async fn send_text(&mut self, text: String) {
        self.socket.send(Message::text(text)).await.unwrap();
    }

    /// The next message of any kind.
    pub(crate) async fn message(&mut self) -> Option<Result<Message, tungstenite::Error>> {
        timeout(LONG, self.socket.next()).await.unwrap()
    }

    /// The next frame.
    pub(crate) async fn next(&mut self) -> ServerFrame {
        match self.message().await {
            Some(Ok(Message::Text(text))) => {
                assert!(text.len() <= MAX_FRAME);
                serde_json::from_str(&text).unwrap()
            }
            other => panic!("a frame was expected, not {other:?}"),
        }
    }

    pub(crate) async fn event(&mut self) -> Event {
        match self.next().await {
            ServerFrame::Event(event) => event,
            other => panic!("an event was expected, not {other:?}"),
        }
    }

    /// The code of the close, frames before it left aside.
    pub(crate) async fn closed(&mut self) -> u16 {
        loop {
            match self.message().await {
                Some(Ok(Message::Close(Some(CloseFrame { code, .. })))) => return code.into(),
                Some(Ok(Message::Text(_))) => {}
                other => panic!("a close was expected, not {other:?}"),
            }
        }
    }

    /// Says hello and start; returns what `ready` says.
    pub(crate) async fn start(&mut self, cursor: Option<Cursor>) -> (ResumeMode, Cursor) {
        self.start_on("linux", cursor).await
    }

    /// The same of another platform.
    pub(crate) async fn start_on(
        &mut self,
        platform: &str,
        cursor: Option<Cursor>,
    ) -> (ResumeMode, Cursor) {
        assert!(matches!(self.next().await, ServerFrame::Hello { .. }));
        self.send(&ClientFrame::Start {
            id: 1,
            cursor,
            client: ClientInfo {
                version: "1.0.0".to_owned(),
                platform: platform.to_owned(),
                device: String::new(),
            },
        })
        .await;
        match self.next().await {
            ServerFrame::Ready {
                id: 1,
                mode,
                cursor,
                unread,
            } => {
                assert_eq!(unread.at, cursor.seq);
                (mode, cursor)
            }
            other => panic!("ready was expected, not {other:?}"),
        }
    }

    /// The answer to request `id`, events before it left aside.
    pub(crate) async fn answer(&mut self, wanted: u64) -> ServerFrame {
        loop {
            let frame = self.next().await;
            match frame {
                ServerFrame::Ok { id, .. } | ServerFrame::Error { id: Some(id), .. }
                    if id == wanted =>
                {
                    return frame;
                }
                _ => {}
            }
        }
    }
}
