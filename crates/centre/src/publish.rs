//! What integrations publish and take back (RULES C10, C12).

use crate::{
    Centre, frame,
    ingest::safe_link,
    people::address,
    refusal::Refusal,
    secret,
    store::{
        notifications::{self, Content, Speaker, parsed},
        settings,
        writer::Step,
    },
};
use dealbell_protocol::{
    ApiError, ErrorCode, Kind, Millis, NotificationId, Priority, ProviderId, UserId,
    ingest::Again,
    rest::{MAX_KEY, MAX_RECIPIENTS, MAX_TEXT, MAX_TITLE, NewNotification, Published},
    stream::{Popup, ServerFrame},
    text,
};
use serde_json::{Map, Value};
use sqlx::Row as _;
use std::collections::{BTreeMap, BTreeSet};

/// How long a request is remembered by its `Idempotency-Key`.
const REMEMBERED: Millis = 24 * 60 * 60 * 1_000;

/// A request that keeps all limits.
#[derive(Clone, Debug)]
pub(crate) struct Checked {
    users: Vec<String>,
    content: Content,
    dedup_key: Option<String>,
    transient: bool,
    hash: Vec<u8>,
}

impl Centre {
    /// Publishes, or answers as it did to the same request before.
    pub(crate) async fn publish(
        &self,
        provider: ProviderId,
        request: Checked,
        key: Option<String>,
    ) -> Result<Published, Refusal> {
        let published = self.writer().write(move |step| {
            Box::pin(async move {
                let Some(key) = key else {
                    return deliver(step, &provider, &request).await;
                };
                if let Some(answer) = answered(step, &provider, &key, &request.hash).await? {
                    return Ok(answer);
                }
                let answer = deliver(step, &provider, &request).await?;
                remember(step, &provider, &key, &request.hash, &answer).await?;
                Ok(answer)
            })
        });
        published.await
    }

    /// Takes back what `provider` said of `subject`, to one user or to all.
    pub(crate) async fn take_back(
        &self,
        provider: ProviderId,
        subject: String,
        user: Option<String>,
    ) -> Result<u64, Refusal> {
        let taken = self.writer().write(move |step| {
            Box::pin(async move {
                let user = match user {
                    Some(email) => Some(recipients(step, &[email]).await?[0]),
                    None => None,
                };
                let speaker = Speaker {
                    provider: &provider,
                    source: None,
                };
                notifications::withdraw(step, user, speaker, &subject, &[]).await
            })
        });
        taken.await
    }
}

async fn deliver(
    step: &mut Step,
    provider: &ProviderId,
    request: &Checked,
) -> Result<Published, Refusal> {
    let users = recipients(step, &request.users).await?;
    if request.transient {
        let frame = popup(provider, &request.content);
        for user in users.into_iter().collect::<BTreeSet<_>>() {
            settings::pop_up(step, user, frame.clone()).await?;
        }
        return Ok(Published { ids: Vec::new() });
    }
    let key = request.dedup_key.as_deref();
    let speaker = Speaker {
        provider,
        source: None,
    };
    let mut done: BTreeMap<UserId, NotificationId> = BTreeMap::new();
    let mut ids = Vec::with_capacity(users.len());
    for user in users {
        let id = match done.get(&user) {
            Some(id) => *id,
            None => {
                notifications::tell(step, user, speaker, key, Again::Unread, &request.content)
                    .await?
            }
        };
        done.insert(user, id);
        ids.push(id);
    }
    Ok(Published { ids })
}

fn popup(provider: &ProviderId, content: &Content) -> axum::extract::ws::Utf8Bytes {
    frame::text(&ServerFrame::Popup {
        data: Popup {
            provider: provider.clone(),
            title: content.title.clone(),
            text: content.text.clone(),
            link: content.link.clone(),
            at: content.at,
            test: false,
        },
    })
}

/// The users of these addresses, in order; an unknown one refuses all (RULES C12).
async fn recipients(step: &mut Step, emails: &[String]) -> Result<Vec<UserId>, Refusal> {
    let mut users = Vec::with_capacity(emails.len());
    for email in emails {
        let id: Option<String> = sqlx::query_scalar("SELECT id FROM users WHERE email = ?")
            .bind(email)
            .fetch_optional(&mut step.db)
            .await?;
        let Some(id) = id else {
            let message = format!("this centre has no user {email}");
            return Err(ApiError::new(ErrorCode::RecipientUnknown, message)
                .of_field(email.clone())
                .into());
        };
        users.push(parsed(&id)?);
    }
    Ok(users)
}

async fn answered(
    step: &mut Step,
    provider: &ProviderId,
    key: &str,
    hash: &[u8],
) -> Result<Option<Published>, Refusal> {
    sqlx::query("DELETE FROM idempotency WHERE at <= ?")
        .bind(step.now - REMEMBERED)
        .execute(&mut step.db)
        .await?;
    let row =
        sqlx::query("SELECT body_hash, answer FROM idempotency WHERE provider = ? AND key = ?")
            .bind(provider.as_str())
            .bind(key)
            .fetch_optional(&mut step.db)
            .await?;
    let Some(row) = row else { return Ok(None) };
    if row.try_get::<&[u8], _>("body_hash")? != hash {
        let message = "another request came under this Idempotency-Key within 24 hours";
        return Err(ApiError::new(ErrorCode::IdempotencyConflict, message).into());
    }
    Ok(Some(serde_json::from_str(row.try_get("answer")?)?))
}

