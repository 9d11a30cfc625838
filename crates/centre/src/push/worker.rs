//! The one who pushes. It sleeps until a commit or the clock gives it something to do.

use super::{
    Pushing,
    lease::{self, Around, Busy, Round, Taken},
    outcome,
};
use crate::{
    Centre,
    rounds::{STORAGE, Wait},
};
use dealbell_protocol::{
    UserId,
    courier::{Courier, CourierError},
    push::PushTrouble,
};
use std::{
    collections::HashMap,
    pin::pin,
    sync::{Arc, atomic::Ordering::SeqCst},
    time::Duration,
};
use tokio::task::JoinSet;

/// How often an outcome is tried to be recorded.
const RECORDS: u32 = 5;
/// How long a try may take. Shorter than the lease.
const TRY: Duration = Duration::from_secs(60);
/// How long pushes that are being sent may take at the end.
const LEAVE: Duration = Duration::from_secs(10);

impl Centre {
    /// Pushes to browsers and phones until `shutdown`, by whom [`Centre::push_by`] named. Several
    /// processes may do so at once: none pushes what another does. Without
    /// [`dealbell_protocol::Channel::Browser`] or `Mobile` in [`crate::Options::deliverable`] there is
    /// nothing to push.
    pub async fn push(&self, pushing: Pushing, shutdown: impl Future<Output = ()> + Send) {
        let Some(courier) = self.courier().cloned() else {
            tracing::error!("nobody brings pushes: there are none");
            return;
        };
        let mut worker = Worker {
            centre: self.clone(),
            courier,
            pushing,
            tries: JoinSet::new(),
            busy: HashMap::new(),
        };
        Box::pin(worker.run(shutdown)).await;
    }
}

struct Worker {
    centre: Centre,
    courier: Arc<dyn Courier>,
    pushing: Pushing,
    tries: JoinSet<()>,
    /// Which push service each try asks, and for whom.
    busy: HashMap<tokio::task::Id, (String, UserId)>,
}

impl Worker {
    async fn run(&mut self, shutdown: impl Future<Output = ()> + Send) {
        let mut shutdown = pin!(shutdown);
        let mut news = self.centre.hub().pushes();
        loop {
            news.mark_unchanged();
            let wait = self.look().await;
            let clock = self.centre.inner.clock.clone();
            tokio::select! {
                biased;
                () = &mut shutdown => break,
                Some(ended) = self.tries.join_next_with_id() => self.ended(ended),
                // The sender lives as long as the centre.
                _ = news.changed(), if wait.for_news => {}
                () = clock.sleep(wait.at_most) => {}
            }
        }
        self.leave().await;
    }

    /// Takes what is due; says how long there is nothing more to do.
    async fn look(&mut self) -> Wait {
        let most = self.pushing.at_once.saturating_sub(self.tries.len());
        if most == 0 {
            return Wait::FULL;
        }
        let (hub, sealer) = (Arc::clone(self.centre.hub()), self.centre.sealer());
        let Pushing {
            of_service,
            of_user,
            ..
        } = self.pushing;
        let mut busy = Busy::default();
        for (service, user) in self.busy.values() {
            busy.count(service, *user);
        }
        let taken = self.centre.writer().write(move |step| {
            Box::pin(async move {
                let around = Around {
                    hub: &hub,
                    sealer: &sealer,
                    of_service,
                    of_user,
                };
                lease::take(step, around, most, busy).await
            })
        });
        let Round {
            taken,
            dropped,
            next,
        } = match taken.await {
            Ok(round) => round,
            Err(error) => {
                tracing::error!(%error, "what is to be pushed cannot be read, trying again");
                return Wait::FAILED;
            }
        };
        self.centre.inner.pushed.drop_ones(&dropped);
        let full = taken.len() == most;
        for taken in taken {
            let asked = (taken.service.clone(), taken.user);
            let (centre, courier) = (self.centre.clone(), Arc::clone(&self.courier));
            let handle = self.tries.spawn(attempt(centre, courier, taken));
            self.busy.insert(handle.id(), asked);
        }
        if full {
            return Wait::FULL;
        }
        Wait::until(next.map(|next| next - self.centre.now()))
    }

    fn ended(&mut self, ended: Result<(tokio::task::Id, ()), tokio::task::JoinError>) {
        let id = match ended {
            Ok((id, ())) => id,
            Err(error) => {
                tracing::error!(%error, "a push broke off");
                error.id()
            }
        };
        self.busy.remove(&id);
    }

    async fn leave(&mut self) {
        let clock = self.centre.inner.clock.clone();
        let mut late = pin!(clock.sleep(LEAVE));
        loop {
            tokio::select! {
                biased;
                ended = self.tries.join_next_with_id() => match ended {
                    Some(ended) => self.ended(ended),
                    None => return,
                },
                () = &mut late => break,
            }
        }
        let left = self.tries.len();
        tracing::warn!(left, "pushes were still being sent: they may be sent again");
        self.tries.shutdown().await;
    }
}

/// One try of one push, to the record of what became of it.
async fn attempt(centre: Centre, courier: Arc<dyn Courier>, taken: Taken) {
    let result = tokio::select! {
        biased;
        result = courier.bring(&taken.parcel) => result,
        () = centre.inner.clock.sleep(TRY) => Err(CourierError::Later {
            trouble: PushTrouble::Unreachable,
            reason: "the push service did not answer in time".to_owned(),
            after: None,
        }),
    };
    let tally = &centre.inner.pushed;
    match &result {
        Ok(()) => tally.sent.fetch_add(1, SeqCst),
        Err(error) => {
            let subscription = &taken.lease.subscription;
            let service = &taken.service;
            match error {
                CourierError::Refused { .. } => {
                    tracing::warn!(subscription, service, %error, "a push is refused");
                }
                CourierError::Gone | CourierError::TooLong | CourierError::Later { .. } => {
                    tracing::info!(subscription, service, %error, "a push was not taken");
                }
            }
            tally.failed.fetch_add(1, SeqCst)
        }
    };
    recorded(&centre, taken, result).await;
}

/// Records what became of a push. Where that cannot be, the lease runs out.
async fn recorded(centre: &Centre, taken: Taken, result: Result<(), CourierError>) {
    let chance = rand::random_range(0.0..1.0);
    for _ in 0..RECORDS {
        let (push, result) = (taken.clone(), result.clone());
        let written = centre.writer().write(move |step| {
            Box::pin(async move {
                match result {
                    Ok(()) => outcome::sent(step, &push).await.map(|()| Vec::new()),
                    Err(error) => outcome::failed(step, &push, &error, chance).await,
                }
            })
        });
        match written.await {
            Ok(dropped) => return centre.inner.pushed.drop_ones(&dropped),
            Err(error) => {
                let subscription = &taken.lease.subscription;
                tracing::error!(subscription, %error, "what became of a push could not be recorded");
                centre.inner.clock.sleep(STORAGE).await;
            }
        }
    }
}
