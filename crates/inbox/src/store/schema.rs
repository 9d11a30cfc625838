//! The tables, and how those of an earlier version become them.

use super::{StoreError, unreadable};
use dealbell_protocol::Notification;
use dealbell_protocol::words::words_of;
use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection};

/// Kept in `user_version`.
const VERSION: i64 = 4;

/// The rows of the list: a narrow table, so that filters and counts read little, the texts, and the
/// words of the search. They are here twice, so that a new state can be put together beside the
/// present one and take its place at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// What the list shows.
    Shown,
    /// A new state on its way.
    Staged,
}

impl Place {
    /// The names of the narrow table, the texts and the words.
    pub(super) fn tables(self) -> [&'static str; 3] {
        match self {
            Self::Shown => ["notifications", "bodies", "words"],
            Self::Staged => ["staged", "staged_bodies", "staged_words"],
        }
    }

    /// `sql` with these names in the place of `{rows}`, `{bodies}` and `{words}`.
    pub(super) fn sql(self, sql: &str) -> AssertSqlSafe<String> {
        let [rows, bodies, words] = self.tables();
        let sql = sql.replace("{rows}", rows).replace("{bodies}", bodies);
        // Only the names above are put in.
        AssertSqlSafe(sql.replace("{words}", words))
    }
}

/// `seq` is the notification's `created_seq`, which orders every list. `read_at` is the centre's,
/// `shown_read_at` the same with pending marks applied; `mark` is the newest mark of the outbox
/// that touches the row.
///
/// The words are an index and nothing else: which words are in which row, made of text that
/// [`words_of`] has taken apart.
const ROWS: &str = "
CREATE TABLE {rows} (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    read_at INTEGER,
    shown_read_at INTEGER,
    mark INTEGER,
    created_at INTEGER NOT NULL,
    provider TEXT NOT NULL,
    link TEXT
);
CREATE TABLE {bodies} (
    seq INTEGER PRIMARY KEY,
    body TEXT NOT NULL
);
CREATE VIRTUAL TABLE {words} USING fts5 (
    text, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii', prefix = '1 2 3'
);
";

/// What is shown has these as well.
const INDEXES: &str = "
CREATE INDEX notifications_unread ON notifications (seq) WHERE read_at IS NULL;
CREATE INDEX notifications_shown_unread ON notifications (seq, shown_read_at)
    WHERE shown_read_at IS NULL;
CREATE INDEX notifications_provider ON notifications (provider, shown_read_at);
CREATE INDEX notifications_link ON notifications (link) WHERE link IS NOT NULL;
CREATE INDEX notifications_marked ON notifications (mark) WHERE mark IS NOT NULL;
";

