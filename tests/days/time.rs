//! A day that takes seconds: time moves on only when everybody waits for it.
//!
//! Two take part: the connector, through [`dealbell_amocrm::Time`], and the script that lets the time pass. While
//! either of them works (asks the CRM, commits), the hands stand still, however long the machine
//! takes for it. On one thread, and with no wait but these, how busy the machine is changes nothing;
//! what the connector leaves to chance, such as the pause before it asks again, still does.

use dealbell_amocrm::Time;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tokio::sync::Notify;

/// Milliseconds since the Unix epoch.
pub type Ms = i64;

/// Everybody else is given this many turns before the hands move. Disks and sockets are waited for
/// by their calls; turns are for who wakes whom on this thread.
const TURNS: u32 = 16;

/// The hands.
#[derive(Clone, Debug)]
pub struct Hands(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    /// Told of whatever somebody does.
    stirred: Notify,
}

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
    /// How many of its calls the centre and the network have not answered.
    calls: u32,
}

/// The centre or the network works; disks and sockets take time that no hand shows.
#[derive(Debug)]
pub struct Call(Hands);

impl Drop for Call {
    fn drop(&mut self) {
        self.0.stir(|state| state.calls -= 1);
    }
}

/// One thread, so that turns can be counted on.
///
/// # Errors
/// When the system has no threads left.
pub fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
}

/// Whether the hands may move.
enum Next {
    /// Somebody has done something since the turns were given.
    Look,
    /// Somebody is at work, and will stir.
    Work,
    /// Others are at work, and do not say when they are done.
    OthersWork,
    /// Everybody waits, one of them until then.
    Strike(Ms),
    /// Everybody waits for longer than the script.
    Over,
}

impl Hands {
    /// Showing `now`, with no connector.
    pub fn at(now: Ms) -> Self {
        let state = State {
            begun: now,
            now,
            serial: 0,
            waiting: BTreeMap::new(),
            stirs: 0,
            connector_runs: false,
            calls: 0,
        };
        Self(Arc::new(Shared {
            state: Mutex::new(state),
            stirred: Notify::new(),
        }))
    }

    /// What they show.
    pub fn now(&self) -> Ms {
        self.lock().now
    }

    /// Whether a connector takes part.
    pub fn set_connector(&self, runs: bool) {
        self.stir(|state| state.connector_runs = runs);
    }

    /// The centre or the network is called, until this is dropped.
    pub fn call(&self) -> Call {
        self.stir(|state| state.calls += 1);
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
            match self.next(at, before, &others_work) {
                Next::Look => {}
                Next::Work => self.0.stirred.notified().await,
                Next::OthersWork => tokio::time::sleep(Duration::from_micros(100)).await,
                Next::Strike(due) => self.strike(due),
                Next::Over => {
                    let mut state = self.lock();
                    state.now = state.now.max(at);
                    return;
                }
            }
        }
    }

    fn next(&self, at: Ms, before: u64, others_work: impl Fn() -> bool) -> Next {
        let state = self.lock();
        if state.stirs != before {
            return Next::Look;
        }
        // A connector that neither waits nor calls has not begun to.
        if state.calls > 0 || (state.connector_runs && state.waiting.is_empty()) {
            return Next::Work;
        }
        if others_work() {
            return Next::OthersWork;
        }
        match state.waiting.keys().next() {
            Some(&(due, _)) if due <= at => Next::Strike(due),
            Some(_) | None => Next::Over,
        }
    }

    /// Wakes whoever waits for `at`.
    fn strike(&self, at: Ms) {
        let due = self.stir(|state| {
            state.now = state.now.max(at);
            let later = state.waiting.split_off(&(at + 1, 0));
            std::mem::replace(&mut state.waiting, later)
        });
        due.into_values().for_each(Waker::wake);
    }

    /// Somebody does something.
    fn stir<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.lock();
        state.stirs += 1;
        let done = act(&mut state);
        drop(state);
        self.0.stirred.notify_one();
        done
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        let state = &self.0.state;
        state.lock().unwrap_or_else(PoisonError::into_inner)
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

    fn network_works(&self) -> Box<dyn Send> {
        Box::new(self.call())
    }
}

struct Sleep {
    hands: Hands,
    key: (Ms, u64),
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.hands.now() >= self.key.0 {
            return Poll::Ready(());
        }
        let waker = context.waker();
        if let Some(known) = self.hands.lock().waiting.get_mut(&self.key) {
            known.clone_from(waker);
            return Poll::Pending;
        }
        let waiting = |state: &mut State| state.waiting.insert(self.key, waker.clone());
        self.hands.stir(waiting);
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if self.hands.lock().waiting.contains_key(&self.key) {
            self.hands.stir(|state| state.waiting.remove(&self.key));
        }
    }
}
