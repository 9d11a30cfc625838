//! The local store: what this device knows, on the disk before anybody sees it.
//!
//! SQLite in WAL mode with `synchronous=FULL`: the promise that no toast comes twice and no mark is
//! lost (STREAM 4, 7) is to hold through a power cut too, and a manager's desktop commits rarely.

mod attempts;
mod entries;
mod history;
mod list;
mod outbox;
mod rows;
mod schema;
mod snoozed;
mod sweep;
mod undo;
mod words;

use crate::session::Kept;
use dealbell_protocol::{ChannelSettings, NotificationId, Unread};
pub(crate) use entries::Record;
use schema::Place;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Row, Sqlite, SqliteConnection, Transaction};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The most rows of one statement: SQLite takes 32,766 values at once.
const AT_ONCE: usize = 500;

/// The store could not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused.
    #[error("the local store refused: {0}")]
    Database(#[from] sqlx::Error),
    /// A row does not read as it was written.
    #[error("the local store holds something unreadable: {0}")]
    Unreadable(String),
    /// The file cannot be put aside.
    #[error("the local store cannot be moved: {0}")]
    File(#[from] std::io::Error),
    /// There is none: a damaged one could not be replaced.
    #[error("there is no local store")]
    Closed,
    /// It was written by a newer version.
    #[error("the local store is of a newer version ({0})")]
    Newer(i64),
}

impl StoreError {
    /// Whether the file itself is at fault, so that only a new one helps. A full disk or a lock is not.
    pub(crate) fn is_damage(&self) -> bool {
        match self {
            Self::Unreadable(_) | Self::Newer(_) => true,
            Self::File(_) | Self::Closed => false,
            Self::Database(sqlx::Error::Database(error)) => {
                // SQLITE_CORRUPT and SQLITE_NOTADB; extended codes carry them in the low byte.
                // SQLITE_ERROR is a missing table or column: our statements do not change.
                let code = error.code().and_then(|code| code.parse::<i32>().ok());
                matches!(code.map(|code| code & 0xff), Some(1 | 11 | 26))
            }
            Self::Database(error) => matches!(
                error,
                sqlx::Error::ColumnDecode { .. }
                    | sqlx::Error::Decode(_)
                    | sqlx::Error::RowNotFound
                    | sqlx::Error::ColumnNotFound(_)
            ),
        }
    }
}

/// Why the store had to be begun anew; everything but unconfirmed marks comes again from the centre.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebuilt {
    /// It was written by a newer version; else it was damaged.
    pub newer: bool,
    /// Where the old file is now.
    pub moved_to: PathBuf,
}

/// The open store of one account.
#[derive(Debug)]
pub(crate) struct Store {
    connection: SqliteConnection,
    path: PathBuf,
    /// Confirmed marks whose entries have not come yet.
    waiting_marks: bool,
}

impl Store {
    /// Opens or makes the store at `path`. One that belongs to another `owner` is emptied; one that
    /// cannot be read is moved aside.
    pub(crate) async fn open(
        path: &Path,
        owner: &str,
    ) -> Result<(Self, Option<Rebuilt>), StoreError> {
        match Self::open_as_is(path, owner).await {
            Ok(store) => Ok((store, None)),
            Err(error) if error.is_damage() => {
                let rebuilt = move_aside(path, &error)?;
                Ok((Self::open_as_is(path, owner).await?, Some(rebuilt)))
            }
            Err(error) => Err(error),
        }
    }

    /// Puts the file aside and begins anew, after `error` in the middle of work.
    pub(crate) async fn rebuild(
        self,
        owner: &str,
        error: &StoreError,
    ) -> Result<(Self, Rebuilt), StoreError> {
        let path = self.path.clone();
        // A damaged database may not close cleanly; its file goes either way.
        let _ = self.connection.close().await;
        let rebuilt = move_aside(&path, error)?;
        Ok((Self::open_as_is(&path, owner).await?, rebuilt))
    }

