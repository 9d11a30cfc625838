//! How the link to the centre went, for the diagnostics page.

use super::{Store, StoreError, id_of, unreadable};
use dealbell_protocol::window::{ConnectionRecord, LinkEvent, ToastRecord};
use dealbell_protocol::{Millis, ProviderId};
use sqlx::Row;

/// How many changes of the link are kept.
const KEPT: i64 = 200;

impl Store {
    /// Keeps what happened to the link. A loss after a loss for the same reason is one try more, and
    /// only its wait is news: a night without a network is one line.
    pub(crate) async fn keep_link(
        &mut self,
        event: &LinkEvent,
        now: Millis,
    ) -> Result<(), StoreError> {
        let written = serde_json::to_string(event).map_err(unreadable)?;
        let mut tx = self.begin().await?;
        let last = sqlx::query("SELECT id, event FROM history ORDER BY id DESC LIMIT 1")
            .fetch_optional(&mut *tx)
            .await?;
        if let Some(last) = last {
            let before = serde_json::from_str(last.try_get(1)?).map_err(unreadable)?;
            if is_next_try(&before, event) {
                sqlx::query("UPDATE history SET event = ? WHERE id = ?")
                    .bind(written)
                    .bind(last.try_get::<i64, _>(0)?)
                    .execute(&mut *tx)
                    .await?;
                return Ok(tx.commit().await?);
            }
        }
        let done = sqlx::query("INSERT INTO history (at, event) VALUES (?, ?)")
            .bind(now)
            .bind(written)
            .execute(&mut *tx)
            .await?;
        sqlx::query("DELETE FROM history WHERE id <= ?")
            .bind(done.last_insert_rowid() - KEPT)
            .execute(&mut *tx)
            .await?;
        Ok(tx.commit().await?)
    }

    /// The newest changes of the link and the newest toast decisions, newest first.
    pub(crate) async fn diagnostics(
        &mut self,
        limit: u32,
    ) -> Result<(Vec<ConnectionRecord>, Vec<ToastRecord>), StoreError> {
        let rows = sqlx::query("SELECT at, event FROM history ORDER BY id DESC LIMIT ?")
            .bind(i64::from(limit))
            .fetch_all(&mut self.connection)
            .await?;
        let mut connections = Vec::with_capacity(rows.len());
        for row in &rows {
            connections.push(ConnectionRecord {
                at: row.try_get(0)?,
                event: serde_json::from_str(row.try_get(1)?).map_err(unreadable)?,
            });
        }
        let rows = sqlx::query(
            "SELECT a.at, a.notification, json_extract(b.body, '$.title'), n.provider, a.outcome
             FROM attempts a LEFT JOIN notifications n ON n.id = a.notification
             LEFT JOIN bodies b ON b.seq = n.seq ORDER BY a.id DESC LIMIT ?",
        )
        .bind(i64::from(limit))
        .fetch_all(&mut self.connection)
        .await?;
        let mut decisions = Vec::with_capacity(rows.len());
        for row in &rows {
            let notification: Option<&[u8]> = row.try_get(1)?;
            let provider: Option<&str> = row.try_get(3)?;
            let outcome: Option<&str> = row.try_get(4)?;
            decisions.push(ToastRecord {
                at: row.try_get(0)?,
                notification: notification.map(id_of).transpose()?,
                title: row.try_get(2)?,
                provider: provider.map(ProviderId::new),
                outcome: outcome
                    .map(serde_json::from_str)
                    .transpose()
                    .map_err(unreadable)?,
            });
        }
        Ok((connections, decisions))
    }
}

fn is_next_try(before: &LinkEvent, event: &LinkEvent) -> bool {
    match (before, event) {
        (LinkEvent::Lost { code: before, .. }, LinkEvent::Lost { code, .. }) => before == code,
        _ => false,
    }
}