async fn remember(
    step: &mut Step,
    provider: &ProviderId,
    key: &str,
    hash: &[u8],
    answer: &Published,
) -> Result<(), Refusal> {
    sqlx::query(
        "INSERT INTO idempotency (provider, key, body_hash, answer, at) VALUES (?, ?, ?, ?, ?)",
    )
    .bind(provider.as_str())
    .bind(key)
    .bind(hash)
    .bind(serde_json::to_string(answer)?)
    .bind(step.now)
    .execute(&mut step.db)
    .await?;
    Ok(())
}

/// Reads a body field by field, so that every refusal names the field at fault.
pub(crate) fn read(body: &[u8]) -> Result<NewNotification, Refusal> {
    let value: Value = serde_json::from_slice(body).map_err(|error| {
        let message = format!("the body is no JSON: {error}");
        Refusal::Api(ApiError::new(ErrorCode::BodyInvalid, message))
    })?;
    let Value::Object(mut fields) = value else {
        let message = "the body is no JSON object";
        return Err(ApiError::new(ErrorCode::BodyInvalid, message).into());
    };
    let request = NewNotification {
        users: required(&mut fields, "users")?,
        title: required(&mut fields, "title")?,
        text: optional(&mut fields, "text")?.unwrap_or_default(),
        context: optional(&mut fields, "context")?,
        author: optional(&mut fields, "author")?,
        link: optional(&mut fields, "link")?,
        kind: optional(&mut fields, "kind")?,
        priority: optional(&mut fields, "priority")?,
        subject: optional(&mut fields, "subject")?,
        dedup_key: optional(&mut fields, "dedup_key")?,
        at: optional(&mut fields, "at")?,
        transient: optional(&mut fields, "transient")?.unwrap_or_default(),
    };
    match fields.keys().next() {
        Some(unknown) => Err(Refusal::field(
            text::line(unknown, MAX_KEY),
            "there is no such field",
        )),
        None => Ok(request),
    }
}

fn required<T: serde::de::DeserializeOwned>(
    fields: &mut Map<String, Value>,
    name: &str,
) -> Result<T, Refusal> {
    optional(fields, name)?.ok_or_else(|| Refusal::field(name, format!("{name} is missing")))
}

fn optional<T: serde::de::DeserializeOwned>(
    fields: &mut Map<String, Value>,
    name: &str,
) -> Result<Option<T>, Refusal> {
    let value = fields.remove(name).unwrap_or(Value::Null);
    serde_json::from_value(value)
        .map_err(|_| Refusal::field(name, format!("{name} has a wrong type")))
}

/// Checks every limit (RULES C12).
pub(crate) fn check(request: &NewNotification, now: Millis) -> Result<Checked, Refusal> {
    let hash = secret::hash(&serde_json::to_string(request)?);
    if request.users.is_empty() || request.users.len() > MAX_RECIPIENTS {
        let message = format!("give 1 to {MAX_RECIPIENTS} users");
        return Err(Refusal::field("users", message));
    }
    let users = request.users.iter().map(|email| {
        // What is no address is nobody's: named like any other unknown recipient.
        address(email).unwrap_or_else(|_| text::line(email, MAX_KEY))
    });
    fits("title", &request.title, MAX_TITLE)?;
    let title = text::line(&request.title, MAX_TITLE);
    if title.is_empty() {
        return Err(Refusal::field("title", "the title is empty"));
    }
    fits("text", &request.text, MAX_TEXT)?;
    let link = match &request.link {
        Some(link) => Some(safe_link(link).ok_or_else(|| {
            Refusal::field(
                "link",
                "a link is http(s), without a password, ≤ 2048 characters",
            )
        })?),
        None => None,
    };
    let kind = match &request.kind {
        Some(kind) => {
            Kind::from_name(kind).ok_or_else(|| Refusal::field("kind", "there is no such kind"))?
        }
        None => Kind::Message,
    };
    let priority = match &request.priority {
        Some(priority) => Priority::from_name(priority)
            .ok_or_else(|| Refusal::field("priority", "the priority is low, normal or high"))?,
        None => Priority::Normal,
    };
    let at = match &request.at {
        Some(at) => at
            .parse::<jiff::Timestamp>()
            .map_err(|_| Refusal::field("at", "the time is no RFC 3339 time"))?
            .as_millisecond(),
        None => now,
    };
    Ok(Checked {
        users: users.collect(),
        content: Content {
            kind,
            priority,
            subject: key("subject", request.subject.as_deref())?,
            title,
            text: text::block(&request.text, MAX_TEXT),
            context: label("context", request.context.as_deref())?,
            author: label("author", request.author.as_deref())?,
            link,
            at,
            silent: false,
            // What is said to happen later is about that time.
            deadline: Some(at).filter(|at| *at > now),
        },
        dedup_key: key("dedup_key", request.dedup_key.as_deref())?,
        transient: request.transient,
        hash,
    })
}

fn fits(field: &str, value: &str, max: usize) -> Result<(), Refusal> {
    let length = value.chars().count();
    if length > max {
        let message = format!("{field} has {length} characters, at most {max} fit");
        return Err(Refusal::field(field, message));
    }
    Ok(())
}

/// A line to read; none where there is nothing to read in it.
fn label(field: &str, value: Option<&str>) -> Result<Option<String>, Refusal> {
    let Some(value) = value else { return Ok(None) };
    fits(field, value, MAX_KEY)?;
    Ok(Some(text::line(value, MAX_KEY)).filter(|line| !line.is_empty()))
}

/// A key is kept as it comes, so it must be plain.
pub(crate) fn key(field: &str, value: Option<&str>) -> Result<Option<String>, Refusal> {
    let Some(value) = value else { return Ok(None) };
    fits(field, value, MAX_KEY)?;
    if value.is_empty() || value.chars().any(char::is_control) {
        let message = format!("{field} is empty or has control characters");
        return Err(Refusal::field(field, message));
    }
    Ok(Some(value.to_owned()))
}
