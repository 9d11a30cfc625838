//! Browsers: devices whose token is a cookie. A link or an invitation signs one in, once; one that
//! is not used for long is signed out.

use crate::{
    Actor, Centre, CentreError, arrivals, audit,
    devices::{self, Arrival, Session},
    hub::News,
    people::address,
    refusal::Refusal,
    secret,
    store::{notifications::parsed, settings::MAX_PROVIDER_NAME, writer::Step},
};
use dealbell_protocol::{
    ApiError, DeviceId, ErrorCode, Millis, UserId,
    people::{NewDevice, Redeem},
    stream::CloseCode,
    text,
    web::{SIGN_IN_LINK_MS, WEB_PLATFORM, WebProof, WebSignIn},
};
use sqlx::{Row as _, sqlite::SqliteRow};

/// How a token of a browser begins.
pub(crate) const PREFIX: &str = "dbw_";
/// How long a browser stays signed in that is not used.
pub(crate) const UNUSED_MS: Millis = 90 * 24 * 60 * 60 * 1_000;
/// Links of one user that can be followed at a time; another one ends the oldest.
const OPEN: u32 = 5;
/// How long it is known of a link that it was used or is too old.
const KNOWN_MS: Millis = 24 * 60 * 60 * 1_000;

/// A browser that was just signed in.
pub(crate) struct SignedIn {
    /// For its cookie; kept nowhere.
    pub(crate) token: String,
    pub(crate) user: UserId,
}

impl Centre {
    /// Makes a sign-in link of the user of this address, as the command line does; returns its code
    /// and until when it is good. The code is kept nowhere.
    ///
    /// # Errors
    /// When there is no such user.
    pub async fn add_sign_in_link(&self, email: &str) -> Result<(String, Millis), CentreError> {
        let email = address(email)?;
        let user = self.user(&email).await?;
        Ok(self.make_link(user, None).await?)
    }

    /// A link for another browser of whoever asks.
    pub(crate) async fn sign_in_link(
        &self,
        session: &Session,
    ) -> Result<(String, Millis), Refusal> {
        self.make_link(session.user, Some(session.device)).await
    }

    async fn make_link(
        &self,
        user: UserId,
        by: Option<DeviceId>,
    ) -> Result<(String, Millis), Refusal> {
        let code = secret::generate("");
        let hash = secret::hash(&code);
        let made = self.writer().write(move |step| {
            Box::pin(async move {
                let expires_at = step.now.saturating_add(SIGN_IN_LINK_MS);
                make_room(step, user).await?;
                sqlx::query(
                    "INSERT INTO sign_in_links (code_hash, user, made_by, created_at, expires_at)
                     VALUES (?, ?, ?, ?, ?)",
                )
                .bind(hash)
                .bind(user.to_string())
                .bind(by.map(|by| by.to_string()))
                .bind(step.now)
                .bind(expires_at)
                .execute(&mut step.db)
                .await?;
                // What a user does for himself is no administrative act.
                if by.is_none() {
                    let on = format!("user:{user}");
                    audit::note(step, &Actor::command_line(), "sign_in_link.add", on, "").await?;
                }
                Ok(expires_at)
            })
        });
        Ok((code, made.await?))
    }

    /// Signs a browser in; the device it was before, `instead`, is signed out with it.
    ///
    /// # Errors
    /// [`ErrorCode::InvitationUnknown`], [`ErrorCode::InvitationUsed`] or
    /// [`ErrorCode::InvitationExpired`].
    pub(crate) async fn sign_browser_in(
        &self,
        by: WebSignIn,
        instead: Option<DeviceId>,
    ) -> Result<SignedIn, Refusal> {
        let WebSignIn { by, code, name } = by;
        let signed_in = match by {
            WebProof::Link => self.follow(&code, &name).await?,
            WebProof::Invitation => {
                let platform = WEB_PLATFORM.to_owned();
                let device = NewDevice { name, platform };
                let redeemed = self.redeem_as(Redeem { code, device }, PREFIX).await?;
                SignedIn {
                    token: redeemed.token,
                    user: redeemed.user,
                }
            }
        };
        if let Some(old) = instead {
            // What is done is done: a code is good once.
            if let Err(refusal) = self.sign_browser_out(old).await {
                tracing::warn!(reason = %refusal, "a browser's earlier sign-in stays open");
            }
        }
        Ok(signed_in)
    }

