//! What customers do, and what is done about it: chats, calls, requests, deals changing hands.

use rand::RngExt;

use super::{Deed, FIRST, OPENING, SalesFloor, What};
use crate::cast::LEADS;
use crate::phrases::customers::{CHATS, Dialogue, TEXTS};
use crate::phrases::pick;
use crate::staff::SEATS;

/// How a customer writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    Telegram,
    WhatsApp,
    Sms,
}

/// What can happen between customers and the floor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scene {
    Chat,
    Text,
    More,
    Answer,
    Ring,
    CallBack,
    Ask,
    TakeIn,
    Hand,
}

/// What the first user's turns of the opening hold besides tasks: every kind once within the first
/// minute, and then its end.
const SCRIPT: [(u64, Scene); 16] = [
    (3, Scene::Chat),
    (4, Scene::Hand),
    (5, Scene::Ask),
    (6, Scene::More),
    (8, Scene::Ring),
    (10, Scene::Answer),
    (11, Scene::Text),
    (12, Scene::TakeIn),
    (14, Scene::CallBack),
    (16, Scene::Ask),
    (17, Scene::Chat),
    (19, Scene::Answer),
    (21, Scene::More),
    (23, Scene::Ring),
    (25, Scene::TakeIn),
    (27, Scene::Hand),
];

/// What the floor owes its customers.
#[derive(Debug)]
pub(super) struct Counter {
    /// The seat that looks after each deal of the cast.
    keepers: Vec<usize>,
    unanswered: Vec<Chat>,
    missed: Vec<Missed>,
    /// The requests that wait, by the order of coming.
    waiting: Vec<usize>,
    asked: usize,
    chats: usize,
    texts: usize,
}

#[derive(Debug, Clone, Copy)]
struct Chat {
    lead: usize,
    service: Service,
    dialogue: Dialogue,
    has_insisted: bool,
}

#[derive(Debug, Clone, Copy)]
struct Missed {
    lead: usize,
    called: usize,
}

impl Counter {
    /// Everybody looks after the deals the account gave him.
    pub(super) fn new() -> Self {
        Self {
            keepers: (0..LEADS.len()).map(|lead| lead % SEATS).collect(),
            unanswered: Vec::new(),
            missed: Vec::new(),
            waiting: Vec::new(),
            asked: 0,
            chats: 0,
            texts: 0,
        }
    }
}

impl SalesFloor {
    /// Gives these deals to the first user, so that he has some to be asked about.
    pub(super) fn firsts_deals(&mut self) -> Vec<Deed> {
        [2, 5, 8]
            .map(|lead| self.hand_to(lead, FIRST))
            .into_iter()
            .collect()
    }

    /// What a turn of the first user holds instead of a task, if anything.
    pub(super) fn firsts_scene(&mut self) -> Option<Deed> {
        let scene = if self.step < OPENING {
            let turn = self.step / 2;
            SCRIPT.iter().find(|(at, _)| *at == turn)?.1
        } else if self.rng.random_ratio(3, 10) {
            self.some_scene()
        } else {
            return None;
        };
        self.perform(scene, true)
    }

    /// What a turn of the colleagues holds instead of a task, if anything.
    pub(super) fn colleagues_scene(&mut self) -> Option<Deed> {
        if self.step < OPENING / 4 || !self.rng.random_ratio(1, 5) {
            return None;
        }
        let scene = self.some_scene();
        self.perform(scene, false)
    }

    /// What waits is likelier to be dealt with than something new to come.
    fn some_scene(&mut self) -> Scene {
        match self.rng.random_range(0..100) {
            0..14 => Scene::Chat,
            14..19 => Scene::Text,
            19..28 => Scene::More,
            28..50 => Scene::Answer,
            50..58 => Scene::Ring,
            58..67 => Scene::CallBack,
            67..75 => Scene::Ask,
            75..91 => Scene::TakeIn,
            _ => Scene::Hand,
        }
    }

    fn perform(&mut self, scene: Scene, for_first: bool) -> Option<Deed> {
        match scene {
            Scene::Chat => self.write(for_first, false),
            Scene::Text => self.write(for_first, true),
            Scene::More => self.insist(for_first),
            Scene::Answer => self.answer(for_first),
            Scene::Ring => self.ring(for_first),
            // Whom nobody owes a call may call.
            Scene::CallBack => self.call_back(for_first).or_else(|| self.ring(for_first)),
            Scene::Ask => self.ask(),
            Scene::TakeIn => self.take_in().or_else(|| self.ask()),
            Scene::Hand => self.hand(for_first),
        }
    }

