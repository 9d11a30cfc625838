//! One notice of many that were missed (RULES T3, T12).

use super::{KnownTask, Missed, Phase, Say, TASKS, Tell};
use crate::model::Seconds;
use dealbell_protocol::UserId;
use std::collections::{BTreeMap, BTreeSet};

/// The subject of the summary.
pub const SUMMARY: &str = "overdue-summary";

/// Puts one summary in the place of many toasts: where a user missed two or more, they become
/// silent (those of a baseline are left out), and the summary of `now` follows. A single one rings
/// itself.
pub fn summarise(says: Vec<Say>, now: Seconds) -> Vec<Say> {
    let mut missed: BTreeMap<UserId, Vec<KnownTask>> = BTreeMap::new();
    for tell in says.iter().filter_map(as_missed) {
        missed.entry(tell.user).or_default().push(tell.task.clone());
    }
    missed.retain(|_, tasks| tasks.len() > 1);

    let mut kept: Vec<Say> = Vec::with_capacity(says.len());
    for say in says {
        match say {
            Say::Tell(mut tell) if missed.contains_key(&tell.user) => {
                match tell.missed {
                    Missed::Away => tell.silent = true,
                    Missed::Baseline => continue,
                    Missed::No => {}
                }
                kept.push(Say::Tell(tell));
            }
            other => kept.push(other),
        }
    }
    for (user, mut tasks) in missed {
        tasks.sort_by_key(|task| (task.deadline, task.id));
        kept.push(take_back(user));
        kept.push(Say::Overview {
            user,
            key: format!("{SUMMARY}:{now}"),
            tasks,
        });
    }
    kept
}

/// Takes the summary back from who had overdue tasks before and has none now.
pub fn cleared(before: &BTreeSet<UserId>, after: &BTreeSet<UserId>) -> Vec<Say> {
    before.difference(after).copied().map(take_back).collect()
}

/// Whether a task is in the way of "all clear".
pub fn is_overdue(known: &KnownTask) -> bool {
    !known.completed && known.phase == Phase::Overdue
}

fn take_back(user: UserId) -> Say {
    Say::TakeBack {
        user: Some(user),
        provider: TASKS,
        subject: SUMMARY.to_owned(),
        kinds: Vec::new(),
    }
}

fn as_missed(say: &Say) -> Option<&Tell> {
    match say {
        Say::Tell(tell) if tell.missed != Missed::No => Some(tell),
        Say::Tell(_) | Say::News(_) | Say::Overview { .. } | Say::TakeBack { .. } => None,
    }
}
