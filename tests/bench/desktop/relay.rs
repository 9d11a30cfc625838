//! A wire one can look at: stands between the app and its centre and notes when something went down
//! to the app.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::Result;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// The stand-in for the wire. Ends with the value.
pub(crate) struct Relay {
    address: SocketAddr,
    down: Arc<Mutex<Vec<Instant>>>,
    standing: JoinHandle<()>,
}

impl Relay {
    /// Leads to `centre`.
    ///
    /// # Errors
    /// When there is no free port.
    pub(crate) async fn start(centre: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let down = Arc::new(Mutex::new(Vec::new()));
        let noted = down.clone();
        let standing = tokio::spawn(async move {
            while let Ok((app, _)) = listener.accept().await {
                let noted = noted.clone();
                tokio::spawn(async move { carry(app, centre, &noted).await });
            }
        });
        Ok(Self {
            address,
            down,
            standing,
        })
    }

    /// Its address.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The first moment after `since` at which something went down to the app, taken before it was written.
    pub(crate) fn first_after(&self, since: Instant) -> Option<Instant> {
        let down = self.down.lock().unwrap_or_else(PoisonError::into_inner);
        down.iter().copied().find(|at| *at >= since)
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.standing.abort();
    }
}

async fn carry(app: TcpStream, centre: SocketAddr, noted: &Mutex<Vec<Instant>>) {
    let Ok(centre) = TcpStream::connect(centre).await else {
        return;
    };
    let _ = (app.set_nodelay(true), centre.set_nodelay(true));
    let (mut from_app, mut to_app) = app.into_split();
    let (mut from_centre, mut to_centre) = centre.into_split();
    let up = async {
        let _ = tokio::io::copy(&mut from_app, &mut to_centre).await;
        let _ = to_centre.shutdown().await;
    };
    let down = async {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(read @ 1..) = from_centre.read(&mut buffer).await {
            noted
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(Instant::now());
            if to_app.write_all(&buffer[..read]).await.is_err() {
                return;
            }
        }
        let _ = to_app.shutdown().await;
    };
    tokio::join!(up, down);
}
