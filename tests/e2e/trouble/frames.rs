//! A centre, or something between, that says what no centre should.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use dealbell_protocol::Unread;
use dealbell_protocol::stream::{Change, Event, MAX_FRAME, ServerFrame};
use dealbell_tests::{eventually, own_address};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::broadcast;

use crate::{Department, QUIET, desktop, tray_says};

/// Passes everything on between app and centre, and on demand says something of its own to the app.
struct Between {
    address: SocketAddr,
    streams: Arc<AtomicUsize>,
    say: broadcast::Sender<Vec<u8>>,
}

impl Between {
    async fn start(centre: String) -> Self {
        let listener = TcpListener::bind(own_address()).await.unwrap();
        let between = Self {
            address: listener.local_addr().unwrap(),
            streams: Arc::default(),
            say: broadcast::channel(8).0,
        };
        let (streams, say) = (between.streams.clone(), between.say.clone());
        tokio::spawn(async move {
            while let Ok((app, _)) = listener.accept().await {
                let centre = TcpStream::connect(&centre).await.unwrap();
                tokio::spawn(pass(app, centre, streams.clone(), say.subscribe()));
            }
        });
        between
    }

    /// How often the app has opened the stream.
    fn streams(&self) -> usize {
        self.streams.load(Ordering::SeqCst)
    }
}

async fn pass(
    mut app: TcpStream,
    mut centre: TcpStream,
    streams: Arc<AtomicUsize>,
    mut say: broadcast::Receiver<Vec<u8>>,
) -> std::io::Result<()> {
    let mut asked = vec![0; 8_192];
    let mut told = vec![0; 8_192];
    let mut is_stream = false;
    loop {
        tokio::select! {
            read = app.read(&mut asked) => {
                let read = read?;
                if asked[..read].starts_with(b"GET /v1/stream") {
                    is_stream = true;
                    streams.fetch_add(1, Ordering::SeqCst);
                }
                if read == 0 {
                    return Ok(());
                }
                centre.write_all(&asked[..read]).await?;
            }
            read = centre.read(&mut told) => {
                let read = read?;
                if read == 0 {
                    return Ok(());
                }
                app.write_all(&told[..read]).await?;
            }
            Ok(words) = say.recv() => {
                if is_stream {
                    app.write_all(&words).await?;
                }
            }
        }
    }
}

/// A frame as a server puts it on the wire (RFC 6455): opcode 1 is text, 2 is binary.
fn frame(opcode: u8, content: &[u8]) -> Vec<u8> {
    let mut wire = vec![0x80 | opcode, 127];
    wire.extend(u64::try_from(content.len()).unwrap().to_be_bytes());
    wire.extend(content);
    wire
}

fn event(seq: u64, prev: u64) -> Vec<u8> {
    let event = ServerFrame::Event(Event {
        seq,
        prev,
        at: 0,
        change: Change::Removed { ids: Vec::new() },
        unread: Unread { count: 77, at: seq },
    });
    frame(1, serde_json::to_string(&event).unwrap().as_bytes())
}

/// After each of `nonsense` the app connects anew and rings as before.
async fn survives(nonsense: Vec<(&str, Vec<u8>)>) {
    let desktop = desktop().await;
    let department = Department::serving_on(&desktop).await;
    let centre = department.url.strip_prefix("http://").unwrap().to_owned();
    let between = Between::start(centre).await;
    let url = format!("http://{}", between.address);
    let entries = [
        ("DEALBELL_CENTRE_URL", url.as_str()),
        ("DEALBELL_TOKEN", department.token.as_str()),
    ];
    let app = desktop.app(&[], &entries).unwrap();
    tray_says(&desktop, &app, QUIET).await;

    let rounds = nonsense.len();
    for (round, (name, words)) in nonsense.into_iter().enumerate() {
        let before = between.streams();
        between.say.send(words).unwrap();
        eventually(
            name,
            async || Ok((between.streams() > before).then_some(())),
        )
        .await
        .unwrap_or_else(|error| panic!("{error}\n{}", app.log()));
        let title = format!("После: {name}");
        department.ring(&desktop, &app, &title).await;
        // What was said before is passed over.
        between.say.send(event(1, 0)).unwrap();
        let feed = department.centre.feed(&department.token).await.unwrap();
        assert_eq!(feed.unread.count, u64::try_from(round).unwrap() + 1);
    }
    tray_says(&desktop, &app, &format!("{rounds} непрочитанных")).await;
    assert_eq!(between.streams(), rounds + 1, "one anew after each");
    let calls = desktop.recorder.recorded().calls;
    assert_eq!(calls.len(), rounds, "{calls:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_that_cannot_be_read_cost_one_connection_each() {
    survives(vec![
        ("no JSON", frame(1, b"%%%")),
        ("an event without anything", frame(1, br#"{"op":"event"}"#)),
        ("no WebSocket at all", vec![0xFF; 64]),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_too_large_or_out_of_order_cost_one_connection_each() {
    let large = format!(r#"{{"op":"ping","seq":1,"x":"{}"}}"#, "x".repeat(MAX_FRAME));
    survives(vec![
        ("an oversized frame", frame(1, large.as_bytes())),
        ("an event from the future", event(9_000, 8_999)),
        ("a binary frame", frame(2, &[0; 100])),
    ])
    .await;
}
