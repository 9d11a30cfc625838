//! Providers, what each user wants of them, and when he wants quiet (RULES C2–C6, C11).

use super::{log, notifications::parsed, writer::Step};
use crate::{delivery::queue, hub::News, push, refusal::Refusal};
use dealbell_protocol::{
    ApiError, Channel, ChannelSet, ChannelSettings, ErrorCode, Kind, KindChannels, Provider,
    ProviderChannels, ProviderId, QuietHours, UserId, rest::SaveChannels, stream::Change,
};
use sqlx::{Row as _, SqliteConnection, sqlite::SqliteRow};

/// Longest name of an integration, characters, so that the settings fit a frame.
pub(crate) const MAX_PROVIDER_NAME: usize = dealbell_protocol::integration::MAX_NAME;

/// The user's settings: every provider, chosen or default (RULES C4). None for an unknown user.
pub(crate) async fn of_user(
    db: &mut SqliteConnection,
    user: UserId,
    deliverable: &[Channel],
) -> Result<Option<ChannelSettings>, sqlx::Error> {
    let user = user.to_string();
    let Some(row) = sqlx::query(
        "SELECT receive, revision, quiet, email_settings, push_settings FROM users WHERE id = ?",
    )
    .bind(&user)
    .fetch_optional(&mut *db)
    .await?
    else {
        return Ok(None);
    };
    let rows = sqlx::query(
        "SELECT p.id, p.name, p.icon_tag, coalesce(c.desktop, d.desktop) AS desktop,
         coalesce(c.email, d.email) AS email, coalesce(c.mobile, d.mobile) AS mobile,
         coalesce(c.browser, d.browser) AS browser FROM providers p
         LEFT JOIN channels c ON c.user = ? AND c.provider = p.id
         LEFT JOIN defaults d ON d.provider = p.id AND d.kind = ''
         WHERE p.removed_at IS NULL ORDER BY p.position",
    )
    .bind(&user)
    .fetch_all(&mut *db)
    .await?;
    Ok(Some(ChannelSettings {
        revision: log::unsigned(row.try_get("revision")?),
        receive: row.try_get("receive")?,
        providers: rows
            .iter()
            .map(provider_channels)
            .collect::<Result<_, _>>()?,
        deliverable: deliverable.to_vec(),
        quiet: quiet(&row)?,
        email: serde_json::from_str(row.try_get("email_settings")?).map_err(decoding)?,
        push: serde_json::from_str(row.try_get("push_settings")?).map_err(decoding)?,
        kinds: kinds(db).await?,
    }))
}

