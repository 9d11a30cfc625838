//! What is told and taken back, before it has words.

use super::KnownTask;
use crate::model::CrmUserId;
use dealbell_protocol::{Kind, UserId};

/// The provider of every notice about tasks (RULES C1).
pub const TASKS: &str = "tasks";

/// The subject of everything said about a task (RULES T7).
pub fn task_subject(id: u64) -> String {
    format!("task:{id}")
}

/// What follows from a comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What to tell and take back, in order.
    pub says: Vec<Say>,
    /// What is known of the task from now on.
    pub known: Option<KnownTask>,
}

impl Outcome {
    pub(super) fn of(known: KnownTask) -> Self {
        Self {
            says: Vec::new(),
            known: Some(known),
        }
    }
}

/// One thing to tell or take back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Say {
    /// A notice about one task.
    Tell(Box<Tell>),
    /// The one notice about many overdue tasks (RULES T3, T12).
    Overview {
        /// Whom.
        user: UserId,
        /// Equal keys are one notification.
        key: String,
        /// The tasks, longest overdue first.
        tasks: Vec<KnownTask>,
    },
    /// Notices go.
    TakeBack {
        /// Whose; everybody's where missing.
        user: Option<UserId>,
        /// What they were about.
        subject: String,
        /// Which kinds; all where empty.
        kinds: Vec<Kind>,
    },
}

impl Say {
    pub(super) fn is_new(&self) -> bool {
        matches!(self, Self::Tell(tell) if matches!(tell.what, What::New { .. }))
    }

    /// *New task* has said it already: no second toast in the same breath.
    pub(super) fn hush_missed(&mut self) {
        if let Self::Tell(tell) = self
            && tell.missed == Missed::Away
        {
            tell.missed = Missed::No;
            tell.silent = true;
        }
    }
}

/// A notice about one task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tell {
    /// Whom.
    pub user: UserId,
    /// What.
    pub what: What,
    /// Equal keys are one notification.
    pub key: String,
    /// Listed and counted, but no toast.
    pub silent: bool,
    /// Whether it was overdue before it could be told as due.
    pub missed: Missed,
    /// About which task, as it is now.
    pub task: KnownTask,
}

/// Whether a notice comes too late to ring by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missed {
    /// It is in time.
    No,
    /// It became overdue while nobody looked (RULES T3).
    Away,
    /// It was overdue before the account was read for the first time (RULES T12).
    Baseline,
}

/// What is told about a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// It is yours now (RULES T1).
    New {
        /// Who gave it to you; 0 is a robot.
        by: CrmUserId,
    },
    /// Its deadline is near (RULES T3), or its day has come (RULES T5).
    Due,
    /// Its deadline has passed (RULES T3).
    Overdue,
    /// The task you set is done (RULES T4).
    Completed {
        /// Who did it; 0 is a robot.
        by: CrmUserId,
        /// What came of it; may be empty.
        result: String,
    },
}

impl What {
    /// The kind on the wire.
    pub fn kind(&self) -> Kind {
        match self {
            Self::New { .. } => Kind::TaskNew,
            Self::Due => Kind::TaskDue,
            Self::Overdue => Kind::TaskOverdue,
            Self::Completed { .. } => Kind::TaskCompleted,
        }
    }
}
