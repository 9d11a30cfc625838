//! The key and the file it belongs to: checked when the file is opened, before anything is sealed.

use crate::{
    connections::{self, About},
    refusal::Refusal,
    sealing::Sealer,
};
use sqlx::{Connection as _, Row as _, SqliteConnection};

const PROBE: [&str; 1] = ["probe"];
/// Remembers that traces of plain tokens are still in the file.
const TO_BE_WIPED: &str = "ALTER TABLE connections_plain RENAME TO connections_wiped";

/// Sees to it that the key is there and the one this file was sealed with. A file without secrets
/// needs none.
pub(crate) async fn check(db: &mut SqliteConnection, sealer: &Sealer) -> Result<(), Refusal> {
    let Some(probe) = probe(db).await? else {
        return Ok(());
    };
    sealer.load()?;
    sealer.open(&PROBE, &probe).map_err(|_| sealer.wrong())?;
    Ok(())
}

/// The same before something is sealed: the first time, the key is made. The caller is in a
/// transaction, so that no other process makes another one.
pub(crate) async fn ready(db: &mut SqliteConnection, sealer: &Sealer) -> Result<(), Refusal> {
    if probe(db).await?.is_some() {
        return check(db, sealer).await;
    }
    sealer.load_or_make()?;
    sqlx::query("INSERT INTO sealing (one, probe) VALUES (1, ?)")
        .bind(sealer.seal(&PROBE, "dealbell")?)
        .execute(db)
        .await?;
    Ok(())
}

async fn probe(db: &mut SqliteConnection) -> Result<Option<Vec<u8>>, sqlx::Error> {
    sqlx::query_scalar("SELECT probe FROM sealing")
        .fetch_optional(db)
        .await
}

/// Gives up everything that is sealed, and the key with it; what an earlier version kept in plain
/// text, too, whose traces [`seal_plain`] then wipes.
pub(super) async fn give_up(db: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let mut act = db.begin_with("BEGIN IMMEDIATE").await?;
    for table in [
        "connections",
        "sign_ins",
        "calendars",
        "push_key",
        "push_subscriptions",
        "sealing",
    ] {
        sqlx::query(sqlx::AssertSqlSafe(format!("DELETE FROM {table}")))
            .execute(&mut *act)
            .await?;
    }
    sqlx::query("DELETE FROM integration_keys WHERE secret IS NOT NULL")
        .execute(&mut *act)
        .await?;
    if has_table(&mut act, "connections_plain").await? {
        for step in ["DELETE FROM connections_plain", TO_BE_WIPED] {
            sqlx::query(step).execute(&mut *act).await?;
        }
    }
    act.commit().await
}

/// Seals the tokens that an earlier version kept in plain text, and wipes every trace of them from
/// the file. Begun again where it was interrupted.
pub(super) async fn seal_plain(db: &mut SqliteConnection, sealer: &Sealer) -> Result<(), Refusal> {
    if !has_table(db, "connections_plain").await? && !has_table(db, "connections_wiped").await? {
        return Ok(());
    }
    // What is freed is overwritten, so that the file made anew below has nothing to copy.
    sqlx::query("PRAGMA secure_delete = ON")
        .execute(&mut *db)
        .await?;
    let mut act = db.begin_with("BEGIN IMMEDIATE").await?;
    if has_table(&mut act, "connections_plain").await? {
        let next = match move_plain(&mut act, sealer).await? {
            0 => "DROP TABLE connections_plain",
            _ => TO_BE_WIPED,
        };
        sqlx::query(next).execute(&mut *act).await?;
    }
    act.commit().await?;
    if has_table(db, "connections_wiped").await? && wiped(db).await? {
        sqlx::query("DROP TABLE connections_wiped")
            .execute(&mut *db)
            .await?;
    }
    sqlx::query("PRAGMA secure_delete = OFF")
        .execute(&mut *db)
        .await?;
    Ok(())
}

/// Moves the rows and says how many there were.
async fn move_plain(db: &mut SqliteConnection, sealer: &Sealer) -> Result<usize, Refusal> {
    let rows = sqlx::query("DELETE FROM connections_plain RETURNING kind, url, token, created_at")
        .fetch_all(&mut *db)
        .await?;
    for row in &rows {
        ready(db, sealer).await?;
        let about = About {
            kind: row.try_get("kind")?,
            url: row.try_get("url")?,
            connected_by: None,
        };
        let now = row.try_get("created_at")?;
        connections::insert(db, sealer, &about, row.try_get("token")?, now).await?;
    }
    Ok(rows.len())
}

/// Writes the whole file anew and empties the log beside it. False where that has to wait for the
/// next start: another process is at the file, or the disk is full.
async fn wiped(db: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    sqlx::query("PRAGMA busy_timeout = 1000")
        .execute(&mut *db)
        .await?;
    let result = wipe(db).await;
    sqlx::query("PRAGMA busy_timeout = 10000")
        .execute(&mut *db)
        .await?;
    let reason = match result {
        Ok(true) => return Ok(true),
        Ok(false) => "another process is reading the file".to_owned(),
        Err(error) => error.to_string(),
    };
    tracing::warn!(reason, "traces of plain tokens are wiped at the next start");
    Ok(false)
}

/// Writes the whole file anew and empties the log beside it. False while another process reads.
pub(super) async fn wipe(db: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    sqlx::query("VACUUM").execute(&mut *db).await?;
    let row = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
        .fetch_one(db)
        .await?;
    let busy: bool = row.try_get(0)?;
    Ok(!busy)
}

async fn has_table(db: &mut SqliteConnection, name: &str) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = ?)")
        .bind(name)
        .fetch_one(db)
        .await
}
