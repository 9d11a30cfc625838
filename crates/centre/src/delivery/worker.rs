//! The one who sends. It sleeps until a commit or the clock gives it something to do.

use super::{
    Delivery, Tally,
    compose::Taken,
    gate::{Gate, May},
    lease::{self, Lease, Round},
    loggable, outcome, queue,
};
use crate::{
    Centre,
    rounds::{STORAGE, Wait},
};
use async_trait::async_trait;
use dealbell_protocol::letter::{Brink, Letter, LetterContent, Post, PostError};
use std::{
    pin::pin,
    sync::atomic::{AtomicBool, Ordering::SeqCst},
    time::Duration,
};
use tokio::task::JoinSet;

/// How often an outcome is tried to be recorded.
const RECORDS: u32 = 5;
/// How long a try may take, a slow mail server's every answer included. Shorter than the lease.
const TRY: Duration = Duration::from_secs(270);
/// How long letters that are being sent may take at the end.
const LEAVE: Duration = Duration::from_secs(30);

impl Centre {
    /// Sends letters until `shutdown`, then waits a little for those on their way. Several may do so
    /// at once, in one process or in several: none sends what another does. Without
    /// [`dealbell_protocol::Channel::Email`] in [`crate::Options::deliverable`] there is nothing to
    /// send.
    pub async fn deliver(&self, delivery: Delivery, shutdown: impl Future<Output = ()> + Send) {
        let mut worker = Worker {
            centre: self.clone(),
            delivery,
            gate: Gate::default(),
            tries: JoinSet::new(),
        };
        Box::pin(worker.run(shutdown)).await;
    }
}

struct Worker {
    centre: Centre,
    delivery: Delivery,
    gate: Gate,
    tries: JoinSet<Came>,
}

/// How a try ended, as far as it concerns the others.
enum Came {
    /// The mail server talks to us.
    In,
    /// It lets nobody in.
    Closed(String),
    /// It could not be asked.
    Nowhere,
}

impl Worker {
    async fn run(&mut self, shutdown: impl Future<Output = ()> + Send) {
        let mut shutdown = pin!(shutdown);
        let mut news = self.centre.hub().letters();
        let armed = self
            .centre
            .writer()
            .write(|step| Box::pin(queue::rearm_all(step)));
        if let Err(error) = armed.await {
            tracing::error!(%error, "the times of digests could not be looked over");
        }
        loop {
            news.mark_unchanged();
            let wait = self.look().await;
            let clock = self.centre.inner.clock.clone();
            tokio::select! {
                biased;
                () = &mut shutdown => break,
                Some(came) = self.tries.join_next() => self.learn(came),
                // The sender lives as long as the centre.
                _ = news.changed(), if wait.for_news => {}
                () = clock.sleep(wait.at_most) => {}
            }
        }
        self.leave().await;
    }

    /// Takes what is due and may be tried; says how long there is nothing more to do.
    async fn look(&mut self) -> Wait {
        let now = self.centre.now();
        let room = self.delivery.at_once.saturating_sub(self.tries.len());
        let most = match self.gate.may(now) {
            May::All => room,
            May::One => usize::from(self.tries.is_empty()),
            May::NoneUntil(until) => return Wait::quiet(until - now),
        };
        if most == 0 {
            return Wait::FULL;
        }
        let taken = self
            .centre
            .writer()
            .write(move |step| Box::pin(lease::take(step, most)));
        let Round {
            taken,
            dropped,
            next,
        } = match taken.await {
            Ok(round) => round,
            Err(error) => {
                tracing::error!(%error, "the letters cannot be read, trying again");
                return Wait::FAILED;
            }
        };
        self.centre.inner.tally.dropped.fetch_add(dropped, SeqCst);
        let full = taken.len() == most;
        for letter in taken {
            let (centre, delivery) = (self.centre.clone(), self.delivery.clone());
            self.tries.spawn(attempt(centre, delivery, letter));
        }
        if full {
            return Wait::FULL;
        }
        Wait::until(next.map(|next| next - self.centre.now()))
    }

    fn learn(&mut self, came: Result<Came, tokio::task::JoinError>) {
        match came {
            Ok(Came::In) => {
                if self.gate.open() {
                    tracing::info!("the mail server lets us in again: letters go out");
                }
            }
            Ok(Came::Closed(reason)) => {
                if self.gate.close(self.centre.now()) {
                    let reason = loggable(&reason);
                    tracing::error!(reason, "the mail server lets nobody in: all letters wait");
                }
            }
            Ok(Came::Nowhere) => {}
            Err(error) => tracing::error!(%error, "a letter's try broke off"),
        }
    }

