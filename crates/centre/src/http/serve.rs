//! Serving until told to stop, then leaving in order.

use super::{Beside, ServeOptions};
use crate::Centre;
use axum::{Router, serve::ListenerExt as _};
use dealbell_protocol::stream::CloseCode;
use std::{future::Future, net::SocketAddr, time::Duration};
use tokio::{net::TcpListener, sync::oneshot};

/// How long connections may take to leave at the end.
const LEAVE: Duration = Duration::from_secs(5);

/// Why serving ended by itself.
#[derive(Debug, thiserror::Error)]
#[error("the listener failed: {0}")]
pub struct ServeError(#[from] std::io::Error);

impl Centre {
    /// Serves `listener` until `shutdown`; then tells every connection when to come back, closes
    /// it, and returns. Everything acknowledged is on the disk at any time.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn serve(
        &self,
        listener: TcpListener,
        options: ServeOptions,
        shutdown: impl Future<Output = ()> + Send,
    ) -> Result<(), ServeError> {
        self.serve_with(listener, options, Router::new(), shutdown)
            .await
    }

    /// The same with routes `beside` the centre's own, for what it knows nothing of. They pass the
    /// same guard; whom they answer is theirs to decide. A body above 256 KiB is refused unless
    /// they allow more.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn serve_with(
        &self,
        listener: TcpListener,
        options: ServeOptions,
        beside: impl Into<Beside>,
        shutdown: impl Future<Output = ()> + Send,
    ) -> Result<(), ServeError> {
        if let Err(refusal) = self.keep_deliverable().await {
            tracing::warn!(reason = %refusal, "what this centre delivers on was not written");
        }
        let router = self.router(options, beside.into(), listener.local_addr()?);
        let (stop, stopped) = oneshot::channel::<()>();
        let listener = listener.tap_io(|io| {
            // A toast should not wait for a packet to fill; without it things work, too.
            let _ = io.set_nodelay(true);
        });
        let server = axum::serve(
            listener,
            router.into_make_service_with_connect_info::<SocketAddr>(),
        )
        .with_graceful_shutdown(async move {
            // A dropped sender is the end as well.
            let _ = stopped.await;
        })
        .into_future();
        tokio::pin!(server);
        tokio::select! {
            ended = &mut server => return Ok(ended?),
            () = shutdown => {}
        }
        drop(stop);
        let leave = async {
            let (ended, ()) = tokio::join!(&mut server, self.say_goodbye());
            ended
        };
        match tokio::time::timeout(LEAVE, leave).await {
            Ok(ended) => ended?,
            Err(_) => tracing::warn!(open = self.connections(), "some connections did not leave"),
        }
        if let Err(refusal) = self.write_uses().await {
            tracing::warn!(reason = %refusal, "the last uses of devices were not written");
        }
        Ok(())
    }

    /// Tells every connection when to come back, closes it, and returns when all have left.
    /// Whoever comes then is sent away as well.
    pub async fn say_goodbye(&self) {
        self.hub().close(CloseCode::GoingAway).await;
    }
}
