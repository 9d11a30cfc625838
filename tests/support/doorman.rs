//! Somebody in the CRM's or a proxy's place who says the same to everybody: a portal's page, *sign
//! in first*.

use std::net::SocketAddr;

use anyhow::Result;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A listener on this machine. Ends with the value.
pub struct Doorman {
    address: SocketAddr,
    standing: JoinHandle<()>,
}

impl Doorman {
    /// Answers every request with this status line, type and body, and closes.
    ///
    /// # Errors
    /// When there is no free port.
    pub async fn start(status: &str, kind: &str, body: &str) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let answer = format!(
            "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nProxy-Authenticate: Basic realm=\"firm\"\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        let standing = tokio::spawn(async move {
            while let Ok((visitor, _)) = listener.accept().await {
                let answer = answer.clone();
                tokio::spawn(async move { serve(visitor, &answer).await });
            }
        });
        Ok(Self { address, standing })
    }

    /// Host and port, as a user would type them.
    pub fn host(&self) -> String {
        self.address.to_string()
    }
}

impl Drop for Doorman {
    fn drop(&mut self) {
        self.standing.abort();
    }
}

/// Hears a request to the end of its head, and answers.
async fn serve(visitor: TcpStream, answer: &str) {
    let mut visitor = BufReader::new(visitor);
    let mut line = String::new();
    while line != "\r\n" {
        line.clear();
        if !visitor
            .read_line(&mut line)
            .await
            .is_ok_and(|read| read > 0)
        {
            return;
        }
    }
    let _ = visitor.write_all(answer.as_bytes()).await;
    let _ = visitor.shutdown().await;
}
