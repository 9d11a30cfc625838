//! `serve`: the centre and its connectors, until Ctrl-C or SIGTERM.

use crate::{
    connectors::{self, Common},
    hooks::Hooks,
    public_url::PublicUrl,
    sign_in,
};
use anyhow::{Context as _, Result};
use dealbell_centre::{Centre, ServeOptions};
use std::{io::ErrorKind, net::SocketAddr, sync::Arc};
use tokio::{net::TcpListener, sync::watch};

/// Serves until told to stop. Webhooks are registered under `public_url`.
///
/// # Errors
/// When the address cannot be listened on, or the listener fails.
pub(crate) async fn run(
    centre: Centre,
    listen: SocketAddr,
    public_url: Option<PublicUrl>,
) -> Result<()> {
    let listener = TcpListener::bind(listen).await.map_err(|error| {
        let hint = match error.kind() {
            ErrorKind::AddrInUse => ": another program listens there, choose another --listen",
            ErrorKind::PermissionDenied => ": not allowed, choose a port above 1023",
            _ => "",
        };
        anyhow::Error::from(error).context(format!("cannot listen on {listen}{hint}"))
    })?;
    let (stop, stopped) = watch::channel(());
    let hooks = Arc::new(Hooks::default());
    let beside = hooks.router().merge(sign_in::router(centre.clone()));
    let common = Common {
        centre: centre.clone(),
        hooks,
        public_url,
    };
    let connectors = tokio::spawn(connectors::run(common, stopped));
    let address = listener
        .local_addr()
        .context("the listener has no address")?;
    eprintln!("listening on http://{address}");
    let signal = asked_to_stop()?;
    let served = centre
        .serve_with(listener, ServeOptions::default(), beside, signal)
        .await;
    drop(stop);
    // A connector that broke has said so in the log.
    let _ = connectors.await;
    Ok(served?)
}

/// Returns at Ctrl-C and, where there is such a thing, at SIGTERM.
fn asked_to_stop() -> Result<impl Future<Output = ()> + Send> {
    #[cfg(unix)]
    let mut terminate = {
        use tokio::signal::unix::{SignalKind, signal};
        signal(SignalKind::terminate()).context("cannot listen to SIGTERM")?
    };
    Ok(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
        tracing::info!("stopping");
    })
}