    /// Uses a link up. Of two at once one wins.
    async fn follow(&self, code: &str, name: &str) -> Result<SignedIn, Refusal> {
        const LINK: &str = "SELECT l.user, l.made_by, l.expires_at, l.used_at FROM sign_in_links l
             LEFT JOIN devices d ON d.id = l.made_by
             WHERE l.code_hash = ? AND d.revoked_at IS NULL";
        let link = secret::hash(code);
        // Anybody can ask: whoever has no good code does not reach the writer.
        let row = sqlx::query(LINK).bind(link.clone());
        let row = row.fetch_optional(self.read()).await?;
        usable(row, self.now())?;
        let name = text::line(name, MAX_PROVIDER_NAME);
        let token = secret::generate(PREFIX);
        let hash = secret::hash(&token);
        let followed = self.writer().write(move |step| {
            Box::pin(async move {
                let row = sqlx::query(LINK).bind(link.clone());
                let row = row.fetch_optional(&mut step.db).await?;
                let (user, made_by) = usable(row, step.now)?;
                let new = Arrival {
                    name: &name,
                    platform: WEB_PLATFORM,
                    made_by,
                };
                arrivals::make_room(step, user).await?;
                let device = devices::insert(step, user, new, hash).await?;
                // Whoever makes a link by the command line may do anything.
                if made_by.is_some() {
                    arrivals::tell(step, device, None).await?;
                }
                sqlx::query("UPDATE sign_in_links SET used_at = ? WHERE code_hash = ?")
                    .bind(step.now)
                    .bind(link)
                    .execute(&mut step.db)
                    .await?;
                Ok(user)
            })
        });
        let user = followed.await?;
        Ok(SignedIn { token, user })
    }

    /// Signs a browser out; one that is so already stays so.
    pub(crate) async fn sign_browser_out(&self, device: DeviceId) -> Result<(), Refusal> {
        let revoked = self.writer().write(move |step| {
            Box::pin(async move { devices::sign_out(step, None, device).await.map(|_| ()) })
        });
        match revoked.await {
            Err(Refusal::Api(error)) if error.code == ErrorCode::NotFound => Ok(()),
            done => done,
        }
    }
}

/// Whether a browser that was last used then is to sign in anew.
pub(crate) fn is_stale(last: Millis, now: Millis) -> bool {
    now.saturating_sub(last) > UNUSED_MS
}

/// Signs out browsers that are stale, some of them; how many.
pub(crate) async fn sign_stale_out(step: &mut Step, most: u32) -> Result<u64, Refusal> {
    let devices: Vec<String> = sqlx::query_scalar(
        "UPDATE devices SET revoked_at = ?1 WHERE id IN
         (SELECT id FROM devices WHERE platform = ?2 AND revoked_at IS NULL
          AND max(coalesce(last_used_at, 0), created_at) < ?3 LIMIT ?4)
         RETURNING id",
    )
    .bind(step.now)
    .bind(WEB_PLATFORM)
    .bind(step.now.saturating_sub(UNUSED_MS))
    .bind(most)
    .fetch_all(&mut step.db)
    .await?;
    for device in &devices {
        let device = parsed(device)?;
        let code = CloseCode::DeviceRevoked;
        step.news.push(News::Revoked { device, code });
    }
    Ok(devices.len() as u64)
}

/// Forgets old links, and those of `user` that would be too many with one more.
async fn make_room(step: &mut Step, user: UserId) -> Result<(), Refusal> {
    sqlx::query("DELETE FROM sign_in_links WHERE expires_at < ?")
        .bind(step.now.saturating_sub(KNOWN_MS))
        .execute(&mut step.db)
        .await?;
    sqlx::query(
        "DELETE FROM sign_in_links WHERE code_hash IN
         (SELECT code_hash FROM sign_in_links
          WHERE user = ? AND used_at IS NULL AND expires_at > ?
          ORDER BY created_at DESC LIMIT -1 OFFSET ?)",
    )
    .bind(user.to_string())
    .bind(step.now)
    .bind(OPEN - 1)
    .execute(&mut step.db)
    .await?;
    Ok(())
}

/// Whom a link signs in, and which device has made it.
fn usable(row: Option<SqliteRow>, now: Millis) -> Result<(UserId, Option<DeviceId>), Refusal> {
    let refused = |code, message: &str| Err(ApiError::new(code, message).into());
    let Some(row) = row else {
        let message = "there is no such link, or a newer one has ended it: ask for another";
        return refused(ErrorCode::InvitationUnknown, message);
    };
    if row.try_get::<Option<Millis>, _>("used_at")?.is_some() {
        let message = "a browser was signed in by this link already: ask for another";
        return refused(ErrorCode::InvitationUsed, message);
    }
    if row.try_get::<Millis, _>("expires_at")? <= now {
        let message = "this link is too old: ask for another";
        return refused(ErrorCode::InvitationExpired, message);
    }
    let made_by: Option<String> = row.try_get("made_by")?;
    let made_by = made_by.map(|device| parsed(&device)).transpose()?;
    Ok((parsed(row.try_get("user")?)?, made_by))
}
