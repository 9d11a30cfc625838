//! A subscription for which something is due is leased, with its next push; what has become pointless
//! is dropped: one transaction.

use super::{
    Pointless,
    compose::{Reader, Said},
    fate::{Fate, Item, Wishes, of_shown},
    message::{self, SUMMARY},
    outcome::lapsed,
    plan::{Next, Pace, Todo},
    queue::{channel, of_name},
    sooner,
    subscriptions::opened,
};
use crate::{
    hub::Hub,
    refusal::Refusal,
    sealing::Sealer,
    store::{
        log::unsigned,
        notifications::{from_row, parsed},
        settings,
        writer::Step,
    },
};
use dealbell_protocol::{Channel, DeviceId, Millis, UserId, courier::Parcel, window::Language};
use sqlx::{Row as _, sqlite::SqliteRow};
use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};
use ulid::Ulid;

/// How long a subscription is ours. Longer than a try may take, so that nobody else takes it.
const LEASE: Millis = 2 * 60_000;
/// Subscriptions looked at in one transaction at most, so that nobody waits long for it.
const MOST_LOOKED: usize = 100;
/// Items of a subscription looked at at once: more than anybody is told between two looks.
const MOST_ITEMS: i64 = 1_000;
/// How long a test is tried: whoever asked for it looks now.
pub(super) const TESTED: Millis = 10 * 60_000;
/// Its browsers take the permission away after a few pushes that show nothing.
const NEVER_CLEARED: &str = ".push.apple.com";

/// A hold on a subscription: whoever has lost it changes nothing.
#[derive(Clone, Debug)]
pub(super) struct Lease {
    /// Which subscription.
    pub(super) subscription: String,
    /// Names the hold.
    pub(super) name: String,
}

/// A push, ready to be sent.
#[derive(Clone, Debug)]
pub(super) struct Taken {
    pub(super) lease: Lease,
    /// The host of its push service.
    pub(super) service: String,
    /// Whose it is.
    pub(super) user: UserId,
    pub(super) content: Content,
    /// The notifications it is about.
    pub(super) items: Vec<String>,
    pub(super) parcel: Parcel,
}

/// What a push is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// It shows its items, under this tag.
    Show(String),
    /// It takes them away.
    Clear,
    Test,
}

/// What is to be done now, and when to look again.
pub(super) struct Round {
    pub(super) taken: Vec<Taken>,
    pub(super) dropped: Vec<Pointless>,
    /// When something is due, or a lease ends; none where nothing waits.
    pub(super) next: Option<Millis>,
}

/// What leasing asks besides the database.
pub(super) struct Around<'a> {
    pub(super) hub: &'a Hub,
    pub(super) sealer: &'a Sealer,
    /// Pushes at once of one push service.
    pub(super) of_service: usize,
    /// The same of one user.
    pub(super) of_user: usize,
}

/// The pushes that are under way.
#[derive(Debug, Default)]
pub(super) struct Busy {
    services: HashMap<String, usize>,
    users: HashMap<String, usize>,
}

impl Busy {
    /// Counts one more.
    pub(super) fn count(&mut self, service: &str, user: UserId) {
        *self.services.entry(service.to_owned()).or_default() += 1;
        *self.users.entry(user.to_string()).or_default() += 1;
    }
}

