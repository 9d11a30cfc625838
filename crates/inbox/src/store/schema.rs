//! The tables.

use super::StoreError;
use sqlx::{Connection, Row, SqliteConnection};

/// Kept in `user_version`.
const VERSION: i64 = 1;

/// `read_at` is the centre's, `shown_read_at` the same with pending marks applied; `mark` is the
/// newest mark of the outbox that touches the row.
const TABLES: &str = "
CREATE TABLE state (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    owner TEXT NOT NULL,
    cursor TEXT,
    unread_count INTEGER NOT NULL DEFAULT 0,
    unread_at INTEGER NOT NULL DEFAULT 0,
    channels TEXT
);
CREATE TABLE notifications (
    id BLOB PRIMARY KEY,
    created_seq INTEGER NOT NULL,
    read_at INTEGER,
    shown_read_at INTEGER,
    mark INTEGER,
    body TEXT NOT NULL
);
CREATE INDEX notifications_newest ON notifications (created_seq);
CREATE INDEX notifications_unread ON notifications (created_seq) WHERE read_at IS NULL;
CREATE INDEX notifications_shown_unread ON notifications (created_seq, shown_read_at)
    WHERE shown_read_at IS NULL;
CREATE INDEX notifications_marked ON notifications (mark) WHERE mark IS NOT NULL;
CREATE TABLE staged (
    id BLOB PRIMARY KEY,
    created_seq INTEGER NOT NULL,
    read_at INTEGER,
    body TEXT NOT NULL
);
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    mark TEXT NOT NULL,
    done_seq INTEGER
);
CREATE TABLE attempts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    notification BLOB,
    via INTEGER,
    at INTEGER NOT NULL,
    outcome TEXT
);
CREATE INDEX attempts_of ON attempts (notification);
CREATE INDEX attempts_via ON attempts (via) WHERE via IS NOT NULL;
CREATE INDEX attempts_open ON attempts (id) WHERE outcome IS NULL;
PRAGMA user_version = 1;
";

/// Makes the tables where there are none; refuses those of a newer version.
pub(super) async fn prepare(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let row = sqlx::query("PRAGMA user_version")
        .fetch_one(&mut *connection)
        .await?;
    match row.try_get::<i64, _>(0)? {
        0 => {
            let mut tx = connection.begin().await?;
            sqlx::raw_sql(TABLES).execute(&mut *tx).await?;
            tx.commit().await?;
            Ok(())
        }
        VERSION => Ok(()),
        newer => Err(StoreError::Newer(newer)),
    }
}
