//! Chats and SMS: one growing notification per conversation, until somebody answers.
//!
//! Decisions where RULES leave room:
//! - A conversation rings with its first message. What comes within [`QUIET`] seconds of a ring
//!   joins the notification in place; after that it is made anew, so that it moves to the top and
//!   rings again. Whoever has read it meanwhile is rung at once: more has happened.
//! - A message and an answer met in one reading count in the order of their times, and of their
//!   ids within one second. An answer that shows late takes back only what was written before it.
//! - An SMS, or a message whose event names no conversation, belongs to its card; an answer by SMS
//!   answers whatever was written on that card, or on its contact's.
//! - A conversation on a deal is the deal's owner's, also where a message of it comes to the contact.

use super::happened::{Happened, Happening, Scene, Stamp, Written};
use super::{About, News, Say};
use crate::model::{CrmUserId, Entity, EntityType, Seconds};
use dealbell_protocol::ingest::Again;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The provider of every notice about messages (RULES C1).
pub const CHATS: &str = "chats";
/// Messages within so many seconds of a ring join it without another.
pub const QUIET: Seconds = 30;
/// A conversation nobody answers is forgotten after so many seconds.
const FORGET: Seconds = 90 * 86_400;
/// So many messages are remembered one by one.
const RECENT: usize = 20;
/// The longest text remembered, characters.
const LONGEST_TEXT: usize = 4_000;

/// A conversation that waits for an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownChat {
    /// Its number; 0 where it has none and belongs to its card.
    pub talk: u64,
    /// The card it is on.
    pub card: Entity,
    /// Who looks after that card.
    pub owner: CrmUserId,
    /// The messenger.
    pub origin: String,
    /// The unanswered messages that are remembered one by one, oldest first.
    pub recent: Vec<Received>,
    /// How many came before those.
    pub earlier: u32,
    /// What the newest says; empty where nobody has heard it.
    pub text: String,
    /// Who wrote it; empty likewise.
    pub author: String,
    /// When it rang last.
    pub rang_at: Seconds,
}

/// An unanswered message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Received {
    /// When.
    pub stamp: Stamp,
    /// Its id.
    pub message: String,
}

/// What a message says and who wrote it, from a hook or a note.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spoken {
    /// What it says.
    pub text: String,
    /// Who wrote it; may be empty.
    pub author: String,
}

/// Messages heard, by id.
pub type Voices = BTreeMap<String, Spoken>;
/// Conversations that wait, by [`KnownChat::name`].
pub type Chats = BTreeMap<String, KnownChat>;

impl KnownChat {
    /// Names the conversation: `talk-7`, `leads-12`.
    pub fn name(&self) -> String {
        name(self.talk, self.card)
    }

    /// The subject of what is said about it.
    pub fn subject(&self) -> String {
        format!("chat:{}", self.name())
    }

    /// How many messages wait.
    pub fn count(&self) -> u64 {
        u64::from(self.earlier) + u64::try_from(self.recent.len()).unwrap_or(u64::MAX)
    }

    /// The id of the newest message, where it is not known what it says.
    pub fn unheard(&self) -> Option<&str> {
        let newest = self.recent.last()?;
        self.text.is_empty().then_some(newest.message.as_str())
    }

    fn new(written: &Written, card: Entity, owner: CrmUserId) -> Self {
        Self {
            talk: written.talk,
            card,
            owner,
            origin: written.origin.clone(),
            recent: Vec::new(),
            earlier: 0,
            text: String::new(),
            author: String::new(),
            rang_at: 0,
        }
    }

    fn newest(&self) -> Option<&Stamp> {
        self.recent.last().map(|received| &received.stamp)
    }

    fn answered_by(&self, written: &Written, card: Entity, scene: &Scene) -> bool {
        match self.talk {
            0 => scene.akin(self.card, card),
            talk => talk == written.talk || (written.talk == 0 && scene.akin(self.card, card)),
        }
    }

    /// What was written before an answer waits no longer.
    fn answered_at(&mut self, at: &Stamp) {
        let before = self.recent.len();
        self.recent.retain(|received| received.stamp > *at);
        if self.recent.len() < before {
            self.earlier = 0;
        }
    }

    fn receive(&mut self, stamp: &Stamp, written: &Written, voices: &Voices) -> bool {
        let known = |received: &Received| received.message == written.message;
        if self.recent.iter().any(known) {
            return false;
        }
        let newest = self.newest().is_none_or(|newest| newest < stamp);
        let place = self.recent.partition_point(|other| other.stamp < *stamp);
        let received = Received {
            stamp: stamp.clone(),
            message: written.message.clone(),
        };
        self.recent.insert(place, received);
        if newest {
            self.origin = written.origin.clone();
            self.hear(voices.get(&written.message));
        }
        if self.recent.len() > RECENT {
            self.recent.remove(0);
            self.earlier = self.earlier.saturating_add(1);
        }
        true
    }

    fn hear(&mut self, spoken: Option<&Spoken>) {
        self.text =
            spoken.map_or_else(String::new, |s| s.text.chars().take(LONGEST_TEXT).collect());
        if let Some(spoken) = spoken.filter(|spoken| !spoken.author.is_empty()) {
            self.author = spoken.author.chars().take(200).collect();
        }
    }

