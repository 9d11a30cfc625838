//! What an engine keeps beside the notifications, and for how long.

use super::{Effect, Engine};
use crate::Now;
use crate::session::Input;
use crate::store::StoreError;
use dealbell_protocol::window::LinkEvent;
use dealbell_protocol::{Cursor, Millis};

/// A day, milliseconds.
const DAY: Millis = 24 * 60 * 60 * 1_000;

/// Everything was marked read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarkedAll {
    /// How many were unread.
    pub count: u32,
    /// For [`crate::Inbox::undo_mark_all`].
    pub undo: u64,
}

impl Engine {
    /// Marks everything up to `upto` read, so that it can be taken back.
    ///
    /// # Errors
    /// When the store refuses: nothing is marked then.
    pub async fn mark_all(
        &mut self,
        upto: Cursor,
        now: Now,
    ) -> Result<(MarkedAll, Vec<Effect>), StoreError> {
        let (marked, count) = self.store()?.mark_all(upto, now.wall).await?;
        let undo = marked.id;
        let effects = self.marked(marked, now).await;
        Ok((MarkedAll { count, undo }, effects))
    }

    /// Takes a mark of everything back; none where it is too late.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn undo_mark_all(
        &mut self,
        undo: u64,
        now: Now,
    ) -> Result<Option<Vec<Effect>>, StoreError> {
        let Some(marks) = self.store()?.undo_mark_all(undo, now.wall).await? else {
            return Ok(None);
        };
        let mut effects = Vec::new();
        for mark in marks {
            effects.extend(self.marked(mark, now).await);
        }
        Ok(Some(effects))
    }

    /// How many days read notifications stay here from now on; 0 is for ever. Where they may stay
    /// longer than before, what had left comes back with a fresh reading of the state.
    pub(crate) async fn set_keep_days(
        &mut self,
        days: u32,
        now: Now,
    ) -> Result<Vec<Effect>, StoreError> {
        let before = std::mem::replace(&mut self.setup.keep_days, days);
        let longer = before != 0 && (days == 0 || days > before);
        if longer && self.store()?.has_swept().await? {
            self.store()?.forget_cursor().await?;
            return Ok(self.handle(Input::Incomplete, now).await);
        }
        self.swept = None;
        Ok(self.handle(Input::Tick, now).await)
    }

    /// Takes away what is old, once a day. A clock put back does not keep it from doing so.
    pub(super) async fn sweep_daily(&mut self, now: Now) {
        let due = self
            .swept
            .is_none_or(|at| (now.wall - at).unsigned_abs() >= DAY.unsigned_abs());
        if !due || self.store.is_none() {
            return;
        }
        self.swept = Some(now.wall);
        if let Err(error) = self.sweep(now).await {
            tracing::warn!(%error, "what is old could not be taken away");
        }
    }

    pub(super) async fn sweep(&mut self, now: Now) -> Result<(), StoreError> {
        if self.setup.keep_days == 0 {
            return Ok(());
        }
        let oldest = now.wall - Millis::from(self.setup.keep_days) * DAY;
        let swept = self.store()?.sweep(oldest).await?;
        self.stale |= swept;
        Ok(())
    }

    /// Keeps what happened to the link. That it cannot be kept harms nothing else.
    pub(super) async fn keep_link(&mut self, event: &LinkEvent, now: Now) {
        let Ok(store) = self.store() else {
            return;
        };
        if let Err(error) = store.keep_link(event, now.wall).await {
            tracing::warn!(%error, "the history of the link is not kept");
        }
    }
}
