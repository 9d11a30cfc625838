//! One account while it is read: its connector with all that belongs to it.

use crate::{connect::AMOCRM, connectors::Common};
use dealbell_amocrm::{
    Connector, ConnectorStatus, Credentials, CrmAddress, Ended, Recipients, Settings,
};
use dealbell_centre::Connection;
use std::sync::Arc;
use tokio::sync::watch;

/// Reads the account until `stopped` has no sender left, or the CRM takes its secret no more.
pub(crate) async fn run(common: Common, connection: Connection, mut stopped: watch::Receiver<()>) {
    if connection.kind != AMOCRM {
        tracing::error!(kind = connection.kind, "no connector for this kind of CRM");
        return;
    }
    let address = match CrmAddress::parse(&connection.url) {
        Ok(address) => address,
        Err(error) => {
            tracing::error!(%error, "a kept account has no usable address");
            return;
        }
    };
    let account = address.host();
    let credentials = Credentials::from_text(&connection.secret);
    let settings = Settings {
        connected_by: connection.connected_by,
        hooks: common.public_url.as_ref().map(|url| url.base().clone()),
        ..Settings::new(address, credentials, Recipients::ByEmail)
    };
    let connector = Connector::new(Arc::new(common.centre.clone()), settings);
    let watching = tokio::spawn(tell(account.clone(), connector.status()));
    let ended = connector
        .run(async move {
            // Nothing is ever sent: it fails when the sender is gone, which is the signal.
            let _ = stopped.changed().await;
        })
        .await;
    // It ends by itself, with the connector.
    let _ = watching.await;
    match ended {
        Ended::Shutdown => tracing::info!(account, "no longer read"),
        Ended::TokenRefused => {
            tracing::error!(account, "the CRM refuses our access: connect it again");
            let (id, revision) = (&connection.id, connection.revision);
            if let Err(error) = common.centre.mark_refused(id, revision).await {
                tracing::error!(%error, account, "the refusal could not be stored");
            }
        }
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
            ConnectorStatus::GrantLost => Some("the integration has lost its access"),
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
