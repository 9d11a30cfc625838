//! A day that takes seconds: time moves on only when everybody waits for it.
//!
//! Two take part: the connector, through [`dealbell_amocrm::Time`], and the script that lets the time pass. While
//! either of them works (asks the CRM, commits), the hands stand still. On one thread, and with no
//! wait but these, the same script meets the same moments in every run.

use dealbell_amocrm::Time;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// Milliseconds since the Unix epoch.
pub type Ms = i64;

/// Everybody else is given this many turns before the hands move.
const TURNS: u32 = 64;

/// The hands.
#[derive(Clone, Debug)]
pub struct Hands(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    begun: Ms,
    now: Ms,
    serial: u64,
    /// Whoever waits, by when and number.
    waiting: BTreeMap<(Ms, u64), Waker>,
    /// Changes with whatever somebody does.
    stirs: u64,
    connector_runs: bool,
    /// How many of its calls the centre has not answered.
    calls: u32,
}

/// The centre works; its disk takes time that no hand shows.
#[derive(Debug)]
pub struct Call(Hands);

impl Drop for Call {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.calls -= 1;
        state.stirs += 1;
    }
}

/// One thread whose sockets are looked at after every turn, so that turns can be counted on.
///
/// # Errors
/// When the system has no threads left.
pub fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .event_interval(1)
        .build()
}

impl Hands {
    /// Showing `now`, with no connector.
    pub fn at(now: Ms) -> Self {
        Self(Arc::new(Mutex::new(State {
            begun: now,
            now,
            serial: 0,
            waiting: BTreeMap::new(),
            stirs: 0,
            connector_runs: false,
            calls: 0,
        })))
    }

    /// What they show.
    pub fn now(&self) -> Ms {
        self.lock().now
    }

    /// Whether a connector takes part.
    pub fn set_connector(&self, runs: bool) {
        self.lock().connector_runs = runs;
    }

    /// The centre is called, until this is dropped.
    pub fn call(&self) -> Call {
        let mut state = self.lock();
        state.calls += 1;
        state.stirs += 1;
        Call(self.clone())
    }

    /// Moves them while nobody waits.
    pub fn pass(&self, time: Duration) {
        let mut state = self.lock();
        let time = Ms::try_from(time.as_millis()).unwrap_or(Ms::MAX);
        state.now = state.now.saturating_add(time);
    }

    /// The script waits until `at`. Needs the thread of [`runtime`].
    pub async fn until(&self, at: Ms) {
        self.until_while(at, || false).await;
    }

    /// The same, standing still while `others_work` on threads of their own.
    pub async fn until_while(&self, at: Ms, others_work: impl Fn() -> bool) {
        loop {
            let before = self.lock().stirs;
            for _ in 0..TURNS {
                tokio::task::yield_now().await;
            }
            let due = {
                let mut state = self.lock();
                let busy = state.stirs != before
                    || state.calls > 0
                    || others_work()
                    || (state.connector_runs && state.waiting.is_empty());
                match state.waiting.keys().next().copied() {
                    _ if busy => None,
                    Some((due, _)) if due <= at => Some(due),
                    _ => {
                        state.now = state.now.max(at);
                        return;
                    }
                }
            };
            match due {
                Some(due) => self.strike(due),
                // A socket or a disk is at work: let it.
                None => tokio::time::sleep(Duration::from_micros(100)).await,
            }
        }
    }

    /// Wakes whoever waits for `at`.
    fn strike(&self, at: Ms) {
        let mut state = self.lock();
        state.now = state.now.max(at);
        state.stirs += 1;
        let later = state.waiting.split_off(&(at + 1, 0));
        for (_, waker) in std::mem::replace(&mut state.waiting, later) {
            waker.wake();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Time for Hands {
    fn now(&self) -> Ms {
        Self::now(self)
    }

    fn elapsed(&self) -> Duration {
        let state = self.lock();
        Duration::from_millis((state.now - state.begun).unsigned_abs())
    }

    fn sleep(&self, wait: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let mut state = self.lock();
        state.serial += 1;
        // Rounded up: who waits less than the hands can show would wait for ever.
        let wait = Ms::try_from(wait.as_nanos().div_ceil(1_000_000)).unwrap_or(Ms::MAX / 4);
        Box::pin(Sleep {
            hands: self.clone(),
            key: (state.now.saturating_add(wait), state.serial),
        })
    }
}

struct Sleep {
    hands: Hands,
    key: (Ms, u64),
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.hands.lock();
        if state.now >= self.key.0 {
            return Poll::Ready(());
        }
        let waker = context.waker().clone();
        if state.waiting.insert(self.key, waker).is_none() {
            state.stirs += 1;
        }
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        let mut state = self.hands.lock();
        if state.waiting.remove(&self.key).is_some() {
            state.stirs += 1;
        }
    }
}
