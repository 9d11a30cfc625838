//! Which rights were taken back after a copy was made: a copy that is put back must not give them again.

use sqlx::{Row as _, SqliteConnection};

/// Carries over to `copy` what the database that is there, `current`, says was taken back: devices and
/// keys that were revoked, integrations and users that were removed, roles, addresses of calendars.
/// What `current` does not know stays: it may be another one, made after a loss.
///
/// # Errors
/// When either cannot be read or written; then nothing is carried over.
pub(crate) async fn carry(
    current: &mut SqliteConnection,
    copy: &mut SqliteConnection,
) -> Result<(), sqlx::Error> {
    for (from, to) in [
        (
            "SELECT id, revoked_at AS value FROM devices WHERE revoked_at IS NOT NULL",
            "UPDATE devices SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL",
        ),
        (
            "SELECT id, revoked_at AS value FROM integration_keys WHERE revoked_at IS NOT NULL",
            "UPDATE integration_keys SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL",
        ),
        (
            "SELECT id, removed_at AS value FROM providers WHERE removed_at IS NOT NULL",
            "UPDATE providers SET removed_at = ?2 WHERE id = ?1 AND removed_at IS NULL",
        ),
    ] {
        for row in sqlx::query(from).fetch_all(&mut *current).await? {
            sqlx::query(to)
                .bind(row.try_get::<String, _>("id")?)
                .bind(row.try_get::<i64, _>("value")?)
                .execute(&mut *copy)
                .await?;
        }
    }
    // What a device has registered for pushes goes with it.
    sqlx::query(
        "DELETE FROM push_subscriptions WHERE device IN
         (SELECT id FROM devices WHERE revoked_at IS NOT NULL)",
    )
    .execute(&mut *copy)
    .await?;
    let users = sqlx::query(
        "SELECT u.id, u.role, c.secret_hash FROM users u LEFT JOIN calendars c ON c.user = u.id",
    );
    for row in users.fetch_all(&mut *current).await? {
        let id: String = row.try_get("id")?;
        sqlx::query("UPDATE users SET role = ?2 WHERE id = ?1")
            .bind(&id)
            .bind(row.try_get::<String, _>("role")?)
            .execute(&mut *copy)
            .await?;
        sqlx::query("DELETE FROM calendars WHERE user = ?1 AND secret_hash IS NOT ?2")
            .bind(&id)
            .bind(row.try_get::<Option<Vec<u8>>, _>("secret_hash")?)
            .execute(&mut *copy)
            .await?;
    }
    let removed: Vec<String> = sqlx::query_scalar(
        "SELECT substr(target, 6) FROM audit WHERE act = 'user.remove' AND target LIKE 'user:%'",
    )
    .fetch_all(&mut *current)
    .await?;
    for user in removed {
        remove(copy, &user).await?;
    }
    Ok(())
}

/// Removes a user; his traces are wiped when the file is opened.
async fn remove(copy: &mut SqliteConnection, user: &str) -> Result<(), sqlx::Error> {
    sqlx::query(
        "DELETE FROM words WHERE rowid >= (SELECT number << 40 FROM users WHERE id = ?1)
         AND rowid < (SELECT (number + 1) << 40 FROM users WHERE id = ?1)",
    )
    .bind(user)
    .execute(&mut *copy)
    .await?;
    let gone = sqlx::query("DELETE FROM users WHERE id = ?")
        .bind(user)
        .execute(&mut *copy)
        .await?;
    if gone.rows_affected() > 0 {
        sqlx::query("INSERT OR IGNORE INTO traces (one) VALUES (1)")
            .execute(copy)
            .await?;
    }
    Ok(())
}
