//! Rows of integrations: each change is told to every user with it (RULES C4).

use super::{settings, writer::Step};
use crate::{lookalike, refusal::Refusal};
use dealbell_protocol::{ApiError, Channel, ErrorCode, ProviderId};

/// Integrations of one centre at most, so that the settings fit a frame.
const MAX_INTEGRATIONS: i64 = 100;

/// Adds an integration, or takes one up again that was removed: what users chose for it holds.
pub(crate) async fn add(
    step: &mut Step,
    id: &ProviderId,
    name: &str,
    deliverable: &[Channel],
) -> Result<(), Refusal> {
    let count: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM providers WHERE integration = 1 AND removed_at IS NULL",
    )
    .fetch_one(&mut step.db)
    .await?;
    if count >= MAX_INTEGRATIONS {
        return Err(Refusal::field(
            "name",
            "this centre has 100 integrations, the most it can",
        ));
    }
    lookalike::refuse(step, id, name).await?;
    let added = sqlx::query(
        "INSERT INTO providers (id, name, integration, created_at) VALUES (?1, ?2, 1, ?3)
         ON CONFLICT (id) DO UPDATE SET name = ?2, removed_at = NULL
         WHERE removed_at IS NOT NULL",
    )
    .bind(id.as_str())
    .bind(name)
    .bind(step.now)
    .execute(&mut step.db)
    .await?;
    if added.rows_affected() == 0 {
        let message = format!("there is a provider {id} already");
        return Err(Refusal::field("name", message));
    }
    settings::tell_all(step, deliverable).await
}

/// Takes an integration out of the settings, its keys with it. What it said stays.
pub(crate) async fn remove(
    step: &mut Step,
    id: &ProviderId,
    deliverable: &[Channel],
) -> Result<(), Refusal> {
    let removed = sqlx::query(
        "UPDATE providers SET removed_at = ? WHERE id = ? AND integration = 1
         AND removed_at IS NULL",
    )
    .bind(step.now)
    .bind(id.as_str())
    .execute(&mut step.db)
    .await?;
    if removed.rows_affected() == 0 {
        return Err(unknown(id));
    }
    sqlx::query(
        "UPDATE integration_keys SET revoked_at = ? WHERE provider = ? AND revoked_at IS NULL",
    )
    .bind(step.now)
    .bind(id.as_str())
    .execute(&mut step.db)
    .await?;
    settings::tell_all(step, deliverable).await
}

/// Gives an integration another name, another picture, or none: what is missing stays. A picture
/// comes with the tag it is known by. Returns whether that was a change.
pub(crate) async fn present(
    step: &mut Step,
    id: &ProviderId,
    name: Option<&str>,
    icon: Option<Option<(Vec<u8>, String)>>,
    deliverable: &[Channel],
) -> Result<bool, Refusal> {
    if let Some(name) = name {
        lookalike::refuse(step, id, name).await?;
    }
    let changes_icon = icon.is_some();
    let (picture, tag) = icon.flatten().unzip();
    let changed = sqlx::query(
        "UPDATE providers SET name = coalesce(?2, name),
         icon = CASE WHEN ?3 THEN ?4 ELSE icon END,
         icon_tag = CASE WHEN ?3 THEN ?5 ELSE icon_tag END
         WHERE id = ?1 AND removed_at IS NULL AND integration = 1
         AND (coalesce(?2, name) <> name OR (?3 AND icon_tag IS NOT ?5))",
    )
    .bind(id.as_str())
    .bind(name)
    .bind(changes_icon)
    .bind(picture)
    .bind(tag)
    .execute(&mut step.db)
    .await?;
    match changed.rows_affected() {
        0 => Ok(false),
        _ => {
            settings::tell_all(step, deliverable).await?;
            Ok(true)
        }
    }
}

/// There is no such integration.
pub(crate) fn unknown(id: &ProviderId) -> Refusal {
    let message = format!("this centre has no integration {id}");
    ApiError::new(ErrorCode::NotFound, message)
        .of_field("id")
        .into()
}
