//! What a connector knows, as the centre stores it beside the notices drawn from it.

use crate::model::{CrmUserId, Seconds};
use crate::rules::calls::{Calls, KnownCall};
use crate::rules::chats::{Chats, KnownChat};
use crate::rules::deals::{Deals, KnownDeal};
use crate::rules::happened::Stamp;
use crate::rules::requests::{KnownRequest, Requests};
use crate::rules::{KnownTask, People};
use dealbell_protocol::UserId;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The version of what is written. Another one is not read but made anew from the CRM.
const VERSION: u32 = 1;
const CHECKPOINT: &str = "checkpoint";
const TASK: &str = "task:";
const PERSON: &str = "person:";
const CHAT: &str = "chat:";
const CALL: &str = "call:";
const REQUEST: &str = "request:";
const DEAL: &str = "deal:";

/// How far the account has been read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The newest change of a task seen, by the CRM's clock.
    pub at: Seconds,
    /// When the first reading began, by the CRM's clock: what was earlier is not told.
    pub begun: Seconds,
    /// Whose open tasks have been read (RULES T12); others still need their baseline.
    pub people: BTreeSet<CrmUserId>,
    /// The newest event seen; none before events were read.
    #[serde(default)]
    pub events: Option<Seconds>,
    /// The events told lately: the next reading overlaps this one and meets them again.
    #[serde(default)]
    pub seen: BTreeSet<Stamp>,
    /// Whether Incoming leads have had their baseline (RULES T12).
    #[serde(default)]
    pub requests: bool,
}

/// Everything known, as it was read back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// None before the first reading, or where it was not readable.
    pub checkpoint: Option<Checkpoint>,
    /// Tasks by number.
    pub tasks: BTreeMap<u64, KnownTask>,
    /// Who of the CRM was met as whom in the centre.
    pub people: People,
    /// Conversations that wait for an answer.
    pub chats: Chats,
    /// Calls that nobody has returned.
    pub calls: Calls,
    /// Incoming leads that wait.
    pub requests: Requests,
    /// Deals somebody was told of.
    pub deals: Deals,
    /// Tasks whose value was not readable: to be read from the CRM as in a baseline.
    pub unreadable: BTreeSet<u64>,
    /// Keys that mean nothing, or whose value is not readable and cannot be had again: to be
    /// forgotten.
    pub strange: Vec<String>,
}

/// Somebody of the CRM, as whom he was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Who he is in the centre.
    pub user: UserId,
}

/// What is known otherwise after a step; none where a thing is forgotten.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Learned {
    /// How far the account has been read now; unchanged where missing.
    pub checkpoint: Option<Checkpoint>,
    /// Tasks.
    pub tasks: BTreeMap<u64, Option<KnownTask>>,
    /// Who of the CRM was met as whom.
    pub people: BTreeMap<CrmUserId, Option<Person>>,
    /// Conversations.
    pub chats: BTreeMap<String, Option<KnownChat>>,
    /// Calls.
    pub calls: BTreeMap<String, Option<KnownCall>>,
    /// Incoming leads.
    pub requests: BTreeMap<String, Option<KnownRequest>>,
    /// Deals.
    pub deals: BTreeMap<u64, Option<KnownDeal>>,
}

impl Memory {
    /// Reads what was stored. Nothing here can fail: what is not readable is made anew.
    pub fn read(stored: Vec<(String, String)>) -> Self {
        let mut memory = Self::default();
        for (key, value) in stored {
            if memory.take(&key, &value).is_none() {
                memory.strange.push(key);
            }
        }
        memory
    }

    fn take(&mut self, key: &str, value: &str) -> Option<()> {
        if key == CHECKPOINT {
            self.checkpoint = decode(value);
        } else if let Some(id) = key.strip_prefix(TASK) {
            let id = id.parse().ok()?;
            match decode::<KnownTask>(value).filter(|task| task.id == id) {
                Some(task) => drop(self.tasks.insert(id, task)),
                None => drop(self.unreadable.insert(id)),
            }
        } else if let Some(id) = key.strip_prefix(PERSON) {
            let person: Person = decode(value)?;
            self.people.insert(id.parse().ok()?, person.user);
        } else if let Some(name) = key.strip_prefix(CHAT) {
            self.chats.insert(name.to_owned(), decode(value)?);
        } else if let Some(name) = key.strip_prefix(CALL) {
            self.calls.insert(name.to_owned(), decode(value)?);
        } else if let Some(uid) = key.strip_prefix(REQUEST) {
            // One that waits and cannot be read must not be told again.
            let known = decode(value).unwrap_or_else(|| KnownRequest {
                uid: uid.to_owned(),
                leads: Vec::new(),
                told: true,
            });
            self.requests.insert(uid.to_owned(), known);
        } else {
            let lead = key.strip_prefix(DEAL)?.parse().ok()?;
            self.deals.insert(lead, decode(value)?);
        }
        Some(())
    }

