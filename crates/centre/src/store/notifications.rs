//! Rows of notifications: each function changes rows, log and counter together.

use super::{
    log::{self, signed, unsigned},
    writer::Step,
};
use crate::{delivery::queue, push, refusal::Refusal};
use dealbell_protocol::{
    Kind, Millis, Notification, NotificationId, Priority, ProviderId, UserId,
    ingest::Again,
    stream::{Change, MAX_MARK_IDS},
};
use sqlx::{Row as _, SqliteConnection, SqlitePool, sqlite::SqliteRow};
use ulid::Ulid;

/// Who says something: a provider, and for the CRM's own the connector of which account.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Speaker<'a> {
    pub(crate) provider: &'a ProviderId,
    pub(crate) source: Option<&'a str>,
}

/// What a provider says; clean already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Content {
    pub(crate) kind: Kind,
    pub(crate) priority: Priority,
    pub(crate) subject: Option<String>,
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) context: Option<String>,
    pub(crate) author: Option<String>,
    pub(crate) link: Option<String>,
    pub(crate) at: Millis,
    pub(crate) silent: bool,
    /// When what it is about falls due; none where that is not known.
    pub(crate) deadline: Option<Millis>,
}

/// Tells `user` something: creates a notification, or updates the one of the same key. Nothing
/// visible changed: no entry. Only what is new is told by letter.
pub(crate) async fn tell(
    step: &mut Step,
    user: UserId,
    speaker: Speaker<'_>,
    key: Option<&str>,
    again: Again,
    content: &Content,
) -> Result<NotificationId, Refusal> {
    let known = match key {
        Some(key) => of_key(step, user, speaker, key).await?,
        None => None,
    };
    match known {
        Some(known) if again == Again::Any || known.is_unread() => {
            update(step, user, known, content).await
        }
        _ => create(step, user, speaker, key, content).await,
    }
}

async fn of_key(
    step: &mut Step,
    user: UserId,
    speaker: Speaker<'_>,
    key: &str,
) -> Result<Option<Notification>, Refusal> {
    let row = sqlx::query(
        "SELECT * FROM notifications WHERE user = ? AND provider = ? AND dedup_key = ?
         AND (source IS NULL OR source = ?) ORDER BY created_seq DESC LIMIT 1",
    )
    .bind(user.to_string())
    .bind(speaker.provider.as_str())
    .bind(key)
    .bind(speaker.source)
    .fetch_optional(&mut step.db)
    .await?;
    Ok(row.map(|row| from_row(&row)).transpose()?)
}

async fn create(
    step: &mut Step,
    user: UserId,
    speaker: Speaker<'_>,
    key: Option<&str>,
    content: &Content,
) -> Result<NotificationId, Refusal> {
    let next = log::reserve(step, user, 1).await?;
    let notification = with_content(
        Notification {
            id: NotificationId(Ulid::generate()),
            provider: speaker.provider.clone(),
            kind: content.kind,
            priority: content.priority,
            subject: None,
            title: String::new(),
            text: String::new(),
            context: None,
            author: None,
            link: None,
            at: content.at,
            created_at: step.now,
            created_seq: next.seq,
            read_at: None,
            silent: content.silent,
        },
        content,
    );
    let id = notification.id;
    sqlx::query(
        "INSERT INTO notifications (id, user, provider, kind, priority, subject, dedup_key, title,
         text, context, author, link, at, created_at, created_seq, read_at, silent, source)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?, ?)",
    )
    .bind(id.to_string())
    .bind(user.to_string())
    .bind(speaker.provider.as_str())
    .bind(content.kind.name())
    .bind(content.priority.name())
    .bind(&content.subject)
    .bind(key)
    .bind(&content.title)
    .bind(&content.text)
    .bind(&content.context)
    .bind(&content.author)
    .bind(&content.link)
    .bind(content.at)
    .bind(step.now)
    .bind(signed(next.seq))
    .bind(content.silent)
    .bind(speaker.source)
    .execute(&mut step.db)
    .await?;
    step.words.push(next.shelf.said(&notification));
    queue::told(step, user, &notification, content.deadline).await?;
    push::queue::told(step, user, &notification).await?;
    log::append(step, next, &Change::Created(Box::new(notification))).await?;
    Ok(id)
}

/// What `speaker` said of `subject`, to one user or to all.
pub(crate) async fn of_subject(
    step: &mut Step,
    user: Option<UserId>,
    speaker: Speaker<'_>,
    subject: &str,
) -> Result<Vec<(UserId, Notification)>, Refusal> {
    let rows = sqlx::query(
        "SELECT * FROM notifications WHERE provider = ?1 AND subject = ?2
         AND (?3 IS NULL OR user = ?3) AND (source IS NULL OR source = ?4)
         ORDER BY user, created_seq",
    )
    .bind(speaker.provider.as_str())
    .bind(subject)
    .bind(user.map(|user| user.to_string()))
    .bind(speaker.source)
    .fetch_all(&mut step.db)
    .await?;
    let said = rows.iter().map(|row| {
        let user = parsed(row.try_get("user")?)?;
        Ok((user, from_row(row)?))
    });
    Ok(said.collect::<Result<_, sqlx::Error>>()?)
}

