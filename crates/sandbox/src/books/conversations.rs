//! Chats with customers: a talk for each person, card and messenger, and its messages.

use std::collections::{BTreeMap, HashMap};

use super::{Books, Entity, Refusal};
use crate::events::{Happening, MessageRef, Subject};

/// A conversation. Times are Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Talk {
    /// The talk's id in the account.
    pub id: u64,
    /// The chat's id in the messenger service.
    pub chat_id: String,
    /// Who writes.
    pub contact: u64,
    /// The deal or person it is about.
    pub on: Entity,
    /// The messenger: `telegram`, `whatsapp`, …
    pub origin: String,
    /// Whether it is still going on.
    pub is_in_work: bool,
    /// Whether everything that came has been read.
    pub is_read: bool,
    /// When it began.
    pub created_at: i64,
    /// When somebody last wrote.
    pub updated_at: i64,
}

/// A chat message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    /// A UUID.
    pub(crate) id: String,
    /// The talk it belongs to, as it was then.
    pub(crate) talk: Talk,
    /// Whether the talk began with it.
    pub(crate) is_first: bool,
    /// Who answered; `None` is the customer.
    pub(crate) author: Option<u64>,
    /// The customer's name.
    pub(crate) contact_name: String,
    /// What was written; nothing but a hook tells it.
    pub(crate) text: String,
    /// When it was written, Unix seconds.
    pub(crate) created_at: i64,
}

/// Every talk, by id and by who writes about what where.
#[derive(Debug, Default)]
pub(super) struct Conversations {
    talks: BTreeMap<u64, Talk>,
    places: HashMap<(u64, Entity, String), u64>,
    latest: HashMap<Entity, u64>,
}

const FIRST_TALK: u64 = 1_200;

impl Books {
    /// A customer writes about a deal or to us at all.
    ///
    /// # Errors
    /// [`Refusal::NoSuchEntity`].
    pub(crate) fn message_in(
        &mut self,
        from: u64,
        on: Entity,
        origin: &str,
        text: &str,
        now: i64,
    ) -> Result<Message, Refusal> {
        let contact_name = self.known(Entity::contact(from))?.name.clone();
        self.known(on)?;
        let key = (from, on, origin.to_owned());
        let known = self.conversations.places.get(&key).copied();
        let id = known.unwrap_or_else(|| self.open_talk(key, now));
        let message = Message {
            id: self.next_uuid(),
            talk: self.touch(id, false, now)?,
            is_first: known.is_none(),
            author: None,
            contact_name,
            text: text.to_owned(),
            created_at: now,
        };
        let happening = Happening::MessageCame(reference(&message));
        self.record(happening, Subject::Card(on), 0, now);
        Ok(message)
    }

    /// Somebody answers in the talk about this card that was last written in.
    ///
    /// # Errors
    /// [`Refusal::NoTalk`] where there is none.
    pub(crate) fn message_out(
        &mut self,
        by: u64,
        on: Entity,
        text: &str,
        now: i64,
    ) -> Result<Message, Refusal> {
        let id = self.conversations.latest.get(&on).copied();
        let talk = self.touch(id.ok_or(Refusal::NoTalk(on))?, true, now)?;
        let contact = self.card(Entity::contact(talk.contact));
        let message = Message {
            contact_name: contact.map_or_else(String::new, |card| card.name.clone()),
            id: self.next_uuid(),
            talk,
            is_first: false,
            author: Some(by),
            text: text.to_owned(),
            created_at: now,
        };
        let happening = Happening::MessageWent(reference(&message));
        self.record(happening, Subject::Card(on), by, now);
        Ok(message)
    }

    /// Ends a talk until the customer writes again.
    ///
    /// # Errors
    /// [`Refusal::NoSuchTalk`].
    pub(crate) fn close_talk(&mut self, id: u64, now: i64) -> Result<(), Refusal> {
        let talk = self.conversations.talks.get_mut(&id);
        let talk = talk.ok_or(Refusal::NoSuchTalk(id))?;
        (talk.is_in_work, talk.is_read, talk.updated_at) = (false, true, now);
        Ok(())
    }

    /// The talk with this id.
    pub(crate) fn talk(&self, id: u64) -> Option<&Talk> {
        self.conversations.talks.get(&id)
    }

    /// Every talk, by id.
    pub(crate) fn talks(&self) -> impl Iterator<Item = &Talk> {
        self.conversations.talks.values()
    }

    fn open_talk(&mut self, key: (u64, Entity, String), now: i64) -> u64 {
        let id = FIRST_TALK + self.next_serial();
        let (contact, on, origin) = key.clone();
        let talk = Talk {
            id,
            chat_id: self.next_uuid(),
            contact,
            on,
            origin,
            is_in_work: true,
            is_read: false,
            created_at: now,
            updated_at: now,
        };
        self.conversations.talks.insert(id, talk);
        self.conversations.places.insert(key, id);
        id
    }

    fn touch(&mut self, id: u64, is_read: bool, now: i64) -> Result<Talk, Refusal> {
        let talk = self.conversations.talks.get_mut(&id);
        let talk = talk.ok_or(Refusal::NoSuchTalk(id))?;
        (talk.is_in_work, talk.is_read, talk.updated_at) = (true, is_read, now);
        self.conversations.latest.insert(talk.on, id);
        Ok(talk.clone())
    }
}

fn reference(message: &Message) -> MessageRef {
    MessageRef {
        id: message.id.clone(),
        origin: message.talk.origin.clone(),
        talk: message.talk.id,
    }
}
