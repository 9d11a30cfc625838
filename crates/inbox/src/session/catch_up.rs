//! Reading the whole state anew after `snapshot` or `reset` (STREAM 1).

use dealbell_protocol::stream::ServerFrame;
use dealbell_protocol::{Cursor, Unread};

/// The most entries kept while pages are fetched; beyond it the link is given up, so that a
/// snapshot slower than the stream cannot fill the memory.
const MAX_KEPT: usize = 2_048;

/// The most rows that are taken over, the newest: more than anybody looks at, and no more than a disk
/// bears whatever the centre says.
const MAX_ROWS: usize = 500_000;

/// Pages that do not go on.
#[derive(Debug)]
pub(super) struct Endless;

/// A snapshot under way.
#[derive(Debug)]
pub(super) struct CatchUp {
    as_of: Cursor,
    unread: Unread,
    started: bool,
    rows: usize,
    /// Where the page that is awaited begins.
    before: Option<u64>,
    followers: Vec<ServerFrame>,
}

impl CatchUp {
    pub(super) fn new(as_of: Cursor, unread: Unread) -> Self {
        Self {
            as_of,
            unread,
            started: false,
            rows: 0,
            before: None,
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

    /// Where the next page begins, after one of so many rows; none where this was the last.
    ///
    /// # Errors
    /// Where pages do not go on to older rows: they would never end.
    pub(super) fn go_on(&mut self, rows: usize, next: Option<u64>) -> Result<Option<u64>, Endless> {
        self.rows = self.rows.saturating_add(rows.max(1));
        let Some(next) = next.filter(|_| self.rows < MAX_ROWS) else {
            return Ok(None);
        };
        if self.before.is_some_and(|before| next >= before) {
            return Err(Endless);
        }
        self.before = Some(next);
        Ok(self.before)
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
