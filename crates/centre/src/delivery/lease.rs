//! What is due is leased, or dropped where it has become pointless: one transaction.

use super::{
    compose::{self, Taken},
    gather::{Waiting, gather},
    outcome,
};
use crate::{
    refusal::Refusal,
    store::{
        notifications::{from_row, parsed},
        settings,
        writer::Step,
    },
};
use dealbell_protocol::{
    Channel, ChannelSettings, Kind, Millis, Notification, UserId,
    reach::{Kept, Occasion, Reach},
};
use sqlx::Row as _;
use ulid::Ulid;

/// How long a letter is ours. Longer than a try may take, so that nobody else takes it meanwhile.
pub(super) const LEASE: Millis = 5 * 60_000;
/// Letters dropped in one transaction at most, so that nobody waits long for it.
const MOST_DROPPED: usize = 200;

/// A hold on a letter: whoever has lost it changes nothing.
#[derive(Clone, Debug)]
pub(super) struct Lease {
    /// Which letter.
    pub(super) letter: String,
    /// Names the hold.
    pub(super) name: String,
}

/// What is to be done now, and when to look again.
pub(super) struct Round {
    pub(super) taken: Vec<Taken>,
    pub(super) dropped: u64,
    /// When something is due, or a lease ends; none where nothing waits.
    pub(super) next: Option<Millis>,
}

/// Why a letter is not worth sending any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pointless {
    /// What it is about was taken back: the task is done, say.
    Withdrawn,
    /// It was read elsewhere.
    Read,
    /// Something about the same task was read (RULES T6).
    TaskRead,
    /// The user's channels have become others.
    Kept(Kept),
}

/// Leases up to `most` letters that are due.
pub(super) async fn take(step: &mut Step, most: usize) -> Result<Round, Refusal> {
    gather(step).await?;
    outcome::lapsed(step).await?;
    let (mut taken, mut dropped) = (Vec::new(), 0);
    while taken.len() < most && dropped < MOST_DROPPED as u64 {
        let row = sqlx::query(
            "SELECT * FROM letters WHERE state = 'waiting' AND due_at <= ?
             ORDER BY due_at, id LIMIT 1",
        )
        .bind(step.now)
        .fetch_optional(&mut step.db)
        .await?;
        let Some(row) = row else { break };
        let id: String = row.try_get("id")?;
        let user: UserId = parsed(row.try_get("user")?)?;
        let said = match row.try_get("content")? {
            "one" => one(step, user, &row).await?,
            "digest" => digest(step, user, &id).await?,
            _ => Ok(Said::Test),
        };
        match said {
            Ok(said) => {
                let lease = Lease {
                    letter: id,
                    name: Ulid::generate().to_string(),
                };
                sqlx::query(
                    "UPDATE letters SET state = 'leased', lease = ?2, lease_until = ?3
                     WHERE id = ?1",
                )
                .bind(&lease.letter)
                .bind(&lease.name)
                .bind(step.now + LEASE)
                .execute(&mut step.db)
                .await?;
                taken.push(compose::letter(step, &row, user, said, lease).await?);
            }
            Err(why) => {
                tracing::info!(letter = id, ?why, "a letter has become pointless");
                sqlx::query("DELETE FROM letters WHERE id = ?")
                    .bind(&id)
                    .execute(&mut step.db)
                    .await?;
                dropped += 1;
            }
        }
    }
    Ok(Round {
        taken,
        dropped,
        next: next(step).await?,
    })
}

/// What a letter is to say.
pub(super) enum Said {
    One(Box<Notification>),
    /// The newest first.
    Digest(Vec<Notification>),
    Test,
}

