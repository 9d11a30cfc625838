//! What is kept how long. Trimming goes in small steps, each a commit of its own, so that whoever
//! publishes waits for none of them; unread notifications stay for ever.

use crate::{
    Centre, CentreError, browsers,
    refusal::Refusal,
    store::{
        log::{self, signed, unsigned},
        notifications::parsed,
        upgrade,
        writer::Step,
    },
};
use dealbell_protocol::{
    Millis, NotificationId, UserId,
    stream::{Change, MAX_MARK_IDS},
};
use sqlx::Row as _;
use std::time::Duration;

const DAY: Millis = 24 * 60 * 60 * 1_000;
/// Rows of one step at most.
const ROWS: u32 = 500;
/// How often it is looked whether something has grown old.
const LOOK: Duration = Duration::from_secs(60 * 60);

/// How many days things are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Entries of the logs; a device that was away longer starts over (STREAM 1).
    pub log: u16,
    /// Notifications, counted from when they were read.
    pub read: u16,
    /// Letters that are tried no more.
    pub dead_letters: u16,
    /// What administrators did.
    pub audit: u16,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            log: 30,
            read: 180,
            dead_letters: 90,
            audit: 730,
        }
    }
}

/// What was deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trimmed {
    /// Entries of logs.
    pub log: u64,
    /// Read notifications.
    pub read: u64,
    /// Everything else.
    pub other: u64,
}

impl Centre {
    /// Deletes what is old at this moment.
    ///
    /// # Errors
    /// When the storage fails; what was deleted before is gone.
    pub async fn trim(&self, keep: Retention) -> Result<Trimmed, CentreError> {
        // Before the logs: each step here is an entry there.
        let read = self
            .in_steps(move |step| Box::pin(read_ones(step, keep.read)))
            .await?;
        let mut trimmed = Trimmed {
            read,
            ..Trimmed::default()
        };
        for (table, keep) in [
            (Old::Idempotency, 1),
            (Old::DeadLetters, keep.dead_letters),
            (Old::Audit, keep.audit),
        ] {
            trimmed.other += self
                .in_steps(move |step| Box::pin(rows(step, table, keep)))
                .await?;
        }
        trimmed.other += self
            .in_steps(|step| Box::pin(browsers::sign_stale_out(step, ROWS)))
            .await?;
        for user in self.with_old_entries(keep.log).await? {
            trimmed.log += self
                .in_steps(move |step| Box::pin(entries(step, user, keep.log)))
                .await?;
        }
        Ok(trimmed)
    }

    /// Trims now and every hour, until `shutdown`.
    pub async fn keep_trimmed(&self, keep: Retention, shutdown: impl Future<Output = ()> + Send) {
        let mut shutdown = std::pin::pin!(shutdown);
        loop {
            let turn = async {
                match self.trim(keep).await {
                    Ok(trimmed) if trimmed == Trimmed::default() => {}
                    Ok(trimmed) => tracing::info!(?trimmed, "what was old is deleted"),
                    Err(error) => tracing::error!(%error, "what is old cannot be deleted"),
                }
                let path = self.inner.store.path.clone();
                // A file at a time, once an hour.
                let _ = tokio::task::spawn_blocking(move || upgrade::forget_copies(&path)).await;
                self.inner.clock.sleep(LOOK).await;
            };
            tokio::select! {
                () = turn => {}
                () = &mut shutdown => return,
            }
        }
    }

    /// Repeats a step until it finds less than it may take; how much it took.
    async fn in_steps<F>(&self, act: F) -> Result<u64, CentreError>
    where
        F: for<'s> Fn(&'s mut Step) -> futures_util::future::BoxFuture<'s, Result<u64, Refusal>>
            + Clone
            + Send
            + Sync
            + 'static,
    {
        let mut sum = 0;
        loop {
            let act = act.clone();
            let taken = self.writer().write(move |step| act(step)).await?;
            sum += taken;
            if taken < u64::from(ROWS) {
                return Ok(sum);
            }
        }
    }

    /// Whose log begins with an old entry that is not its last. Reading, so that nobody waits.
    async fn with_old_entries(&self, keep: u16) -> Result<Vec<UserId>, CentreError> {
        let users: Vec<String> = sqlx::query_scalar(
            "SELECT id FROM users WHERE trimmed + 1 < seq AND ? >
             (SELECT at FROM log WHERE user = users.id AND seq = users.trimmed + 1)",
        )
        .bind(cut(self.now(), keep))
        .fetch_all(self.read())
        .await?;
        let users = users.iter().map(|user| parsed(user));
        Ok(users.collect::<Result<_, sqlx::Error>>()?)
    }
}