    /// What is to be learned so that these are who was met.
    pub fn people_to(&self, met: &People) -> BTreeMap<CrmUserId, Option<Person>> {
        let gone = self.people.keys().filter(|id| !met.contains_key(id));
        let new = met
            .iter()
            .filter(|&(id, user)| self.people.get(id) != Some(user));
        gone.map(|&id| (id, None))
            .chain(new.map(|(&id, &user)| (id, Some(Person { user }))))
            .collect()
    }

    /// The entries that bring the stored memory to where `learned` leads, and what is strange out.
    pub fn entries(&self, learned: &Learned) -> Vec<(String, Option<String>)> {
        let mut entries = Vec::new();
        note(&mut entries, TASK, &learned.tasks);
        note(&mut entries, PERSON, &learned.people);
        note(&mut entries, CHAT, &learned.chats);
        note(&mut entries, CALL, &learned.calls);
        note(&mut entries, REQUEST, &learned.requests);
        note(&mut entries, DEAL, &learned.deals);
        if let Some(checkpoint) = &learned.checkpoint {
            if self.checkpoint.as_ref() != Some(checkpoint) {
                entries.push((CHECKPOINT.to_owned(), Some(encode(checkpoint))));
            }
            entries.extend(self.strange.iter().map(|key| (key.clone(), None)));
        }
        entries
    }

    /// Takes over what was learned, once it is stored.
    pub fn learn(&mut self, learned: Learned) {
        replace(&mut self.tasks, learned.tasks);
        for (id, person) in learned.people {
            match person {
                Some(person) => drop(self.people.insert(id, person.user)),
                None => drop(self.people.remove(&id)),
            }
        }
        replace(&mut self.chats, learned.chats);
        replace(&mut self.calls, learned.calls);
        replace(&mut self.requests, learned.requests);
        replace(&mut self.deals, learned.deals);
        if let Some(checkpoint) = learned.checkpoint {
            self.checkpoint = Some(checkpoint);
            self.strange.clear();
            self.unreadable.clear();
        }
    }
}

fn note<K: std::fmt::Display, T: Serialize>(
    entries: &mut Vec<(String, Option<String>)>,
    prefix: &str,
    changed: &BTreeMap<K, Option<T>>,
) {
    let changed = changed.iter();
    entries.extend(changed.map(|(key, value)| {
        let value = value.as_ref().map(encode);
        (format!("{prefix}{key}"), value)
    }));
}

