//! Push to browsers and phones (RULES C9; RFC 8030, 8291, 8292): bodies of `/v1/push-subscriptions`,
//! and what a push says to the service worker or the phone that receives it.

use crate::{Kind, Millis, NotificationId, PushSubscriptionId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

/// Longest endpoint, characters.
pub const MAX_ENDPOINT: usize = 2_048;
/// Most subscriptions of one user; the one that is used least gives way.
pub const MAX_SUBSCRIPTIONS: usize = 20;
/// How long a push waits for a connected desktop to acknowledge, where the user wishes that only
/// one of his devices rings, milliseconds.
pub const HOLD_BACK_MS: Millis = 5_000;

/// The channel a subscription belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PushChannel {
    /// A browser on a computer.
    Browser,
    /// A phone: its browser, or an app by UnifiedPush.
    Mobile,
}

/// What the receiver decrypts by (RFC 8291 §2).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PushKeys {
    /// Its public key, P-256, uncompressed, base64url.
    #[schema(min_length = 87, max_length = 88)]
    pub p256dh: String,
    /// Its authentication secret, 16 bytes, base64url.
    #[schema(min_length = 22, max_length = 24)]
    pub auth: String,
}

impl std::fmt::Debug for PushKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PushKeys(…)")
    }
}

/// `POST /v1/push-subscriptions`: as the browser's `PushSubscription` tells it, and what for. The
/// same endpoint again renews its keys and belongs to the device that asks.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPushSubscription {
    /// Where the push service takes pushes for it, https; a secret.
    #[schema(min_length = 1, max_length = 2048, format = "uri")]
    pub endpoint: String,
    /// What it decrypts by.
    pub keys: PushKeys,
    /// Which channel it belongs to.
    pub channel: PushChannel,
    /// What the user knows it by; may be empty.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub name: String,
}

impl std::fmt::Debug for NewPushSubscription {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NewPushSubscription({:?})", self.channel)
    }
}

/// `PATCH /v1/push-subscriptions/{id}`. What is missing stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePushSubscription {
    /// Its own switch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    #[schema(nullable = false)]
    pub on: Option<bool>,
    /// What the user knows it by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    #[schema(nullable = false, max_length = 200)]
    pub name: Option<String>,
}

/// A browser or phone that is pushed to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct PushSubscriptionRow {
    /// Names it.
    pub id: PushSubscriptionId,
    /// Which channel it belongs to.
    pub channel: PushChannel,
    /// What the user knows it by; may be empty.
    pub name: String,
    /// The host of its push service.
    pub service: String,
    /// Its own switch.
    pub on: bool,
    /// Since when it is registered.
    #[ts(type = "number")]
    pub created_at: Millis,
    /// When its push service last took a push; none when never.
    #[ts(type = "number | null")]
    pub last_sent_at: Option<Millis>,
    /// Why the last push was not taken; none where it was.
    pub trouble: Option<PushTrouble>,
    /// It is the browser that asks.
    pub this: bool,
}

/// Why a push service did not take a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PushTrouble {
    /// It cannot be reached, or does not answer in time.
    Unreachable,
    /// It has trouble of its own (5xx) or wants fewer (429).
    Busy,
    /// It refuses what we say (other 4xx).
    Refused,
}

/// `GET /v1/push-subscriptions`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct PushDevices {
    /// The centre's public key (RFC 8292), base64url: what a browser subscribes with. None where
    /// this centre does not push.
    pub key: Option<String>,
    /// The oldest first.
    pub subscriptions: Vec<PushSubscriptionRow>,
}

/// What a user wishes of push; a part of his channels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PushSettings {
    /// Only one of his devices needs to ring: what a connected desktop acknowledges within
    /// [`HOLD_BACK_MS`] is not pushed. Off at first, since a desktop also acknowledges while its
    /// user is away.
    pub hold_back: bool,
}

/// What a push says, encrypted, JSON of at most 3,993 bytes (RFC 8291 §4); long texts are cut.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum PushMessage {
    /// Show this, in place of what was shown under the same tag.
    Show {
        /// Which notification.
        id: NotificationId,
        /// What is about one thing replaces itself: the subject, else the id.
        tag: String,
        /// Who and what.
        title: String,
        /// The rest.
        text: String,
        /// The card to open, http(s).
        link: Option<String>,
        /// What it is about.
        kind: Kind,
        /// When it happened.
        #[ts(type = "number")]
        at: Millis,
        /// The user's unread value.
        #[ts(type = "number")]
        unread: u64,
    },
    /// Take away what is shown under these tags: it was read elsewhere.
    Clear {
        /// The tags.
        tags: Vec<String>,
        /// The user's unread value.
        #[ts(type = "number")]
        unread: u64,
    },
    /// A test that the user asked for.
    Test {
        /// In his language.
        title: String,
        /// In his language.
        text: String,
    },
}
