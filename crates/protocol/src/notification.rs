//! The uniform format of a notification (RULES C1).

use crate::{NotificationId, ProviderId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

/// Milliseconds since the Unix epoch, UTC.
pub type Millis = i64;

/// One notification, as list, stream and feed carry it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Notification {
    /// Unique over all users.
    pub id: NotificationId,
    /// Who says it.
    pub provider: ProviderId,
    /// What it is about, for icon and wording.
    pub kind: Kind,
    /// How urgent the provider finds it.
    pub priority: Priority,
    /// The thing it is about (`task:123`); equal subjects belong together.
    pub subject: Option<String>,
    /// Who and what, ≤ 200 characters, plain text without control characters.
    pub title: String,
    /// The rest, ≤ 4,000 characters, plain text; line breaks allowed.
    pub text: String,
    /// Where it belongs, as a label for the link («Кухня „Верона“»).
    pub context: Option<String>,
    /// Who it comes from, a person's name: names the senders of a summary, and is all a toast says
    /// where its content is hidden.
    #[serde(default)]
    pub author: Option<String>,
    /// The card to open, http(s), ≤ 2,048 characters.
    pub link: Option<String>,
    /// When it happened, by the provider's clock.
    #[ts(type = "number")]
    pub at: Millis,
    /// When the centre committed it first.
    #[ts(type = "number")]
    pub created_at: Millis,
    /// The log entry that created it; orders the list, newest first.
    #[ts(type = "number")]
    pub created_seq: u64,
    /// When the user read it; none while unread.
    #[ts(type = "number | null")]
    pub read_at: Option<Millis>,
    /// Listed and counted, but never a toast (RULES T2).
    pub silent: bool,
}

impl Notification {
    /// Whether the red number counts it (RULES T10).
    pub fn is_unread(&self) -> bool {
        self.read_at.is_none()
    }
}

/// What a notification is about. A kind this version does not know reads as [`Kind::Message`].
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A task was set (RULES T1).
    TaskNew,
    /// A task falls due soon (RULES T3).
    TaskDue,
    /// A task's deadline has passed (RULES T3).
    TaskOverdue,
    /// A task the user had set was completed (RULES T4).
    TaskCompleted,
    /// A chat message or SMS came in.
    ChatMessage,
    /// A call comes in or was missed.
    Call,
    /// A new request in Incoming leads.
    Request,
    /// A deal was assigned to the user.
    DealAssigned,
    /// Dealbell itself or the CRM's link to it needs attention.
    System,
    /// Anything else an integration says.
    #[default]
    #[serde(other)]
    Message,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 10] = [
        Self::TaskNew,
        Self::TaskDue,
        Self::TaskOverdue,
        Self::TaskCompleted,
        Self::ChatMessage,
        Self::Call,
        Self::Request,
        Self::DealAssigned,
        Self::System,
        Self::Message,
    ];

    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::TaskNew => "task_new",
            Self::TaskDue => "task_due",
            Self::TaskOverdue => "task_overdue",
            Self::TaskCompleted => "task_completed",
            Self::ChatMessage => "chat_message",
            Self::Call => "call",
            Self::Request => "request",
            Self::DealAssigned => "deal_assigned",
            Self::System => "system",
            Self::Message => "message",
        }
    }

    /// The kind with exactly this name; none for an unknown one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// How urgent a notification is.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// Can wait; shown without sound.
    Low,
    /// The usual.
    #[default]
    Normal,
    /// Stays on the screen until seen, where the system can.
    High,
}

impl Priority {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
        }
    }

    /// The priority with exactly this name; none for an unknown one.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Low, Self::Normal, Self::High]
            .into_iter()
            .find(|p| p.name() == name)
    }
}

/// The one unread value (RULES T10), and the log entry it was true at: an older `at` is ignored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Unread {
    /// How many notifications are unread.
    #[ts(type = "number")]
    pub count: u64,
    /// The seq this was counted at.
    #[ts(type = "number")]
    pub at: u64,
}
