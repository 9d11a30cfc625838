//! What administrators did: written with the act, in its transaction. No secrets, and people by id
//! alone.

use crate::{Centre, CentreError, refusal::Refusal, store::writer::Step};
use dealbell_protocol::{
    Millis, UserId,
    people::{AuditPage, AuditRow},
};
use sqlx::{Row as _, sqlite::SqliteRow};

/// Rows of a page at most.
pub(crate) const MAX_AUDIT_PAGE: u32 = 200;

/// Who does an administrative act, and from where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// None: the command line.
    user: Option<UserId>,
    from: String,
}

impl Actor {
    /// Whoever may run programs on the centre's machine.
    pub fn command_line() -> Self {
        Self {
            user: None,
            from: String::new(),
        }
    }

    /// A user, asking from this address of the network.
    pub(crate) fn of(user: UserId, from: String) -> Self {
        let user = Some(user);
        Self { user, from }
    }

    /// The user; none for the command line.
    pub(crate) fn user(&self) -> Option<UserId> {
        self.user
    }
}

/// Writes down an act, to be committed with it. `act` is `user.add`, `integration.revoke`, …; `on`
/// is `user:ID`, `integration:NAME`, …; `detail` says what changed: neither a secret nor a person's
/// name or address.
pub(crate) async fn note(
    step: &mut Step,
    actor: &Actor,
    act: &'static str,
    on: impl Into<String>,
    detail: impl Into<String>,
) -> Result<(), Refusal> {
    sqlx::query(
        "INSERT INTO audit (at, actor, place, act, target, detail) VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(step.now)
    .bind(actor.user.map(|user| user.to_string()))
    .bind(&actor.from)
    .bind(act)
    .bind(on.into())
    .bind(detail.into())
    .execute(&mut step.db)
    .await?;
    Ok(())
}

impl Centre {
    /// Administrative acts since `since`, newest first: at most `limit` of those before the row
    /// `before`.
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn audit(
        &self,
        since: Option<Millis>,
        before: Option<u64>,
        limit: u32,
    ) -> Result<AuditPage, CentreError> {
        Ok(self.audit_page(since, before, limit).await?)
    }

    pub(crate) async fn audit_page(
        &self,
        since: Option<Millis>,
        before: Option<u64>,
        limit: u32,
    ) -> Result<AuditPage, Refusal> {
        let limit = limit.clamp(1, MAX_AUDIT_PAGE);
        let before = before.map_or(i64::MAX, |id| i64::try_from(id).unwrap_or(i64::MAX));
        let rows = sqlx::query(
            "SELECT a.*, doer.email AS email, done.email AS on_email FROM audit a
             LEFT JOIN users doer ON doer.id = a.actor
             LEFT JOIN users done ON done.id = substr(a.target, 6) AND a.target LIKE 'user:%'
             WHERE a.at >= ? AND a.position < ? ORDER BY a.position DESC LIMIT ?",
        )
        .bind(since.unwrap_or(0))
        .bind(before)
        .bind(limit + 1)
        .fetch_all(self.read())
        .await?;
        let more = rows.len() > limit as usize;
        let rows = rows.iter().take(limit as usize).map(row);
        let items = rows.collect::<Result<Vec<_>, _>>()?;
        Ok(AuditPage {
            next: items.last().filter(|_| more).map(|last| last.id),
            items,
        })
    }
}

fn row(row: &SqliteRow) -> Result<AuditRow, Refusal> {
    let by: Option<String> = row.try_get("actor")?;
    Ok(AuditRow {
        id: row.try_get::<i64, _>("position")?.unsigned_abs(),
        at: row.try_get("at")?,
        by: by
            .as_deref()
            .map(crate::store::notifications::parsed)
            .transpose()?,
        email: row.try_get("email")?,
        from: row.try_get("place")?,
        act: row.try_get("act")?,
        on: row.try_get("target")?,
        on_email: row.try_get("on_email")?,
        detail: row.try_get("detail")?,
    })
}
