//! HTTP requests over connections that stay open, made by hand so that asking costs little.

use std::net::SocketAddr;

use anyhow::{Context, Result, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::socket::find;

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// One connection; one request at a time.
pub(crate) struct Asker {
    stream: TcpStream,
    host: SocketAddr,
}

impl Asker {
    /// Connects.
    ///
    /// # Errors
    /// When nobody listens.
    pub(crate) async fn open(host: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(host).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, host })
    }

    /// Publishes and waits for the answer.
    ///
    /// # Errors
    /// When it is refused or the connection breaks.
    pub(crate) async fn publish(&mut self, what: &Post) -> Result<()> {
        let answer = self
            .ask("POST", &what.path, &what.headers, &what.body)
            .await?;
        let body = String::from_utf8_lossy(&answer.body);
        ensure!(
            (200..300).contains(&answer.status),
            "{}: {body}",
            answer.status
        );
        Ok(())
    }

    /// Asks and waits for the answer. Header lines end with their line's end.
    ///
    /// # Errors
    /// When the connection breaks.
    pub(crate) async fn ask(
        &mut self,
        method: &str,
        path: &str,
        headers: &str,
        body: &str,
    ) -> Result<Answer> {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nContent-Length: {}\r\n{headers}\r\n{body}",
            self.host,
            body.len()
        );
        self.stream.write_all(request.as_bytes()).await?;
        let mut got = Vec::new();
        let mut part = [0; 16 * 1024];
        loop {
            let count = self.stream.read(&mut part).await?;
            ensure!(count > 0, "closed instead of answered");
            got.extend_from_slice(&part[..count]);
            let Some(end) = find(&got, b"\r\n\r\n") else {
                continue;
            };
            let head = std::str::from_utf8(&got[..end])?.to_lowercase();
            let status = head.get(9..12).context("no status")?.parse()?;
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length:"))
                .map(str::trim);
            let Some(length) = length else {
                bail!("an answer of unknown length: {head}");
            };
            let whole = end + 4 + length.parse::<usize>()?;
            while got.len() < whole {
                let count = self.stream.read(&mut part).await?;
                ensure!(count > 0, "closed within an answer");
                got.extend_from_slice(&part[..count]);
            }
            let body = got.split_off(end + 4);
            return Ok(Answer { status, body });
        }
    }
}

/// A request that publishes something.
#[derive(Debug, Clone)]
pub(crate) struct Post {
    pub(crate) path: String,
    pub(crate) headers: String,
    pub(crate) body: String,
}
