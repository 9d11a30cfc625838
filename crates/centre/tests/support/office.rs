//! A time that is told to go on, and a mail server in process that keeps what it takes over.

use super::LONG;
use async_trait::async_trait;
use dealbell_centre::Time;
use dealbell_protocol::{
    Millis, ProviderId, UserId,
    letter::{Brink, Letter, LetterLinks, Post, PostError},
};
use std::{
    collections::VecDeque,
    future::Future,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};
use tokio::{sync::watch, time::timeout};

/// A time that goes on when it is told to.
pub(crate) struct Virtual {
    now: watch::Sender<Millis>,
    slept: AtomicUsize,
}

impl Virtual {
    pub(crate) fn new(now: Millis) -> Arc<Self> {
        Arc::new(Self {
            now: watch::Sender::new(now),
            slept: AtomicUsize::new(0),
        })
    }

    pub(crate) fn set(&self, now: Millis) {
        self.now.send_replace(now);
    }

    /// How often somebody went to sleep.
    pub(crate) fn slept(&self) -> usize {
        self.slept.load(SeqCst)
    }
}

impl Time for Virtual {
    fn now(&self) -> Millis {
        *self.now.borrow()
    }

    fn sleep(&self, wait: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.slept.fetch_add(1, SeqCst);
        let mut now = self.now.subscribe();
        let until = *now.borrow() + i64::try_from(wait.as_millis()).unwrap();
        Box::pin(async move {
            let _ = now.wait_for(|now| *now >= until).await;
        })
    }
}

/// What the mail server does with the next letter.
#[derive(Clone, Debug)]
pub(crate) enum Deed {
    Refuse(PostError),
    /// Refuses after the whole letter was out.
    RefuseAtEnd(PostError),
    /// Never answers: before it was given the letter, with the letter, or having taken it over.
    Hang(Stage),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Before,
    Given,
    Taken,
}

/// A mail server in process: keeps what it takes over.
pub(crate) struct Office {
    time: Arc<Virtual>,
    taken: Mutex<Vec<(Millis, Letter)>>,
    next: Mutex<VecDeque<Deed>>,
    /// Refuses everything.
    shut: Mutex<Option<PostError>>,
    hung: watch::Sender<u32>,
    /// Letters now, at most, and in all.
    busy: Mutex<(usize, usize, usize)>,
}

impl Office {
    pub(crate) fn open(time: &Arc<Virtual>) -> Arc<Self> {
        Arc::new(Self {
            time: Arc::clone(time),
            taken: Mutex::default(),
            next: Mutex::default(),
            shut: Mutex::default(),
            hung: watch::Sender::new(0),
            busy: Mutex::default(),
        })
    }

    fn take(&self, letter: &Letter) {
        let now = self.time.now();
        self.taken.lock().unwrap().push((now, letter.clone()));
    }

    pub(crate) fn plan(&self, deed: Deed) {
        self.next.lock().unwrap().push_back(deed);
    }

    pub(crate) fn forget_plans(&self) {
        self.next.lock().unwrap().clear();
        self.hung.send_replace(0);
    }

    pub(crate) fn shut(&self, error: Option<PostError>) {
        *self.shut.lock().unwrap() = error;
    }

    /// Letters taken over since the last question, with the time of each.
    pub(crate) fn taken(&self) -> Vec<(Millis, Letter)> {
        std::mem::take(&mut *self.taken.lock().unwrap())
    }

    /// Returns when `count` letters hang.
    pub(crate) async fn hung(&self, count: u32) {
        let mut hung = self.hung.subscribe();
        let wait = timeout(LONG, hung.wait_for(|hung| *hung >= count));
        wait.await.expect("a letter hangs in time").unwrap();
        self.hung.send_replace(0);
    }

    /// How often it was asked to take a letter.
    pub(crate) fn asked(&self) -> usize {
        self.busy.lock().unwrap().2
    }

    /// Letters at once at most, so far.
    pub(crate) fn busiest(&self) -> usize {
        self.busy.lock().unwrap().1
    }

    async fn hang(&self) {
        self.hung.send_modify(|hung| *hung += 1);
        std::future::pending::<()>().await;
    }

    async fn answer(&self, letter: &Letter, brink: &dyn Brink) -> Result<(), PostError> {
        if let Some(error) = self.shut.lock().unwrap().clone() {
            return Err(error);
        }
        let deed = self.next.lock().unwrap().pop_front();
        match &deed {
            Some(Deed::Refuse(error)) => return Err(error.clone()),
            Some(Deed::Hang(Stage::Before)) => self.hang().await,
            _ => {}
        }
        tokio::task::yield_now().await;
        brink.reached().await?;
        match &deed {
            Some(Deed::RefuseAtEnd(error)) => return Err(error.clone()),
            Some(Deed::Hang(Stage::Given)) => self.hang().await,
            _ => {}
        }
        tokio::task::yield_now().await;
        self.take(letter);
        if let Some(Deed::Hang(Stage::Taken)) = &deed {
            self.hang().await;
        }
        tokio::task::yield_now().await;
        Ok(())
    }
}

#[async_trait]
impl Post for Office {
    async fn send(&self, letter: &Letter) -> Result<(), PostError> {
        self.take(letter);
        Ok(())
    }

    async fn send_from(&self, letter: &Letter, brink: &dyn Brink) -> Result<(), PostError> {
        {
            let mut busy = self.busy.lock().unwrap();
            busy.0 += 1;
            busy.2 += 1;
            busy.1 = busy.1.max(busy.0);
        }
        let answer = self.answer(letter, brink).await;
        self.busy.lock().unwrap().0 -= 1;
        answer
    }
}

/// Links that say what they are for.
pub(crate) struct Links;

impl LetterLinks for Links {
    fn unsubscribe(&self, _user: UserId, provider: Option<&ProviderId>) -> Option<String> {
        let of = provider.map_or("all", ProviderId::as_str);
        Some(format!("https://bell.firm.ru/off/{of}"))
    }

    fn inbox(&self, _user: UserId) -> Option<String> {
        Some("https://bell.firm.ru/".to_owned())
    }
}

/// A failure that may pass.
pub(crate) fn later(after: Option<Duration>) -> PostError {
    PostError::Later {
        reason: "450 busy".to_owned(),
        after,
    }
}