async fn one(
    step: &mut Step,
    user: UserId,
    letter: &sqlx::sqlite::SqliteRow,
) -> Result<Result<Said, Pointless>, Refusal> {
    let row = sqlx::query("SELECT * FROM notifications WHERE id = ?")
        .bind(letter.try_get::<Option<&str>, _>("notification")?)
        .fetch_optional(&mut step.db)
        .await?;
    let Some(row) = row else {
        return Ok(Err(Pointless::Withdrawn));
    };
    let notification = from_row(&row)?;
    if !notification.is_unread() {
        return Ok(Err(Pointless::Read));
    }
    let deadline: Option<Millis> = letter.try_get("deadline")?;
    let due = notification.kind == Kind::TaskDue;
    let overdue = due && deadline.is_some_and(|deadline| deadline <= step.now);
    let occasion = Occasion {
        // Its provider has not said so yet, but that is what it is (RULES T3).
        kind: if overdue {
            Kind::TaskOverdue
        } else {
            notification.kind
        },
        ..Occasion::of(&notification, step.now)
    };
    let settings = settings::about(&mut step.db, user, occasion.provider, occasion.kind).await?;
    let settings = settings.ok_or(Refusal::UnknownUser(user))?;
    match settings.reach(Channel::Email, occasion) {
        Reach::Kept(why) => return Ok(Err(Pointless::Kept(why))),
        // Who has changed to a digest since still gets what was promised: no digest has it.
        Reach::Now | Reach::InDigest => {}
    }
    if due && task_read(step, user, &row).await? {
        return Ok(Err(Pointless::TaskRead));
    }
    Ok(Ok(Said::One(Box::new(notification))))
}

/// Whether the user has read anything about the same task (RULES T6).
async fn task_read(
    step: &mut Step,
    user: UserId,
    about: &sqlx::sqlite::SqliteRow,
) -> Result<bool, Refusal> {
    let read = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM notifications WHERE user = ? AND provider = ?
         AND subject = ? AND (source IS NULL OR source IS ?) AND read_at IS NOT NULL)",
    )
    .bind(user.to_string())
    .bind(about.try_get::<&str, _>("provider")?)
    .bind(about.try_get::<Option<&str>, _>("subject")?)
    .bind(about.try_get::<Option<&str>, _>("source")?)
    .fetch_one(&mut step.db)
    .await?;
    Ok(read)
}

async fn digest(
    step: &mut Step,
    user: UserId,
    id: &str,
) -> Result<Result<Said, Pointless>, Refusal> {
    let settings = settings::of_user(&mut step.db, user, &[]).await?;
    let settings = settings.ok_or(Refusal::UnknownUser(user))?;
    let unread = unread(step, &settings, Waiting::In(id)).await?;
    if unread.is_empty() {
        return Ok(Err(Pointless::Read));
    }
    Ok(Ok(Said::Digest(unread)))
}

/// Which of these items are worth telling, the newest first: unread, and wanted by letter.
pub(super) async fn unread(
    step: &mut Step,
    settings: &ChannelSettings,
    waiting: Waiting<'_>,
) -> Result<Vec<Notification>, Refusal> {
    let (sql, key, before) = match waiting {
        Waiting::For(user, before) => (
            "SELECT n.* FROM digest_items i JOIN notifications n ON n.id = i.notification
             WHERE i.user = ? AND i.letter IS NULL AND i.created_at < ? AND n.read_at IS NULL
             ORDER BY n.created_seq DESC",
            user.to_string(),
            before,
        ),
        Waiting::In(letter) => (
            "SELECT n.* FROM digest_items i JOIN notifications n ON n.id = i.notification
             WHERE i.letter = ? AND i.created_at < ? AND n.read_at IS NULL
             ORDER BY n.created_seq DESC",
            letter.to_owned(),
            Millis::MAX,
        ),
    };
    let rows = sqlx::query(sql)
        .bind(key)
        .bind(before)
        .fetch_all(&mut step.db)
        .await?;
    let mut unread = Vec::with_capacity(rows.len());
    for row in &rows {
        let notification = from_row(row)?;
        let occasion = Occasion::of(&notification, step.now);
        match settings.reach(Channel::Email, occasion) {
            // Who has changed to single letters since gets what waited for the digest in it.
            Reach::Now | Reach::InDigest => unread.push(notification),
            Reach::Kept(_) => {}
        }
    }
    Ok(unread)
}

async fn next(step: &mut Step) -> Result<Option<Millis>, Refusal> {
    let next = sqlx::query_scalar(
        "SELECT min(at) FROM (
         SELECT min(due_at) AS at FROM letters WHERE state = 'waiting'
         UNION ALL SELECT min(lease_until) FROM letters WHERE state IN ('leased', 'sending')
         UNION ALL SELECT min(next_at) FROM digests WHERE next_at IS NOT NULL)",
    )
    .fetch_one(&mut step.db)
    .await?;
    Ok(next)
}
