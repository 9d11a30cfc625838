//! Users: added, renamed, given a role. Removing one is [`crate::removal`]'s.

use crate::{
    Actor, Centre, CentreError, audit,
    refusal::Refusal,
    secret,
    store::{notifications::parsed, settings::MAX_PROVIDER_NAME, writer::Step},
};
use dealbell_protocol::{
    ApiError, ErrorCode, Role, UserId,
    people::{ChangeUser, NewUser, Page, PageQuery, UserRow},
    text,
};
use sqlx::{Row as _, sqlite::SqliteRow};
use ulid::Ulid;

/// Rows of a page at most.
pub(crate) const MAX_ROWS: u32 = 200;

/// How a user is described in one row, with what he has.
const ROW: &str = "SELECT u.id, u.email, u.name, u.role, u.language, u.created_at,
    (SELECT count(*) FROM devices d WHERE d.user = u.id AND d.revoked_at IS NULL) AS devices,
    (SELECT json_group_array(g.name ORDER BY g.name) FROM members m
     JOIN groups g ON g.id = m.of_group WHERE m.user = u.id) AS groups FROM users u";

impl Centre {
    /// Adds a user, as the command line does. The language is `ru` or `en`.
    ///
    /// # Errors
    /// When the address or the language is none, or the address is taken.
    pub async fn add_user(
        &self,
        email: &str,
        name: &str,
        language: &str,
    ) -> Result<UserId, CentreError> {
        let new = NewUser {
            email: email.to_owned(),
            name: name.to_owned(),
            role: Role::Member,
            language: language.to_owned(),
        };
        self.create_user(Actor::command_line(), new).await
    }

    /// Adds a user.
    ///
    /// # Errors
    /// When the address or the language is none, or the address is taken.
    pub async fn create_user(&self, actor: Actor, new: NewUser) -> Result<UserId, CentreError> {
        Ok(self.add_as(actor, new).await?)
    }

    pub(crate) async fn add_as(&self, actor: Actor, new: NewUser) -> Result<UserId, Refusal> {
        let new = checked(new)?;
        let added = self.writer().write(move |step| {
            Box::pin(async move {
                let email = new.email.clone();
                match find_or_add(step, Some(&actor), new).await? {
                    (user, true) => Ok(user),
                    (_, false) => Err(taken(&email)),
                }
            })
        });
        added.await
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
        let new = checked(NewUser {
            email: email.to_owned(),
            name: name.to_owned(),
            role: Role::Member,
            language: language.to_owned(),
        })?;
        let added = self
            .writer()
            .write(move |step| Box::pin(async move { Ok(find_or_add(step, None, new).await?.0) }));
        Ok(added.await?)
    }

    /// The language of what a user is told from now on: `ru` or `en`.
    ///
    /// # Errors
    /// When there is no such user or the language is none.
    pub async fn set_language(&self, user: UserId, language: &str) -> Result<(), CentreError> {
        speaks(language)?;
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
        let change = ChangeUser {
            role: Some(role),
            ..ChangeUser::default()
        };
        self.change_user(actor, user, change).await
    }

    /// Changes what is said of a user. An administrator cannot take the role from the last one of
    /// them; the command line can.
    ///
    /// # Errors
    /// When there is no such user, a field is none, or the address is somebody else's.
    pub async fn change_user(
        &self,
        actor: Actor,
        user: UserId,
        change: ChangeUser,
    ) -> Result<(), CentreError> {
        Ok(self.change_as(actor, user, change).await?)
    }

    pub(crate) async fn change_as(
        &self,
        actor: Actor,
        user: UserId,
        change: ChangeUser,
    ) -> Result<(), Refusal> {
        let email = change.email.as_deref().map(address).transpose()?;
        if let Some(language) = &change.language {
            speaks(language)?;
        }
        let name = change.name.map(|name| text::line(&name, MAX_PROVIDER_NAME));
        let changed = self.writer().write(move |step| {
            Box::pin(async move {
                let before = of_id(step, user).await?;
                if change.role == Some(Role::Member) {
                    keep_one_administrator(step, &actor, user).await?;
                }
                if let Some(email) = email.as_ref().filter(|email| **email != before.email)
                    && id_of(step, email).await?.is_some()
                {
                    return Err(taken(email));
                }
                let mut what = Vec::new();
                let renamed = name.as_ref().is_some_and(|name| *name != before.name);
                what.extend(renamed.then_some("name"));
                let moved = email.as_ref().is_some_and(|email| *email != before.email);
                what.extend(moved.then_some("email"));
                let language = change.language;
                let spoken = language.as_ref().is_some_and(|it| *it != before.language);
                what.extend(spoken.then_some("language"));
                sqlx::query(
                    "UPDATE users SET name = coalesce(?, name), email = coalesce(?, email),
                     language = coalesce(?, language), role = coalesce(?, role) WHERE id = ?",
                )
                .bind(name)
                .bind(email)
                .bind(language)
                .bind(change.role.map(Role::name))
                .bind(user.to_string())
                .execute(&mut step.db)
                .await?;
                let on = format!("user:{user}");
                if !what.is_empty() {
                    audit::note(step, &actor, "user.change", on.clone(), what.join(", ")).await?;
                }
                match change.role.filter(|role| *role != before.role) {
                    Some(role) => audit::note(step, &actor, "user.role", on, role.name()).await,
                    None => Ok(()),
                }
            })
        });
        changed.await
    }

    /// The users by address, a page of them.
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn users(&self, query: PageQuery) -> Result<Page<UserRow>, CentreError> {
        Ok(self.user_page(query).await?)
    }

