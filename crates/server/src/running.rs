//! One account while it is read: its connector with all that belongs to it.

use crate::{connect::AMOCRM, connectors::Common};
use async_trait::async_trait;
use dealbell_amocrm::{
    Connector, ConnectorStatus, Credentials, CrmAddress, Ended, Recipients, Settings, Vault,
    VaultError,
};
use dealbell_centre::{Centre, Connection, ConnectionState, Metrics};
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::watch;

/// How long the CRM may take to forget our webhook.
const FAREWELL: Duration = Duration::from_secs(10);

/// Reads the account until `stopped` says so or has no sender left, or the CRM takes its secret no
/// more. What is sent is whether the account was forgotten: then our webhook goes, too.
pub(crate) async fn run(common: Common, connection: Connection, stopped: watch::Receiver<bool>) {
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
    if connection.state == ConnectionState::Tampered {
        tracing::error!(
            account,
            "its stored secret was changed outside Dealbell: connect it again"
        );
        return;
    }
    let column = Arc::new(Column::of(&common.centre, &connection, address));
    let connector = connector(&common, &connection, &column);
    let ended = {
        let _acts = common.centre.register_actor(connector.actor());
        let _hears = common.hooks.open(connector.hooks());
        let metrics = Arc::clone(common.centre.metrics());
        let watching = tokio::spawn(tell(account.clone(), connector.status(), metrics));
        let mut told = stopped.clone();
        let ended = connector.run(async move {
            // Sent or gone: both are the end.
            let _ = told.changed().await;
        });
        let ended = ended.await;
        // It ends by itself, with the connector.
        let _ = watching.await;
        ended
    };
    match ended {
        Ended::Shutdown => {
            tracing::info!(account, "no longer read");
            if *stopped.borrow() {
                leave(&common, &connection, &column, &account).await;
            }
        }
        Ended::TokenRefused => {
            tracing::error!(account, "the CRM refuses our access: connect it again");
            let (id, revision) = (&connection.id, connection.revision);
            if let Err(error) = common.centre.mark_refused(id, revision).await {
                tracing::error!(%error, account, "the refusal could not be stored");
            }
        }
    }
}

fn connector(common: &Common, connection: &Connection, column: &Arc<Column>) -> Connector {
    let (address, credentials) = column.latest().clone();
    let settings = Settings {
        connected_by: connection.connected_by,
        vault: Some(column.clone()),
        hooks: common.public_url.as_ref().map(|url| url.base().clone()),
        ..Settings::new(address, credentials, Recipients::ByEmail).brisk_at_hand()
    };
    Connector::new(Arc::new(common.centre.clone()), settings)
}

/// Takes our webhook out of an account that was forgotten.
async fn leave(common: &Common, connection: &Connection, column: &Arc<Column>, account: &str) {
    let connector = connector(common, connection, column);
    match tokio::time::timeout(FAREWELL, connector.disconnect()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(account, %error, "our webhook stays in the account"),
        Err(_) => tracing::warn!(account, "our webhook stays in the account: no answer"),
    }
}

/// The sealed column in which an account's credentials are kept.
struct Column {
    centre: Centre,
    id: String,
    revision: u64,
    latest: Mutex<(CrmAddress, Credentials)>,
}

impl Column {
    fn of(centre: &Centre, connection: &Connection, address: CrmAddress) -> Self {
        let credentials = Credentials::from_text(&connection.secret);
        Self {
            centre: centre.clone(),
            id: connection.id.clone(),
            revision: connection.revision,
            latest: Mutex::new((address, credentials)),
        }
    }

    /// No code panics while it holds this lock, so a poisoned one is as good as any.
    fn latest(&self) -> MutexGuard<'_, (CrmAddress, Credentials)> {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Vault for Column {
    async fn save(
        &self,
        address: &CrmAddress,
        credentials: &Credentials,
    ) -> Result<(), VaultError> {
        let (url, secret) = (address.url().as_str(), credentials.to_text());
        let saved = self
            .centre
            .save_connection_secret(&self.id, self.revision, url, &secret);
        saved.await.map_err(|error| VaultError(error.to_string()))?;
        *self.latest() = (address.clone(), credentials.clone());
        Ok(())
    }
}

/// Says in the log how a connector is doing, once a change.
async fn tell(
    account: String,
    mut status: watch::Receiver<ConnectorStatus>,
    metrics: Arc<Metrics>,
) {
    let mut said = None;
    loop {
        count(&metrics, &account, &status.borrow());
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
            metrics.forget_connector(&account);
            return;
        }
    }
}

fn count(metrics: &Metrics, account: &str, status: &ConnectorStatus) {
    let (state, read) = match status {
        ConnectorStatus::Starting => ("starting", None),
        ConnectorStatus::Baseline { .. } => ("baseline", None),
        ConnectorStatus::Ok {
            last_read, behind, ..
        } => ("ok", Some((*last_read, behind.unwrap_or_default()))),
        ConnectorStatus::Unreachable { .. } => ("unreachable", None),
        ConnectorStatus::TokenRefused => ("token_refused", None),
        ConnectorStatus::GrantLost => ("grant_lost", None),
        ConnectorStatus::Blocked { .. } => ("blocked", None),
        ConnectorStatus::NotACrm { .. } => ("not_a_crm", None),
        ConnectorStatus::Declined { .. } => ("declined", None),
        ConnectorStatus::CentreFailed { .. } => ("centre_failed", None),
    };
    metrics.connector(account, state, read);
}
