//! Takes hooks' letters where they go, with a plain HTTP/1.1 request each.

use std::future;
use std::sync::Arc;
use std::time::Duration;

use axum::http::Uri;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::office::Office;

/// How often the account's clock is looked at while something waits for its next attempt.
const LOOK: Duration = Duration::from_millis(20);

/// Delivers for as long as it is polled. An answer later than `patience` counts as none.
pub(crate) async fn deliver(office: Arc<Office>, patience: Duration) {
    let mut rounds = JoinSet::new();
    loop {
        for letter in office.take_due_letters() {
            rounds.spawn(async move {
                let sent = post(&letter.destination, &letter.body);
                let status = tokio::time::timeout(patience, sent).await;
                (letter, status.ok().flatten())
            });
        }
        let look = async {
            if office.has_waiting_letters() {
                tokio::time::sleep(LOOK).await;
            } else {
                future::pending().await
            }
        };
        tokio::select! {
            Some(round) = rounds.join_next() => {
                if let Ok((letter, status)) = round {
                    tracing::debug!(?status, destination = letter.destination, "hook");
                    office.letter_delivered(letter, status);
                }
            }
            () = office.letters_announced() => {}
            () = look => {}
        }
    }
}

/// The status of the answer, if there was one. Only `http://` can be reached.
async fn post(destination: &str, body: &str) -> Option<u16> {
    let uri: Uri = destination.parse().ok()?;
    if uri.scheme_str() != Some("http") {
        return None;
    }
    let authority = uri.authority()?;
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let port = authority.port_u16().unwrap_or(80);
    let host = authority.host().trim_matches(['[', ']']);
    let mut stream = TcpStream::connect((host, port)).await.ok()?;
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: {authority}\r\nUser-Agent: amoCRM-Webhooks/3.0\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.ok()?;

    let mut head = Vec::new();
    // "HTTP/1.1 204 " is all that is of interest.
    while head.len() < 13 {
        if stream.read_buf(&mut head).await.ok()? == 0 {
            return None;
        }
    }
    let status = std::str::from_utf8(head.get(9..12)?).ok()?;
    status.parse().ok()
}