/// Gives a notification of `user` new content; it keeps its mark. Nothing visible changed: no entry.
pub(crate) async fn update(
    step: &mut Step,
    user: UserId,
    known: Notification,
    content: &Content,
) -> Result<NotificationId, Refusal> {
    let id = known.id;
    let updated = with_content(known.clone(), content);
    if updated == known {
        return Ok(id);
    }
    sqlx::query(
        "UPDATE notifications SET kind = ?, priority = ?, subject = ?, title = ?, text = ?,
         context = ?, author = ?, link = ?, at = ?, silent = ? WHERE id = ?",
    )
    .bind(content.kind.name())
    .bind(content.priority.name())
    .bind(&content.subject)
    .bind(&content.title)
    .bind(&content.text)
    .bind(&content.context)
    .bind(&content.author)
    .bind(&content.link)
    .bind(content.at)
    .bind(content.silent)
    .bind(id.to_string())
    .execute(&mut step.db)
    .await?;
    let next = log::reserve(step, user, 0).await?;
    let said = next.shelf.said(&updated);
    if said != next.shelf.said(&known) {
        step.words.push(said);
    }
    log::append(step, next, &Change::Updated(Box::new(updated))).await?;
    Ok(id)
}

/// Deletes what `speaker` said of `subject`: one user's or everybody's, of some kinds or all.
/// Returns how many were deleted.
pub(crate) async fn withdraw(
    step: &mut Step,
    user: Option<UserId>,
    speaker: Speaker<'_>,
    subject: &str,
    kinds: &[Kind],
) -> Result<u64, Refusal> {
    let names: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
    let rows = sqlx::query(
        "DELETE FROM notifications WHERE provider = ?1 AND subject = ?2
         AND (?3 IS NULL OR user = ?3)
         AND (?4 = '[]' OR kind IN (SELECT value FROM json_each(?4)))
         AND (source IS NULL OR source = ?5)
         RETURNING user, id, created_seq, read_at IS NULL AS unread",
    )
    .bind(speaker.provider.as_str())
    .bind(subject)
    .bind(user.map(|user| user.to_string()))
    .bind(serde_json::to_string(&names)?)
    .bind(speaker.source)
    .fetch_all(&mut step.db)
    .await?;
    let mut gone: Vec<(UserId, NotificationId, u64, bool)> = rows
        .iter()
        .map(|row| {
            let user = parsed(row.try_get("user")?)?;
            let (id, seq) = (parsed(row.try_get("id")?)?, row.try_get("created_seq")?);
            Ok((user, id, unsigned(seq), row.try_get("unread")?))
        })
        .collect::<Result<_, sqlx::Error>>()?;
    gone.sort_unstable();
    for of_user in gone.chunk_by(|a, b| a.0 == b.0) {
        for part in of_user.chunks(MAX_MARK_IDS) {
            let unread = part.iter().filter(|row| row.3).count() as i64;
            let ids: Vec<_> = part.iter().map(|row| row.1).collect();
            push::queue::settled(step, &ids).await?;
            let next = log::reserve(step, part[0].0, -unread).await?;
            let words = part.iter().map(|row| next.shelf.gone(row.2));
            step.words.extend(words);
            log::append(step, next, &Change::Removed { ids }).await?;
        }
    }
    Ok(gone.len() as u64)
}

/// Marks some as read. What is read already, or not his, is left out; nothing left: no entry.
pub(crate) async fn mark_read(
    step: &mut Step,
    user: UserId,
    ids: &[NotificationId],
) -> Result<(), Refusal> {
    // The plus keeps SQLite from walking all rows of the user: the ids are the few.
    let rows = sqlx::query(
        "UPDATE notifications SET read_at = ?1
         WHERE id IN (SELECT value FROM json_each(?3)) AND +user = ?2 AND read_at IS NULL
         RETURNING id",
    )
    .bind(step.now)
    .bind(user.to_string())
    .bind(serde_json::to_string(ids)?)
    .fetch_all(&mut step.db)
    .await?;
    let ids = ids_of(&rows)?;
    if ids.is_empty() {
        return Ok(());
    }
    push::queue::settled(step, &ids).await?;
    let next = log::reserve(step, user, -(ids.len() as i64)).await?;
    log::append(step, next, &Change::Read { ids }).await
}

