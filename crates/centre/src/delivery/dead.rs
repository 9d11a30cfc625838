//! Letters that are tried no more: listed for people, and tried again when they say so.

use super::{LetterCounts, outcome};
use crate::{
    Centre, CentreError,
    audit::{self, Actor},
    hub::News,
    refusal::Refusal,
    store::{log::unsigned, notifications::parsed, writer::Step},
};
use dealbell_protocol::{
    ApiError, ErrorCode, Kind, ProviderId,
    dead_letter::{DeadCause, DeadLetter, DeadLetters, LetterKind},
};
use sqlx::{Row as _, sqlite::SqliteRow};
use std::sync::atomic::Ordering::SeqCst;

/// Letters of a page at most.
pub(crate) const MAX_DEAD_PAGE: u32 = 200;

impl Centre {
    /// Letters that are tried no more, the latest first: at most `limit`, and of those before the
    /// letter `before`.
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn dead_letters(
        &self,
        before: Option<&str>,
        limit: u32,
    ) -> Result<DeadLetters, CentreError> {
        Ok(self.dead_page(before, limit).await?)
    }

    pub(crate) async fn dead_page(
        &self,
        before: Option<&str>,
        limit: u32,
    ) -> Result<DeadLetters, Refusal> {
        let limit = limit.clamp(1, MAX_DEAD_PAGE);
        let rows = sqlx::query(
            "SELECT l.*, u.email, n.provider, n.kind FROM letters l JOIN users u ON u.id = l.user
             LEFT JOIN notifications n ON n.id = l.notification
             WHERE l.state = 'dead' AND (?1 IS NULL OR (l.dead_at, l.id) <
             (SELECT dead_at, id FROM letters WHERE id = ?1 AND state = 'dead'))
             ORDER BY l.dead_at DESC, l.id DESC LIMIT ?2",
        )
        .bind(before)
        .bind(limit + 1)
        .fetch_all(self.read())
        .await?;
        let more = rows.len() > limit as usize;
        let items = rows.iter().take(limit as usize).map(row);
        let items = items.collect::<Result<Vec<_>, _>>()?;
        Ok(DeadLetters {
            next: items.last().filter(|_| more).map(|last| last.id.clone()),
            items,
        })
    }

    /// Lets a dead letter be tried again, from the first attempt on. What has become pointless
    /// meanwhile is dropped instead.
    ///
    /// # Errors
    /// When there is no such dead letter.
    pub async fn retry_letter(&self, actor: Actor, id: &str) -> Result<(), CentreError> {
        Ok(self.revive(actor, Some(id.to_owned())).await.map(|_| ())?)
    }

    /// The same for all dead letters but doubtful ones, which might come twice; says how many.
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn retry_letters(&self, actor: Actor) -> Result<u64, CentreError> {
        Ok(self.revive(actor, None).await?)
    }

    pub(crate) async fn revive(&self, actor: Actor, id: Option<String>) -> Result<u64, Refusal> {
        let revived = self
            .writer()
            .write(move |step| Box::pin(revive(step, actor, id)));
        revived.await
    }

    /// How many letters there are, and what became of those since the start.
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn letter_counts(&self) -> Result<LetterCounts, CentreError> {
        let row = sqlx::query(
            "SELECT count(*) FILTER (WHERE state <> 'dead') AS waiting,
             count(*) FILTER (WHERE state = 'dead') AS dead FROM letters",
        )
        .fetch_one(self.read())
        .await?;
        let tally = &self.inner.tally;
        Ok(LetterCounts {
            waiting: unsigned(row.try_get("waiting")?),
            dead: unsigned(row.try_get("dead")?),
            sent: tally.sent.load(SeqCst),
            failed: tally.failed.load(SeqCst),
            dropped: tally.dropped.load(SeqCst),
        })
    }
}

async fn revive(step: &mut Step, actor: Actor, id: Option<String>) -> Result<u64, Refusal> {
    let revived = sqlx::query(
        "UPDATE letters SET state = 'waiting', due_at = ?2, attempts = 0, cause = NULL,
         dead_at = NULL, lease = NULL
         WHERE state = 'dead' AND (id = ?1 OR (?1 IS NULL AND cause <> 'doubtful'))",
    )
    .bind(&id)
    .bind(step.now)
    .execute(&mut step.db)
    .await?
    .rows_affected();
    match id {
        Some(_) if revived == 0 => {
            let message = "there is no such dead letter";
            return Err(ApiError::new(ErrorCode::NotFound, message).into());
        }
        Some(id) => audit::note(step, &actor, "letter.retry", format!("letter:{id}"), "").await?,
        None => {
            let many = format!("{revived} letters");
            audit::note(step, &actor, "letter.retry", "letters", many).await?;
        }
    }
    step.news.push(News::Letters);
    Ok(revived)
}

fn row(row: &SqliteRow) -> Result<DeadLetter, sqlx::Error> {
    let kind: Option<&str> = row.try_get("kind")?;
    Ok(DeadLetter {
        id: row.try_get("id")?,
        user: parsed(row.try_get("user")?)?,
        email: row.try_get("email")?,
        content: match row.try_get("content")? {
            "one" => LetterKind::One,
            "digest" => LetterKind::Digest,
            _ => LetterKind::Test,
        },
        provider: row
            .try_get::<Option<String>, _>("provider")?
            .map(ProviderId),
        kind: kind.map(|kind| Kind::from_name(kind).unwrap_or_default()),
        day: row.try_get("day")?,
        cause: cause(row.try_get("cause")?),
        reason: row.try_get("reason")?,
        attempts: row.try_get("attempts")?,
        at: row.try_get("at")?,
        dead_at: row.try_get("dead_at")?,
    })
}

fn cause(name: &str) -> DeadCause {
    let all = [DeadCause::Refused, DeadCause::Exhausted];
    let known = all.into_iter().find(|cause| outcome::name(*cause) == name);
    known.unwrap_or(DeadCause::Doubtful)
}
