//! What is remembered of a task.

use crate::model::{CrmUserId, Entity, Seconds, Task};
use serde::{Deserialize, Serialize};

/// The longest text remembered, characters: what a notice can carry.
const LONGEST_TEXT: usize = 4_000;

/// A task as it was last told about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownTask {
    /// Its number.
    pub id: u64,
    /// Who is to do it.
    pub responsible: CrmUserId,
    /// Who set it; 0 is a robot.
    pub author: CrmUserId,
    /// The deadline.
    pub deadline: Seconds,
    /// When it was set.
    pub created_at: Seconds,
    /// When it was edited last.
    pub updated_at: Seconds,
    /// What to do.
    pub text: String,
    /// 1 call, 2 meeting, then the account's own.
    pub task_type: u64,
    /// The card it hangs on.
    pub entity: Option<Entity>,
    /// Whether it is done.
    pub completed: bool,
    /// Names the time it was given to this user with this deadline; grows when either changes, and
    /// stands in the dedup keys, so that a task that comes back can ring again.
    pub armed: Seconds,
    /// How far its due notice has come.
    pub phase: Phase,
    /// How *new task* was told to its responsible, where it was. Kept while it is completed, for
    /// whoever takes that back; likewise `due_listed`.
    #[serde(default)]
    pub given: Option<Given>,
    /// Whether its due notice is in the list; not where a summary stands for it (RULES T12).
    #[serde(default)]
    pub due_listed: bool,
}

/// A *new task* notice that was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// Who gave the task; 0 is a robot.
    pub by: CrmUserId,
    /// [`KnownTask::armed`] of then, which stands in the notice's key.
    pub armed: Seconds,
}

/// How far a due notice has come (RULES T3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Its time has not come.
    Waiting,
    /// It is not told as due: an all-day task that was set after its hour (RULES T5).
    Skipped,
    /// Told as due.
    Due,
    /// Told as overdue.
    Overdue,
}

impl KnownTask {
    /// A task met for the first time.
    pub fn new(task: &Task) -> Self {
        Self {
            id: task.id,
            responsible: task.responsible_user_id,
            author: task.created_by,
            deadline: task.complete_till,
            created_at: task.created_at,
            updated_at: task.updated_at,
            text: task.text.chars().take(LONGEST_TEXT).collect(),
            task_type: task.task_type_id,
            entity: task.entity(),
            completed: task.is_completed,
            armed: task.updated_at,
            phase: Phase::Waiting,
            given: None,
            due_listed: false,
        }
    }

    /// The same task as it reads now; what was told stays told.
    pub(super) fn read_again(&self, task: &Task) -> Self {
        Self {
            armed: self.armed,
            phase: self.phase,
            given: self.given,
            due_listed: self.due_listed,
            ..Self::new(task)
        }
    }

    pub(super) fn arm(&mut self, at: Seconds) {
        self.armed = at.max(self.armed.saturating_add(1));
        self.phase = Phase::Waiting;
        self.due_listed = false;
    }
}
