//! What became of a push that was tried. Each function is a step; all ask for the lease, so that
//! whoever has lost it changes nothing.

use super::{
    BACKOFF, Pointless,
    lease::{Content, Lease, Taken},
    queue::GATHER,
};
use crate::{refusal::Refusal, store::writer::Step};
use dealbell_protocol::{Millis, courier::CourierError, push::PushTrouble};
use sqlx::Row as _;

/// How long what is shown is remembered, to be taken away when it is read.
pub(super) const REMEMBERED: Millis = 3 * 24 * 60 * 60 * 1_000;

/// The push service has it.
pub(super) async fn sent(step: &mut Step, taken: &Taken) -> Result<(), Refusal> {
    if !held(step, &taken.lease).await? {
        return Ok(());
    }
    let (test, cleared) = match taken.content {
        Content::Show(_) => (false, false),
        Content::Test => (true, false),
        Content::Clear => (false, true),
    };
    sqlx::query(
        "UPDATE push_subscriptions SET last_sent_at = ?2, trouble = NULL, attempts = 0,
         not_before = 0, short = 0, cleared_at = CASE WHEN ?3 THEN ?2 ELSE cleared_at END,
         tested_at = CASE WHEN ?4 THEN NULL ELSE tested_at END WHERE id = ?1",
    )
    .bind(&taken.lease.subscription)
    .bind(step.now)
    .bind(cleared)
    .bind(test)
    .execute(&mut step.db)
    .await?;
    match &taken.content {
        Content::Show(tag) => shown(step, taken, tag).await?,
        Content::Clear => forget(step, taken).await?,
        Content::Test => {}
    }
    release(step, &taken.lease).await
}

/// Its items are shown. What was read meanwhile is looked at soon, all else when it is forgotten.
async fn shown(step: &mut Step, taken: &Taken, tag: &str) -> Result<(), Refusal> {
    sqlx::query(
        "UPDATE push_items SET shown_at = ?3, tag = ?4, due_at = CASE WHEN EXISTS
         (SELECT 1 FROM notifications n WHERE n.id = notification AND n.read_at IS NULL)
         THEN ?5 ELSE ?6 END
         WHERE subscription = ?1 AND notification IN (SELECT value FROM json_each(?2))",
    )
    .bind(&taken.lease.subscription)
    .bind(serde_json::to_string(&taken.items)?)
    .bind(step.now)
    .bind(tag)
    .bind(step.now + REMEMBERED)
    .bind(step.now + GATHER)
    .execute(&mut step.db)
    .await?;
    Ok(())
}

async fn forget(step: &mut Step, taken: &Taken) -> Result<(), Refusal> {
    sqlx::query(
        "DELETE FROM push_items WHERE subscription = ?1
         AND notification IN (SELECT value FROM json_each(?2))",
    )
    .bind(&taken.lease.subscription)
    .bind(serde_json::to_string(&taken.items)?)
    .execute(&mut step.db)
    .await?;
    Ok(())
}

/// It was not taken over; what was dropped for it.
pub(super) async fn failed(
    step: &mut Step,
    taken: &Taken,
    error: &CourierError,
    chance: f64,
) -> Result<Vec<Pointless>, Refusal> {
    if !held(step, &taken.lease).await? {
        return Ok(Vec::new());
    }
    let subscription = &taken.lease.subscription;
    match error {
        CourierError::Gone => {
            sqlx::query("DELETE FROM push_subscriptions WHERE id = ?")
                .bind(subscription)
                .execute(&mut step.db)
                .await?;
            tracing::info!(
                subscription,
                "its push service knows a subscription no more"
            );
            Ok(Vec::new())
        }
        CourierError::TooLong => {
            let short = "UPDATE push_subscriptions SET short = 1 WHERE id = ? AND short = 0";
            let shorter = sqlx::query(short)
                .bind(subscription)
                .execute(&mut step.db)
                .await?;
            if shorter.rows_affected() > 0 {
                release(step, &taken.lease).await?;
                return Ok(Vec::new());
            }
            // It was short already.
            give_up(step, taken, Pointless::TooLong, chance).await
        }
        CourierError::Refused { .. } => give_up(step, taken, Pointless::Refused, chance).await,
        CourierError::Later { trouble, after, .. } => {
            let attempts = attempts(step, subscription).await?;
            let not_before = step.now + BACKOFF.wait(attempts, *after, chance);
            trouble_of(step, subscription, *trouble, attempts, not_before).await?;
            release(step, &taken.lease).await?;
            Ok(Vec::new())
        }
    }
}

