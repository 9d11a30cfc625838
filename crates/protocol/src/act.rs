//! Acting on what a notification is about: the centre passes a user's deed on to whoever watches
//! the subject, since it knows no CRM itself.

use crate::rest::OpenTask;
use crate::{Millis, UserId};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a user does about a subject. The body of `POST /v1/notifications/{id}/act`, and a part of
/// that of `POST /v1/act`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum Deed {
    /// Completes a task.
    Complete {
        /// What came of it; may be empty.
        #[serde(default)]
        result: String,
    },
    /// Opens again the task that this user completed just now: the undo.
    Reopen,
}

/// Whoever can act on subjects: a connector, for the tasks of its account.
#[async_trait]
pub trait Actor: Send + Sync {
    /// Does `deed` to `subject` (`task:123`) in the name of `user`, whose business it must be.
    ///
    /// # Errors
    /// [`ActError`]; after one nothing was done, as far as the CRM has said.
    async fn act(&self, user: UserId, subject: &str, deed: Deed) -> Result<(), ActError>;

    /// The open tasks of `user` that are overdue or due by the end of his day, soonest first.
    /// Nobody of this actor's: empty.
    async fn tasks(&self, user: UserId) -> Vec<OpenTask>;

    /// All open tasks of `user`, soonest first, for his calendar (RULES T11); none while it does not
    /// know them.
    async fn agenda(&self, user: UserId) -> Option<Vec<AgendaTask>> {
        let _ = user;
        None
    }

    /// The [`crate::ingest::Batch::source`] it commits under, since accounts number their own
    /// things; none while it does not say.
    fn source(&self) -> Option<String> {
        None
    }
}

/// An open task, as a calendar has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgendaTask {
    /// The task; its subject names it within its account.
    pub task: OpenTask,
    /// Where it is due on a day and not at an hour: which, `2026-11-21`, by the account's calendar.
    pub day: Option<String>,
    /// When it is told as due (RULES T3, T5): seconds from its start, the deadline or the first
    /// moment of its day; negative is before.
    pub told_after: i64,
    /// When it was edited last.
    pub changed_at: Millis,
}

/// Why a deed was not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ActError {
    /// This actor does not know the subject: another one may.
    #[error("not known here")]
    Unknown,
    /// It is not this user's business, or the CRM does not let him.
    #[error("not allowed")]
    Forbidden,
    /// The CRM does not answer; the same may succeed later.
    #[error("the CRM does not answer")]
    Unreachable,
    /// The CRM declined.
    #[error("the CRM declined: {0}")]
    Refused(String),
}
