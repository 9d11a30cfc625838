//! Copies of the database: taken while it is served, put back while it is not.

use crate::{
    CentreError, KeyError, Options,
    refusal::Refusal,
    sealing::Sealer,
    secret,
    store::{self, beside, lock::Lock, seal, upgrade::ASIDE},
    taken_back,
};
use dealbell_protocol::Millis;
use sqlx::{
    ConnectOptions as _, Connection as _, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

/// Why a copy was not made or not put back. What was there is as it was.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// There is no such database.
    #[error("there is no database {0}")]
    Missing(PathBuf),
    /// The copy would overwrite the database or what belongs to it.
    #[error("{0} belongs to the database itself: choose another file")]
    Itself(PathBuf),
    /// A server, or a command, has the database open.
    #[error("the database {0} is in use: stop the server first")]
    InUse(PathBuf),
    /// A copy is no database of a centre, or is broken.
    #[error("{path} is no usable copy: {reason}")]
    Damaged {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A copy was made by a newer version.
    #[error("{0} was made by a newer version of Dealbell: update this one first")]
    Newer(PathBuf),
    /// The system refuses.
    #[error("{path}: {reason}")]
    System {
        /// Which file.
        path: PathBuf,
        /// What it says.
        reason: String,
    },
    /// The database.
    #[error(transparent)]
    Centre(#[from] CentreError),
}

/// What came of putting a copy back.
#[derive(Debug)]
pub struct Restored {
    /// Where the database that was there is now.
    pub aside: Option<PathBuf>,
    /// Users, each of whom has a new history (STREAM 11).
    pub users: u64,
    /// Letters that were due in the meantime and are not sent again.
    pub letters: u64,
    /// What was revoked or removed since the copy was made is so still, and roles are as they were
    /// last: the database that was there could be read.
    pub rights_kept: bool,
    /// The copy has sealed secrets, and this is what is wrong with their key.
    pub key: Option<KeyError>,
}

/// Copies `database`, served or not, into the file `to`, which is whole or not there at all and
/// replaces an earlier one; its length in bytes. Sealed secrets stay sealed: their key is not in it.
///
/// # Errors
/// When there is no such database, or the copy cannot be written.
pub async fn backup(database: &str, to: &Path) -> Result<u64, CopyError> {
    let path = existing(store::path_of(database)?)?;
    not_of(&path, to)?;
    let draft = Draft::new(beside(to, ".new"))?;
    copied(&path, &draft.path).await?;
    let mut copy = open(&draft.path, true).await?;
    sound(&mut copy, &draft.path, "PRAGMA quick_check").await?;
    close(copy, &draft.path).await?;
    draft.becomes(to)?;
    let about = fs::metadata(to).map_err(|error| system(to, &error))?;
    Ok(about.len())
}

/// Puts the copy `from` in the place of the database, which is kept aside. Every user's history
/// begins anew, so that clients start over instead of believing numbers that are given out twice
/// (STREAM 1, 11); letters that were due since, invitations, links and sign-ins that were open are
/// dropped. Rights that were taken back since stay taken back, as far as the database that is there
/// tells.
///
/// # Errors
/// When somebody has the database open, the copy is damaged or of a newer version, or the disk
/// refuses.
pub async fn restore(from: &Path, options: &Options) -> Result<Restored, CopyError> {
    let path = store::path_of(&options.database)?;
    let from = existing(from.to_owned())?;
    not_of(&path, &from)?;
    let lock = Lock::alone(&path).map_err(|error| system(&path, &error))?;
    let Some(_alone) = lock else {
        return Err(CopyError::InUse(path));
    };
    let draft = Draft::new(beside(&path, ".restoring"))?;
    copied(&from, &draft.path).await?;
    let mut copy = open(&draft.path, false).await?;
    of_this_version(&mut copy, &from).await?;
    sound(&mut copy, &from, "PRAGMA integrity_check").await?;
    store::upgrade::migrate(&mut copy, &from).await?;
    let sealer = Sealer::new(options.key_file.clone(), &path);
    let key = match seal::check(&mut copy, &sealer).await {
        Ok(()) => None,
        Err(Refusal::Key(error)) => Some(error),
        Err(refusal) => return Err(CentreError::from(refusal).into()),
    };
    let now = options.clock.now();
    let (users, letters) = begin_anew(&mut copy, now)
        .await
        .map_err(CentreError::from)?;
    let rights_kept = path.exists() && keep_rights(&path, &mut copy).await;
    close(copy, &draft.path).await?;
    let aside = match path.exists() {
        true => Some(set_aside(&path, now).await?),
        false => None,
    };
    draft.becomes(&path)?;
    Ok(Restored {
        aside,
        users,
        letters,
        rights_kept,
        key,
    })
}

/// Whether what was taken back since stays so. What cannot be read is no reason not to restore.
async fn keep_rights(path: &Path, copy: &mut SqliteConnection) -> bool {
    let carried = async {
        let mut current = open(path, false).await.map_err(|error| error.to_string())?;
        let mut act = copy.begin().await.map_err(|error| error.to_string())?;
        taken_back::carry(&mut current, &mut act)
            .await
            .map_err(|error| error.to_string())?;
        act.commit().await.map_err(|error| error.to_string())?;
        close(current, path)
            .await
            .map_err(|error| error.to_string())
    };
    match carried.await {
        Ok(()) => true,
        Err(reason) => {
            tracing::warn!(reason, "what was revoked since the copy cannot be read");
            false
        }
    }
}

fn existing(path: PathBuf) -> Result<PathBuf, CopyError> {
    if path.is_file() {
        Ok(path)
    } else {
        Err(CopyError::Missing(path))
    }
}

fn not_of(database: &Path, copy: &Path) -> Result<(), CopyError> {
    let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let copy_is = real(copy);
    let own = ["", "-wal", "-shm", ".key", ".lock"];
    let taken = own.iter().any(|ending| {
        let own = beside(database, ending);
        real(&own) == copy_is || own == copy
    });
    if taken {
        return Err(CopyError::Itself(copy.to_owned()));
    }
    Ok(())
}

async fn open(path: &Path, read_only: bool) -> Result<SqliteConnection, CopyError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .read_only(read_only)
        .foreign_keys(true)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(10))
        .disable_statement_logging();
    options
        .connect()
        .await
        .map_err(|error| damaged(path, &error))
}