/// Marks some as unread again, as [`mark_read`] does the other way.
pub(crate) async fn mark_unread(
    step: &mut Step,
    user: UserId,
    ids: &[NotificationId],
) -> Result<(), Refusal> {
    let rows = sqlx::query(
        "UPDATE notifications SET read_at = NULL
         WHERE id IN (SELECT value FROM json_each(?2)) AND +user = ?1 AND read_at IS NOT NULL
         RETURNING id",
    )
    .bind(user.to_string())
    .bind(serde_json::to_string(ids)?)
    .fetch_all(&mut step.db)
    .await?;
    let ids = ids_of(&rows)?;
    if ids.is_empty() {
        return Ok(());
    }
    let next = log::reserve(step, user, ids.len() as i64).await?;
    log::append(step, next, &Change::Unread { ids }).await
}

/// Marks everything created up to and including entry `upto` as read (STREAM 6).
pub(crate) async fn mark_all_read(step: &mut Step, user: UserId, upto: u64) -> Result<(), Refusal> {
    let read = sqlx::query(
        "UPDATE notifications SET read_at = ?
         WHERE user = ? AND read_at IS NULL AND created_seq <= ?",
    )
    .bind(step.now)
    .bind(user.to_string())
    .bind(signed(upto))
    .execute(&mut step.db)
    .await?
    .rows_affected();
    if read == 0 {
        return Ok(());
    }
    push::queue::all_settled(step, user, upto).await?;
    let next = log::reserve(step, user, -signed(read)).await?;
    log::append(step, next, &Change::ReadAll { upto }).await
}

/// A page of the list, newest first: what was created up to `as_of`, and before entry `before`.
pub(crate) async fn page(
    db: &mut SqliteConnection,
    user: UserId,
    as_of: u64,
    before: Option<u64>,
    unread_only: bool,
    limit: u32,
) -> Result<Vec<Notification>, sqlx::Error> {
    let last = before.map_or(as_of, |before| as_of.min(before.saturating_sub(1)));
    // Two texts, so that the partial index of the unread ones can serve.
    let sql = if unread_only {
        "SELECT * FROM notifications WHERE user = ? AND created_seq <= ? AND read_at IS NULL
         ORDER BY created_seq DESC LIMIT ?"
    } else {
        "SELECT * FROM notifications WHERE user = ? AND created_seq <= ?
         ORDER BY created_seq DESC LIMIT ?"
    };
    let rows = sqlx::query(sql)
        .bind(user.to_string())
        .bind(signed(last))
        .bind(limit)
        .fetch_all(db)
        .await?;
    rows.iter().map(from_row).collect()
}

fn with_content(notification: Notification, content: &Content) -> Notification {
    let content = content.clone();
    Notification {
        kind: content.kind,
        priority: content.priority,
        subject: content.subject,
        title: content.title,
        text: content.text,
        context: content.context,
        author: content.author,
        link: content.link,
        at: content.at,
        silent: content.silent,
        ..notification
    }
}

/// Who said a notification, and what it is about.
pub(crate) struct About {
    pub(crate) provider: ProviderId,
    pub(crate) source: Option<String>,
    pub(crate) subject: Option<String>,
}

/// What a notification of `user` is about; none where he has no such one.
pub(crate) async fn about(
    db: &SqlitePool,
    user: UserId,
    id: NotificationId,
) -> Result<Option<About>, sqlx::Error> {
    let sql = "SELECT provider, source, subject FROM notifications WHERE id = ? AND user = ?";
    let row = sqlx::query(sql)
        .bind(id.to_string())
        .bind(user.to_string())
        .fetch_optional(db)
        .await?;
    row.map(|row| {
        Ok(About {
            provider: ProviderId(row.try_get("provider")?),
            source: row.try_get("source")?,
            subject: row.try_get("subject")?,
        })
    })
    .transpose()
}

pub(crate) fn from_row(row: &SqliteRow) -> Result<Notification, sqlx::Error> {
    Ok(Notification {
        id: parsed(row.try_get("id")?)?,
        provider: ProviderId(row.try_get("provider")?),
        kind: Kind::from_name(row.try_get("kind")?).unwrap_or_default(),
        priority: Priority::from_name(row.try_get("priority")?).unwrap_or_default(),
        subject: row.try_get("subject")?,
        title: row.try_get("title")?,
        text: row.try_get("text")?,
        context: row.try_get("context")?,
        author: row.try_get("author")?,
        link: row.try_get("link")?,
        at: row.try_get("at")?,
        created_at: row.try_get("created_at")?,
        created_seq: unsigned(row.try_get("created_seq")?),
        read_at: row.try_get("read_at")?,
        silent: row.try_get("silent")?,
    })
}

fn ids_of(rows: &[SqliteRow]) -> Result<Vec<NotificationId>, sqlx::Error> {
    rows.iter().map(|row| parsed(row.try_get("id")?)).collect()
}

/// A stored id.
pub(crate) fn parsed<T>(text: &str) -> Result<T, sqlx::Error>
where
    T: std::str::FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    text.parse()
        .map_err(|error: T::Err| sqlx::Error::Decode(Box::new(error)))
}
