//! The keys of integrations: some are sent along, some sign. Several are good at once, so that one
//! can follow another without a gap.

use crate::{
    Actor, Centre, CentreError, audit,
    integrations::target,
    people::{forbidden, unknown_token},
    refusal::Refusal,
    sealing::Sealer,
    secret,
    store::{providers, seal, writer::Step},
};
use dealbell_protocol::{
    ApiError, ErrorCode, Millis, ProviderId,
    integration::{AddedKey, KeyKind, KeyRow, MAX_NAME, NewKey},
    text,
};
use sqlx::{Row as _, SqlitePool, sqlite::SqliteRow};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};
use ulid::Ulid;

/// Keys of one integration that are good at once.
const MAX_KEYS: i64 = 10;
/// Characters of a key that are kept to tell it from others.
const HINT: usize = 10;
/// How exactly the last use of a key is known: a commit a request would cost more than it tells.
const LAST_USED: Millis = 60_000;

/// An integration that was let in, and by which key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    pub(crate) provider: ProviderId,
    /// The key's id.
    pub(crate) key: String,
}

/// A signing key of a provider, opened.
pub(crate) struct SigningKey {
    pub(crate) id: String,
    pub(crate) secret: String,
}

/// When each key was last written down as used.
#[derive(Debug, Default)]
pub(crate) struct Uses(Mutex<HashMap<String, Millis>>);

impl Uses {
    /// Whether a use now is to be written down.
    fn is_news(&self, key: &str, now: Millis) -> bool {
        // No code panics while it holds this lock, so a poisoned one is as good as any.
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match known.get(key) {
            Some(last) if now < last + LAST_USED => false,
            _ => {
                known.insert(key.to_owned(), now);
                true
            }
        }
    }
}

impl Centre {
    /// Adds a key to an integration. The others stay good until they are revoked.
    ///
    /// # Errors
    /// `not_found` where there is no such integration; when it has ten keys; for one that signs,
    /// when the key of the stored secrets cannot be used.
    pub async fn add_key(
        &self,
        actor: Actor,
        id: ProviderId,
        new: NewKey,
    ) -> Result<AddedKey, CentreError> {
        if new.label.trim().chars().count() > MAX_NAME {
            let message = format!("a label has at most {MAX_NAME} characters");
            return Err(Refusal::field("label", message).into());
        }
        let label = text::line(&new.label, MAX_NAME);
        let sealer = self.sealer();
        let added = self.writer().write(move |step| {
            Box::pin(async move {
                let known: Option<i64> = sqlx::query_scalar(
                    "SELECT (SELECT count(*) FROM integration_keys
                     WHERE provider = p.id AND revoked_at IS NULL)
                     FROM providers p WHERE id = ? AND integration = 1 AND removed_at IS NULL",
                )
                .bind(id.as_str())
                .fetch_optional(&mut step.db)
                .await?;
                if known.ok_or_else(|| providers::unknown(&id))? >= MAX_KEYS {
                    let message = "this integration has 10 keys: revoke one first";
                    return Err(Refusal::field("id", message));
                }
                let key = match new.kind {
                    KeyKind::Bearer => add_bearer(step, &id, &label).await?,
                    KeyKind::Signing => add_signing(step, &sealer, &id, &label).await?,
                };
                audit::note(step, &actor, "key.add", target(&id), &key.id).await?;
                Ok(key)
            })
        });
        Ok(added.await?)
    }

    /// Revokes a key: what comes with it from now on is refused.
    ///
    /// # Errors
    /// `not_found` where no integration has a key of this id that is good.
    pub async fn revoke_key(&self, actor: Actor, key: &str) -> Result<(), CentreError> {
        self.revoke_key_of(actor, None, key).await
    }

    /// The same, where the key is this integration's.
    pub(crate) async fn revoke_key_of(
        &self,
        actor: Actor,
        of: Option<ProviderId>,
        key: &str,
    ) -> Result<(), CentreError> {
        let key = key.to_owned();
        let revoked = self.writer().write(move |step| {
            Box::pin(async move {
                let provider: Option<String> = sqlx::query_scalar(
                    "UPDATE integration_keys SET revoked_at = ?1 WHERE id = ?2 AND revoked_at IS NULL
                     AND (?3 IS NULL OR provider = ?3) RETURNING provider",
                )
                .bind(step.now)
                .bind(&key)
                .bind(of.map(|of| of.0))
                .fetch_optional(&mut step.db)
                .await?;
                let Some(provider) = provider else {
                    let message = format!("no integration has a good key {key}");
                    let error = ApiError::new(ErrorCode::NotFound, message);
                    return Err(error.of_field("key").into());
                };
                let on = target(&ProviderId(provider));
                audit::note(step, &actor, "key.revoke", on, key).await
            })
        });
        Ok(revoked.await?)
    }

    /// The integration that a key sent along belongs to.
    pub(crate) async fn integration(&self, key: &str) -> Result<Caller, Refusal> {
        let hash = secret::hash(key);
        let row =
            sqlx::query("SELECT id, provider, revoked_at FROM integration_keys WHERE hash = ?")
                .bind(&hash)
                .fetch_optional(self.read())
                .await?;
        let Some(row) = row else {
            let is_device: Option<i64> =
                sqlx::query_scalar("SELECT 1 FROM devices WHERE token_hash = ?")
                    .bind(&hash)
                    .fetch_optional(self.read())
                    .await?;
            return Err(match is_device {
                Some(_) => forbidden("this is a device token: an integration's key is needed"),
                None => unknown_token(),
            });
        };
        if row.try_get::<Option<i64>, _>("revoked_at")?.is_some() {
            let message = "this key was revoked";
            return Err(ApiError::new(ErrorCode::TokenRevoked, message).into());
        }
        let caller = Caller {
            provider: ProviderId(row.try_get("provider")?),
            key: row.try_get("id")?,
        };
        self.key_used(&caller.key);
        Ok(caller)
    }

    /// The good keys that `provider` signs with; none for one that nobody knows.
    pub(crate) async fn signing_keys(
        &self,
        provider: &ProviderId,
    ) -> Result<Vec<SigningKey>, Refusal> {
        let rows = sqlx::query(
            "SELECT id, secret FROM integration_keys
             WHERE provider = ? AND secret NOT NULL AND revoked_at IS NULL",
        )
        .bind(provider.as_str())
        .fetch_all(self.read())
        .await?;
        let sealer = self.sealer();
        let keys = rows.iter().map(|row| {
            let id: String = row.try_get("id")?;
            let secret = sealer.open(&bound(provider, &id), row.try_get("secret")?)?;
            Ok(SigningKey { id, secret })
        });
        keys.collect()
    }

    /// Writes down, now and then, that a key was used; nobody waits for it.
    pub(crate) fn key_used(&self, key: &str) {
        if !self.inner.key_uses.is_news(key, self.now()) {
            return;
        }
        let (centre, key) = (self.clone(), key.to_owned());
        tokio::spawn(async move {
            let noted = centre.writer().write(move |step| {
                Box::pin(async move {
                    sqlx::query("UPDATE integration_keys SET last_used_at = ? WHERE id = ?")
                        .bind(step.now)
                        .bind(key)
                        .execute(&mut step.db)
                        .await?;
                    Ok(())
                })
            });
            if let Err(error) = noted.await {
                tracing::warn!(%error, "the use of a key was not written down");
            }
        });
    }
}

