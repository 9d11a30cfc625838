//! Chats, calls, requests and deals: what was read against what is known.

use super::{Session, Step};
use crate::connector::events::Waiting;
use crate::memory::Learned;
use crate::model::{Entity, EntityType, Seconds};
use crate::rules::Say;
use crate::rules::calls::calls;
use crate::rules::chats::{Spoken, Voices, chats};
use crate::rules::deals::deals;
use crate::rules::happened::{Happening, Scene};
use crate::rules::requests::requests;
use std::collections::BTreeSet;

/// The most cards whose owners are looked up in one reading: a page.
const LOOK_UP: usize = 250;
/// Between the first reading of tasks and that of Incoming leads lies no more than this.
const MEANWHILE: Seconds = 60;

impl Session {
    /// What to say of everything but tasks.
    pub(super) fn compare_kinds(
        &self,
        step: &Step,
        now: Seconds,
        learned: &mut Learned,
    ) -> Vec<Say> {
        let scene = Scene {
            people: &self.roster.people,
            cards: &step.events.cards,
            now,
        };
        let (memory, happened) = (&self.memory, &step.events.happened);
        let voices = self.voices(step);

        let (mut says, changed) = chats(&memory.chats, happened, &voices, &scene);
        learned.chats = changed;
        let (said, changed) = calls(&memory.calls, happened, &step.events.notes, &scene);
        says.extend(said);
        learned.calls = changed;

        let mut requested: BTreeSet<u64> = BTreeSet::new();
        requested.extend(memory.requests.values().flat_map(|known| &known.leads));
        if let Some(list) = &step.requests {
            requested.extend(list.iter().flat_map(|request| &request.leads));
            // Read for the first time, after the tasks: what came meanwhile is news.
            let checkpoint = memory.checkpoint.as_ref();
            let began = checkpoint.map_or(now, |c| c.begun.max(now - MEANWHILE));
            let unread = !checkpoint.is_some_and(|c| c.requests);
            let baseline = unread.then_some(began);
            let sees = |id, pipeline| self.roster.sees(id, pipeline);
            let (said, changed) = requests(&memory.requests, list, baseline, sees, &scene);
            says.extend(said);
            learned.requests = changed;
            if let Some(checkpoint) = &mut learned.checkpoint {
                checkpoint.requests = true;
            }
        }
        let (said, changed) = deals(&memory.deals, happened, &requested, &scene);
        says.extend(said);
        learned.deals = changed;
        says
    }

    /// Whether a text was heard that a conversation waits for.
    pub(super) fn has_heard(&self) -> bool {
        let mut unheard = self.memory.chats.values().filter_map(|chat| chat.unheard());
        unheard.any(|id| self.heard.text_of(id).is_some())
    }

    /// What messages say: of those in this step, and of those that wait for a text.
    fn voices(&self, step: &Step) -> Voices {
        let mut voices = Voices::new();
        let said = step.events.texts();
        voices.extend(said.map(|(message, text)| {
            let spoken = Spoken {
                text: text.to_owned(),
                author: String::new(),
            };
            (message, spoken)
        }));
        let came = step.events.happened.iter().filter_map(|e| match &e.what {
            Happening::MessageIn(written) => Some(written.message.as_str()),
            Happening::MessageOut(_)
            | Happening::CallIn(_)
            | Happening::CallOut
            | Happening::Responsible { .. }
            | Happening::LeadAdded => None,
        });
        let unheard = self.memory.chats.values().filter_map(|chat| chat.unheard());
        for id in came.chain(unheard) {
            let heard = self.heard.text_of(id).filter(|m| !m.text.is_empty());
            voices.extend(heard.map(|message| {
                let spoken = Spoken {
                    text: message.text,
                    author: message.author,
                };
                (message.id, spoken)
            }));
        }
        voices
    }

    /// What is known that events may concern; with the cards to look up where it is time for that.
    pub(super) fn waiting(&self, look_up: bool) -> Waiting {
        let memory = &self.memory;
        let chats = memory.chats.values().map(|chat| chat.card);
        let calls = memory.calls.values().map(|call| call.card);
        let deals = memory.deals.keys().map(|&id| Entity {
            kind: EntityType::Leads,
            id,
        });
        let owned = chats.clone().chain(deals);
        let most = if look_up { LOOK_UP } else { 0 };
        Waiting {
            cards: chats.chain(calls).collect(),
            look_up: owned.take(most).collect(),
        }
    }
}
