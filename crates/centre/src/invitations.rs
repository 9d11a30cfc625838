//! Invitations: a link that signs one device in, once, within a day. Its code is kept as a hash.

use crate::{
    Actor, Centre, CentreError, arrivals, audit,
    devices::{self, Arrival, MAX_PLATFORM},
    people::{self, MAX_ROWS, page},
    refusal::Refusal,
    secret,
    store::{notifications::parsed, settings::MAX_PROVIDER_NAME},
    stream::Pace,
};
use dealbell_protocol::{
    ApiError, DeviceId, ErrorCode, Millis, UserId,
    people::{
        InvitationRow, InvitationSeen, InvitationState, NewInvitation, NewUser, Page, PageQuery,
        Redeem, Redeemed,
    },
    text,
};
use sqlx::{Row as _, sqlite::SqliteRow};
use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;
use ulid::Ulid;

/// How long an invitation is good.
pub const INVITED_WITHIN: Duration = Duration::from_secs(24 * 60 * 60);
/// How long one that is used or too old is listed.
const LISTED: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// Codes that nobody has, from one address at once, and how soon the next.
const KNOCKS: (u32, Duration) = (30, Duration::from_secs(2));
/// Addresses that are remembered at most.
const DOORS: usize = 10_000;

/// An invitation that was just made.
#[derive(Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Names it.
    pub id: String,
    /// Who is invited.
    pub user: UserId,
    /// Of the link; secret, and kept nowhere.
    pub code: String,
    /// How long it is good.
    pub expires_at: Millis,
}

impl std::fmt::Debug for Invitation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Invitation")
            .field("id", &self.id)
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

/// How often addresses of the network ask by codes that nobody has.
#[derive(Debug, Default)]
pub(crate) struct Doors(Mutex<HashMap<Option<IpAddr>, Pace>>);

impl Doors {
    /// Counts a code that nobody has.
    ///
    /// # Errors
    /// When this address tries too many.
    fn knock(&self, from: Option<IpAddr>) -> Result<(), Refusal> {
        // No code panics while it holds this lock, so a poisoned one is as good as any.
        let mut doors = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if doors.len() >= DOORS {
            doors.clear();
        }
        let now = Instant::now();
        let pace = doors
            .entry(from.map(network))
            .or_insert_with(|| Pace::new(KNOCKS.0, KNOCKS.1, now));
        pace.take(now).map_err(|wait| {
            let message = "too many codes from this address that nobody has: come back later";
            let mut error = ApiError::new(ErrorCode::RateLimited, message);
            error.retry_ms = u64::try_from(wait.as_millis()).ok();
            error.into()
        })
    }
}

/// The network that is one guest: of IPv6 everybody has as many addresses as he likes.
fn network(from: IpAddr) -> IpAddr {
    match from {
        IpAddr::V4(_) => from,
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
    }
}

impl Centre {
    /// Invites somebody; a user of his address is added where there is none.
    ///
    /// # Errors
    /// When the address or the language is none.
    pub async fn invite(
        &self,
        actor: Actor,
        new: NewInvitation,
    ) -> Result<Invitation, CentreError> {
        Ok(self.invite_as(actor, new, None).await?)
    }