    async fn leave(&mut self) {
        let clock = self.centre.inner.clock.clone();
        let mut late = pin!(clock.sleep(LEAVE));
        loop {
            tokio::select! {
                biased;
                came = self.tries.join_next() => match came {
                    Some(came) => self.learn(came),
                    None => return,
                },
                () = &mut late => break,
            }
        }
        let left = self.tries.len();
        tracing::warn!(
            left,
            "letters were still being sent: what became of them is not known"
        );
        self.tries.shutdown().await;
    }
}

/// One try of one letter, from its links to the record of what became of it.
async fn attempt(centre: Centre, delivery: Delivery, taken: Taken) -> Came {
    let (user, links) = (taken.user, &delivery.links);
    let letter = Letter {
        unsubscribe: match taken.letter.content {
            LetterContent::One { .. } | LetterContent::Digest { .. } => {
                links.unsubscribe(user, taken.provider.as_ref())
            }
            // He has just asked for it.
            LetterContent::Test => None,
        },
        inbox: links.inbox(user),
        ..taken.letter
    };
    let record = Record {
        centre: centre.clone(),
        lease: taken.lease.clone(),
        handing: AtomicBool::new(false),
        lost: AtomicBool::new(false),
    };
    let result = send(&centre, &*delivery.post, &letter, &record).await;
    if record.lost.load(SeqCst) {
        return Came::Nowhere;
    }
    let tally: &Tally = &centre.inner.tally;
    match &result {
        Ok(()) => tally.sent.fetch_add(1, SeqCst),
        Err(_) => tally.failed.fetch_add(1, SeqCst),
    };
    recorded(&centre, taken.lease, result.clone()).await;
    match result {
        Ok(()) => Came::In,
        Err(PostError::Closed { reason }) => Came::Closed(reason),
        Err(error) => {
            let reason = loggable(&error.to_string());
            tracing::info!(letter = letter.id, reason, "a letter was not sent");
            match error {
                PostError::Never { .. } => Came::In,
                PostError::Later { .. } | PostError::Unknown { .. } | PostError::Closed { .. } => {
                    Came::Nowhere
                }
            }
        }
    }
}

async fn send(
    centre: &Centre,
    post: &dyn Post,
    letter: &Letter,
    record: &Record,
) -> Result<(), PostError> {
    tokio::select! {
        biased;
        result = post.send_from(letter, record) => match result {
            // Whatever it says, it had not begun to hand it over.
            Err(PostError::Unknown { reason }) if !record.handing.load(SeqCst) => {
                Err(PostError::Later { reason, after: None })
            }
            result => result,
        },
        () = centre.inner.clock.sleep(TRY) => {
            let reason = "the mail server did not answer in time".to_owned();
            Err(match record.handing.load(SeqCst) {
                true => PostError::Unknown { reason },
                false => PostError::Later { reason, after: None },
            })
        }
    }
}

/// Records what became of a letter. Where that cannot be, the lease runs out.
async fn recorded(centre: &Centre, lease: Lease, result: Result<(), PostError>) {
    let chance = rand::random_range(0.0..1.0);
    for _ in 0..RECORDS {
        let (held, result) = (lease.clone(), result.clone());
        let written = centre.writer().write(move |step| {
            Box::pin(async move {
                match result {
                    Ok(()) => outcome::sent(step, &held).await,
                    Err(error) => outcome::failed(step, &held, &error, chance).await,
                }
            })
        });
        let Err(error) = written.await else { return };
        let letter = &lease.letter;
        tracing::error!(letter, %error, "what became of a letter could not be recorded");
        centre.inner.clock.sleep(STORAGE).await;
    }
}

/// The record that a letter may have been taken over.
struct Record {
    centre: Centre,
    lease: Lease,
    handing: AtomicBool,
    /// It was not ours to send any more.
    lost: AtomicBool,
}

#[async_trait]
impl Brink for Record {
    async fn reached(&self) -> Result<(), PostError> {
        let lease = self.lease.clone();
        let written = self
            .centre
            .writer()
            .write(move |step| Box::pin(async move { outcome::handing(step, &lease).await }));
        let later = |reason: String| PostError::Later {
            reason,
            after: None,
        };
        match written.await {
            Ok(true) => {
                self.handing.store(true, SeqCst);
                Ok(())
            }
            Ok(false) => {
                self.lost.store(true, SeqCst);
                Err(later("it is no longer to be sent".to_owned()))
            }
            Err(error) => Err(later(error.to_string())),
        }
    }
}