    pub(crate) async fn user_page(&self, query: PageQuery) -> Result<Page<UserRow>, Refusal> {
        let limit = query.limit.unwrap_or(MAX_ROWS).clamp(1, MAX_ROWS);
        let sql = format!("{ROW} WHERE u.email > ? ORDER BY u.email LIMIT ?");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(query.after.unwrap_or_default())
            .bind(limit + 1)
            .fetch_all(self.read())
            .await?;
        let rows = rows.iter().map(user_row).collect::<Result<_, _>>()?;
        Ok(page(rows, limit, |user: &UserRow| user.email.clone()))
    }

    /// One user, as administrators see him.
    pub(crate) async fn user_row(&self, user: UserId) -> Result<UserRow, Refusal> {
        let sql = format!("{ROW} WHERE u.id = ?");
        let row = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(user.to_string())
            .fetch_optional(self.read())
            .await?;
        user_row(&row.ok_or(Refusal::UnknownUser(user))?)
    }

    /// What a user may do.
    pub(crate) async fn role(&self, user: UserId) -> Result<Role, Refusal> {
        let role: Option<String> = sqlx::query_scalar("SELECT role FROM users WHERE id = ?")
            .bind(user.to_string())
            .fetch_optional(self.read())
            .await?;
        Ok(role_of(&role.ok_or(Refusal::UnknownUser(user))?))
    }
}

/// Cuts a page out of one row too many.
pub(crate) fn page<T>(mut items: Vec<T>, limit: u32, key: impl Fn(&T) -> String) -> Page<T> {
    let more = items.len() > limit as usize;
    items.truncate(limit as usize);
    Page {
        next: items.last().filter(|_| more).map(key),
        items,
    }
}

/// What was said of a new user, in the form it is kept in.
pub(crate) fn checked(new: NewUser) -> Result<NewUser, Refusal> {
    speaks(&new.language)?;
    Ok(NewUser {
        email: address(&new.email)?,
        name: text::line(&new.name, MAX_PROVIDER_NAME),
        ..new
    })
}

/// The user of this address, added where missing; whether he was. What was said is checked.
pub(crate) async fn find_or_add(
    step: &mut Step,
    actor: Option<&Actor>,
    new: NewUser,
) -> Result<(UserId, bool), Refusal> {
    if let Some(known) = id_of(step, &new.email).await? {
        return Ok((known, false));
    }
    let id = UserId(Ulid::generate());
    sqlx::query(
        "INSERT INTO users (id, email, name, language, role, epoch, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(id.to_string())
    .bind(new.email)
    .bind(new.name)
    .bind(new.language)
    .bind(new.role.name())
    .bind(secret::epoch())
    .bind(step.now)
    .execute(&mut step.db)
    .await?;
    if let Some(actor) = actor {
        audit::note(
            step,
            actor,
            "user.add",
            format!("user:{id}"),
            new.role.name(),
        )
        .await?;
    }
    Ok((id, true))
}

/// The user of this address, which is in the form it is kept in.
pub(crate) async fn id_of(step: &mut Step, email: &str) -> Result<Option<UserId>, Refusal> {
    let id: Option<String> = sqlx::query_scalar("SELECT id FROM users WHERE email = ?")
        .bind(email)
        .fetch_optional(&mut step.db)
        .await?;
    Ok(id.as_deref().map(parsed).transpose()?)
}

/// Who is there before a change.
struct Before {
    email: String,
    name: String,
    language: String,
    role: Role,
}

async fn of_id(step: &mut Step, user: UserId) -> Result<Before, Refusal> {
    let row = sqlx::query("SELECT email, name, language, role FROM users WHERE id = ?")
        .bind(user.to_string())
        .fetch_optional(&mut step.db)
        .await?;
    let row = row.ok_or(Refusal::UnknownUser(user))?;
    Ok(Before {
        email: row.try_get("email")?,
        name: row.try_get("name")?,
        language: row.try_get("language")?,
        role: role_of(row.try_get("role")?),
    })
}

/// Over the network the last administrator stays one: nobody else could mend it from there.
pub(crate) async fn keep_one_administrator(
    step: &mut Step,
    actor: &Actor,
    user: UserId,
) -> Result<(), Refusal> {
    if actor.user().is_none() {
        return Ok(());
    }
    let others: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM users WHERE role = ?1 AND id <> ?2)
         OR NOT EXISTS (SELECT 1 FROM users WHERE role = ?1 AND id = ?2)",
    )
    .bind(Role::Administrator.name())
    .bind(user.to_string())
    .fetch_one(&mut step.db)
    .await?;
    if others {
        return Ok(());
    }
    let message = "this is the last administrator: make somebody else one first";
    Err(ApiError::new(ErrorCode::Forbidden, message)
        .of_field("role")
        .into())
}

fn user_row(row: &SqliteRow) -> Result<UserRow, Refusal> {
    Ok(UserRow {
        id: parsed(row.try_get("id")?)?,
        email: row.try_get("email")?,
        name: row.try_get("name")?,
        role: role_of(row.try_get("role")?),
        language: row.try_get("language")?,
        groups: serde_json::from_str(row.try_get("groups")?)?,
        devices: row.try_get("devices")?,
        created_at: row.try_get("created_at")?,
    })
}

/// One of a newer version's is a member's: what it may do is not known here.
fn role_of(name: &str) -> Role {
    Role::from_name(name).unwrap_or_default()
}

fn speaks(language: &str) -> Result<(), Refusal> {
    match language {
        "ru" | "en" => Ok(()),
        _ => Err(Refusal::field("language", "the language is ru or en")),
    }
}

fn taken(email: &str) -> Refusal {
    Refusal::field("email", format!("there is a user {email} already"))
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
