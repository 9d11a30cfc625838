//! The SQLite file: opening it, one writer, a few readers.

pub(crate) mod defaults;
pub(crate) mod lock;
pub(crate) mod log;
pub(crate) mod notifications;
pub(crate) mod providers;
pub(crate) mod seal;
pub(crate) mod settings;
pub(crate) mod slice;
pub(crate) mod traces;
pub(crate) mod upgrade;
pub(crate) mod words;
pub(crate) mod writer;

use crate::{CentreError, Options, delivery::Ground, hub::Hub, metrics::Metrics, sealing::Sealer};
use sqlx::{
    ConnectOptions as _, SqlitePool,
    migrate::Migrator,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use writer::Writer;

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// Readers at once; SQLite readers never wait for the writer (WAL).
const READERS: u32 = 4;

/// The open database.
pub(crate) struct Store {
    /// Reads.
    pub(crate) read: SqlitePool,
    /// Everything that changes something.
    pub(crate) writer: Writer,
    /// The key of what is sealed.
    pub(crate) sealer: Arc<Sealer>,
    /// The file.
    pub(crate) path: PathBuf,
    /// Keeps others from replacing it.
    _lock: lock::Lock,
}

/// What to do about sealed secrets when the file is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Secrets {
    /// Their key must be there.
    Checked,
    /// They are deleted.
    GivenUp,
}

impl Store {
    /// Opens or creates the file, brings its schema up to date and starts the writer, which tells
    /// `hub` what was committed.
    pub(crate) async fn open(
        options: &Options,
        secrets: Secrets,
        hub: Arc<Hub>,
        metrics: Arc<Metrics>,
    ) -> Result<Self, CentreError> {
        let path = path_of(&options.database)?;
        let sealer = Sealer::new(options.key_file.clone(), &path);
        keep_private(&path)?;
        let lock = lock::Lock::shared(&path)?;
        let clock = options.clock.clone();
        let ground = Ground::of(options);
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(10))
            .statement_cache_capacity(200)
            .disable_statement_logging();
        let unreadable = |error: sqlx::Error| CentreError::Unreadable {
            path: path.clone(),
            reason: error.to_string(),
        };
        let mut write = options.connect().await.map_err(unreadable)?;
        upgrade::upgrade(&mut write, &path).await?;
        if secrets == Secrets::GivenUp {
            seal::give_up(&mut write).await?;
        }
        seal::check(&mut write, &sealer).await?;
        seal::seal_plain(&mut write, &sealer).await?;
        words::fill(&mut write).await?;
        traces::wipe_left(&mut write).await?;
        // Neither timeout: an idle centre has no housekeeping to wake up for.
        let read = SqlitePoolOptions::new()
            .max_connections(READERS)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .connect_lazy_with(options.read_only(true).create_if_missing(false));
        Ok(Self {
            read,
            writer: Writer::start(write, hub, clock, ground, metrics),
            sealer: Arc::new(sealer),
            path,
            _lock: lock,
        })
    }
}

/// How many migrations this version knows.
pub(crate) fn migrations() -> usize {
    MIGRATIONS.iter().count()
}

/// A file beside the database, of its name with this ending.
pub(crate) fn beside(database: &Path, ending: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Whether the file has migrations that this version does not know.
pub(crate) async fn foreign_migrations(
    read: impl sqlx::SqliteExecutor<'_>,
) -> Result<bool, sqlx::Error> {
    let applied: Vec<i64> = sqlx::query_scalar("SELECT version FROM _sqlx_migrations")
        .fetch_all(read)
        .await?;
    Ok(!applied
        .iter()
        .all(|version| MIGRATIONS.version_exists(*version)))
}

/// The file that an option names.
pub(crate) fn path_of(database: &str) -> Result<PathBuf, CentreError> {
    let path = match database.split_once(':') {
        Some(("sqlite", path)) => path.strip_prefix("//").unwrap_or(path),
        Some((scheme, rest)) if rest.starts_with("//") => {
            return Err(CentreError::UnknownDatabase(scheme.to_owned()));
        }
        _ => database,
    };
    if path.is_empty() {
        return Err(CentreError::UnknownDatabase(database.to_owned()));
    }
    Ok(PathBuf::from(path))
}

/// Creates the file for its owner alone, since it holds what customers write; SQLite gives its side files the
/// same mode.
fn keep_private(path: &Path) -> Result<(), CentreError> {
    let refused = |error: std::io::Error| CentreError::Unreadable {
        path: path.to_owned(),
        reason: error.to_string(),
    };
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let file = options.open(path).map_err(refused)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::Permissions::from_mode(0o600);
        if let Err(error) = file.set_permissions(mode) {
            tracing::warn!(%error, "the database file may be readable by others");
        }
    }
    drop(file);
    Ok(())
}
