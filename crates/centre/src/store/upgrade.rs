//! The schema of a file, brought up to date, with a copy of what was there before.

use super::{MIGRATIONS, beside, foreign_migrations};
use crate::CentreError;
use sqlx::{SqliteConnection, migrate::MigrateError};
use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

/// Copies of earlier schemas that are kept; the oldest goes first.
const KEPT: usize = 2;
/// How long a copy is kept.
const LONGEST: Duration = Duration::from_secs(30 * 86_400);
/// What follows the database's name: `.before-12`, the schema that the copy led to.
const BEFORE: &str = ".before-";
/// The same of what a restore sets aside.
pub(crate) const ASIDE: &str = ".before-restore-";

/// Brings the schema of the file `path` up to date. A file with an earlier schema is copied first.
///
/// # Errors
/// When the file is no database, another program's, or of a newer version, and when the copy cannot
/// be written: then nothing has changed.
pub(crate) async fn upgrade(db: &mut SqliteConnection, path: &Path) -> Result<(), CentreError> {
    match standing(db)
        .await
        .map_err(|error| unreadable(path, &error))?
    {
        // The first schema has tokens in plain, which a copy would keep.
        Standing::Ours { schema } if schema > 1 && schema < newest() => {
            keep_copy(db, path).await?;
        }
        Standing::Ours { .. } => forget_copies(path),
        Standing::Newer => {
            let path = path.to_owned();
            return Err(CentreError::NewerSchema { path });
        }
        Standing::Foreign => {
            let path = path.to_owned();
            return Err(CentreError::Foreign { path });
        }
    }
    migrate(db, path).await
}

/// Brings the schema up to date and copies nothing: the file is a copy itself.
pub(crate) async fn migrate(db: &mut SqliteConnection, path: &Path) -> Result<(), CentreError> {
    let migrated = MIGRATIONS.run_direct(None, db, false).await;
    migrated.map_err(|error| match error {
        MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => {
            CentreError::NewerSchema {
                path: path.to_owned(),
            }
        }
        other => unreadable(path, &other),
    })
}

/// Whose file it is.
enum Standing {
    /// Ours, or empty: then its schema is 0.
    Ours {
        schema: i64,
    },
    Newer,
    Foreign,
}

async fn standing(db: &mut SqliteConnection) -> Result<Standing, sqlx::Error> {
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~'",
    )
    .fetch_all(&mut *db)
    .await?;
    if tables.is_empty() {
        return Ok(Standing::Ours { schema: 0 });
    }
    // Another program may keep its migrations in the same way.
    let ours = ["_sqlx_migrations", "users", "notifications", "log"];
    if !ours
        .iter()
        .all(|name| tables.iter().any(|table| table == name))
    {
        // What a crash in the middle of the very first start leaves has none of anybody's.
        let begun = tables == ["_sqlx_migrations"];
        return Ok(match begun {
            true => Standing::Ours { schema: 0 },
            false => Standing::Foreign,
        });
    }
    if foreign_migrations(&mut *db).await? {
        return Ok(Standing::Newer);
    }
    let schema: Option<i64> = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations")
        .fetch_one(&mut *db)
        .await?;
    let schema = schema.unwrap_or_default();
    Ok(Standing::Ours { schema })
}

fn newest() -> i64 {
    let versions = MIGRATIONS.iter().map(|migration| migration.version);
    versions.max().unwrap_or_default()
}

/// A consistent copy beside the file, for its owner alone, whole or not there.
async fn keep_copy(db: &mut SqliteConnection, path: &Path) -> Result<(), CentreError> {
    let copy = beside(path, &format!("{BEFORE}{}", newest()));
    let draft = beside(path, &format!(".copying-{}", std::process::id()));
    let written = async {
        // What an interrupted attempt of this number left.
        let _ = fs::remove_file(&draft);
        private(&draft)?;
        let name = draft
            .to_str()
            .ok_or("its name is no text that SQLite takes")?;
        sqlx::query("VACUUM INTO ?")
            .bind(name)
            .execute(&mut *db)
            .await?;
        fs::OpenOptions::new()
            .write(true)
            .open(&draft)?
            .sync_all()?;
        fs::rename(&draft, &copy)?;
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
    };
    if let Err(error) = written.await {
        let _ = fs::remove_file(&draft);
        return Err(CentreError::NoCopy {
            path: copy,
            reason: error.to_string(),
        });
    }
    tracing::info!(copy = %copy.display(), "the database is brought up to date; this is as it was");
    forget_copies(path);
    Ok(())
}

/// Removes what is beside the database and too old to go back to, or one of too many: whoever was
/// removed since is in it.
pub(crate) fn forget_copies(path: &Path) {
    forget(path, KEPT);
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return;
    };
    let aside = format!("{}{ASIDE}", name.to_string_lossy());
    let folder = match folder.as_os_str().is_empty() {
        true => Path::new("."),
        false => folder,
    };
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(&aside) && is_old(&entry.path()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Removes copies beyond the `most` newest, and those that are too old to go back to: whoever was
/// removed since is in them.
fn forget(path: &Path, most: usize) {
    for (nth, copy) in earlier(path).into_iter().rev().enumerate() {
        if nth >= most || is_old(&copy) {
            let _ = fs::remove_file(copy);
        }
    }
}

fn is_old(copy: &Path) -> bool {
    let made = copy.metadata().and_then(|about| about.modified()).ok();
    let age = made.and_then(|made| made.elapsed().ok());
    age.is_some_and(|age| age > LONGEST)
}

/// The copies beside the file, the oldest schema first.
fn earlier(path: &Path) -> Vec<PathBuf> {
    let versions = MIGRATIONS.iter().map(|migration| migration.version);
    let copies = versions.map(|version| beside(path, &format!("{BEFORE}{version}")));
    copies.filter(|copy| copy.exists()).collect()
}

fn private(path: &Path) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.create_new(true).write(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path).map(drop)
}

fn unreadable(path: &Path, error: &impl ToString) -> CentreError {
    CentreError::Unreadable {
        path: path.to_owned(),
        reason: error.to_string(),
    }
}
