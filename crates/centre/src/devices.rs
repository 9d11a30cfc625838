//! Devices: what signs a user in, with a token each. When one was last used is written rarely.

use crate::{
    Actor, Centre, CentreError, audit, browsers, calendar,
    hub::News,
    people::{address, forbidden, unknown_token},
    refusal::Refusal,
    secret,
    store::{notifications::parsed, settings::MAX_PROVIDER_NAME, writer::Step},
    uses::{self, Use},
};
use dealbell_protocol::{
    ApiError, DeviceId, ErrorCode, Millis, UserId,
    rest::DeviceRow,
    stream::{ClientInfo, CloseCode},
    text,
};
use sqlx::Row as _;
use std::cmp::Reverse;
use ulid::Ulid;

/// Longest name of a platform, characters.
pub(crate) const MAX_PLATFORM: usize = 20;

/// Whom a device token belongs to.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) device: DeviceId,
    pub(crate) user: UserId,
    /// The app's own, in its embedded centre.
    embedded: bool,
    /// Signed in by a cookie, which makes it what it is, whatever it says of itself.
    browser: bool,
}

impl Centre {
    /// Adds a device of the user with this address, as the command line does, and returns its
    /// token, which is not kept and cannot be shown again.
    ///
    /// # Errors
    /// When there is no such user.
    pub async fn add_device(&self, email: &str, name: &str) -> Result<String, CentreError> {
        let email = address(email)?;
        let name = text::line(name, MAX_PROVIDER_NAME);
        let token = secret::generate("dbd_");
        let hash = secret::hash(&token);
        let added = self.writer().write(move |step| {
            Box::pin(async move {
                let row = sqlx::query_scalar::<_, String>("SELECT id FROM users WHERE email = ?")
                    .bind(&email)
                    .fetch_optional(&mut step.db)
                    .await?;
                let Some(user) = row else {
                    let message = format!("there is no user {email}: add him first");
                    return Err(ApiError::new(ErrorCode::NotFound, message)
                        .of_field("email")
                        .into());
                };
                let new = Arrival {
                    name: &name,
                    ..Arrival::default()
                };
                let device = insert(step, parsed(&user)?, new, hash).await?;
                let on = format!("user:{user}");
                let actor = Actor::command_line();
                audit::note(step, &actor, "device.add", on, device.to_string()).await
            })
        });
        added.await?;
        Ok(token)
    }

    /// Lets `token`, made anew at every start, sign the embedding app in as `user`. The devices of
    /// earlier starts are removed.
    ///
    /// # Errors
    /// When there is no such user.
    pub async fn ensure_device_token(&self, user: UserId, token: &str) -> Result<(), CentreError> {
        let hash = secret::hash(token);
        let added = self.writer().write(move |step| {
            Box::pin(async move {
                let old = sqlx::query_scalar::<_, String>(
                    "DELETE FROM devices WHERE user = ? AND embedded = 1 RETURNING id",
                )
                .bind(user.to_string())
                .fetch_all(&mut step.db)
                .await?;
                for device in old {
                    let device = parsed(&device)?;
                    let code = CloseCode::DeviceRevoked;
                    step.news.push(News::Revoked { device, code });
                }
                let known: Option<i64> = sqlx::query_scalar("SELECT 1 FROM users WHERE id = ?")
                    .bind(user.to_string())
                    .fetch_optional(&mut step.db)
                    .await?;
                known.ok_or(Refusal::UnknownUser(user))?;
                insert_embedded(step, user, hash).await
            })
        });
        Ok(added.await?)
    }

    /// Revokes the device of this token: its connections end, and it cannot sign in again.
    ///
    /// # Errors
    /// When no device has this token.
    pub async fn revoke_device(&self, token: &str) -> Result<(), CentreError> {
        let hash = secret::hash(token);
        let device: Option<String> =
            sqlx::query_scalar("SELECT id FROM devices WHERE token_hash = ?")
                .bind(hash)
                .fetch_optional(self.read())
                .await?;
        let Some(device) = device else {
            let message = "no device has this token";
            return Err(ApiError::new(ErrorCode::NotFound, message).into());
        };
        let device = parsed(&device)?;
        let revoked = self
            .writer()
            .write(move |step| Box::pin(async move { revoke(step, None, device, None).await }));
        revoked.await?;
        Ok(())
    }

    /// Revokes a device by its id, whoever's it is: its connections end, and it cannot sign in
    /// again. What came of it goes with it: devices that were signed in by its links, its open
    /// invitations, and the address of the calendar where it was told that.
    ///
    /// # Errors
    /// When there is no such device, or it is revoked already.
    pub async fn revoke(&self, actor: Actor, device: DeviceId) -> Result<(), CentreError> {
        Ok(self.revoke_of(actor, None, device, None).await?)
    }