    pub(crate) async fn invite_as(
        &self,
        actor: Actor,
        new: NewInvitation,
        made_by: Option<DeviceId>,
    ) -> Result<Invitation, Refusal> {
        let guest = people::checked(NewUser {
            email: new.email,
            name: new.name,
            role: new.role,
            language: new.language,
        })?;
        let code = secret::hex();
        let hash = secret::hash(&code);
        let made = self.writer().write(move |step| {
            Box::pin(async move {
                let old = step.now.saturating_sub(millis(LISTED));
                sqlx::query("DELETE FROM invitations WHERE expires_at < ?")
                    .bind(old)
                    .execute(&mut step.db)
                    .await?;
                let (user, _) = people::find_or_add(step, Some(&actor), guest).await?;
                let id = Ulid::generate().to_string();
                let expires_at = step.now.saturating_add(millis(INVITED_WITHIN));
                sqlx::query(
                    "INSERT INTO invitations (id, code_hash, user, invited_by, created_at,
                     expires_at, made_by) VALUES (?, ?, ?, ?, ?, ?, ?)",
                )
                .bind(&id)
                .bind(hash)
                .bind(user.to_string())
                .bind(actor.user().map(|by| by.to_string()))
                .bind(step.now)
                .bind(expires_at)
                .bind(made_by.map(|device| device.to_string()))
                .execute(&mut step.db)
                .await?;
                let on = format!("user:{user}");
                audit::note(step, &actor, "invitation.add", on, id.clone()).await?;
                Ok((id, user, expires_at))
            })
        });
        let (id, user, expires_at) = made.await?;
        Ok(Invitation {
            id,
            user,
            code,
            expires_at,
        })
    }

    /// What an invitation is about, for whoever has its code and asks `from` there. Uses nothing up.
    ///
    /// # Errors
    /// [`ErrorCode::InvitationUnknown`], [`ErrorCode::InvitationUsed`] or
    /// [`ErrorCode::InvitationExpired`]; [`ErrorCode::RateLimited`] in the place of the first where
    /// too many were tried from there.
    pub async fn invitation(
        &self,
        code: &str,
        from: Option<IpAddr>,
    ) -> Result<InvitationSeen, CentreError> {
        Ok(self.try_invitation(code, from).await?)
    }

    pub(crate) async fn try_invitation(
        &self,
        code: &str,
        from: Option<IpAddr>,
    ) -> Result<InvitationSeen, Refusal> {
        let seen = self.see_invitation(code).await;
        self.tried(from, seen)
    }

    async fn see_invitation(&self, code: &str) -> Result<InvitationSeen, Refusal> {
        let row = sqlx::query(
            "SELECT i.used_at, i.expires_at, u.email, u.name,
             coalesce(nullif(b.name, ''), b.email, '') AS invited_by FROM invitations i
             JOIN users u ON u.id = i.user LEFT JOIN users b ON b.id = i.invited_by
             WHERE i.code_hash = ?",
        )
        .bind(secret::hash(code))
        .fetch_optional(self.read())
        .await?;
        let row = row.ok_or_else(unknown)?;
        usable(&row, self.now())?;
        Ok(InvitationSeen {
            email: row.try_get("email")?,
            name: row.try_get("name")?,
            by: row.try_get("invited_by")?,
            expires_at: row.try_get("expires_at")?,
        })
    }

    /// Uses an invitation up: adds a device and returns its token, which is not kept and cannot be
    /// shown again. Of two at once one wins.
    ///
    /// # Errors
    /// As [`Centre::invitation`].
    pub(crate) async fn redeem(&self, redeem: Redeem) -> Result<Redeemed, Refusal> {
        self.redeem_as(redeem, "dbd_").await
    }

    /// The same, for a token that begins with `prefix`.
    pub(crate) async fn redeem_as(
        &self,
        redeem: Redeem,
        prefix: &str,
    ) -> Result<Redeemed, Refusal> {
        // Anybody can ask: whoever has no good code does not reach the writer.
        self.see_invitation(&redeem.code).await?;
        let code = secret::hash(&redeem.code);
        let name = text::line(&redeem.device.name, MAX_PROVIDER_NAME);
        let platform = text::line(&redeem.device.platform, MAX_PLATFORM);
        let token = secret::generate(prefix);
        let hash = secret::hash(&token);
        let redeemed = self.writer().write(move |step| {
            Box::pin(async move {
                let row = sqlx::query(
                    "SELECT i.id, i.used_at, i.expires_at, i.user, u.email, u.name,
                     coalesce(nullif(b.name, ''), b.email) AS invited_by FROM invitations i
                     JOIN users u ON u.id = i.user LEFT JOIN users b ON b.id = i.invited_by
                     WHERE i.code_hash = ?",
                )
                .bind(code)
                .fetch_optional(&mut step.db)
                .await?;
                let row = row.ok_or_else(unknown)?;
                usable(&row, step.now)?;
                let user = parsed(row.try_get("user")?)?;
                let new = Arrival {
                    name: &name,
                    platform: &platform,
                    made_by: None,
                };
                arrivals::make_room(step, user).await?;
                let device = devices::insert(step, user, new, hash).await?;
                // Somebody else may have followed what was meant for him.
                let by: Option<String> = row.try_get("invited_by")?;
                arrivals::tell(step, device, by.as_deref()).await?;
                sqlx::query("UPDATE invitations SET used_at = ?, device = ? WHERE id = ?")
                    .bind(step.now)
                    .bind(device.to_string())
                    .bind(row.try_get::<String, _>("id")?)
                    .execute(&mut step.db)
                    .await?;
                let (email, name) = (row.try_get("email")?, row.try_get("name")?);
                Ok((device, user, email, name))
            })
        });
        let (device, user, email, name) = redeemed.await?;
        Ok(Redeemed {
            token,
            device,
            user,
            email,
            name,
        })
    }

    /// The invitations, newest first, a page of them.
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn invitations(&self, query: PageQuery) -> Result<Page<InvitationRow>, CentreError> {
        Ok(self.invitation_page(query).await?)
    }

    pub(crate) async fn invitation_page(
        &self,
        query: PageQuery,
    ) -> Result<Page<InvitationRow>, Refusal> {
        let limit = query.limit.unwrap_or(MAX_ROWS).clamp(1, MAX_ROWS);
        let rows = sqlx::query(
            "SELECT i.id, i.user, i.created_at, i.expires_at, i.used_at, u.email,
             b.email AS invited_by FROM invitations i JOIN users u ON u.id = i.user
             LEFT JOIN users b ON b.id = i.invited_by
             WHERE ?1 IS NULL OR i.id < ?1 ORDER BY i.id DESC LIMIT ?2",
        )
        .bind(query.after)
        .bind(limit + 1)
        .fetch_all(self.read())
        .await?;
        let now = self.now();
        let rows = rows.iter().map(|row| invitation_row(row, now));
        let rows = rows.collect::<Result<_, _>>()?;
        Ok(page(rows, limit, |row: &InvitationRow| row.id.clone()))
    }

    /// Takes an invitation back: nobody can follow it any more.
    ///
    /// # Errors
    /// When there is none of this id, or somebody has signed in by it.
    pub async fn uninvite(&self, actor: Actor, id: &str) -> Result<(), CentreError> {
        Ok(self.uninvite_as(actor, id).await?)
    }

    pub(crate) async fn uninvite_as(&self, actor: Actor, id: &str) -> Result<(), Refusal> {
        let id = id.to_owned();
        let taken = self.writer().write(move |step| {
            Box::pin(async move {
                let row = sqlx::query("SELECT user, used_at FROM invitations WHERE id = ?")
                    .bind(&id)
                    .fetch_optional(&mut step.db)
                    .await?;
                let Some(row) = row else {
                    let message = "there is no such invitation";
                    let error = ApiError::new(ErrorCode::NotFound, message);
                    return Err(error.of_field("id").into());
                };
                if row.try_get::<Option<Millis>, _>("used_at")?.is_some() {
                    let message = "somebody has signed in by it: revoke his device";
                    return Err(ApiError::new(ErrorCode::InvitationUsed, message).into());
                }
                sqlx::query("DELETE FROM invitations WHERE id = ?")
                    .bind(&id)
                    .execute(&mut step.db)
                    .await?;
                let on = format!("user:{}", row.try_get::<String, _>("user")?);
                audit::note(step, &actor, "invitation.revoke", on, id).await
            })
        });
        taken.await
    }

    /// What came of a question by code. Whoever asks by codes that nobody has is measured; a good
    /// code lets in at any time, whatever others try from the same address.
    pub(crate) fn tried<T>(
        &self,
        from: Option<IpAddr>,
        asked: Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        if let Err(Refusal::Api(error)) = &asked
            && error.code == ErrorCode::InvitationUnknown
        {
            self.inner.doors.knock(from)?;
        }
        asked
    }
}