    /// Begins a transaction on a connection that is in none. A full disk undoes one by itself, but sqlx
    /// goes on counting it: all that came after would be part of it, shown to the user and never on
    /// the disk. Such a connection gives way to a new one.
    async fn begin(&mut self) -> Result<Transaction<'_, Sqlite>, StoreError> {
        if self.connection.is_in_transaction() {
            // An undoing may be on its way.
            self.connection.ping().await?;
        }
        if self.connection.is_in_transaction() {
            let next = connect(&self.path).await?;
            let lost = std::mem::replace(&mut self.connection, next);
            // What it has open goes with it, which is why it does.
            let _ = lost.close().await;
        }
        Ok(self.connection.begin().await?)
    }

    /// Lets a test break something.
    #[cfg(test)]
    pub(crate) async fn run_for_test(&mut self, sql: &'static str) {
        sqlx::query(sql)
            .execute(&mut self.connection)
            .await
            .unwrap();
    }

    async fn open_as_is(path: &Path, owner: &str) -> Result<Self, StoreError> {
        keep_private(path)?;
        let mut store = Self {
            connection: connect(path).await?,
            path: path.to_owned(),
            waiting_marks: true,
        };
        schema::prepare(&mut store.connection).await?;
        store.belong_to(owner).await?;
        Ok(store)
    }

    async fn belong_to(&mut self, owner: &str) -> Result<(), StoreError> {
        let row = sqlx::query("SELECT owner FROM state")
            .fetch_optional(&mut self.connection)
            .await?;
        match row.map(|row| row.try_get::<String, _>(0)).transpose()? {
            Some(known) if known == owner => Ok(()),
            _ => self.clear(owner).await,
        }
    }

    /// Forgets everything; the store belongs to `owner` now.
    pub(crate) async fn clear(&mut self, owner: &str) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        for place in [Place::Shown, Place::Staged] {
            rows::clear(&mut tx, place).await?;
        }
        for statement in [
            "DELETE FROM outbox",
            "DELETE FROM attempts",
            "DELETE FROM swept",
            "DELETE FROM snoozed",
            "DELETE FROM history",
            "DELETE FROM undo",
            "DELETE FROM marked_all",
            "DELETE FROM state",
        ] {
            sqlx::query(statement).execute(&mut *tx).await?;
        }
        sqlx::query("INSERT INTO state (only, owner) VALUES (1, ?)")
            .bind(owner)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// What a session goes on from.
    pub(crate) async fn kept(&mut self) -> Result<Kept, StoreError> {
        let row = sqlx::query("SELECT cursor FROM state")
            .fetch_one(&mut self.connection)
            .await?;
        let cursor: Option<String> = row.try_get(0)?;
        let cursor = cursor.map(|text| text.parse()).transpose();
        Ok(Kept {
            cursor: cursor.map_err(unreadable)?,
            outbox: self.outbox().await?,
        })
    }

    /// The centre's unread value, without pending marks.
    pub(crate) async fn unread(&mut self) -> Result<Unread, StoreError> {
        let row = sqlx::query("SELECT unread_count, unread_at FROM state")
            .fetch_one(&mut self.connection)
            .await?;
        Ok(Unread {
            count: number(row.try_get(0)?),
            at: number(row.try_get(1)?),
        })
    }

    /// Takes the centre's unread value, unless it is older than the one here (STREAM 5).
    pub(crate) async fn set_unread(&mut self, unread: Unread) -> Result<(), StoreError> {
        entries::set_unread(&mut self.connection, unread).await
    }

    /// The channels as the centre last told them.
    pub(crate) async fn channels(&mut self) -> Result<Option<ChannelSettings>, StoreError> {
        let row = sqlx::query("SELECT channels FROM state")
            .fetch_one(&mut self.connection)
            .await?;
        let text: Option<String> = row.try_get(0)?;
        text.map(|text| serde_json::from_str(&text))
            .transpose()
            .map_err(unreadable)
    }

    /// Keeps the channels.
    pub(crate) async fn set_channels(
        &mut self,
        channels: &ChannelSettings,
    ) -> Result<(), StoreError> {
        entries::set_channels(&mut self.connection, channels).await
    }
}

async fn connect(path: &Path) -> Result<SqliteConnection, StoreError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(5));
    Ok(options.connect().await?)
}

/// The file is its owner's alone, since it holds what customers write; SQLite gives its side files
/// the same mode.
fn keep_private(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let file = options.open(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // One of an earlier version was readable to everybody; a file system without modes has none.
        let _ = file.set_permissions(std::fs::Permissions::from_mode(0o600));
    }
    drop(file);
    Ok(())
}

fn move_aside(path: &Path, error: &StoreError) -> Result<Rebuilt, StoreError> {
    let aside = |number: u32| {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".damaged-{number}"));
        PathBuf::from(name)
    };
    // The last three are enough to look into; a fourth takes the place of the third.
    let moved_to = (1..=3)
        .map(aside)
        .find(|place| !place.exists())
        .unwrap_or_else(|| aside(3));
    std::fs::rename(path, &moved_to)?;
    for suffix in ["-wal", "-shm"] {
        let mut beside = path.as_os_str().to_owned();
        beside.push(suffix);
        // Part of the old file; absent after a clean close.
        let _ = std::fs::remove_file(beside);
    }
    Ok(Rebuilt {
        newer: matches!(error, StoreError::Newer(_)),
        moved_to,
    })
}

fn unreadable(error: impl std::fmt::Display) -> StoreError {
    StoreError::Unreadable(error.to_string())
}

fn key(id: NotificationId) -> Vec<u8> {
    id.0.to_bytes().to_vec()
}

fn id_of(key: &[u8]) -> Result<NotificationId, StoreError> {
    let bytes = key.try_into().map_err(unreadable)?;
    Ok(NotificationId(ulid::Ulid::from_bytes(bytes)))
}

/// SQLite's integers are signed; ours never come near the sign.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn number(signed: i64) -> u64 {
    u64::try_from(signed).unwrap_or(0)
}

#[cfg(test)]
mod tests;
