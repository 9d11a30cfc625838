//! What every request, control and act of the sales floor works on: the books behind one lock.

mod access;
mod conversations;
mod deals;
mod faults;
mod hooks;
mod people;
mod requests;

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::account::User;
use crate::books::{Books, Changes, NewTask, Refusal, Task};
use crate::clock::Clock;
use crate::faults::Faults;
use crate::hooks::{Announcement, Hooks};
use crate::oauth::Grants;
use crate::rate::Rate;
use crate::rights::Member;
use crate::sandbox::Config;

/// The running account.
#[derive(Debug)]
pub(crate) struct Office {
    users: Vec<User>,
    clock: Clock,
    /// Requests a second and token; `None` for no limit.
    rate_limit: Option<u32>,
    desk: Mutex<Desk>,
    hooks: Mutex<Hooks>,
    /// Rings when there is something to tell a hook.
    letters: Notify,
    /// Rings after each attempt to tell one.
    settled: Notify,
}

/// What changes while it runs.
#[derive(Debug, Default)]
struct Desk {
    books: Books,
    members: Vec<Member>,
    rate: Rate,
    revoked: HashSet<u64>,
    faults: Faults,
    /// The fault of `fail_with`.
    failing: Option<u64>,
    served: u64,
    grants: Grants,
    lose_next_token_answer: bool,
    /// The account's host, and those it had before.
    home: String,
    left: HashSet<String>,
    /// Whether the account's plan has webhooks.
    has_hooks: bool,
}

impl Office {
    /// The account of these people at `host`.
    pub(crate) fn new(users: Vec<User>, host: String, config: &Config) -> Self {
        let ids: Vec<u64> = users.iter().map(|user| user.id).collect();
        let desk = Desk {
            books: Books::opened(&ids),
            members: users.iter().map(Member::of).collect(),
            grants: Grants::new(config.integrations.clone()),
            home: host,
            has_hooks: true,
            ..Desk::default()
        };
        Self {
            users,
            clock: config.clock.clone(),
            rate_limit: config.rate_limit,
            desk: Mutex::new(desk),
            hooks: Mutex::default(),
            letters: Notify::new(),
            settled: Notify::new(),
        }
    }

    /// The account's time in whole Unix seconds.
    pub(crate) fn now(&self) -> i64 {
        self.clock.seconds()
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    pub(crate) fn users(&self) -> &[User] {
        &self.users
    }

    pub(crate) fn user(&self, id: u64) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    /// Whose token this is, unless it is over or he was switched off.
    pub(crate) fn holder(&self, token: &str) -> Option<Member> {
        let desk = self.desk();
        let id = match self.users.iter().find(|user| user.token == token) {
            Some(user) => (!desk.revoked.contains(&user.id)).then_some(user.id),
            None => desk.grants.holder(token, self.now()),
        }?;
        let mut members = desk.members.iter();
        members
            .find(|member| member.user.id == id && member.is_active)
            .cloned()
    }

    /// Whether `user` may make one more request within the limit.
    pub(crate) fn admits(&self, user: u64) -> bool {
        let now = self.clock.millis();
        self.rate_limit
            .is_none_or(|limit| self.desk().rate.admit(user, limit, now))
    }

    pub(crate) fn served(&self) -> u64 {
        self.desk().served
    }

    /// Ends the long-lived tokens of `user`.
    pub(crate) fn revoke(&self, user: u64) {
        let mut desk = self.desk();
        desk.revoked.insert(user);
        desk.grants.revoke_long_lived(user);
    }

    /// Sets a task as `by` (0 a robot) at `at`, Unix seconds.
    pub(crate) fn create(&self, by: u64, new: NewTask, at: i64) -> Result<u64, Refusal> {
        self.known_actor(by)?;
        self.known_user(new.responsible)?;
        let id = self.desk().books.create(by, new, at)?;
        if let Some(task) = self.task(id) {
            self.announce(Announcement::of_task("add", &task));
        }
        Ok(id)
    }

    /// Changes a task as `by` (0 a robot) at `at`, Unix seconds.
    pub(crate) fn change(
        &self,
        by: u64,
        id: u64,
        changes: Changes,
        at: i64,
    ) -> Result<Task, Refusal> {
        self.known_actor(by)?;
        if let Some(responsible) = changes.responsible {
            self.known_user(responsible)?;
        }
        let before = self.task(id).ok_or(Refusal::NoSuchTask(id))?;
        let after = self.desk().books.change(by, id, changes, at)?;
        self.announce_change(&before, &after);
        Ok(after)
    }

    /// Deletes a task as `by` (0 a robot) at `at`, Unix seconds.
    pub(crate) fn delete(&self, by: u64, id: u64, at: i64) -> Result<(), Refusal> {
        self.known_actor(by)?;
        self.desk().books.delete(by, id, at)?;
        self.announce(Announcement::new("task", "delete").with("id", id));
        Ok(())
    }

    /// The task, if there is one.
    pub(crate) fn task(&self, id: u64) -> Option<Task> {
        self.desk().books.task(id).cloned()
    }

    pub(crate) fn has_hooks(&self) -> bool {
        self.desk().has_hooks
    }

    pub(crate) fn allow_hooks(&self, allowed: bool) {
        self.desk().has_hooks = allowed;
    }

    /// Reads the books under the lock.
    pub(crate) fn read<T>(&self, reader: impl FnOnce(&Books) -> T) -> T {
        reader(&self.desk().books)
    }

    fn known_actor(&self, by: u64) -> Result<(), Refusal> {
        if by == 0 { Ok(()) } else { self.known_user(by) }
    }

    fn known_user(&self, id: u64) -> Result<(), Refusal> {
        self.user(id).map(|_| ()).ok_or(Refusal::NoSuchUser(id))
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        // Every change under the lock is whole before anything in it can panic.
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
