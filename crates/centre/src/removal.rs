//! What is kept of a person: all of it as JSON for him, and all of it gone.
//!
//! What belongs to a user is known by the schema: every table that refers to him, whoever made it.

use crate::{
    Actor, Centre, CentreError, audit,
    hub::News,
    people::keep_one_administrator,
    refusal::Refusal,
    store::{traces, words},
};
use dealbell_protocol::UserId;
use serde_json::{Map, Value};
use sqlx::{
    Column as _, Row as _, SqliteConnection, TypeInfo as _, ValueRef as _, sqlite::SqliteRow,
};

/// Columns that hold secrets, or what stands for one.
const SECRETS: [&str; 4] = ["secret", "token", "code", "key"];

impl Centre {
    /// All that is kept of the user of this address, one JSON object a line: `{"of":TABLE,…}` with
    /// a row's columns, himself first; his acts and what was done to him are `audit`. Secrets and
    /// their hashes are left out. What is told to colleagues about him is theirs.
    ///
    /// # Errors
    /// When there is no such user.
    pub async fn export_user(&self, email: &str) -> Result<String, CentreError> {
        let user = self.user(email).await?.to_string();
        // One transaction, so that all of it is of the same moment.
        let mut db = self.read().begin().await?;
        let mut lines = String::new();
        let himself = rows(&mut db, "users", "id", &user).await?;
        let mut all = vec![("users".to_owned(), himself)];
        for (table, column) in tables(&mut db).await? {
            let found = rows(&mut db, &table, &column, &user).await?;
            match all.iter_mut().find(|(known, _)| *known == table) {
                Some((_, known)) => known.extend(found),
                None => all.push((table, found)),
            }
        }
        all.push((
            "audit".to_owned(),
            rows(&mut db, "audit", "actor", &user).await?,
        ));
        let target = format!("user:{user}");
        all.push((
            "audit".to_owned(),
            rows(&mut db, "audit", "target", &target).await?,
        ));
        db.commit().await?;
        for (table, rows) in all {
            for row in rows {
                let mut object = Map::new();
                object.insert("of".to_owned(), table.clone().into());
                object.extend(row);
                lines.push_str(&Value::Object(object).to_string());
                lines.push('\n');
            }
        }
        Ok(lines)
    }

    /// Removes a user with all that is kept of him, and wipes its traces from the file; his devices
    /// are signed out. The audit keeps his id. False where the traces have to wait for the next
    /// start.
    ///
    /// # Errors
    /// When there is no such user, or it is an administrator who removes the last of them.
    pub async fn remove_user(&self, actor: Actor, user: UserId) -> Result<bool, CentreError> {
        Ok(self.remove_as(actor, user).await?)
    }

    pub(crate) async fn remove_as(&self, actor: Actor, user: UserId) -> Result<bool, Refusal> {
        let removed = self.writer().write(move |step| {
            Box::pin(async move {
                keep_one_administrator(step, &actor, user).await?;
                traces::leave(&mut step.db).await?;
                words::forget(step, user).await?;
                let done = sqlx::query("DELETE FROM users WHERE id = ?")
                    .bind(user.to_string())
                    .execute(&mut step.db)
                    .await?;
                if done.rows_affected() == 0 {
                    return Err(Refusal::UnknownUser(user));
                }
                step.news.push(News::UserGone { user });
                audit::note(step, &actor, "user.remove", format!("user:{user}"), "").await
            })
        });
        removed.await?;
        traces::wipe(self.writer()).await
    }
}

/// Every table that refers to users, and by which column.
async fn tables(db: &mut SqliteConnection) -> Result<Vec<(String, String)>, sqlx::Error> {
    sqlx::query_as(
        r#"SELECT m.name, f."from" FROM sqlite_master m, pragma_foreign_key_list(m.name) f
           WHERE m.type = 'table' AND f."table" = 'users' ORDER BY m.name, f."from""#,
    )
    .fetch_all(db)
    .await
}

/// The rows of a table that are his, without secrets.
async fn rows(
    db: &mut SqliteConnection,
    table: &str,
    column: &str,
    value: &str,
) -> Result<Vec<Map<String, Value>>, sqlx::Error> {
    // Names of the schema, not of a user.
    let sql = format!("SELECT * FROM \"{table}\" WHERE \"{column}\" = ?");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(value)
        .fetch_all(db)
        .await?;
    rows.iter().map(object).collect()
}

fn object(row: &SqliteRow) -> Result<Map<String, Value>, sqlx::Error> {
    let mut object = Map::new();
    for column in row.columns() {
        let (name, at) = (column.name(), column.ordinal());
        if name
            .split('_')
            .any(|part| SECRETS.contains(&part) || part == "hash")
        {
            continue;
        }
        let raw = row.try_get_raw(at)?;
        let value = match raw.type_info().name() {
            "NULL" => Value::Null,
            "INTEGER" | "BOOLEAN" => row.try_get::<i64, _>(at)?.into(),
            "REAL" => row.try_get::<f64, _>(at)?.into(),
            "TEXT" => text(row.try_get(at)?),
            // Bytes are hashes or sealed.
            _ => continue,
        };
        object.insert(name.to_owned(), value);
    }
    Ok(object)
}

/// JSON in a column is JSON in the export.
fn text(stored: String) -> Value {
    if !stored.starts_with(['{', '[']) {
        return stored.into();
    }
    serde_json::from_str(&stored).unwrap_or_else(|_| stored.into())
}