/// Adds a key that is sent along.
pub(crate) async fn add_bearer(
    step: &mut Step,
    provider: &ProviderId,
    label: &str,
) -> Result<AddedKey, Refusal> {
    let added = AddedKey {
        id: Ulid::generate().to_string(),
        secret: secret::generate("dbi_"),
    };
    let hash = secret::hash(&added.secret);
    insert(step, provider, label, &added, Some(hash), None).await?;
    Ok(added)
}

/// Adds a key that signs. HMAC needs the key itself, so it is sealed and not hashed.
async fn add_signing(
    step: &mut Step,
    sealer: &Sealer,
    provider: &ProviderId,
    label: &str,
) -> Result<AddedKey, Refusal> {
    seal::ready(&mut step.db, sealer).await?;
    let added = AddedKey {
        id: Ulid::generate().to_string(),
        secret: secret::signing(),
    };
    let sealed = sealer.seal(&bound(provider, &added.id), &added.secret)?;
    insert(step, provider, label, &added, None, Some(sealed)).await?;
    Ok(added)
}

async fn insert(
    step: &mut Step,
    provider: &ProviderId,
    label: &str,
    key: &AddedKey,
    hash: Option<Vec<u8>>,
    sealed: Option<Vec<u8>>,
) -> Result<(), Refusal> {
    let hint: String = key.secret.chars().take(HINT).collect();
    sqlx::query(
        "INSERT INTO integration_keys (id, provider, label, hint, hash, secret, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(&key.id)
    .bind(provider.as_str())
    .bind(label)
    .bind(hint)
    .bind(hash)
    .bind(sealed)
    .bind(step.now)
    .execute(&mut step.db)
    .await?;
    Ok(())
}

/// The keys of an integration, oldest first.
pub(crate) async fn of(db: &SqlitePool, provider: &ProviderId) -> Result<Vec<KeyRow>, sqlx::Error> {
    let rows =
        sqlx::query("SELECT * FROM integration_keys WHERE provider = ? ORDER BY created_at, id")
            .bind(provider.as_str())
            .fetch_all(db)
            .await?;
    rows.iter().map(row).collect()
}

fn row(row: &SqliteRow) -> Result<KeyRow, sqlx::Error> {
    let hash: Option<&[u8]> = row.try_get("hash")?;
    Ok(KeyRow {
        id: row.try_get("id")?,
        label: row.try_get("label")?,
        kind: match hash {
            Some(_) => KeyKind::Bearer,
            None => KeyKind::Signing,
        },
        hint: row.try_get("hint")?,
        created_at: row.try_get("created_at")?,
        last_used_at: row.try_get("last_used_at")?,
        revoked_at: row.try_get("revoked_at")?,
    })
}

/// What a signing key is sealed for.
fn bound<'a>(provider: &'a ProviderId, key: &'a str) -> [&'a str; 3] {
    ["integration", provider.as_str(), key]
}
