//! Webhooks: looking at them, and waiting until everything was told.

use super::Sandbox;
use crate::hooks::{Hook, HookDelivery};

impl Sandbox {
    /// The subscriptions, oldest first.
    #[must_use]
    pub fn hooks(&self) -> Vec<Hook> {
        self.office.list_hooks()
    }

    /// Every attempt to tell a hook so far.
    #[must_use]
    pub fn hook_log(&self) -> Vec<HookDelivery> {
        self.office.hook_log()
    }

    /// Waits until no delivery is on its way or due by the account's clock. What waits for a later
    /// attempt does not count.
    pub async fn hooks_settled(&self) {
        self.office.hooks_settled().await;
    }

    /// Whether the account's plan has webhooks; without them `webhooks` is answered with 403.
    pub fn hooks_allowed(&self, allowed: bool) {
        self.office.allow_hooks(allowed);
    }
}