/// Leases up to `most` subscriptions for which something is due. `busy` counts the pushes that each
/// service and each user has now.
pub(super) async fn take(
    step: &mut Step,
    around: Around<'_>,
    most: usize,
    mut busy: Busy,
) -> Result<Round, Refusal> {
    lapsed(step).await?;
    let (mut taken, mut dropped, mut looked) = (Vec::new(), Vec::new(), 0);
    let mut full = names(&busy.services, around.of_service);
    let mut sated = names(&busy.users, around.of_user);
    while taken.len() < most && looked < MOST_LOOKED {
        looked += 1;
        let row = sqlx::query(
            "SELECT * FROM push_subscriptions WHERE due_at <= ?1 AND lease IS NULL
             AND service NOT IN (SELECT value FROM json_each(?2))
             AND user NOT IN (SELECT value FROM json_each(?3)) ORDER BY due_at, id LIMIT 1",
        )
        .bind(step.now)
        .bind(serde_json::to_string(&full)?)
        .bind(serde_json::to_string(&sated)?)
        .fetch_optional(&mut step.db)
        .await?;
        let Some(row) = row else { break };
        let subscription = Subscription::of(&row)?;
        match subscription.turn(step, &around, &mut dropped).await? {
            Turn::Push(push) => {
                busy.count(&push.service, push.user);
                full = names(&busy.services, around.of_service);
                sated = names(&busy.users, around.of_user);
                taken.push(*push);
            }
            Turn::Rest(next) => {
                sqlx::query("UPDATE push_subscriptions SET due_at = ?2 WHERE id = ?1")
                    .bind(&subscription.id)
                    .bind(next)
                    .execute(&mut step.db)
                    .await?;
            }
        }
    }
    let next = sqlx::query_scalar(
        "SELECT min(at) FROM (
         SELECT min(due_at) AS at FROM push_subscriptions WHERE due_at IS NOT NULL
         AND lease IS NULL AND service NOT IN (SELECT value FROM json_each(?1))
         AND user NOT IN (SELECT value FROM json_each(?2))
         UNION ALL SELECT min(lease_until) FROM push_subscriptions WHERE lease IS NOT NULL)",
    )
    .bind(serde_json::to_string(&full)?)
    .bind(serde_json::to_string(&sated)?)
    .fetch_one(&mut step.db)
    .await?;
    Ok(Round {
        taken,
        dropped,
        next,
    })
}

fn names(busy: &HashMap<String, usize>, most: usize) -> Vec<&str> {
    let full = busy.iter().filter(|(_, count)| **count >= most);
    full.map(|(service, _)| service.as_str()).collect()
}

/// What a look at a subscription comes to.
enum Turn {
    Push(Box<Taken>),
    /// Nothing now; when again.
    Rest(Option<Millis>),
}

struct Subscription {
    id: String,
    user: UserId,
    device: DeviceId,
    channel: Channel,
    service: String,
    secret: Vec<u8>,
    switched_on: bool,
    pace: Pace,
    cleared_at: Millis,
    tested_at: Option<Millis>,
    short: bool,
}

impl Subscription {
    fn of(row: &SqliteRow) -> Result<Self, Refusal> {
        Ok(Self {
            id: row.try_get("id")?,
            user: parsed(row.try_get("user")?)?,
            device: parsed(row.try_get("device")?)?,
            channel: channel(of_name(row.try_get("channel")?)),
            service: row.try_get("service")?,
            secret: row.try_get("secret")?,
            switched_on: row.try_get("switched_on")?,
            pace: Pace(row.try_get("paced_until")?),
            cleared_at: row.try_get("cleared_at")?,
            tested_at: row.try_get("tested_at")?,
            short: row.try_get("short")?,
        })
    }