/// A consistent copy of what is committed now. The one writer goes on meanwhile.
async fn copied(from: &Path, to: &Path) -> Result<(), CopyError> {
    let Some(name) = to.to_str() else {
        let reason = "the name is no text that SQLite takes".to_owned();
        let path = to.to_owned();
        return Err(CopyError::System { path, reason });
    };
    let mut source = open(from, true).await?;
    sqlx::query("VACUUM INTO ?")
        .bind(name)
        .execute(&mut source)
        .await
        .map_err(|error| damaged(from, &error))?;
    close(source, from).await
}

async fn close(db: SqliteConnection, path: &Path) -> Result<(), CopyError> {
    db.close().await.map_err(|error| damaged(path, &error))
}

async fn sound(
    db: &mut SqliteConnection,
    path: &Path,
    question: &'static str,
) -> Result<(), CopyError> {
    let answer: String = sqlx::query_scalar(question)
        .fetch_one(db)
        .await
        .map_err(|error| damaged(path, &error))?;
    if answer != "ok" {
        return Err(damaged(path, &answer));
    }
    Ok(())
}

async fn of_this_version(db: &mut SqliteConnection, path: &Path) -> Result<(), CopyError> {
    match store::foreign_migrations(db).await {
        Ok(false) => Ok(()),
        Ok(true) => Err(CopyError::Newer(path.to_owned())),
        Err(_) => Err(damaged(path, &"it is not of a Dealbell centre")),
    }
}

