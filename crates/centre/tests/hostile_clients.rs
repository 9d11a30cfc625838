//! What a program that means harm, or is broken, does to a centre: bodies without an end, requests
//! without an end, connections without number.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use dealbell_centre::ServeOptions;
use dealbell_protocol::{rest::MAX_BULK_BODY, stream::CloseCode};
use std::time::Duration;
use support::{LONG, bed, bed_with};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

/// The first line of what is answered to `head` and a body that goes on after any answer.
async fn flooded(bed: &support::Bed, head: &str, chunked: bool) -> String {
    let socket = TcpStream::connect(bed.address).await.unwrap();
    let (mut read, mut write) = socket.into_split();
    write.write_all(head.as_bytes()).await.unwrap();
    let flood = async {
        let (mut sent, piece) = (0, vec![b' '; 0x4000]);
        while sent < 10 * 1024 * 1024 {
            let mut part = Vec::new();
            if chunked {
                part.extend_from_slice(b"4000\r\n");
            }
            part.extend_from_slice(&piece);
            if chunked {
                part.extend_from_slice(b"\r\n");
            }
            if write.write_all(&part).await.is_err() {
                break;
            }
            sent += piece.len();
        }
        std::future::pending::<usize>().await
    };
    let mut answer = Vec::new();
    let answered = async {
        let mut part = [0; 512];
        while !answer.windows(4).any(|end| end == b"\r\n\r\n") {
            match read.read(&mut part).await {
                Ok(0) | Err(_) => break,
                Ok(length) => answer.extend_from_slice(&part[..length]),
            }
        }
    };
    timeout(LONG, async {
        tokio::select! {
            _ = flood => {}
            () = answered => {}
        }
    })
    .await
    .unwrap();
    let text = String::from_utf8_lossy(&answer).into_owned();
    text.lines().next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn ten_megabytes_are_refused_wherever_they_are_sent() {
    let bed = bed().await;
    let key = bed.centre.add_integration("CRM").await.unwrap();
    let places = [
        ("POST", "/v1/notifications", &key),
        ("PATCH", "/v1/notifications?subject=task:1", &key),
        ("POST", "/v1/notifications/bulk", &key),
        ("POST", "/v1/providers/crm/notifications", &bed.token),
        ("POST", "/v1/act", &bed.token),
        ("PUT", "/v1/channels", &bed.token),
        ("POST", "/v1/invitations/redeem", &bed.token),
        ("PUT", "/v1/provider", &key),
    ];
    const { assert!(MAX_BULK_BODY < 10 * 1024 * 1024) }
    for (method, path, token) in places {
        for chunked in [false, true] {
            let length = match chunked {
                true => "Transfer-Encoding: chunked".to_owned(),
                false => format!("Content-Length: {}", 10 * 1024 * 1024),
            };
            let head = format!(
                "{method} {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\
                 Content-Type: application/json\r\n{length}\r\n\r\n",
                bed.address, token
            );
            let status = Box::pin(flooded(&bed, &head, chunked)).await;
            // Of what nobody has signed nothing is read at all.
            let refused = match path.contains("/providers/") {
                true => "HTTP/1.1 401",
                false => "HTTP/1.1 413",
            };
            assert!(status.starts_with(refused), "{method} {path}: {status:?}");
        }
    }
    // It goes on for everybody else.
    assert_eq!(bed.page("").await.unread.count, 0);
}

#[tokio::test]
async fn a_request_that_never_ends_is_let_go() {
    let bed = bed_with(ServeOptions {
        patience: Duration::from_millis(200),
        ..ServeOptions::default()
    })
    .await;
    let (address, token) = (bed.address, &bed.token);
    let whole = format!(
        "PUT /v1/channels HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n"
    );
    let unfinished = [
        String::new(),
        "GET /v1/me HTT".to_owned(),
        whole.clone(),
        format!("{whole}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{{\"a\":"),
        format!(
            "{whole}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{{\r\n"
        ),
    ];
    for begun in unfinished {
        let mut socket = TcpStream::connect(address).await.unwrap();
        socket.write_all(begun.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        // Its end, with or without an answer before it.
        let ended = timeout(LONG, socket.read_to_end(&mut answer)).await;
        assert!(ended.is_ok(), "{begun:?} is still waited for");
        assert!(!answer.starts_with(b"HTTP/1.1 2"), "{begun:?}");
    }
    // A stream is no request that waits: it stays.
    let mut client = bed.live().await;
    // Three that begin after it one by one, and have been waited for.
    for _ in 0..3 {
        let mut idle = TcpStream::connect(address).await.unwrap();
        let ended = timeout(LONG, idle.read_to_end(&mut Vec::new())).await;
        assert!(ended.is_ok(), "the patience is over");
    }
    bed.tell_anna(1).await;
    client.next().await;
}

#[tokio::test]
async fn a_device_has_so_many_streams_and_the_newest_stay() {
    let bed = bed().await;
    let mut first = bed.connect().await;
    first.next().await;
    let mut others = Vec::new();
    for _ in 0..31 {
        let mut client = bed.connect().await;
        client.next().await;
        others.push(client);
    }
    let mut newest = bed.connect().await;
    assert_eq!(first.closed().await, CloseCode::Rate.number());
    let open = timeout(LONG, async {
        while bed.centre.connections() > 32 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        bed.centre.connections()
    });
    assert_eq!(open.await.unwrap(), 32);
    newest.start(None).await;
}

/// Whoever asks on and on and reads nothing.
#[tokio::test]
async fn whoever_never_takes_his_answers_is_let_go() {
    let bed = bed_with(ServeOptions {
        patience: Duration::from_millis(300),
        ..ServeOptions::default()
    })
    .await;
    let mut socket = TcpStream::connect(bed.address).await.unwrap();
    let host = bed.address;
    let ask = format!("GET /openapi.json HTTP/1.1\r\nHost: {host}\r\n\r\n").repeat(100);
    let let_go = timeout(LONG, async {
        while socket.write_all(ask.as_bytes()).await.is_ok() {}
    });
    assert!(let_go.await.is_ok(), "it is answered for ever");
    // Whoever takes them is served all the time.
    assert!(bed.page("").await.items.is_empty());
}

#[tokio::test]
async fn one_address_has_so_many_connections_and_streams_do_not_count() {
    let bed = bed_with(ServeOptions {
        connections_of_one: 4,
        ..ServeOptions::default()
    })
    .await;
    let mut streams = Vec::new();
    for _ in 0..8 {
        streams.push(bed.live().await);
    }
    // Each is there when it has had an answer.
    let mut held = Vec::new();
    let begin = async || {
        let mut socket = TcpStream::connect(bed.address).await.unwrap();
        let ask = format!("GET /healthz HTTP/1.1\r\nHost: {}\r\n\r\n", bed.address);
        // One that is not let in may be gone already.
        let _ = socket.write_all(ask.as_bytes()).await;
        let mut part = [0; 12];
        let read = timeout(LONG, socket.read_exact(&mut part)).await.unwrap();
        read.is_ok().then_some(socket)
    };
    while let Some(socket) = begin().await {
        held.push(socket);
        assert!(held.len() <= 4, "too many are let in");
    }
    assert_eq!(held.len(), 4);
    held.pop();
    timeout(LONG, async {
        while begin().await.is_none() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await
    .unwrap();
    bed.tell_anna(1).await;
    for client in &mut streams {
        client.event().await;
    }
}

/// Two megabytes of everybody who likes would be read otherwise.
#[tokio::test]
async fn a_signed_body_is_not_read_before_it_is_clear_whose_it_may_be() {
    let bed = bed().await;
    bed.centre.add_integration("Касса").await.unwrap();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let now = now.unwrap().as_secs();
    for provider in ["nobody", "%D0%BA%D0%B0%D1%81%D1%81%D0%B0"] {
        for path in ["notifications", "notifications/bulk"] {
            // Its body is announced and never sent.
            let head = format!(
                "POST /v1/providers/{provider}/{path} HTTP/1.1\r\nHost: {}\r\n\
                 Content-Length: 1000000\r\nwebhook-id: a\r\nwebhook-timestamp: {now}\r\n\
                 webhook-signature: v1,AAAA\r\n\r\n",
                bed.address
            );
            let mut socket = TcpStream::connect(bed.address).await.unwrap();
            socket.write_all(head.as_bytes()).await.unwrap();
            let mut answer = [0; 12];
            timeout(LONG, socket.read_exact(&mut answer))
                .await
                .unwrap()
                .unwrap();
            assert_eq!(&answer, b"HTTP/1.1 401", "{provider} {path}");
        }
    }
}
