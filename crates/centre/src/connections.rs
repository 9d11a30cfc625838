//! The CRM accounts that connectors are started for. Their secrets are sealed; see
//! [`crate::sealing`].

use crate::{
    Actor, Centre, CentreError, audit,
    people::address,
    refusal::Refusal,
    sealing::{KeyError, Sealer},
    store::{notifications::parsed, seal},
};
use dealbell_protocol::{ApiError, ErrorCode, Millis, UserId};
use sqlx::{Row as _, SqliteConnection, sqlite::SqliteRow};
use std::{collections::BTreeMap, fmt};
use ulid::Ulid;

/// Which account, and who connected it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// `amocrm`.
    pub kind: String,
    /// The account's address.
    pub url: String,
    /// Who is told when it needs attention, beside the administrators.
    pub connected_by: Option<UserId>,
}

/// A CRM account that a connector is started for.
#[derive(Clone, PartialEq, Eq)]
pub struct Connection {
    /// Names it for as long as it is kept; a ULID.
    pub id: String,
    /// `amocrm`.
    pub kind: String,
    /// The account's address.
    pub url: String,
    /// What lets us in, as its connector writes it; secret. Empty where it was tampered with.
    pub secret: String,
    /// Who connected it.
    pub connected_by: Option<UserId>,
    /// Whether the CRM takes its secret.
    pub state: ConnectionState,
    /// Grows each time somebody connects it again; renewals by its connector do not count.
    pub revision: u64,
}

/// Whether a CRM takes the secret of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionState {
    /// As far as is known.
    Usable,
    /// It does no more: somebody has to connect it again.
    Refused,
    /// Nobody knows: the stored secret was changed outside Dealbell and cannot be read, so somebody
    /// has to connect it again.
    Tampered,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .field("url", &self.url)
            .field("state", &self.state)
            .field("revision", &self.revision)
            .finish_non_exhaustive()
    }
}

impl Centre {
    /// Keeps an account with its secret, as the command line does or whoever ends a sign-in that it
    /// began; one that is kept already gets the new secret and keeps
    /// its id.
    ///
    /// # Errors
    /// When the storage or the key of the secrets fails.
    pub async fn keep_connection(
        &self,
        about: About,
        secret: String,
    ) -> Result<Connection, CentreError> {
        let sealer = self.sealer();
        let kept = self.writer().write(move |step| {
            Box::pin(async move {
                seal::ready(&mut step.db, &sealer).await?;
                insert(&mut step.db, &sealer, &about, &secret, step.now).await?;
                let (actor, on) = (Actor::command_line(), format!("connection:{}", about.url));
                audit::note(step, &actor, "connection.keep", on, "").await?;
                let row = sqlx::query("SELECT * FROM connections WHERE kind = ? AND url = ?")
                    .bind(&about.kind)
                    .bind(&about.url)
                    .fetch_one(&mut step.db)
                    .await?;
                from_row(&row, &sealer)
            })
        });
        Ok(kept.await?)
    }

    /// The accounts that are kept.
    ///
    /// # Errors
    /// When the storage or the key of the secrets fails.
    pub async fn connections_kept(&self) -> Result<Vec<Connection>, CentreError> {
        let sealer = self.sealer();
        let rows = sqlx::query("SELECT * FROM connections ORDER BY created_at, id")
            .fetch_all(self.read())
            .await?;
        let connections = rows.iter().map(|row| from_row(row, &sealer));
        Ok(connections.collect::<Result<_, _>>()?)
    }

    /// The revision of each account that is kept, by id: cheap, for seeing whether another process
    /// has connected or forgotten one.
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn connection_revisions(&self) -> Result<BTreeMap<String, u64>, CentreError> {
        let rows: Vec<(String, i64)> = sqlx::query_as("SELECT id, revision FROM connections")
            .fetch_all(self.read())
            .await?;
        let rows = rows.into_iter();
        Ok(rows
            .map(|(id, revision)| (id, revision.unsigned_abs()))
            .collect())
    }

    /// Keeps a renewed secret, and the address where the account is now. On the disk when this
    /// returns. The address stays where another account is kept at the new one.
    ///
    /// # Errors
    /// `not_found` where the account was forgotten or connected again since `revision`: its secret
    /// is another one now. Else when the storage or the key of the secrets fails.
    pub async fn save_connection_secret(
        &self,
        id: &str,
        revision: u64,
        url: &str,
        secret: &str,
    ) -> Result<(), CentreError> {
        let sealer = self.sealer();
        let (id, url, secret) = (id.to_owned(), url.to_owned(), secret.to_owned());
        let saved = self.writer().write(move |step| {
            Box::pin(async move {
                seal::ready(&mut step.db, &sealer).await?;
                let row =
                    sqlx::query("SELECT kind, url FROM connections WHERE id = ? AND revision = ?")
                        .bind(&id)
                        .bind(revision.cast_signed())
                        .fetch_optional(&mut step.db)
                        .await?;
                let row = row.ok_or_else(gone)?;
                let kind: String = row.try_get("kind")?;
                let taken: bool = sqlx::query_scalar(
                    "SELECT EXISTS (SELECT 1 FROM connections WHERE kind = ? AND url = ? AND id <> ?)",
                )
                .bind(&kind)
                .bind(&url)
                .bind(&id)
                .fetch_one(&mut step.db)
                .await?;
                let url = if taken { row.try_get("url")? } else { url };
                sqlx::query("UPDATE connections SET url = ?, secret = ? WHERE id = ?")
                    .bind(&url)
                    .bind(sealer.seal(&of_account(&kind, &url), &secret)?)
                    .bind(&id)
                    .execute(&mut step.db)
                    .await?;
                Ok(())
            })
        });
        Ok(saved.await?)
    }

