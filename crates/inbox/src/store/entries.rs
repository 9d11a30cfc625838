//! Entries of the log and whole states, each in one transaction with its cursor (STREAM 3).

use super::schema::Place;
use super::{
    AT_ONCE, Store, StoreError, attempts, id_of, key, outbox, rows, signed, snoozed, sweep, undo,
    unreadable,
};
use crate::toast::{AttemptId, Held, Suppression, ToastOutcome, Wait};
use dealbell_protocol::stream::{Change, Event};
use dealbell_protocol::{ChannelSettings, Cursor, Millis, Notification, NotificationId, Unread};
use sqlx::{QueryBuilder, Row, SqliteConnection};
use std::collections::HashSet;

/// What is written about the toast in the transaction that inserts its notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Record {
    /// It is going to be attempted.
    Open,
    /// It is not, for this reason.
    Suppressed(Suppression),
    /// It is not now: a summary speaks for it when the quiet is over.
    HeldBack(Suppression),
}

impl Record {
    pub(super) fn outcome(self) -> Option<ToastOutcome> {
        match self {
            Self::Open => None,
            Self::Suppressed(by) | Self::HeldBack(by) => Some(ToastOutcome::Suppressed { by }),
        }
    }

    /// Whether the quiet holds it back.
    pub(super) fn is_held(self) -> bool {
        matches!(self, Self::HeldBack(_))
    }
}

/// What an entry did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Applied {
    /// The recorded attempt, where the entry was a fresh insert.
    pub(crate) attempt: Option<AttemptId>,
    /// What the entry is about has left this device: the state is to be read anew, and the cursor is
    /// forgotten.
    pub(crate) incomplete: bool,
}

impl Store {
    /// Applies `event` and moves to `cursor`. `record` is about the toast of a created notification,
    /// and is written where the insert is fresh.
    pub(crate) async fn apply(
        &mut self,
        event: &Event,
        cursor: &Cursor,
        record: Option<Record>,
        now: Millis,
    ) -> Result<Applied, StoreError> {
        let settle = self.waiting_marks;
        let mut tx = self.begin().await?;
        let mut applied = Applied::default();
        match &event.change {
            Change::Created(notification) => {
                let fresh = rows::insert(&mut tx, notification).await?;
                if let Some(record) = record.filter(|_| fresh) {
                    let id = Some(notification.id);
                    let attempt = attempts::record(&mut tx, id, record, now).await?;
                    applied.attempt = Some(attempt);
                }
            }
            Change::Updated(notification) => rows::update(&mut tx, notification).await?,
            Change::Read { ids } => {
                read(&mut tx, ids, event.at).await?;
                undo::read_alone(&mut tx, ids).await?;
            }
            Change::Unread { ids } => {
                unread(&mut tx, ids).await?;
                applied.incomplete = sweep::is_swept(&mut tx, ids).await?;
            }
            Change::Removed { ids } => {
                for id in ids {
                    rows::remove(&mut tx, *id).await?;
                }
            }
            Change::ReadAll { upto } => read_all(&mut tx, *upto, event.at).await?,
            Change::Channels(channels) | Change::Providers(channels) => {
                set_channels(&mut tx, channels).await?;
            }
        }
        move_to(&mut tx, cursor, event.unread).await?;
        if applied.incomplete {
            sweep::forget_cursor(&mut tx).await?;
        }
        let mut waiting = false;
        if settle {
            waiting = outbox::settle(&mut tx, cursor.seq).await?;
        }
        snoozed::forget_read(&mut tx).await?;
        tx.commit().await?;
        self.waiting_marks = waiting;
        Ok(applied)
    }

