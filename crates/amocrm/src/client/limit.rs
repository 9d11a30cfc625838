//! The request limit of an integration: 7 in any second, shared by all who use its token.
//!
//! Why no token bucket (`governor`): a bucket lets its burst through and, in the same second, what
//! has flowed in meanwhile. To keep any second at seven, burst and rate together must be seven, so
//! the steady rate would be five or less. Here each of seven places is taken by one request and is
//! free again a second after its *answer*. The server has seen a request between its sending and
//! its answer, so it sees two requests of one place at least a second apart, however long either was
//! on the way: never eight in a second, and seven a second for as long as there is work.

use super::ClientError;
use crate::clock::Clock;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// Requests in a second.
const PLACES: usize = 7;
/// How long a place stays taken after its answer.
const WINDOW: Duration = Duration::from_secs(1);
/// A silence longer than this is told instead of waited for.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// After so many urgent turns in a row one ordinary request has its turn, so that none starves.
const STREAK: u32 = 3;

/// Who goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Urgency {
    /// A user waits for it.
    Urgent,
    /// A reading.
    Ordinary,
}

/// Lets requests through, so many a second, and none while the CRM wants to be left alone.
#[derive(Clone)]
pub(super) struct Limit {
    state: Arc<Mutex<State>>,
    changed: Arc<Notify>,
    clock: Clock,
}

/// A place taken: to be held until the answer is there.
pub(super) struct Turn {
    place: usize,
    limit: Limit,
}

impl Drop for Turn {
    fn drop(&mut self) {
        let free_at = self.limit.clock.elapsed() + WINDOW;
        self.limit.lock().places[self.place] = Place::FreeAt(free_at);
        self.limit.changed.notify_waiters();
    }
}

impl Limit {
    pub(super) fn new(clock: Clock) -> Self {
        Self {
            state: Arc::new(Mutex::new(State::new())),
            changed: Arc::new(Notify::new()),
            clock,
        }
    }

    /// Waits for a turn. Whoever stops waiting loses his place in the queue and nothing else.
    ///
    /// # Errors
    /// [`ClientError::TooMany`] where the CRM wants to be left alone for longer than somebody waits.
    pub(super) async fn turn(&self, urgency: Urgency) -> Result<Turn, ClientError> {
        let waiting = Waiting::new(self, urgency);
        loop {
            let changed = self.changed.notified();
            let answer = self.lock().ask(waiting.ticket, self.clock.elapsed());
            match answer {
                Answer::Go(place) => {
                    // There may be another free place, for the next in the queue.
                    self.changed.notify_waiters();
                    return Ok(Turn {
                        place,
                        limit: self.clone(),
                    });
                }
                Answer::NotBefore(at) => {
                    let wait = at.saturating_sub(self.clock.elapsed());
                    if wait > LONGEST_WAIT {
                        return Err(ClientError::TooMany { wait });
                    }
                    tokio::select! {
                        () = self.clock.sleep(wait) => {}
                        () = changed => {}
                    }
                }
                Answer::Wait => changed.await,
            }
        }
    }

    /// Nobody asks for `wait` from now on (429).
    pub(super) fn hush(&self, wait: Duration) {
        let until = self.clock.elapsed().saturating_add(wait);
        let mut state = self.lock();
        state.quiet_until = state.quiet_until.max(until);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody in the queue; leaves it when dropped.
struct Waiting<'a> {
    limit: &'a Limit,
    ticket: u64,
}

impl<'a> Waiting<'a> {
    fn new(limit: &'a Limit, urgency: Urgency) -> Self {
        let ticket = limit.lock().enter(urgency);
        Self { limit, ticket }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.limit.lock().leave(self.ticket);
        self.limit.changed.notify_waiters();
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// On the way.
    Taken,
    FreeAt(Duration),
}

#[derive(Debug, PartialEq, Eq)]
enum Answer {
    /// Go, in this place.
    Go(usize),
    /// Nothing is free before this moment.
    NotBefore(Duration),
    /// Somebody else is first, or all are on the way.
    Wait,
}

/// The rule itself: no time and no waiting of its own.
#[derive(Debug)]
struct State {
    places: [Place; PLACES],
    urgent: VecDeque<u64>,
    ordinary: VecDeque<u64>,
    /// Urgent turns since the last ordinary one, while an ordinary one waited.
    streak: u32,
    tickets: u64,
    quiet_until: Duration,
}

impl State {
    fn new() -> Self {
        Self {
            places: [Place::FreeAt(Duration::ZERO); PLACES],
            urgent: VecDeque::new(),
            ordinary: VecDeque::new(),
            streak: 0,
            tickets: 0,
            quiet_until: Duration::ZERO,
        }
    }

    fn enter(&mut self, urgency: Urgency) -> u64 {
        self.tickets += 1;
        match urgency {
            Urgency::Urgent => self.urgent.push_back(self.tickets),
            Urgency::Ordinary => self.ordinary.push_back(self.tickets),
        }
        self.tickets
    }

    fn leave(&mut self, ticket: u64) {
        self.urgent.retain(|&other| other != ticket);
        self.ordinary.retain(|&other| other != ticket);
    }

