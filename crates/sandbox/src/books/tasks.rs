//! Tasks, and what is recorded when one is set, changed, completed or deleted.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use super::{Books, Entity, Refusal};
use crate::events::{Happening, Subject};

/// A task as the account keeps it. Users are ids, 0 being a robot; times are Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// The task's id.
    pub id: u64,
    /// Who set it.
    pub created_by: u64,
    /// Who touched it last.
    pub updated_by: u64,
    /// When it was set.
    pub created_at: i64,
    /// When it was last touched.
    pub updated_at: i64,
    /// Who has to do it.
    pub responsible: u64,
    /// The card it hangs on.
    pub entity: Option<Entity>,
    /// Planned length, seconds.
    pub duration: i64,
    /// 1 call, 2 meeting, then the account's own.
    pub task_type: u64,
    /// What to do.
    pub text: String,
    /// The deadline; 23:59 account time means all day.
    pub complete_till: i64,
    /// Whether it is done.
    pub is_completed: bool,
    /// What came of it.
    pub result: Option<String>,
}

impl Task {
    /// Whether a plain manager sees this task: it is his to do, or he set it.
    #[must_use]
    pub fn concerns(&self, user: u64) -> bool {
        self.responsible == user || self.created_by == user
    }
}

/// A task to be set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTask {
    /// Who has to do it.
    pub responsible: u64,
    /// What to do.
    pub text: String,
    /// The deadline, Unix seconds.
    pub complete_till: i64,
    /// The card it hangs on.
    pub entity: Option<Entity>,
    /// 1 call, 2 meeting, then the account's own.
    pub task_type: u64,
    /// Planned length, seconds.
    pub duration: i64,
}

impl NewTask {
    /// A call for `responsible`, due at `complete_till` (Unix seconds), on no card.
    #[must_use]
    pub fn new(responsible: u64, text: &str, complete_till: i64) -> Self {
        Self {
            responsible,
            text: text.to_owned(),
            complete_till,
            entity: None,
            task_type: 1,
            duration: 0,
        }
    }

    /// The same task on the deal with this id.
    #[must_use]
    pub fn on_lead(mut self, lead: u64) -> Self {
        self.entity = Some(Entity::lead(lead));
        self
    }
}

/// What to change about a task; `None` leaves a field as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    pub(crate) text: Option<String>,
    pub(crate) complete_till: Option<i64>,
    pub(crate) responsible: Option<u64>,
    pub(crate) entity: Option<Entity>,
    pub(crate) task_type: Option<u64>,
    pub(crate) duration: Option<i64>,
    pub(crate) is_completed: Option<bool>,
    pub(crate) result: Option<String>,
}

/// Every task, by id and by when it was last touched.
#[derive(Debug, Default)]
pub(super) struct Tasks {
    by_id: BTreeMap<u64, Task>,
    by_update: BTreeSet<(i64, u64)>,
}

impl Tasks {
    fn put(&mut self, task: Task) {
        self.take(task.id);
        self.by_update.insert((task.updated_at, task.id));
        self.by_id.insert(task.id, task);
    }

    fn take(&mut self, id: u64) -> Option<Task> {
        let task = self.by_id.remove(&id)?;
        self.by_update.remove(&(task.updated_at, id));
        Some(task)
    }
}

const FIRST_TASK: u64 = 4_700_001;

impl Books {
    /// Sets a task and returns its id.
    ///
    /// # Errors
    /// [`Refusal::NoSuchEntity`].
    pub(crate) fn create(&mut self, by: u64, new: NewTask, now: i64) -> Result<u64, Refusal> {
        if let Some(entity) = new.entity {
            self.known(entity)?;
        }
        let id = FIRST_TASK + self.next_serial();
        let task = Task {
            id,
            created_by: by,
            updated_by: by,
            created_at: now,
            updated_at: now,
            responsible: new.responsible,
            entity: new.entity,
            duration: new.duration,
            task_type: new.task_type,
            text: new.text,
            complete_till: new.complete_till,
            is_completed: false,
            result: None,
        };
        let subject = Subject::Task(Box::new(task.clone()));
        self.record(Happening::TaskAdded, subject, by, now);
        self.tasks.put(task);
        Ok(id)
    }