    /// Puts a page of a new state beside the present one.
    pub(crate) async fn stage(
        &mut self,
        first: bool,
        items: &[Notification],
    ) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        if first {
            rows::clear(&mut tx, Place::Staged).await?;
        }
        rows::stage(&mut tx, items).await?;
        tx.commit().await?;
        Ok(())
    }

    /// What was staged becomes the state. Unread ones that were not here before get an attempt as
    /// `record` says; the open ones come back, for one summary (STREAM 1).
    pub(crate) async fn replace(
        &mut self,
        cursor: &Cursor,
        unread: Unread,
        record: impl Fn(&Notification) -> Record,
        now: Millis,
    ) -> Result<Vec<Held>, StoreError> {
        let mut tx = self.begin().await?;
        let rows = sqlx::query(
            "SELECT b.body FROM staged s JOIN staged_bodies b ON b.seq = s.seq
             WHERE s.read_at IS NULL AND s.id NOT IN (SELECT id FROM notifications)
             ORDER BY s.seq",
        )
        .fetch_all(&mut *tx)
        .await?;
        let mut fresh: Vec<(Notification, Record)> = Vec::with_capacity(rows.len());
        for row in rows {
            let notification = serde_json::from_str(row.try_get(0)?).map_err(unreadable)?;
            let record = record(&notification);
            fresh.push((notification, record));
        }
        let attempts = attempts::record_all(&mut tx, &fresh, now).await?;
        let mut held = Vec::new();
        for ((notification, record), attempt) in fresh.into_iter().zip(attempts) {
            let why = match record {
                Record::Open => Wait::Missed,
                Record::HeldBack(_) => Wait::Quiet,
                Record::Suppressed(_) => continue,
            };
            held.push(Held {
                attempt,
                notification,
                why,
            });
        }
        rows::take_staged(&mut tx).await?;
        sqlx::query("UPDATE state SET unread_count = 0, unread_at = 0")
            .execute(&mut *tx)
            .await?;
        move_to(&mut tx, cursor, unread).await?;
        outbox::apply_again(&mut tx, cursor).await?;
        snoozed::forget_read(&mut tx).await?;
        tx.commit().await?;
        self.waiting_marks = false;
        Ok(held)
    }

    /// Those of `ids` that are gone or read.
    pub(crate) async fn gone_or_read(
        &mut self,
        ids: Vec<NotificationId>,
    ) -> Result<Vec<NotificationId>, StoreError> {
        let mut unread = HashSet::with_capacity(ids.len());
        // After a first sign-in they may be thousands.
        for ids in ids.chunks(AT_ONCE) {
            let mut ask = QueryBuilder::new(
                "SELECT id FROM notifications WHERE shown_read_at IS NULL AND id IN (",
            );
            let mut which = ask.separated(", ");
            for id in ids {
                which.push_bind(key(*id));
            }
            let ask = ask.push(")").build();
            for row in ask.fetch_all(&mut self.connection).await? {
                unread.insert(id_of(row.try_get(0)?)?);
            }
        }
        Ok(ids.into_iter().filter(|id| !unread.contains(id)).collect())
    }
}

pub(super) async fn set_unread(
    connection: &mut SqliteConnection,
    unread: Unread,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE state SET unread_count = ?1, unread_at = ?2 WHERE unread_at <= ?2")
        .bind(signed(unread.count))
        .bind(signed(unread.at))
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn set_channels(
    connection: &mut SqliteConnection,
    channels: &ChannelSettings,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE state SET channels = ?")
        .bind(serde_json::to_string(channels).map_err(unreadable)?)
        .execute(connection)
        .await?;
    Ok(())
}

async fn read(
    connection: &mut SqliteConnection,
    ids: &[NotificationId],
    at: Millis,
) -> Result<(), StoreError> {
    for id in ids {
        sqlx::query(
            "UPDATE notifications SET read_at = ?2,
                 shown_read_at = CASE WHEN mark IS NULL THEN ?2 ELSE shown_read_at END
             WHERE id = ?1 AND read_at IS NULL",
        )
        .bind(key(*id))
        .bind(at)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

async fn unread(
    connection: &mut SqliteConnection,
    ids: &[NotificationId],
) -> Result<(), StoreError> {
    for id in ids {
        sqlx::query(
            "UPDATE notifications SET read_at = NULL,
                 shown_read_at = CASE WHEN mark IS NULL THEN NULL ELSE shown_read_at END
             WHERE id = ?1",
        )
        .bind(key(*id))
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

async fn read_all(
    connection: &mut SqliteConnection,
    upto: u64,
    at: Millis,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE notifications SET read_at = ?2,
             shown_read_at = CASE WHEN mark IS NULL THEN ?2 ELSE shown_read_at END
         WHERE seq <= ?1 AND read_at IS NULL",
    )
    .bind(signed(upto))
    .bind(at)
    .execute(connection)
    .await?;
    Ok(())
}

async fn move_to(
    connection: &mut SqliteConnection,
    cursor: &Cursor,
    unread: Unread,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE state SET cursor = ?1,
             unread_count = CASE WHEN unread_at <= ?3 THEN ?2 ELSE unread_count END,
             unread_at = MAX(unread_at, ?3)",
    )
    .bind(cursor.to_string())
    .bind(signed(unread.count))
    .bind(signed(unread.at))
    .execute(connection)
    .await?;
    Ok(())
}