/// What of the user's settings decides about this provider and kind, and nothing else; for each
/// notification, so one question. None for an unknown user.
pub(crate) async fn about(
    db: &mut SqliteConnection,
    user: UserId,
    provider: &ProviderId,
    kind: Kind,
) -> Result<Option<ChannelSettings>, sqlx::Error> {
    let row = sqlx::query(
        "SELECT u.receive, u.email_settings, u.push_settings, u.quiet,
         coalesce(c.desktop, d.desktop) AS desktop, coalesce(c.email, d.email) AS email,
         coalesce(c.mobile, d.mobile) AS mobile, coalesce(c.browser, d.browser) AS browser,
         k.desktop AS kind_desktop, k.email AS kind_email, k.mobile AS kind_mobile,
         k.browser AS kind_browser FROM users u
         LEFT JOIN channels c ON c.user = u.id AND c.provider = ?2
         LEFT JOIN defaults d ON d.provider = ?2 AND d.kind = ''
         LEFT JOIN defaults k ON k.provider = ?2 AND k.kind = ?3 WHERE u.id = ?1",
    )
    .bind(user.to_string())
    .bind(provider.as_str())
    .bind(kind.name())
    .fetch_optional(db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let channels = match row.try_get::<Option<bool>, _>("desktop")? {
        None => ChannelSet::default(),
        Some(_) => channel_set(&row)?,
    };
    let allowed = match row.try_get::<Option<bool>, _>("kind_desktop")? {
        None => ChannelSet::ALL,
        Some(desktop) => ChannelSet {
            desktop,
            email: row.try_get("kind_email")?,
            mobile: row.try_get("kind_mobile")?,
            browser: row.try_get("kind_browser")?,
        },
    };
    Ok(Some(ChannelSettings {
        revision: 0,
        receive: row.try_get("receive")?,
        providers: vec![ProviderChannels {
            provider: Provider {
                id: provider.clone(),
                name: String::new(),
                icon: None,
            },
            channels,
        }],
        deliverable: Vec::new(),
        quiet: quiet(&row)?,
        email: serde_json::from_str(row.try_get("email_settings")?).map_err(decoding)?,
        push: serde_json::from_str(row.try_get("push_settings")?).map_err(decoding)?,
        kinds: vec![KindChannels {
            provider: provider.clone(),
            kind,
            channels: allowed,
        }],
    }))
}

/// Which kinds do not go on every channel (RULES T9).
pub(crate) async fn kinds(db: &mut SqliteConnection) -> Result<Vec<KindChannels>, sqlx::Error> {
    let rows = sqlx::query("SELECT * FROM defaults WHERE kind <> '' ORDER BY provider, kind")
        .fetch_all(db)
        .await?;
    let rules = rows.iter().map(|row| {
        // One of a newer version's kinds: nothing of that kind is told here.
        let Some(kind) = Kind::from_name(row.try_get("kind")?) else {
            return Ok(None);
        };
        Ok(Some(KindChannels {
            provider: ProviderId(row.try_get("provider")?),
            kind,
            channels: channel_set(row)?,
        }))
    });
    rules.filter_map(Result::transpose).collect()
}

pub(crate) fn channel_set(row: &SqliteRow) -> Result<ChannelSet, sqlx::Error> {
    Ok(ChannelSet {
        desktop: row.try_get("desktop")?,
        email: row.try_get("email")?,
        mobile: row.try_get("mobile")?,
        browser: row.try_get("browser")?,
    })
}

fn decoding(error: serde_json::Error) -> sqlx::Error {
    sqlx::Error::Decode(Box::new(error))
}

fn quiet(row: &SqliteRow) -> Result<QuietHours, sqlx::Error> {
    serde_json::from_str(row.try_get("quiet")?).map_err(decoding)
}

fn provider_channels(row: &SqliteRow) -> Result<ProviderChannels, sqlx::Error> {
    let channels = match row.try_get::<Option<bool>, _>("desktop")? {
        None => ChannelSet::default(),
        Some(_) => channel_set(row)?,
    };
    Ok(ProviderChannels {
        provider: Provider {
            id: ProviderId(row.try_get("id")?),
            name: row.try_get("name")?,
            icon: row.try_get("icon_tag")?,
        },
        channels,
    })
}

/// Saves what the user chose, if nobody saved since `revision` (RULES C6).
pub(crate) async fn save(
    step: &mut Step,
    user: UserId,
    revision: u64,
    chosen: SaveChannels,
    deliverable: &[Channel],
) -> Result<ChannelSettings, Refusal> {
    let quiet = chosen.quiet.as_ref().map(serde_json::to_string);
    let email = chosen.email.as_ref().map(serde_json::to_string);
    let push = chosen.push.as_ref().map(serde_json::to_string);
    let saved = sqlx::query(
        "UPDATE users SET receive = ?, quiet = COALESCE(?, quiet),
         email_settings = COALESCE(?, email_settings),
         push_settings = COALESCE(?, push_settings), revision = revision + 1
         WHERE id = ? AND revision = ?",
    )
    .bind(chosen.receive)
    .bind(quiet.transpose()?)
    .bind(email.transpose()?)
    .bind(push.transpose()?)
    .bind(user.to_string())
    .bind(log::signed(revision))
    .execute(&mut step.db)
    .await?;
    if saved.rows_affected() == 0 {
        let message = "somebody saved in between: read the channels again, then save";
        return Err(ApiError::new(ErrorCode::RevisionConflict, message).into());
    }
    for (provider, set) in chosen.providers {
        let written = sqlx::query(
            "INSERT INTO channels (user, provider, desktop, email, mobile, browser)
             SELECT ?1, id, ?3, ?4, ?5, ?6 FROM providers WHERE id = ?2
             ON CONFLICT DO UPDATE SET desktop = ?3, email = ?4, mobile = ?5, browser = ?6",
        )
        .bind(user.to_string())
        .bind(&provider)
        .bind(set.desktop)
        .bind(set.email)
        .bind(set.mobile)
        .bind(set.browser)
        .execute(&mut step.db)
        .await?;
        if written.rows_affected() == 0 {
            let field = format!("providers.{provider}");
            return Err(Refusal::field(field, "the centre has no such provider"));
        }
    }
    let settings = of_user(&mut step.db, user, deliverable)
        .await?
        .ok_or(Refusal::UnknownUser(user))?;
    let next = log::reserve(step, user, 0).await?;
    log::append(step, next, &Change::Channels(Box::new(settings.clone()))).await?;
    queue::rearm(step, user).await?;
    push::queue::look_again(step, user).await?;
    Ok(settings)
}

/// Tells every user that what he can choose from, or what holds where he has not chosen, changed.
pub(crate) async fn tell_all(step: &mut Step, deliverable: &[Channel]) -> Result<(), Refusal> {
    let users: Vec<String> = sqlx::query_scalar("SELECT id FROM users")
        .fetch_all(&mut step.db)
        .await?;
    for user in users {
        let user: UserId = parsed(&user)?;
        let settings = of_user(&mut step.db, user, deliverable)
            .await?
            .ok_or(Refusal::UnknownUser(user))?;
        let next = log::reserve(step, user, 0).await?;
        log::append(step, next, &Change::Providers(Box::new(settings))).await?;
    }
    Ok(())
}

/// A transient notice to whoever is connected, unless the master switch is off or his hours are
/// quiet (RULES C10).
pub(crate) async fn pop_up(
    step: &mut Step,
    user: UserId,
    frame: axum::extract::ws::Utf8Bytes,
) -> Result<(), Refusal> {
    if !silence(step, user).await?.any() {
        step.news.push(News::Popup { user, frame });
    }
    Ok(())
}

/// What keeps a user's channels silent now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Silence {
    /// The master switch is off (RULES C5).
    pub(crate) switched_off: bool,
    /// It is his quiet time (RULES C11).
    pub(crate) quiet: bool,
}

impl Silence {
    fn any(self) -> bool {
        self.switched_off || self.quiet
    }
}

/// What keeps the channels of `user` silent at this step's time.
pub(crate) async fn silence(step: &mut Step, user: UserId) -> Result<Silence, Refusal> {
    let row = sqlx::query("SELECT receive, quiet FROM users WHERE id = ?")
        .bind(user.to_string())
        .fetch_optional(&mut step.db)
        .await?;
    let row = row.ok_or(Refusal::UnknownUser(user))?;
    Ok(Silence {
        switched_off: !row.try_get::<bool, _>("receive")?,
        quiet: quiet(&row)?.quiet_until(step.now).is_some(),
    })
}
