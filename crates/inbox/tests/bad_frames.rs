//! What a broken or hostile peer can send, over a real socket: the inbox drops the link, comes
//! back by itself and keeps what it has.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use dealbell_inbox::{Config, Inbox, Network, StartError};
use dealbell_protocol::join::JoinLink;
use dealbell_protocol::stream::{MAX_FRAME, SUBPROTOCOL};
use dealbell_protocol::window::{Connection, Language, SignedOutReason};
use futures_util::{SinkExt, StreamExt};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};
use tokio_tungstenite::{WebSocketStream, accept_hdr_async};

const PATIENCE: Duration = Duration::from_secs(20);

const HELLO: &str = r#"{"op":"hello","connection":"01ARZ3NDEKTSV4RRFFQ69G5FAV","ping_ms":25000,"grace_ms":8000,"max_frame":65536}"#;

async fn accept(listener: &TcpListener) -> WebSocketStream<TcpStream> {
    let (socket, _) = tokio::time::timeout(PATIENCE, listener.accept())
        .await
        .expect("the inbox comes back")
        .unwrap();
    #[expect(clippy::result_large_err, reason = "the library's own signature")]
    let check = |request: &Request, mut response: Response| -> Result<Response, ErrorResponse> {
        assert_eq!(request.uri().path(), "/v1/stream");
        assert_eq!(request.headers()["authorization"], "Bearer secret");
        assert_eq!(request.headers()["sec-websocket-protocol"], SUBPROTOCOL);
        let protocol = HeaderValue::from_static(SUBPROTOCOL);
        response
            .headers_mut()
            .insert("sec-websocket-protocol", protocol);
        Ok(response)
    };
    accept_hdr_async(socket, check).await.unwrap()
}

fn config(folder: &tempfile::TempDir, centre: String) -> Config {
    Config {
        centre,
        allow_plain: false,
        token: "secret".to_owned(),
        store: folder.path().join("inbox.db"),
        owner: "test".to_owned(),
        language: Language::En,
        version: "0".to_owned(),
        platform: "linux".to_owned(),
        device: String::new(),
        keep_days: 0,
        network: Network::default(),
    }
}