    /// The same of a device of `owner`, where one is given; the one that asks stays signed in,
    /// whatever it came of. What a user does to his own devices is no administrative act.
    pub(crate) async fn revoke_of(
        &self,
        actor: Actor,
        owner: Option<UserId>,
        device: DeviceId,
        by: Option<DeviceId>,
    ) -> Result<(), Refusal> {
        let revoked = self.writer().write(move |step| {
            Box::pin(async move {
                let user = revoke(step, owner, device, by).await?;
                if actor.user() == Some(user) {
                    return Ok(());
                }
                let on = format!("user:{user}");
                audit::note(step, &actor, "device.revoke", on, device.to_string()).await
            })
        });
        revoked.await
    }

    /// The devices that can sign in as the user of this address, the last used first.
    ///
    /// # Errors
    /// When there is no such user.
    pub async fn devices(&self, email: &str) -> Result<Vec<DeviceRow>, CentreError> {
        let user = self.user(email).await?;
        Ok(self.devices_of(user, None).await?)
    }

    /// The devices of `user`: the one that asks first, then the last used.
    pub(crate) async fn devices_of(
        &self,
        user: UserId,
        this: Option<DeviceId>,
    ) -> Result<Vec<DeviceRow>, Refusal> {
        let rows = sqlx::query(
            "SELECT id, name, platform, created_at, last_used_at FROM devices
             WHERE user = ? AND revoked_at IS NULL",
        )
        .bind(user.to_string())
        .fetch_all(self.read())
        .await?;
        let connected = self.hub().devices_of(user);
        let mut devices = Vec::with_capacity(rows.len());
        for row in rows {
            let id = parsed(row.try_get("id")?)?;
            let mut device = DeviceRow {
                id,
                name: row.try_get("name")?,
                platform: row.try_get("platform")?,
                created_at: row.try_get("created_at")?,
                last_used_at: row.try_get("last_used_at")?,
                connected: connected.contains(&id),
                this: this == Some(id),
            };
            if let Some(newer) = self.uses().of(id) {
                newer.tell(&mut device);
            }
            devices.push(device);
        }
        devices.sort_by_key(|device| Reverse((device.this, device.last_used_at, device.id)));
        Ok(devices)
    }

    /// Whom a device token belongs to.
    pub(crate) async fn session(&self, token: &str) -> Result<Session, Refusal> {
        let hash = secret::hash(token);
        let row = sqlx::query(
            "SELECT id, user, embedded, created_at, revoked_at, last_used_at FROM devices
             WHERE token_hash = ?",
        )
        .bind(&hash)
        .fetch_optional(self.read())
        .await?;
        let Some(row) = row else {
            let is_key: Option<i64> =
                sqlx::query_scalar("SELECT 1 FROM integration_keys WHERE hash = ?")
                    .bind(&hash)
                    .fetch_optional(self.read())
                    .await?;
            return Err(match is_key {
                Some(_) => forbidden("this is an integration's key: a device token is needed"),
                None => unknown_token(),
            });
        };
        if row.try_get::<Option<i64>, _>("revoked_at")?.is_some() {
            let message = "this device was revoked";
            return Err(ApiError::new(ErrorCode::TokenRevoked, message).into());
        }
        let last: Option<Millis> = row.try_get("last_used_at")?;
        let browser = token.starts_with(browsers::PREFIX);
        if browser {
            let unwritten = self.uses().of(parsed(row.try_get("id")?)?);
            let used = last.max(unwritten.map(|used| used.at));
            let used = used.unwrap_or(0).max(row.try_get("created_at")?);
            if browsers::is_stale(used, self.now()) {
                let message = "this browser was not used for long: sign in anew";
                return Err(ApiError::new(ErrorCode::TokenInvalid, message).into());
            }
        }
        let session = Session {
            device: parsed(row.try_get("id")?)?,
            user: parsed(row.try_get("user")?)?,
            embedded: row.try_get("embedded")?,
            browser,
        };
        if uses::is_due(last, self.now()) {
            self.used(&session, None);
        }
        Ok(session)
    }

    /// Remembers that a device is in use, and what it says of itself; written soon, with others.
    pub(crate) fn used(&self, session: &Session, client: Option<&ClientInfo>) {
        // The app's own is in use while the app runs, and nobody lists it.
        if session.embedded {
            return;
        }
        let now = Use {
            at: self.now(),
            platform: client
                .filter(|_| !session.browser)
                .map(|client| text::line(&client.platform, MAX_PLATFORM)),
            name: client.map(|client| text::line(&client.device, MAX_PROVIDER_NAME)),
        };
        self.gather_use(session.device, now);
    }
}

