//! What a toast says and how: values made of notifications, without a clock or a screen.

use super::{Manners, ToastKey};
use crate::{InboxError, RestError};
use dealbell_protocol::stream::Popup;
use dealbell_protocol::window::{ContentLevel, Language, Sound};
use dealbell_protocol::{
    ChannelSettings, ErrorCode, Kind, Millis, Notification, Priority, ProviderId, rest,
    text as safe,
};
use dealbell_texts::text;

/// How long a toast's own button puts a notification off, milliseconds.
pub const TOAST_SNOOZE_MS: Millis = 15 * 60 * 1_000;

/// The longest body; a toast is no place for 4,000 characters.
const MAX_BODY: usize = 300;

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
    /// How loudly it asks.
    pub urgency: Priority,
    /// What it sounds like.
    pub sound: Sound,
    /// Stays on the screen until seen, where the system can.
    pub stay: bool,
    /// At most three.
    pub buttons: Vec<ToastButton>,
    /// Toasts of one provider about the same thing stand together in the system's list, where it has groups.
    pub group: Option<String>,
}

/// A button of a toast.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ToastButton {
    /// Opens the card, or the window at the item where there is none.
    Open,
    /// Completes the task.
    Done,
    /// Puts it off for [`TOAST_SNOOZE_MS`].
    Snooze,
    /// Marks read whatever the toast speaks for.
    MarkRead,
    /// Takes back what was done.
    Undo,
}

impl ToastButton {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Open,
        Self::Done,
        Self::Snooze,
        Self::MarkRead,
        Self::Undo,
    ];

    /// Its name on the screen, the same for ever: a click may come from an older version's toast.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Done => "done",
            Self::Snooze => "snooze",
            Self::MarkRead => "read",
            Self::Undo => "undo",
        }
    }

    /// The button of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|button| button.name() == name)
    }

    /// What the user reads.
    pub fn label(self, language: Language) -> String {
        let message = match self {
            Self::Open => "toast-open",
            Self::Done => "toast-done",
            Self::Snooze => "toast-snooze",
            Self::MarkRead => "toast-mark-read",
            Self::Undo => "toast-undo",
        };
        text(language, message, &[])
    }
}

/// To whom and how a toast speaks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Voice<'a> {
    pub(crate) language: Language,
    pub(crate) manners: &'a Manners,
    /// Names the providers.
    pub(crate) channels: Option<&'a ChannelSettings>,
}

impl Voice<'_> {
    pub(crate) fn say(&self, message: &str, args: &[(&str, dealbell_texts::Value)]) -> String {
        text(self.language, message, args)
    }

    fn provider(&self, id: &ProviderId) -> String {
        if ProviderId::BUILT_IN.contains(&id.as_str()) {
            return self.say(&format!("provider-{id}"), &[]);
        }
        let rows = self.channels.map(|channels| &channels.providers[..]);
        let row = rows
            .unwrap_or_default()
            .iter()
            .find(|row| row.provider.id == *id);
        row.map(|row| row.provider.name.as_str())
            .filter(|name| !name.is_empty())
            .map_or_else(|| id.to_string(), |name| safe::line(name, rest::MAX_TITLE))
    }
}

impl ToastView {
    /// The toast of `newest` and of `older` others about the same thing.
    pub(crate) fn of(key: ToastKey, newest: &Notification, older: usize, voice: Voice<'_>) -> Self {
        let level = voice.manners.level();
        let (title, body) = match level {
            ContentLevel::All => (grouped_title(newest, older, voice), body(newest, older)),
            ContentLevel::Sender => {
                let who = newest
                    .author
                    .clone()
                    .unwrap_or_else(|| voice.provider(&newest.provider));
                let who = safe::line(&who, rest::MAX_TITLE);
                (and_more(who, older, voice), kind_word(newest.kind, voice))
            }
            ContentLevel::Nothing => {
                let count = [("count", (older as u64 + 1).into())];
                (
                    voice.say("toast-hidden", &count),
                    kind_word(newest.kind, voice),
                )
            }
        };
        Self {
            key,
            title,
            body,
            link: web_link(newest.link.as_deref()),
            urgency: newest.priority,
            sound: voice.manners.sound(Some(&newest.provider), newest.priority),
            stay: stays(newest, voice.manners),
            buttons: buttons(newest, older, level),
            group: group(newest),
        }
    }

