//! The vault of an account read by OAuth: renewed tokens go where its secret is kept.

use crate::secret::Secret;
use async_trait::async_trait;
use dealbell_amocrm::{Credentials, CrmAddress, Vault, VaultError};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::mpsc;

/// Keeps renewed tokens in keyring or file, or in memory alone where the user wants them kept
/// nowhere: then he is asked to sign in again at the next start, as with any token.
pub(crate) struct AccountVault {
    secret: Arc<Secret>,
    address: Mutex<CrmAddress>,
    moved: mpsc::Sender<CrmAddress>,
}

impl AccountVault {
    /// The vault of the account at `address`. Where it moves to is said to `moved`, and not waited
    /// for: whoever asks at the old address after a crash is told again.
    pub(crate) fn new(
        secret: Arc<Secret>,
        address: CrmAddress,
        moved: mpsc::Sender<CrmAddress>,
    ) -> Self {
        Self {
            secret,
            address: Mutex::new(address),
            moved,
        }
    }

    /// Whether this address is another one than the last.
    fn is_new(&self, address: &CrmAddress) -> bool {
        let mut known = self.address.lock().unwrap_or_else(PoisonError::into_inner);
        let new = *known != *address;
        known.clone_from(address);
        new
    }
}

#[async_trait]
impl Vault for AccountVault {
    async fn save(
        &self,
        address: &CrmAddress,
        credentials: &Credentials,
    ) -> Result<(), VaultError> {
        let saved = self.secret.renew(credentials.to_text().into()).await;
        saved.map_err(|error| VaultError(error.to_string()))?;
        if self.is_new(address) {
            let _ = self.moved.try_send(address.clone());
        }
        Ok(())
    }
}
