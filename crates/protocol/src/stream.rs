//! The notification stream, version 1 (`docs/stream.md`).

use crate::secret::Secret;
use crate::{
    ChannelSettings, ConnectionId, Cursor, ErrorCode, Millis, Notification, NotificationId, Unread,
    rest::PopupIcon,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The WebSocket subprotocol.
pub const SUBPROTOCOL: &str = "dealbell.v1";
/// The largest frame in either direction, bytes.
pub const MAX_FRAME: usize = 64 * 1024;
/// How often the centre pings, milliseconds.
pub const PING_MS: u64 = 25_000;
/// How much later than `ping_ms` silence means a dead link, milliseconds.
pub const GRACE_MS: u64 = 8_000;
/// How long a client may take to send `start`, milliseconds.
pub const START_TIMEOUT_MS: u64 = 10_000;
/// The most ids in one `read` or `unread`, so that it fits a frame.
pub const MAX_MARK_IDS: usize = 1_000;

/// What the centre says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum ServerFrame {
    /// First frame: the terms.
    Hello {
        /// Names this connection in logs.
        connection: ConnectionId,
        /// A ping comes at least this often, milliseconds.
        #[ts(type = "number")]
        ping_ms: u64,
        /// Silence of `ping_ms + grace_ms` means a dead link.
        #[ts(type = "number")]
        grace_ms: u64,
        /// Largest frame, bytes.
        max_frame: usize,
    },
    /// The answer to `start`.
    Ready {
        /// Of the request.
        #[ts(type = "number")]
        id: u64,
        /// How the client gets to the present.
        mode: ResumeMode,
        /// The newest entry.
        cursor: Cursor,
        /// The unread value there.
        unread: Unread,
    },
    /// One entry of the log.
    Event(Event),
    /// The backlog is over, what follows is happening now.
    Live {
        /// The newest entry sent.
        #[ts(type = "number")]
        seq: u64,
    },
    /// A sign of life; carries the newest seq so that a silent loss shows.
    Ping {
        /// The newest entry of the log.
        #[ts(type = "number")]
        seq: u64,
    },
    /// Transient; shown or dropped, never kept (RULES C10).
    Popup {
        /// What to show.
        data: Popup,
    },
    /// A mark was committed.
    Ok {
        /// Of the request.
        #[ts(type = "number")]
        id: u64,
        /// The newest entry.
        cursor: Cursor,
        /// The unread value there.
        unread: Unread,
    },
    /// A request was refused.
    Error {
        /// Of the request; none where it could not be read.
        #[ts(type = "number | null")]
        id: Option<u64>,
        /// Why.
        code: ErrorCode,
        /// Whether the same may succeed later.
        temporary: bool,
        /// How long to wait before another try, milliseconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional, type = "number")]
        retry_ms: Option<u64>,
    },
    /// A planned restart: leave and come back at a random moment within the window (STREAM 12).
    Reconnect {
        /// From, to; milliseconds from now.
        #[ts(type = "[number, number]")]
        after_ms: [u64; 2],
    },
}

/// How a client gets from its cursor to the present (STREAM 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ResumeMode {
    /// Every entry after the cursor follows.
    Resumed,
    /// The client had no cursor: it pages the feed, then applies what follows.
    Snapshot,
    /// The cursor cannot be continued: as `Snapshot`, replacing what the client has.
    Reset,
}

/// One entry of a user's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Event {
    /// Its number, growing within the epoch.
    #[ts(type = "number")]
    pub seq: u64,
    /// The number of the entry before; another than the last applied means a gap (STREAM 2).
    #[ts(type = "number")]
    pub prev: u64,
    /// When it was committed.
    #[ts(type = "number")]
    pub at: Millis,
    /// What changed.
    #[serde(flatten)]
    pub change: Change,
    /// The unread value after it.
    pub unread: Unread,
}

/// A change of a user's state. Applied to the state before, it gives the state after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", content = "data", rename_all = "snake_case")]
pub enum Change {
    /// A new notification.
    Created(Box<Notification>),
    /// A notification says something new; the whole of it.
    Updated(Box<Notification>),
    /// These were read at the entry's `at`, those not yet read.
    Read {
        /// Which.
        ids: Vec<NotificationId>,
    },
    /// These are unread again.
    Unread {
        /// Which.
        ids: Vec<NotificationId>,
    },
    /// These are gone: withdrawn by their provider or expired.
    Removed {
        /// Which.
        ids: Vec<NotificationId>,
    },
    /// Everything created up to and including this entry was read (STREAM 6).
    ReadAll {
        /// The newest entry it covers.
        #[ts(type = "number")]
        upto: u64,
    },
    /// The user's channels were saved.
    Channels(Box<ChannelSettings>),
    /// The available providers changed; the user's channels with them (RULES C4).
    Providers(Box<ChannelSettings>),
}