    /// Somebody begins to write about a deal nobody owes an answer on.
    fn write(&mut self, for_first: bool, sms: bool) -> Option<Deed> {
        let busy: Vec<usize> = self.counter.unanswered.iter().map(|c| c.lead).collect();
        let lead =
            self.deal(|lead, keeper| (keeper == FIRST) == for_first && !busy.contains(&lead))?;
        let counter = &mut self.counter;
        let (service, dialogue) = if sms {
            counter.texts += 1;
            (Service::Sms, TEXTS[counter.texts % TEXTS.len()])
        } else {
            counter.chats += 1;
            // A customer keeps to his messenger.
            let service = if LEADS[lead].contact.is_multiple_of(3) {
                Service::WhatsApp
            } else {
                Service::Telegram
            };
            (service, CHATS[counter.chats % CHATS.len()])
        };
        counter.unanswered.push(Chat {
            lead,
            service,
            dialogue,
            has_insisted: false,
        });
        let text = dialogue.opening;
        Some(by_customer(What::Write {
            lead,
            service,
            text,
        }))
    }

    fn insist(&mut self, for_first: bool) -> Option<Deed> {
        let keepers = &self.counter.keepers;
        let chat = self.counter.unanswered.iter_mut().find(|chat| {
            let his = (keepers[chat.lead] == FIRST) == for_first;
            his && !chat.has_insisted && chat.dialogue.more.is_some()
        })?;
        chat.has_insisted = true;
        let Chat { lead, service, .. } = *chat;
        let text = chat.dialogue.more?;
        Some(by_customer(What::Write {
            lead,
            service,
            text,
        }))
    }

    /// Whoever looks after the deal answers what has waited longest.
    fn answer(&mut self, for_first: bool) -> Option<Deed> {
        let keepers = &self.counter.keepers;
        let mut chats = self.counter.unanswered.iter();
        let place = chats.position(|chat| (keepers[chat.lead] == FIRST) == for_first)?;
        let chat = self.counter.unanswered.remove(place);
        Some(Deed {
            by: Some(self.counter.keepers[chat.lead]),
            what: What::Answer {
                lead: chat.lead,
                service: chat.service,
                text: chat.dialogue.answer,
            },
        })
    }

    fn ring(&mut self, for_first: bool) -> Option<Deed> {
        let missed: Vec<usize> = self.counter.missed.iter().map(|one| one.lead).collect();
        let lead =
            self.deal(|lead, keeper| (keeper == FIRST) == for_first && !missed.contains(&lead))?;
        let called = self.counter.keepers[lead];
        self.counter.missed.push(Missed { lead, called });
        Some(by_customer(What::Ring { lead, called }))
    }

    fn call_back(&mut self, for_first: bool) -> Option<Deed> {
        let mut missed = self.counter.missed.iter();
        let place = missed.position(|one| (one.called == FIRST) == for_first)?;
        let Missed { lead, called } = self.counter.missed.remove(place);
        Some(Deed {
            by: Some(called),
            what: What::CallBack { lead },
        })
    }

    fn ask(&mut self) -> Option<Deed> {
        // More than these and nobody would read them.
        if self.counter.waiting.len() >= 3 {
            return self.take_in();
        }
        let request = self.counter.asked;
        self.counter.asked += 1;
        self.counter.waiting.push(request);
        Some(by_customer(What::Ask { request }))
    }

    /// A colleague takes in the request that has waited longest.
    fn take_in(&mut self) -> Option<Deed> {
        if self.counter.waiting.is_empty() {
            return None;
        }
        let request = self.counter.waiting.remove(0);
        Some(Deed {
            by: Some(self.colleague()),
            what: What::TakeIn { request },
        })
    }

    /// A deal goes to the first user, or from him when he has many; or between colleagues.
    fn hand(&mut self, for_first: bool) -> Option<Deed> {
        let his = self.counter.keepers.iter().filter(|&&seat| seat == FIRST);
        let from_first = for_first && his.count() > 5;
        let lead = self.deal(|_, keeper| (keeper == FIRST) == from_first)?;
        let keeper = self.counter.keepers[lead];
        let to = match (for_first, from_first) {
            (true, false) => FIRST,
            // The seat after, round the table and past the first user's.
            (_, true) => self.colleague(),
            (false, false) => keeper % (SEATS - 1) + 1,
        };
        Some(self.hand_to(lead, to))
    }

    fn hand_to(&mut self, lead: usize, to: usize) -> Deed {
        self.counter.keepers[lead] = to;
        let by = self.somebody_else(to);
        Deed {
            by,
            what: What::Hand { lead, to },
        }
    }

    /// A deal like this, given its keeper's seat.
    fn deal(&mut self, like: impl Fn(usize, usize) -> bool) -> Option<usize> {
        let keepers = self.counter.keepers.iter().copied().enumerate();
        let deals: Vec<usize> = keepers
            .filter(|&(lead, keeper)| like(lead, keeper))
            .map(|(lead, _)| lead)
            .collect();
        (!deals.is_empty()).then(|| pick(&mut self.rng, &deals))
    }
}

fn by_customer(what: What) -> Deed {
    Deed { by: None, what }
}
