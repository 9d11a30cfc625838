//! Integrations: programs that publish. Each is a provider with keys of its own.

use crate::{
    Actor, Centre, CentreError, audit,
    keys::{self, Caller},
    limits::Limits,
    refusal::Refusal,
    store::{providers, settings::MAX_PROVIDER_NAME},
};
use dealbell_protocol::{
    Provider, ProviderId,
    integration::{AddedIntegration, IntegrationRow},
    text,
};
use sqlx::Row as _;
use std::sync::Arc;

impl Centre {
    /// Adds an integration and returns its first key, which is not kept and cannot be shown again.
    /// Its provider id is made of the name; every user's settings list it at once (RULES C4).
    ///
    /// # Errors
    /// When the name is empty, too long, or taken.
    pub async fn add_integration(&self, name: &str) -> Result<String, CentreError> {
        let added = self.integrate(Actor::command_line(), name).await?;
        Ok(added.key.secret)
    }

    /// The same by an administrator, who is told the integration's id, too. One that was removed is
    /// taken up again: its notifications are its own, and what users chose for it holds.
    ///
    /// # Errors
    /// As [`Centre::add_integration`].
    pub async fn integrate(
        &self,
        actor: Actor,
        name: &str,
    ) -> Result<AddedIntegration, CentreError> {
        let name = named("name", name)?;
        let id = slug(&name);
        if id.is_empty() {
            return Err(Refusal::field("name", "a name has a letter or digit in it").into());
        }
        let id = ProviderId::new(id);
        let deliverable = self.inner.deliverable.clone();
        let added = self.writer().write(move |step| {
            Box::pin(async move {
                providers::add(step, &id, &name, &deliverable).await?;
                let key = keys::add_bearer(step, &id, "").await?;
                audit::note(step, &actor, "integration.add", target(&id), "").await?;
                Ok(AddedIntegration { id, key })
            })
        });
        Ok(added.await?)
    }

    /// The integrations there are, in the order of the settings, each with its keys.
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn integrations(&self) -> Result<Vec<IntegrationRow>, CentreError> {
        let rows = sqlx::query(
            "SELECT id, name, icon_tag, created_at FROM providers
             WHERE integration = 1 AND removed_at IS NULL ORDER BY position",
        )
        .fetch_all(self.read())
        .await?;
        let mut all = Vec::with_capacity(rows.len());
        for row in rows {
            let id = ProviderId(row.try_get("id")?);
            all.push(IntegrationRow {
                keys: keys::of(self.read(), &id).await?,
                id,
                name: row.try_get("name")?,
                icon: row.try_get("icon_tag")?,
                created_at: row.try_get("created_at")?,
            });
        }
        Ok(all)
    }

    /// Takes an integration away: none of its keys is good any more, and no settings list it. What it
    /// said stays where it is, to be read.
    ///
    /// # Errors
    /// `not_found` where there is none of this id.
    pub async fn remove_integration(
        &self,
        actor: Actor,
        id: ProviderId,
    ) -> Result<(), CentreError> {
        let deliverable = self.inner.deliverable.clone();
        let removed = self.writer().write(move |step| {
            Box::pin(async move {
                providers::remove(step, &id, &deliverable).await?;
                audit::note(step, &actor, "integration.remove", target(&id), "").await
            })
        });
        Ok(removed.await?)
    }

    /// What an integration calls itself, and its picture where it has one.
    pub(crate) async fn provider(&self, id: &ProviderId) -> Result<Provider, Refusal> {
        let row = sqlx::query("SELECT name, icon_tag FROM providers WHERE id = ?")
            .bind(id.as_str())
            .fetch_optional(self.read())
            .await?;
        let row = row.ok_or_else(|| providers::unknown(id))?;
        Ok(Provider {
            id: id.clone(),
            name: row.try_get("name")?,
            icon: row.try_get("icon_tag")?,
        })
    }

    /// The picture of a provider, PNG, with its tag; none where it has none.
    pub(crate) async fn icon(&self, id: &ProviderId) -> Result<Option<(String, Vec<u8>)>, Refusal> {
        let row =
            sqlx::query("SELECT icon_tag, icon FROM providers WHERE id = ? AND icon NOT NULL")
                .bind(id.as_str())
                .fetch_optional(self.read())
                .await?;
        let icon = row.map(|row| Ok((row.try_get("icon_tag")?, row.try_get("icon")?)));
        Ok(icon.transpose().map_err(|error: sqlx::Error| error)?)
    }

    /// Gives an integration another name or picture; every user's settings tell of it, and are
    /// charged to its key.
    pub(crate) async fn present(
        &self,
        caller: Caller,
        name: Option<String>,
        icon: Option<Option<(Vec<u8>, String)>>,
        limits: Arc<Limits>,
    ) -> Result<(), Refusal> {
        let deliverable = self.inner.deliverable.clone();
        let turn = caller.provider.clone();
        let presented = self.writer().write_of(turn, move |step| {
            Box::pin(async move {
                let id = caller.provider;
                if !providers::present(step, &id, name.as_deref(), icon, &deliverable).await? {
                    return Ok(());
                }
                limits.present(&id)?;
                let users: u32 = sqlx::query_scalar("SELECT count(*) FROM users")
                    .fetch_one(&mut step.db)
                    .await?;
                limits.key(&caller.key, users as usize)
            })
        });
        presented.await
    }
}

/// What an act on an integration is noted under.
pub(crate) fn target(id: &ProviderId) -> String {
    format!("integration:{id}")
}

/// A name or label fit for one line.
pub(crate) fn named(field: &str, name: &str) -> Result<String, Refusal> {
    let clean = text::line(name, MAX_PROVIDER_NAME);
    if clean.is_empty() || name.trim().chars().count() > MAX_PROVIDER_NAME {
        let message = format!("{field} has 1 to {MAX_PROVIDER_NAME} characters");
        return Err(Refusal::field(field, message));
    }
    Ok(clean)
}

/// The short name made of a name: lower-case letters and digits of any script, joined by dashes.
fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_short_names() {
        assert_eq!(slug(" Телефония: Mango Office! "), "телефония-mango-office");
        assert_eq!(slug("!!!"), "");
    }
}
