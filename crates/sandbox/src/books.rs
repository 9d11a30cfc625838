//! The account's books: cards, tasks, conversations, requests, and the events that record what was
//! done to them. Time comes in as an argument.

mod card;
mod cards;
mod conversations;
mod entity;
mod journal;
mod notes;
mod pipelines;
mod requests;
mod tasks;

pub use card::{Card, Deal, NewLead, Person};
pub(crate) use card::{CardChanges, NewCard};
pub(crate) use conversations::Message;
pub use conversations::Talk;
pub use entity::{Entity, EntityKind};
pub use notes::Note;
pub(crate) use notes::{Body, Call};
pub use pipelines::{LOST, MAIN_PIPELINE, SECOND_PIPELINE, WON};
pub(crate) use pipelines::{PIPELINES, Pipeline, Status, pipeline};
pub use requests::{Category, Metadata, NewRequest, Outcome, Request};
pub(crate) use tasks::Changes;
pub use tasks::{NewTask, Task};

use std::collections::BTreeMap;

use cards::Cards;
use conversations::Conversations;
use journal::Journal;
use requests::Requests;
use tasks::Tasks;

/// Why the account did not do what it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no such task, or no longer.
    #[error("there is no task {0}")]
    NoSuchTask(u64),
    /// The account has no such user.
    #[error("there is no user {0}")]
    NoSuchUser(u64),
    /// The account has no such card.
    #[error("there is no card {id} among {kind}", id = .0.id, kind = .0.kind.name())]
    NoSuchEntity(Entity),
    /// The account has no such pipeline.
    #[error("there is no pipeline {0}")]
    NoSuchPipeline(u64),
    /// No pipeline has such a status, or not one that a deal can be moved to.
    #[error("there is no status {0} to move a deal to")]
    NoSuchStatus(u64),
    /// Nobody has written about this card, so there is nothing to answer.
    #[error("there is no conversation about card {id} among {kind}", id = .0.id, kind = .0.kind.name())]
    NoTalk(Entity),
    /// There is no such talk.
    #[error("there is no talk {0}")]
    NoSuchTalk(u64),
    /// There is no such incoming request, or somebody has dealt with it.
    #[error("there is no such request among Incoming leads")]
    NoSuchRequest,
    /// Only requests from chats can be linked to a card.
    #[error("only a request from a chat can be linked")]
    NotFromAChat,
}

/// Everything the account knows.
#[derive(Debug, Default)]
pub(crate) struct Books {
    tasks: Tasks,
    cards: Cards,
    conversations: Conversations,
    notes: BTreeMap<u64, Note>,
    requests: Requests,
    journal: Journal,
    serial: u64,
}

const FIRST_NOTE: u64 = 11_900_000;

impl Books {
    /// The books of an account with its cast, each card in the care of one of these users.
    pub(crate) fn opened(users: &[u64]) -> Self {
        Self {
            cards: Cards::of_the_cast(users),
            ..Self::default()
        }
    }

    /// Whether the account has this card.
    pub(crate) fn has(&self, entity: Entity) -> bool {
        self.card(entity).is_some()
    }

    fn known(&self, entity: Entity) -> Result<&Card, Refusal> {
        self.card(entity).ok_or(Refusal::NoSuchEntity(entity))
    }

    fn next_note(&mut self) -> u64 {
        FIRST_NOTE + self.next_serial()
    }

    fn next_serial(&mut self) -> u64 {
        let serial = self.serial;
        self.serial += 1;
        serial
    }

    /// A UUID nobody has had before, the same in every run.
    fn next_uuid(&mut self) -> String {
        let (high, low) = (mixed(self.next_serial()), mixed(self.next_serial()));
        format!(
            "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            (low >> 48) & 0xfff,
            low & 0xffff_ffff_ffff
        )
    }
}

/// Scatters consecutive numbers (the finalizer of splitmix64).
fn mixed(serial: u64) -> u64 {
    let mut z = serial.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
