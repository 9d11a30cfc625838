//! Incoming leads on behalf of sources and colleagues.

use super::Office;
use crate::books::{Entity, NewRequest, Refusal, Request};

impl Office {
    /// A request comes at `at`, Unix seconds; returns its uid.
    pub(crate) fn add_request(&self, new: NewRequest, at: i64) -> Result<String, Refusal> {
        self.desk().books.add_request(new, at)
    }

    /// `by` (0 a robot) takes a request in for `keeper` at `at`, Unix seconds.
    pub(crate) fn accept_request(
        &self,
        by: u64,
        uid: &str,
        keeper: u64,
        status: Option<u64>,
        at: i64,
    ) -> Result<Request, Refusal> {
        self.known_actor(by)?;
        self.known_user(keeper)?;
        let mut desk = self.desk();
        let request = desk.books.accept_request(by, uid, keeper, status, at)?;
        drop(desk);
        self.announce_new(Entity::contact(request.contact));
        self.announce_new(Entity::lead(request.lead));
        Ok(request)
    }

    /// `by` (0 a robot) throws a request away at `at`, Unix seconds.
    pub(crate) fn decline_request(&self, by: u64, uid: &str, at: i64) -> Result<Request, Refusal> {
        self.known_actor(by)?;
        self.desk().books.decline_request(uid, at)
    }

    /// `by` (0 a robot) adds a request from a chat to a card at `at`, Unix seconds.
    pub(crate) fn link_request(
        &self,
        by: u64,
        uid: &str,
        to: Entity,
        at: i64,
    ) -> Result<Request, Refusal> {
        self.known_actor(by)?;
        self.desk().books.link_request(uid, to, at)
    }
}
