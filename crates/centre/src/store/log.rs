//! The log of a user: every change of his state, its number and the counter, in one step.

use super::{words::Shelf, writer::Step};
use crate::{frame, hub::News, refusal::Refusal};
use dealbell_protocol::{Cursor, Unread, UserId, stream::Change};
use sqlx::{Row as _, SqliteConnection, SqlitePool, sqlite::SqliteRow};

/// Where a user's log ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// The newest entry.
    pub(crate) cursor: Cursor,
    /// The counter there.
    pub(crate) unread: Unread,
    /// The last entry that was deleted for its age.
    pub(crate) trimmed: u64,
    /// Where the words of his notifications are.
    pub(crate) shelf: Shelf,
}

impl Head {
    fn of(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        let seq = unsigned(row.try_get("seq")?);
        Ok(Self {
            unread: Unread {
                count: unsigned(row.try_get("unread")?),
                at: seq,
            },
            cursor: Cursor {
                epoch: row.try_get("epoch")?,
                seq,
            },
            trimmed: unsigned(row.try_get("trimmed")?),
            shelf: Shelf::new(row.try_get("number")?),
        })
    }
}

/// An entry, ready to be sent.
#[derive(Debug)]
pub(crate) struct Entry {
    /// Its number.
    pub(crate) seq: u64,
    /// The `event` frame.
    pub(crate) frame: String,
}

/// A place in a log that is being written: the number the next entry has. Its row may carry that
/// number, and its entry is written by [`append`] in the same step.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Next {
    user: UserId,
    /// The number.
    pub(crate) seq: u64,
    unread: u64,
    /// Where the words of his notifications are.
    pub(crate) shelf: Shelf,
}

/// Reserves the next number of `user`'s log and changes his counter.
pub(crate) async fn reserve(step: &mut Step, user: UserId, unread: i64) -> Result<Next, Refusal> {
    let row = sqlx::query(
        "UPDATE users SET seq = seq + 1, unread = unread + ?2 WHERE id = ?1
         RETURNING seq, unread, number",
    )
    .bind(user.to_string())
    .bind(unread)
    .fetch_optional(&mut step.db)
    .await?
    .ok_or(Refusal::UnknownUser(user))?;
    Ok(Next {
        user,
        seq: unsigned(row.try_get("seq")?),
        unread: unsigned(row.try_get("unread")?),
        shelf: Shelf::new(row.try_get("number")?),
    })
}

/// Writes the entry of a reserved number; the user's connections hear of it after the commit.
pub(crate) async fn append(step: &mut Step, next: Next, change: &Change) -> Result<(), Refusal> {
    let change = serde_json::to_string(change)?;
    sqlx::query("INSERT INTO log (user, seq, at, change, unread) VALUES (?, ?, ?, ?, ?)")
        .bind(next.user.to_string())
        .bind(signed(next.seq))
        .bind(step.now)
        .bind(&change)
        .bind(signed(next.unread))
        .execute(&mut step.db)
        .await?;
    step.news.push(News::Entry {
        user: next.user,
        seq: next.seq,
        frame: frame::event(next.seq, step.now, &change, next.unread),
    });
    Ok(())
}

/// Where `user`'s log ends; none for an unknown user.
pub(crate) async fn head(
    db: &mut SqliteConnection,
    user: UserId,
) -> Result<Option<Head>, sqlx::Error> {
    sqlx::query("SELECT epoch, seq, unread, trimmed, number FROM users WHERE id = ?")
        .bind(user.to_string())
        .fetch_optional(db)
        .await?
        .map(|row| Head::of(&row))
        .transpose()
}

/// The entries after `seq`, oldest first, at most `limit`.
pub(crate) async fn after(
    read: &SqlitePool,
    user: UserId,
    seq: u64,
    limit: u32,
) -> Result<Vec<Entry>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT seq, at, change, unread FROM log WHERE user = ? AND seq > ? ORDER BY seq LIMIT ?",
    )
    .bind(user.to_string())
    .bind(signed(seq))
    .bind(limit)
    .fetch_all(read)
    .await?;
    rows.iter()
        .map(|row| {
            let seq = unsigned(row.try_get("seq")?);
            let change: &str = row.try_get("change")?;
            let unread = unsigned(row.try_get("unread")?);
            let frame = frame::event(seq, row.try_get("at")?, change, unread);
            Ok(Entry { seq, frame })
        })
        .collect()
}

/// Begins a new history where `cursor` names an entry that the log does not have (STREAM 11): what
/// was acknowledged is lost, and numbers would be given out twice. Does nothing where somebody else
/// has begun one already.
pub(crate) async fn begin_epoch(
    step: &mut Step,
    user: UserId,
    cursor: &Cursor,
) -> Result<(), Refusal> {
    let begun = sqlx::query("UPDATE users SET epoch = ? WHERE id = ? AND epoch = ? AND seq < ?")
        .bind(crate::secret::epoch())
        .bind(user.to_string())
        .bind(&cursor.epoch)
        .bind(signed(cursor.seq))
        .execute(&mut step.db)
        .await?;
    if begun.rows_affected() > 0 {
        tracing::warn!(%user, "a client knows more than the log: a new epoch begins");
        step.news.push(News::NewEpoch { user });
    }
    Ok(())
}

/// SQLite's integers are signed; a number beyond them is beyond every log.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A stored count or number, never negative.
pub(crate) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
