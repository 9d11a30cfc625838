//! What integrations publish, say anew and take back (RULES C10, C12).

use crate::{
    Centre, frame,
    limits::Limits,
    refusal::Refusal,
    secret,
    store::{
        notifications::{self, Speaker, parsed},
        settings,
        writer::Step,
    },
    uniform::{Checked, Revised, within},
};
use dealbell_protocol::{
    ApiError, ErrorCode, Millis, NotificationId, ProviderId, UserId,
    ingest::Again,
    rest::{BulkPublished, MAX_TOLD, Published},
    stream::{Popup, ServerFrame},
};
use serde::{Serialize, de::DeserializeOwned};
use sqlx::Row as _;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// How long a request is remembered by its `Idempotency-Key`.
const REMEMBERED: Millis = 24 * 60 * 60 * 1_000;

impl Centre {
    /// Publishes, or answers as it did to the same request before.
    pub(crate) async fn publish(
        &self,
        provider: ProviderId,
        request: Checked,
        key: Option<String>,
        limits: Arc<Limits>,
    ) -> Result<Published, Refusal> {
        let (hash, turn) = (request.hash.clone(), provider.clone());
        let published = self.writer().write_of(turn, move |step| {
            Box::pin(async move {
                if let Some(answer) = answered(step, &provider, key.as_deref(), &hash).await? {
                    return Ok(answer);
                }
                let (answer, _) = deliver(step, &provider, &request, &limits).await?;
                remember(step, &provider, key.as_deref(), &hash, &answer).await?;
                Ok(answer)
            })
        });
        published.await
    }

    /// The same for many requests at once: all of them or, with the first refusal, none.
    pub(crate) async fn publish_bulk(
        &self,
        provider: ProviderId,
        requests: Vec<Checked>,
        key: Option<String>,
        limits: Arc<Limits>,
    ) -> Result<BulkPublished, Refusal> {
        let each: Vec<&[u8]> = requests.iter().map(|one| one.hash.as_slice()).collect();
        let (hash, turn) = (secret::hash_parts(&each), provider.clone());
        let published = self.writer().write_of(turn, move |step| {
            Box::pin(async move {
                if let Some(answer) = answered(step, &provider, key.as_deref(), &hash).await? {
                    return Ok(answer);
                }
                let mut results = Vec::with_capacity(requests.len());
                let mut told = 0;
                for (index, request) in requests.iter().enumerate() {
                    let result = deliver(step, &provider, request, &limits).await;
                    let (result, people) = result.map_err(|refusal| within(refusal, index))?;
                    told += people;
                    if told > MAX_TOLD {
                        return Err(Refusal::field("notifications", too_many()));
                    }
                    results.push(result);
                }
                let answer = BulkPublished { results };
                remember(step, &provider, key.as_deref(), &hash, &answer).await?;
                Ok(answer)
            })
        });
        published.await
    }

    /// Gives new words to what `provider` said of `subject`, to one user or to all, and says how many
    /// notifications that were. Read ones stay read, and nothing rings again.
    pub(crate) async fn revise(
        &self,
        provider: ProviderId,
        subject: String,
        user: Option<String>,
        revised: Revised,
        limits: Arc<Limits>,
    ) -> Result<u64, Refusal> {
        let turn = provider.clone();
        let updated = self.writer().write_of(turn, move |step| {
            Box::pin(async move {
                let user = one(step, user).await?;
                let speaker = spoken(&provider);
                let known = notifications::of_subject(step, user, speaker, &subject).await?;
                let count = known.len();
                for (user, known) in known {
                    limits.account(&provider, user)?;
                    let content = revised.of(&known);
                    notifications::update(step, user, known, &content).await?;
                }
                Ok(count as u64)
            })
        });
        updated.await
    }

    /// Takes back what `provider` said of `subject`, to one user or to all.
    pub(crate) async fn take_back(
        &self,
        provider: ProviderId,
        subject: String,
        user: Option<String>,
        limits: Arc<Limits>,
    ) -> Result<u64, Refusal> {
        let turn = provider.clone();
        let taken = self.writer().write_of(turn, move |step| {
            Box::pin(async move {
                let user = one(step, user).await?;
                let known = notifications::of_subject(step, user, spoken(&provider), &subject);
                for (user, _) in known.await? {
                    limits.account(&provider, user)?;
                }
                notifications::withdraw(step, user, spoken(&provider), &subject, &[]).await
            })
        });
        taken.await
    }
}

