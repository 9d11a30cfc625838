//! Bodies of the HTTP API under `/v1`.

use crate::act::Deed;
use crate::{
    Channel, ChannelSet, Cursor, DeviceId, EmailSettings, KindChannels, Millis, Notification,
    NotificationId, ProviderId, PushSettings, QuietHours, Unread, UserId,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;
use utoipa::{IntoParams, ToSchema};

/// Longest title, characters (RULES C12).
pub const MAX_TITLE: usize = 200;
/// Longest text, characters (RULES C12).
pub const MAX_TEXT: usize = 4_000;
/// Longest link, characters (RULES C12).
pub const MAX_LINK: usize = 2_048;
/// Longest subject, context, dedup or idempotency key, characters.
pub const MAX_KEY: usize = 200;
/// Most recipients named one by one in a request.
pub const MAX_RECIPIENTS: usize = 1_000;
/// Most groups named in a request.
pub const MAX_GROUPS: usize = 100;
/// Most requests of one bulk request.
pub const MAX_BULK: usize = 100;
/// Most notifications that one request, bulk or not, makes of users and members of groups.
pub const MAX_TOLD: usize = 10_000;
/// Largest body of a bulk request, bytes.
pub const MAX_BULK_BODY: usize = 2 * 1024 * 1024;
/// Largest body of a request, bytes.
pub const MAX_BODY: usize = 256 * 1024;
/// Largest page of the feed.
pub const MAX_PAGE: u32 = 200;

/// `POST /v1/notifications`, with `Authorization: Bearer KEY` and optionally `Idempotency-Key`.
/// Unknown fields are refused, so that a misspelt one does not vanish.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewNotification {
    /// Email addresses of the recipients; an unknown one refuses the whole request.
    #[serde(default)]
    #[schema(max_items = 1000)]
    pub users: Vec<String>,
    /// Names of groups: each member is told, once; an unknown one refuses the whole request. Either
    /// `users` or `groups` has somebody in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 100)]
    pub groups: Vec<String>,
    /// Who and what.
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
    /// The rest; line breaks stay.
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub text: String,
    /// Where it belongs, as a label.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub context: Option<String>,
    /// Who it comes from, a person's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub author: Option<String>,
    /// The card to open, http(s).
    #[serde(default)]
    #[schema(max_length = 2048, format = "uri", pattern = "^https?://")]
    pub link: Option<String>,
    /// A [`crate::Kind`] by name; `message` where it is missing.
    #[serde(default)]
    #[schema(value_type = Option<crate::Kind>)]
    pub kind: Option<String>,
    /// A [`crate::Priority`] by name; `normal` where it is missing.
    #[serde(default)]
    #[schema(value_type = Option<crate::Priority>)]
    pub priority: Option<String>,
    /// What it is about; groups, and lets the provider withdraw.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200)]
    pub subject: Option<String>,
    /// An unread notification of the same key is updated, not doubled.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200)]
    pub dedup_key: Option<String>,
    /// When it happened, RFC 3339; now where it is missing.
    #[serde(default)]
    #[schema(format = DateTime)]
    pub at: Option<String>,
    /// A pop-up for whoever is connected, and nothing else (RULES C10).
    #[serde(default)]
    pub transient: bool,
    /// The sign on a pop-up, [`PopupIcon`] by name; for transient ones alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<PopupIcon>)]
    pub icon: Option<String>,
}

/// The answer to [`NewNotification`], 201 or, for a repeated request, the same again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Published {
    /// One id a recipient, in the request's order; empty for a transient one.
    pub ids: Vec<NotificationId>,
}

/// `POST /v1/notifications/bulk`: all of it or, with the first refusal, nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Bulk {
    /// The requests, done in this order.
    #[schema(min_items = 1, max_items = 100)]
    pub notifications: Vec<NewNotification>,
}

/// The answer to [`Bulk`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BulkPublished {
    /// One answer a request, in the request's order.
    pub results: Vec<Published>,
}

