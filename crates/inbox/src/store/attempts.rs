//! Attempts to show toasts, recorded before the system is asked (STREAM 4).

use super::{Store, StoreError, id_of, key, unreadable};
use crate::toast::{Attempt, AttemptId, Held, ToastFailure, ToastOutcome};
use dealbell_protocol::{Millis, Notification, NotificationId};
use sqlx::{Connection, Row, SqliteConnection};

/// How many settled attempts are kept for the diagnostics page.
const KEPT: i64 = 1_000;

impl Store {
    /// What the run before left open: the unread notifications among it, for one summary; the rest
    /// is closed. An attempt to renew a toast that was shown before is not worth naming.
    pub(crate) async fn unconfirmed(&mut self) -> Result<Vec<Held>, StoreError> {
        let mut tx = self.connection.begin().await?;
        let rows = sqlx::query(
            "SELECT MIN(a.id), b.body FROM attempts a
             JOIN notifications n ON n.id = a.notification
             JOIN bodies b ON b.seq = n.seq
             WHERE a.outcome IS NULL AND n.shown_read_at IS NULL
             AND NOT EXISTS (SELECT 1 FROM attempts s WHERE s.notification = a.notification
                             AND s.outcome IN (?1, ?2))
             GROUP BY a.notification",
        )
        .bind(written(ToastOutcome::Shown)?)
        .bind(written(ToastOutcome::Replaced)?)
        .fetch_all(&mut *tx)
        .await?;
        let mut held = Vec::new();
        for row in rows {
            let notification: Notification =
                serde_json::from_str(row.try_get(1)?).map_err(unreadable)?;
            held.push(Held {
                attempt: row.try_get(0)?,
                notification,
                summary_only: true,
            });
        }
        close(&mut tx, &held).await?;
        sqlx::query(
            "DELETE FROM attempts WHERE outcome IS NOT NULL
             AND id <= (SELECT MAX(id) FROM attempts) - ?",
        )
        .bind(KEPT)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(held)
    }

    /// One summary is going to speak for `attempts`.
    pub(crate) async fn summarise(
        &mut self,
        attempts: &[AttemptId],
        now: Millis,
    ) -> Result<AttemptId, StoreError> {
        let mut tx = self.connection.begin().await?;
        let summary = record(&mut tx, None, None, now).await?;
        for attempt in attempts {
            sqlx::query("UPDATE attempts SET via = ? WHERE id = ?")
                .bind(summary)
                .bind(attempt)
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(summary)
    }

    /// What became of an attempt, and of those a summary spoke for.
    pub(crate) async fn settle_attempt(
        &mut self,
        attempt: AttemptId,
        outcome: ToastOutcome,
    ) -> Result<(), StoreError> {
        let together = match outcome {
            ToastOutcome::Shown | ToastOutcome::Replaced | ToastOutcome::Coalesced => {
                ToastOutcome::Coalesced
            }
            ToastOutcome::Suppressed { .. } | ToastOutcome::Failed { .. } => outcome,
        };
        let mut tx = self.connection.begin().await?;
        sqlx::query("UPDATE attempts SET outcome = ? WHERE id = ?")
            .bind(written(outcome)?)
            .bind(attempt)
            .execute(&mut *tx)
            .await?;
        sqlx::query("UPDATE attempts SET outcome = ? WHERE via = ? AND outcome IS NULL")
            .bind(written(together)?)
            .bind(attempt)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// The newest attempts, for the diagnostics page.
    pub(crate) async fn attempts(&mut self, limit: u32) -> Result<Vec<Attempt>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, notification, at, outcome FROM attempts ORDER BY id DESC LIMIT ?",
        )
        .bind(i64::from(limit))
        .fetch_all(&mut self.connection)
        .await?;
        rows.iter()
            .map(|row| {
                let notification: Option<&[u8]> = row.try_get(1)?;
                let outcome: Option<&str> = row.try_get(3)?;
                Ok(Attempt {
                    id: row.try_get(0)?,
                    notification: notification.map(id_of).transpose()?,
                    at: row.try_get(2)?,
                    outcome: outcome
                        .map(serde_json::from_str)
                        .transpose()
                        .map_err(unreadable)?,
                })
            })
            .collect()
    }
}

pub(super) async fn record(
    connection: &mut SqliteConnection,
    notification: Option<NotificationId>,
    outcome: Option<ToastOutcome>,
    now: Millis,
) -> Result<AttemptId, StoreError> {
    let done = sqlx::query("INSERT INTO attempts (notification, at, outcome) VALUES (?, ?, ?)")
        .bind(notification.map(key))
        .bind(now)
        .bind(outcome.map(written).transpose()?)
        .execute(connection)
        .await?;
    Ok(done.last_insert_rowid())
}

/// Everything open but `held` ends as unconfirmed.
async fn close(connection: &mut SqliteConnection, held: &[Held]) -> Result<(), StoreError> {
    let unconfirmed = ToastOutcome::Failed {
        why: ToastFailure::Unconfirmed,
    };
    sqlx::query("UPDATE attempts SET outcome = ? WHERE outcome IS NULL")
        .bind(written(unconfirmed)?)
        .execute(&mut *connection)
        .await?;
    for held in held {
        sqlx::query("UPDATE attempts SET outcome = NULL, via = NULL WHERE id = ?")
            .bind(held.attempt)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

fn written(outcome: ToastOutcome) -> Result<String, StoreError> {
    serde_json::to_string(&outcome).map_err(unreadable)
}