    async fn turn(
        &self,
        step: &mut Step,
        around: &Around<'_>,
        dropped: &mut Vec<Pointless>,
    ) -> Result<Turn, Refusal> {
        let now = step.now;
        let settings = settings::of_user(&mut step.db, self.user, &[]).await?;
        let settings = settings.ok_or(Refusal::UnknownUser(self.user))?;
        let wishes = Wishes {
            settings: &settings,
            channel: self.channel,
            switched_on: self.switched_on,
            heard: around.hub.acknowledged(self.user),
        };
        let listens = around.hub.devices_of(self.user).contains(&self.device);
        let clears = !listens && !self.service.ends_with(NEVER_CLEARED);
        let (mut waiting, mut gone) = (Vec::new(), Vec::new());
        for item in self.due_items(step).await? {
            let fate = match item.shown_at {
                None => wishes.of(&item, now),
                Some(shown_at) => of_shown(&item, shown_at, clears, now),
            };
            match fate {
                Fate::Shown => waiting.push(item),
                Fate::Cleared => gone.push(item),
                Fate::Later(at) => self.put_off(step, &item, at).await?,
                Fate::Forgotten => self.forget(step, &item.id).await?,
                Fate::Dropped(why) => {
                    self.forget(step, &item.id).await?;
                    dropped.push(why);
                }
            }
        }
        // What is about one thing stays shown while any of it is unread.
        if !gone.is_empty() {
            let still = self.still_shown(step).await?;
            let (kept, cleared) = gone.into_iter().partition(|item| still.contains(&item.tag));
            let kept: Vec<Item> = kept;
            for item in &kept {
                self.forget(step, &item.id).await?;
            }
            gone = cleared;
        }
        let test = self.tested_at.is_some_and(|at| now - at < TESTED);
        if self.tested_at.is_some() && !test {
            sqlx::query("UPDATE push_subscriptions SET tested_at = NULL WHERE id = ?")
                .bind(&self.id)
                .execute(&mut step.db)
                .await?;
        }
        let held = |item: &Item| {
            let told = item.notification.as_ref();
            told.is_some_and(|told| item.at > told.created_at)
        };
        let todo = Todo {
            test,
            waiting: waiting.len(),
            held: waiting.iter().any(held),
            clear: !gone.is_empty(),
            pace: self.pace,
            cleared_at: self.cleared_at,
        };
        let content = match todo.next(now) {
            Next::Test => Said::Test,
            Next::One => Said::One(Box::new(waiting.swap_remove(0))),
            Next::Together => Said::Together(waiting, todo.held),
            Next::Clear => Said::Clear(gone),
            Next::NotBefore(at) => {
                let item = self.next_item(step, now).await?;
                return Ok(Turn::Rest(Some(sooner(item, at))));
            }
            Next::Nothing => return Ok(Turn::Rest(self.next_item(step, Millis::MIN).await?)),
        };
        match self.push(step, around, content).await {
            // Its secret was changed outside: it can never be pushed to again.
            Err(Refusal::Key(error)) => {
                tracing::error!(subscription = self.id, %error, "a subscription cannot be read");
                Ok(Turn::Rest(None))
            }
            push => Ok(Turn::Push(Box::new(push?))),
        }
    }

    async fn due_items(&self, step: &mut Step) -> Result<Vec<Item>, Refusal> {
        let rows = sqlx::query(
            "SELECT i.notification, i.seq, i.at, i.shown_at, i.tag FROM push_items i
             WHERE i.subscription = ? AND i.due_at <= ? ORDER BY i.seq LIMIT ?",
        )
        .bind(&self.id)
        .bind(step.now)
        .bind(MOST_ITEMS)
        .fetch_all(&mut step.db)
        .await?;
        let mut items = Vec::with_capacity(rows.len());
        for row in rows {
            let id: String = row.try_get("notification")?;
            let told = sqlx::query("SELECT * FROM notifications WHERE id = ?")
                .bind(&id)
                .fetch_optional(&mut step.db)
                .await?;
            items.push(Item {
                id,
                seq: unsigned(row.try_get("seq")?),
                at: row.try_get("at")?,
                shown_at: row.try_get("shown_at")?,
                tag: row.try_get("tag")?,
                notification: told.as_ref().map(from_row).transpose()?,
            });
        }
        Ok(items)
    }

    async fn put_off(&self, step: &mut Step, item: &Item, at: Millis) -> Result<(), Refusal> {
        sqlx::query(
            "UPDATE push_items SET at = CASE WHEN shown_at IS NULL THEN ?3 ELSE at END, due_at = ?3
             WHERE subscription = ?1 AND notification = ?2",
        )
        .bind(&self.id)
        .bind(&item.id)
        .bind(at)
        .execute(&mut step.db)
        .await?;
        Ok(())
    }

