//! What is told and taken back, before it has words.

use super::KnownTask;
use super::calls::{CALLS, KnownCall};
use super::chats::{CHATS, KnownChat};
use super::deals::{DEALS, DealGiven, deal_subject};
use super::requests::{REQUESTS, request_subject};
use crate::model::{CrmUserId, Entity, EntityType, Request};
use dealbell_protocol::ingest::Again;
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
    /// A notice of another kind.
    News(Box<News>),
    /// Notices go.
    TakeBack {
        /// Whose; everybody's where missing.
        user: Option<UserId>,
        /// Who said them.
        provider: &'static str,
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

    /// Whoever reads it has just brought it about.
    pub(super) fn hush(&mut self) {
        if let Self::Tell(tell) = self {
            tell.missed = Missed::No;
            tell.silent = true;
        }
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

/// A notice about something else than a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    /// Whom.
    pub user: UserId,
    /// About what, as it is now.
    pub about: About,
    /// Equal keys are one notification.
    pub key: String,
    /// Which one of the same key is updated.
    pub again: Again,
    /// Listed and counted, but no toast.
    pub silent: bool,
}

/// What a notice is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// A conversation that waits for an answer.
    Chat(KnownChat),
    /// A call.
    Call(KnownCall),
    /// A request in Incoming leads.
    Request(Request),
    /// A deal that is the reader's now.
    Deal(DealGiven),
}

impl About {
    /// Who says it (RULES C1).
    pub fn provider(&self) -> &'static str {
        match self {
            Self::Chat(_) => CHATS,
            Self::Call(_) => CALLS,
            Self::Request(_) => REQUESTS,
            Self::Deal(_) => DEALS,
        }
    }

    /// The kind on the wire.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Chat(_) => Kind::ChatMessage,
            Self::Call(_) => Kind::Call,
            Self::Request(_) => Kind::Request,
            Self::Deal(_) => Kind::DealAssigned,
        }
    }

    /// What it is about, as it is taken back by.
    pub fn subject(&self) -> String {
        match self {
            Self::Chat(chat) => chat.subject(),
            Self::Call(call) => call.subject(),
            Self::Request(request) => request_subject(&request.uid),
            Self::Deal(deal) => deal_subject(deal.lead),
        }
    }

    /// The card it belongs to.
    pub fn card(&self) -> Option<Entity> {
        let deal = |id| Entity {
            kind: EntityType::Leads,
            id,
        };
        match self {
            Self::Chat(chat) => Some(chat.card),
            Self::Call(call) => Some(call.card),
            Self::Request(request) => request.leads.first().copied().map(deal),
            Self::Deal(given) => Some(deal(given.lead)),
        }
    }
}
