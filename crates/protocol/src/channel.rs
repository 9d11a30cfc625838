//! Channels and what a user wants on them (RULES, Channels).

use crate::quiet::DAY_MINUTES;
use crate::{Kind, ProviderId, PushSettings, QuietHours};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

/// A way a notification can reach a user (RULES C2, C3).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS, ToSchema,
)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
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

impl ChannelSet {
    /// All of them.
    pub const ALL: Self = Self {
        desktop: true,
        email: true,
        mobile: true,
        browser: true,
    };

    /// Whether `channel` is on; Interface always is (RULES C2).
    pub fn has(self, channel: Channel) -> bool {
        match channel {
            Channel::Interface => true,
            Channel::Desktop => self.desktop,
            Channel::Email => self.email,
            Channel::Mobile => self.mobile,
            Channel::Browser => self.browser,
        }
    }
}

/// Somebody who sends notifications (RULES C1, C4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Provider {
    /// Its short name.
    pub id: ProviderId,
    /// What it calls itself; empty for the CRM's own, which every client names in its language.
    pub name: String,
    /// Names its picture, `GET /v1/providers/{id}/icon`, and changes with it; none where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub icon: Option<String>,
}

/// A row of the settings: a provider and its channels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct ProviderChannels {
    /// The provider.
    #[serde(flatten)]
    pub provider: Provider,
    /// What the user wants of it.
    pub channels: ChannelSet,
}

/// A user's channels, as the centre keeps them. `GET /v1/channels` answers this with its revision
/// as `ETag`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
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
    /// When letters are sent (RULES C7).
    #[serde(default)]
    pub email: EmailSettings,
    /// Whether browsers and phones ring beside a desktop.
    #[serde(default)]
    pub push: PushSettings,
    /// Which kinds do not go on every channel (RULES T9), as the administrator has it.
    #[serde(default)]
    pub kinds: Vec<KindChannels>,
}

/// When a user's letters are sent (RULES C7).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EmailSettings {
    /// One by one or all at once.
    pub mode: EmailMode,
    /// The minute of the day of the digest, 0…1439, wall time in `zone`.
    pub at: u16,
    /// IANA name of the user's time zone; empty is the centre's.
    pub zone: String,
}

impl EmailSettings {
    /// Whether they can be kept.
    ///
    /// # Errors
    /// The field that is wrong, `at` or `zone`, and why.
    pub fn check(&self) -> Result<(), (&'static str, &'static str)> {
        if self.at >= DAY_MINUTES {
            return Err(("at", "the hour is a minute of the day, 0 to 1439"));
        }
        if !self.zone.is_empty() && TimeZone::get(&self.zone).is_err() {
            return Err(("zone", "no time zone of this name is known"));
        }
        Ok(())
    }
}

impl Default for EmailSettings {
    fn default() -> Self {
        Self {
            mode: EmailMode::AtOnce,
            at: 9 * 60,
            zone: String::new(),
        }
    }
}

/// One letter a notification, or one a day (RULES C7).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum EmailMode {
    /// At the moment of the event.
    #[default]
    AtOnce,
    /// Once a day, what is still unread (RULES C8).
    Daily,
}

/// The channels that a kind of a provider's may go on at all; what a user wants is besides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KindChannels {
    /// Whose.
    pub provider: ProviderId,
    /// Which.
    pub kind: Kind,
    /// Where it may go.
    pub channels: ChannelSet,
}
