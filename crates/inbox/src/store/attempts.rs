//! Attempts to show toasts, recorded before the system is asked (STREAM 4).

use super::{AT_ONCE, Record, Store, StoreError, id_of, key, unreadable};
use crate::toast::{Attempt, AttemptId, Held, Suppression, ToastFailure, ToastOutcome, Wait};
use dealbell_protocol::{Millis, Notification, NotificationId};
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection};

/// How many settled attempts are kept for the diagnostics page.
const KEPT: i64 = 1_000;
/// After how many attempts the oldest go.
const TRIM_EVERY: i64 = 100;

impl Store {
    /// What the run before left open, for one summary, and what its quiet held back; whatever is
    /// open besides is closed. An attempt to renew a toast is not worth naming.
    pub(crate) async fn unconfirmed(&mut self) -> Result<Vec<Held>, StoreError> {
        let mut tx = self.begin().await?;
        // Held back until a summary that nobody confirmed: held back still.
        sqlx::query(
            "UPDATE attempts SET held = 1, via = NULL WHERE outcome IS NOT NULL
             AND via IN (SELECT id FROM attempts WHERE outcome IS NULL)",
        )
        .execute(&mut *tx)
        .await?;
        sqlx::query(
            "UPDATE attempts SET held = 0 WHERE held = 1 AND NOT EXISTS
                 (SELECT 1 FROM notifications n
                  WHERE n.id = attempts.notification AND n.shown_read_at IS NULL)",
        )
        .execute(&mut *tx)
        .await?;
        let rows = sqlx::query(
            "SELECT MAX(a.id), b.body, a.held FROM attempts a
             JOIN notifications n ON n.id = a.notification
             JOIN bodies b ON b.seq = n.seq
             WHERE n.shown_read_at IS NULL AND (a.held = 1 OR a.outcome IS NULL AND a.renewal = 0
             AND NOT EXISTS (SELECT 1 FROM attempts s WHERE s.notification = a.notification
                             AND s.id > a.id AND s.outcome IN (?1, ?2)))
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
            let why = match row.try_get(2)? {
                true => Wait::Quiet,
                false => Wait::Unconfirmed,
            };
            held.push(Held {
                attempt: row.try_get(0)?,
                notification,
                why,
            });
        }
        close(&mut tx, &held).await?;
        trim(&mut tx).await?;
        tx.commit().await?;
        Ok(held)
    }

