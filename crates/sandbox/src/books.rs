//! The account's books: tasks, and the events that record what was done to them. Time comes in as
//! an argument.

use std::collections::BTreeMap;

use crate::cast;
use crate::events::{Event, Happening, event_id};

/// What a card is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EntityKind {
    /// A deal.
    Leads,
    /// A person.
    Contacts,
    /// A company.
    Companies,
    /// A returning customer.
    Customers,
}

impl EntityKind {
    /// The API's name, also the path segment.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Leads => "leads",
            Self::Contacts => "contacts",
            Self::Companies => "companies",
            Self::Customers => "customers",
        }
    }

    /// The kind the API calls `name`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [
            Self::Leads,
            Self::Contacts,
            Self::Companies,
            Self::Customers,
        ]
        .into_iter()
        .find(|kind| kind.name() == name)
    }
}

/// The card a task hangs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Entity {
    /// What it is.
    pub kind: EntityKind,
    /// Its id within the kind.
    pub id: u64,
}

impl Entity {
    /// The deal with this id.
    #[must_use]
    pub fn lead(id: u64) -> Self {
        Self {
            kind: EntityKind::Leads,
            id,
        }
    }

    /// Whether the account has this card.
    pub(crate) fn exists(self) -> bool {
        match self.kind {
            EntityKind::Leads => cast::LEADS.iter().any(|lead| lead.id == self.id),
            EntityKind::Contacts => cast::CONTACTS.iter().any(|contact| contact.id == self.id),
            EntityKind::Companies => cast::COMPANIES.iter().any(|company| company.id == self.id),
            EntityKind::Customers => cast::CUSTOMERS
                .iter()
                .any(|customer| customer.id == self.id),
        }
    }
}

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

/// Why the account did not do what it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no such task, or no longer.
    #[error("there is no task {0}")]
    NoSuchTask(u64),
    /// The account has no such user.
    #[error("there is no user {0}")]
    NoSuchUser(u64),
    /// The account has no such card.
    #[error("there is no card {id} among {kind}", id = .0.id, kind = .0.kind.name())]
    NoSuchEntity(Entity),
}

/// Tasks and events.
#[derive(Debug, Default)]
pub(crate) struct Books {
    tasks: BTreeMap<u64, Task>,
    events: Vec<Event>,
    serial: u64,
}

const FIRST_TASK: u64 = 4_700_001;
const FIRST_NOTE: u64 = 11_900_000;

impl Books {
    /// Sets a task and returns its id.
    pub(crate) fn create(&mut self, by: u64, new: NewTask, now: i64) -> u64 {
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
        self.record(Happening::Added, task.clone(), by, now);
        self.tasks.insert(id, task);
        id
    }

    /// Changes a task, recording one event for each kind of change. Returns the task as it is now.
    ///
    /// # Errors
    /// [`Refusal::NoSuchTask`].
    pub(crate) fn change(
        &mut self,
        by: u64,
        id: u64,
        changes: Changes,
        now: i64,
    ) -> Result<Task, Refusal> {
        let note = FIRST_NOTE + self.next_serial();
        let task = self.tasks.get_mut(&id).ok_or(Refusal::NoSuchTask(id))?;
        let before = task.clone();

        task.text = changes.text.unwrap_or_else(|| before.text.clone());
        task.complete_till = changes.complete_till.unwrap_or(before.complete_till);
        task.responsible = changes.responsible.unwrap_or(before.responsible);
        task.entity = changes.entity.or(before.entity);
        task.task_type = changes.task_type.unwrap_or(before.task_type);
        task.duration = changes.duration.unwrap_or(before.duration);
        task.is_completed = changes.is_completed.unwrap_or(before.is_completed);
        task.result = changes.result.or_else(|| before.result.clone());
        task.updated_by = by;
        task.updated_at = now;

        let after = task.clone();
        for happening in happenings(&before, &after, note) {
            self.record(happening, after.clone(), by, now);
        }
        Ok(after)
    }

    /// Deletes a task, as the web interface can and the API cannot.
    ///
    /// # Errors
    /// [`Refusal::NoSuchTask`].
    pub(crate) fn delete(&mut self, by: u64, id: u64, now: i64) -> Result<(), Refusal> {
        let task = self.tasks.remove(&id).ok_or(Refusal::NoSuchTask(id))?;
        self.record(Happening::Deleted, task, by, now);
        Ok(())
    }

    /// The task with this id.
    pub(crate) fn task(&self, id: u64) -> Option<&Task> {
        self.tasks.get(&id)
    }

    /// Every task there is, by id.
    pub(crate) fn tasks(&self) -> impl Iterator<Item = &Task> {
        self.tasks.values()
    }

    /// Every event, newest first.
    pub(crate) fn events(&self) -> impl Iterator<Item = &Event> {
        self.events.iter().rev()
    }

    fn record(&mut self, happening: Happening, task: Task, created_by: u64, created_at: i64) {
        let id = event_id(created_at, self.next_serial());
        self.events.push(Event {
            id,
            happening,
            task,
            created_by,
            created_at,
        });
    }

    fn next_serial(&mut self) -> u64 {
        let serial = self.serial;
        self.serial += 1;
        serial
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
        happened.push(Happening::Completed);
    }
    if before.result != after.result {
        happened.push(Happening::ResultAdded { note });
    }
    happened
}