/// The same would be refused again: what it said is dropped, and there is a pause, so that nobody is
/// asked in vain all the time.
async fn give_up(
    step: &mut Step,
    taken: &Taken,
    why: Pointless,
    chance: f64,
) -> Result<Vec<Pointless>, Refusal> {
    let subscription = &taken.lease.subscription;
    let attempts = attempts(step, subscription).await?;
    let not_before = step.now + BACKOFF.wait(attempts, None, chance);
    let refused = PushTrouble::Refused;
    trouble_of(step, subscription, refused, attempts, not_before).await?;
    sqlx::query("UPDATE push_subscriptions SET tested_at = NULL, short = 0 WHERE id = ?")
        .bind(subscription)
        .execute(&mut step.db)
        .await?;
    forget(step, taken).await?;
    release(step, &taken.lease).await?;
    Ok(vec![why; taken.items.len()])
}

/// How many tries have failed by now.
async fn attempts(step: &mut Step, subscription: &str) -> Result<u32, Refusal> {
    let row = sqlx::query("SELECT attempts FROM push_subscriptions WHERE id = ?")
        .bind(subscription)
        .fetch_one(&mut step.db)
        .await?;
    Ok(row.try_get::<u32, _>("attempts")?.saturating_add(1))
}

async fn trouble_of(
    step: &mut Step,
    subscription: &str,
    trouble: PushTrouble,
    attempts: u32,
    not_before: Millis,
) -> Result<(), Refusal> {
    sqlx::query(
        "UPDATE push_subscriptions SET trouble = ?2, attempts = ?3, not_before = ?4 WHERE id = ?1",
    )
    .bind(subscription)
    .bind(name(trouble))
    .bind(attempts)
    .bind(not_before)
    .execute(&mut step.db)
    .await?;
    Ok(())
}

async fn held(step: &mut Step, lease: &Lease) -> Result<bool, Refusal> {
    let held = "SELECT EXISTS (SELECT 1 FROM push_subscriptions WHERE id = ? AND lease = ?)";
    let held = sqlx::query_scalar(held)
        .bind(&lease.subscription)
        .bind(&lease.name)
        .fetch_one(&mut step.db)
        .await?;
    Ok(held)
}

/// Gives it back: it is looked at again when the next of its items is due.
async fn release(step: &mut Step, lease: &Lease) -> Result<(), Refusal> {
    sqlx::query(
        "UPDATE push_subscriptions SET lease = NULL, lease_until = NULL,
         due_at = CASE WHEN tested_at IS NOT NULL THEN max(tested_at, not_before)
         ELSE (SELECT max(min(i.due_at), not_before) FROM push_items i WHERE i.subscription = ?1)
         END WHERE id = ?1 AND lease = ?2",
    )
    .bind(&lease.subscription)
    .bind(&lease.name)
    .execute(&mut step.db)
    .await?;
    Ok(())
}

/// What was leased to somebody who did not report back in time waits again.
pub(super) async fn lapsed(step: &mut Step) -> Result<(), Refusal> {
    let rows = sqlx::query(
        "SELECT id, lease FROM push_subscriptions WHERE lease IS NOT NULL AND lease_until <= ?",
    )
    .bind(step.now)
    .fetch_all(&mut step.db)
    .await?;
    for row in rows {
        let lease = Lease {
            subscription: row.try_get("id")?,
            name: row.try_get("lease")?,
        };
        release(step, &lease).await?;
    }
    Ok(())
}

/// As the table has it.
fn name(trouble: PushTrouble) -> &'static str {
    match trouble {
        PushTrouble::Unreachable => "unreachable",
        PushTrouble::Busy => "busy",
        PushTrouble::Refused => "refused",
    }
}

/// What the table has.
pub(super) fn of_name(name: &str) -> PushTrouble {
    match name {
        "unreachable" => PushTrouble::Unreachable,
        "refused" => PushTrouble::Refused,
        _ => PushTrouble::Busy,
    }
}
