//! "Why did I not get a toast?": what is kept of connections and toast decisions.

use crate::{Millis, NotificationId, ProviderId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The diagnostics page, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Diagnostics {
    /// How the link to the centre went, at most 200.
    pub connections: Vec<ConnectionRecord>,
    /// What was decided about toasts, at most 200.
    pub decisions: Vec<ToastRecord>,
    /// Where the log lies.
    pub log_file: Option<String>,
}

/// A change of the link to the centre.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ConnectionRecord {
    /// When.
    #[ts(type = "number")]
    pub at: Millis,
    /// What happened.
    pub event: LinkEvent,
}

/// What can happen to the link to the centre.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum LinkEvent {
    /// Dealbell started.
    Started,
    /// Connected and caught up.
    Online,
    /// The link broke or could not be made.
    Lost {
        /// The close code of the stream, where there was one.
        code: Option<u16>,
        /// After how many milliseconds the next try is made.
        #[ts(type = "number")]
        retry_ms: u64,
    },
    /// The centre does not let us in.
    Refused {
        /// The close code of the stream.
        code: u16,
    },
    /// The machine woke.
    Woke,
    /// The network changed.
    NetworkChanged,
}

/// What was decided about a toast, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ToastRecord {
    /// When.
    #[ts(type = "number")]
    pub at: Millis,
    /// Of which notification; none for a summary.
    pub notification: Option<NotificationId>,
    /// Its title, where it is still here.
    pub title: Option<String>,
    /// Its provider, likewise.
    pub provider: Option<ProviderId>,
    /// What became of it; none while that is open.
    pub outcome: Option<ToastOutcome>,
}

/// What became of an attempt to show a toast.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum ToastOutcome {
    /// It is on the screen.
    Shown,
    /// It took the place of one on the screen.
    Replaced,
    /// A summary speaks for it.
    Coalesced,
    /// It was not to be shown.
    Suppressed {
        /// Why.
        by: Suppression,
    },
    /// It should have been shown, and was not.
    Failed {
        /// Why.
        why: ToastFailure,
    },
}

/// Why a toast was not to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Suppression {
    /// The master switch is off (RULES C5).
    MasterSwitch,
    /// Desktop is off for its provider (RULES C3).
    Channel,
    /// It is never a toast (RULES T2).
    Silent,
    /// It was read before it could be shown.
    AlreadyRead,
    /// It was withdrawn before it could be shown.
    Withdrawn,
    /// The user's weekly quiet hours (RULES C11).
    QuietHours,
    /// The user does not want to be disturbed now.
    UserQuiet,
    /// The system's do-not-disturb.
    DoNotDisturb,
    /// The user has put it off.
    Snoozed,
}

/// Why the system did not show a toast.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ToastFailure {
    /// Nothing on this system shows toasts.
    NoDaemon,
    /// The system refused.
    Refused,
    /// The system did not answer in time.
    NoAnswer,
    /// Dealbell ended before it knew.
    Unconfirmed,
}
