//! Toasts as values: what is shown, why something is not, and what became of it.

mod desk;
mod rules;

pub use dealbell_protocol::window::{Suppression, ToastFailure, ToastOutcome};
use dealbell_protocol::{Notification, NotificationId, Priority, text};
pub(crate) use desk::{Desk, Held, Round};
pub use rules::{Decision, Situation, decide};

/// Names an attempt to show a toast; it is recorded before the system is asked (STREAM 4).
pub type AttemptId = i64;

/// Which toast: showing one whose key is on the screen replaces it there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ToastKey {
    /// Of a notification.
    Notification(NotificationId),
    /// The one summary.
    Summary,
    /// A transient pop-up, numbered (RULES C10).
    Popup(u64),
}

/// What a toast says and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToastView {
    /// Which toast.
    pub key: ToastKey,
    /// First line, plain text.
    pub title: String,
    /// The rest, plain text; may be empty.
    pub body: String,
    /// What a click opens, http(s); without one it opens the window.
    pub link: Option<String>,
    /// `High` stays on the screen until seen, where the system can.
    pub urgency: Priority,
    /// Without a sound.
    pub quiet: bool,
}

impl ToastView {
    /// The toast of a notification; `quiet` where it only says something new in its place.
    pub fn of(notification: &Notification, quiet: bool) -> Self {
        let lines = [
            Some(notification.text.as_str()),
            notification.context.as_deref(),
        ];
        let lines: Vec<&str> = lines
            .into_iter()
            .flatten()
            .filter(|line| !line.is_empty())
            .collect();
        Self {
            key: ToastKey::Notification(notification.id),
            title: text::line(&notification.title, dealbell_protocol::rest::MAX_TITLE),
            body: text::block(&lines.join("\n"), MAX_BODY),
            link: web_link(notification.link.as_deref()),
            urgency: notification.priority,
            quiet: quiet || notification.priority == Priority::Low,
        }
    }
}

/// The longest body; a toast is no place for 4,000 characters.
const MAX_BODY: usize = 300;

pub(crate) fn web_link(link: Option<&str>) -> Option<String> {
    link.and_then(text::link).map(String::from)
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
