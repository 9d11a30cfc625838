//! Mistakes that would be easy to make, built in at the seams between the real parts: the product
//! has no switch for them.

use clap::ValueEnum;
use dealbell_protocol::Cursor;
use dealbell_protocol::stream::{Change, ClientFrame, Event, ResumeMode, ServerFrame};

/// A mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, ValueEnum)]
pub enum Planted {
    /// The centre answers before it has committed: a crash loses what was acknowledged.
    AckBeforeCommit,
    /// A device keeps the cursor in one transaction and the notification in the next.
    CursorBeforeInsert,
    /// A device counts the unread ones by itself.
    LocalIncrement,
    /// What an older link says is taken for the new one's.
    ReusedGeneration,
    /// A toast is shown before it is recorded.
    ToastBeforeRecord,
    /// Marking all read covers whatever there is when the mark arrives.
    ReadAllWithoutCursor,
    /// What was created while the state was read is dropped.
    SnapshotDropsFollowers,
    /// A resume leaves out the first entry.
    ResumeOffByOne,
    /// Marks are forgotten with the process.
    OutboxForgotten,
    /// The hub leaves entries out for whoever is slow, and says nothing.
    HubSkips,
    /// A centre that lost commits goes on numbering as if nothing had been.
    EpochKept,
    /// A mark leaves the outbox when it is sent.
    MarkDoneWhenSent,
}

/// What a mistake in reading the stream has to remember, per link.
#[derive(Clone, Debug, Default)]
pub(crate) struct Distortion {
    /// The state is being read as of here.
    reading: Option<u64>,
    /// What was dropped: the entry after it follows on the one before.
    follows: Option<u64>,
    /// The counter the device keeps by itself.
    counted: Option<u64>,
    resumed: bool,
    heard: u64,
}

impl Planted {
    /// All of them.
    pub fn all() -> &'static [Self] {
        Self::value_variants()
    }

    /// What it is called, as the command line has it.
    pub fn name(self) -> String {
        self.to_possible_value()
            .map(|value| value.get_name().to_owned())
            .unwrap_or_default()
    }
}

impl Distortion {
    /// The pages have come.
    pub(crate) fn read(&mut self) {
        self.reading = None;
    }

    /// What the device makes of a frame; none where it never hears of it.
    pub(crate) fn hears(
        &mut self,
        planted: Planted,
        mut frame: ServerFrame,
    ) -> Option<ServerFrame> {
        match (planted, &mut frame) {
            (Planted::LocalIncrement, ServerFrame::Ready { unread, .. }) => {
                self.counted = Some(unread.count);
            }
            (Planted::LocalIncrement, ServerFrame::Event(event)) => {
                let count = self.count(event);
                event.unread.count = count;
            }
            (Planted::SnapshotDropsFollowers, ServerFrame::Ready { mode, cursor, .. }) => {
                let anew = *mode != ResumeMode::Resumed;
                self.reading = anew.then_some(cursor.seq);
                self.follows = None;
            }
            (Planted::SnapshotDropsFollowers, ServerFrame::Event(event)) => {
                if let Some(at) = self.reading {
                    self.follows = Some(at);
                    return None;
                }
                event.prev = self.follows.take().unwrap_or(event.prev);
            }
            (
                Planted::SnapshotDropsFollowers | Planted::HubSkips,
                ServerFrame::Ping { seq } | ServerFrame::Live { seq },
            ) => *seq = self.follows.unwrap_or(*seq),
            (Planted::ResumeOffByOne, ServerFrame::Ready { mode, .. }) => {
                self.resumed = *mode == ResumeMode::Resumed;
            }
            (Planted::ResumeOffByOne, ServerFrame::Event(event)) => {
                if std::mem::take(&mut self.resumed) {
                    self.follows = Some(event.prev);
                    return None;
                }
                event.prev = self.follows.take().unwrap_or(event.prev);
            }
            (Planted::ResumeOffByOne, ServerFrame::Live { seq }) => {
                self.resumed = false;
                *seq = self.follows.unwrap_or(*seq);
            }
            (Planted::HubSkips, ServerFrame::Event(event)) => {
                self.heard += 1;
                // Every ninth finds the queue full.
                if self.heard.is_multiple_of(9) {
                    self.follows = Some(self.follows.unwrap_or(event.prev));
                    return None;
                }
                event.prev = self.follows.take().unwrap_or(event.prev);
            }
            _ => {}
        }
        Some(frame)
    }

    fn count(&mut self, event: &Event) -> u64 {
        let before = self.counted.unwrap_or(event.unread.count);
        let counted = match &event.change {
            Change::Created(_) => before + 1,
            Change::Read { ids } => before.saturating_sub(ids.len() as u64),
            Change::Unread { ids } => before + ids.len() as u64,
            Change::Removed { ids } => before.saturating_sub(ids.len() as u64),
            Change::ReadAll { .. } => 0,
            Change::Updated(_) | Change::Channels(_) | Change::Providers(_) => before,
        };
        self.counted = Some(counted);
        counted
    }
}

/// What the centre makes of a frame when its log ends at `head`.
pub(crate) fn said(planted: Planted, mut frame: ClientFrame, head: &Cursor) -> ClientFrame {
    match (planted, &mut frame) {
        (Planted::ReadAllWithoutCursor, ClientFrame::ReadAll { upto, .. }) => {
            upto.seq = upto.seq.max(head.seq);
        }
        (
            Planted::EpochKept,
            ClientFrame::Start {
                cursor: Some(cursor),
                ..
            },
        ) if cursor.epoch == head.epoch => cursor.seq = cursor.seq.min(head.seq),
        _ => {}
    }
    frame
}