/// Revokes a device, of `owner` where one is given, and what came of it but for `by`; returns whose
/// it was.
async fn revoke(
    step: &mut Step,
    owner: Option<UserId>,
    device: DeviceId,
    by: Option<DeviceId>,
) -> Result<UserId, Refusal> {
    let user = sign_out(step, owner, device).await?;
    // Whoever signs himself out has lost nothing.
    if by == Some(device) {
        return Ok(user);
    }
    // One that was signed out meanwhile may have made others before.
    let of: Vec<(String, bool)> = sqlx::query_as(
        "WITH RECURSIVE of (id) AS (SELECT ?1 UNION SELECT d.id FROM devices d
         JOIN of ON d.made_by = of.id WHERE d.id IS NOT ?2)
         SELECT d.id, d.revoked_at IS NULL FROM devices d JOIN of ON d.id = of.id",
    )
    .bind(device.to_string())
    .bind(by.map(|by| by.to_string()))
    .fetch_all(&mut step.db)
    .await?;
    for (id, signed_in) in of {
        if signed_in {
            sign_out(step, None, parsed(&id)?).await?;
        }
        sqlx::query("DELETE FROM invitations WHERE made_by = ? AND used_at IS NULL")
            .bind(&id)
            .execute(&mut step.db)
            .await?;
        calendar::forget_known_by(step, user, &id).await?;
    }
    Ok(user)
}

/// Signs a device out, of `owner` where one is given; returns whose it was. What came of it stays.
pub(crate) async fn sign_out(
    step: &mut Step,
    owner: Option<UserId>,
    device: DeviceId,
) -> Result<UserId, Refusal> {
    let user: Option<String> = sqlx::query_scalar(
        "UPDATE devices SET revoked_at = ?1 WHERE id = ?2 AND revoked_at IS NULL
         AND (?3 IS NULL OR user = ?3) RETURNING user",
    )
    .bind(step.now)
    .bind(device.to_string())
    .bind(owner.map(|owner| owner.to_string()))
    .fetch_optional(&mut step.db)
    .await?;
    let Some(user) = user else {
        let message = "there is no such device";
        return Err(ApiError::new(ErrorCode::NotFound, message)
            .of_field("id")
            .into());
    };
    forget_pushes(step, device).await?;
    let code = CloseCode::DeviceRevoked;
    step.news.push(News::Revoked { device, code });
    Ok(parsed(&user)?)
}

/// What was registered by a device is pushed to no more.
pub(crate) async fn forget_pushes(step: &mut Step, device: DeviceId) -> Result<(), Refusal> {
    sqlx::query("DELETE FROM push_subscriptions WHERE device = ?")
        .bind(device.to_string())
        .execute(&mut step.db)
        .await?;
    Ok(())
}

/// A device that is to be added.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Arrival<'a> {
    /// What it calls itself.
    pub(crate) name: &'a str,
    /// What it runs on; empty where that is not known yet.
    pub(crate) platform: &'a str,
    /// The device whose link it was signed in by.
    pub(crate) made_by: Option<DeviceId>,
}

/// Adds a device.
pub(crate) async fn insert(
    step: &mut Step,
    user: UserId,
    new: Arrival<'_>,
    hash: Vec<u8>,
) -> Result<DeviceId, Refusal> {
    let id = DeviceId(Ulid::generate());
    sqlx::query(
        "INSERT INTO devices (id, user, name, platform, token_hash, embedded, created_at, made_by)
         VALUES (?, ?, ?, ?, ?, 0, ?, ?)",
    )
    .bind(id.to_string())
    .bind(user.to_string())
    .bind(new.name)
    .bind(new.platform)
    .bind(hash)
    .bind(step.now)
    .bind(new.made_by.map(|device| device.to_string()))
    .execute(&mut step.db)
    .await?;
    Ok(id)
}

/// Adds the app's own, in its embedded centre.
async fn insert_embedded(step: &mut Step, user: UserId, hash: Vec<u8>) -> Result<(), Refusal> {
    sqlx::query(
        "INSERT INTO devices (id, user, name, platform, token_hash, embedded, created_at)
         VALUES (?, ?, 'embedded', '', ?, 1, ?)",
    )
    .bind(Ulid::generate().to_string())
    .bind(user.to_string())
    .bind(hash)
    .bind(step.now)
    .execute(&mut step.db)
    .await?;
    Ok(())
}
