//! What a card holds, and what is said to add or change one.

use super::{Entity, EntityKind, MAIN_PIPELINE};

/// A card as the account keeps it. Users are ids, 0 being a robot; times are Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// What it is, and its id.
    pub entity: Entity,
    /// What it is called.
    pub name: String,
    /// Who looks after it.
    pub responsible: u64,
    /// Who added it.
    pub created_by: u64,
    /// Who touched it last.
    pub updated_by: u64,
    /// When it was added.
    pub created_at: i64,
    /// When it was last touched.
    pub updated_at: i64,
    /// What only a deal has.
    pub deal: Option<Deal>,
    /// What only a person has.
    pub person: Option<Person>,
    /// The people of a deal or company, main one first.
    pub contacts: Vec<u64>,
    /// The company of a deal or person.
    pub company: Option<u64>,
    /// The deals of a person or company.
    pub leads: Vec<u64>,
}

/// What only a deal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deal {
    /// Roubles.
    pub price: u64,
    /// The pipeline it goes through.
    pub pipeline: u64,
    /// How far it has come.
    pub status: u64,
    /// When it was won or lost, Unix seconds.
    pub closed_at: Option<i64>,
}

/// What only a person has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The given name.
    pub first: String,
    /// The surname, empty where nobody asked.
    pub last: String,
    /// The telephone number.
    pub phone: String,
}

/// A deal to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLead {
    /// What it is called.
    pub name: String,
    /// Roubles.
    pub price: u64,
    /// Who looks after it.
    pub responsible: u64,
    /// The pipeline it goes through.
    pub pipeline: u64,
    /// How far it has come; the pipeline's first stage when `None`.
    pub status: Option<u64>,
    /// The person it is made with.
    pub contact: Option<u64>,
    /// The company it is made with.
    pub company: Option<u64>,
}

impl NewLead {
    /// A deal of no price with nobody yet, at the beginning of the main pipeline.
    #[must_use]
    pub fn new(responsible: u64, name: &str) -> Self {
        Self {
            name: name.to_owned(),
            price: 0,
            responsible,
            pipeline: MAIN_PIPELINE,
            status: None,
            contact: None,
            company: None,
        }
    }

    /// The same deal with this person.
    #[must_use]
    pub fn with_contact(mut self, contact: u64) -> Self {
        self.contact = Some(contact);
        self
    }
}

/// A person or company to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewCard {
    pub(crate) kind: EntityKind,
    pub(crate) name: String,
    pub(crate) responsible: u64,
    /// Of a person; empty where nobody asked.
    pub(crate) phone: String,
}

/// What to change about a card; `None` leaves a field as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct CardChanges {
    pub(crate) name: Option<String>,
    pub(crate) responsible: Option<u64>,
    /// A deal's; other cards leave these three alone.
    pub(crate) price: Option<u64>,
    pub(crate) pipeline: Option<u64>,
    pub(crate) status: Option<u64>,
}
