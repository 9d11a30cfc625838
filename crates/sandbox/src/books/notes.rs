//! What is noted on a card: calls and short messages, either way.

use super::{Books, Entity, EntityKind, Refusal};
use crate::events::{Happening, Subject};

/// A note as the account keeps it. Users are ids, 0 being a robot; times are Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The note's id.
    pub id: u64,
    /// The card it is on.
    pub on: Entity,
    /// Who did it; 0 for what a customer did.
    pub created_by: u64,
    /// When.
    pub created_at: i64,
    /// Who was called, else who looks after the card.
    pub responsible: u64,
    /// The customer's telephone number.
    pub phone: String,
    pub(crate) body: Body,
}

/// What is noted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Body {
    SmsIn { text: String },
    SmsOut { text: String },
    CallIn(Call),
    CallOut(Call),
}

/// A telephone call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    /// The telephony's own id of it.
    pub(crate) uniq: String,
    /// Whether the two talked.
    pub(crate) answered: bool,
    /// Seconds.
    pub(crate) duration: u64,
    /// Who was called, or calls.
    pub(crate) user: Option<u64>,
}

impl Body {
    /// The API's `note_type`.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::SmsIn { .. } => "sms_in",
            Self::SmsOut { .. } => "sms_out",
            Self::CallIn(_) => "call_in",
            Self::CallOut(_) => "call_out",
        }
    }

    fn happening(&self, note: u64) -> Happening {
        match self {
            Self::SmsIn { .. } => Happening::SmsCame { note },
            Self::SmsOut { .. } => Happening::SmsWent { note },
            Self::CallIn(_) => Happening::CallCame { note },
            Self::CallOut(_) => Happening::CallWent { note },
        }
    }
}

impl Books {
    /// A customer sends a short message about a deal or to us at all.
    ///
    /// # Errors
    /// [`Refusal::NoSuchEntity`].
    pub(crate) fn sms_in(
        &mut self,
        from: u64,
        on: Entity,
        text: &str,
        now: i64,
    ) -> Result<u64, Refusal> {
        let phone = self.phone(Entity::contact(from))?;
        let text = text.to_owned();
        self.note(0, on, None, phone, Body::SmsIn { text }, now)
    }

    /// Somebody sends the person of this card a short message.
    ///
    /// # Errors
    /// [`Refusal::NoSuchEntity`].
    pub(crate) fn sms_out(
        &mut self,
        by: u64,
        on: Entity,
        text: &str,
        now: i64,
    ) -> Result<u64, Refusal> {
        let phone = self.phone(on)?;
        let text = text.to_owned();
        self.note(by, on, None, phone, Body::SmsOut { text }, now)
    }

    /// A customer calls, or a call to one ends; `by` is 0 for the former.
    ///
    /// # Errors
    /// [`Refusal::NoSuchEntity`].
    pub(crate) fn call(
        &mut self,
        by: u64,
        contact: u64,
        user: Option<u64>,
        answered: bool,
        duration: u64,
        now: i64,
    ) -> Result<u64, Refusal> {
        let on = Entity::contact(contact);
        let phone = self.phone(on)?;
        let call = Call {
            uniq: self.next_uuid(),
            answered,
            duration: if answered { duration } else { 0 },
            user,
        };
        let body = if by == 0 {
            Body::CallIn(call)
        } else {
            Body::CallOut(call)
        };
        self.note(by, on, user, phone, body, now)
    }

    /// The note with this id.
    pub(crate) fn noted(&self, id: u64) -> Option<&Note> {
        self.notes.get(&id)
    }

    /// Every note, by id.
    pub(crate) fn notes(&self) -> impl Iterator<Item = &Note> {
        self.notes.values()
    }

    fn note(
        &mut self,
        by: u64,
        on: Entity,
        user: Option<u64>,
        phone: String,
        body: Body,
        now: i64,
    ) -> Result<u64, Refusal> {
        let keeper = self.known(on)?.responsible;
        let id = self.next_note();
        self.record(body.happening(id), Subject::Card(on), by, now);
        let note = Note {
            id,
            on,
            created_by: by,
            created_at: now,
            responsible: user.unwrap_or(keeper),
            phone,
            body,
        };
        self.notes.insert(id, note);
        Ok(id)
    }

    /// The number of a person, or of a card's main one.
    fn phone(&self, entity: Entity) -> Result<String, Refusal> {
        let card = self.known(entity)?;
        let person = match entity.kind {
            EntityKind::Contacts => Some(card),
            EntityKind::Leads | EntityKind::Companies | EntityKind::Customers => {
                let main = card.contacts.first();
                main.and_then(|&id| self.card(Entity::contact(id)))
            }
        };
        let person = person.and_then(|card| card.person.as_ref());
        Ok(person.map_or_else(String::new, |person| person.phone.clone()))
    }
}
