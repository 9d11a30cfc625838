//! What the administrator has decided of providers and their kinds (RULES T9).

use super::{settings, writer::Step};
use crate::refusal::Refusal;
use dealbell_protocol::{Channel, ChannelSet, KindChannels, ProviderId, rest::Defaults};
use sqlx::{Row as _, SqliteConnection};

/// All of it.
pub(crate) async fn read(db: &mut SqliteConnection) -> Result<Defaults, sqlx::Error> {
    let rows = sqlx::query("SELECT * FROM defaults WHERE kind = '' ORDER BY provider")
        .fetch_all(&mut *db)
        .await?;
    let providers = rows.iter().map(|row| {
        let channels = settings::channel_set(row)?;
        Ok((row.try_get("provider")?, channels))
    });
    Ok(Defaults {
        providers: providers.collect::<Result<_, sqlx::Error>>()?,
        kinds: settings::kinds(db).await?,
    })
}

/// Puts `wanted` in the place of all that was decided, and tells every user.
pub(crate) async fn replace(
    step: &mut Step,
    wanted: &Defaults,
    deliverable: &[Channel],
) -> Result<(), Refusal> {
    sqlx::query("DELETE FROM defaults")
        .execute(&mut step.db)
        .await?;
    for (provider, channels) in &wanted.providers {
        let field = format!("providers.{provider}");
        insert(step, &ProviderId::new(provider), "", *channels, field).await?;
    }
    for (place, rule) in wanted.kinds.iter().enumerate() {
        let KindChannels {
            provider,
            kind,
            channels,
        } = rule;
        let field = format!("kinds.{place}");
        insert(step, provider, kind.name(), *channels, field).await?;
    }
    settings::tell_all(step, deliverable).await
}

async fn insert(
    step: &mut Step,
    provider: &ProviderId,
    kind: &str,
    channels: ChannelSet,
    field: String,
) -> Result<(), Refusal> {
    let written = sqlx::query(
        "INSERT INTO defaults (provider, kind, desktop, email, mobile, browser)
         SELECT id, ?2, ?3, ?4, ?5, ?6 FROM providers WHERE id = ?1 ON CONFLICT DO NOTHING",
    )
    .bind(provider.as_str())
    .bind(kind)
    .bind(channels.desktop)
    .bind(channels.email)
    .bind(channels.mobile)
    .bind(channels.browser)
    .execute(&mut step.db)
    .await?;
    if written.rows_affected() > 0 {
        return Ok(());
    }
    let known: Option<i64> = sqlx::query_scalar("SELECT 1 FROM providers WHERE id = ?")
        .bind(provider.as_str())
        .fetch_optional(&mut step.db)
        .await?;
    Err(match known {
        Some(_) => Refusal::field(field, "this provider and kind stand there twice"),
        None => Refusal::field(field, "the centre has no such provider"),
    })
}
