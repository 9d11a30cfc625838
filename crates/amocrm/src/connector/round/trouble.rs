//! What a trouble means: what is told of it, and how long nobody asks.

use super::Round;
use crate::client::{ClientError, jittered};
use crate::connector::{Connector, ConnectorStatus, Trouble};
use crate::rules::Access;
use dealbell_protocol::ingest::IngestError;
use std::time::Duration;

/// The longest pause between two tries on a CRM that does not answer.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// The pause after a block: asking on would prolong it.
const BLOCKED_PAUSE: Duration = Duration::from_secs(600);

impl Round<'_> {
    /// Says what is wrong, and how long to pause; none where going on is of no use.
    pub(super) fn report(&mut self, trouble: &Trouble) -> Option<Duration> {
        let crm = match trouble {
            Trouble::Crm(error) => error,
            Trouble::Centre(error) => {
                return Some(self.connector.centre_failed(error, &mut self.failures));
            }
            // It is opened as it is now.
            Trouble::AnotherAccount => return Some(Duration::ZERO),
        };
        let short = back_off(&mut self.failures);
        tracing::warn!(%trouble, failures = self.failures, "reading the CRM failed");
        if !matches!(crm, ClientError::TooMany { .. }) {
            self.limited_since = None;
        }
        let pause = match crm {
            ClientError::TokenRefused => {
                self.standing.access = Access::Refused;
                return None;
            }
            ClientError::GrantLost => {
                self.standing.access = Access::GrantLost;
                return None;
            }
            ClientError::Blocked | ClientError::Forbidden => {
                self.standing.blocked = Some(true);
                jittered(BLOCKED_PAUSE)
            }
            ClientError::TooMany { wait } => {
                let now = self.now();
                let since = *self.limited_since.get_or_insert(now);
                self.standing.limited = Some(now.saturating_sub(since));
                short.max(*wait)
            }
            ClientError::Unreachable(_) | ClientError::NotKept(_) => short,
            ClientError::NotACrm(_) | ClientError::Refused { .. } => jittered(LONGEST_PAUSE),
        };
        let retry_at = self.connector.settings.clock.after(pause);
        self.connector.status.send_replace(match crm {
            ClientError::Blocked | ClientError::Forbidden => ConnectorStatus::Blocked { retry_at },
            ClientError::NotACrm(_) => ConnectorStatus::NotACrm { retry_at },
            ClientError::Refused { status, .. } => ConnectorStatus::Declined {
                status: *status,
                retry_at,
            },
            ClientError::TokenRefused
            | ClientError::GrantLost
            | ClientError::NotKept(_)
            | ClientError::Unreachable(_)
            | ClientError::TooMany { .. } => ConnectorStatus::Unreachable { retry_at },
        });
        Some(pause)
    }
}

impl Connector {
    /// The centre took nothing: says so, and how long to pause.
    pub(super) fn centre_failed(&self, error: &IngestError, failures: &mut u32) -> Duration {
        let pause = back_off(failures);
        tracing::warn!(%error, failures, "the centre failed");
        let retry_at = self.settings.clock.after(pause);
        self.status
            .send_replace(ConnectorStatus::CentreFailed { retry_at });
        pause
    }

    pub(super) fn say_refused(&self, access: Access) {
        self.status.send_replace(match access {
            Access::GrantLost => ConnectorStatus::GrantLost,
            Access::Unknown | Access::Granted | Access::Refused => ConnectorStatus::TokenRefused,
        });
    }

    pub(super) async fn pause(&self, pause: Duration) {
        tokio::select! {
            () = self.settings.clock.sleep(pause) => {}
            () = self.hint.given.notified() => {}
        }
    }
}

/// Longer after each failure, never quite the same.
fn back_off(failures: &mut u32) -> Duration {
    *failures = failures.saturating_add(1);
    let doubled = Duration::from_secs(1) * 2_u32.saturating_pow((*failures).min(10));
    jittered(doubled.min(LONGEST_PAUSE))
}
