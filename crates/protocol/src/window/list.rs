//! The list: which rows are wanted, and the rows.

use crate::{Cursor, Millis, Notification, NotificationId, ProviderId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which notifications a list shows, newest first. All that is said must hold; the default is
/// everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct ListQuery {
    /// Only unread ones.
    pub unread: bool,
    /// Only of this provider.
    pub provider: Option<ProviderId>,
    /// Only those that lead to this card.
    pub link: Option<String>,
    /// Only those that have all these words, or words that begin so, in title, text, context or
    /// author, in either case; ё and е are one letter.
    pub search: String,
}

impl ListQuery {
    /// Unread ones.
    pub fn unread() -> Self {
        Self {
            unread: true,
            ..Self::default()
        }
    }
}

/// Rows of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ListPage {
    /// How many rows the whole view has.
    pub total: u32,
    /// The first row here.
    pub offset: u32,
    /// The rows, newest first, with local marks applied.
    pub items: Vec<Notification>,
    /// What the list is true at; none before the first contact with the centre.
    pub cursor: Option<Cursor>,
    /// Those of the rows that were put off on this device.
    pub snoozed: Vec<Snoozed>,
    /// The version of [`super::WindowEvent::ListChanged`] it is true at.
    #[ts(type = "number")]
    pub version: u64,
}

/// A notification that was put off on this device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Snoozed {
    /// Which.
    pub id: NotificationId,
    /// Until when.
    #[ts(type = "number")]
    pub until: Millis,
}