    /// Changes a task, recording one event for each kind of change. Returns the task as it is now.
    ///
    /// # Errors
    /// [`Refusal::NoSuchTask`] or [`Refusal::NoSuchEntity`].
    pub(crate) fn change(
        &mut self,
        by: u64,
        id: u64,
        changes: Changes,
        now: i64,
    ) -> Result<Task, Refusal> {
        if let Some(entity) = changes.entity {
            self.known(entity)?;
        }
        let note = self.next_note();
        let before = self.task(id).ok_or(Refusal::NoSuchTask(id))?.clone();
        let after = Task {
            text: changes.text.unwrap_or_else(|| before.text.clone()),
            complete_till: changes.complete_till.unwrap_or(before.complete_till),
            responsible: changes.responsible.unwrap_or(before.responsible),
            entity: changes.entity.or(before.entity),
            task_type: changes.task_type.unwrap_or(before.task_type),
            duration: changes.duration.unwrap_or(before.duration),
            is_completed: changes.is_completed.unwrap_or(before.is_completed),
            result: changes.result.or_else(|| before.result.clone()),
            updated_by: by,
            updated_at: now,
            ..before
        };
        for happening in happenings(&before, &after, note) {
            let subject = Subject::Task(Box::new(after.clone()));
            self.record(happening, subject, by, now);
        }
        self.tasks.put(after.clone());
        Ok(after)
    }

    /// Deletes a task, as the web interface can and the API cannot. Returns it as it was.
    ///
    /// # Errors
    /// [`Refusal::NoSuchTask`].
    pub(crate) fn delete(&mut self, by: u64, id: u64, now: i64) -> Result<Task, Refusal> {
        let task = self.tasks.take(id).ok_or(Refusal::NoSuchTask(id))?;
        let subject = Subject::Task(Box::new(task.clone()));
        self.record(Happening::TaskDeleted, subject, by, now);
        Ok(task)
    }

    /// The task with this id.
    pub(crate) fn task(&self, id: u64) -> Option<&Task> {
        self.tasks.by_id.get(&id)
    }

    /// Every task there is, by id.
    pub(crate) fn tasks(&self) -> impl Iterator<Item = &Task> {
        self.tasks.by_id.values()
    }

    /// The tasks among `ids` (all when `None`) last touched within the span, by id.
    pub(crate) fn tasks_among(
        &self,
        ids: Option<&[u64]>,
        updated_at: &RangeInclusive<i64>,
    ) -> Vec<&Task> {
        let ids: BTreeSet<u64> = match ids {
            Some(ids) => ids.iter().copied().collect(),
            None if *updated_at == (i64::MIN..=i64::MAX) => return self.tasks().collect(),
            None if updated_at.is_empty() => return Vec::new(),
            None => {
                let span = (*updated_at.start(), 0)..=(*updated_at.end(), u64::MAX);
                self.tasks
                    .by_update
                    .range(span)
                    .map(|&(_, id)| id)
                    .collect()
            }
        };
        ids.into_iter()
            .filter_map(|id| self.task(id))
            .filter(|task| updated_at.contains(&task.updated_at))
            .collect()
    }
}

fn happenings(before: &Task, after: &Task, note: u64) -> Vec<Happening> {
    let mut happened = Vec::new();
    if before.text != after.text {
        happened.push(Happening::TextChanged {
            before: before.text.clone(),
            after: after.text.clone(),
        });
    }
    if before.complete_till != after.complete_till {
        happened.push(Happening::DeadlineChanged {
            before: before.complete_till,
            after: after.complete_till,
        });
    }
    if before.responsible != after.responsible {
        happened.push(Happening::ResponsibleChanged {
            before: before.responsible,
            after: after.responsible,
        });
    }
    if after.is_completed && !before.is_completed {
        happened.push(Happening::TaskCompleted);
    }
    if before.result != after.result {
        happened.push(Happening::ResultAdded { note });
    }
    happened
}
