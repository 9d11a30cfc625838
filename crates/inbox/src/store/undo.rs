//! Marking everything read, and taking that back: what was unread is remembered for a while.
//!
//! What is read one by one afterwards, here or on another device, stays read: that was a deed of
//! its own. What is removed meanwhile is gone.

use super::{Store, StoreError, id_of, key, number, outbox, signed, snoozed};
use crate::session::{Mark, OutboxMark};
use dealbell_protocol::stream::MAX_MARK_IDS;
use dealbell_protocol::{Cursor, Millis, NotificationId};
use sqlx::{Row, SqliteConnection};

/// How long everything marked read can be taken back, milliseconds.
const UNDO_MS: Millis = 10 * 60 * 1_000;

impl Store {
    /// Puts a mark of everything up to `upto` into the outbox; with how many were unread.
    pub(crate) async fn mark_all(
        &mut self,
        upto: Cursor,
        now: Millis,
    ) -> Result<(OutboxMark, u32), StoreError> {
        let cursor = self.kept_cursor().await?;
        let mut tx = self.begin().await?;
        forget(&mut tx).await?;
        // Another epoch's place marks nothing (STREAM 6).
        let here = cursor.as_ref().is_some_and(|own| own.epoch == upto.epoch);
        let last = if here { signed(upto.seq) } else { i64::MIN };
        let done = sqlx::query(
            "INSERT INTO marked_all (id)
             SELECT id FROM notifications WHERE seq <= ? AND shown_read_at IS NULL",
        )
        .bind(last)
        .execute(&mut *tx)
        .await?;
        let mark = Mark::ReadAll { upto };
        let marked = outbox::put(&mut tx, mark, cursor.as_ref(), now).await?;
        snoozed::forget_read(&mut tx).await?;
        sqlx::query("INSERT INTO undo (only, number, at) VALUES (1, ?, ?)")
            .bind(signed(marked.id))
            .bind(now)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        let count = u32::try_from(done.rows_affected()).unwrap_or(u32::MAX);
        Ok((marked, count))
    }

    /// Puts marks into the outbox that make unread what `undo` had marked; none where it is too
    /// late, or not the last one.
    pub(crate) async fn undo_mark_all(
        &mut self,
        undo: u64,
        now: Millis,
    ) -> Result<Option<Vec<OutboxMark>>, StoreError> {
        let cursor = self.kept_cursor().await?;
        let mut tx = self.begin().await?;
        let row = sqlx::query("SELECT number, at FROM undo")
            .fetch_optional(&mut *tx)
            .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        let (last, at): (i64, Millis) = (row.try_get(0)?, row.try_get(1)?);
        if number(last) != undo || now.saturating_sub(at) > UNDO_MS {
            return Ok(None);
        }
        let rows = sqlx::query(
            "SELECT m.id FROM marked_all m JOIN notifications n ON n.id = m.id
             WHERE n.shown_read_at IS NOT NULL ORDER BY n.seq",
        )
        .fetch_all(&mut *tx)
        .await?;
        let ids: Vec<NotificationId> = rows
            .iter()
            .map(|row| id_of(row.try_get(0)?))
            .collect::<Result<_, _>>()?;
        let mut marks = Vec::new();
        for ids in ids.chunks(MAX_MARK_IDS) {
            let mark = Mark::Unread { ids: ids.to_vec() };
            marks.push(outbox::put(&mut tx, mark, cursor.as_ref(), now).await?);
        }
        forget(&mut tx).await?;
        tx.commit().await?;
        Ok(Some(marks))
    }
}

/// These were read by themselves: no undo touches them.
pub(super) async fn read_alone(
    connection: &mut SqliteConnection,
    ids: &[NotificationId],
) -> Result<(), StoreError> {
    for id in ids {
        sqlx::query("DELETE FROM marked_all WHERE id = ?")
            .bind(key(*id))
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

async fn forget(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    for statement in ["DELETE FROM undo", "DELETE FROM marked_all"] {
        sqlx::query(statement).execute(&mut *connection).await?;
    }
    Ok(())
}
