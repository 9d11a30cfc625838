//! Calls: to whom a client called, until somebody calls back.
//!
//! Decisions where RULES leave room: a missed call rings; an answered one is listed in silence,
//! since whoever was called has just talked. A call whose note cannot be read rings as a call.
//! Whom a note names was called, also where he does not use the centre: then nobody is told.
//! A call to a deal is one to its contacts.

use super::happened::{Happened, Happening, Scene, Stamp};
use super::{About, News, Say};
use crate::model::{CrmUserId, Entity, Note, Seconds};
use dealbell_protocol::ingest::Again;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The provider of every notice about calls (RULES C1).
pub const CALLS: &str = "calls";
/// A call nobody returns is forgotten after so many seconds.
const FORGET: Seconds = 90 * 86_400;

/// A call that was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownCall {
    /// When.
    pub stamp: Stamp,
    /// The card it came to.
    pub card: Entity,
    /// Who was told.
    pub to: CrmUserId,
    /// The number, as the telephony wrote it; may be empty.
    pub phone: String,
    /// How it ended.
    pub end: CallEnd,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallEnd {
    /// Nobody took it.
    Missed,
    /// Somebody talked, for so many seconds.
    Answered(u64),
    /// Its note tells nothing.
    Unknown,
}

/// Notes by number, read after the events that name them.
pub type Notes = BTreeMap<u64, Note>;
/// Calls that nobody has returned, by [`KnownCall::name`].
pub type Calls = BTreeMap<String, KnownCall>;

impl KnownCall {
    /// Names the call: its event's id.
    pub fn name(&self) -> &str {
        &self.stamp.id
    }

    /// The subject of what is said about it.
    pub fn subject(&self) -> String {
        format!("call:{}", self.stamp.id)
    }
}

impl CallEnd {
    /// How a note says it ended: 3 absent, 6 nobody answered, 7 busy.
    pub fn of(note: Option<&Note>) -> Self {
        match note.map(|note| &note.params) {
            None => Self::Unknown,
            Some(params) if matches!(params.call_status, 3 | 6 | 7) => Self::Missed,
            Some(params) if params.duration == 0 => Self::Missed,
            Some(params) => Self::Answered(params.duration),
        }
    }
}

/// What follows from the events of one step, oldest first.
pub fn calls(
    known: &Calls,
    events: &[Happened],
    notes: &Notes,
    scene: &Scene,
) -> (Vec<Say>, BTreeMap<String, Option<KnownCall>>) {
    let mut says = Vec::new();
    let mut changed: BTreeMap<String, Option<KnownCall>> = BTreeMap::new();
    for (name, call) in known {
        let returned = events
            .iter()
            .any(|event| event.fresh && returns(event, call, scene));
        if returned {
            says.push(call.take_back());
        }
        if returned || call.stamp.at <= scene.now - FORGET {
            changed.insert(name.clone(), None);
        }
    }
    for event in events.iter().filter(|event| event.fresh) {
        let Happening::CallIn(note) = event.what else {
            continue;
        };
        let Some(call) = incoming(event, notes.get(&note), scene) else {
            continue;
        };
        let returned = events.iter().any(|later| returns(later, &call, scene));
        if returned || known.contains_key(call.name()) {
            continue;
        }
        says.extend(call.tell(scene));
        changed.insert(call.name().to_owned(), Some(call));
    }
    (says, changed)
}

impl KnownCall {
    fn tell(&self, scene: &Scene) -> Option<Say> {
        Some(Say::News(Box::new(News {
            user: scene.user(self.to)?,
            key: self.subject(),
            about: About::Call(self.clone()),
            again: Again::Any,
            silent: matches!(self.end, CallEnd::Answered(_)),
        })))
    }

    fn take_back(&self) -> Say {
        Say::TakeBack {
            user: None,
            provider: CALLS,
            subject: self.subject(),
            kinds: Vec::new(),
        }
    }
}

/// The call an event tells of, where somebody of ours was called or looks after the card.
fn incoming(event: &Happened, note: Option<&Note>, scene: &Scene) -> Option<KnownCall> {
    let called = note.map(|note| [note.responsible_user_id, note.params.call_responsible]);
    let called = called.into_iter().flatten().find(|&id| id != 0);
    let to = called.or_else(|| scene.responsible(event.card));
    let to = to.filter(|id| scene.people.contains_key(id))?;
    Some(KnownCall {
        stamp: event.stamp.clone(),
        card: event.card,
        to,
        phone: note
            .map(|note| note.params.phone.clone())
            .unwrap_or_default(),
        end: CallEnd::of(note),
    })
}

/// Whether `event` is a call back.
fn returns(event: &Happened, call: &KnownCall, scene: &Scene) -> bool {
    let is_call = match event.what {
        Happening::CallOut => true,
        Happening::MessageIn(_)
        | Happening::MessageOut(_)
        | Happening::CallIn(_)
        | Happening::Responsible { .. }
        | Happening::LeadAdded => false,
    };
    is_call && event.stamp > call.stamp && scene.akin(event.card, call.card)
}
