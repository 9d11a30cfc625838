//! Ringing: brings the inbox's toasts to the screen, in order, and tells what became of each.
//!
//! On the screen a toast is named by its account and its key: `TAG.01ARZ…`, `TAG.summary`. The
//! inbox's values become the system's here and nowhere else.

use dealbell_inbox::toast::ToastFailure;
use dealbell_inbox::{Inbox, ToastAct, ToastButton, ToastKey, ToastOutcome, ToastView};
use dealbell_protocol::Priority;
use dealbell_protocol::window::{Language, Sound};
use dealbell_toasts::{Button, Shown, Toast, ToastBackend, ToastError, Urgency};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};

/// Between an account's tag and the key of its toast; no tag has it.
const AFTER_TAG: char = '.';

/// How long the answer to a deed stays, with the chance to take it back.
const ANSWER_STAYS: Duration = Duration::from_secs(10);

/// What the controller has to know of the ringing.
#[derive(Debug)]
pub(crate) enum BellEvent {
    /// Whether toasts fail.
    Fails(bool),
    /// A pop-up is kept nowhere, so its link has to be remembered until it is clicked.
    Popup(ToastKey, String),
}

/// What all our toasts have in common.
#[derive(Clone, Debug)]
pub(crate) struct Look {
    /// The user's language, which may change.
    pub(crate) speaks: watch::Receiver<Language>,
    /// Name or file of the icon.
    pub(crate) icon: String,
}

impl Look {
    /// The look of a user who `speaks` this. The icon is put into `folder`: a daemon finds it by name only after
    /// an installation.
    pub(crate) fn new(speaks: watch::Receiver<Language>, folder: &Path) -> Self {
        let file = folder.join("icon.png");
        let icon = include_bytes!("../../icons/64x64.png");
        let kept = fs::read(&file).is_ok_and(|kept| kept == icon) || fs::write(&file, icon).is_ok();
        Self {
            speaks,
            icon: if kept {
                file.to_string_lossy().into_owned()
            } else {
                "dealbell".into()
            },
        }
    }
}

/// Shows and withdraws until the inbox ends. The names of its toasts begin with `prefix`
/// ([`prefix`]), so that those of several accounts stand side by side.
pub(crate) async fn ring(
    prefix: String,
    inbox: Inbox,
    mut acts: mpsc::Receiver<ToastAct>,
    screen: Arc<dyn ToastBackend>,
    look: Look,
    events: mpsc::Sender<BellEvent>,
) {
    while let Some(act) = acts.recv().await {
        match act {
            ToastAct::Show { attempt, view } => {
                if let (ToastKey::Popup(_), Some(link)) = (view.key, &view.link) {
                    let _ = events.send(BellEvent::Popup(view.key, link.clone())).await;
                }
                let outcome = show(screen.as_ref(), &look, &prefix, &view).await;
                let fails = matches!(outcome, ToastOutcome::Failed { .. });
                let _ = events.send(BellEvent::Fails(fails)).await;
                if let Some(attempt) = attempt {
                    inbox.toast_outcome(attempt, outcome);
                }
            }
            ToastAct::Withdraw { key } => withdraw(screen.as_ref(), &prefix, key).await,
        }
    }
}

/// Answers a deed done from a toast, with [`ToastView::done`] or [`ToastView::failed`]: the answer
/// goes by itself.
pub(crate) async fn confirm(
    screen: Arc<dyn ToastBackend>,
    look: Look,
    prefix: String,
    view: ToastView,
) {
    show(screen.as_ref(), &look, &prefix, &view).await;
    tokio::time::sleep(ANSWER_STAYS).await;
    withdraw(screen.as_ref(), &prefix, view.key).await;
}

/// How the names of an account's toasts begin; `tag` has no full stop.
pub(crate) fn prefix(tag: &str) -> String {
    format!("{tag}{AFTER_TAG}")
}

/// What the user pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pressed<'a> {
    /// The tag of the account.
    pub(crate) account: &'a str,
    /// Which of its toasts.
    pub(crate) key: ToastKey,
    /// Which button; none is the toast itself.
    pub(crate) button: Option<ToastButton>,
}

impl<'a> Pressed<'a> {
    /// What stands behind a toast's name and a button's; none for names that are not ours. A toast
    /// that went away has no button.
    pub(crate) fn of(name: &'a str, button: Option<&str>) -> Option<Self> {
        let (account, key) = name.rsplit_once(AFTER_TAG)?;
        Some(Self {
            account,
            key: key_of(key)?,
            button: match button {
                None => None,
                Some(button) => Some(ToastButton::from_name(button)?),
            },
        })
    }
}