fn replace<K: Ord, T>(known: &mut BTreeMap<K, T>, changed: BTreeMap<K, Option<T>>) {
    for (key, value) in changed {
        match value {
            Some(value) => drop(known.insert(key, value)),
            None => drop(known.remove(&key)),
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Versioned<T> {
    v: u32,
    #[serde(flatten)]
    value: T,
}

/// A value as it is stored.
pub(crate) fn encode<T: Serialize>(value: &T) -> String {
    serde_json::to_string(&Versioned { v: VERSION, value })
        .expect("plain fields with text keys always have a JSON form")
}

/// A stored value; none where it is not readable, or another version's.
pub(crate) fn decode<T: DeserializeOwned>(text: &str) -> Option<T> {
    let read: Versioned<T> = serde_json::from_str(text).ok()?;
    (read.v == VERSION).then_some(read.value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Entity, EntityType};
    use crate::rules::calls::CallEnd;
    use crate::rules::chats::Received;
    use crate::rules::{Given, Phase};

    fn task() -> KnownTask {
        KnownTask {
            id: 7,
            responsible: 1,
            author: 2,
            deadline: 3,
            created_at: 4,
            updated_at: 5,
            text: "«Верона» \u{1F4DE}\n".to_owned(),
            task_type: 1,
            entity: Some(Entity {
                kind: EntityType::Leads,
                id: 9,
            }),
            completed: false,
            armed: 6,
            phase: Phase::Due,
            given: Some(Given { by: 2, armed: 5 }),
            due_listed: true,
        }
    }

    fn chat() -> KnownChat {
        KnownChat {
            talk: 7,
            card: lead(),
            owner: 1,
            origin: "telegram".to_owned(),
            recent: vec![Received {
                stamp: stamp(),
                message: "m".to_owned(),
            }],
            earlier: 2,
            text: "Когда замер?".to_owned(),
            author: "Ирина".to_owned(),
            rang_at: 5,
        }
    }

    fn lead() -> Entity {
        Entity {
            kind: EntityType::Leads,
            id: 9,
        }
    }

    fn stamp() -> Stamp {
        Stamp {
            at: 4,
            id: "01hx".to_owned(),
        }
    }

    fn learned() -> Learned {
        let call = KnownCall {
            stamp: stamp(),
            card: lead(),
            to: 1,
            phone: "+7".to_owned(),
            end: CallEnd::Answered(60),
        };
        let request = KnownRequest {
            uid: "u".to_owned(),
            leads: vec![9],
            told: true,
        };
        let deal = KnownDeal {
            lead: 9,
            owner: 1,
            stamp: stamp(),
        };
        Learned {
            checkpoint: Some(Checkpoint {
                at: 11,
                begun: 10,
                people: BTreeSet::from([1, 2]),
                events: Some(4),
                seen: BTreeSet::from([stamp()]),
                requests: true,
            }),
            tasks: BTreeMap::from([(7, Some(task())), (8, None)]),
            people: BTreeMap::from([(
                1,
                Some(Person {
                    user: UserId(ulid::Ulid(3)),
                }),
            )]),
            chats: BTreeMap::from([("talk-7".to_owned(), Some(chat()))]),
            calls: BTreeMap::from([("01hx".to_owned(), Some(call))]),
            requests: BTreeMap::from([("u".to_owned(), Some(request))]),
            deals: BTreeMap::from([(9, Some(deal))]),
        }
    }

    fn stored(entries: Vec<(String, Option<String>)>) -> Vec<(String, String)> {
        let kept = |(key, value): (String, Option<String>)| Some((key, value?));
        entries.into_iter().filter_map(kept).collect()
    }

    #[test]
    fn what_is_written_reads_back_the_same() {
        let mut known = Memory::default();
        let entries = known.entries(&learned());
        assert_eq!(entries.len(), 8);
        known.learn(learned());
        assert_eq!(Memory::read(stored(entries)), known);
        assert_eq!(known.chats["talk-7"], chat());
        let forget = Learned {
            chats: BTreeMap::from([("talk-7".to_owned(), None)]),
            ..Learned::default()
        };
        let gone = vec![("chat:talk-7".to_owned(), None)];
        assert_eq!(known.entries(&forget), gone);
    }

    /// What an earlier version wrote, before there were other kinds.
    #[test]
    fn older_memory_is_read_on() {
        let memory = Memory::read(vec![
            ("checkpoint".to_owned(), r#"{"v":1,"at":5,"begun":3,"people":[1]}"#.to_owned()),
            ("task:7".to_owned(), r#"{"v":1,"id":7,"responsible":1,"author":2,"deadline":3,"created_at":4,"updated_at":5,"text":"","task_type":1,"entity":null,"completed":false,"armed":6,"phase":"due"}"#.to_owned()),
        ]);
        assert_eq!(memory.checkpoint.map(|c| (c.at, c.events)), Some((5, None)));
        assert_eq!(memory.tasks[&7].phase, Phase::Due);
        assert_eq!(memory.strange, Vec::<String>::new());
    }

    #[test]
    fn what_is_not_readable_is_named_and_nothing_else_is_lost() {
        let value = |v: u32| serde_json::to_string(&Versioned { v, value: task() }).unwrap();
        let memory = Memory::read(vec![
            ("checkpoint".to_owned(), "{\"v\":1,\"at\":".to_owned()),
            ("task:7".to_owned(), value(VERSION)),
            ("task:8".to_owned(), value(VERSION)),
            ("task:9".to_owned(), "\0".to_owned()),
            ("task:10".to_owned(), value(VERSION + 1)),
            ("task:x".to_owned(), value(VERSION)),
            ("chat:talk-7".to_owned(), "{}".to_owned()),
            ("request:u".to_owned(), "{}".to_owned()),
        ]);
        assert_eq!(memory.checkpoint, None);
        assert_eq!(memory.tasks.len(), 1);
        assert_eq!(memory.unreadable, BTreeSet::from([8, 9, 10]));
        assert_eq!(memory.strange, ["task:x", "chat:talk-7"]);
        assert!(memory.requests["u"].told, "known, so not told again");
    }
}
