//! A WebSocket client that costs little: frames are read where they arrive, and an idle connection
//! holds no buffer. Only what servers of this bench send is understood.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

/// What is read at once.
const READ: usize = 64 * 1024;
/// Addresses that clients come from: the ports of one would not last for a few rounds.
const SOURCES: usize = 16;
/// Any key serves: nobody caches this handshake.
const KEY: &str = "ZGVhbGJlbGwgdW5kZXIgbA==";

/// How to get in: where, which path, and headers beyond those of every handshake.
#[derive(Debug, Clone)]
pub(crate) struct Door {
    pub(crate) address: SocketAddr,
    pub(crate) path: String,
    /// Whole lines, each with its end.
    pub(crate) headers: String,
}

/// An open connection.
pub(crate) struct Socket {
    stream: TcpStream,
    /// The beginning of a frame whose end has not come.
    rest: Vec<u8>,
}

thread_local! {
    static SCRATCH: std::cell::RefCell<Vec<u8>> = std::cell::RefCell::new(vec![0; READ]);
}

impl Socket {
    /// Connects as the client of this number.
    ///
    /// # Errors
    /// When the server does not let it in.
    pub(crate) async fn open(door: &Door, number: usize) -> Result<Self> {
        let mut stream = connect(door.address, number).await?;
        stream.set_nodelay(true)?;
        let request = format!(
            "GET {} HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n{}\r\n",
            door.path, door.address, door.headers
        );
        stream.write_all(request.as_bytes()).await?;
        let mut got = Vec::new();
        loop {
            let mut part = [0; 1024];
            let count = stream.read(&mut part).await?;
            ensure!(count > 0, "closed during the handshake");
            got.extend_from_slice(&part[..count]);
            if let Some(end) = find(&got, b"\r\n\r\n") {
                let head = String::from_utf8_lossy(&got[..end]).into_owned();
                ensure!(head.starts_with("HTTP/1.1 101"), "not let in: {head}");
                let rest = got.split_off(end + 4);
                return Ok(Self { stream, rest });
            }
        }
    }

    /// Waits for frames and passes each text to `take`. False where the server has ended it.
    ///
    /// # Errors
    /// When the connection breaks, or what comes is no frame of a server.
    pub(crate) async fn read(&mut self, mut take: impl FnMut(&[u8])) -> Result<bool> {
        // What came with the handshake.
        if !self.rest.is_empty() {
            let got = std::mem::take(&mut self.rest);
            let used = match frames(&got, &mut take)? {
                Some(used) => used,
                None => return Ok(false),
            };
            self.rest = got[used..].to_vec();
            if used > 0 {
                return Ok(true);
            }
        }
        self.stream.readable().await?;
        SCRATCH.with_borrow_mut(|scratch| {
            let count = match self.stream.try_read(scratch) {
                Ok(0) => return Ok(false),
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(true),
                Err(error) if error.kind() == ErrorKind::ConnectionReset => return Ok(false),
                Err(error) => return Err(error.into()),
            };
            let got = &scratch[..count];
            if self.rest.is_empty() {
                let Some(used) = frames(got, &mut take)? else {
                    return Ok(false);
                };
                self.rest = got[used..].to_vec();
                return Ok(true);
            }
            let mut whole = std::mem::take(&mut self.rest);
            whole.extend_from_slice(got);
            let Some(used) = frames(&whole, &mut take)? else {
                return Ok(false);
            };
            self.rest = whole[used..].to_vec();
            Ok(true)
        })
    }

    /// Sends a text of at most 125 bytes, masked with zeros as a client of no browser may.
    ///
    /// # Errors
    /// When the connection breaks.
    pub(crate) async fn say(&mut self, text: &str) -> Result<()> {
        let length = u8::try_from(text.len()).ok().filter(|length| *length < 126);
        let length = length.context("too long for a short frame")?;
        let mut frame = vec![0x81, 0x80 | length, 0, 0, 0, 0];
        frame.extend_from_slice(text.as_bytes());
        Ok(self.stream.write_all(&frame).await?)
    }
}

async fn connect(address: SocketAddr, number: usize) -> Result<TcpStream> {
    let last = u8::try_from(number % SOURCES)?;
    let source = IpAddr::V4(Ipv4Addr::new(127, 0, 1, 1 + last));
    // A full queue of the listener is waited for as a system would.
    for _ in 0..200 {
        let socket = TcpSocket::new_v4()?;
        socket.set_reuseaddr(true)?;
        socket.bind(SocketAddr::new(source, 0))?;
        match socket.connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
    bail!("nobody listens on {address}")
}

/// Passes whole text frames on and says how many bytes that were; none after a close.
fn frames(bytes: &[u8], take: &mut impl FnMut(&[u8])) -> Result<Option<usize>> {
    let mut at = 0;
    loop {
        let left = &bytes[at..];
        let [first, second, ..] = left else {
            return Ok(Some(at));
        };
        ensure!(second & 0x80 == 0, "a server does not mask");
        let (head, length) = match second & 0x7f {
            126 => match left.get(2..4) {
                Some(&[a, b]) => (4, usize::from(u16::from_be_bytes([a, b]))),
                _ => return Ok(Some(at)),
            },
            127 => bail!("a frame of more than 64 KiB"),
            short => (2, usize::from(short)),
        };
        let Some(payload) = left.get(head..head + length) else {
            return Ok(Some(at));
        };
        match first & 0x0f {
            1 | 2 => take(payload),
            8 => return Ok(None),
            _ => {}
        }
        at += head + length;
    }
}

/// Where `wanted` begins.
pub(crate) fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|part| part == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_that_come_in_pieces_are_read_once() {
        let mut bytes = vec![0x81, 2, b'h', b'i', 0x81, 126, 0, 200];
        bytes.extend(vec![b'x'; 200]);
        bytes.extend([0x88, 0]);
        let mut got = Vec::new();
        let used = frames(&bytes[..9], &mut |text: &[u8]| got.push(text.len())).unwrap();
        assert_eq!((used, got.as_slice()), (Some(4), [2].as_slice()));
        let end = frames(&bytes[4..], &mut |text: &[u8]| got.push(text.len())).unwrap();
        assert_eq!((end, got), (None, vec![2, 200]));
    }
}
