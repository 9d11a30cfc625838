//! Groups of users, which integrations can name together.

use crate::{
    Actor, Centre, CentreError, audit,
    people::{MAX_ROWS, page},
    refusal::Refusal,
    store::{settings::MAX_PROVIDER_NAME, writer::Step},
};
use dealbell_protocol::{
    ApiError, ErrorCode, UserId,
    people::{GroupRow, Page, PageQuery},
    text,
};
use sqlx::{Row as _, sqlite::SqliteRow};
use ulid::Ulid;

impl Centre {
    /// Adds a group; its name is 1 to 60 characters.
    ///
    /// # Errors
    /// When the name is empty, too long or taken.
    pub async fn add_group(&self, actor: Actor, name: &str) -> Result<(), CentreError> {
        Ok(self.add_group_as(actor, name).await?)
    }

    pub(crate) async fn add_group_as(&self, actor: Actor, name: &str) -> Result<(), Refusal> {
        let length = name.trim().chars().count();
        let name = text::line(name, MAX_PROVIDER_NAME);
        if name.is_empty() || length > MAX_PROVIDER_NAME {
            let message = format!("a group's name has 1 to {MAX_PROVIDER_NAME} characters");
            return Err(Refusal::field("name", message));
        }
        let added = self.writer().write(move |step| {
            Box::pin(async move {
                let done = sqlx::query(
                    "INSERT INTO groups (id, name, created_at) VALUES (?, ?, ?)
                     ON CONFLICT (name) DO NOTHING",
                )
                .bind(Ulid::generate().to_string())
                .bind(&name)
                .bind(step.now)
                .execute(&mut step.db)
                .await?;
                if done.rows_affected() == 0 {
                    let message = format!("there is a group {name} already");
                    return Err(Refusal::field("name", message));
                }
                audit::note(step, &actor, "group.add", format!("group:{name}"), "").await
            })
        });
        added.await
    }

    /// Removes a group; its members stay users.
    ///
    /// # Errors
    /// When there is no such group.
    pub async fn remove_group(&self, actor: Actor, name: &str) -> Result<(), CentreError> {
        Ok(self.remove_group_as(actor, name).await?)
    }

    pub(crate) async fn remove_group_as(&self, actor: Actor, name: &str) -> Result<(), Refusal> {
        let name = name.to_owned();
        let removed = self.writer().write(move |step| {
            Box::pin(async move {
                let id = id_of(step, &name).await?;
                sqlx::query("DELETE FROM groups WHERE id = ?")
                    .bind(id)
                    .execute(&mut step.db)
                    .await?;
                audit::note(step, &actor, "group.remove", format!("group:{name}"), "").await
            })
        });
        removed.await
    }

    /// Makes a user a member of a group; one who is stays one.
    ///
    /// # Errors
    /// When there is no such group or user.
    pub async fn join_group(
        &self,
        actor: Actor,
        name: &str,
        user: UserId,
    ) -> Result<(), CentreError> {
        Ok(self.member_as(actor, name, user, true).await?)
    }

    /// Takes a user out of a group.
    ///
    /// # Errors
    /// When there is no such group or user.
    pub async fn leave_group(
        &self,
        actor: Actor,
        name: &str,
        user: UserId,
    ) -> Result<(), CentreError> {
        Ok(self.member_as(actor, name, user, false).await?)
    }

    pub(crate) async fn member_as(
        &self,
        actor: Actor,
        name: &str,
        user: UserId,
        joins: bool,
    ) -> Result<(), Refusal> {
        let name = name.to_owned();
        let changed = self.writer().write(move |step| {
            Box::pin(async move {
                let group = id_of(step, &name).await?;
                let known: bool =
                    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM users WHERE id = ?)")
                        .bind(user.to_string())
                        .fetch_one(&mut step.db)
                        .await?;
                if !known {
                    return Err(Refusal::UnknownUser(user));
                }
                let (sql, act) = match joins {
                    true => (
                        "INSERT OR IGNORE INTO members (of_group, user) VALUES (?, ?)",
                        "group.join",
                    ),
                    false => (
                        "DELETE FROM members WHERE of_group = ? AND user = ?",
                        "group.leave",
                    ),
                };
                let done = sqlx::query(sql)
                    .bind(group)
                    .bind(user.to_string())
                    .execute(&mut step.db)
                    .await?;
                if done.rows_affected() == 0 {
                    return Ok(());
                }
                audit::note(step, &actor, act, format!("user:{user}"), name).await
            })
        });
        changed.await
    }

    /// The groups by name, a page of them.
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn groups(&self, query: PageQuery) -> Result<Page<GroupRow>, CentreError> {
        Ok(self.group_page(query).await?)
    }

    pub(crate) async fn group_page(&self, query: PageQuery) -> Result<Page<GroupRow>, Refusal> {
        let limit = query.limit.unwrap_or(MAX_ROWS).clamp(1, MAX_ROWS);
        let rows = sqlx::query(
            "SELECT g.name, g.created_at, (SELECT json_group_array(u.email ORDER BY u.email)
             FROM members m JOIN users u ON u.id = m.user WHERE m.of_group = g.id) AS members
             FROM groups g WHERE g.name > ? ORDER BY g.name LIMIT ?",
        )
        .bind(query.after.unwrap_or_default())
        .bind(limit + 1)
        .fetch_all(self.read())
        .await?;
        let rows = rows.iter().map(group_row).collect::<Result<_, _>>()?;
        Ok(page(rows, limit, |group: &GroupRow| group.name.clone()))
    }
}

fn group_row(row: &SqliteRow) -> Result<GroupRow, Refusal> {
    Ok(GroupRow {
        name: row.try_get("name")?,
        members: serde_json::from_str(row.try_get("members")?)?,
        created_at: row.try_get("created_at")?,
    })
}

async fn id_of(step: &mut Step, name: &str) -> Result<String, Refusal> {
    let id: Option<String> = sqlx::query_scalar("SELECT id FROM groups WHERE name = ?")
        .bind(name)
        .fetch_optional(&mut step.db)
        .await?;
    id.ok_or_else(|| {
        let error = ApiError::new(ErrorCode::NotFound, "there is no such group");
        error.of_field("name").into()
    })
}
