//! What goes into a session and what comes out of it.

use super::marks::OutboxMark;
use dealbell_protocol::rest::FeedPage;
use dealbell_protocol::stream::{ClientFrame, CloseCode, Event, Popup, ServerFrame};
use dealbell_protocol::window::LinkEvent;
use dealbell_protocol::{ChannelSettings, Cursor, ErrorCode, Notification, Unread};

/// Numbers the links of a session: what an older one says is ignored (STREAM 8).
pub type Generation = u64;

/// What the store knew at the start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// The last entry committed.
    pub cursor: Option<Cursor>,
    /// Marks the centre has not confirmed, in order.
    pub outbox: Vec<OutboxMark>,
}

/// Something happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// Time has passed; due at [`super::Session::deadline`].
    Tick,
    /// The link stands.
    Opened {
        /// Of which link.
        generation: Generation,
    },
    /// The centre said something.
    Frame {
        /// On which link.
        generation: Generation,
        /// What.
        frame: Box<ServerFrame>,
    },
    /// Something came that is no frame, or one too large.
    Garbage {
        /// On which link.
        generation: Generation,
    },
    /// Something came that says nothing but that the other side lives.
    Heard {
        /// On which link.
        generation: Generation,
    },
    /// The link is gone.
    Closed {
        /// Which.
        generation: Generation,
        /// The close code, where one was given.
        code: Option<u16>,
    },
    /// The link could not be made.
    ConnectFailed {
        /// Which.
        generation: Generation,
        /// Why, where the centre itself said so. A portal or a proxy on the way has no say.
        code: Option<ErrorCode>,
        /// What `Retry-After` asked for, milliseconds.
        retry_ms: Option<u64>,
    },
    /// The channels came.
    Channels {
        /// Asked for on which link.
        generation: Generation,
        /// As the centre has them.
        channels: ChannelSettings,
    },
    /// A page of the feed came.
    Page {
        /// Asked for on which link.
        generation: Generation,
        /// The page.
        page: Box<FeedPage>,
    },
    /// Channels or page did not come.
    FetchFailed {
        /// Asked for on which link.
        generation: Generation,
        /// Why, where the centre itself said so.
        code: Option<ErrorCode>,
        /// What the answer asked for, milliseconds.
        retry_ms: Option<u64>,
    },
    /// A [`Write::Entry`] or [`Write::Replace`] is on the disk.
    Committed {
        /// The cursor that was written with it.
        cursor: Cursor,
    },
    /// A write failed: nothing after it may be applied.
    StoreFailed,
    /// What failed to be written is the answer to the last mark.
    AnswerNotKept,
    /// The store was begun anew: it has nothing.
    StoreRebuilt,
    /// Something is missing here that entries speak of: the state is to be read anew.
    Incomplete,
    /// The user marked something, and it is in the outbox.
    Marked(OutboxMark),
    /// The machine woke from sleep.
    Wake,
    /// The network changed or came back.
    NetworkChanged,
    /// The user does not want to wait.
    ReconnectNow,
}

/// Something is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Make a link.
    Connect {
        /// Its number.
        generation: Generation,
    },
    /// Say something.
    Send {
        /// On which link.
        generation: Generation,
        /// What.
        frame: ClientFrame,
    },
    /// Drop the link at once.
    Disconnect {
        /// Which.
        generation: Generation,
        /// Why, for the centre's logs.
        code: CloseCode,
    },
    /// `GET /v1/channels`.
    FetchChannels {
        /// For which link.
        generation: Generation,
    },
    /// `GET /v1/notifications`.
    FetchPage {
        /// For which link.
        generation: Generation,
        /// The place the state is read at.
        as_of: Cursor,
        /// Where the page before ended.
        before: Option<u64>,
    },
    /// Commit this before anything that follows it.
    Write(Write),
    /// A transient notice (RULES C10).
    Popup(Popup),
    /// The backlog is over: what follows is happening now.
    CaughtUp,
    /// Something happened to the link, for the diagnostics.
    Link(LinkEvent),
}

/// One transaction of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    /// A page of a new state, beside the present one.
    Stage {
        /// Forget what was staged before.
        first: bool,
        /// Its rows.
        items: Vec<Notification>,
    },
    /// What was staged becomes the state.
    Replace {
        /// The place it is true at.
        cursor: Cursor,
        /// The unread value there.
        unread: Unread,
    },
    /// An entry and the cursor at it (STREAM 3).
    Entry {
        /// The entry.
        event: Box<Event>,
        /// The cursor at it.
        cursor: Cursor,
        /// It belongs to a backlog.
        behind: bool,
    },
    /// The centre's unread value (STREAM 5).
    Unread {
        /// The value.
        unread: Unread,
    },
    /// The channels.
    Channels {
        /// As the centre has them.
        channels: ChannelSettings,
    },
    /// The centre has committed a mark.
    MarkDone {
        /// Its number.
        id: u64,
        /// The entry by which it is in the log.
        seq: u64,
        /// The unread value there.
        unread: Unread,
    },
    /// The centre refuses a mark for good.
    MarkRefused {
        /// Its number.
        id: u64,
    },
}
