//! The way from the app to the centre, which stalls, is cut in the middle of a frame, and goes dead without a word.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How it is with the way now.
#[derive(Debug, Clone, Default)]
struct Weather {
    /// Nothing moves, in either direction.
    stalled: bool,
    /// Connections before this one are open and carry nothing.
    dead_before: u64,
    /// Connections before this one end after so many more bytes from the centre.
    cut: Option<(u64, usize)>,
    /// How many connections there have been.
    made: u64,
    /// When the centre last agreed to a stream.
    fresh: Option<Instant>,
}

/// A listener that carries everything to a centre. Ends with the value.
pub(crate) struct Wire {
    url: String,
    weather: Arc<watch::Sender<Weather>>,
    standing: JoinHandle<()>,
}

impl Wire {
    /// Leads to the centre at this address.
    pub(crate) async fn to(centre: &str) -> Result<Self> {
        let far = centre.strip_prefix("http://").context("a plain address")?;
        let far = far.to_owned();
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let weather = Arc::new(watch::Sender::new(Weather::default()));
        let told = Arc::clone(&weather);
        let standing = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(carry(near, far.clone(), Arc::clone(&told)));
            }
        });
        Ok(Self {
            url,
            weather,
            standing,
        })
    }

    /// The address to give to the app.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Nothing moves any more, or everything goes on.
    pub(crate) fn stall(&self, stalled: bool) {
        self.weather
            .send_modify(|weather| weather.stalled = stalled);
    }

    /// Every connection there is stays open and carries nothing any more; later ones are served.
    pub(crate) fn go_dead(&self) {
        self.weather
            .send_modify(|weather| weather.dead_before = weather.made);
    }

    /// Every connection there is ends once this many more bytes came from the centre.
    pub(crate) fn cut_after(&self, bytes: usize) {
        self.weather
            .send_modify(|weather| weather.cut = Some((weather.made, bytes)));
    }

    /// Waits until the centre has agreed to a stream after `since`; when.
    pub(crate) async fn fresh_stream(&self, since: Instant) -> Result<Instant> {
        let mut weather = self.weather.subscribe();
        let agreed = weather.wait_for(|weather| weather.fresh.is_some_and(|at| at > since));
        let agreed = agreed.await?;
        agreed.fresh.context("just waited for")
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.standing.abort();
    }
}

async fn carry(near: TcpStream, far: String, weather: Arc<watch::Sender<Weather>>) {
    let mut number = 0;
    weather.send_modify(|weather| {
        number = weather.made;
        weather.made += 1;
    });
    let Ok(far) = TcpStream::connect(far).await else {
        return;
    };
    let (near_reads, near_writes) = near.into_split();
    let (far_reads, far_writes) = far.into_split();
    let up = pump(near_reads, far_writes, number, &weather, false);
    let down = pump(far_reads, near_writes, number, &weather, true);
    // The first end is the end of both: halves that go are closed, at once and for good.
    tokio::select! { _ = up => {}, _ = down => {} }
}

/// Carries one direction until an end leaves or the weather ends it.
async fn pump(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    number: u64,
    told: &watch::Sender<Weather>,
    down: bool,
) -> Result<()> {
    let mut weather = told.subscribe();
    let mut piece = vec![0; 16 * 1024];
    let mut left: Option<usize> = None;
    let mut first = true;
    loop {
        let read = from.read(&mut piece).await?;
        if read == 0 {
            // While nothing moves, an end does not arrive either.
            moves(&mut weather, number).await?;
            return Ok(());
        }
        let cut = moves(&mut weather, number).await?;
        let mut write = &piece[..read];
        if down && std::mem::take(&mut first) && write.starts_with(b"HTTP/1.1 101") {
            told.send_modify(|weather| weather.fresh = Some(Instant::now()));
        }
        if down && let Some(bytes) = cut {
            let left = left.get_or_insert(bytes);
            if *left <= write.len() {
                write = &write[..*left];
                to.write_all(write).await?;
                bail!("cut");
            }
            *left -= write.len();
        }
        to.write_all(write).await?;
    }
}

/// Waits until this connection may carry something; after how many bytes it is to be cut.
async fn moves(weather: &mut watch::Receiver<Weather>, number: u64) -> Result<Option<usize>> {
    let weather = weather.wait_for(|weather| !weather.stalled && weather.dead_before <= number);
    let weather = weather.await?;
    Ok(weather
        .cut
        .filter(|(before, _)| number < *before)
        .map(|(_, bytes)| bytes))
}
