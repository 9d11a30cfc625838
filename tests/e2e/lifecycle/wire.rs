//! The way to a department's centre, which can go dead as a VPN's or a Wi-Fi's does: nothing comes
//! through any more, and nobody says so.

use anyhow::{Context, Result};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A listener that carries everything to a centre. Ends with the value.
pub(crate) struct Wire {
    url: String,
    dead: watch::Sender<u32>,
    standing: JoinHandle<()>,
}

impl Wire {
    /// Leads to the centre at this address.
    pub(crate) async fn to(centre: &str) -> Result<Self> {
        let far = centre.strip_prefix("http://").context("a plain address")?;
        let far = far.to_owned();
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let (dead, heard) = watch::channel(0);
        let standing = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(carry(near, far.clone(), heard.clone()));
            }
        });
        Ok(Self {
            url,
            dead,
            standing,
        })
    }

    /// The address to give to the app.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Every connection there is stays open and carries nothing any more; later ones are served.
    pub(crate) fn go_dead(&self) {
        self.dead.send_modify(|times| *times += 1);
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.standing.abort();
    }
}

async fn carry(mut near: TcpStream, far: String, mut dead: watch::Receiver<u32>) {
    dead.mark_unchanged();
    let Ok(mut far) = TcpStream::connect(far).await else {
        return;
    };
    let died = tokio::select! {
        _ = copy_bidirectional(&mut near, &mut far) => false,
        died = dead.changed() => died.is_ok(),
    };
    if died {
        // Both ends are held, and nobody reads them.
        std::future::pending::<()>().await;
    }
}