    /// One summary is going to speak for `attempts`, and for whatever quiet has held back.
    pub(crate) async fn summarise(
        &mut self,
        attempts: &[AttemptId],
        now: Millis,
    ) -> Result<AttemptId, StoreError> {
        let mut tx = self.begin().await?;
        let summary = record(&mut tx, None, Record::Open, now).await?;
        // After a first sign-in it may speak for thousands.
        for attempts in attempts.chunks(AT_ONCE) {
            let mut update = QueryBuilder::new("UPDATE attempts SET held = 0, via = ");
            update.push_bind(summary);
            among(&mut update, attempts);
            update.build().execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(summary)
    }

    /// Quiet began before these could be shown: they are held back.
    pub(crate) async fn hold_back(
        &mut self,
        attempts: &[AttemptId],
        by: Suppression,
    ) -> Result<(), StoreError> {
        let outcome = written(ToastOutcome::Suppressed { by })?;
        let mut tx = self.begin().await?;
        for attempts in attempts.chunks(AT_ONCE) {
            let mut update = QueryBuilder::new("UPDATE attempts SET held = 1, outcome = ");
            update.push_bind(outcome.as_str());
            among(&mut update, attempts);
            update.build().execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// The toast of this notification, or the summary, is going to say something new in its place.
    pub(crate) async fn record_renewal(
        &mut self,
        id: Option<NotificationId>,
        now: Millis,
    ) -> Result<AttemptId, StoreError> {
        let done = sqlx::query("INSERT INTO attempts (notification, at, renewal) VALUES (?, ?, 1)")
            .bind(id.map(key))
            .bind(now)
            .execute(&mut self.connection)
            .await?;
        Ok(done.last_insert_rowid())
    }

    /// What became of an attempt, and of those a summary spoke for.
    pub(crate) async fn settle_attempt(
        &mut self,
        attempt: AttemptId,
        outcome: ToastOutcome,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        conclude(&mut tx, attempt, outcome).await?;
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
    record: Record,
    now: Millis,
) -> Result<AttemptId, StoreError> {
    let done =
        sqlx::query("INSERT INTO attempts (notification, at, outcome, held) VALUES (?, ?, ?, ?)")
            .bind(notification.map(key))
            .bind(now)
            .bind(record.outcome().map(written).transpose()?)
            .bind(record.is_held())
            .execute(&mut *connection)
            .await?;
    let attempt = done.last_insert_rowid();
    if attempt % TRIM_EVERY == 0 {
        trim(connection).await?;
    }
    Ok(attempt)
}

/// As [`record`] for many of one moment, in their order.
pub(super) async fn record_all(
    connection: &mut SqliteConnection,
    fresh: &[(Notification, Record)],
    now: Millis,
) -> Result<Vec<AttemptId>, StoreError> {
    let mut attempts = Vec::with_capacity(fresh.len());
    for fresh in fresh.chunks(AT_ONCE) {
        let mut outcomes = Vec::with_capacity(fresh.len());
        for (_, record) in fresh {
            outcomes.push(record.outcome().map(written).transpose()?);
        }
        let mut insert =
            QueryBuilder::new("INSERT INTO attempts (notification, at, outcome, held) ");
        let rows = fresh.iter().zip(outcomes);
        insert.push_values(rows, |mut row, ((notification, record), outcome)| {
            row.push_bind(key(notification.id))
                .push_bind(now)
                .push_bind(outcome)
                .push_bind(record.is_held());
        });
        let done = insert.build().execute(&mut *connection).await?;
        // AUTOINCREMENT counts on by one, and nobody else writes meanwhile.
        let last = done.last_insert_rowid();
        attempts.extend((0..fresh.len() as i64).rev().map(|back| last - back));
    }
    trim(connection).await?;
    Ok(attempts)
}

async fn trim(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    sqlx::query(
        "DELETE FROM attempts WHERE outcome IS NOT NULL AND held = 0
         AND id <= (SELECT MAX(id) FROM attempts) - ?",
    )
    .bind(KEPT)
    .execute(connection)
    .await?;
    Ok(())
}

/// What became of `attempt`, and of those a summary spoke for.
pub(super) async fn conclude(
    connection: &mut SqliteConnection,
    attempt: AttemptId,
    outcome: ToastOutcome,
) -> Result<(), StoreError> {
    let together = match outcome {
        ToastOutcome::Shown | ToastOutcome::Replaced | ToastOutcome::Coalesced => {
            ToastOutcome::Coalesced
        }
        ToastOutcome::Suppressed { .. } | ToastOutcome::Failed { .. } => outcome,
    };
    sqlx::query("UPDATE attempts SET outcome = ?, held = 0 WHERE id = ?")
        .bind(written(outcome)?)
        .bind(attempt)
        .execute(&mut *connection)
        .await?;
    sqlx::query("UPDATE attempts SET outcome = ? WHERE via = ? AND outcome IS NULL")
        .bind(written(together)?)
        .bind(attempt)
        .execute(connection)
        .await?;
    Ok(())
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
    let held = held.iter().filter(|held| held.why == Wait::Unconfirmed);
    let open: Vec<AttemptId> = held.map(|held| held.attempt).collect();
    for open in open.chunks(AT_ONCE) {
        let mut update = QueryBuilder::new("UPDATE attempts SET outcome = NULL, via = NULL");
        among(&mut update, open);
        update.build().execute(&mut *connection).await?;
    }
    Ok(())
}

/// ` WHERE` the attempt is one of these.
fn among(update: &mut QueryBuilder<Sqlite>, attempts: &[AttemptId]) {
    let mut which = update.push(" WHERE id IN (").separated(", ");
    for attempt in attempts {
        which.push_bind(*attempt);
    }
    update.push(")");
}

fn written(outcome: ToastOutcome) -> Result<String, StoreError> {
    serde_json::to_string(&outcome).map_err(unreadable)
}
