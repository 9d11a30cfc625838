//! One thread, and knowing when everybody on it waits.
//!
//! The world moves only while all tasks wait and the databases have answered, so the order of what
//! happens does not depend on how quick a database's own thread is. Time is tokio's, paused: it
//! moves when the world says so and never by itself.

use anyhow::Context as _;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::task::{Poll, Waker};

/// Parks in a row that count as rest: the first may wake timers, the second those they wake.
const PARKS: u32 = 3;

/// Who waits for the thread to have nothing to do.
#[derive(Clone, Default)]
pub(crate) struct Stillness(Arc<Mutex<Waiting>>);

#[derive(Default)]
struct Waiting {
    waker: Option<Waker>,
    still: bool,
}

impl Stillness {
    /// The thread has nothing to do.
    fn parks(&self) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(waker) = waiting.waker.take() {
            waiting.still = true;
            waker.wake();
        }
    }

    async fn parked(&self) {
        poll_fn(|context| {
            let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if std::mem::take(&mut waiting.still) {
                return Poll::Ready(());
            }
            waiting.waker = Some(context.waker().clone());
            Poll::Pending
        })
        .await;
    }

    /// Returns when every task waits and the databases are `at_rest`.
    pub(crate) async fn settle(&self, at_rest: impl Fn() -> bool) {
        let mut parks = 0;
        while parks < PARKS {
            self.parked().await;
            if at_rest() {
                parks += 1;
            } else {
                parks = 0;
                std::thread::yield_now();
            }
        }
    }
}

/// Runs a world on a thread of its own time.
pub(crate) fn run<T, F: Future<Output = anyhow::Result<T>>>(
    world: impl FnOnce(Stillness) -> F,
) -> anyhow::Result<T> {
    let stillness = Stillness::default();
    let parks = stillness.clone();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .on_thread_park(move || parks.parks())
        .build()
        .context("a runtime")?;
    // While one of these is under way, tokio lets no time pass by itself.
    let (release, held) = mpsc::channel::<()>();
    runtime.spawn_blocking(move || held.recv());
    let lived = runtime.block_on(Box::pin(world(stillness)));
    drop(release);
    runtime.shutdown_background();
    lived
}
