//! Channels and what a user wants on them (RULES, Channels).

use crate::{ProviderId, QuietHours};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A way a notification can reach a user (RULES C2, C3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// List and unread counter; cannot be switched off (RULES C2).
    Interface,
    /// Native toasts.
    Desktop,
    /// Letters.
    Email,
    /// Push to a phone.
    Mobile,
    /// Push to a browser.
    Browser,
}

/// The channels that can be switched, for one provider (RULES C3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ChannelSet {
    /// Native toasts.
    pub desktop: bool,
    /// Letters.
    pub email: bool,
    /// Push to a phone.
    pub mobile: bool,
    /// Push to a browser.
    pub browser: bool,
}

impl Default for ChannelSet {
    fn default() -> Self {
        Self {
            desktop: true,
            email: false,
            mobile: true,
            browser: false,
        }
    }
}

/// Somebody who sends notifications (RULES C1, C4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Provider {
    /// Its short name.
    pub id: ProviderId,
    /// What it calls itself; empty for the CRM's own, which every client names in its language.
    pub name: String,
}

/// A row of the settings: a provider and its channels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ProviderChannels {
    /// The provider.
    #[serde(flatten)]
    pub provider: Provider,
    /// What the user wants of it.
    pub channels: ChannelSet,
}

/// A user's channels, as the centre keeps them. `GET /v1/channels` answers this with its revision
/// as `ETag`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ChannelSettings {
    /// Grows with every save; sent back in `If-Match`.
    #[ts(type = "number")]
    pub revision: u64,
    /// The master switch: off silences every channel but Interface (RULES C5).
    pub receive: bool,
    /// Every available provider, those that have not sent anything yet included (RULES C4).
    pub providers: Vec<ProviderChannels>,
    /// The channels this centre is able to deliver on.
    pub deliverable: Vec<Channel>,
    /// When Desktop, Mobile and Browser are silent (RULES C11).
    #[serde(default)]
    pub quiet: QuietHours,
}

impl ChannelSettings {
    /// Whether a notification of `provider` may be a toast (RULES C3, C5). An unknown
    /// provider has the default channels.
    pub fn wants_desktop(&self, provider: &ProviderId) -> bool {
        self.receive
            && self
                .providers
                .iter()
                .find(|row| &row.provider.id == provider)
                .map_or_else(ChannelSet::default, |row| row.channels)
                .desktop
    }
}