fn spoken(provider: &ProviderId) -> Speaker<'_> {
    Speaker {
        provider,
        source: None,
    }
}

fn too_many() -> String {
    format!("a request tells at most {MAX_TOLD} people, members of groups included")
}

/// Tells everybody whom a request names; how many people that were.
async fn deliver(
    step: &mut Step,
    provider: &ProviderId,
    request: &Checked,
    limits: &Limits,
) -> Result<(Published, usize), Refusal> {
    let mut users = recipients(step, &request.users).await?;
    let named: BTreeSet<UserId> = users.iter().copied().collect();
    let together = members(step, &request.groups).await?;
    users.extend(together.into_iter().filter(|user| !named.contains(user)));
    if users.len() > MAX_TOLD {
        return Err(Refusal::field("groups", too_many()));
    }
    let each: BTreeSet<UserId> = users.iter().copied().collect();
    for user in &each {
        limits.account(provider, *user)?;
    }
    if request.transient {
        let frame = popup(provider, request);
        let people = each.len();
        for user in each {
            settings::pop_up(step, user, frame.clone()).await?;
        }
        return Ok((Published { ids: Vec::new() }, people));
    }
    let key = request.dedup_key.as_deref();
    let speaker = spoken(provider);
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
    let people = ids.len();
    Ok((Published { ids }, people))
}

fn popup(provider: &ProviderId, request: &Checked) -> axum::extract::ws::Utf8Bytes {
    let content = &request.content;
    frame::text(&ServerFrame::Popup {
        data: Popup {
            provider: provider.clone(),
            title: content.title.clone(),
            text: content.text.clone(),
            link: content.link.clone(),
            icon: request.icon,
            at: content.at,
            test: false,
        },
    })
}

/// The user of this address, where one is named.
async fn one(step: &mut Step, email: Option<String>) -> Result<Option<UserId>, Refusal> {
    match email {
        Some(email) => Ok(Some(recipients(step, &[email]).await?[0])),
        None => Ok(None),
    }
}

/// The users of these addresses, in order; an unknown one refuses all (RULES C12).
async fn recipients(step: &mut Step, emails: &[String]) -> Result<Vec<UserId>, Refusal> {
    let mut users = Vec::with_capacity(emails.len());
    for email in emails {
        let id: Option<String> = sqlx::query_scalar("SELECT id FROM users WHERE email = ?")
            .bind(email)
            .fetch_optional(&mut step.db)
            .await?;
        let id = id.ok_or_else(|| unknown(email, format!("this centre has no user {email}")))?;
        users.push(parsed(&id)?);
    }
    Ok(users)
}

/// The members of these groups, each once; an unknown group refuses all (RULES C12).
async fn members(step: &mut Step, groups: &[String]) -> Result<Vec<UserId>, Refusal> {
    let mut users = Vec::new();
    let mut met = BTreeSet::new();
    for name in groups {
        let group: Option<String> = sqlx::query_scalar("SELECT id FROM groups WHERE name = ?")
            .bind(name)
            .fetch_optional(&mut step.db)
            .await?;
        let group = group.ok_or_else(|| {
            let shown = dealbell_protocol::text::line(name, dealbell_protocol::rest::MAX_KEY);
            unknown(&shown, format!("this centre has no group {shown}"))
        })?;
        let rows: Vec<String> = sqlx::query_scalar(
            "SELECT u.id FROM members m JOIN users u ON u.id = m.user
             WHERE m.of_group = ? ORDER BY u.email",
        )
        .bind(group)
        .fetch_all(&mut step.db)
        .await?;
        for row in rows {
            let user = parsed(&row)?;
            if met.insert(user) {
                users.push(user);
            }
        }
    }
    Ok(users)
}

fn unknown(recipient: &str, message: String) -> Refusal {
    ApiError::new(ErrorCode::RecipientUnknown, message)
        .of_field(recipient)
        .into()
}

async fn answered<T: DeserializeOwned>(
    step: &mut Step,
    provider: &ProviderId,
    key: Option<&str>,
    hash: &[u8],
) -> Result<Option<T>, Refusal> {
    let Some(key) = key else { return Ok(None) };
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

async fn remember<T: Serialize + Sync>(
    step: &mut Step,
    provider: &ProviderId,
    key: Option<&str>,
    hash: &[u8],
    answer: &T,
) -> Result<(), Refusal> {
    let Some(key) = key else { return Ok(()) };
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
