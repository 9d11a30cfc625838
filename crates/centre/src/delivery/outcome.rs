//! What became of a letter that was tried. Each function is a step; all ask for the lease, so that
//! whoever has lost it changes nothing.

use super::{
    backoff::{self, MOST_ATTEMPTS},
    lease::LEASE,
};
use crate::{refusal::Refusal, store::writer::Step};
use dealbell_protocol::{dead_letter::DeadCause, letter::PostError};
use sqlx::Row as _;
use std::time::Duration;

/// What is said of a letter that nobody reported back about.
const UNKNOWN: &str = "the centre ended while this letter was being sent";

/// The mail server may take it over from now on. False where it is no longer ours to send.
pub(super) async fn handing(step: &mut Step, lease: &str) -> Result<bool, Refusal> {
    let done = sqlx::query(
        "UPDATE letters SET state = 'sending', lease_until = ?2
         WHERE lease = ?1 AND state IN ('leased', 'sending')",
    )
    .bind(lease)
    .bind(step.now + LEASE)
    .execute(&mut step.db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// The mail server has it. This holds even where the lease had run out and it was called doubtful.
pub(super) async fn sent(step: &mut Step, lease: &str) -> Result<(), Refusal> {
    sqlx::query("DELETE FROM letters WHERE lease = ?")
        .bind(lease)
        .execute(&mut step.db)
        .await?;
    Ok(())
}

/// It was not sent, or nobody knows.
pub(super) async fn failed(
    step: &mut Step,
    lease: &str,
    error: &PostError,
    chance: f64,
) -> Result<(), Refusal> {
    match error {
        PostError::Later { reason, after } => {
            again(step, lease, reason, *after, chance).await?;
        }
        PostError::Never { reason } => {
            bury(step, lease, DeadCause::Refused, reason, true).await?;
        }
        PostError::Unknown { reason } => {
            if is_digest(step, lease).await? {
                bury(step, lease, DeadCause::Doubtful, reason, true).await?;
            } else {
                again(step, lease, reason, None, chance).await?;
            }
        }
        PostError::Closed { reason } => {
            // No fault of the letter.
            sqlx::query(
                "UPDATE letters SET state = 'waiting', lease = NULL, lease_until = NULL,
                 reason = ?2 WHERE lease = ?1 AND state IN ('leased', 'sending')",
            )
            .bind(lease)
            .bind(reason)
            .execute(&mut step.db)
            .await?;
        }
    }
    Ok(())
}

async fn again(
    step: &mut Step,
    lease: &str,
    reason: &str,
    after: Option<Duration>,
    chance: f64,
) -> Result<(), Refusal> {
    let sql = "SELECT attempts FROM letters WHERE lease = ? AND state IN ('leased', 'sending')";
    let failed: Option<u32> = sqlx::query_scalar(sql)
        .bind(lease)
        .fetch_optional(&mut step.db)
        .await?;
    let Some(failed) = failed.map(|before| before.saturating_add(1)) else {
        return Ok(());
    };
    if failed >= MOST_ATTEMPTS {
        return bury(step, lease, DeadCause::Exhausted, reason, true).await;
    }
    sqlx::query(
        "UPDATE letters SET state = 'waiting', attempts = ?2, due_at = ?3, reason = ?4,
         lease = NULL, lease_until = NULL WHERE lease = ?1",
    )
    .bind(lease)
    .bind(failed)
    .bind(step.now + backoff::wait(failed, after, chance))
    .bind(reason)
    .execute(&mut step.db)
    .await?;
    Ok(())
}

/// Puts it among the dead. A doubtful one keeps its lease: whoever had it may still report.
async fn bury(
    step: &mut Step,
    lease: &str,
    cause: DeadCause,
    reason: &str,
    tried: bool,
) -> Result<(), Refusal> {
    let done = sqlx::query(
        "UPDATE letters SET state = 'dead', cause = ?2, reason = ?3, dead_at = ?4,
         attempts = attempts + ?5, lease_until = NULL
         WHERE lease = ?1 AND state IN ('leased', 'sending') RETURNING id",
    )
    .bind(lease)
    .bind(name(cause))
    .bind(reason)
    .bind(step.now)
    .bind(tried)
    .fetch_optional(&mut step.db)
    .await?;
    if let Some(row) = done {
        let letter: &str = row.try_get("id")?;
        tracing::warn!(
            letter,
            ?cause,
            reason,
            "a letter is tried no more: see `letters list`"
        );
    }
    Ok(())
}

/// What was leased to somebody who did not report back in time. Where it cannot have been handed
/// over, it just waits again; a digest that may have been is not sent again (RULES C8); any other
/// letter is, since one that comes twice under the same `Message-ID` does less harm than none.
pub(super) async fn lapsed(step: &mut Step) -> Result<(), Refusal> {
    let rows = sqlx::query(
        "SELECT lease, state FROM letters
         WHERE state IN ('leased', 'sending') AND lease_until <= ?",
    )
    .bind(step.now)
    .fetch_all(&mut step.db)
    .await?;
    for row in rows {
        let lease: &str = row.try_get("lease")?;
        if row.try_get::<&str, _>("state")? == "leased" {
            super::lease::give_back(step, lease).await?;
        } else {
            let reason = UNKNOWN.to_owned();
            failed(step, lease, &PostError::Unknown { reason }, 0.0).await?;
        }
    }
    Ok(())
}

async fn is_digest(step: &mut Step, lease: &str) -> Result<bool, Refusal> {
    let sql = "SELECT EXISTS (SELECT 1 FROM letters WHERE lease = ? AND content = 'digest')";
    let digest = sqlx::query_scalar(sql)
        .bind(lease)
        .fetch_one(&mut step.db)
        .await?;
    Ok(digest)
}

/// As the table has it.
pub(super) fn name(cause: DeadCause) -> &'static str {
    match cause {
        DeadCause::Refused => "refused",
        DeadCause::Exhausted => "exhausted",
        DeadCause::Doubtful => "doubtful",
    }
}