/// The toast's name on the screen, among those of its account.
pub(crate) fn key_text(key: ToastKey) -> String {
    match key {
        ToastKey::Notification(id) => id.to_string(),
        ToastKey::Summary => "summary".into(),
        ToastKey::Popup(number) => format!("popup-{number}"),
        ToastKey::Deed(number) => format!("deed-{number}"),
    }
}

/// The reverse of [`key_text`]; none for a name that is not ours.
pub(crate) fn key_of(text: &str) -> Option<ToastKey> {
    if text == "summary" {
        return Some(ToastKey::Summary);
    }
    match text.split_once('-') {
        Some(("popup", number)) => number.parse().ok().map(ToastKey::Popup),
        Some(("deed", number)) => number.parse().ok().map(ToastKey::Deed),
        Some(_) => None,
        None => text.parse().ok().map(ToastKey::Notification),
    }
}

async fn show(
    screen: &dyn ToastBackend,
    look: &Look,
    prefix: &str,
    view: &ToastView,
) -> ToastOutcome {
    let outcome = outcome(screen.show(&toast(prefix, view, look)).await);
    // The title is a customer's; the log gets the key alone.
    tracing::info!(key = key_text(view.key), ?outcome, "toast");
    outcome
}

async fn withdraw(screen: &dyn ToastBackend, prefix: &str, key: ToastKey) {
    let name = format!("{prefix}{}", key_text(key));
    if let Err(error) = screen.withdraw(&name).await {
        tracing::debug!(%error, "a toast could not be withdrawn");
    }
}

fn toast(prefix: &str, view: &ToastView, look: &Look) -> Toast {
    let language = *look.speaks.borrow();
    Toast {
        key: format!("{prefix}{}", key_text(view.key)),
        title: view.title.clone(),
        body: view.body.clone(),
        urgency: match view.urgency {
            Priority::Low => Urgency::Low,
            Priority::Normal => Urgency::Normal,
            Priority::High => Urgency::High,
        },
        default_label: ToastButton::Open.label(language),
        sound: match view.sound {
            Sound::Default => dealbell_toasts::Sound::Default,
            Sound::Message => dealbell_toasts::Sound::Message,
            Sound::Bell => dealbell_toasts::Sound::Bell,
            Sound::Complete => dealbell_toasts::Sound::Complete,
            Sound::Silent => dealbell_toasts::Sound::Silent,
        },
        stay: view.stay,
        group: view.group.as_ref().map(|group| format!("{prefix}{group}")),
        transient: matches!(view.key, ToastKey::Popup(_) | ToastKey::Deed(_)),
        buttons: view
            .buttons
            .iter()
            .map(|button| Button {
                id: button.name().into(),
                label: button.label(language),
            })
            .collect(),
        icon: Some(look.icon.clone()),
    }
}

fn outcome(shown: Result<Shown, ToastError>) -> ToastOutcome {
    let why = match shown {
        Ok(Shown::New) => return ToastOutcome::Shown,
        Ok(Shown::Replaced) => return ToastOutcome::Replaced,
        Err(ToastError::NoDaemon) => ToastFailure::NoDaemon,
        Err(ToastError::TimedOut) => ToastFailure::NoAnswer,
        Err(
            ToastError::Refused(_)
            | ToastError::NotPermitted
            | ToastError::NotInstalled
            | ToastError::Unsupported(_),
        ) => ToastFailure::Refused,
    };
    ToastOutcome::Failed { why }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_press_tells_whose_toast_and_which_button() {
        let id = "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap();
        for key in [
            ToastKey::Notification(id),
            ToastKey::Summary,
            ToastKey::Popup(7),
            ToastKey::Deed(8),
        ] {
            let name = format!("{}{}", prefix("a1b2"), key_text(key));
            for button in ToastButton::ALL.map(Some).into_iter().chain([None]) {
                let pressed = Pressed {
                    account: "a1b2",
                    key,
                    button,
                };
                let button = button.map(ToastButton::name);
                assert_eq!(Pressed::of(&name, button), Some(pressed));
            }
        }
        for name in ["anything", "a.anything", "a.popup-x", "a.seat-1", "summary"] {
            assert_eq!(Pressed::of(name, None), None, "{name}");
        }
        assert_eq!(Pressed::of("a.summary", Some("explode")), None);
    }
}