/// `swept` are those that were read too long ago to stay here.
const TABLES: &str = "
CREATE TABLE swept (id BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE snoozed (id BLOB PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE history (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    event TEXT NOT NULL
);
CREATE TABLE undo (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    number INTEGER NOT NULL,
    at INTEGER NOT NULL
);
CREATE TABLE marked_all (id BLOB PRIMARY KEY) WITHOUT ROWID;
";

/// What version 1 had as well, unchanged.
const OLDER_TABLES: &str = "
CREATE TABLE state (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    owner TEXT NOT NULL,
    cursor TEXT,
    unread_count INTEGER NOT NULL DEFAULT 0,
    unread_at INTEGER NOT NULL DEFAULT 0,
    channels TEXT
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
";

/// What version 2 did not have: attempts that quiet holds back until a summary speaks for them
/// (`held`), and those that only renew a toast in its place.
const RINGING: &str = "
ALTER TABLE attempts ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attempts ADD COLUMN renewal INTEGER NOT NULL DEFAULT 0;
CREATE INDEX attempts_held ON attempts (id) WHERE held = 1;
";

/// How many rows are turned over at a time.
const AT_ONCE: i64 = 1_000;

/// Makes the tables where there are none, brings those of an earlier version up to this one, and
/// refuses those of a newer one.
pub(super) async fn prepare(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let row = sqlx::query("PRAGMA user_version")
        .fetch_one(&mut *connection)
        .await?;
    let found: i64 = row.try_get(0)?;
    if found == VERSION {
        return Ok(());
    }
    let mut tx = connection.begin().await?;
    match found {
        0 => {
            sqlx::raw_sql(OLDER_TABLES).execute(&mut *tx).await?;
            tables(&mut tx).await?;
        }
        1 => from_1(&mut tx).await?,
        // What was staged as one wide table is fetched again.
        2 | 3 => {
            sqlx::raw_sql("DROP TABLE staged").execute(&mut *tx).await?;
            make(&mut tx, Place::Staged).await?;
        }
        newer => return Err(StoreError::Newer(newer)),
    }
    if found < 3 {
        sqlx::raw_sql(RINGING).execute(&mut *tx).await?;
    }
    // Only our own number is put in.
    let version = AssertSqlSafe(format!("PRAGMA user_version = {VERSION}"));
    sqlx::raw_sql(version).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(())
}

async fn tables(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    sqlx::raw_sql(TABLES).execute(&mut *connection).await?;
    make(connection, Place::Shown).await?;
    make(connection, Place::Staged).await
}

async fn make(connection: &mut SqliteConnection, place: Place) -> Result<(), StoreError> {
    sqlx::raw_sql(place.sql(ROWS))
        .execute(&mut *connection)
        .await?;
    match place {
        Place::Shown => index(connection).await,
        Place::Staged => Ok(()),
    }
}

async fn index(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    sqlx::raw_sql(INDEXES).execute(connection).await?;
    Ok(())
}

/// What is staged takes the place of all that is shown. The tables change their names and no row is
/// moved, so that 100,000 of them do not keep the list waiting.
pub(super) async fn take_staged(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let tables = Place::Shown.tables().into_iter();
    for (shown, staged) in tables.zip(Place::Staged.tables()) {
        // Only our own names are put in.
        let sql = format!("DROP TABLE {shown}; ALTER TABLE {staged} RENAME TO {shown}");
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&mut *connection)
            .await?;
    }
    index(connection).await?;
    make(connection, Place::Staged).await
}

/// Version 1 had one wide table without words. What was staged is fetched again.
async fn from_1(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    for statement in [
        "DROP TABLE staged",
        "DROP INDEX notifications_newest",
        "DROP INDEX notifications_unread",
        "DROP INDEX notifications_shown_unread",
        "DROP INDEX notifications_marked",
        "ALTER TABLE notifications RENAME TO notifications_1",
    ] {
        sqlx::query(statement).execute(&mut *connection).await?;
    }
    tables(connection).await?;
    sqlx::query(
        "INSERT OR REPLACE INTO notifications
             (seq, id, read_at, shown_read_at, mark, created_at, provider, link)
         SELECT created_seq, id, read_at, shown_read_at, mark,
             json_extract(body, '$.created_at'), json_extract(body, '$.provider'),
             json_extract(body, '$.link')
         FROM notifications_1",
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "INSERT INTO bodies (seq, body)
         SELECT n.seq, o.body FROM notifications n JOIN notifications_1 o ON o.id = n.id",
    )
    .execute(&mut *connection)
    .await?;
    let mut after = i64::MIN;
    loop {
        let rows = sqlx::query("SELECT seq, body FROM bodies WHERE seq > ? ORDER BY seq LIMIT ?")
            .bind(after)
            .bind(AT_ONCE)
            .fetch_all(&mut *connection)
            .await?;
        for row in &rows {
            after = row.try_get(0)?;
            let notification: Notification =
                serde_json::from_str(row.try_get(1)?).map_err(unreadable)?;
            sqlx::query("INSERT INTO words (rowid, text) VALUES (?, ?)")
                .bind(after)
                .bind(words_of(&notification))
                .execute(&mut *connection)
                .await?;
        }
        if rows.is_empty() {
            break;
        }
    }
    sqlx::query("DROP TABLE notifications_1")
        .execute(connection)
        .await?;
    Ok(())
}
