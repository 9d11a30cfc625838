//! A push service in process: keeps what it takes over. Which addresses it takes is decided by the
//! real sender.

use super::{LONG, office::Virtual};
use async_trait::async_trait;
use dealbell_centre::Time as _;
use dealbell_protocol::{
    Millis,
    courier::{AddressError, Courier, CourierError, Parcel, PushAddress},
    push::PushMessage,
};
use dealbell_push::{Reachable, SenderKey, WebCourier};
use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{sync::watch, time::timeout};

/// What it does with the next push.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    Fail(CourierError),
    /// Never answers, having taken it over or not.
    Hang {
        taken: bool,
    },
}

/// A push that was taken over.
#[derive(Clone, Debug)]
pub(crate) struct Brought {
    pub(crate) at: Millis,
    pub(crate) parcel: Parcel,
    pub(crate) message: PushMessage,
}

pub(crate) struct Booth {
    time: Arc<Virtual>,
    real: WebCourier,
    taken: Mutex<Vec<Brought>>,
    /// What it does next, by endpoint.
    next: Mutex<HashMap<String, VecDeque<Answer>>>,
    asked: Mutex<usize>,
    hung: watch::Sender<usize>,
}

impl Booth {
    pub(crate) fn open(time: &Arc<Virtual>) -> Arc<Self> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let contact = "mailto:it@firm.ru".parse().unwrap();
        let real = WebCourier::new(SenderKey::generate(), contact, Reachable::Public, LONG);
        Arc::new(Self {
            time: Arc::clone(time),
            real: real.unwrap(),
            taken: Mutex::default(),
            next: Mutex::default(),
            asked: Mutex::default(),
            hung: watch::Sender::new(0),
        })
    }

    pub(crate) fn plan(&self, endpoint: &str, answer: Answer) {
        let mut next = self.next.lock().unwrap();
        next.entry(endpoint.to_owned())
            .or_default()
            .push_back(answer);
    }

    pub(crate) fn forget_plans(&self) {
        self.next.lock().unwrap().clear();
        self.hung.send_replace(0);
    }

    /// What was taken over since the last question.
    pub(crate) fn taken(&self) -> Vec<Brought> {
        std::mem::take(&mut *self.taken.lock().unwrap())
    }

    /// How often it was asked to take something.
    pub(crate) fn asked(&self) -> usize {
        *self.asked.lock().unwrap()
    }

    /// Returns when `count` pushes hang.
    pub(crate) async fn hung(&self, count: usize) {
        let mut hung = self.hung.subscribe();
        let wait = timeout(LONG, hung.wait_for(|hung| *hung >= count));
        wait.await.expect("a push hangs in time").unwrap();
    }

    fn take(&self, parcel: &Parcel) {
        self.taken.lock().unwrap().push(Brought {
            at: self.time.now(),
            message: serde_json::from_slice(&parcel.message).unwrap(),
            parcel: parcel.clone(),
        });
    }
}

#[async_trait]
impl Courier for Booth {
    fn key(&self) -> &str {
        self.real.key()
    }

    fn check(&self, to: &PushAddress) -> Result<(), AddressError> {
        self.real.check(to)
    }

    async fn bring(&self, parcel: &Parcel) -> Result<(), CourierError> {
        *self.asked.lock().unwrap() += 1;
        let answer = {
            let mut next = self.next.lock().unwrap();
            let planned = next.get_mut(&parcel.to.endpoint);
            planned.and_then(VecDeque::pop_front)
        };
        tokio::task::yield_now().await;
        match answer {
            Some(Answer::Fail(error)) => return Err(error),
            Some(Answer::Hang { taken }) => {
                if taken {
                    self.take(parcel);
                }
                self.hung.send_modify(|hung| *hung += 1);
                std::future::pending::<()>().await;
            }
            None => self.take(parcel),
        }
        tokio::task::yield_now().await;
        Ok(())
    }
}

/// Trouble that may pass.
pub(crate) fn later(after: Option<Duration>) -> Answer {
    Answer::Fail(CourierError::Later {
        trouble: dealbell_protocol::push::PushTrouble::Busy,
        reason: "the push service answers 503".to_owned(),
        after,
    })
}
