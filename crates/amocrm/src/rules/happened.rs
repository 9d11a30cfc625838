//! What happened in the CRM, as far as the kinds beside tasks are told of it.

use super::People;
use crate::model::{Card, CrmUserId, Entity, EntityType, Event, Seconds};
use dealbell_protocol::UserId;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Every event that is asked for, as the API names them.
pub const EVENTS: [&str; 10] = [
    TASK_DELETED,
    TASK_COMPLETED,
    "incoming_chat_message",
    "outgoing_chat_message",
    "incoming_sms",
    "outgoing_sms",
    "incoming_call",
    "outgoing_call",
    HANDED,
    "lead_added",
];
/// A card or task is somebody else's.
pub const HANDED: &str = "entity_responsible_changed";
/// A task is gone.
pub const TASK_DELETED: &str = "task_deleted";
/// A task is done.
pub const TASK_COMPLETED: &str = "task_completed";

/// When an event happened: by time, and by id within one second.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Stamp {
    /// Unix seconds.
    pub at: Seconds,
    /// The event's id; later ones sort after earlier ones.
    pub id: String,
}

/// One thing that happened to a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    /// When.
    pub stamp: Stamp,
    /// Who did it; 0 is a robot, or nobody of the account.
    pub by: CrmUserId,
    /// The card it happened to.
    pub card: Entity,
    /// What.
    pub what: Happening,
    /// Whether it is met for the first time. Others only show what came after.
    pub fresh: bool,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happening {
    /// A client wrote.
    MessageIn(Written),
    /// Somebody wrote to a client.
    MessageOut(Written),
    /// A client called; the note tells more.
    CallIn(u64),
    /// Somebody called a client.
    CallOut,
    /// A card was given to somebody.
    Responsible {
        /// To whom.
        after: CrmUserId,
    },
    /// A deal was made.
    LeadAdded,
}

/// A chat message or an SMS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Its id; of an SMS that of its note.
    pub message: String,
    /// The conversation; 0 where none is named, as with every SMS.
    pub talk: u64,
    /// The messenger: `telegram`; [`SMS`].
    pub origin: String,
    /// Of an SMS: the note that has its text.
    pub note: Option<u64>,
}

/// The origin of an SMS.
pub const SMS: &str = "sms";

impl Stamp {
    /// An event's.
    pub fn of(event: &Event) -> Self {
        let id = match event.id.is_empty() {
            false => event.id.clone(),
            true => format!("{}:{}:{}", event.kind, event.entity_id, event.value_after),
        };
        Self {
            at: event.created_at,
            id,
        }
    }
}

impl Happened {
    /// What an event tells; none where it is of no concern here.
    pub fn read(event: &Event, fresh: bool) -> Option<Self> {
        let card = event.entity()?;
        let what = match event.kind.as_str() {
            "incoming_chat_message" => Happening::MessageIn(chat(event)?),
            "outgoing_chat_message" => Happening::MessageOut(chat(event)?),
            "incoming_sms" => Happening::MessageIn(sms(event)),
            "outgoing_sms" => Happening::MessageOut(sms(event)),
            "incoming_call" => Happening::CallIn(event.note_id().unwrap_or_default()),
            "outgoing_call" => Happening::CallOut,
            HANDED => Happening::Responsible {
                after: event.responsible_after()?,
            },
            "lead_added" if card.kind == EntityType::Leads => Happening::LeadAdded,
            _ => return None,
        };
        Some(Self {
            stamp: Stamp::of(event),
            by: event.created_by,
            card,
            what,
            fresh,
        })
    }
}

/// A message without parts still is a message: its event names it.
fn chat(event: &Event) -> Option<Written> {
    let message = event.message();
    let id = message.as_ref().map(|message| message.id.clone());
    Some(Written {
        message: id
            .filter(|id| !id.is_empty())
            .unwrap_or_else(|| Stamp::of(event).id),
        talk: message.as_ref().map_or(0, |message| message.talk_id),
        origin: message.map(|message| message.origin).unwrap_or_default(),
        note: None,
    })
}

fn sms(event: &Event) -> Written {
    let note = event.note_id();
    Written {
        message: match note {
            Some(note) => format!("{SMS}:{note}"),
            None => Stamp::of(event).id,
        },
        talk: 0,
        origin: SMS.to_owned(),
        note,
    }
}

/// What the comparison of one step depends on besides the events.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// Who can be told.
    pub people: &'a People,
    /// The cards concerned, read after the events: so their owners are at least as new.
    pub cards: &'a HashMap<Entity, Card>,
    /// The time, Unix seconds.
    pub now: Seconds,
}

impl Scene<'_> {
    pub(super) fn user(&self, id: CrmUserId) -> Option<UserId> {
        self.people.get(&id).copied()
    }

    /// Who looks after a card, as far as it was read.
    pub(super) fn responsible(&self, card: Entity) -> Option<CrmUserId> {
        self.cards.get(&card).map(|card| card.responsible_user_id)
    }

    /// Whether two cards are about the same client: the same one, or a deal and its contact.
    pub(super) fn akin(&self, one: Entity, other: Entity) -> bool {
        one == other || self.is_of(one, other) || self.is_of(other, one)
    }

    fn is_of(&self, deal: Entity, contact: Entity) -> bool {
        deal.kind == EntityType::Leads
            && contact.kind == EntityType::Contacts
            && self
                .cards
                .get(&deal)
                .is_some_and(|card| card.contacts.contains(&contact.id))
    }
}