fn cut(now: Millis, days: u16) -> Millis {
    now - DAY * Millis::from(days)
}

/// The oldest entries of a user's log, up to the first that is young. The newest entry of all stays,
/// so that whoever is behind sees by it what he misses.
async fn entries(step: &mut Step, user: UserId, keep: u16) -> Result<u64, Refusal> {
    let name = user.to_string();
    let rows = sqlx::query(
        "SELECT log.seq, log.at FROM log JOIN users ON users.id = log.user
         WHERE log.user = ? AND log.seq > users.trimmed AND log.seq < users.seq
         ORDER BY log.seq LIMIT ?",
    )
    .bind(&name)
    .bind(ROWS)
    .fetch_all(&mut step.db)
    .await?;
    let cut = cut(step.now, keep);
    let (mut count, mut last) = (0, None);
    for row in rows {
        if row.try_get::<Millis, _>("at")? >= cut {
            break;
        }
        count += 1;
        last = Some(unsigned(row.try_get("seq")?));
    }
    let Some(last) = last else { return Ok(0) };
    sqlx::query("DELETE FROM log WHERE user = ? AND seq <= ?")
        .bind(&name)
        .bind(signed(last))
        .execute(&mut step.db)
        .await?;
    sqlx::query("UPDATE users SET trimmed = ? WHERE id = ?")
        .bind(signed(last))
        .bind(&name)
        .execute(&mut step.db)
        .await?;
    Ok(count)
}

/// What was read long ago. Devices hear of it, so that theirs is the same list.
async fn read_ones(step: &mut Step, keep: u16) -> Result<u64, Refusal> {
    let rows = sqlx::query(
        "DELETE FROM notifications WHERE id IN
         (SELECT id FROM notifications WHERE read_at IS NOT NULL AND read_at < ?
          ORDER BY read_at LIMIT ?)
         RETURNING user, id, created_seq",
    )
    .bind(cut(step.now, keep))
    .bind(ROWS)
    .fetch_all(&mut step.db)
    .await?;
    let mut gone: Vec<(UserId, NotificationId, u64)> = rows
        .iter()
        .map(|row| {
            let (user, id) = (parsed(row.try_get("user")?)?, parsed(row.try_get("id")?)?);
            Ok((user, id, unsigned(row.try_get("created_seq")?)))
        })
        .collect::<Result<_, sqlx::Error>>()?;
    gone.sort_unstable();
    for of_user in gone.chunk_by(|a, b| a.0 == b.0) {
        for part in of_user.chunks(MAX_MARK_IDS) {
            let ids = part.iter().map(|row| row.1).collect();
            let next = log::reserve(step, part[0].0, 0).await?;
            let words = part.iter().map(|row| next.shelf.gone(row.2));
            step.words.extend(words);
            log::append(step, next, &Change::Removed { ids }).await?;
        }
    }
    Ok(gone.len() as u64)
}

#[derive(Clone, Copy)]
enum Old {
    Idempotency,
    DeadLetters,
    Audit,
}

/// Old rows of a table that nobody follows.
async fn rows(step: &mut Step, old: Old, keep: u16) -> Result<u64, Refusal> {
    let delete = match old {
        Old::Idempotency => {
            "DELETE FROM idempotency WHERE (provider, key) IN
             (SELECT provider, key FROM idempotency WHERE at <= ? ORDER BY at LIMIT ?)"
        }
        Old::DeadLetters => {
            "DELETE FROM letters WHERE id IN (SELECT id FROM letters
             WHERE state = 'dead' AND dead_at < ? ORDER BY dead_at LIMIT ?)"
        }
        Old::Audit => {
            "DELETE FROM audit WHERE position IN
             (SELECT position FROM audit WHERE at < ? ORDER BY at LIMIT ?)"
        }
    };
    let deleted = sqlx::query(delete)
        .bind(cut(step.now, keep))
        .bind(ROWS)
        .execute(&mut step.db)
        .await?;
    Ok(deleted.rows_affected())
}
