//! Reading the whole state anew after `snapshot` or `reset` (STREAM 1).

use dealbell_protocol::stream::ServerFrame;
use dealbell_protocol::{Cursor, Unread};

/// The most entries kept while pages are fetched; beyond it the link is given up, so that a
/// snapshot slower than the stream cannot fill the memory.
const MAX_KEPT: usize = 8_192;

/// A snapshot under way.
#[derive(Debug)]
pub(super) struct CatchUp {
    as_of: Cursor,
    unread: Unread,
    started: bool,
    followers: Vec<ServerFrame>,
}

impl CatchUp {
    pub(super) fn new(as_of: Cursor, unread: Unread) -> Self {
        Self {
            as_of,
            unread,
            started: false,
            followers: Vec::new(),
        }
    }

    pub(super) fn as_of(&self) -> &Cursor {
        &self.as_of
    }

    /// Whether the page that has just come is the first.
    pub(super) fn take_first(&mut self) -> bool {
        !std::mem::replace(&mut self.started, true)
    }

    /// Keeps what is to be applied afterwards; whether there was room.
    pub(super) fn keep(&mut self, frame: ServerFrame) -> bool {
        let room = self.followers.len() < MAX_KEPT;
        if room {
            self.followers.push(frame);
        }
        room
    }

    /// The place, the unread value there, and what follows it.
    pub(super) fn finish(&mut self) -> (Cursor, Unread, Vec<ServerFrame>) {
        let followers = std::mem::take(&mut self.followers);
        (self.as_of.clone(), self.unread, followers)
    }
}