#[tokio::test]
async fn garbage_and_oversized_frames_end_the_link_and_it_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("ws://{}", listener.local_addr().unwrap());
    let (inbox, _acts) = Inbox::start(config(&folder, address)).await.unwrap();
    let oversized = format!(r#"{{"op":"ping","seq":1,"x":"{}"}}"#, "x".repeat(MAX_FRAME));
    let bad = [
        Message::text("not json"),
        Message::text(r#"{"op":"event","seq":"no number"}"#),
        Message::binary(vec![1, 2, 3]),
        Message::text(oversized),
        Message::text(
            r#"{"op":"event","seq":9,"prev":8,"at":1,"kind":"read","data":{"ids":[]},"unread":{"count":0,"at":9}}"#,
        ),
    ];
    for bad in bad {
        let mut centre = accept(&listener).await;
        centre.send(Message::text(HELLO)).await.unwrap();
        let start = centre.next().await.unwrap().unwrap();
        assert!(start.to_text().unwrap().contains(r#""op":"start""#));
        // An op of a later version is passed over.
        let later = Message::Text(Utf8Bytes::from_static(r#"{"op":"aurora","x":1}"#));
        centre.send(later).await.unwrap();
        centre.send(bad).await.unwrap();
        let end = async { while let Some(Ok(_)) = centre.next().await {} };
        tokio::time::timeout(PATIENCE, end)
            .await
            .expect("the link ends");
        // No need to sit the back-off out; skipping it is a right of the user (STREAM 9).
        let mut state = inbox.state();
        state
            .wait_for(|state| matches!(state.connection, Connection::Offline { .. }))
            .await
            .unwrap();
        inbox.reconnect_now();
    }
    accept(&listener).await;
}

#[tokio::test]
async fn an_address_without_tls_leads_to_this_machine_only() {
    let folder = tempfile::tempdir().unwrap();
    for centre in ["http://centre.example", "ftp://127.0.0.1", "centre"] {
        let start = Inbox::start(config(&folder, centre.to_owned())).await;
        assert!(matches!(start, Err(StartError::Address(_))), "{centre}");
    }
}

/// Answers the next connection with this and closes it; the request's path.
async fn answer(listener: &TcpListener, parts: &[&str]) -> String {
    let (mut socket, _) = tokio::time::timeout(PATIENCE, listener.accept())
        .await
        .expect("the inbox comes")
        .unwrap();
    let mut asked = Vec::new();
    while !asked.ends_with(b"\r\n\r\n") {
        assert_ne!(socket.read_buf(&mut asked).await.unwrap(), 0);
    }
    for part in parts {
        socket.write_all(part.as_bytes()).await.unwrap();
        socket.flush().await.unwrap();
    }
    socket.shutdown().await.unwrap();
    let asked = String::from_utf8(asked).unwrap();
    asked.split(' ').nth(1).unwrap().to_owned()
}

#[tokio::test]
async fn only_the_centre_itself_signs_out_and_no_portal_on_the_way() {
    // Installed already where another test of this file was quicker.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let folder = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (inbox, _acts) = Inbox::start(config(&folder, address)).await.unwrap();
    let mut state = inbox.state();

    let portal = "HTTP/1.1 403 Forbidden\r\ncontent-type: text/html\r\ncontent-length: 12\r\n\r\n<h1>Pay</h1>";
    assert_eq!(answer(&listener, &[portal]).await, "/v1/stream");
    assert_eq!(answer(&listener, &[portal]).await, "/v1/me");
    state
        .wait_for(|state| matches!(state.connection, Connection::Offline { retry_at: Some(_) }))
        .await
        .unwrap();
    inbox.reconnect_now();

    // The centre's own refusal, whose words come too late to be read with the headers.
    let head =
        "HTTP/1.1 401 Unauthorized\r\ncontent-type: application/json\r\ncontent-length: 41\r\n\r\n";
    let words = r#"{"code":"token_revoked","message":"gone"}"#;
    assert_eq!(answer(&listener, &[head]).await, "/v1/stream");
    assert_eq!(answer(&listener, &[head, words]).await, "/v1/me");
    let reason = SignedOutReason::TokenInvalid;
    state
        .wait_for(|state| state.connection == Connection::SignedOut { reason })
        .await
        .unwrap();
}

/// Whoever follows a link asks a centre that he does not know yet.
#[tokio::test]
async fn an_answer_without_an_end_is_given_up() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let centre = format!("http://{}", listener.local_addr().unwrap());
    let link = format!("{centre}/join/{}", "0".repeat(64));
    let link = JoinLink::parse(&link).unwrap();
    for status in ["200 OK", "400 Bad Request"] {
        let network = Network::default();
        let asked = dealbell_inbox::see_invitation(&link, &network);
        let poured = async {
            let (mut socket, _) = listener.accept().await.unwrap();
            let head = format!(
                "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
            );
            socket.write_all(head.as_bytes()).await.unwrap();
            let part = format!("10000\r\n{}\r\n", " ".repeat(0x1_0000));
            let mut sent = 0;
            while socket.write_all(part.as_bytes()).await.is_ok() {
                sent += part.len();
                assert!(sent < 256 * 1024 * 1024, "it is still listened to");
            }
        };
        let (asked, ()) = tokio::join!(asked, poured);
        assert!(asked.is_err());
    }
}

/// Its code is as good as a password, and an error goes into the log.
#[tokio::test]
async fn an_invitation_that_cannot_be_followed_tells_nobody_its_code() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let centre = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let code = "0f".repeat(32);
    let link = JoinLink::parse(&format!("{centre}/join/{code}")).unwrap();
    let asked = dealbell_inbox::see_invitation(&link, &Network::default()).await;
    let told = asked.map_err(|error| format!("{error} {error:?}"));
    assert!(!told.unwrap_err().contains(&code));
}
