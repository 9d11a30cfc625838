//! Which tasks the clock will speak about, in order, so that looking at it costs nothing while
//! nothing is due, however many tasks are known.

use crate::model::{CrmUserId, Seconds};
use crate::rules::{self, KnownTask, TaskSettings};
use std::collections::{BTreeMap, BTreeSet};

/// The known tasks by what time does to them.
#[derive(Debug, Default)]
pub(super) struct Alarms {
    /// When something is to be said next, by task.
    wakes: BTreeSet<(Seconds, u64)>,
    /// Overdue ones by deadline: a clock that is put back makes them due again.
    overdue: BTreeSet<(Seconds, u64)>,
    /// How many of those each has.
    late: BTreeMap<CrmUserId, usize>,
    /// Completed ones by their last change, until they are forgotten.
    done: BTreeSet<(Seconds, u64)>,
}

impl Alarms {
    /// Of all these tasks.
    pub(super) fn of<'a>(
        tasks: impl Iterator<Item = &'a KnownTask>,
        settings: &TaskSettings,
    ) -> Self {
        let mut alarms = Self::default();
        for task in tasks {
            alarms.add(task, settings);
        }
        alarms
    }

    /// A task is known otherwise now; none: not at all.
    pub(super) fn change(
        &mut self,
        before: Option<&KnownTask>,
        after: Option<&KnownTask>,
        settings: &TaskSettings,
    ) {
        if let Some(before) = before {
            self.remove(before, settings);
        }
        if let Some(after) = after {
            self.add(after, settings);
        }
    }

    /// When the clock has something to say next.
    pub(super) fn next(&self) -> Option<Seconds> {
        self.wakes.first().map(|(at, _)| *at)
    }

    /// What the clock speaks about at `now`.
    pub(super) fn stirring(&self, now: Seconds) -> impl Iterator<Item = u64> {
        let due = self.wakes.range(..=(now, u64::MAX));
        let early = self.overdue.range((now, u64::MAX)..);
        due.chain(early).map(|(_, task)| *task)
    }

    /// Completed tasks that were not changed since `before`.
    pub(super) fn done(&self, before: Seconds) -> impl Iterator<Item = u64> {
        self.done.range(..(before, 0)).map(|(_, task)| *task)
    }

    /// Who has how many overdue tasks.
    pub(super) fn late(&self) -> &BTreeMap<CrmUserId, usize> {
        &self.late
    }

    fn add(&mut self, task: &KnownTask, settings: &TaskSettings) {
        if task.completed {
            self.done.insert((task.updated_at, task.id));
        }
        if let Some(at) = rules::wake(task, settings) {
            self.wakes.insert((at, task.id));
        }
        if rules::is_overdue(task) && self.overdue.insert((task.deadline, task.id)) {
            *self.late.entry(task.responsible).or_default() += 1;
        }
    }

    fn remove(&mut self, task: &KnownTask, settings: &TaskSettings) {
        self.done.remove(&(task.updated_at, task.id));
        if let Some(at) = rules::wake(task, settings) {
            self.wakes.remove(&(at, task.id));
        }
        if self.overdue.remove(&(task.deadline, task.id))
            && let Some(count) = self.late.get_mut(&task.responsible)
        {
            *count -= 1;
            if *count == 0 {
                self.late.remove(&task.responsible);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Phase;
    use jiff::tz::TimeZone;
    use proptest::prelude::*;

    fn task() -> impl Strategy<Value = KnownTask> {
        let phase = prop_oneof![
            Just(Phase::Waiting),
            Just(Phase::Skipped),
            Just(Phase::Due),
            Just(Phase::Overdue),
        ];
        (0..6_u64, 1..4_u64, 0..2_000_i64, any::<bool>(), phase).prop_map(
            |(id, responsible, deadline, completed, phase)| KnownTask {
                id,
                responsible,
                author: 1,
                deadline,
                created_at: 0,
                updated_at: deadline / 2,
                text: String::new(),
                task_type: 1,
                entity: None,
                completed,
                armed: 0,
                phase,
                given: None,
                due_listed: false,
            },
        )
    }

    proptest! {
        /// Whatever is learned and forgotten: the index says what a look at every task would.
        #[test]
        fn it_says_what_a_look_at_every_task_would(
            steps in prop::collection::vec((task(), any::<bool>()), 0..40),
            now in 0..2_500_i64,
        ) {
            let settings = TaskSettings::new(TimeZone::UTC);
            let mut known: BTreeMap<u64, KnownTask> = BTreeMap::new();
            let mut alarms = Alarms::default();
            for (task, kept) in steps {
                let after = kept.then_some(&task);
                alarms.change(known.get(&task.id), after, &settings);
                match after {
                    Some(task) => drop(known.insert(task.id, task.clone())),
                    None => drop(known.remove(&task.id)),
                }
            }
            let wakes = known.values().filter_map(|task| rules::wake(task, &settings));
            prop_assert_eq!(alarms.next(), wakes.min());

            let people = rules::People::new();
            let context = rules::Context {
                people: &people,
                settings: &settings,
                now,
                baseline: false,
                since: 0,
            };
            let stirs = |task: &&KnownTask| rules::stirs(task, &context);
            let stirring: BTreeSet<u64> = known.values().filter(stirs).map(|t| t.id).collect();
            prop_assert_eq!(alarms.stirring(now).collect::<BTreeSet<u64>>(), stirring);

            let old = known.values().filter(|task| task.completed && task.updated_at < now);
            let old: BTreeSet<u64> = old.map(|task| task.id).collect();
            prop_assert_eq!(alarms.done(now).collect::<BTreeSet<u64>>(), old);

            let mut late: BTreeMap<CrmUserId, usize> = BTreeMap::new();
            for task in known.values().filter(|task| rules::is_overdue(task)) {
                *late.entry(task.responsible).or_default() += 1;
            }
            prop_assert_eq!(alarms.late(), &late);
        }
    }
}
