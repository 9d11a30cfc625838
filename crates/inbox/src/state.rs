//! What the desktop shows of the inbox, as one comparable value.

use crate::Rebuilt;
use dealbell_protocol::window::{Connection, Quiet};
use dealbell_protocol::{ChannelSettings, Notification};

/// Everything tray, window title and badge are drawn from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// The link to the centre.
    pub connection: Connection,
    /// The one unread value (RULES T10): the centre's, with pending marks applied (STREAM 5).
    pub unread: u64,
    /// The newest unread notifications, at most five, newest first.
    pub newest: Vec<Notification>,
    /// The channels; none before the first contact.
    pub channels: Option<ChannelSettings>,
    /// Why nothing rings now.
    pub quiet: Option<Quiet>,
    /// How many unread notifications the quiet has held back: one summary speaks for them afterwards
    /// (RULES C11).
    pub quiet_held: u64,
    /// Grows whenever a list may read differently.
    pub list_version: u64,
    /// The store was begun anew since the start, and why.
    pub rebuilt: Option<Rebuilt>,
    /// The last write failed.
    pub store_failed: bool,
}

impl Default for State {
    fn default() -> Self {
        Self {
            connection: Connection::Connecting,
            unread: 0,
            newest: Vec::new(),
            channels: None,
            quiet: None,
            quiet_held: 0,
            list_version: 0,
            rebuilt: None,
            store_failed: false,
        }
    }
}