    async fn forget(&self, step: &mut Step, id: &str) -> Result<(), Refusal> {
        sqlx::query("DELETE FROM push_items WHERE subscription = ? AND notification = ?")
            .bind(&self.id)
            .bind(id)
            .execute(&mut step.db)
            .await?;
        Ok(())
    }

    /// When the next of its items is due, of those that are after this time.
    async fn next_item(&self, step: &mut Step, after: Millis) -> Result<Option<Millis>, Refusal> {
        let next = "SELECT min(due_at) FROM push_items WHERE subscription = ? AND due_at > ?";
        let next = sqlx::query_scalar(next)
            .bind(&self.id)
            .bind(after)
            .fetch_one(&mut step.db)
            .await?;
        Ok(next)
    }

    /// Leases it and writes its push.
    async fn push(
        &self,
        step: &mut Step,
        around: &Around<'_>,
        said: Said,
    ) -> Result<Taken, Refusal> {
        let now = step.now;
        let to = opened(around.sealer, &self.id, &self.secret)?;
        let written = said.written(self.reader(step).await?)?;
        let lease = Lease {
            subscription: self.id.clone(),
            name: Ulid::generate().to_string(),
        };
        let pace = match written.content {
            Content::Show(_) | Content::Test => self.pace.after_one(now),
            Content::Clear => self.pace,
        };
        sqlx::query(
            "UPDATE push_subscriptions SET lease = ?2, lease_until = ?3, paced_until = ?4,
             due_at = NULL WHERE id = ?1",
        )
        .bind(&lease.subscription)
        .bind(&lease.name)
        .bind(now + LEASE)
        .bind(pace.0)
        .execute(&mut step.db)
        .await?;
        Ok(Taken {
            user: self.user,
            lease,
            service: self.service.clone(),
            content: written.content,
            items: written.items,
            parcel: Parcel {
                to,
                message: written.message,
                keep: Duration::from_millis(u64::try_from(written.kept).unwrap_or(0)),
                urgency: written.urgency,
                topic: message::topic(&self.id, &written.tag),
                at: now,
            },
        })
    }

    async fn reader(&self, step: &mut Step) -> Result<Reader, Refusal> {
        let row = sqlx::query("SELECT language, unread FROM users WHERE id = ?")
            .bind(self.user.to_string())
            .fetch_one(&mut step.db)
            .await?;
        Ok(Reader {
            language: match row.try_get("language")? {
                "ru" => Language::Ru,
                _ => Language::En,
            },
            unread: unsigned(row.try_get("unread")?),
            summarized: self.summarized(step).await?,
            short: self.short,
            now: step.now,
        })
    }

    /// How many unread ones the summary that is shown counts.
    async fn summarized(&self, step: &mut Step) -> Result<u64, Refusal> {
        let count = sqlx::query_scalar(
            "SELECT count(*) FROM push_items i JOIN notifications n ON n.id = i.notification
             WHERE i.subscription = ? AND i.tag = ? AND i.shown_at IS NOT NULL
             AND n.read_at IS NULL",
        )
        .bind(&self.id)
        .bind(SUMMARY)
        .fetch_one(&mut step.db)
        .await?;
        Ok(unsigned(count))
    }

    /// Tags of what is shown and unread.
    async fn still_shown(&self, step: &mut Step) -> Result<BTreeSet<String>, Refusal> {
        let tags: Vec<String> = sqlx::query_scalar(
            "SELECT DISTINCT i.tag FROM push_items i JOIN notifications n ON n.id = i.notification
             WHERE i.subscription = ? AND i.shown_at IS NOT NULL AND n.read_at IS NULL",
        )
        .bind(&self.id)
        .fetch_all(&mut step.db)
        .await?;
        Ok(tags.into_iter().collect())
    }
}
