//! Serving until told to stop, then leaving in order.

use super::{
    Beside, ServeOptions,
    listening::{self, Bounds},
};
use crate::Centre;
use axum::Router;
use dealbell_protocol::stream::CloseCode;
use std::{future::Future, pin::pin, time::Duration};
use tokio::{net::TcpListener, sync::watch};

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
        let patience = options.patience;
        let bounds = Bounds {
            in_all: options.connections,
            of_one: options.connections_of_one,
            proxies: options.trusted_proxies.clone(),
        };
        let router = self.router(options, beside.into(), listener.local_addr()?);
        let (stop, stopped) = watch::channel(());
        let mut server = pin!(listening::listen(
            listener, router, patience, bounds, stopped
        ));
        tokio::select! {
            () = &mut server => return Ok(()),
            () = shutdown => {}
        }
        drop(stop);
        let leave = async {
            tokio::join!(&mut server, self.say_goodbye());
        };
        if tokio::time::timeout(LEAVE, leave).await.is_err() {
            tracing::warn!(open = self.connections(), "some connections did not leave");
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