    fn tell(&self, again: Again, silent: bool, scene: &Scene) -> Option<Say> {
        let user = scene.user(self.owner)?;
        Some(Say::News(Box::new(News {
            user,
            key: self.subject(),
            about: About::Chat(self.clone()),
            again,
            silent,
        })))
    }

    fn take_back(&self, scene: &Scene) -> Option<Say> {
        Some(Say::TakeBack {
            user: Some(scene.user(self.owner)?),
            provider: CHATS,
            subject: self.subject(),
            kinds: Vec::new(),
        })
    }
}

/// What follows from the events of one step, oldest first; `changed` has the conversations that
/// are known otherwise now (none: they wait no longer).
pub fn chats(
    known: &Chats,
    events: &[Happened],
    voices: &Voices,
    scene: &Scene,
) -> (Vec<Say>, BTreeMap<String, Option<KnownChat>>) {
    let nothing_new = !events.iter().any(|event| event.fresh);
    if nothing_new && voices.is_empty() && scene.cards.is_empty() {
        return (Vec::new(), BTreeMap::new());
    }
    let mut now = known.clone();
    let mut anew: BTreeMap<String, bool> = BTreeMap::new();
    for event in events.iter().filter(|event| event.fresh) {
        match &event.what {
            Happening::MessageIn(written) => {
                if !is_answered(event, written, events, scene) {
                    receive(&mut now, event, written, voices, scene);
                }
            }
            Happening::MessageOut(written) => {
                for (name, chat) in &mut now {
                    if chat.answered_by(written, event.card, scene) {
                        chat.answered_at(&event.stamp);
                        let gone = chat.recent.is_empty();
                        *anew.entry(name.clone()).or_default() |= gone;
                    }
                }
                now.retain(|_, chat| !chat.recent.is_empty());
            }
            Happening::Responsible { after } => {
                let of_card = now.values_mut().filter(|chat| chat.card == event.card);
                of_card.for_each(|chat| chat.owner = *after);
            }
            Happening::CallIn(_) | Happening::CallOut | Happening::LeadAdded => {}
        }
    }
    for chat in now.values_mut() {
        if let Some(owner) = scene.responsible(chat.card) {
            chat.owner = owner;
        }
        if let Some(spoken) = chat.unheard().and_then(|id| voices.get(id)) {
            chat.hear(Some(spoken));
        }
    }
    now.retain(|_, chat| {
        chat.newest()
            .is_some_and(|newest| newest.at > scene.now - FORGET)
    });

    let mut says = Vec::new();
    let mut changed = BTreeMap::new();
    for (name, before) in known {
        if !now.contains_key(name) {
            says.extend(before.take_back(scene));
            changed.insert(name.clone(), None);
        }
    }
    for (name, mut chat) in now {
        let before = known.get(&name);
        if before == Some(&chat) {
            continue;
        }
        let anew = anew.get(&name).copied().unwrap_or_default();
        says.extend(compared(before, &mut chat, anew, scene));
        changed.insert(name, Some(chat));
    }
    (says, changed)
}

/// What is said of one conversation that changed and still waits.
fn compared(
    before: Option<&KnownChat>,
    chat: &mut KnownChat,
    anew: bool,
    scene: &Scene,
) -> Vec<Say> {
    let Some(before) = before else {
        chat.rang_at = scene.now;
        return chat.tell(Again::Unread, false, scene).into_iter().collect();
    };
    let moved = before.owner != chat.owner;
    let grew = chat.newest() > before.newest() || chat.count() > before.count();
    let soon = (scene.now - before.rang_at).abs() < QUIET;
    if moved || anew || (grew && !soon) {
        chat.rang_at = scene.now;
        let gone = before.take_back(scene);
        let told = chat.tell(Again::Unread, false, scene);
        return gone.into_iter().chain(told).collect();
    }
    // More has happened, or the same is said in other words.
    let (again, silent) = match grew {
        true => (Again::Unread, false),
        false => (Again::Any, true),
    };
    chat.tell(again, silent, scene).into_iter().collect()
}

fn receive(now: &mut Chats, event: &Happened, written: &Written, voices: &Voices, scene: &Scene) {
    let name = name(written.talk, event.card);
    let owner = || scene.responsible(event.card).unwrap_or_default();
    let chat = now
        .entry(name)
        .or_insert_with(|| KnownChat::new(written, event.card, owner()));
    let is_deal = |card: Entity| card.kind == EntityType::Leads;
    if chat.card != event.card && (is_deal(event.card) || !is_deal(chat.card)) {
        chat.card = event.card;
        chat.owner = owner();
    }
    chat.receive(&event.stamp, written, voices);
}

/// Whether somebody had answered already when the message was met.
fn is_answered(event: &Happened, written: &Written, events: &[Happened], scene: &Scene) -> bool {
    let chat = KnownChat::new(written, event.card, 0);
    events.iter().any(|later| {
        let Happening::MessageOut(answer) = &later.what else {
            return false;
        };
        later.stamp > event.stamp && chat.answered_by(answer, later.card, scene)
    })
}

fn name(talk: u64, card: Entity) -> String {
    match talk {
        0 => format!("{}-{}", card.kind.name(), card.id),
        talk => format!("talk-{talk}"),
    }
}
