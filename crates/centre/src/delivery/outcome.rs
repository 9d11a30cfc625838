//! What became of a letter that was tried. Each function is a step; all ask for the lease, so that
//! whoever has lost it changes nothing.

use super::{
    backoff::{BACKOFF, MOST_ATTEMPTS},
    lease::{LEASE, Lease},
    loggable,
};
use crate::{refusal::Refusal, store::writer::Step};
use dealbell_protocol::{Millis, dead_letter::DeadCause, letter::PostError};
use sqlx::Row as _;

/// What is said of a letter that nobody reported back about.
const UNKNOWN: &str = "the centre ended while this letter was being sent";

/// The mail server may take it over from now on. False where it is no longer ours to send.
pub(super) async fn handing(step: &mut Step, lease: &Lease) -> Result<bool, Refusal> {
    let done = sqlx::query(
        "UPDATE letters SET state = 'sending', lease_until = ?3
         WHERE id = ?1 AND lease = ?2 AND state IN ('leased', 'sending')",
    )
    .bind(&lease.letter)
    .bind(&lease.name)
    .bind(step.now + LEASE)
    .execute(&mut step.db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// The mail server has it. This holds even where the lease had run out and it was called doubtful.
pub(super) async fn sent(step: &mut Step, lease: &Lease) -> Result<(), Refusal> {
    sqlx::query("DELETE FROM letters WHERE id = ? AND lease = ?")
        .bind(&lease.letter)
        .bind(&lease.name)
        .execute(&mut step.db)
        .await?;
    Ok(())
}

/// It was not sent, or nobody knows.
pub(super) async fn failed(
    step: &mut Step,
    lease: &Lease,
    error: &PostError,
    chance: f64,
) -> Result<(), Refusal> {
    let row = sqlx::query(
        "SELECT attempts, content FROM letters
         WHERE id = ? AND lease = ? AND state IN ('leased', 'sending')",
    )
    .bind(&lease.letter)
    .bind(&lease.name)
    .fetch_optional(&mut step.db)
    .await?;
    let Some(row) = row else { return Ok(()) };
    let failed = row.try_get::<u32, _>("attempts")?.saturating_add(1);
    let digest = row.try_get::<&str, _>("content")? == "digest";
    match error {
        PostError::Never { reason } => bury(step, lease, DeadCause::Refused, reason, failed).await,
        PostError::Unknown { reason } if digest => {
            bury(step, lease, DeadCause::Doubtful, reason, failed).await
        }
        PostError::Later { reason, .. } | PostError::Unknown { reason }
            if failed >= MOST_ATTEMPTS =>
        {
            bury(step, lease, DeadCause::Exhausted, reason, failed).await
        }
        PostError::Later { reason, after } => {
            let due_at = step.now + BACKOFF.wait(failed, *after, chance);
            wait(step, lease, reason, Some((failed, due_at))).await
        }
        PostError::Unknown { reason } => {
            let due_at = step.now + BACKOFF.wait(failed, None, chance);
            wait(step, lease, reason, Some((failed, due_at))).await
        }
        // No fault of the letter.
        PostError::Closed { reason } => wait(step, lease, reason, None).await,
    }
}

/// Puts it back into the queue: after a failure with how many there were and when the next try is.
async fn wait(
    step: &mut Step,
    lease: &Lease,
    reason: &str,
    failed: Option<(u32, Millis)>,
) -> Result<(), Refusal> {
    sqlx::query(
        "UPDATE letters SET state = 'waiting', lease = NULL, lease_until = NULL, reason = ?3,
         attempts = coalesce(?4, attempts), due_at = coalesce(?5, due_at)
         WHERE id = ?1 AND lease = ?2",
    )
    .bind(&lease.letter)
    .bind(&lease.name)
    .bind(reason)
    .bind(failed.map(|(attempts, _)| attempts))
    .bind(failed.map(|(_, due_at)| due_at))
    .execute(&mut step.db)
    .await?;
    Ok(())
}

/// Puts it among the dead. It keeps its lease: whoever had a doubtful one may still report.
async fn bury(
    step: &mut Step,
    lease: &Lease,
    cause: DeadCause,
    reason: &str,
    attempts: u32,
) -> Result<(), Refusal> {
    sqlx::query(
        "UPDATE letters SET state = 'dead', cause = ?3, reason = ?4, attempts = ?5, dead_at = ?6,
         lease_until = NULL WHERE id = ?1 AND lease = ?2",
    )
    .bind(&lease.letter)
    .bind(&lease.name)
    .bind(name(cause))
    .bind(reason)
    .bind(attempts)
    .bind(step.now)
    .execute(&mut step.db)
    .await?;
    let letter = &lease.letter;
    let reason = loggable(reason);
    tracing::warn!(
        letter,
        ?cause,
        reason,
        "a letter is tried no more: see `letters list`"
    );
    Ok(())
}

/// What was leased to somebody who did not report back in time. Where it cannot have been handed
/// over, it just waits again; a digest that may have been is not sent again (RULES C8); any other
/// letter is, since one that comes twice under the same `Message-ID` does less harm than none.
pub(super) async fn lapsed(step: &mut Step) -> Result<(), Refusal> {
    let rows = sqlx::query(
        "SELECT id, lease, state, reason FROM letters
         WHERE state IN ('leased', 'sending') AND lease_until <= ?",
    )
    .bind(step.now)
    .fetch_all(&mut step.db)
    .await?;
    for row in rows {
        let lease = Lease {
            letter: row.try_get("id")?,
            name: row.try_get("lease")?,
        };
        if row.try_get::<&str, _>("state")? == "leased" {
            wait(step, &lease, row.try_get("reason")?, None).await?;
        } else {
            let reason = UNKNOWN.to_owned();
            failed(step, &lease, &PostError::Unknown { reason }, 0.0).await?;
        }
    }
    Ok(())
}

/// As the table has it.
pub(super) fn name(cause: DeadCause) -> &'static str {
    match cause {
        DeadCause::Refused => "refused",
        DeadCause::Exhausted => "exhausted",
        DeadCause::Doubtful => "doubtful",
    }
}
