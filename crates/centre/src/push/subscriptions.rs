//! Who is pushed to: browsers and phones, each registered by a device and gone with it.

use super::{outcome, queue};
use crate::{
    Centre,
    devices::Session,
    refusal::Refusal,
    sealing::Sealer,
    secret,
    store::{notifications::parsed, seal, writer::Step},
};
use dealbell_protocol::{
    ApiError, Channel, ErrorCode, PushSubscriptionId, UserId,
    courier::PushAddress,
    push::{
        ChangePushSubscription, MAX_SUBSCRIPTIONS, NewPushSubscription, PushDevices, PushKeys,
        PushSubscriptionRow,
    },
    text::line,
};
use serde::{Deserialize, Serialize};
use sqlx::{Row as _, sqlite::SqliteRow};
use ulid::Ulid;
use url::Url;

/// Longest name, characters.
pub(crate) const MAX_NAME: usize = 200;

/// What is sealed of a subscription.
#[derive(Serialize, Deserialize)]
struct Sealed {
    endpoint: String,
    keys: PushKeys,
}

fn about(id: &str) -> [&str; 2] {
    ["push", id]
}

/// Where pushes of a subscription go.
pub(super) fn opened(sealer: &Sealer, id: &str, sealed: &[u8]) -> Result<PushAddress, Refusal> {
    let text = sealer.open(&about(id), sealed)?;
    let Sealed { endpoint, keys } = serde_json::from_str(&text)?;
    Ok(PushAddress { endpoint, keys })
}

impl Centre {
    /// The browsers and phones of `session`'s user.
    pub(crate) async fn push_devices(&self, session: &Session) -> Result<PushDevices, Refusal> {
        let rows =
            sqlx::query("SELECT * FROM push_subscriptions WHERE user = ? ORDER BY created_at, id")
                .bind(session.user.to_string())
                .fetch_all(self.read())
                .await?;
        let rows = rows.iter().map(|row| listed(row, session));
        Ok(PushDevices {
            key: self.courier().map(|courier| courier.key().to_owned()),
            subscriptions: rows.collect::<Result<_, _>>()?,
        })
    }

    /// Registers one, or renews the one of the same endpoint; it belongs to the device that asks.
    pub(crate) async fn add_push(
        &self,
        session: &Session,
        new: NewPushSubscription,
    ) -> Result<PushSubscriptionRow, Refusal> {
        let Some(courier) = self.courier() else {
            return Err(not_here());
        };
        let to = PushAddress {
            endpoint: new.endpoint,
            keys: new.keys,
        };
        courier
            .check(&to)
            .map_err(|wrong| Refusal::field(wrong.field, wrong.why))?;
        let service = Url::parse(&to.endpoint).ok();
        let service = service.and_then(|url| url.host_str().map(str::to_owned));
        let service = service.ok_or_else(|| Refusal::field("endpoint", "it has no host"))?;
        let name = line(&new.name, MAX_NAME);
        let channel = queue::name(new.channel);
        let (sealer, session) = (self.sealer(), session.clone());
        let added = self.writer().write(move |step| {
            Box::pin(async move {
                seal::ready(&mut step.db, &sealer).await?;
                let hash = secret::hash(&to.endpoint);
                let id = place(step, session.user, &hash).await?;
                let sealed = serde_json::to_string(&Sealed {
                    endpoint: to.endpoint,
                    keys: to.keys,
                })?;
                let row = sqlx::query(
                    "INSERT INTO push_subscriptions
                     (id, user, device, channel, name, service, endpoint_hash, secret, created_at)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
                     ON CONFLICT (id) DO UPDATE SET device = ?3, channel = ?4, name = ?5,
                     secret = ?8, trouble = NULL, attempts = 0, not_before = 0 RETURNING *",
                )
                .bind(&id)
                .bind(session.user.to_string())
                .bind(session.device.to_string())
                .bind(channel)
                .bind(name)
                .bind(service)
                .bind(hash)
                .bind(sealer.seal(&about(&id), &sealed)?)
                .bind(step.now)
                .fetch_one(&mut step.db)
                .await?;
                Ok(listed(&row, &session)?)
            })
        });
        added.await
    }

    /// Changes one.
    pub(crate) async fn change_push(
        &self,
        session: &Session,
        id: PushSubscriptionId,
        change: ChangePushSubscription,
    ) -> Result<PushSubscriptionRow, Refusal> {
        let session = session.clone();
        let changed = self.writer().write(move |step| {
            Box::pin(async move {
                let row = sqlx::query(
                    "UPDATE push_subscriptions SET switched_on = coalesce(?3, switched_on),
                     name = coalesce(?4, name) WHERE id = ?1 AND user = ?2 RETURNING *",
                )
                .bind(id.to_string())
                .bind(session.user.to_string())
                .bind(change.on)
                .bind(change.name.map(|name| line(&name, MAX_NAME)))
                .fetch_optional(&mut step.db)
                .await?;
                Ok(listed(&row.ok_or_else(no_such)?, &session)?)
            })
        });
        changed.await
    }

