//! What every request, control and act of the sales floor works on: the books behind one lock.

mod conversations;
mod deals;
mod requests;

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::account::User;
use crate::books::{Books, Changes, NewTask, Refusal, Task};
use crate::clock::Clock;
use crate::oauth::{Exchange, Grants, Integration, Pair, Refused};
use crate::rate::Rate;
use crate::token::Claims;

/// The running account.
#[derive(Debug)]
pub(crate) struct Office {
    users: Vec<User>,
    clock: Clock,
    /// Requests a second and token; `None` for no limit.
    rate_limit: Option<u32>,
    desk: Mutex<Desk>,
}

/// What changes while it runs.
#[derive(Debug, Default)]
struct Desk {
    books: Books,
    rate: Rate,
    revoked: HashSet<u64>,
    trouble: Option<u16>,
    served: u64,
    grants: Grants,
    lose_next_token_answer: bool,
    /// The account's host once it has moved, and those it had before.
    home: Option<String>,
    left: HashSet<String>,
}

/// What becomes of a request before anybody looks at what it asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Admission {
    Welcome,
    TooMany,
    Trouble(u16),
}

impl Office {
    pub(crate) fn new(
        users: Vec<User>,
        clock: Clock,
        rate_limit: Option<u32>,
        integrations: Vec<Integration>,
    ) -> Self {
        let ids: Vec<u64> = users.iter().map(|user| user.id).collect();
        let desk = Desk {
            books: Books::opened(&ids),
            grants: Grants::new(integrations),
            ..Desk::default()
        };
        Self {
            users,
            clock,
            rate_limit,
            desk: Mutex::new(desk),
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

    /// Whose token this is, unless it was revoked.
    pub(crate) fn holder(&self, token: &str) -> Option<&User> {
        let desk = self.desk();
        match self.users.iter().find(|user| user.token == token) {
            Some(user) => (!desk.revoked.contains(&user.id)).then_some(user),
            None => self.user(desk.grants.holder(token, self.now())?),
        }
    }

    /// Counts a request of `user` in.
    pub(crate) fn admit(&self, user: u64) -> Admission {
        let mut desk = self.desk();
        desk.served += 1;
        if let Some(status) = desk.trouble {
            return Admission::Trouble(status);
        }
        match self.rate_limit {
            Some(limit) if !desk.rate.admit(user, limit, self.clock.millis()) => Admission::TooMany,
            Some(_) | None => Admission::Welcome,
        }
    }

    pub(crate) fn served(&self) -> u64 {
        self.desk().served
    }

    pub(crate) fn set_trouble(&self, status: Option<u16>) {
        self.desk().trouble = status;
    }

    /// Ends the long-lived tokens of `user`.
    pub(crate) fn revoke(&self, user: u64) {
        let mut desk = self.desk();
        desk.revoked.insert(user);
        desk.grants.revoke_long_lived(user);
    }

    pub(crate) fn integration(&self, id: &str) -> Option<Integration> {
        self.desk().grants.integration(id).cloned()
    }

    pub(crate) fn issue_code(&self, user: u64, integration: &str) -> String {
        self.desk().grants.issue_code(user, integration, self.now())
    }

    /// A token of `user` that is good until `expires_at`, Unix seconds.
    pub(crate) fn issue_long_lived(&self, user: u64, host: &str, expires_at: i64) -> String {
        let claims = Claims {
            user,
            integration: "",
            host,
            issued_at: self.now(),
            expires_at,
        };
        self.desk().grants.issue_long_lived(&claims)
    }

    pub(crate) fn exchange(&self, asked: &Exchange, host: &str) -> Result<Pair, Refused> {
        self.desk().grants.exchange(asked, host, self.now())
    }

    pub(crate) fn is_live_refresh(&self, token: &str) -> bool {
        self.desk().grants.is_live_refresh(token, self.now())
    }

    pub(crate) fn rotations(&self) -> u64 {
        self.desk().grants.rotations()
    }

    pub(crate) fn revoke_grant(&self, user: u64) {
        self.desk().grants.revoke(user);
    }

    pub(crate) fn expire_access(&self, user: u64) {
        self.desk().grants.expire_access(user);
    }

    pub(crate) fn lose_next_token_answer(&self) {
        self.desk().lose_next_token_answer = true;
    }

    /// Whether the answer being made is the one to lose; true once per wish.
    pub(crate) fn loses_this_token_answer(&self) -> bool {
        std::mem::take(&mut self.desk().lose_next_token_answer)
    }

    /// From now on the account lives at `host` and no longer at `former`.
    pub(crate) fn move_to(&self, former: String, host: String) {
        let mut desk = self.desk();
        desk.left.remove(&host);
        desk.left.insert(former);
        desk.home = Some(host);
    }

    /// The account's host, if it ever moved.
    pub(crate) fn home(&self) -> Option<String> {
        self.desk().home.clone()
    }

    /// Whether the account lived at `host` once and no longer does.
    pub(crate) fn has_left(&self, host: &str) -> bool {
        self.desk().left.contains(host)
    }

    /// Sets a task as `by` (0 a robot) at `at`, Unix seconds.
    pub(crate) fn create(&self, by: u64, new: NewTask, at: i64) -> Result<u64, Refusal> {
        self.known_actor(by)?;
        self.known_user(new.responsible)?;
        self.desk().books.create(by, new, at)
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
        self.desk().books.change(by, id, changes, at)
    }

    /// Deletes a task as `by` (0 a robot) at `at`, Unix seconds.
    pub(crate) fn delete(&self, by: u64, id: u64, at: i64) -> Result<(), Refusal> {
        self.known_actor(by)?;
        self.desk().books.delete(by, id, at).map(|_| ())
    }

    /// The task, if there is one.
    pub(crate) fn task(&self, id: u64) -> Option<Task> {
        self.desk().books.task(id).cloned()
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
