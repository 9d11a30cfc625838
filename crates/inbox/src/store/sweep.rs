//! What was read and is old leaves this device; the centre keeps it.
//!
//! The ids of what has left stay in `swept`: an entry that makes one of them unread again says
//! nothing of its text, so the state has to be read anew then.

use super::{Store, StoreError, key};
use dealbell_protocol::{Millis, NotificationId};
use sqlx::{Row, SqliteConnection};

/// Old and read, for the centre as well as for the user, with no mark on its way.
const OLD: &str = "created_at < ? AND read_at IS NOT NULL AND shown_read_at IS NOT NULL
    AND mark IS NULL";

impl Store {
    /// Takes away what was created before `oldest` and is read; whether there was any.
    pub(crate) async fn sweep(&mut self, oldest: Millis) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        // Only the constant above is put in.
        let ask = |sql: &str| sqlx::AssertSqlSafe(sql.replace("{OLD}", OLD));
        let done = sqlx::query(ask(
            "INSERT OR IGNORE INTO swept (id) SELECT id FROM notifications WHERE {OLD}",
        ))
        .bind(oldest)
        .execute(&mut *tx)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        for statement in [
            "DELETE FROM words WHERE rowid IN (SELECT seq FROM notifications WHERE {OLD})",
            "DELETE FROM bodies WHERE seq IN (SELECT seq FROM notifications WHERE {OLD})",
            "DELETE FROM snoozed WHERE id IN (SELECT id FROM notifications WHERE {OLD})",
            "DELETE FROM marked_all WHERE id IN (SELECT id FROM notifications WHERE {OLD})",
            "DELETE FROM notifications WHERE {OLD}",
        ] {
            sqlx::query(ask(statement))
                .bind(oldest)
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    /// Whether anything has left.
    pub(crate) async fn has_swept(&mut self) -> Result<bool, StoreError> {
        let row = sqlx::query("SELECT EXISTS (SELECT 1 FROM swept)")
            .fetch_one(&mut self.connection)
            .await?;
        Ok(row.try_get(0)?)
    }

    /// The whole state is to be read anew: there is no place to go on from.
    pub(crate) async fn forget_cursor(&mut self) -> Result<(), StoreError> {
        forget_cursor(&mut self.connection).await
    }
}

/// Whether any of these has left.
pub(super) async fn is_swept(
    connection: &mut SqliteConnection,
    ids: &[NotificationId],
) -> Result<bool, StoreError> {
    for id in ids {
        let row = sqlx::query("SELECT 1 FROM swept WHERE id = ?")
            .bind(key(*id))
            .fetch_optional(&mut *connection)
            .await?;
        if row.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

pub(super) async fn forget_cursor(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    sqlx::query("UPDATE state SET cursor = NULL")
        .execute(connection)
        .await?;
    Ok(())
}
