//! Ringing: brings the inbox's toasts to the screen, in order, and tells what became of each.

use dealbell_inbox::toast::ToastFailure;
use dealbell_inbox::{Inbox, ToastAct, ToastKey, ToastOutcome, ToastView};
use dealbell_protocol::Priority;
use dealbell_protocol::window::Language;
use dealbell_toasts::{Shown, Sound, Toast, ToastBackend, ToastError, Urgency};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::{mpsc, watch};

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

/// Shows and withdraws until the inbox ends. The names of its toasts begin with `prefix`, so that those
/// of several accounts stand side by side.
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
                let outcome = outcome(screen.show(&toast(&prefix, &view, &look)).await);
                // The title is a customer's; the log gets the key alone.
                tracing::info!(key = key_text(view.key), ?outcome, "toast");
                let fails = matches!(outcome, ToastOutcome::Failed { .. });
                let _ = events.send(BellEvent::Fails(fails)).await;
                if let Some(attempt) = attempt {
                    inbox.toast_outcome(attempt, outcome);
                }
            }
            ToastAct::Withdraw { key } => {
                if let Err(error) = screen.withdraw(&format!("{prefix}{}", key_text(key))).await {
                    tracing::debug!(%error, "a toast could not be withdrawn");
                }
            }
        }
    }
}

/// The toast's name on the screen, among those of its account.
pub(crate) fn key_text(key: ToastKey) -> String {
    match key {
        ToastKey::Notification(id) => id.to_string(),
        ToastKey::Summary => "summary".into(),
        ToastKey::Popup(number) => format!("popup-{number}"),
    }
}

/// The reverse of [`key_text`]; none for a name that is not ours.
pub(crate) fn key_of(text: &str) -> Option<ToastKey> {
    match text.strip_prefix("popup-") {
        Some(number) => number.parse().ok().map(ToastKey::Popup),
        None if text == "summary" => Some(ToastKey::Summary),
        None => text.parse().ok().map(ToastKey::Notification),
    }
}

fn toast(prefix: &str, view: &ToastView, look: &Look) -> Toast {
    Toast {
        key: format!("{prefix}{}", key_text(view.key)),
        title: view.title.clone(),
        body: view.body.clone(),
        urgency: match view.urgency {
            Priority::Low => Urgency::Low,
            Priority::Normal => Urgency::Normal,
            Priority::High => Urgency::High,
        },
        default_label: dealbell_texts::text(*look.speaks.borrow(), "toast-open", &[]),
        sound: if view.quiet {
            Sound::Silent
        } else {
            Sound::Default
        },
        stay: view.urgency == Priority::High,
        group: None,
        transient: matches!(view.key, ToastKey::Popup(_)),
        buttons: Vec::new(),
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
    fn a_toast_is_known_again_by_its_name() {
        let id = "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap();
        for key in [
            ToastKey::Notification(id),
            ToastKey::Summary,
            ToastKey::Popup(7),
        ] {
            assert_eq!(key_of(&key_text(key)), Some(key));
        }
        assert_eq!(key_of("anything"), None);
    }
}
