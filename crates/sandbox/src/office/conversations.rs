//! Chats, short messages and calls on behalf of customers and colleagues.

use super::Office;
use crate::books::{Entity, Message, Refusal};

impl Office {
    /// A customer writes at `at`, Unix seconds.
    pub(crate) fn message_in(
        &self,
        from: u64,
        on: Entity,
        origin: &str,
        text: &str,
        at: i64,
    ) -> Result<Message, Refusal> {
        self.desk().books.message_in(from, on, origin, text, at)
    }

    /// Somebody (0 a robot) answers at `at`, Unix seconds.
    pub(crate) fn message_out(
        &self,
        by: u64,
        on: Entity,
        text: &str,
        at: i64,
    ) -> Result<Message, Refusal> {
        self.known_actor(by)?;
        self.desk().books.message_out(by, on, text, at)
    }

    /// Ends a talk at `at`, Unix seconds.
    pub(crate) fn close_talk(&self, id: u64, at: i64) -> Result<(), Refusal> {
        self.desk().books.close_talk(id, at)
    }

    /// A customer sends a short message at `at`, Unix seconds.
    pub(crate) fn sms_in(
        &self,
        from: u64,
        on: Entity,
        text: &str,
        at: i64,
    ) -> Result<u64, Refusal> {
        self.desk().books.sms_in(from, on, text, at)
    }

    /// Somebody (0 a robot) sends one at `at`, Unix seconds.
    pub(crate) fn sms_out(&self, by: u64, on: Entity, text: &str, at: i64) -> Result<u64, Refusal> {
        self.known_actor(by)?;
        self.desk().books.sms_out(by, on, text, at)
    }

    /// A customer has called `called`, or nobody in particular, at `at`, Unix seconds.
    pub(crate) fn call_in(
        &self,
        from: u64,
        called: Option<u64>,
        answered: bool,
        duration: u64,
        at: i64,
    ) -> Result<u64, Refusal> {
        if let Some(called) = called {
            self.known_user(called)?;
        }
        let mut desk = self.desk();
        desk.books.call(0, from, called, answered, duration, at)
    }

    /// Somebody has called a customer at `at`, Unix seconds.
    pub(crate) fn call_out(
        &self,
        by: u64,
        to: u64,
        answered: bool,
        duration: u64,
        at: i64,
    ) -> Result<u64, Refusal> {
        self.known_user(by)?;
        let mut desk = self.desk();
        desk.books.call(by, to, Some(by), answered, duration, at)
    }
}
