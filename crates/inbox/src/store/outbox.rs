//! Marks on their way to the centre: durable before the list moves, applied to what it shows until
//! the centre's own entry has come (STREAM 5, 7).

use super::{Store, StoreError, key, number, signed, undo, unreadable};
use crate::session::{Mark, OutboxMark};
use dealbell_protocol::{Cursor, Millis, Unread};
use sqlx::{QueryBuilder, Row, SqliteConnection};

impl Store {
    /// Puts a mark into the outbox and applies it to what the list shows.
    pub(crate) async fn add_mark(
        &mut self,
        mark: Mark,
        now: Millis,
    ) -> Result<OutboxMark, StoreError> {
        let cursor = self.kept_cursor().await?;
        let mut tx = self.begin().await?;
        if let Mark::Read { ids } = &mark {
            undo::read_alone(&mut tx, ids).await?;
        }
        let marked = put(&mut tx, mark, cursor.as_ref(), now).await?;
        super::snoozed::forget_read(&mut tx).await?;
        tx.commit().await?;
        Ok(marked)
    }

    /// The centre has committed a mark with entry `seq`: it stays on show until that has come.
    pub(crate) async fn mark_done(
        &mut self,
        id: u64,
        seq: u64,
        unread: Unread,
    ) -> Result<(), StoreError> {
        let cursor = self.kept_cursor().await?.map_or(0, |cursor| cursor.seq);
        let mut tx = self.begin().await?;
        sqlx::query("UPDATE outbox SET done_seq = ? WHERE id = ?")
            .bind(signed(seq))
            .bind(signed(id))
            .execute(&mut *tx)
            .await?;
        super::entries::set_unread(&mut tx, unread).await?;
        let waiting = settle(&mut tx, cursor).await?;
        tx.commit().await?;
        self.waiting_marks = waiting;
        Ok(())
    }

    /// The centre refuses a mark for good: the list shows the centre's state again.
    pub(crate) async fn mark_refused(&mut self, id: u64) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        sqlx::query("UPDATE notifications SET shown_read_at = read_at, mark = NULL WHERE mark = ?")
            .bind(signed(id))
            .execute(&mut *tx)
            .await?;
        sqlx::query("DELETE FROM outbox WHERE id = ?")
            .bind(signed(id))
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// The marks the centre has not confirmed, in order.
    pub(super) async fn outbox(&mut self) -> Result<Vec<OutboxMark>, StoreError> {
        unconfirmed(&mut self.connection)
            .await
            .map(|marks| marks.into_iter().map(|(mark, _)| mark).collect())
    }

    /// How many more (or fewer) are unread for the user than for the centre.
    pub(crate) async fn pending_unread(&mut self) -> Result<i64, StoreError> {
        let row = sqlx::query(
            "SELECT COALESCE(SUM((n.shown_read_at IS NULL) - (n.read_at IS NULL)), 0)
             FROM notifications n JOIN outbox o ON o.id = n.mark
             WHERE n.mark IS NOT NULL AND o.done_seq IS NULL",
        )
        .fetch_one(&mut self.connection)
        .await?;
        Ok(row.try_get(0)?)
    }

    pub(super) async fn kept_cursor(&mut self) -> Result<Option<Cursor>, StoreError> {
        let row = sqlx::query("SELECT cursor FROM state")
            .fetch_one(&mut self.connection)
            .await?;
        let cursor: Option<String> = row.try_get(0)?;
        cursor
            .map(|text| text.parse())
            .transpose()
            .map_err(unreadable)
    }
}

/// Puts a mark into the outbox and applies it to what the list shows at `cursor`.
pub(super) async fn put(
    connection: &mut SqliteConnection,
    mark: Mark,
    cursor: Option<&Cursor>,
    now: Millis,
) -> Result<OutboxMark, StoreError> {
    let done = sqlx::query("INSERT INTO outbox (at, mark) VALUES (?, ?)")
        .bind(now)
        .bind(serde_json::to_string(&mark).map_err(unreadable)?)
        .execute(&mut *connection)
        .await?;
    let marked = OutboxMark {
        id: number(done.last_insert_rowid()),
        mark,
    };
    show(connection, &marked, cursor, now).await?;
    Ok(marked)
}

/// Drops confirmed marks whose entries have come by `seq`; whether some still wait.
pub(super) async fn settle(
    connection: &mut SqliteConnection,
    seq: u64,
) -> Result<bool, StoreError> {
    sqlx::query(
        "UPDATE notifications SET shown_read_at = read_at, mark = NULL
         WHERE mark IN (SELECT id FROM outbox WHERE done_seq <= ?)",
    )
    .bind(signed(seq))
    .execute(&mut *connection)
    .await?;
    sqlx::query("DELETE FROM outbox WHERE done_seq <= ?")
        .bind(signed(seq))
        .execute(&mut *connection)
        .await?;
    let row = sqlx::query("SELECT EXISTS (SELECT 1 FROM outbox WHERE done_seq IS NOT NULL)")
        .fetch_one(connection)
        .await?;
    Ok(row.try_get(0)?)
}

/// Shows the unconfirmed marks on a state that was replaced; the confirmed ones are in it.
pub(super) async fn apply_again(
    connection: &mut SqliteConnection,
    cursor: &Cursor,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM outbox WHERE done_seq IS NOT NULL")
        .execute(&mut *connection)
        .await?;
    for (mark, at) in unconfirmed(connection).await? {
        show(connection, &mark, Some(cursor), at).await?;
    }
    Ok(())
}

async fn unconfirmed(
    connection: &mut SqliteConnection,
) -> Result<Vec<(OutboxMark, Millis)>, StoreError> {
    let rows = sqlx::query("SELECT id, mark, at FROM outbox WHERE done_seq IS NULL ORDER BY id")
        .fetch_all(connection)
        .await?;
    rows.into_iter()
        .map(|row| {
            let mark = OutboxMark {
                id: number(row.try_get(0)?),
                mark: serde_json::from_str(row.try_get(1)?).map_err(unreadable)?,
            };
            Ok((mark, row.try_get(2)?))
        })
        .collect()
}

async fn show(
    connection: &mut SqliteConnection,
    marked: &OutboxMark,
    cursor: Option<&Cursor>,
    at: Millis,
) -> Result<(), StoreError> {
    let id = signed(marked.id);
    match &marked.mark {
        Mark::Read { ids } | Mark::Unread { ids } => {
            let read_at = matches!(marked.mark, Mark::Read { .. }).then_some(at);
            // One statement for them all: everything marked read may be thousands to take back.
            let mut update = QueryBuilder::new("UPDATE notifications SET mark = ");
            update.push_bind(id).push(", shown_read_at = ");
            match read_at {
                None => update.push("NULL"),
                Some(at) => update
                    .push("COALESCE(shown_read_at, ")
                    .push_bind(at)
                    .push(")"),
            };
            update.push(" WHERE id IN (");
            let mut which = update.separated(", ");
            for row in ids {
                which.push_bind(key(*row));
            }
            update.push(")").build().execute(connection).await?;
        }
        // Another epoch's place means nothing here; the centre refuses it too (STREAM 6).
        Mark::ReadAll { upto } if cursor.is_some_and(|cursor| cursor.epoch == upto.epoch) => {
            sqlx::query(
                "UPDATE notifications SET mark = ?2, shown_read_at = ?3
                 WHERE seq <= ?1 AND shown_read_at IS NULL",
            )
            .bind(signed(upto.seq))
            .bind(id)
            .bind(at)
            .execute(connection)
            .await?;
        }
        Mark::ReadAll { .. } => {}
    }
    Ok(())
}
