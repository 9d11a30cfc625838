//! Tasks: what was read against what is known.

use super::{Session, Step};
use crate::connector::actor::UNDO;
use crate::connector::reading::OVERLAP;
use crate::memory::Learned;
use crate::model::{CrmUserId, Seconds};
use crate::rules::{self, Context, KnownTask, Say};
use dealbell_protocol::UserId;
use std::collections::{BTreeMap, BTreeSet};

/// Completed tasks are remembered so long, seconds: until they cannot come back as they were.
const DONE: Seconds = UNDO + 2 * OVERLAP;

impl Session {
    /// What to say of the tasks, and what is known of which from now on.
    pub(super) fn compare_tasks(
        &self,
        step: &Step,
        now: Seconds,
        learned: &mut Learned,
    ) -> Vec<Say> {
        let (readings, changed) = (&step.readings, &mut learned.tasks);
        let mut says = Vec::new();
        for (&id, reading) in readings {
            let before = self.memory.tasks.get(&id);
            let context = self.context(now, reading.baseline);
            let task = reading.task.as_ref();
            let outcome = rules::change(before, task, &reading.deeds, &context);
            says.extend(outcome.says);
            if outcome.known.as_ref() != before || self.memory.unreadable.contains(&id) {
                changed.insert(id, outcome.known);
            }
        }
        if let Some(checkpoint) = &step.checkpoint {
            for id in self.alarms.done(checkpoint.at - DONE) {
                changed.entry(id).or_insert(None);
            }
        }
        let context = self.context(now, false);
        for id in self.alarms.stirring(now) {
            let Some(task) = self
                .memory
                .tasks
                .get(&id)
                .filter(|_| !readings.contains_key(&id))
            else {
                continue;
            };
            let outcome = rules::ring(task.clone(), &context);
            says.extend(outcome.says);
            changed.insert(id, outcome.known);
        }
        let late = self.alarms.late();
        says.extend(rules::cleared(
            &self.users(late.keys()),
            &self.users(self.late_after(changed).keys()),
        ));
        rules::summarise(says, now)
    }

    /// Who has how many overdue tasks when this is learned.
    fn late_after(&self, changed: &BTreeMap<u64, Option<KnownTask>>) -> BTreeMap<CrmUserId, usize> {
        let mut late = self.alarms.late().clone();
        let is_late = |task: &&KnownTask| rules::is_overdue(task);
        for (id, after) in changed {
            if let Some(before) = self.memory.tasks.get(id).filter(is_late)
                && let Some(count) = late.get_mut(&before.responsible)
            {
                *count -= 1;
            }
            if let Some(after) = after.as_ref().filter(is_late) {
                *late.entry(after.responsible).or_default() += 1;
            }
        }
        late.retain(|_, count| *count > 0);
        late
    }

    /// Tasks the clock has something to say about.
    pub(super) fn stirring(&self, now: Seconds) -> Vec<u64> {
        self.alarms.stirring(now).collect()
    }

    /// Known open tasks, at most so many, going round.
    pub(super) fn open_ids(&self, most: usize) -> Vec<u64> {
        let open = self.memory.tasks.values().filter(|task| !task.completed);
        let (behind, ahead): (Vec<u64>, Vec<u64>) = open
            .map(|task| task.id)
            .partition(|&id| id <= self.looked_up);
        ahead.into_iter().chain(behind).take(most).collect()
    }

    fn context(&self, now: Seconds, baseline: bool) -> Context<'_> {
        let last = self.memory.checkpoint.as_ref();
        Context {
            people: &self.roster.people,
            settings: &self.tasks,
            now,
            baseline,
            since: last.map_or(0, |c| c.at.saturating_sub(OVERLAP).max(c.begun)),
        }
    }

    fn users<'a>(&self, people: impl Iterator<Item = &'a CrmUserId>) -> BTreeSet<UserId> {
        people
            .filter_map(|id| self.roster.people.get(id).copied())
            .collect()
    }
}
