//! The one writer: takes steps from a bounded queue and commits many at once.
//!
//! Each step is atomic by its own savepoint, so that a refused one spoils no other. Answers are
//! given, and the hub is told, only after the commit: whoever hears of a change can rely on it.
//!
//! What integrations hand in may be large. It waits in lines of their own, one of each, that take turns
//! behind everything else, and a commit ends after a while, so that nobody's crowd holds up a mark.

use super::words;
use crate::{
    clock::Clock,
    delivery::Ground,
    hub::{Hub, News},
    metrics::Metrics,
    refusal::Refusal,
};
use dealbell_protocol::{Millis, ProviderId};
use futures_util::future::BoxFuture;
use sqlx::{Connection as _, SqliteConnection};
use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

/// Steps that wait at most; whoever comes then waits for a place.
const QUEUE: usize = 1_024;
/// Steps of one commit at most, so that the first does not wait for ever.
const GROUP: usize = 256;

/// How long a commit takes more steps, by the centre's clock, milliseconds; whoever is left is in the
/// next one.
const LONGEST: Millis = 100;
/// Steps of one integration that wait at most.
const OF_ONE: usize = 64;

/// What a step works with.
pub(crate) struct Step {
    /// The connection, inside a transaction.
    pub(crate) db: SqliteConnection,
    /// The time of the whole group.
    pub(crate) now: Millis,
    /// What is to know about letters and pushes.
    pub(crate) ground: Arc<Ground>,
    /// What the hub is told after the commit.
    pub(crate) news: Vec<News>,
    /// What the index of words is told before the commit.
    pub(crate) words: Vec<words::Entry>,
}

type Work = Box<dyn for<'s> FnOnce(&'s mut Step) -> BoxFuture<'s, Done> + Send>;

type Answer = Box<dyn FnOnce(Result<(), Refusal>) + Send>;

/// A finished step before its commit.
struct Done {
    keep: bool,
    answer: Answer,
}

type Alone = Box<dyn for<'s> FnOnce(&'s mut SqliteConnection) -> BoxFuture<'s, ()> + Send>;

/// What waits in the queue.
enum Job {
    /// To be committed with others.
    Step(Work),
    /// What SQLite does outside of transactions alone.
    Alone(Alone),
}

/// A step of an integration, and its place in that one's line.
struct Turn {
    of: ProviderId,
    work: Work,
    _place: OwnedSemaphorePermit,
}

/// The lines of integrations, which take turns.
#[derive(Default)]
struct Lines(VecDeque<(ProviderId, VecDeque<Turn>)>);

impl Lines {
    fn join(&mut self, turn: Turn) {
        match self.0.iter_mut().find(|(of, _)| *of == turn.of) {
            Some((_, line)) => line.push_back(turn),
            None => self.0.push_back((turn.of.clone(), VecDeque::from([turn]))),
        }
    }

    /// The next one of whoever had no turn for longest.
    fn next(&mut self) -> Option<Turn> {
        let (of, mut line) = self.0.pop_front()?;
        let turn = line.pop_front();
        if !line.is_empty() {
            self.0.push_back((of, line));
        }
        turn
    }
}

/// The way to the writer.
#[derive(Clone)]
pub(crate) struct Writer {
    queue: mpsc::Sender<Job>,
    /// Bounded by the places of each integration.
    turns: mpsc::UnboundedSender<Turn>,
    places: Arc<Mutex<HashMap<ProviderId, Arc<Semaphore>>>>,
    last: Arc<Mutex<Option<Instant>>>,
    /// How many steps have no answer yet.
    open: Arc<AtomicUsize>,
}

impl Writer {
    /// Starts the writer on its own connection. It ends when the last handle is gone.
    pub(crate) fn start(
        db: SqliteConnection,
        hub: Arc<Hub>,
        clock: Clock,
        ground: Ground,
        metrics: Arc<Metrics>,
    ) -> Self {
        let (queue, work) = mpsc::channel(QUEUE);
        let (turns, of_integrations) = mpsc::unbounded_channel();
        let step = Step {
            db,
            now: clock.now(),
            ground: Arc::new(ground),
            news: Vec::new(),
            words: Vec::new(),
        };
        let last = Arc::<Mutex<_>>::default();
        let heard = Heard {
            hub,
            metrics,
            last: Arc::clone(&last),
        };
        tokio::spawn(run(step, work, of_integrations, heard, clock));
        Self {
            queue,
            turns,
            places: Arc::default(),
            last,
            open: Arc::default(),
        }
    }

    /// Whether something was committed no longer than `lately` ago.
    pub(crate) fn committed_within(&self, lately: Duration) -> bool {
        // No code panics while it holds this lock, so a poisoned one is as good as any.
        let last = *self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.is_some_and(|last| last.elapsed() <= lately)
    }