    /// The same without a sound: it says something new in its own place.
    pub(crate) fn silent(self) -> Self {
        Self {
            sound: Sound::Silent,
            ..self
        }
    }

    /// After a task was completed from a toast: says so, silently, and offers to take it back.
    /// `deed` numbers it, `task` is what the task's notification said.
    pub fn done(deed: u64, task: &Notification, manners: &Manners, language: Language) -> Self {
        let title = match manners.level() {
            ContentLevel::All => {
                let task = [("task", safe::line(task_of(task), rest::MAX_TITLE).into())];
                text(language, "toast-deed-done", &task)
            }
            ContentLevel::Sender | ContentLevel::Nothing => {
                text(language, "toast-deed-done-hidden", &[])
            }
        };
        Self {
            buttons: vec![ToastButton::Undo],
            ..Self::deed(deed, title, String::new(), task)
        }
    }

    /// After a deed from a toast failed: that nothing was done, and why. `why` is for the user.
    pub fn failed(
        deed: u64,
        task: &Notification,
        why: DeedFailure<'_>,
        manners: &Manners,
        language: Language,
    ) -> Self {
        let title = text(language, "toast-deed-failed", &[]);
        let why = match why {
            DeedFailure::Offline => text(language, "toast-deed-offline", &[]),
            DeedFailure::Gone => text(language, "toast-deed-gone", &[]),
            DeedFailure::NoRights => text(language, "toast-deed-no-rights", &[]),
            DeedFailure::Refused("") => text(language, "toast-deed-refused", &[]),
            DeedFailure::Refused(reason) => {
                let reason = [("reason", safe::line(reason, MAX_BODY).into())];
                text(language, "toast-deed-refused-why", &reason)
            }
        };
        let body = match manners.level() {
            ContentLevel::All => format!("{}\n{why}", safe::line(&task.title, rest::MAX_TITLE)),
            ContentLevel::Sender | ContentLevel::Nothing => why,
        };
        Self {
            buttons: vec![ToastButton::Open],
            ..Self::deed(deed, title, safe::block(&body, MAX_BODY), task)
        }
    }

    fn deed(deed: u64, title: String, body: String, task: &Notification) -> Self {
        Self {
            key: ToastKey::Deed(deed),
            title,
            body,
            link: web_link(task.link.as_deref()),
            urgency: Priority::Normal,
            sound: Sound::Silent,
            stay: false,
            buttons: Vec::new(),
            group: group(task),
        }
    }
}

/// Why a deed was not done, as a toast words it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeedFailure<'a> {
    /// Centre or CRM cannot be reached.
    Offline,
    /// There is no such task any more.
    Gone,
    /// It is not this user's business.
    NoRights,
    /// The CRM declined, with these words; may be empty.
    Refused(&'a str),
}

impl<'a> DeedFailure<'a> {
    /// How a toast words this error.
    pub fn of(error: &'a InboxError) -> Self {
        let InboxError::Rest(RestError::Refused { code, message, .. }) = error else {
            return Self::Offline;
        };
        match code {
            Some(ErrorCode::NotFound) => Self::Gone,
            Some(ErrorCode::Forbidden) => Self::NoRights,
            Some(ErrorCode::CrmRefused) => Self::Refused(message),
            Some(ErrorCode::CrmUnreachable) => Self::Offline,
            _ => Self::Refused(""),
        }
    }
}

/// The task itself of a title such as «Новая задача от Марины: встреча, завтра в 16:00».
fn task_of(notification: &Notification) -> &str {
    let title = notification.title.as_str();
    let task = title.split_once(": ").map_or(title, |(_, task)| task);
    match notification.kind {
        Kind::TaskNew => task.rsplit_once(", ").map_or(task, |(task, _)| task),
        _ => task,
    }
}

fn grouped_title(newest: &Notification, older: usize, voice: Voice<'_>) -> String {
    let title = safe::line(&newest.title, rest::MAX_TITLE);
    let context = newest
        .context
        .as_deref()
        .filter(|context| !context.is_empty());
    let Some(context) = context.filter(|_| older > 0) else {
        return and_more(title, older, voice);
    };
    let deal = newest
        .link
        .as_deref()
        .is_some_and(|link| link.contains("/leads/"));
    let message = match deal {
        true => "toast-more-deal",
        false => "toast-more-card",
    };
    let args = [
        ("title", title.into()),
        ("count", (older as u64).into()),
        ("context", safe::line(context, rest::MAX_KEY).into()),
    ];
    voice.say(message, &args)
}

