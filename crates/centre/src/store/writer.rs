//! The one writer: takes steps from a bounded queue and commits many at once.
//!
//! Each step is atomic by its own savepoint, so that a refused one spoils no other. Answers are
//! given, and the hub is told, only after the commit: whoever hears of a change can rely on it.

use super::words;
use crate::{
    clock::Clock,
    delivery::Ground,
    hub::{Hub, News},
    metrics::Metrics,
    refusal::Refusal,
};
use dealbell_protocol::Millis;
use futures_util::future::BoxFuture;
use sqlx::{Connection as _, SqliteConnection};
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};
use tokio::sync::{mpsc, oneshot};

/// Steps that wait at most; whoever comes then waits for a place.
const QUEUE: usize = 1_024;
/// Steps of one commit at most, so that the first does not wait for ever.
const GROUP: usize = 256;

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

/// The way to the writer.
#[derive(Clone)]
pub(crate) struct Writer {
    queue: mpsc::Sender<Job>,
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
        tokio::spawn(run(step, work, heard, clock));
        let open = Arc::default();
        Self { queue, last, open }
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
        self.queue.max_capacity() - self.queue.capacity()
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
        let gone = || Refusal::Storage("the writer has stopped".to_owned());
        let job = Job::Step(work);
        self.queue.send(job).await.map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
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
        let gone = || Refusal::Storage("the writer has stopped".to_owned());
        let job = Job::Alone(alone);
        self.queue.send(job).await.map_err(|_| gone())?;
        answer.await.map_err(|_| gone())
    }
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

async fn run(mut step: Step, mut work: mpsc::Receiver<Job>, heard: Heard, clock: Clock) {
    let mut jobs = Vec::with_capacity(GROUP);
    let mut group = Vec::with_capacity(GROUP);
    while work.recv_many(&mut jobs, GROUP).await > 0 {
        for job in jobs.drain(..) {
            match job {
                Job::Step(work) => group.push(work),
                Job::Alone(act) => act(&mut step.db).await,
            }
        }
        if group.is_empty() {
            continue;
        }
        let mut answers = Vec::with_capacity(group.len());
        step.now = clock.now();
        let begun = Instant::now();
        let committed = commit(&mut step, &mut group, &mut answers).await;
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
                group.clear();
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

async fn commit(
    step: &mut Step,
    group: &mut Vec<Work>,
    answers: &mut Vec<Answer>,
) -> Result<(), sqlx::Error> {
    sqlx::query("BEGIN IMMEDIATE").execute(&mut step.db).await?;
    for work in group.drain(..) {
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
