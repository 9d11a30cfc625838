//! Toasts as values: what is shown, why something is not, and what became of it.
//!
//! | module | subject |
//! |---|---|
//! | `rules` | whether a notification becomes a toast |
//! | `manners` | what user and system want of toasts |
//! | `view` | what a toast says and how |
//! | `desk` | what is on the screen, what waits, and for what |
//! | `screen` | one toast for what a provider says of a conversation or a card |
//! | `summary` | one toast for many |
//!
//! Pop-ups are kept nowhere (RULES C10), and so is what became of them: the diagnostics know
//! notifications and summaries only.

mod desk;
mod manners;
mod rules;
mod screen;
mod summary;
mod view;

use dealbell_protocol::NotificationId;
pub use dealbell_protocol::window::{Suppression, ToastFailure, ToastOutcome};
pub(crate) use desk::{Desk, Held, Round, Wait};
pub use manners::{Manners, UserQuiet};
pub use rules::{Decision, Situation, decide};
pub(crate) use rules::{decide_again, held_back};
pub use view::{DeedFailure, TOAST_SNOOZE_MS, ToastButton, ToastView};
pub(crate) use view::{Voice, popup};

/// Names an attempt to show a toast; it is recorded before the system is asked (STREAM 4).
pub type AttemptId = i64;

/// Which toast: showing one whose key is on the screen replaces it there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ToastKey {
    /// Of a notification, and of others about the same thing: [`crate::Inbox::toast_clicked`] says
    /// which.
    Notification(NotificationId),
    /// The one summary.
    Summary,
    /// A transient pop-up, numbered (RULES C10).
    Popup(u64),
    /// What became of a deed done from a toast, numbered by whoever shows it.
    Deed(u64),
}

/// What the desktop is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ToastAct {
    /// Show it, and report what became of it with [`crate::Inbox::toast_outcome`].
    Show {
        /// The recorded attempt; none for a pop-up, which is kept nowhere.
        attempt: Option<AttemptId>,
        /// What it says.
        view: ToastView,
    },
    /// Take it off the screen.
    Withdraw {
        /// Which.
        key: ToastKey,
    },
}

/// An attempt as the diagnostics show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Its number, growing.
    pub id: AttemptId,
    /// Of which notification; none for a summary.
    pub notification: Option<NotificationId>,
    /// When, milliseconds since the Unix epoch.
    pub at: i64,
    /// What became of it; none while that is open.
    pub outcome: Option<ToastOutcome>,
}