    /// Removes one.
    pub(crate) async fn remove_push(
        &self,
        user: UserId,
        id: PushSubscriptionId,
    ) -> Result<(), Refusal> {
        let removed = self.writer().write(move |step| {
            Box::pin(async move {
                let done = sqlx::query("DELETE FROM push_subscriptions WHERE id = ? AND user = ?")
                    .bind(id.to_string())
                    .bind(user.to_string())
                    .execute(&mut step.db)
                    .await?;
                match done.rows_affected() {
                    0 => Err(no_such()),
                    _ => Ok(()),
                }
            })
        });
        removed.await
    }

    /// Sends one a test, whatever is switched off.
    pub(crate) async fn test_push(
        &self,
        user: UserId,
        id: PushSubscriptionId,
    ) -> Result<(), Refusal> {
        if self.courier().is_none() {
            return Err(not_here());
        }
        let asked = self.writer().write(move |step| {
            Box::pin(async move {
                let row: Option<String> = sqlx::query_scalar(
                    "UPDATE push_subscriptions SET tested_at = ?3, not_before = 0
                     WHERE id = ?1 AND user = ?2 RETURNING id",
                )
                .bind(id.to_string())
                .bind(user.to_string())
                .bind(step.now)
                .fetch_optional(&mut step.db)
                .await?;
                let at = step.now;
                queue::due(step, &row.ok_or_else(no_such)?, at).await
            })
        });
        asked.await
    }
}

/// Sends a test to all of a user's that are on `channel` and switched on.
pub(crate) async fn test_all(
    step: &mut Step,
    user: UserId,
    channel: Channel,
) -> Result<(), Refusal> {
    let at = step.now;
    let asked: Vec<String> = sqlx::query_scalar(
        "UPDATE push_subscriptions SET tested_at = ?3, not_before = 0
         WHERE user = ?1 AND channel = ?2 AND switched_on = 1 RETURNING id",
    )
    .bind(user.to_string())
    .bind(match channel {
        Channel::Mobile => "mobile",
        Channel::Interface | Channel::Desktop | Channel::Email | Channel::Browser => "browser",
    })
    .bind(at)
    .fetch_all(&mut step.db)
    .await?;
    if asked.is_empty() {
        let message = "no browser or phone is registered for this channel";
        return Err(ApiError::new(ErrorCode::Unavailable, message)
            .of_field("channel")
            .into());
    }
    for id in asked {
        queue::due(step, &id, at).await?;
    }
    Ok(())
}

/// Whose place the endpoint of this hash takes: its own where the user has it, else a new one. What
/// another user has registered there is his no more; and of too many, the one used least goes.
async fn place(step: &mut Step, user: UserId, hash: &[u8]) -> Result<String, Refusal> {
    let own = "SELECT id FROM push_subscriptions WHERE endpoint_hash = ? AND user = ?";
    let own: Option<String> = sqlx::query_scalar(own)
        .bind(hash)
        .bind(user.to_string())
        .fetch_optional(&mut step.db)
        .await?;
    if let Some(own) = own {
        return Ok(own);
    }
    sqlx::query("DELETE FROM push_subscriptions WHERE endpoint_hash = ?")
        .bind(hash)
        .execute(&mut step.db)
        .await?;
    sqlx::query(
        "DELETE FROM push_subscriptions WHERE id IN (SELECT id FROM push_subscriptions
         WHERE user = ? ORDER BY coalesce(last_sent_at, created_at) DESC, id DESC
         LIMIT -1 OFFSET ?)",
    )
    .bind(user.to_string())
    .bind(u32::try_from(MAX_SUBSCRIPTIONS - 1).unwrap_or(0))
    .execute(&mut step.db)
    .await?;
    Ok(PushSubscriptionId(Ulid::generate()).to_string())
}

fn listed(row: &SqliteRow, session: &Session) -> Result<PushSubscriptionRow, sqlx::Error> {
    let device: &str = row.try_get("device")?;
    let trouble: Option<&str> = row.try_get("trouble")?;
    Ok(PushSubscriptionRow {
        id: parsed(row.try_get("id")?)?,
        channel: queue::of_name(row.try_get("channel")?),
        name: row.try_get("name")?,
        service: row.try_get("service")?,
        on: row.try_get("switched_on")?,
        created_at: row.try_get("created_at")?,
        last_sent_at: row.try_get("last_sent_at")?,
        trouble: trouble.map(outcome::of_name),
        this: device == session.device.to_string(),
    })
}

fn no_such() -> Refusal {
    let message = "you have no such browser or phone";
    ApiError::new(ErrorCode::NotFound, message)
        .of_field("id")
        .into()
}

fn not_here() -> Refusal {
    ApiError::new(ErrorCode::Unavailable, "this centre does not push").into()
}