fn and_more(title: String, older: usize, voice: Voice<'_>) -> String {
    if older == 0 {
        return title;
    }
    let args = [("title", title.into()), ("count", (older as u64).into())];
    voice.say("toast-more", &args)
}

/// Where it belongs stands in the title of a group.
fn body(newest: &Notification, older: usize) -> String {
    let context = newest.context.as_deref().filter(|_| older == 0);
    let lines = [Some(newest.text.as_str()), context];
    let lines: Vec<&str> = lines
        .into_iter()
        .flatten()
        .filter(|line| !line.is_empty())
        .collect();
    safe::block(&lines.join("\n"), MAX_BODY)
}

fn kind_word(kind: Kind, voice: Voice<'_>) -> String {
    voice.say(
        match kind {
            Kind::TaskNew => "toast-kind-task-new",
            Kind::TaskDue => "toast-kind-task-due",
            Kind::TaskOverdue => "toast-kind-task-overdue",
            Kind::TaskCompleted => "toast-kind-task-completed",
            Kind::ChatMessage => "toast-kind-chat-message",
            Kind::Call => "toast-kind-call",
            Kind::Request => "toast-kind-request",
            Kind::DealAssigned => "toast-kind-deal-assigned",
            Kind::System => "toast-kind-system",
            Kind::Message => "toast-kind-message",
        },
        &[],
    )
}

/// Whether its toast stays on the screen until seen.
pub(crate) fn stays(notification: &Notification, manners: &Manners) -> bool {
    let due = matches!(notification.kind, Kind::TaskDue | Kind::TaskOverdue);
    notification.priority == Priority::High || (due && manners.stay_when_due)
}

/// Nobody completes what he cannot read, nor several at once.
fn buttons(newest: &Notification, older: usize, level: ContentLevel) -> Vec<ToastButton> {
    let open = matches!(
        newest.kind,
        Kind::TaskNew | Kind::TaskDue | Kind::TaskOverdue
    );
    let task = newest
        .subject
        .as_deref()
        .is_some_and(|subject| subject.starts_with("task:"));
    match open && task && older == 0 && level == ContentLevel::All {
        true => vec![ToastButton::Open, ToastButton::Done, ToastButton::Snooze],
        false => vec![
            ToastButton::Open,
            ToastButton::MarkRead,
            ToastButton::Snooze,
        ],
    }
}

/// The provider's card where there is one, else its conversation.
fn group(notification: &Notification) -> Option<String> {
    let about = deal(notification).or(notification.subject.as_deref())?;
    Some(format!("{}:{about}", notification.provider))
}

/// The card of a notification, where it names one: a link without a label is a page like any other
/// (the list of all tasks), and belongs to nothing.
pub(crate) fn deal(notification: &Notification) -> Option<&str> {
    notification
        .context
        .as_deref()
        .filter(|context| !context.is_empty())?;
    notification.link.as_deref()
}

pub(crate) fn web_link(link: Option<&str>) -> Option<String> {
    link.and_then(safe::link).map(String::from)
}

/// The toast of a transient pop-up (RULES C10).
pub(crate) fn popup(key: ToastKey, popup: Popup, voice: Voice<'_>) -> ToastView {
    let sound = voice.manners.sound(Some(&popup.provider), Priority::Normal);
    let (title, body) = match voice.manners.level() {
        ContentLevel::All => (
            safe::line(&popup.title, rest::MAX_TITLE),
            safe::block(&popup.text, MAX_BODY),
        ),
        ContentLevel::Sender => (voice.provider(&popup.provider), String::new()),
        ContentLevel::Nothing => {
            let count = [("count", 1.into())];
            (voice.say("toast-hidden", &count), String::new())
        }
    };
    let link = web_link(popup.link.as_deref());
    ToastView {
        key,
        title,
        body,
        buttons: link.iter().map(|_| ToastButton::Open).collect(),
        link,
        urgency: Priority::Normal,
        sound,
        stay: false,
        group: None,
    }
}