/// A transient notice (RULES C10).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Popup {
    /// Who says it.
    pub provider: crate::ProviderId,
    /// Header, ≤ 200 characters.
    pub title: String,
    /// Text, ≤ 4,000 characters.
    pub text: String,
    /// Where a click leads, http(s).
    pub link: Option<String>,
    /// Which sign it carries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub icon: Option<PopupIcon>,
    /// When it happened.
    #[ts(type = "number")]
    pub at: Millis,
    /// The user asked for it, to see one: shown whatever he has switched off.
    #[serde(default)]
    pub test: bool,
}

/// What a client says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum ClientFrame {
    /// First frame: from where to go on.
    Start {
        /// Comes back in `ready`.
        #[ts(type = "number")]
        id: u64,
        /// The last entry committed locally; none for a client that has nothing.
        cursor: Option<Cursor>,
        /// Who asks.
        client: ClientInfo,
    },
    /// The answer to a ping.
    Pong,
    /// Everything up to `seq` is committed locally; cumulative.
    Ack {
        /// The newest entry committed.
        #[ts(type = "number")]
        seq: u64,
    },
    /// The user has read these.
    Read {
        /// Comes back in `ok` or `error`.
        #[ts(type = "number")]
        id: u64,
        /// At most [`MAX_MARK_IDS`].
        ids: Vec<NotificationId>,
    },
    /// The user wants these unread.
    Unread {
        /// Comes back in `ok` or `error`.
        #[ts(type = "number")]
        id: u64,
        /// At most [`MAX_MARK_IDS`].
        ids: Vec<NotificationId>,
    },
    /// The user has read everything up to a place he saw (STREAM 6).
    ReadAll {
        /// Comes back in `ok` or `error`.
        #[ts(type = "number")]
        id: u64,
        /// The newest entry he saw, with its epoch.
        upto: Cursor,
    },
    /// A fresh token for this connection.
    Token {
        /// The token.
        #[ts(type = "string")]
        token: Secret,
    },
}

/// What a client says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ClientInfo {
    /// Its version.
    pub version: String,
    /// `linux`, `windows`, `macos`, `web`.
    pub platform: String,
    /// What the device calls itself, such as its host name; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub device: String,
}

/// Why a connection was closed. The range is the verdict: below 4500 try again, from there on stop
/// and tell the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u16)]
pub enum CloseCode {
    /// The centre is going away.
    GoingAway = 1001,
    /// The centre met a fault.
    Internal = 4000,
    /// Refresh the token, then connect.
    TokenExpired = 4001,
    /// No answer to pings.
    NoPong = 4002,
    /// The queue of this connection was full.
    SlowReader = 4003,
    /// The client saw a gap.
    Gap = 4004,
    /// Too many frames.
    Rate = 4006,
    /// No `start` in time.
    StartTimeout = 4007,
    /// The token is not known.
    TokenInvalid = 4500,
    /// A frame broke the protocol.
    Protocol = 4501,
    /// The account is switched off.
    AccountOff = 4503,
    /// This device was revoked.
    DeviceRevoked = 4504,
    /// The user has too many devices.
    TooManyDevices = 4505,
    /// This client is too old.
    UpgradeRequired = 4506,
}

impl CloseCode {
    /// All codes.
    pub const ALL: [Self; 14] = [
        Self::GoingAway,
        Self::Internal,
        Self::TokenExpired,
        Self::NoPong,
        Self::SlowReader,
        Self::Gap,
        Self::Rate,
        Self::StartTimeout,
        Self::TokenInvalid,
        Self::Protocol,
        Self::AccountOff,
        Self::DeviceRevoked,
        Self::TooManyDevices,
        Self::UpgradeRequired,
    ];

    /// The number on the wire.
    pub fn number(self) -> u16 {
        self as u16
    }

    /// The code with this number; none for one that is not ours.
    pub fn from_number(number: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.number() == number)
    }

    /// Whether a close with this number, known or not, asks the client to stop and tell the user.
    pub fn is_final(number: u16) -> bool {
        (4500..5000).contains(&number)
    }
}
