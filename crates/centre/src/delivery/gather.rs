//! What waited for a digest becomes the letter of a day (RULES C8).

use super::{
    digest::{Due, Hour},
    lease,
    queue::{arm, oldest, schedule},
};
use crate::{
    refusal::Refusal,
    store::{notifications::parsed, settings, writer::Step},
};
use dealbell_protocol::{ChannelSettings, Millis, UserId};

/// Users of one transaction at most, so that nobody waits long for it.
const MOST: u32 = 100;

/// Makes the digests that are due.
pub(super) async fn gather(step: &mut Step) -> Result<(), Refusal> {
    let users: Vec<String> =
        sqlx::query_scalar("SELECT user FROM digests WHERE next_at <= ? ORDER BY next_at LIMIT ?")
            .bind(step.now)
            .bind(MOST)
            .fetch_all(&mut step.db)
            .await?;
    for user in users {
        of_user(step, parsed(&user)?).await?;
    }
    Ok(())
}

async fn of_user(step: &mut Step, user: UserId) -> Result<(), Refusal> {
    let settings = settings::of_user(&mut step.db, user, &[]).await?;
    let settings = settings.ok_or(Refusal::UnknownUser(user))?;
    let hour = Hour::of(&settings.email, &step.ground.zone);
    let (last, _) = schedule(step, user).await?;
    let next = oldest(step, user).await?;
    let mut next = next.and_then(|oldest| hour.next(last, oldest));
    if let Some(first) = next.filter(|due| due.at <= step.now) {
        let due = hour.latest(first, step.now);
        let last = letter(step, &settings, user, due)
            .await?
            .then_some(due.day)
            .or(last);
        let rest = oldest(step, user).await?;
        next = rest.and_then(|oldest| hour.next(last, oldest));
    }
    arm(step, user, next.map(|due| due.at)).await
}

/// Makes the letter of a day of all that waits; false where nothing of it is to be told.
async fn letter(
    step: &mut Step,
    settings: &ChannelSettings,
    user: UserId,
    due: Due,
) -> Result<bool, Refusal> {
    take_over(step, user).await?;
    let waiting = lease::unread(step, settings, Waiting::For(user, due.at)).await?;
    let mut letter = None;
    if !waiting.is_empty() {
        let id = format!("digest-{user}-{}", due.day);
        sqlx::query(
            "INSERT INTO letters (id, user, content, day, state, at, due_at)
             VALUES (?1, ?2, 'digest', ?3, 'waiting', ?4, ?4)",
        )
        .bind(&id)
        .bind(user.to_string())
        .bind(due.day.to_string())
        .bind(due.at)
        .execute(&mut step.db)
        .await?;
        sqlx::query("UPDATE digests SET last_day = ? WHERE user = ?")
            .bind(due.day.to_string())
            .bind(user.to_string())
            .execute(&mut step.db)
            .await?;
        letter = Some(id);
    }
    let ids: Vec<String> = waiting.iter().map(|n| n.id.to_string()).collect();
    sqlx::query(
        "UPDATE digest_items SET letter = ?3 WHERE user = ?1 AND letter IS NULL
         AND notification IN (SELECT value FROM json_each(?2))",
    )
    .bind(user.to_string())
    .bind(serde_json::to_string(&ids)?)
    .bind(&letter)
    .execute(&mut step.db)
    .await?;
    // What was read by now has been told.
    sqlx::query("DELETE FROM digest_items WHERE user = ? AND letter IS NULL AND created_at < ?")
        .bind(user.to_string())
        .bind(due.at)
        .execute(&mut step.db)
        .await?;
    Ok(letter.is_some())
}

/// Items of digests to look at.
#[derive(Clone, Copy, Debug)]
pub(super) enum Waiting<'a> {
    /// Those of a user that were created before, and are in no digest yet.
    For(UserId, Millis),
    /// Those of a digest.
    In(&'a str),
}

/// An older digest that could not be sent yet, and that nobody is about to send, comes into the new
/// one instead.
async fn take_over(step: &mut Step, user: UserId) -> Result<(), Refusal> {
    let older =
        "SELECT id FROM letters WHERE user = ?1 AND content = 'digest' AND state = 'waiting'";
    let sql = format!("UPDATE digest_items SET letter = NULL WHERE letter IN ({older})");
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(user.to_string())
        .execute(&mut step.db)
        .await?;
    let sql = format!("DELETE FROM letters WHERE id IN ({older})");
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(user.to_string())
        .execute(&mut step.db)
        .await?;
    Ok(())
}