/// The answer to `DELETE /v1/notifications?subject=…`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Withdrawn {
    /// How many notifications were taken back.
    pub removed: u64,
}

/// The answer to [`Revision`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Updated {
    /// How many notifications say something else now, or said it already.
    pub updated: u64,
}

/// `PATCH /v1/notifications?subject=…`: new words for what the integration said of a subject. What
/// is missing stays; `null` takes `text`, `context`, `author` and `link` away. Nothing rings again,
/// and what was read stays read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Revision {
    /// Who and what.
    #[schema(nullable = false, min_length = 1, max_length = 200)]
    pub title: Option<String>,
    /// The rest.
    #[schema(max_length = 4000)]
    pub text: Option<String>,
    /// Where it belongs, as a label.
    #[schema(max_length = 200)]
    pub context: Option<String>,
    /// Who it comes from, a person's name.
    #[schema(max_length = 200)]
    pub author: Option<String>,
    /// The card to open, http(s).
    #[schema(max_length = 2048, format = "uri", pattern = "^https?://")]
    pub link: Option<String>,
    /// A [`crate::Kind`] by name.
    #[schema(nullable = false, value_type = Option<crate::Kind>)]
    pub kind: Option<String>,
    /// A [`crate::Priority`] by name.
    #[schema(nullable = false, value_type = Option<crate::Priority>)]
    pub priority: Option<String>,
    /// When it happened, RFC 3339.
    #[schema(nullable = false, format = DateTime)]
    pub at: Option<String>,
}

/// The sign on a transient pop-up (RULES C10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PopupIcon {
    /// Good to know.
    Info,
    /// Something went wrong.
    Error,
    /// Somebody is calling.
    Call,
}

impl PopupIcon {
    /// The sign of exactly this name; none for an unknown one.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "info" => Some(Self::Info),
            "error" => Some(Self::Error),
            "call" => Some(Self::Call),
            _ => None,
        }
    }
}

/// `GET /v1/notifications`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FeedQuery {
    /// Leaves out what was created after this place; now where it is missing. Another epoch's is
    /// refused with `not_found`: the client starts anew.
    pub as_of: Option<Cursor>,
    /// Goes on where a page ended: its `next`.
    pub before: Option<u64>,
    /// Page size, at most [`MAX_PAGE`].
    pub limit: Option<u32>,
    /// Only unread ones.
    pub unread: Option<bool>,
}

/// A page of the feed, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct FeedPage {
    /// The notifications.
    pub items: Vec<Notification>,
    /// For the next page's `before`; none on the last.
    #[ts(type = "number | null")]
    pub next: Option<u64>,
    /// The place the feed is read at: the same on all pages that carry it as `as_of`.
    pub as_of: Cursor,
    /// The unread value now.
    pub unread: Unread,
}

/// `GET /v1/list`: a slice of the list as it is now, for whoever keeps no copy of it. All that is
/// said must hold, as of [`crate::window::ListQuery`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct SliceQuery {
    /// Only unread ones.
    #[serde(default)]
    pub unread: bool,
    /// Only of this provider.
    #[param(value_type = Option<String>)]
    pub provider: Option<ProviderId>,
    /// Only those that lead to this card.
    pub link: Option<String>,
    /// Only those that have all these words, or words that begin so.
    #[serde(default)]
    pub search: String,
    /// The first row wanted, 0 for the newest.
    #[serde(default)]
    pub offset: u32,
    /// How many rows, at most [`MAX_PAGE`]; as many where it is missing.
    pub limit: Option<u32>,
}

/// Rows of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Slice {
    /// How many rows the whole view has.
    pub total: u32,
    /// The first row here.
    pub offset: u32,
    /// The rows, newest first.
    pub items: Vec<Notification>,
    /// What it is true at: up to where a mark-all may go.
    pub cursor: Cursor,
    /// The unread value at `cursor`.
    pub unread: Unread,
}

