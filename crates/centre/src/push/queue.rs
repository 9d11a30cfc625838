//! What comes into the queue, in the transaction of what it is about, and when it is looked at.

use crate::{
    hub::News,
    refusal::Refusal,
    store::{log::signed, settings, writer::Step},
};
use dealbell_protocol::{
    Channel, Millis, Notification, NotificationId, UserId,
    push::{HOLD_BACK_MS, PushChannel},
    reach::{Kept, Occasion, Reach},
};
use sqlx::Row as _;

/// What is read shortly after another is taken away with it.
pub(super) const GATHER: Millis = 3_000;

/// The channel of a subscription.
pub(super) fn channel(of: PushChannel) -> Channel {
    match of {
        PushChannel::Browser => Channel::Browser,
        PushChannel::Mobile => Channel::Mobile,
    }
}

/// As the table has it.
pub(super) fn name(of: PushChannel) -> &'static str {
    match of {
        PushChannel::Browser => "browser",
        PushChannel::Mobile => "mobile",
    }
}

/// What the table has.
pub(super) fn of_name(name: &str) -> PushChannel {
    match name {
        "mobile" => PushChannel::Mobile,
        _ => PushChannel::Browser,
    }
}

/// A notification is new: it waits for each browser and phone that it goes to (RULES C3, C5, C9). In
/// quiet hours it waits for their end, for the one summary (RULES C11).
pub(crate) async fn told(
    step: &mut Step,
    user: UserId,
    notification: &Notification,
) -> Result<(), Refusal> {
    if !step.ground.pushed {
        return Ok(());
    }
    let rows = sqlx::query(
        "SELECT id, channel FROM push_subscriptions WHERE user = ? AND switched_on = 1",
    )
    .bind(user.to_string())
    .fetch_all(&mut step.db)
    .await?;
    if rows.is_empty() {
        return Ok(());
    }
    let (provider, kind) = (&notification.provider, notification.kind);
    let settings = settings::about(&mut step.db, user, provider, kind).await?;
    let settings = settings.ok_or(Refusal::UnknownUser(user))?;
    let occasion = Occasion::of(notification, step.now);
    let hold_back = if settings.push.hold_back {
        HOLD_BACK_MS
    } else {
        0
    };
    for row in rows {
        let channel = channel(of_name(row.try_get("channel")?));
        let at = match settings.reach(channel, occasion) {
            Reach::Now | Reach::InDigest => step.now,
            Reach::Kept(Kept::Quiet) => match settings.quiet.quiet_until(step.now) {
                Some(until) => until,
                None => continue,
            },
            Reach::Kept(_) => continue,
        };
        sqlx::query(
            "INSERT INTO push_items (subscription, notification, seq, at, due_at, tag)
             VALUES (?, ?, ?, ?, ?, ?)",
        )
        .bind(row.try_get::<&str, _>("id")?)
        .bind(notification.id.to_string())
        .bind(signed(notification.created_seq))
        .bind(at)
        .bind(at + hold_back)
        .bind(tag(notification))
        .execute(&mut step.db)
        .await?;
        due(step, row.try_get("id")?, at + hold_back).await?;
    }
    Ok(())
}

/// What is about one thing replaces itself.
pub(super) fn tag(notification: &Notification) -> String {
    let subject = notification.subject.clone();
    subject.unwrap_or_else(|| notification.id.to_string())
}

/// There is something to do for a subscription at `at`, or once its push service may be asked again.
pub(super) async fn due(step: &mut Step, subscription: &str, at: Millis) -> Result<(), Refusal> {
    sqlx::query(
        "UPDATE push_subscriptions SET due_at = max(min(coalesce(due_at, ?2), ?2), not_before)
         WHERE id = ?1",
    )
    .bind(subscription)
    .bind(at)
    .execute(&mut step.db)
    .await?;
    step.news.push(News::Pushes);
    Ok(())
}

/// These were read or taken back: where they are shown, they are to be taken away.
pub(crate) async fn settled(step: &mut Step, ids: &[NotificationId]) -> Result<(), Refusal> {
    if !step.ground.pushed {
        return Ok(());
    }
    let at = step.now + GATHER;
    let touched: Vec<String> = sqlx::query_scalar(
        "UPDATE push_items SET due_at = min(due_at, ?1)
         WHERE notification IN (SELECT value FROM json_each(?2)) RETURNING subscription",
    )
    .bind(at)
    .bind(serde_json::to_string(ids)?)
    .fetch_all(&mut step.db)
    .await?;
    looked_at(step, touched, at).await
}

/// The same of everything that was created up to entry `upto`.
pub(crate) async fn all_settled(step: &mut Step, user: UserId, upto: u64) -> Result<(), Refusal> {
    if !step.ground.pushed {
        return Ok(());
    }
    let at = step.now + GATHER;
    let touched: Vec<String> = sqlx::query_scalar(
        "UPDATE push_items SET due_at = min(due_at, ?1) WHERE seq <= ?3 AND subscription IN
         (SELECT id FROM push_subscriptions WHERE user = ?2) RETURNING subscription",
    )
    .bind(at)
    .bind(user.to_string())
    .bind(signed(upto))
    .fetch_all(&mut step.db)
    .await?;
    looked_at(step, touched, at).await
}

/// The user's channels are others: what waits for the end of quiet hours is looked at anew.
pub(crate) async fn look_again(step: &mut Step, user: UserId) -> Result<(), Refusal> {
    if !step.ground.pushed {
        return Ok(());
    }
    let at = step.now;
    let touched: Vec<String> = sqlx::query_scalar(
        "UPDATE push_items SET at = ?1, due_at = ?1 WHERE shown_at IS NULL AND at > ?1
         AND subscription IN (SELECT id FROM push_subscriptions WHERE user = ?2)
         RETURNING subscription",
    )
    .bind(at)
    .bind(user.to_string())
    .fetch_all(&mut step.db)
    .await?;
    looked_at(step, touched, at).await
}

async fn looked_at(
    step: &mut Step,
    mut subscriptions: Vec<String>,
    at: Millis,
) -> Result<(), Refusal> {
    subscriptions.sort_unstable();
    subscriptions.dedup();
    for subscription in subscriptions {
        due(step, &subscription, at).await?;
    }
    Ok(())
}
