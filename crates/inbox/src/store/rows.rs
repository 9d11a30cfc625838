//! A notification's row: its narrow part, its body and its words, always all three.

use super::schema::Place;
use super::{AT_ONCE, StoreError, key, schema, signed, unreadable};
use dealbell_protocol::words::words_of;
use dealbell_protocol::{Notification, NotificationId};
use sqlx::{QueryBuilder, Row, SqliteConnection};
use std::collections::HashSet;

/// Adds a notification, unless it is here; whether it was not.
pub(super) async fn insert(
    connection: &mut SqliteConnection,
    notification: &Notification,
) -> Result<bool, StoreError> {
    if seq_of(connection, notification.id).await?.is_some() {
        return Ok(false);
    }
    make_room(connection, notification.created_seq).await?;
    sqlx::query("DELETE FROM swept WHERE id = ?")
        .bind(key(notification.id))
        .execute(&mut *connection)
        .await?;
    sqlx::query(
        "INSERT INTO notifications
             (seq, id, read_at, shown_read_at, created_at, provider, link)
         VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6)",
    )
    .bind(signed(notification.created_seq))
    .bind(key(notification.id))
    .bind(notification.read_at)
    .bind(notification.created_at)
    .bind(notification.provider.as_str())
    .bind(notification.link.as_deref())
    .execute(&mut *connection)
    .await?;
    write_text(connection, notification).await?;
    Ok(true)
}

/// Lets a notification say something new; adds it where it is not here.
pub(super) async fn update(
    connection: &mut SqliteConnection,
    notification: &Notification,
) -> Result<(), StoreError> {
    let Some(old) = seq_of(connection, notification.id).await? else {
        insert(connection, notification).await?;
        return Ok(());
    };
    let seq = signed(notification.created_seq);
    erase_text(connection, old).await?;
    if old != seq {
        make_room(connection, notification.created_seq).await?;
    }
    sqlx::query(
        "UPDATE notifications SET seq = ?2, read_at = ?3, created_at = ?4, provider = ?5,
             link = ?6, shown_read_at = CASE WHEN mark IS NULL THEN ?3 ELSE shown_read_at END
         WHERE id = ?1",
    )
    .bind(key(notification.id))
    .bind(seq)
    .bind(notification.read_at)
    .bind(notification.created_at)
    .bind(notification.provider.as_str())
    .bind(notification.link.as_deref())
    .execute(&mut *connection)
    .await?;
    write_text(connection, notification).await
}

