//! Users and their devices.

use crate::{
    Actor, Centre, CentreError, audit,
    refusal::Refusal,
    secret,
    store::{notifications::parsed, settings::MAX_PROVIDER_NAME},
};
use dealbell_protocol::{ApiError, ErrorCode, Role, UserId, text};
use ulid::Ulid;

impl Centre {
    /// Adds a user. The language is `ru` or `en`.
    ///
    /// # Errors
    /// When the address or the language is none, or the address is taken.
    pub async fn add_user(
        &self,
        email: &str,
        name: &str,
        language: &str,
    ) -> Result<UserId, CentreError> {
        let (user, new) = self.find_or_add(email, name, language).await?;
        if new {
            return Ok(user);
        }
        let message = format!("there is a user {} already", email.trim());
        Err(ApiError::new(ErrorCode::FieldInvalid, message)
            .of_field("email")
            .into())
    }

    /// The user of this address, added where missing; one that exists stays as he is.
    ///
    /// # Errors
    /// When the address or the language is none.
    pub async fn ensure_user(
        &self,
        email: &str,
        name: &str,
        language: &str,
    ) -> Result<UserId, CentreError> {
        Ok(self.find_or_add(email, name, language).await?.0)
    }

    /// The language of what a user is told from now on: `ru` or `en`.
    ///
    /// # Errors
    /// When there is no such user or the language is none.
    pub async fn set_language(&self, user: UserId, language: &str) -> Result<(), CentreError> {
        if !matches!(language, "ru" | "en") {
            return Err(Refusal::field("language", "the language is ru or en").into());
        }
        let language = language.to_owned();
        let changed = self.writer().write(move |step| {
            Box::pin(async move {
                let done = sqlx::query("UPDATE users SET language = ? WHERE id = ?")
                    .bind(language)
                    .bind(user.to_string())
                    .execute(&mut step.db)
                    .await?;
                if done.rows_affected() == 0 {
                    return Err(Refusal::UnknownUser(user));
                }
                Ok(())
            })
        });
        Ok(changed.await?)
    }

    /// Gives the user of this address a role.
    ///
    /// # Errors
    /// When there is no such user.
    pub async fn set_role(&self, actor: Actor, email: &str, role: Role) -> Result<(), CentreError> {
        let user = self.user(email).await?;
        let changed = self.writer().write(move |step| {
            Box::pin(async move {
                let done = sqlx::query("UPDATE users SET role = ?1 WHERE id = ?2 AND role <> ?1")
                    .bind(role.name())
                    .bind(user.to_string())
                    .execute(&mut step.db)
                    .await?;
                if done.rows_affected() > 0 {
                    let on = format!("user:{user}");
                    audit::note(step, &actor, "user.role", on, role.name()).await?;
                }
                Ok(())
            })
        });
        Ok(changed.await?)
    }

    async fn find_or_add(
        &self,
        email: &str,
        name: &str,
        language: &str,
    ) -> Result<(UserId, bool), CentreError> {
        let email = address(email)?;
        let name = text::line(name, MAX_PROVIDER_NAME);
        if !matches!(language, "ru" | "en") {
            return Err(Refusal::field("language", "the language is ru or en").into());
        }
        let language = language.to_owned();
        let id = UserId(Ulid::generate());
        let added = self.writer().write(move |step| {
            Box::pin(async move {
                let row = sqlx::query_scalar::<_, String>("SELECT id FROM users WHERE email = ?")
                    .bind(&email)
                    .fetch_optional(&mut step.db)
                    .await?;
                if let Some(known) = row {
                    return Ok((parsed(&known)?, false));
                }
                sqlx::query(
                    "INSERT INTO users (id, email, name, language, epoch, created_at)
                     VALUES (?, ?, ?, ?, ?, ?)",
                )
                .bind(id.to_string())
                .bind(email)
                .bind(name)
                .bind(language)
                .bind(secret::epoch())
                .bind(step.now)
                .execute(&mut step.db)
                .await?;
                Ok((id, true))
            })
        });
        Ok(added.await?)
    }

    /// What a user may do.
    pub(crate) async fn role(&self, user: UserId) -> Result<Role, Refusal> {
        let role: Option<String> = sqlx::query_scalar("SELECT role FROM users WHERE id = ?")
            .bind(user.to_string())
            .fetch_optional(self.read())
            .await?;
        let role = role.ok_or(Refusal::UnknownUser(user))?;
        // One of a newer version's: what it may do is not known here.
        Ok(Role::from_name(&role).unwrap_or_default())
    }
}

/// A secret of the wrong sort.
pub(crate) fn forbidden(message: &str) -> Refusal {
    ApiError::new(ErrorCode::Forbidden, message).into()
}

/// No secret we know.
pub(crate) fn unknown_token() -> Refusal {
    let message = "no token, or one this centre does not know";
    ApiError::new(ErrorCode::TokenInvalid, message).into()
}

/// An email address in the form it is kept and compared in.
pub(crate) fn address(email: &str) -> Result<String, Refusal> {
    let email = email.trim().to_lowercase();
    let plain = !email.chars().any(|c| c.is_whitespace() || c.is_control());
    let whole = email
        .split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
    if whole && plain && email.chars().count() <= 254 {
        return Ok(email);
    }
    Err(Refusal::field("email", "this is no email address"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_compared_in_lower_case() {
        assert_eq!(address(" Anna@Firm.RU ").unwrap(), "anna@firm.ru");
        for bad in ["", "anna", "@firm.ru", "anna@", "an na@firm.ru", "a@b\u{7}"] {
            assert!(address(bad).is_err(), "{bad}");
        }
    }
}
