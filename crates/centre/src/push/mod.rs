//! Push to browsers and phones (RULES C9): who is pushed to, what, and what became of it.
//!
//! What is to be pushed is a row that comes with its notification, in one transaction. Whoever pushes
//! leases a subscription, and drops in that transaction what has become pointless: so each gets its
//! pushes one after the other, trouble of a push service holds up nobody else's, and what a crowd says
//! is one summary. A push that a crash overtakes is sent again; it has the same topic and tag, so that
//! it takes its own place.
//!
//! | module | subject |
//! |---|---|
//! | `subscriptions` | who is pushed to |
//! | `queue` | what comes into the queue, and when it is looked at |
//! | `lease` | a subscription is leased, and what is pointless dropped |
//! | `fate` | what becomes of one that waits or is shown (pure) |
//! | `plan` | what its next push is, when it has had many (pure) |
//! | `compose`, `message` | what it says: words, size, urgency, how long it is kept (pure) |
//! | `outcome` | what became of a push |
//! | `worker` | the one who pushes |

mod compose;
mod fate;
mod lease;
mod message;
mod outcome;
mod plan;
pub(crate) mod queue;
pub(crate) mod subscriptions;
mod worker;

use crate::{
    Centre, CentreError,
    backoff::Backoff,
    refusal::Refusal,
    store::{log::unsigned, seal},
};
use dealbell_protocol::{Millis, courier::Courier};
use sqlx::Row as _;
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
};

/// How long the pause after a failure is: an hour at most; a push service may ask for six.
const BACKOFF: Backoff = Backoff {
    first: 15_000,
    longest: 60 * 60 * 1_000,
    longest_asked: 6 * 60 * 60 * 1_000,
};
/// What the key of pushes is sealed for.
const KEY: [&str; 1] = ["push key"];

/// How a centre pushes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pushing {
    /// Pushes at once at most.
    pub at_once: usize,
    /// The same of one push service, so that a slow one leaves room for others.
    pub of_service: usize,
    /// The same of one user, whose hosts may all be silent.
    pub of_user: usize,
}

impl Default for Pushing {
    fn default() -> Self {
        Self {
            at_once: 32,
            of_service: 8,
            of_user: 4,
        }
    }
}

/// How many pushes there are, and what became of those since the start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PushCounts {
    /// Notifications that wait to be pushed, counted for each browser and phone.
    pub waiting: u64,
    /// Browsers and phones.
    pub subscriptions: u64,
    /// Those whose last push was not taken.
    pub troubled: u64,
    /// Pushes that were taken over.
    pub sent: u64,
    /// Tries that failed.
    pub failed: u64,
    /// What was dropped unsent, by reason.
    pub dropped: BTreeMap<&'static str, u64>,
}

/// What became of pushes since the start.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    sent: AtomicU64,
    failed: AtomicU64,
    dropped: Mutex<BTreeMap<&'static str, u64>>,
}

/// Why something is not worth pushing any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Pointless {
    /// What it is about was taken back.
    Withdrawn,
    /// It was read elsewhere.
    Read,
    /// The user's channels have become others, or the subscription's own switch.
    Kept,
    /// It is too old to be news.
    Old,
    /// A desktop has rung, and one is enough.
    Heard,
    /// The push service would refuse it again.
    Refused,
    /// It cannot be made short enough.
    TooLong,
}

impl Pointless {
    fn name(self) -> &'static str {
        match self {
            Self::Withdrawn => "withdrawn",
            Self::Read => "read",
            Self::Kept => "channels",
            Self::Old => "old",
            Self::Heard => "heard",
            Self::Refused => "refused",
            Self::TooLong => "too_long",
        }
    }
}

impl Tally {
    fn drop_ones(&self, dropped: &[Pointless]) {
        // No code panics while it holds this lock, so a poisoned one is as good as any.
        let mut counts = self.dropped.lock().unwrap_or_else(PoisonError::into_inner);
        for why in dropped {
            *counts.entry(why.name()).or_default() += 1;
        }
    }
}

impl Centre {
    /// The key of pushes, made by `make` where there is none yet; it is kept sealed.
    ///
    /// # Errors
    /// When the storage fails, or the key of the stored secrets is missing.
    pub async fn push_key(
        &self,
        make: impl FnOnce() -> String + Send + 'static,
    ) -> Result<String, CentreError> {
        let sealer = self.sealer();
        let kept = self.writer().write(move |step| {
            Box::pin(async move {
                let known: Option<Vec<u8>> = sqlx::query_scalar("SELECT secret FROM push_key")
                    .fetch_optional(&mut step.db)
                    .await?;
                if let Some(known) = known {
                    return Ok(sealer.open(&KEY, &known)?);
                }
                seal::ready(&mut step.db, &sealer).await?;
                let made = make();
                sqlx::query("INSERT INTO push_key (one, secret) VALUES (1, ?)")
                    .bind(sealer.seal(&KEY, &made)?)
                    .execute(&mut step.db)
                    .await?;
                Ok(made)
            })
        });
        Ok(kept.await?)
    }

    /// Whoever brings pushes from now on; browsers can subscribe. Only the first counts.
    pub fn push_by(&self, courier: Arc<dyn Courier>) {
        if self.inner.courier.set(courier).is_err() {
            tracing::warn!("somebody brings the pushes already");
        }
    }

    fn courier(&self) -> Option<&Arc<dyn Courier>> {
        self.inner.courier.get()
    }

    /// How many pushes there are, and what became of others.
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn push_counts(&self) -> Result<PushCounts, CentreError> {
        let row = sqlx::query(
            "SELECT (SELECT count(*) FROM push_items WHERE shown_at IS NULL) AS waiting,
             count(*) AS subscriptions, count(trouble) AS troubled FROM push_subscriptions",
        )
        .fetch_one(self.read())
        .await
        .map_err(Refusal::from)?;
        let tally = &self.inner.pushed;
        let dropped = tally.dropped.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(PushCounts {
            waiting: unsigned(row.try_get("waiting")?),
            subscriptions: unsigned(row.try_get("subscriptions")?),
            troubled: unsigned(row.try_get("troubled")?),
            sent: tally.sent.load(SeqCst),
            failed: tally.failed.load(SeqCst),
            dropped: dropped.clone(),
        })
    }
}

/// The earlier of two times, where the first may be none.
fn sooner(one: Option<Millis>, other: Millis) -> Millis {
    one.map_or(other, |one| one.min(other))
}
