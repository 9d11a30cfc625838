//! Integrations: programs that publish, known by their keys.

use crate::{
    Centre, CentreError,
    people::{forbidden, unknown_token},
    refusal::Refusal,
    secret,
    store::settings::{self, MAX_PROVIDER_NAME},
};
use dealbell_protocol::{ProviderId, text};

impl Centre {
    /// Adds an integration and returns its key, which is not kept and cannot be shown again. Its
    /// provider id is made of the name; every user's settings list it at once (RULES C4).
    ///
    /// # Errors
    /// When the name is empty, too long, or taken.
    pub async fn add_integration(&self, name: &str) -> Result<String, CentreError> {
        let id = slug(name);
        let length = name.trim().chars().count();
        let clean = text::line(name, MAX_PROVIDER_NAME);
        if id.is_empty() || length > MAX_PROVIDER_NAME {
            let message = format!(
                "an integration's name has 1 to {MAX_PROVIDER_NAME} characters, a letter or digit among them"
            );
            return Err(Refusal::field("name", message).into());
        }
        let key = secret::generate("dbi_");
        let hash = secret::hash(&key);
        let deliverable = self.inner.deliverable.clone();
        let added = self.writer().write(move |step| {
            Box::pin(async move {
                settings::add_provider(step, &ProviderId::new(id), &clean, hash, &deliverable).await
            })
        });
        added.await?;
        Ok(key)
    }

    /// The integration that a key belongs to.
    pub(crate) async fn integration(&self, key: &str) -> Result<ProviderId, Refusal> {
        let hash = secret::hash(key);
        let id: Option<String> = sqlx::query_scalar("SELECT id FROM providers WHERE key_hash = ?")
            .bind(&hash)
            .fetch_optional(self.read())
            .await?;
        if let Some(id) = id {
            return Ok(ProviderId(id));
        }
        let is_device: Option<i64> =
            sqlx::query_scalar("SELECT 1 FROM devices WHERE token_hash = ?")
                .bind(&hash)
                .fetch_optional(self.read())
                .await?;
        Err(match is_device {
            Some(_) => forbidden("this is a device token: an integration's key is needed"),
            None => unknown_token(),
        })
    }
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