/// A new history for every user, and nothing that was meant for the time in between.
async fn begin_anew(db: &mut SqliteConnection, now: Millis) -> Result<(u64, u64), sqlx::Error> {
    let mut act = db.begin_with("BEGIN IMMEDIATE").await?;
    let users: Vec<String> = sqlx::query_scalar("SELECT id FROM users")
        .fetch_all(&mut *act)
        .await?;
    for user in &users {
        sqlx::query("UPDATE users SET epoch = ? WHERE id = ?")
            .bind(secret::epoch())
            .bind(user)
            .execute(&mut *act)
            .await?;
    }
    // What was due has been sent since, or is too old to be.
    let letters = sqlx::query(
        "DELETE FROM letters WHERE state IN ('leased', 'sending')
         OR (state = 'waiting' AND due_at <= ?)",
    )
    .bind(now)
    .execute(&mut *act)
    .await?
    .rows_affected();
    for step in [
        "DELETE FROM digest_items WHERE letter IS NULL
         AND user IN (SELECT user FROM digests WHERE next_at <= ?)",
        "UPDATE digests SET next_at = NULL WHERE next_at <= ?",
        // Each is good once, and may have been used since.
        "UPDATE invitations SET expires_at = min(expires_at, ?) WHERE used_at IS NULL",
    ] {
        sqlx::query(step).bind(now).execute(&mut *act).await?;
    }
    // What is pushed late is told as news; and whoever was at it is not any more.
    for step in [
        "DELETE FROM push_items WHERE shown_at IS NULL",
        "UPDATE push_subscriptions SET lease = NULL, lease_until = NULL, tested_at = NULL",
    ] {
        sqlx::query(step).execute(&mut *act).await?;
    }
    for step in ["DELETE FROM sign_ins", "DELETE FROM sign_in_links"] {
        sqlx::query(step).execute(&mut *act).await?;
    }
    act.commit().await?;
    Ok((u64::try_from(users.len()).unwrap_or(u64::MAX), letters))
}

/// Keeps the database that is there under another name, whole, and leaves its own name taken until
/// the new one replaces it.
async fn set_aside(path: &Path, now: Millis) -> Result<PathBuf, CopyError> {
    if let Err(error) = fold(path).await {
        tracing::warn!(%error, "the database that was there is kept as it is, with its side files");
    }
    let at = jiff::Timestamp::from_millisecond(now).unwrap_or_default();
    let at = at.strftime("%Y%m%dT%H%M%SZ");
    let aside = beside(path, &format!("{ASIDE}{at}"));
    fs::hard_link(path, &aside)
        .or_else(|_| fs::copy(path, &aside).map(drop))
        .map_err(|error| system(&aside, &error))?;
    for ending in ["-wal", "-shm"] {
        let side = beside(path, ending);
        match fs::rename(&side, beside(&aside, ending)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(system(&side, &error));
            }
            _ => {}
        }
    }
    Ok(aside)
}

/// Writes what is in the side files into the database itself.
async fn fold(path: &Path) -> Result<(), sqlx::Error> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Delete);
    options.connect().await?.close().await
}

/// A file in the making, for its owner alone; gone unless it becomes something.
struct Draft {
    path: PathBuf,
}

impl Draft {
    fn new(path: PathBuf) -> Result<Self, CopyError> {
        // What an interrupted attempt left.
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(system(&path, &error));
            }
            _ => {}
        }
        let mut options = fs::OpenOptions::new();
        options.create_new(true).write(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        options.open(&path).map_err(|error| system(&path, &error))?;
        Ok(Self { path })
    }

    /// Takes the place of `to`, once it is on the disk.
    fn becomes(self, to: &Path) -> Result<(), CopyError> {
        let settled = || -> io::Result<()> {
            fs::OpenOptions::new()
                .write(true)
                .open(&self.path)?
                .sync_all()?;
            #[cfg(unix)]
            if let Ok(earlier) = fs::metadata(to) {
                use std::os::unix::fs::{MetadataExt as _, chown};
                // A restore as root must leave the server its file; elsewhere it is ours anyway.
                let _ = chown(&self.path, Some(earlier.uid()), Some(earlier.gid()));
            }
            fs::rename(&self.path, to)?;
            #[cfg(unix)]
            {
                let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty());
                fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
            }
            Ok(())
        };
        settled().map_err(|error| system(to, &error))
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // Gone already where it became something.
        let _ = fs::remove_file(&self.path);
    }
}

fn damaged(path: &Path, reason: &impl ToString) -> CopyError {
    CopyError::Damaged {
        path: path.to_owned(),
        reason: reason.to_string(),
    }
}

fn system(path: &Path, error: &io::Error) -> CopyError {
    CopyError::System {
        path: path.to_owned(),
        reason: error.to_string(),
    }
}
