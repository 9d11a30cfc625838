//! The CRM accounts of this centre: keeping them, and one connector for each.

use anyhow::{Context as _, Result, bail};
use dealbell_amocrm::{Connector, ConnectorStatus, CrmAddress, Ended, Recipients, Settings, Token};
use dealbell_centre::{About, Centre};
use std::sync::Arc;
use tokio::{sync::watch, task::JoinHandle};

const AMOCRM: &str = "amocrm";

/// Keeps an account and returns its host.
///
/// # Errors
/// When the address is no account's, or the token is empty.
pub(crate) async fn keep(centre: &Centre, url: &str, token: String) -> Result<String> {
    let address = CrmAddress::parse(url).with_context(|| format!("{url} is no CRM address"))?;
    if token.trim().is_empty() {
        bail!("the token is empty");
    }
    let about = About {
        kind: AMOCRM.to_owned(),
        url: address.url().to_string(),
        connected_by: None,
    };
    centre.keep_connection(about, token).await?;
    Ok(address.host())
}

/// Starts a connector for each account that is kept; they end when `stopped` has no sender left.
///
/// # Errors
/// When the accounts cannot be read.
pub(crate) async fn start(
    centre: &Centre,
    stopped: &watch::Receiver<()>,
) -> Result<Vec<JoinHandle<()>>> {
    let kept = centre.connections_kept().await?;
    let mut running = Vec::with_capacity(kept.len());
    for connection in kept {
        let address = match CrmAddress::parse(&connection.url) {
            Ok(address) if connection.kind == AMOCRM => address,
            Ok(_) => {
                tracing::error!(kind = connection.kind, "no connector for this kind of CRM");
                continue;
            }
            Err(error) => {
                tracing::error!(%error, "a kept account has no usable address");
                continue;
            }
        };
        running.push(tokio::spawn(read(
            centre.clone(),
            address,
            connection.secret,
            stopped.clone(),
        )));
    }
    Ok(running)
}

async fn read(
    centre: Centre,
    address: CrmAddress,
    token: String,
    mut stopped: watch::Receiver<()>,
) {
    let host = address.host();
    let settings = Settings::new(address, Token::new(token), Recipients::ByEmail);
    let connector = Connector::new(Arc::new(centre), settings);
    let watching = tokio::spawn(tell(host.clone(), connector.status()));
    let ended = connector
        .run(async move {
            // Nothing is ever sent: it fails when the sender is gone, which is the signal.
            let _ = stopped.changed().await;
        })
        .await;
    // It ends by itself, with the connector.
    let _ = watching.await;
    match ended {
        Ended::Shutdown => {}
        Ended::TokenRefused => tracing::error!(
            account = host,
            "the CRM refuses the token: connect the account again with a new one, then restart"
        ),
    }
}

/// Says in the log how a connector is doing, once a change.
async fn tell(account: String, mut status: watch::Receiver<ConnectorStatus>) {
    let mut said = None;
    loop {
        let now = match &*status.borrow_and_update() {
            ConnectorStatus::Starting | ConnectorStatus::Baseline { .. } => None,
            ConnectorStatus::Ok { .. } => Some("the account is read"),
            ConnectorStatus::Unreachable { .. } => Some("the CRM does not answer, trying again"),
            ConnectorStatus::TokenRefused => Some("the CRM refuses the token"),
            ConnectorStatus::Blocked { .. } => Some("the CRM has blocked us, waiting"),
            ConnectorStatus::NotACrm { .. } => Some("what answers is no CRM, trying again"),
            ConnectorStatus::Declined { .. } => Some("the CRM declines, trying again"),
            ConnectorStatus::CentreFailed { .. } => Some("the centre cannot store, trying again"),
        };
        if now.is_some() && now != said {
            tracing::info!(account, "{}", now.unwrap_or_default());
            said = now;
        }
        if status.changed().await.is_err() {
            return;
        }
    }
}