fn invitation_row(row: &SqliteRow, now: Millis) -> Result<InvitationRow, Refusal> {
    let (used_at, expires_at): (Option<Millis>, Millis) =
        (row.try_get("used_at")?, row.try_get("expires_at")?);
    Ok(InvitationRow {
        id: row.try_get("id")?,
        user: parsed(row.try_get("user")?)?,
        email: row.try_get("email")?,
        by: row.try_get("invited_by")?,
        created_at: row.try_get("created_at")?,
        expires_at,
        state: match used_at {
            Some(_) => InvitationState::Used,
            None if expires_at <= now => InvitationState::Expired,
            None => InvitationState::Open,
        },
        used_at,
    })
}

fn usable(row: &SqliteRow, now: Millis) -> Result<(), Refusal> {
    if row.try_get::<Option<Millis>, _>("used_at")?.is_some() {
        let message = "somebody has signed in by this invitation already: ask for another";
        return Err(ApiError::new(ErrorCode::InvitationUsed, message).into());
    }
    if row.try_get::<Millis, _>("expires_at")? <= now {
        let message = "this invitation is too old: ask for another";
        return Err(ApiError::new(ErrorCode::InvitationExpired, message).into());
    }
    Ok(())
}

fn unknown() -> Refusal {
    let message = "there is no such invitation, or it was taken back";
    ApiError::new(ErrorCode::InvitationUnknown, message).into()
}

fn millis(duration: Duration) -> Millis {
    Millis::try_from(duration.as_millis()).unwrap_or(Millis::MAX)
}
