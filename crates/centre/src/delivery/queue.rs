//! What comes into the queue, in the transaction of what it is about, and when it is due.

use super::digest::Hour;
use crate::{
    hub::News,
    refusal::Refusal,
    store::{notifications::parsed, settings, writer::Step},
};
use dealbell_protocol::{
    Channel, EmailSettings, Kind, Millis, Notification, UserId,
    reach::{Occasion, Reach},
};
use jiff::civil::Date;
use sqlx::Row as _;
use ulid::Ulid;

/// How long a *due* letter waits for its reader to see the task elsewhere (RULES T6).
const GRACE: Millis = 60_000;

/// A notification is new: it becomes a letter, waits for the digest, or neither (RULES C7).
pub(crate) async fn told(
    step: &mut Step,
    user: UserId,
    notification: &Notification,
    deadline: Option<Millis>,
) -> Result<(), Refusal> {
    if !step.ground.sent {
        return Ok(());
    }
    let (provider, kind) = (&notification.provider, notification.kind);
    let settings = settings::about(&mut step.db, user, provider, kind).await?;
    let settings = settings.ok_or(Refusal::UnknownUser(user))?;
    match settings.reach(Channel::Email, Occasion::of(notification, step.now)) {
        Reach::Kept(_) => Ok(()),
        Reach::Now => one(step, user, notification, deadline).await,
        Reach::InDigest => item(step, user, notification, &settings.email).await,
    }
}

async fn one(
    step: &mut Step,
    user: UserId,
    notification: &Notification,
    deadline: Option<Millis>,
) -> Result<(), Refusal> {
    let deadline = deadline.filter(|_| notification.kind == Kind::TaskDue);
    let due_at = match notification.kind {
        Kind::TaskDue => step.now.saturating_add(grace(step.now, deadline)),
        Kind::TaskNew
        | Kind::TaskOverdue
        | Kind::TaskCompleted
        | Kind::ChatMessage
        | Kind::Call
        | Kind::Request
        | Kind::DealAssigned
        | Kind::System
        | Kind::Message => step.now,
    };
    // The same id: there is one letter of a notification, ever.
    let id = notification.id.to_string();
    sqlx::query(
        "INSERT INTO letters (id, user, content, notification, deadline, state, at, due_at)
         VALUES (?1, ?2, 'one', ?1, ?3, 'waiting', ?4, ?4)",
    )
    .bind(id)
    .bind(user.to_string())
    .bind(deadline)
    .bind(due_at)
    .execute(&mut step.db)
    .await?;
    step.news.push(News::Letters);
    Ok(())
}

/// How long a *due* letter waits: half of what is left at most, so that it is out before the
/// deadline. Where nobody has said when that is, the whole grace.
fn grace(now: Millis, deadline: Option<Millis>) -> Millis {
    deadline.map_or(GRACE, |deadline| {
        (deadline.saturating_sub(now) / 2).clamp(0, GRACE)
    })
}

async fn item(
    step: &mut Step,
    user: UserId,
    notification: &Notification,
    settings: &EmailSettings,
) -> Result<(), Refusal> {
    sqlx::query("INSERT INTO digest_items (user, notification, created_at) VALUES (?, ?, ?)")
        .bind(user.to_string())
        .bind(notification.id.to_string())
        .bind(notification.created_at)
        .execute(&mut step.db)
        .await?;
    let (last, next) = schedule(step, user).await?;
    // One that waits longer has set the hour.
    if next.is_none() {
        let hour = Hour::of(settings, &step.ground.zone);
        let due = hour.next(last, notification.created_at);
        arm(step, user, due.map(|due| due.at)).await?;
    }
    Ok(())
}

/// The day of the last digest, and when the next one is looked for.
pub(super) async fn schedule(
    step: &mut Step,
    user: UserId,
) -> Result<(Option<Date>, Option<Millis>), Refusal> {
    let row = sqlx::query("SELECT last_day, next_at FROM digests WHERE user = ?")
        .bind(user.to_string())
        .fetch_optional(&mut step.db)
        .await?;
    let Some(row) = row else {
        return Ok((None, None));
    };
    let day: Option<&str> = row.try_get("last_day")?;
    Ok((day.map(parsed).transpose()?, row.try_get("next_at")?))
}

/// Says when the user's next digest is looked for.
pub(super) async fn arm(
    step: &mut Step,
    user: UserId,
    next: Option<Millis>,
) -> Result<(), Refusal> {
    sqlx::query(
        "INSERT INTO digests (user, next_at) VALUES (?1, ?2)
         ON CONFLICT DO UPDATE SET next_at = ?2",
    )
    .bind(user.to_string())
    .bind(next)
    .execute(&mut step.db)
    .await?;
    step.news.push(News::Letters);
    Ok(())
}

/// When the oldest of what waits for the user's digest was created; none where nothing does.
pub(super) async fn oldest(step: &mut Step, user: UserId) -> Result<Option<Millis>, Refusal> {
    let sql = "SELECT min(created_at) FROM digest_items WHERE user = ? AND letter IS NULL";
    let oldest: Option<Millis> = sqlx::query_scalar(sql)
        .bind(user.to_string())
        .fetch_one(&mut step.db)
        .await?;
    Ok(oldest)
}

/// The user's hour or zone may be another: looks anew when his next digest is.
pub(crate) async fn rearm(step: &mut Step, user: UserId) -> Result<(), Refusal> {
    let Some(oldest) = oldest(step, user).await? else {
        return Ok(());
    };
    let row = sqlx::query("SELECT email_settings FROM users WHERE id = ?")
        .bind(user.to_string())
        .fetch_optional(&mut step.db)
        .await?;
    let row = row.ok_or(Refusal::UnknownUser(user))?;
    let settings: EmailSettings = serde_json::from_str(row.try_get("email_settings")?)?;
    let (last, _) = schedule(step, user).await?;
    let hour = Hour::of(&settings, &step.ground.zone);
    let due = hour.next(last, oldest);
    arm(step, user, due.map(|due| due.at)).await
}

/// The same for everybody: the centre's zone, or what the system knows of zones, may be another
/// than when it was last running.
pub(super) async fn rearm_all(step: &mut Step) -> Result<(), Refusal> {
    let users: Vec<String> =
        sqlx::query_scalar("SELECT user FROM digests WHERE next_at IS NOT NULL")
            .fetch_all(&mut step.db)
            .await?;
    for user in users {
        rearm(step, parsed(&user)?).await?;
    }
    Ok(())
}

/// A test letter, unless one waits already.
pub(crate) async fn test(step: &mut Step, user: UserId) -> Result<(), Refusal> {
    sqlx::query(
        "INSERT INTO letters (id, user, content, state, at, due_at)
         SELECT ?1, id, 'test', 'waiting', ?3, ?3 FROM users WHERE id = ?2 AND NOT EXISTS
         (SELECT 1 FROM letters WHERE user = ?2 AND content = 'test' AND state <> 'dead')",
    )
    .bind(Ulid::generate().to_string())
    .bind(user.to_string())
    .bind(step.now)
    .execute(&mut step.db)
    .await?;
    step.news.push(News::Letters);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t6_the_grace_ends_before_the_deadline_and_within_a_minute() {
        assert_eq!(grace(0, Some(300_000)), GRACE);
        assert_eq!(grace(0, None), GRACE);
        assert_eq!(grace(0, Some(20_000)), 10_000);
        assert_eq!(grace(0, Some(0)), 0);
        assert_eq!(grace(10, Some(0)), 0);
    }
}
