//! The listener and its connections. Whoever begins a request and does not end it, or does not take its
//! answer, is let go, and nobody has too many connections, so that nobody holds the places of others.

use super::lively::Lively;
use axum::{
    Router,
    body::{Body, Bytes, HttpBody},
    extract::ConnectInfo,
    http::Request,
};
use hyper::{body::Frame, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{
    collections::{HashMap, hash_map::Entry},
    io,
    net::{IpAddr, SocketAddr},
    pin::{Pin, pin},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
    time::{Sleep, sleep},
};
use tower_service::Service as _;

/// How long to wait for handles or memory that the system lacks.
const BREATH: Duration = Duration::from_secs(1);

/// How many connections there may be. One that has become a stream is its device's and counts no more.
#[derive(Clone, Debug)]
pub(super) struct Bounds {
    /// In all.
    pub(super) in_all: usize,
    /// From one address, which may be that of a whole company.
    pub(super) of_one: usize,
    /// Whose guests they are is not seen here.
    pub(super) proxies: Vec<IpAddr>,
}

/// The connections there are: how many, and by where they come from.
#[derive(Clone, Default)]
struct Guests(Arc<Mutex<(usize, HashMap<IpAddr, usize>)>>);

/// One of them.
struct Guest {
    guests: Guests,
    from: IpAddr,
}

impl Guests {
    /// Lets another one in; none where there are too many already.
    fn admit(&self, from: IpAddr, bounds: &Bounds) -> Option<Guest> {
        let from = from.to_canonical();
        let is_proxy = bounds
            .proxies
            .iter()
            .any(|proxy| proxy.to_canonical() == from);
        let mut guests = locked(&self.0);
        let (in_all, by_address) = &mut *guests;
        let of_one = by_address.get(&from).copied().unwrap_or_default();
        if *in_all >= bounds.in_all || (of_one >= bounds.of_one && !is_proxy) {
            return None;
        }
        *in_all += 1;
        by_address.insert(from, of_one + 1);
        drop(guests);
        let guests = self.clone();
        Some(Guest { guests, from })
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let mut guests = locked(&self.guests.0);
        guests.0 -= 1;
        if let Entry::Occupied(mut of_one) = guests.1.entry(self.from) {
            *of_one.get_mut() -= 1;
            if *of_one.get() == 0 {
                of_one.remove();
            }
        }
    }
}

/// No code panics while it holds this lock, so a poisoned one is as good as any.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Serves until `stop` changes or its sender is gone; returns when every request was answered. The
/// head of a request may take `patience`, and so may its body, and whatever of the answer nobody takes.
pub(super) async fn listen(
    listener: TcpListener,
    router: Router,
    patience: Duration,
    bounds: Bounds,
    mut stop: watch::Receiver<()>,
) {
    let guests = Guests::default();
    let mut open = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = open.join_next() => continue,
            _ = stop.changed() => break,
        };
        match accepted {
            Ok((socket, from)) => {
                let Some(guest) = guests.admit(from.ip(), &bounds) else {
                    tracing::debug!("a connection too many is not served");
                    continue;
                };
                // A toast should not wait for a packet to fill; without it things work, too.
                let _ = socket.set_nodelay(true);
                let served = serve(socket, from, router.clone(), patience, stop.clone());
                open.spawn(async move {
                    served.await;
                    drop(guest);
                });
            }
            Err(error) if is_of_one(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "no connection can be accepted");
                sleep(BREATH).await;
            }
        }
    }
    drop(listener);
    while open.join_next().await.is_some() {}
}

/// Whether the fault is of the connection that was to come, and the next may be good.
fn is_of_one(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
    )
}

async fn serve(
    socket: TcpStream,
    from: SocketAddr,
    router: Router,
    patience: Duration,
    mut stop: watch::Receiver<()>,
) {
    let answer = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(from));
        let mut router = router.clone();
        // A router is ready at any time.
        async move {
            let request = request.map(|body| Body::new(Timely::new(body, patience)));
            router.call(request).await
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience)
        .serve_connection(TokioIo::new(Lively::new(socket, patience)), answer)
        .with_upgrades();
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        _ = stop.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::trace!(%error, "a connection broke off");
    }
}

/// A body that is whole in time, or an error.
struct Timely {
    body: Pin<Box<Incoming>>,
    end: Pin<Box<Sleep>>,
}

impl Timely {
    fn new(body: Incoming, patience: Duration) -> Self {
        Self {
            body: Box::pin(body),
            end: Box::pin(sleep(patience)),
        }
    }
}

impl HttpBody for Timely {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if let Poll::Ready(frame) = self.body.as_mut().poll_frame(context) {
            return Poll::Ready(frame.map(|frame| frame.map_err(axum::Error::new)));
        }
        std::task::ready!(self.end.as_mut().poll(context));
        let late = io::Error::new(io::ErrorKind::TimedOut, "the body took too long");
        Poll::Ready(Some(Err(axum::Error::new(late))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> hyper::body::SizeHint {
        self.body.size_hint()
    }
}
