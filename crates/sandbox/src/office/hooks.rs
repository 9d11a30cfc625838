//! The account tells its hooks what changes.

use std::sync::{MutexGuard, PoisonError};

use super::Office;
use crate::books::Task;
use crate::hooks::{Announcement, Hook, HookDelivery, Hooks, Letter};

impl Office {
    /// Tells every hook that subscribed to it; it is sent in the background.
    pub(crate) fn announce(&self, announcement: Announcement) {
        if self.hooks().announce(&announcement) {
            self.letters.notify_one();
        }
    }

    /// Tells of a task changed from `before` to `after`.
    pub(crate) fn announce_change(&self, before: &Task, after: &Task) {
        self.announce(Announcement::of_task("update", after));
        if before.responsible != after.responsible {
            let given = Announcement::of_task("responsible", after);
            self.announce(given.with("old_responsible_user_id", before.responsible));
        }
    }

    pub(crate) fn list_hooks(&self) -> Vec<Hook> {
        self.hooks().list().to_vec()
    }

    pub(crate) fn hook_log(&self) -> Vec<HookDelivery> {
        self.hooks().log().to_vec()
    }

    pub(crate) fn subscribe(
        &self,
        by: u64,
        destination: &str,
        settings: Vec<String>,
        sort: Option<i64>,
    ) -> Hook {
        let now = self.now();
        self.hooks().subscribe(by, destination, settings, sort, now)
    }

    pub(crate) fn unsubscribe(&self, destination: &str) -> bool {
        let known = self.hooks().unsubscribe(destination);
        self.settled.notify_waiters();
        known
    }

    pub(crate) fn take_due_letters(&self) -> Vec<Letter> {
        let (host, now) = (self.home(), self.now());
        self.hooks().take_due(&host, now)
    }

    pub(crate) fn has_waiting_letters(&self) -> bool {
        self.hooks().has_waiting()
    }

    pub(crate) fn letter_delivered(&self, letter: Letter, status: Option<u16>) {
        let now = self.now();
        self.hooks().delivered(letter, status, now);
        self.settled.notify_waiters();
    }

    /// Until something new is to be sent.
    pub(crate) async fn letters_announced(&self) {
        self.letters.notified().await;
    }

    /// Until nothing is on its way, or due by the account's clock.
    pub(crate) async fn hooks_settled(&self) {
        loop {
            let next = self.settled.notified();
            let mut next = std::pin::pin!(next);
            // From here on no delivery goes unnoticed.
            next.as_mut().enable();
            let now = self.now();
            if self.hooks().is_settled(now) {
                return;
            }
            next.await;
        }
    }

    fn hooks(&self) -> MutexGuard<'_, Hooks> {
        self.hooks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
