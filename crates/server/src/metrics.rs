//! `/metrics`, for whoever may see it. Figures tell how much a department sells and which accounts it
//! has, and behind a reverse proxy every request seems to come from this machine; so the address that
//! desktops use gives them to the holder of a token alone, and an address of its own to whoever
//! reaches that.

use anyhow::{Context as _, Result};
use axum::{
    Router,
    extract::State,
    http::{
        HeaderMap, StatusCode,
        header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE},
    },
    response::{IntoResponse, Response},
    routing::get,
};
use clap::Args;
use dealbell_centre::{Centre, METRICS_TYPE};
use std::{net::SocketAddr, sync::Arc};
use subtle::ConstantTimeEq as _;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

#[derive(Args)]
pub(crate) struct Metrics {
    /// An address of its own for /metrics, such as 127.0.0.1:7781; whoever reaches it reads the figures.
    #[arg(long, env = "DEALBELL_METRICS_LISTEN", value_name = "ADDRESS")]
    metrics_listen: Option<SocketAddr>,
    /// Who sends it as a bearer token reads /metrics at the usual address; without it there are no
    /// figures there.
    #[arg(
        long,
        env = "DEALBELL_METRICS_TOKEN",
        hide_env_values = true,
        value_name = "TOKEN",
        value_parser = long_enough
    )]
    metrics_token: Option<String>,
}

/// Secrets stay out of whatever prints the command line.
impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Metrics")
            .field("metrics_listen", &self.metrics_listen)
            .finish_non_exhaustive()
    }
}

fn long_enough(token: &str) -> Result<String, String> {
    let token = token.trim();
    if token.len() < 16 {
        return Err("a token that cannot be guessed has 16 characters or more".to_owned());
    }
    Ok(token.to_owned())
}

#[derive(Clone)]
struct Guarded {
    centre: Centre,
    token: Option<Arc<str>>,
}

impl Metrics {
    /// The route for the usual address.
    pub(crate) fn router(&self, centre: &Centre) -> Router {
        let state = Guarded {
            centre: centre.clone(),
            token: self.metrics_token.as_deref().map(Arc::from),
        };
        Router::new()
            .route("/metrics", get(guarded))
            .with_state(state)
    }

    /// Serves the address of its own, if there is one, until `stopped` has no sender left.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub(crate) async fn serve(
        &self,
        centre: &Centre,
        mut stopped: watch::Receiver<()>,
    ) -> Result<Option<JoinHandle<()>>> {
        let Some(address) = self.metrics_listen else {
            return Ok(None);
        };
        let listener = TcpListener::bind(address)
            .await
            .with_context(|| format!("cannot listen on {address} (--metrics-listen)"))?;
        eprintln!("metrics on http://{}/metrics", listener.local_addr()?);
        let router = Router::new()
            .route("/metrics", get(open))
            .with_state(centre.clone());
        Ok(Some(tokio::spawn(async move {
            let served = axum::serve(listener, router).with_graceful_shutdown(async move {
                // Nothing is ever sent: it fails when the sender is gone, which is the signal.
                let _ = stopped.changed().await;
            });
            if let Err(error) = served.await {
                tracing::error!(%error, "the address of the metrics is no longer served");
            }
        })))
    }
}

async fn open(State(centre): State<Centre>) -> Response {
    figures(&centre).await
}

async fn guarded(State(state): State<Guarded>, headers: HeaderMap) -> Response {
    let Some(wanted) = &state.token else {
        let words = "no figures here: give --metrics-listen, or DEALBELL_METRICS_TOKEN\n";
        return (StatusCode::NOT_FOUND, words).into_response();
    };
    let header = headers.get(AUTHORIZATION).and_then(|v| v.to_str().ok());
    let given = header.and_then(|text| text.strip_prefix("Bearer "));
    let right = given.is_some_and(|given| given.as_bytes().ct_eq(wanted.as_bytes()).into());
    if !right {
        let asks = [(WWW_AUTHENTICATE, "Bearer")];
        return (StatusCode::UNAUTHORIZED, asks).into_response();
    }
    figures(&state.centre).await
}

async fn figures(centre: &Centre) -> Response {
    match centre.metrics_text().await {
        Ok(text) => ([(CONTENT_TYPE, METRICS_TYPE)], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "the figures cannot be read");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}
