//! OAuth sign-ins on their way: begun here, ended by the browser that comes back with the state.

use crate::{
    Centre, CentreError,
    connections::{About, of_account},
    secret,
    store::{notifications::parsed, seal},
};
use dealbell_protocol::Millis;
use sqlx::Row as _;
use std::time::Duration;

/// How long a sign-in may take.
pub const SIGN_IN_WITHIN: Duration = Duration::from_secs(20 * 60);

impl Centre {
    /// Keeps a sign-in that was begun, with the secret its end needs, and returns its state: 64 hex
    /// digits, good once, for [`SIGN_IN_WITHIN`].
    ///
    /// # Errors
    /// When the storage or the key of the secrets fails.
    pub async fn begin_sign_in(&self, about: About, secret: String) -> Result<String, CentreError> {
        let sealer = self.sealer();
        let state = secret::hex();
        let hash = secret::hash(&state);
        let begun = self.writer().write(move |step| {
            Box::pin(async move {
                seal::ready(&mut step.db, &sealer).await?;
                sqlx::query("DELETE FROM sign_ins WHERE expires_at <= ?")
                    .bind(step.now)
                    .execute(&mut step.db)
                    .await?;
                let within = Millis::try_from(SIGN_IN_WITHIN.as_millis()).unwrap_or(Millis::MAX);
                sqlx::query(
                    "INSERT INTO sign_ins (state_hash, kind, url, secret, connected_by, expires_at)
                     VALUES (?, ?, ?, ?, ?, ?)",
                )
                .bind(hash)
                .bind(&about.kind)
                .bind(&about.url)
                .bind(sealer.seal(&of_account(&about.kind, &about.url), &secret)?)
                .bind(about.connected_by.map(|user| user.to_string()))
                .bind(step.now.saturating_add(within))
                .execute(&mut step.db)
                .await?;
                Ok(())
            })
        });
        begun.await?;
        Ok(state)
    }

    /// Takes the sign-in of this state, which is used up by it; none where it is unknown, used or
    /// too old.
    ///
    /// # Errors
    /// When the storage or the key of the secrets fails.
    pub async fn take_sign_in(&self, state: &str) -> Result<Option<(About, String)>, CentreError> {
        let sealer = self.sealer();
        let hash = secret::hash(state);
        // Anybody can ask: whoever has no state does not reach the writer.
        let known: bool =
            sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM sign_ins WHERE state_hash = ?)")
                .bind(&hash)
                .fetch_one(self.read())
                .await?;
        if !known {
            return Ok(None);
        }
        let taken = self.writer().write(move |step| {
            Box::pin(async move {
                let row = sqlx::query("DELETE FROM sign_ins WHERE state_hash = ? RETURNING *")
                    .bind(hash)
                    .fetch_optional(&mut step.db)
                    .await?;
                let Some(row) = row else { return Ok(None) };
                if row.try_get::<Millis, _>("expires_at")? <= step.now {
                    return Ok(None);
                }
                let by: Option<String> = row.try_get("connected_by")?;
                let about = About {
                    kind: row.try_get("kind")?,
                    url: row.try_get("url")?,
                    connected_by: by.as_deref().map(parsed).transpose()?,
                };
                let bound = of_account(&about.kind, &about.url);
                let secret = sealer.open(&bound, row.try_get("secret")?)?;
                Ok(Some((about, secret)))
            })
        });
        Ok(taken.await?)
    }
}
