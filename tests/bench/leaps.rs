//! A time in which nobody waits: where the connector would, it leaps to what is waited for.
//!
//! While a request or a commit is under way the time stands still, so the network costs none of it and
//! a reading is never skipped for slowness: the requests of a day are counted in a minute.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use dealbell_amocrm::Time;
use tokio::sync::watch;

/// Everybody else is given so many turns before a leap. A request over the loopback takes some dozens.
const TURNS: u32 = 64;

/// One thread whose sockets are looked at after every turn, so that turns can be counted on.
///
/// # Errors
/// When the system has no threads left.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .event_interval(1)
        .build();
    runtime.context("no thread to measure with")
}

/// The time; clones show the same.
#[derive(Clone)]
pub(crate) struct Leaps {
    begun: i64,
    now: watch::Sender<i64>,
    waits: Arc<Mutex<Waits>>,
}

/// Who waits until when, Unix milliseconds.
#[derive(Default)]
struct Waits {
    until: BTreeMap<i64, usize>,
    /// Changes with each wait that begins or ends.
    stirs: u64,
}

impl Leaps {
    /// Begins at `now`, Unix milliseconds.
    pub(crate) fn from(now: i64) -> Self {
        Self {
            begun: now,
            now: watch::Sender::new(now),
            waits: Arc::default(),
        }
    }

    /// Lets the time pass while nobody waits.
    pub(crate) fn pass(&self, time: Duration) {
        let millis = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
        self.now
            .send_modify(|now| *now = now.saturating_add(millis));
    }

    /// Lets the time pass until `at`, but not while others work on threads of their own; needs the
    /// thread of [`runtime`].
    pub(crate) async fn until(&self, at: i64, others_work: impl Fn() -> bool) {
        loop {
            let before = self.lock().stirs;
            for _ in 0..TURNS {
                tokio::task::yield_now().await;
            }
            let next = {
                let waits = self.lock();
                let calm = waits.stirs == before && !others_work();
                waits.until.keys().next().copied().filter(|_| calm)
            };
            let now = Time::now(self);
            match next {
                Some(next) if (now + 1..=at).contains(&next) => {
                    self.now.send_replace(next);
                }
                Some(next) if next > at => {
                    self.now.send_replace(at);
                    return;
                }
                // The disk is at work, which is another thread: also where somebody was woken already
                // and does something else.
                Some(_) | None => tokio::time::sleep(Duration::from_micros(100)).await,
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waits> {
        self.waits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait(&self, until: i64) -> Wait {
        let mut waits = self.lock();
        *waits.until.entry(until).or_default() += 1;
        waits.stirs += 1;
        Wait {
            until,
            waits: Arc::clone(&self.waits),
        }
    }
}

impl Time for Leaps {
    fn now(&self) -> i64 {
        *self.now.borrow()
    }

    fn elapsed(&self) -> Duration {
        Duration::from_millis((Time::now(self) - self.begun).unsigned_abs())
    }

    fn sleep(&self, wait: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        // Rounded up: who waits less than the time can show would wait for ever.
        let millis = i64::try_from(wait.as_micros().div_ceil(1_000)).unwrap_or(i64::MAX);
        let wait = self.wait(Time::now(self).saturating_add(millis));
        let mut now = self.now.subscribe();
        Box::pin(async move {
            // All of it moves in here, not only the moment it is about.
            let wait = wait;
            // A time that is gone wakes nobody.
            if now.wait_for(|now| *now >= wait.until).await.is_err() {
                std::future::pending::<()>().await;
            }
        })
    }
}

/// A wait under way.
struct Wait {
    until: i64,
    waits: Arc<Mutex<Waits>>,
}

impl Drop for Wait {
    fn drop(&mut self) {
        let mut waits = self.waits.lock().unwrap_or_else(PoisonError::into_inner);
        waits.stirs += 1;
        let left = waits.until.remove(&self.until).unwrap_or_default();
        if left > 1 {
            waits.until.insert(self.until, left - 1);
        }
    }
}
