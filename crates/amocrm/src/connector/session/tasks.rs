//! Tasks: what was read against what is known.

use super::{Session, Step};
use crate::connector::reading::OVERLAP;
use crate::memory::Learned;
use crate::model::Seconds;
use crate::rules::{self, Context, KnownTask, Say};
use dealbell_protocol::UserId;
use std::collections::BTreeSet;

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
            let outcome = rules::change(before, task, reading.completed_by, &context);
            says.extend(outcome.says);
            if outcome.known.as_ref() != before || self.memory.unreadable.contains(&id) {
                changed.insert(id, outcome.known);
            }
        }
        let context = self.context(now, false);
        let checkpoint = step.checkpoint.as_ref();
        for (&id, task) in &self.memory.tasks {
            let old = checkpoint.is_some_and(|c| task.updated_at < c.at - 2 * OVERLAP);
            if task.completed && old {
                changed.entry(id).or_insert(None);
            } else if rules::stirs(task, &context) && !readings.contains_key(&id) {
                let outcome = rules::ring(task.clone(), &context);
                says.extend(outcome.says);
                changed.insert(id, outcome.known);
            }
        }
        let overdue_before = self.overdue(self.memory.tasks.values());
        let after = self
            .memory
            .tasks
            .iter()
            .filter(|(id, _)| !changed.contains_key(id));
        let after = after
            .map(|(_, task)| task)
            .chain(changed.values().flatten());
        says.extend(rules::cleared(&overdue_before, &self.overdue(after)));
        rules::summarise(says, now)
    }

    /// Tasks the clock has something to say about.
    pub(super) fn stirring(&self, now: Seconds) -> Vec<u64> {
        let context = self.context(now, false);
        let tasks = self.memory.tasks.values();
        let stirring = tasks.filter(|task| rules::stirs(task, &context));
        stirring.map(|task| task.id).collect()
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

    fn overdue<'a>(&self, tasks: impl Iterator<Item = &'a KnownTask>) -> BTreeSet<UserId> {
        let overdue = tasks.filter(|task| rules::is_overdue(task));
        overdue
            .filter_map(|task| self.roster.people.get(&task.responsible).copied())
            .collect()
    }
}