/// `PUT /v1/channels`, with `If-Match: "<revision>"`. A stale revision is refused with 412 and
/// `revision_conflict`. `interface` is no field: it cannot be off (RULES C2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaveChannels {
    /// The master switch (RULES C5).
    pub receive: bool,
    /// By provider; one that is missing stays as it was.
    #[ts(type = "Record<string, ChannelSet>")]
    pub providers: BTreeMap<String, ChannelSet>,
    /// Quiet hours (RULES C11); missing, they stay as they were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet: Option<QuietHours>,
    /// When letters are sent (RULES C7); missing, it stays as it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<EmailSettings>,
    /// What browsers and phones do beside a desktop; missing, it stays as it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub push: Option<PushSettings>,
}

/// `GET /v1/calendar`: where the user's open tasks can be subscribed to (RULES T11). `POST` answers
/// the same with a new address; the old one ends.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS, utoipa::ToSchema)]
pub struct CalendarLink {
    /// The address, a secret: whoever has it reads the tasks. None where this centre has no public
    /// address, so no calendar could reach it.
    pub url: Option<String>,
}

impl std::fmt::Debug for CalendarLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CalendarLink({})", self.url.is_some())
    }
}

/// What an administrator has decided for everybody: `GET` and `PUT /v1/defaults`, which puts the
/// whole of it in place of what was. Nothing that a user has chosen changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Defaults {
    /// By provider: the channels of whoever has not chosen. One that is missing has the usual ones.
    #[serde(default)]
    pub providers: BTreeMap<String, ChannelSet>,
    /// Where a kind may go at all, chosen or not (RULES T9). One that is missing may go everywhere.
    #[serde(default)]
    pub kinds: Vec<KindChannels>,
}

/// A device of the user's own: `GET /v1/devices` answers a list of them, `DELETE /v1/devices/{id}`
/// revokes one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct DeviceRow {
    /// Names it.
    pub id: DeviceId,
    /// What it calls itself; may be empty.
    pub name: String,
    /// The system it runs: `linux`, `windows`, `macos`, `web`; empty before it came the first time.
    pub platform: String,
    /// Since when it is signed in.
    #[ts(type = "number")]
    pub created_at: Millis,
    /// When it was last connected; none when never.
    #[ts(type = "number | null")]
    pub last_used_at: Option<Millis>,
    /// It is connected now.
    pub connected: bool,
    /// It is the one that asks.
    pub this: bool,
}

/// The parameter of `GET /v1/devices` and `DELETE /v1/devices/{id}`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceQuery {
    /// Whose; one's own where it is missing. Somebody else's are for administrators.
    pub user: Option<UserId>,
}

/// `POST /v1/act`: a user acts on a thing itself, told of it or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActOn {
    /// What: `task:123`, or with its account [`OpenTask::subject`].
    pub subject: String,
    /// Does what.
    pub deed: Deed,
}

/// `POST /v1/test`: sends a test of one channel to the user who asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TestChannel {
    /// Which channel; one that this centre cannot deliver on is refused with `unavailable`.
    pub channel: Channel,
}

/// `GET /v1/tasks`: the user's open tasks up to the end of his day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Tasks {
    /// Soonest deadline first; at most 500.
    pub tasks: Vec<OpenTask>,
}

/// An open task of the CRM.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct OpenTask {
    /// What [`ActOn`] takes: `task:123@amocrm:31415926`, the part behind the `@` naming the account
    /// that numbers it.
    pub subject: String,
    /// What is to be done.
    pub title: String,
    /// Where it belongs, as a label for the link.
    pub context: Option<String>,
    /// The card to open, http(s).
    pub link: Option<String>,
    /// The deadline.
    #[ts(type = "number")]
    pub due_at: Millis,
    /// Due on a day, not at an hour (RULES T5).
    pub all_day: bool,
    /// Who set it, where it was somebody else.
    pub author: Option<String>,
}

/// `GET /v1/me`: who the token belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Me {
    /// Email address.
    pub email: String,
    /// Name; may be empty.
    pub name: String,
    /// What the centre is able to deliver.
    pub deliverable: Vec<Channel>,
    /// The centre's clock.
    #[ts(type = "number")]
    pub now: Millis,
}