    /// Whether every step has its answer.
    pub(crate) fn is_at_rest(&self) -> bool {
        self.open.load(SeqCst) == 0
    }

    /// How many steps wait.
    pub(crate) fn waiting(&self) -> usize {
        let places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = places.values().map(|of| OF_ONE - of.available_permits());
        self.queue.max_capacity() - self.queue.capacity() + taken.sum::<usize>()
    }

    /// Does `act` of an integration in its turn and waits until it is on the disk.
    ///
    /// # Errors
    /// As [`Writer::write`].
    pub(crate) async fn write_of<T, F>(&self, of: ProviderId, act: F) -> Result<T, Refusal>
    where
        T: Send + 'static,
        F: for<'s> FnOnce(&'s mut Step) -> BoxFuture<'s, Result<T, Refusal>> + Send + 'static,
    {
        let (work, answer) = self.work(act);
        let places = {
            let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
            let new = || Arc::new(Semaphore::new(OF_ONE));
            Arc::clone(places.entry(of.clone()).or_insert_with(new))
        };
        let turn = Turn {
            of,
            work,
            _place: places.acquire_owned().await.map_err(|_| gone())?,
        };
        self.turns.send(turn).map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }

    /// Does `act` and waits until it is on the disk.
    ///
    /// # Errors
    /// The refusal of `act`, or of the storage; nothing of it was kept then.
    pub(crate) async fn write<T, F>(&self, act: F) -> Result<T, Refusal>
    where
        T: Send + 'static,
        F: for<'s> FnOnce(&'s mut Step) -> BoxFuture<'s, Result<T, Refusal>> + Send + 'static,
    {
        let (work, answer) = self.work(act);
        let job = Job::Step(work);
        self.queue.send(job).await.map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }

    /// A step, and where its answer comes.
    fn work<T, F>(&self, act: F) -> (Work, oneshot::Receiver<Result<T, Refusal>>)
    where
        T: Send + 'static,
        F: for<'s> FnOnce(&'s mut Step) -> BoxFuture<'s, Result<T, Refusal>> + Send + 'static,
    {
        let open = Open::new(&self.open);
        let (tell, answer) = oneshot::channel();
        let work: Work = Box::new(move |step| {
            Box::pin(async move {
                let result = act(step).await;
                Done {
                    keep: result.is_ok(),
                    answer: Box::new(move |committed| {
                        // The asker may be gone; his step counts all the same.
                        let _ = tell.send(match (result, committed) {
                            (Ok(value), Ok(())) => Ok(value),
                            (Ok(_), Err(refusal)) | (Err(refusal), _) => Err(refusal),
                        });
                        drop(open);
                    }),
                }
            })
        });
        (work, answer)
    }

    /// Does `act` on the writer's connection while nothing else is written.
    ///
    /// # Errors
    /// When the writer has stopped.
    pub(crate) async fn alone<T, F>(&self, act: F) -> Result<T, Refusal>
    where
        T: Send + 'static,
        F: for<'s> FnOnce(&'s mut SqliteConnection) -> BoxFuture<'s, T> + Send + 'static,
    {
        let open = Open::new(&self.open);
        let (tell, answer) = oneshot::channel();
        let alone: Alone = Box::new(move |db| {
            Box::pin(async move {
                // The asker may be gone.
                let _ = tell.send(act(db).await);
                drop(open);
            })
        });
        let job = Job::Alone(alone);
        self.queue.send(job).await.map_err(|_| gone())?;
        answer.await.map_err(|_| gone())
    }
}

fn gone() -> Refusal {
    Refusal::Storage("the writer has stopped".to_owned())
}

/// A step without an answer.
struct Open(Arc<AtomicUsize>);

impl Open {
    fn new(open: &Arc<AtomicUsize>) -> Self {
        open.fetch_add(1, SeqCst);
        Self(Arc::clone(open))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.fetch_sub(1, SeqCst);
    }
}

/// Who hears of commits.
struct Heard {
    hub: Arc<Hub>,
    metrics: Arc<Metrics>,
    last: Arc<Mutex<Option<Instant>>>,
}

