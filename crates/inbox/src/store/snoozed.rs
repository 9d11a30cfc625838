//! What the user has put off on this device, until it is read or its time has come.

use super::{Record, Store, StoreError, attempts, key, unreadable};
use crate::toast::{AttemptId, Suppression, ToastOutcome};
use dealbell_protocol::{Millis, Notification, NotificationId};
use sqlx::{Row, SqliteConnection};

impl Store {
    /// Puts `id` off until then, in place of an earlier time; none takes it back. False where there
    /// is no such unread notification. `waiting` is its attempt that is not shown any more.
    pub(crate) async fn snooze(
        &mut self,
        id: NotificationId,
        until: Option<Millis>,
        waiting: Option<AttemptId>,
    ) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let done = match until {
            None => sqlx::query("DELETE FROM snoozed WHERE id = ?").bind(key(id)),
            Some(until) => sqlx::query(
                "INSERT OR REPLACE INTO snoozed (id, until)
                 SELECT id, ?2 FROM notifications WHERE id = ?1 AND shown_read_at IS NULL",
            )
            .bind(key(id))
            .bind(until),
        };
        let done = done.execute(&mut *tx).await?.rows_affected() == 1;
        if let Some(attempt) = waiting.filter(|_| done) {
            let by = Suppression::Snoozed;
            attempts::conclude(&mut tx, attempt, ToastOutcome::Suppressed { by }).await?;
        }
        tx.commit().await?;
        Ok(done)
    }

    /// When the next snooze ends.
    pub(crate) async fn next_snooze(&mut self) -> Result<Option<Millis>, StoreError> {
        let row = sqlx::query("SELECT MIN(until) FROM snoozed")
            .fetch_one(&mut self.connection)
            .await?;
        Ok(row.try_get(0)?)
    }

    /// The unread notification whose snooze ended first, by `now`.
    pub(crate) async fn snoozed_until(
        &mut self,
        now: Millis,
    ) -> Result<Option<Notification>, StoreError> {
        let row = sqlx::query(
            "SELECT b.body FROM snoozed s JOIN notifications n ON n.id = s.id
             JOIN bodies b ON b.seq = n.seq
             WHERE s.until <= ? ORDER BY s.until, n.seq LIMIT 1",
        )
        .bind(now)
        .fetch_optional(&mut self.connection)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let kept: Notification = serde_json::from_str(row.try_get(0)?).map_err(unreadable)?;
        // Unread here, whatever the centre does not know yet.
        Ok(Some(Notification {
            read_at: None,
            ..kept
        }))
    }

    /// The snooze of `id` has ended: it goes, and in the same commit its toast is recorded.
    pub(crate) async fn end_snooze(
        &mut self,
        id: NotificationId,
        record: Record,
        now: Millis,
    ) -> Result<AttemptId, StoreError> {
        let mut tx = self.begin().await?;
        sqlx::query("DELETE FROM snoozed WHERE id = ?")
            .bind(key(id))
            .execute(&mut *tx)
            .await?;
        let attempt = attempts::record(&mut tx, Some(id), record, now).await?;
        tx.commit().await?;
        Ok(attempt)
    }
}

/// What is read or gone does not come back, even if it is unread again before its time.
pub(super) async fn forget_read(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    sqlx::query(
        "DELETE FROM snoozed WHERE NOT EXISTS
             (SELECT 1 FROM notifications n WHERE n.id = snoozed.id AND n.shown_read_at IS NULL)",
    )
    .execute(connection)
    .await?;
    Ok(())
}
