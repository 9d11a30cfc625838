//! Looking after our webhook, beside the readings.

use super::Round;
use crate::client::{Client, ClientError};
use crate::connector::hooks::{self, Found, HookStanding};
use crate::connector::link::Hook;
use crate::rules::Access;
use dealbell_protocol::ingest::IngestError;
use std::time::Duration;
use url::Url;

/// The webhook is looked after so often.
const EVERY: Duration = Duration::from_secs(3_600);
/// And so soon after the CRM did not answer, or where it is silent although something changed.
const SOON: Duration = Duration::from_secs(600);

impl Round<'_> {
    /// Something changed, but no webhook said so for a while.
    pub(super) fn suspect_hook(&mut self) {
        let (now, elapsed) = (self.connector.settings.clock.seconds(), self.now());
        let sink = &self.connector.sink;
        let silent = sink
            .delivered()
            .is_none_or(|at| now.saturating_sub(at) > 600);
        if sink.standing() == HookStanding::Live
            && silent
            && let Some(due) = &mut self.hook_due
        {
            let looked_after = due.saturating_sub(EVERY);
            *due = (*due).min(elapsed.max(looked_after + SOON));
        }
    }

    pub(super) fn tend_hook(&mut self, client: &Client) {
        let now = self.now();
        let (Some(ours), Some(hook)) = (self.hook_address(), self.link.hook()) else {
            return;
        };
        let due = self.hook_due.is_some_and(|due| due <= now);
        if due && self.standing.access == Access::Granted && self.hook_work.is_empty() {
            self.hook_due = Some(now + EVERY);
            let (client, before) = (client.clone(), hook.registered.clone());
            self.hook_work
                .spawn(async move { hooks::attend(&client, &ours, before.as_ref()).await });
        }
    }

    fn hook_address(&self) -> Option<Url> {
        let base = self.connector.settings.hooks.as_ref()?;
        Some(hooks::address(base, &self.link.hook()?.secret))
    }

    pub(super) async fn hook_found(
        &mut self,
        found: Result<Found, ClientError>,
    ) -> Result<(), IngestError> {
        let sink = &self.connector.sink;
        match found {
            Ok(found @ (Found::Good | Found::Repaired)) => {
                let registered = self.hook_address();
                let hook = self.link.hook().cloned();
                self.link
                    .keep_hook(hook.map(|hook| Hook { registered, ..hook }))
                    .await?;
                let off = found == Found::Repaired;
                if off {
                    tracing::warn!("the CRM had switched our webhook off; it is on again");
                }
                sink.set_standing(match off {
                    true => HookStanding::SwitchedOff,
                    false => HookStanding::Live,
                });
            }
            Ok(Found::Denied) => {
                if sink.standing() != HookStanding::Denied {
                    tracing::info!("no webhooks here; going on without");
                }
                sink.set_standing(HookStanding::Denied);
            }
            Err(error) => {
                tracing::warn!(%error, "the webhook could not be looked after");
                self.hook_due = Some(self.now() + SOON);
            }
        }
        Ok(())
    }
}
