//! The controls of chats, short messages and calls.

use super::Sandbox;
use crate::books::{Entity, Note, Refusal, Talk};

impl Sandbox {
    /// A customer writes in a messenger (`telegram`, `whatsapp`, …) about a deal, or on his own
    /// card. Returns the message's id.
    ///
    /// # Errors
    /// [`Refusal`] when the contact or card does not exist.
    pub fn message_in(
        &self,
        from: u64,
        on: Entity,
        service: &str,
        text: &str,
    ) -> Result<String, Refusal> {
        let now = self.office.now();
        let message = self.office.message_in(from, on, service, text, now)?;
        Ok(message.id)
    }

    /// Somebody answers in the talk about this card that was last written in. Returns the
    /// message's id.
    ///
    /// # Errors
    /// [`Refusal`] when the user does not exist or nobody has written about the card.
    pub fn message_out(&self, by: u64, on: Entity, text: &str) -> Result<String, Refusal> {
        let now = self.office.now();
        let message = self.office.message_out(by, on, text, now)?;
        Ok(message.id)
    }

    /// A customer sends a short message. Returns the note's id.
    ///
    /// # Errors
    /// [`Refusal`] when the contact or card does not exist.
    pub fn sms_in(&self, from: u64, on: Entity, text: &str) -> Result<u64, Refusal> {
        self.office.sms_in(from, on, text, self.office.now())
    }

    /// Somebody sends a short message to a person, or to a deal's main one. Returns the note's id.
    ///
    /// # Errors
    /// [`Refusal`] when the user or card does not exist.
    pub fn sms_out(&self, by: u64, on: Entity, text: &str) -> Result<u64, Refusal> {
        self.office.sms_out(by, on, text, self.office.now())
    }

    /// A customer has called a user, or nobody in particular; a call nobody answered has no
    /// duration (seconds). Returns the note's id.
    ///
    /// # Errors
    /// [`Refusal`] when the contact or user does not exist.
    pub fn call_in(
        &self,
        from: u64,
        called: Option<u64>,
        answered: bool,
        duration: u64,
    ) -> Result<u64, Refusal> {
        let now = self.office.now();
        self.office.call_in(from, called, answered, duration, now)
    }

    /// Somebody has called a customer and talked for a minute. Returns the note's id.
    ///
    /// # Errors
    /// [`Refusal`] when the user or contact does not exist.
    pub fn call_out(&self, by: u64, to: u64) -> Result<u64, Refusal> {
        let now = self.office.now();
        self.office.call_out(by, to, true, 60, now)
    }

    /// Every talk as it is now, by id.
    #[must_use]
    pub fn talks(&self) -> Vec<Talk> {
        self.office.read(|books| books.talks().cloned().collect())
    }

    /// Every note of a call or short message, by id.
    #[must_use]
    pub fn notes(&self) -> Vec<Note> {
        self.office.read(|books| books.notes().cloned().collect())
    }
}
