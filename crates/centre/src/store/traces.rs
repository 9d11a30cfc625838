//! What is deleted is still in the file until it is written anew, and in the log beside it.

use super::{seal, words, writer::Writer};
use crate::refusal::Refusal;
use sqlx::SqliteConnection;
use std::time::Duration;

/// How often a file that somebody reads is tried again, and how soon.
const AGAIN: (u32, Duration) = (20, Duration::from_millis(250));

/// Notes that there will be traces, with whatever leaves them. What is freed from here on is
/// overwritten.
pub(crate) async fn leave(db: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    sqlx::query("PRAGMA secure_delete = ON")
        .execute(&mut *db)
        .await?;
    sqlx::query("INSERT OR IGNORE INTO traces (one) VALUES (1)")
        .execute(db)
        .await?;
    Ok(())
}

/// Wipes them. False where that has to wait for the next start: somebody reads all the time, or
/// the disk is full.
pub(crate) async fn wipe(writer: &Writer) -> Result<bool, Refusal> {
    for _ in 0..AGAIN.0 {
        let wiped = writer.alone(|db| Box::pin(try_once(db)));
        match wiped.await? {
            Ok(true) => return Ok(true),
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "traces of somebody removed are not wiped yet"),
        }
        tokio::time::sleep(AGAIN.1).await;
    }
    Ok(false)
}

/// Wipes what an earlier start could not.
pub(super) async fn wipe_left(db: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let left: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM traces)")
        .fetch_one(&mut *db)
        .await?;
    if left && !try_once(db).await.unwrap_or(false) {
        tracing::warn!("traces of somebody removed are wiped at the next start");
    }
    Ok(())
}

async fn try_once(db: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    words::wipe(db).await?;
    if !seal::wipe(db).await? {
        return Ok(false);
    }
    sqlx::query("DELETE FROM traces").execute(&mut *db).await?;
    sqlx::query("PRAGMA secure_delete = OFF")
        .execute(db)
        .await?;
    Ok(true)
}