    fn ask(&mut self, ticket: u64, now: Duration) -> Answer {
        if self.quiet_until > now {
            return Answer::NotBefore(self.quiet_until);
        }
        let free = |place: &Place| matches!(place, Place::FreeAt(at) if *at <= now);
        let Some(place) = self.places.iter().position(free) else {
            let times = self.places.iter().filter_map(|place| match place {
                Place::FreeAt(at) => Some(*at),
                Place::Taken => None,
            });
            return times.min().map_or(Answer::Wait, Answer::NotBefore);
        };
        if self.next() != Some(ticket) {
            return Answer::Wait;
        }
        let urgent = self.urgent.front() == Some(&ticket);
        self.streak = match urgent && !self.ordinary.is_empty() {
            true => self.streak + 1,
            false => 0,
        };
        self.leave(ticket);
        self.places[place] = Place::Taken;
        Answer::Go(place)
    }

    /// Whose turn it is.
    fn next(&self) -> Option<u64> {
        let (urgent, ordinary) = (self.urgent.front(), self.ordinary.front());
        let first = match ordinary {
            Some(ordinary) if self.streak >= STREAK => Some(ordinary),
            _ => urgent.or(ordinary),
        };
        first.copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::sync::atomic::{AtomicU32, Ordering};
    use tokio::time::{Instant, sleep};

    /// One caller's requests: pause before each, time to the server, time back; milliseconds.
    type Calls = Vec<(u64, u64, u64)>;

    fn callers() -> impl Strategy<Value = Vec<(bool, Calls)>> {
        let call = (0_u64..400, 0_u64..700, 0_u64..700);
        let calls = prop::collection::vec(call, 1..12);
        prop::collection::vec((any::<bool>(), calls), 1..12)
    }

    /// When the server saw each request, with the time on the way as given.
    async fn seen_by_server(callers: Vec<(bool, Calls)>) -> Vec<Instant> {
        let limit = Limit::new(Clock::system());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let tasks: Vec<_> = callers
            .into_iter()
            .map(|(urgent, calls)| {
                let (limit, seen) = (limit.clone(), Arc::clone(&seen));
                let urgency = match urgent {
                    true => Urgency::Urgent,
                    false => Urgency::Ordinary,
                };
                tokio::spawn(async move {
                    for (pause, there, back) in calls {
                        sleep(Duration::from_millis(pause)).await;
                        let turn = limit.turn(urgency).await.unwrap();
                        sleep(Duration::from_millis(there)).await;
                        seen.lock().unwrap().push(Instant::now());
                        sleep(Duration::from_millis(back)).await;
                        drop(turn);
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        let mut seen = seen.lock().unwrap().clone();
        seen.sort();
        seen
    }

    fn virtual_time<T>(work: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build();
        runtime.unwrap().block_on(work)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn no_second_holds_more_than_seven_whatever_the_way_takes(callers in callers()) {
            let asked: usize = callers.iter().map(|(_, calls)| calls.len()).sum();
            let seen = virtual_time(seen_by_server(callers));
            prop_assert_eq!(seen.len(), asked, "somebody never had his turn");
            for pair in seen.windows(PLACES + 1) {
                prop_assert!(pair[PLACES] - pair[0] >= WINDOW);
            }
        }
    }

    /// 10,000 tasks are 40 pages; the limit itself takes 5 s and a bit for those.
    #[test]
    fn forty_pages_take_no_longer_than_the_limit_wants() {
        let pages = vec![(false, vec![(0, 10, 10); 40])];
        let took = virtual_time(async {
            let start = Instant::now();
            seen_by_server(pages).await;
            start.elapsed()
        });
        assert!(
            took >= Duration::from_secs(5) && took < Duration::from_secs(6),
            "{took:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_user_goes_first_and_nobody_starves() {
        let limit = Limit::new(Clock::system());
        let held: Vec<_> =
            futures_util::future::join_all((0..PLACES).map(|_| limit.turn(Urgency::Ordinary)))
                .await;
        let order = Arc::new(Mutex::new(String::new()));
        let mut tasks = Vec::new();
        for name in "oooUUUUUUU".chars() {
            let (limit, order) = (limit.clone(), Arc::clone(&order));
            tasks.push(tokio::spawn(async move {
                let urgency = match name {
                    'U' => Urgency::Urgent,
                    _ => Urgency::Ordinary,
                };
                let turn = limit.turn(urgency).await.unwrap();
                order.lock().unwrap().push(name);
                drop(turn);
            }));
            tokio::task::yield_now().await;
        }
        drop(held);
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(*order.lock().unwrap(), "UUUoUUUoUo");
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_stops_waiting_holds_nobody_up() {
        let limit = Limit::new(Clock::system());
        limit.hush(Duration::from_secs(5));
        let gone = tokio::spawn({
            let limit = limit.clone();
            async move { drop(limit.turn(Urgency::Urgent).await) }
        });
        tokio::task::yield_now().await;
        gone.abort();
        let (start, turns) = (Instant::now(), AtomicU32::new(0));
        for _ in 0..PLACES {
            drop(limit.turn(Urgency::Ordinary).await.unwrap());
            turns.fetch_add(1, Ordering::Relaxed);
        }
        assert_eq!(
            start.elapsed(),
            Duration::from_secs(5),
            "the hush, and no more"
        );
    }

    /// Nobody hangs in a queue for an hour, and nobody asks meanwhile.
    #[tokio::test(start_paused = true)]
    async fn a_long_silence_is_told_and_kept() {
        let limit = Limit::new(Clock::system());
        limit.hush(Duration::from_secs(3_600));
        sleep(Duration::from_secs(600)).await;
        let asked = limit.turn(Urgency::Urgent).await;
        let wait = Duration::from_secs(3_000);
        assert_eq!(asked.err(), Some(ClientError::TooMany { wait }));
        sleep(Duration::from_secs(2_980)).await;
        assert!(limit.turn(Urgency::Ordinary).await.is_ok());
    }
}
