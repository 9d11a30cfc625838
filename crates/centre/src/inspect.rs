//! A look at a database from outside, without opening a centre over it: nothing is created, migrated
//! or repaired.

use crate::{
    KeyError, Options,
    refusal::Refusal,
    sealing::Sealer,
    store::{self, seal},
};
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{path::PathBuf, time::Duration};

/// What there is.
#[derive(Debug)]
pub struct Inspection {
    /// The file.
    pub path: PathBuf,
    /// The key's file, there or not.
    pub key_path: PathBuf,
    /// What SQLite and the schema say; in words where something is wrong.
    pub database: Result<Schema, String>,
    /// What is wrong with the key of the sealed secrets.
    pub key: Option<KeyError>,
    /// Users who may administer.
    pub administrators: u64,
    /// Letters that are tried no more.
    pub dead_letters: u64,
}

/// How the schema of a file stands to this version's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schema {
    /// There is no file yet; the first start makes it.
    None,
    /// An older version's; the next start brings it up to date.
    Older,
    /// This version's.
    Current,
    /// A newer version's, which this one does not open.
    Newer,
}

/// Looks at the database of `options`.
pub async fn inspect(options: &Options) -> Inspection {
    let path = store::path_of(&options.database).unwrap_or_default();
    let sealer = Sealer::new(options.key_file.clone(), &path);
    let mut found = Inspection {
        key_path: sealer.path().to_owned(),
        path,
        database: Ok(Schema::None),
        key: None,
        administrators: 0,
        dead_letters: 0,
    };
    if found.path.exists() {
        found.database = match look(&mut found, &sealer).await {
            Ok(schema) => Ok(schema),
            Err(error) => Err(error.to_string()),
        };
    }
    found
}

async fn look(found: &mut Inspection, sealer: &Sealer) -> Result<Schema, sqlx::Error> {
    let options = SqliteConnectOptions::new()
        .filename(&found.path)
        .read_only(true)
        .busy_timeout(Duration::from_secs(5));
    let mut db = options.connect().await?;
    let sound: String = sqlx::query_scalar("PRAGMA quick_check")
        .fetch_one(&mut db)
        .await?;
    if sound != "ok" {
        return Err(sqlx::Error::Protocol(format!(
            "the file is damaged: {sound}"
        )));
    }
    let schema = schema(&mut db).await?;
    if schema == Schema::Current {
        if let Err(Refusal::Key(error)) = seal::check(&mut db, sealer).await {
            found.key = Some(error);
        }
        let count = async |db: &mut SqliteConnection, sql: &'static str| {
            let count: i64 = sqlx::query_scalar(sql).fetch_one(db).await?;
            Ok::<_, sqlx::Error>(u64::try_from(count).unwrap_or(0))
        };
        let sql = "SELECT count(*) FROM users WHERE role = 'administrator'";
        found.administrators = count(&mut db, sql).await?;
        let sql = "SELECT count(*) FROM letters WHERE state = 'dead'";
        found.dead_letters = count(&mut db, sql).await?;
    }
    db.close().await?;
    Ok(schema)
}

async fn schema(db: &mut SqliteConnection) -> Result<Schema, sqlx::Error> {
    if store::foreign_migrations(&mut *db).await? {
        return Ok(Schema::Newer);
    }
    let applied: i64 = sqlx::query_scalar("SELECT count(*) FROM _sqlx_migrations")
        .fetch_one(db)
        .await?;
    Ok(
        if store::migrations() > usize::try_from(applied).unwrap_or(0) {
            Schema::Older
        } else {
            Schema::Current
        },
    )
}
