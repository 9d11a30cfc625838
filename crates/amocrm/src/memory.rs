//! What a connector knows, as the centre stores it beside the notices drawn from it.

use crate::model::{CrmUserId, Seconds};
use crate::rules::KnownTask;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The version of what is written. Another one is not read but made anew from the CRM.
const VERSION: u32 = 1;
const CHECKPOINT: &str = "checkpoint";
const TASK: &str = "task:";

/// How far the account has been read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The newest change seen, by the CRM's clock.
    pub at: Seconds,
    /// When the first reading began, by the CRM's clock: what was earlier is not told.
    pub begun: Seconds,
    /// Whose open tasks have been read (RULES T12); others still need their baseline.
    pub people: BTreeSet<CrmUserId>,
}

/// Everything known, as it was read back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// None before the first reading, or where it was not readable.
    pub checkpoint: Option<Checkpoint>,
    /// Tasks by number.
    pub tasks: BTreeMap<u64, KnownTask>,
    /// Tasks whose value was not readable: to be read from the CRM as in a baseline.
    pub unreadable: BTreeSet<u64>,
    /// Keys that mean nothing: to be forgotten.
    pub strange: Vec<String>,
}

impl Memory {
    /// Reads what was stored. Nothing here can fail: what is not readable is made anew.
    pub fn read(stored: Vec<(String, String)>) -> Self {
        let mut memory = Self::default();
        for (key, value) in stored {
            let id = key.strip_prefix(TASK).and_then(|id| id.parse().ok());
            match id {
                Some(id) => match decode::<KnownTask>(&value).filter(|task| task.id == id) {
                    Some(task) => drop(memory.tasks.insert(id, task)),
                    None => drop(memory.unreadable.insert(id)),
                },
                None if key == CHECKPOINT => memory.checkpoint = decode(&value),
                None => memory.strange.push(key),
            }
        }
        memory
    }
}

/// The entry that remembers a task, or forgets it.
pub fn task_entry(id: u64, task: Option<&KnownTask>) -> (String, Option<String>) {
    (format!("{TASK}{id}"), task.map(encode))
}

/// The entry that remembers how far the account has been read.
pub fn checkpoint_entry(checkpoint: &Checkpoint) -> (String, Option<String>) {
    (CHECKPOINT.to_owned(), Some(encode(checkpoint)))
}

#[derive(Serialize, Deserialize)]
struct Versioned<T> {
    v: u32,
    #[serde(flatten)]
    value: T,
}

fn encode<T: Serialize>(value: &T) -> String {
    serde_json::to_string(&Versioned { v: VERSION, value })
        .expect("plain fields with text keys always have a JSON form")
}

fn decode<T: DeserializeOwned>(text: &str) -> Option<T> {
    let read: Versioned<T> = serde_json::from_str(text).ok()?;
    (read.v == VERSION).then_some(read.value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Entity, EntityType};
    use crate::rules::Phase;

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
        }
    }

    fn stored(entries: Vec<(String, Option<String>)>) -> Vec<(String, String)> {
        let kept = |(key, value): (String, Option<String>)| Some((key, value?));
        entries.into_iter().filter_map(kept).collect()
    }

    #[test]
    fn what_is_written_reads_back_the_same() {
        let checkpoint = Checkpoint {
            at: 11,
            begun: 10,
            people: BTreeSet::from([1, 2]),
        };
        let memory = Memory::read(stored(vec![
            checkpoint_entry(&checkpoint),
            task_entry(7, Some(&task())),
            task_entry(8, None),
        ]));
        let expected = Memory {
            checkpoint: Some(checkpoint),
            tasks: BTreeMap::from([(7, task())]),
            ..Memory::default()
        };
        assert_eq!(memory, expected);
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
        ]);
        assert_eq!(memory.checkpoint, None);
        assert_eq!(memory.tasks.len(), 1);
        assert_eq!(memory.unreadable, BTreeSet::from([8, 9, 10]));
        assert_eq!(memory.strange, ["task:x"]);
    }
}