/// Takes a notification away, where it is here.
pub(super) async fn remove(
    connection: &mut SqliteConnection,
    id: NotificationId,
) -> Result<(), StoreError> {
    if let Some(seq) = seq_of(connection, id).await? {
        remove_at(connection, seq).await?;
    }
    for statement in [
        "DELETE FROM snoozed WHERE id = ?",
        "DELETE FROM marked_all WHERE id = ?",
        "DELETE FROM swept WHERE id = ?",
    ] {
        sqlx::query(statement)
            .bind(key(id))
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Takes all notifications of that place away.
pub(super) async fn clear(
    connection: &mut SqliteConnection,
    place: Place,
) -> Result<(), StoreError> {
    for statement in [
        "DELETE FROM {rows}",
        "DELETE FROM {bodies}",
        "INSERT INTO {words} ({words}) VALUES ('delete-all')",
    ] {
        sqlx::query(place.sql(statement))
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Puts a page of notifications beside the present ones; of two with one id or number the later
/// is right. A statement for each table, not for each row: a state may be 100,000 rows.
pub(super) async fn stage(
    connection: &mut SqliteConnection,
    page: &[Notification],
) -> Result<(), StoreError> {
    let (mut ids, mut seqs) = (HashSet::new(), HashSet::new());
    let mut page: Vec<&Notification> = page
        .iter()
        .rev()
        .filter(|item| ids.insert(item.id) & seqs.insert(item.created_seq))
        .collect();
    page.reverse();
    for items in page.chunks(AT_ONCE) {
        unstage(connection, items).await?;
        let mut rows = QueryBuilder::new(
            "INSERT INTO staged
                 (seq, id, read_at, shown_read_at, created_at, provider, link) ",
        );
        rows.push_values(items, |mut row, item| {
            row.push_bind(signed(item.created_seq))
                .push_bind(key(item.id))
                .push_bind(item.read_at)
                .push_bind(item.read_at)
                .push_bind(item.created_at)
                .push_bind(item.provider.as_str())
                .push_bind(item.link.as_deref());
        });
        rows.build().execute(&mut *connection).await?;
        let bodies: Vec<String> = items
            .iter()
            .map(|item| body(item))
            .collect::<Result<_, _>>()?;
        let mut texts = QueryBuilder::new("INSERT INTO staged_bodies (seq, body) ");
        texts.push_values(items.iter().zip(bodies), |mut row, (item, body)| {
            row.push_bind(signed(item.created_seq)).push_bind(body);
        });
        texts.build().execute(&mut *connection).await?;
        let mut index = QueryBuilder::new("INSERT INTO staged_words (rowid, text) ");
        index.push_values(items, |mut row, item| {
            row.push_bind(signed(item.created_seq))
                .push_bind(words_of(item));
        });
        index.build().execute(&mut *connection).await?;
    }
    Ok(())
}

/// Takes away what of these is staged already.
async fn unstage(
    connection: &mut SqliteConnection,
    items: &[&Notification],
) -> Result<(), StoreError> {
    let mut find = QueryBuilder::new("SELECT seq FROM staged WHERE seq IN (");
    let mut which = find.separated(", ");
    for item in items {
        which.push_bind(signed(item.created_seq));
    }
    find.push(") UNION SELECT seq FROM staged WHERE id IN (");
    let mut which = find.separated(", ");
    for item in items {
        which.push_bind(key(item.id));
    }
    let found = find.push(")").build().fetch_all(&mut *connection).await?;
    for row in found {
        for statement in [
            "DELETE FROM staged WHERE seq = ?",
            "DELETE FROM staged_bodies WHERE seq = ?",
            "DELETE FROM staged_words WHERE rowid = ?",
        ] {
            sqlx::query(statement)
                .bind(row.try_get::<i64, _>(0)?)
                .execute(&mut *connection)
                .await?;
        }
    }
    Ok(())
}

/// What was staged takes the place of all that is here.
pub(super) async fn take_staged(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    schema::take_staged(connection).await?;
    for statement in [
        "DELETE FROM swept",
        "DELETE FROM snoozed WHERE id NOT IN (SELECT id FROM notifications)",
        "DELETE FROM marked_all WHERE id NOT IN (SELECT id FROM notifications)",
    ] {
        sqlx::query(statement).execute(&mut *connection).await?;
    }
    Ok(())
}

async fn seq_of(
    connection: &mut SqliteConnection,
    id: NotificationId,
) -> Result<Option<i64>, StoreError> {
    let row = sqlx::query("SELECT seq FROM notifications WHERE id = ?")
        .bind(key(id))
        .fetch_optional(connection)
        .await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}

/// An entry creates one notification, so two with the same number cannot be: the later is right.
async fn make_room(connection: &mut SqliteConnection, seq: u64) -> Result<(), StoreError> {
    let taken = sqlx::query("SELECT 1 FROM notifications WHERE seq = ?")
        .bind(signed(seq))
        .fetch_optional(&mut *connection)
        .await?;
    match taken {
        Some(_) => remove_at(connection, signed(seq)).await,
        None => Ok(()),
    }
}

async fn remove_at(connection: &mut SqliteConnection, seq: i64) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM notifications WHERE seq = ?")
        .bind(seq)
        .execute(&mut *connection)
        .await?;
    erase_text(connection, seq).await
}

async fn write_text(
    connection: &mut SqliteConnection,
    notification: &Notification,
) -> Result<(), StoreError> {
    let seq = signed(notification.created_seq);
    sqlx::query("INSERT INTO bodies (seq, body) VALUES (?, ?)")
        .bind(seq)
        .bind(body(notification)?)
        .execute(&mut *connection)
        .await?;
    sqlx::query("INSERT INTO words (rowid, text) VALUES (?, ?)")
        .bind(seq)
        .bind(words_of(notification))
        .execute(connection)
        .await?;
    Ok(())
}

async fn erase_text(connection: &mut SqliteConnection, seq: i64) -> Result<(), StoreError> {
    for statement in [
        "DELETE FROM bodies WHERE seq = ?",
        "DELETE FROM words WHERE rowid = ?",
    ] {
        sqlx::query(statement)
            .bind(seq)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

fn body(notification: &Notification) -> Result<String, StoreError> {
    serde_json::to_string(notification).map_err(unreadable)
}
