//! The user's marks on their way to the centre (STREAM 7).

use crate::Now;
use dealbell_protocol::stream::ClientFrame;
use dealbell_protocol::{Cursor, NotificationId};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

use super::backoff::LONGEST_MS;

/// The shortest wait before a mark that was refused for now is sent again, milliseconds.
const RETRY_MS: u64 = 1_000;
/// How long a mark waits for its answer, milliseconds. An answer that got lost is the one silence
/// that neither `prev` nor a ping betrays; without an end to it no later mark would ever be sent.
const ANSWER_MS: u64 = 30_000;

/// What the user did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Mark {
    /// Read these; at most [`dealbell_protocol::stream::MAX_MARK_IDS`].
    Read {
        /// Which.
        ids: Vec<NotificationId>,
    },
    /// Unread again.
    Unread {
        /// Which.
        ids: Vec<NotificationId>,
    },
    /// Everything up to a place the user saw (STREAM 6).
    ReadAll {
        /// The place.
        upto: Cursor,
    },
}

/// A mark in the outbox; its number, from 1, is the id of its request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxMark {
    /// Grows with every mark.
    pub id: u64,
    /// What the user did.
    pub mark: Mark,
}

impl OutboxMark {
    fn frame(&self) -> ClientFrame {
        let id = self.id;
        match self.mark.clone() {
            Mark::Read { ids } => ClientFrame::Read { id, ids },
            Mark::Unread { ids } => ClientFrame::Unread { id, ids },
            Mark::ReadAll { upto } => ClientFrame::ReadAll { id, upto },
        }
    }
}

/// Marks in order, one under way at a time: so a refusal for now cannot let a later mark overtake.
#[derive(Debug, Default)]
pub(super) struct Marks {
    queue: VecDeque<OutboxMark>,
    /// The last one that was answered: the store may not take the answer.
    answered: Option<OutboxMark>,
    /// Until when the first mark's answer has to be here; none where it was not sent.
    answer_due: Option<u64>,
    not_before: Option<u64>,
}

impl Marks {
    pub(super) fn new(outbox: Vec<OutboxMark>) -> Self {
        Self {
            queue: outbox.into(),
            ..Self::default()
        }
    }

    pub(super) fn push(&mut self, mark: OutboxMark) {
        self.queue.push_back(mark);
    }

    /// The frame to send now, on a link that is live.
    pub(super) fn next_frame(&mut self, now: Now) -> Option<ClientFrame> {
        let due = self.not_before.is_none_or(|at| at <= now.mono);
        let first = self
            .queue
            .front()
            .filter(|_| due && self.answer_due.is_none())?;
        self.answer_due = Some(now.mono + ANSWER_MS);
        self.not_before = None;
        Some(first.frame())
    }

    /// The first mark was answered for good; whether `id` is that mark.
    pub(super) fn answered(&mut self, id: u64) -> bool {
        let ours = self.queue.front().is_some_and(|mark| mark.id == id);
        if ours {
            self.answered = self.queue.pop_front();
            self.answer_due = None;
        }
        ours
    }

    /// The answer to the last mark was not kept: the mark is in the outbox still, and is sent again.
    pub(super) fn not_kept(&mut self) {
        if let Some(mark) = self.answered.take() {
            self.queue.push_front(mark);
        }
    }

    /// The first mark was refused for now.
    pub(super) fn refused_for_now(&mut self, id: u64, retry_ms: Option<u64>, now: Now) {
        if self.queue.front().is_some_and(|mark| mark.id == id) {
            self.answer_due = None;
            let wait = retry_ms.unwrap_or(0).clamp(RETRY_MS, LONGEST_MS);
            self.not_before = Some(now.mono.saturating_add(wait));
        }
    }

    /// The link is gone: what was under way is sent again on the next.
    pub(super) fn link_ended(&mut self) {
        self.answer_due = None;
        self.not_before = None;
    }

    /// Whether an answer is overdue: the link is to be made anew, and the mark sent again.
    pub(super) fn is_overdue(&self, now: Now) -> bool {
        self.answer_due.is_some_and(|due| due <= now.mono)
    }

    /// When there is something to send that had to wait, or an answer is overdue.
    pub(super) fn deadline(&self) -> Option<u64> {
        self.not_before.or(self.answer_due)
    }
}