async fn run(
    mut step: Step,
    mut work: mpsc::Receiver<Job>,
    mut of_integrations: mpsc::UnboundedReceiver<Turn>,
    heard: Heard,
    clock: Clock,
) {
    let mut jobs = Vec::with_capacity(GROUP);
    let mut waiting = Waiting::default();
    loop {
        if waiting.is_empty() {
            tokio::select! {
                biased;
                count = work.recv_many(&mut jobs, GROUP) => {
                    if count == 0 && of_integrations.is_empty() {
                        break;
                    }
                }
                Some(turn) = of_integrations.recv() => waiting.lines.join(turn),
            }
        }
        while jobs.len() < GROUP
            && let Ok(job) = work.try_recv()
        {
            jobs.push(job);
        }
        while let Ok(turn) = of_integrations.try_recv() {
            waiting.lines.join(turn);
        }
        for job in jobs.drain(..) {
            match job {
                Job::Step(work) => waiting.steps.push_back(work),
                Job::Alone(act) => act(&mut step.db).await,
            }
        }
        if waiting.is_empty() {
            continue;
        }
        let mut answers = Vec::with_capacity(GROUP);
        step.now = clock.now();
        let begun = Instant::now();
        let committed = commit(&mut step, &mut waiting, &mut answers, &clock).await;
        let news = std::mem::take(&mut step.news);
        match committed {
            Ok(()) => {
                let now = Instant::now();
                *heard.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
                heard.hub.publish(news);
                let steps = answers.len();
                answers.into_iter().for_each(|answer| answer(Ok(())));
                heard.metrics.committed(now - begun, steps);
            }
            Err(error) => {
                heard.metrics.commit_failed();
                tracing::error!(%error, steps = answers.len(), "commit failed");
                // The transaction may be gone already, by the very error.
                let _ = sqlx::query("ROLLBACK").execute(&mut step.db).await;
                waiting = Waiting::default();
                step.words.clear();
                for answer in answers {
                    answer(Err(Refusal::Storage(error.to_string())));
                }
            }
        }
    }
    if let Err(error) = step.db.close().await {
        tracing::warn!(%error, "the database was not closed cleanly");
    }
}

/// What is to be committed next.
#[derive(Default)]
struct Waiting {
    steps: VecDeque<Work>,
    lines: Lines,
}

impl Waiting {
    fn is_empty(&self) -> bool {
        self.steps.is_empty() && self.lines.0.is_empty()
    }

    /// The next step of a commit that has `done` so many of each sort in `taken` milliseconds: what
    /// integrations hand in comes last, but one of it in any commit, so that nobody starves.
    fn next(&mut self, done: (usize, usize), taken: Millis) -> Option<(Work, bool)> {
        let late = done.0 + done.1 >= GROUP || taken >= LONGEST;
        if (!late || done == (0, 0))
            && let Some(work) = self.steps.pop_front()
        {
            return Some((work, false));
        }
        if !late || done.1 == 0 {
            return self.lines.next().map(|turn| (turn.work, true));
        }
        None
    }
}

async fn commit(
    step: &mut Step,
    waiting: &mut Waiting,
    answers: &mut Vec<Answer>,
    clock: &Clock,
) -> Result<(), sqlx::Error> {
    sqlx::query("BEGIN IMMEDIATE").execute(&mut step.db).await?;
    let mut done = (0, 0);
    while let Some((work, is_turn)) = waiting.next(done, clock.now().saturating_sub(step.now)) {
        match is_turn {
            true => done.1 += 1,
            false => done.0 += 1,
        }
        let (told, said) = (step.news.len(), step.words.len());
        sqlx::query("SAVEPOINT step").execute(&mut step.db).await?;
        let done = work(step).await;
        answers.push(done.answer);
        if !done.keep {
            step.news.truncate(told);
            step.words.truncate(said);
            sqlx::query("ROLLBACK TO step")
                .execute(&mut step.db)
                .await?;
        }
        sqlx::query("RELEASE step").execute(&mut step.db).await?;
    }
    words::write(&mut step.db, &mut step.words).await?;
    sqlx::query("COMMIT").execute(&mut step.db).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn work() -> Work {
        Box::new(|_| Box::pin(std::future::pending()))
    }

    async fn turn(of: &str) -> Turn {
        let place = Arc::new(Semaphore::new(1)).acquire_owned().await;
        Turn {
            of: ProviderId::new(of),
            work: work(),
            _place: place.expect("it has one"),
        }
    }

    #[tokio::test]
    async fn a_crowd_of_one_integration_waits_behind_the_others_and_behind_marks() {
        let mut waiting = Waiting::default();
        for of in ["loud", "loud", "loud", "calm", "loud"] {
            waiting.lines.join(turn(of).await);
        }
        waiting.steps.extend([work(), work()]);
        let mut is_turn = |done, taken| waiting.next(done, taken).map(|(_, is_turn)| is_turn);
        assert_eq!(is_turn((0, 0), 0), Some(false));
        assert_eq!(is_turn((1, 0), 0), Some(false));
        // It has taken long: one of the crowd has its turn all the same, and no more.
        assert_eq!(is_turn((2, 0), LONGEST), Some(true));
        assert_eq!(is_turn((2, 1), LONGEST), None);
        assert_eq!(is_turn((GROUP, 1), 0), None);
        let left = std::iter::from_fn(|| waiting.lines.next());
        let left: Vec<String> = left.map(|turn| turn.of.0).collect();
        assert_eq!(left, ["calm", "loud", "loud", "loud"]);
    }
}