    /// Remembers that the CRM takes the secret of this revision no more.
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn mark_refused(&self, id: &str, revision: u64) -> Result<(), CentreError> {
        let id = id.to_owned();
        let marked = self.writer().write(move |step| {
            Box::pin(async move {
                sqlx::query("UPDATE connections SET refused = 1 WHERE id = ? AND revision = ?")
                    .bind(id)
                    .bind(revision.cast_signed())
                    .execute(&mut step.db)
                    .await?;
                Ok(())
            })
        });
        Ok(marked.await?)
    }

    /// Forgets an account and its secret; what was told of it stays. False where it is not kept.
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn forget_connection(&self, id: &str) -> Result<bool, CentreError> {
        let id = id.to_owned();
        let forgotten = self.writer().write(move |step| {
            Box::pin(async move {
                let url: Option<String> =
                    sqlx::query_scalar("DELETE FROM connections WHERE id = ? RETURNING url")
                        .bind(id)
                        .fetch_optional(&mut step.db)
                        .await?;
                let Some(url) = url else { return Ok(false) };
                let (actor, on) = (Actor::command_line(), format!("connection:{url}"));
                audit::note(step, &actor, "connection.forget", on, "").await?;
                Ok(true)
            })
        });
        Ok(forgotten.await?)
    }

    /// The user of this address.
    ///
    /// # Errors
    /// When there is none, or it is no address.
    pub async fn user(&self, email: &str) -> Result<UserId, CentreError> {
        let email = address(email)?;
        let id: Option<String> = sqlx::query_scalar("SELECT id FROM users WHERE email = ?")
            .bind(&email)
            .fetch_optional(self.read())
            .await?;
        let Some(id) = id else {
            let message = format!("there is no user {email}: add him first");
            return Err(ApiError::new(ErrorCode::NotFound, message)
                .of_field("email")
                .into());
        };
        Ok(parsed(&id)?)
    }

    /// The address of a user; none where there is no such one.
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn email_of(&self, user: UserId) -> Result<Option<String>, CentreError> {
        let email = sqlx::query_scalar("SELECT email FROM users WHERE id = ?")
            .bind(user.to_string())
            .fetch_optional(self.read());
        Ok(email.await?)
    }
}

/// What a secret of an account is bound to.
pub(crate) fn of_account<'a>(kind: &'a str, url: &'a str) -> [&'a str; 3] {
    ["account", kind, url]
}

/// Inserts an account, or gives a known one its new secret. The key is ready.
pub(crate) async fn insert(
    db: &mut SqliteConnection,
    sealer: &Sealer,
    about: &About,
    secret: &str,
    now: Millis,
) -> Result<(), Refusal> {
    let id = Ulid::generate().to_string();
    let secret = sealer.seal(&of_account(&about.kind, &about.url), secret)?;
    sqlx::query(
        "INSERT INTO connections (id, kind, url, secret, connected_by, created_at)
         VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (kind, url) DO UPDATE SET secret = excluded.secret, refused = 0,
         connected_by = coalesce(excluded.connected_by, connected_by), revision = revision + 1",
    )
    .bind(id)
    .bind(&about.kind)
    .bind(&about.url)
    .bind(secret)
    .bind(about.connected_by.map(|user| user.to_string()))
    .bind(now)
    .execute(db)
    .await?;
    Ok(())
}

fn from_row(row: &SqliteRow, sealer: &Sealer) -> Result<Connection, Refusal> {
    let id: String = row.try_get("id")?;
    let kind: String = row.try_get("kind")?;
    let url: String = row.try_get("url")?;
    let by: Option<String> = row.try_get("connected_by")?;
    let usable = match row.try_get("refused")? {
        true => ConnectionState::Refused,
        false => ConnectionState::Usable,
    };
    // One account must not stop the others.
    let (secret, state) = match sealer.open(&of_account(&kind, &url), row.try_get("secret")?) {
        Ok(secret) => (secret, usable),
        Err(KeyError::Tampered) => (String::new(), ConnectionState::Tampered),
        Err(error) => return Err(error.into()),
    };
    Ok(Connection {
        secret,
        connected_by: by.as_deref().map(parsed).transpose()?,
        state,
        revision: row.try_get::<i64, _>("revision")?.unsigned_abs(),
        id,
        kind,
        url,
    })
}

fn gone() -> Refusal {
    let message = "this account was forgotten, or connected again meanwhile";
    ApiError::new(ErrorCode::NotFound, message).into()
}
