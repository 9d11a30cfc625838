//! What the window and the tray show: rows with local marks applied.

use super::{Store, StoreError, key, number, unreadable};
use dealbell_protocol::window::{ListPage, ListQuery};
use dealbell_protocol::{Notification, NotificationId};
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row};

/// The most rows of one answer.
const MAX_ROWS: u32 = 200;

impl Store {
    /// A slice of the list, newest first. An index alone skips to `offset`, so that a far one costs
    /// no reading of rows. `version` is the caller's.
    pub(crate) async fn list(
        &mut self,
        query: &ListQuery,
        offset: u32,
        limit: u32,
        version: u64,
    ) -> Result<ListPage, StoreError> {
        let which = if query.unread {
            "WHERE shown_read_at IS NULL"
        } else {
            ""
        };
        let total = format!("SELECT COUNT(*) FROM notifications {which}");
        let rows = format!(
            "SELECT shown_read_at, body FROM notifications WHERE rowid IN
                 (SELECT rowid FROM notifications {which}
                  ORDER BY created_seq DESC LIMIT ? OFFSET ?)
             ORDER BY created_seq DESC"
        );
        // Only the constants above are put together.
        let total = sqlx::query(AssertSqlSafe(total))
            .fetch_one(&mut self.connection)
            .await?;
        let rows = sqlx::query(AssertSqlSafe(rows))
            .bind(i64::from(limit.min(MAX_ROWS)))
            .bind(i64::from(offset))
            .fetch_all(&mut self.connection)
            .await?;
        Ok(ListPage {
            total: u32::try_from(number(total.try_get(0)?)).unwrap_or(u32::MAX),
            offset,
            items: rows.iter().map(notification).collect::<Result<_, _>>()?,
            cursor: self.kept_cursor().await?,
            snoozed: Vec::new(),
            version,
        })
    }

    /// One notification, with local marks applied.
    pub(crate) async fn notification(
        &mut self,
        id: NotificationId,
    ) -> Result<Option<Notification>, StoreError> {
        let row = sqlx::query("SELECT shown_read_at, body FROM notifications WHERE id = ?")
            .bind(key(id))
            .fetch_optional(&mut self.connection)
            .await?;
        row.as_ref().map(notification).transpose()
    }

    /// The newest unread ones, for the menu.
    pub(crate) async fn newest_unread(
        &mut self,
        limit: u32,
    ) -> Result<Vec<Notification>, StoreError> {
        let rows = sqlx::query(
            "SELECT shown_read_at, body FROM notifications WHERE shown_read_at IS NULL
             ORDER BY created_seq DESC LIMIT ?",
        )
        .bind(i64::from(limit))
        .fetch_all(&mut self.connection)
        .await?;
        rows.iter().map(notification).collect()
    }
}

fn notification(row: &SqliteRow) -> Result<Notification, StoreError> {
    let kept: Notification = serde_json::from_str(row.try_get(1)?).map_err(unreadable)?;
    Ok(Notification {
        read_at: row.try_get(0)?,
        ..kept
    })
}
