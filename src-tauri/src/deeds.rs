//! Deeds done from toasts: each is answered by a toast, and can be taken back from there.

use crate::bell::{self, Look};
use dealbell_inbox::{DeedFailure, Inbox, InboxError, ToastView};
use dealbell_protocol::act::Deed;
use dealbell_protocol::{Notification, NotificationId};
use dealbell_toasts::ToastBackend;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Deeds that are remembered; the answers to older ones have left the screen.
const REMEMBERED: usize = 20;

/// The deeds of this run. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Deeds {
    done: Arc<Mutex<Done>>,
}

#[derive(Default)]
struct Done {
    /// Numbers them.
    count: u64,
    /// What each was about, the newest last.
    tasks: VecDeque<(u64, Notification)>,
}

/// Whose deed it is, and where its answer comes up.
pub(crate) struct Asker {
    /// The account's inbox.
    pub(crate) inbox: Inbox,
    /// Shows the answer.
    pub(crate) screen: Arc<dyn ToastBackend>,
    /// What the answer looks like.
    pub(crate) look: Look,
    /// The account's [`bell::prefix`].
    pub(crate) prefix: String,
}

impl Deeds {
    /// Completes the task that a notification is about, in a task of its own.
    pub(crate) fn complete(&self, asker: Asker, id: NotificationId) {
        let deeds = self.clone();
        tokio::spawn(async move {
            let found = asker.inbox.notification(id).await;
            let Ok(Some(task)) = found else {
                return tracing::warn!("the task of a toast is not known any more");
            };
            let deed = Deed::Complete {
                result: String::new(),
            };
            deeds.perform(asker, task, deed).await;
        });
    }

    /// Takes a deed back, in a task of its own.
    pub(crate) fn undo(&self, asker: Asker, deed: u64) {
        let Some(task) = self.task(deed) else {
            return tracing::warn!("a deed to take back is not known any more");
        };
        let deeds = self.clone();
        tokio::spawn(async move { deeds.perform(asker, task, Deed::Reopen).await });
    }

    /// What a deed was about, while that is remembered.
    pub(crate) fn task(&self, deed: u64) -> Option<Notification> {
        let done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        let known = done.tasks.iter().find(|(number, _)| *number == deed);
        known.map(|(_, task)| task.clone())
    }

    async fn perform(&self, asker: Asker, task: Notification, deed: Deed) {
        let Some(subject) = task.subject.clone() else {
            return;
        };
        let undone = deed == Deed::Reopen;
        // By its notification, which knows the account; that is gone when it is to be taken back.
        let outcome = match undone {
            true => asker.inbox.act_on(&subject, deed).await,
            false => asker.inbox.act(task.id, deed).await,
        };
        // A task that is open again says so itself: its notice comes back.
        if undone && outcome.is_ok() {
            return;
        }
        let number = self.remember(task.clone());
        let view = answer(number, &task, &outcome, &asker);
        bell::confirm(asker.screen, asker.look, asker.prefix, view).await;
    }

    fn remember(&self, task: Notification) -> u64 {
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        done.count += 1;
        let number = done.count;
        if done.tasks.len() == REMEMBERED {
            done.tasks.pop_front();
        }
        done.tasks.push_back((number, task));
        number
    }
}

fn answer(
    number: u64,
    task: &Notification,
    outcome: &Result<(), InboxError>,
    asker: &Asker,
) -> ToastView {
    let manners = asker.inbox.manners();
    let language = *asker.look.speaks.borrow();
    match outcome {
        Ok(()) => ToastView::done(number, task, &manners, language),
        Err(error) => {
            tracing::warn!(%error, "a deed from a toast was not done");
            let why = DeedFailure::of(error);
            ToastView::failed(number, task, why, &manners, language)
        }
    }
}
