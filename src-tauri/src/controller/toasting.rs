//! What becomes of toasts: clicks, cards opened, pop-ups remembered.

use super::Controller;
use super::quieting::Focus;
use crate::bell::{self, Look, Pressed};
use crate::deeds::Asker;
use crate::links;
use dealbell_inbox::{Inbox, InboxError, TOAST_SNOOZE_MS, ToastButton, ToastKey};
use dealbell_protocol::NotificationId;
use dealbell_protocol::window::{Page, Trouble};
use dealbell_toasts::ToastEvent;
use jiff::Timestamp;

/// Pop-ups whose links are remembered; older ones have left the screen.
const MAX_POPUPS: usize = 50;

/// Why a card was not opened.
pub(super) enum CardError {
    /// The notification is gone.
    Gone,
    /// No browser, or a link that is not http(s).
    Browser,
    /// The local store refused.
    Storage,
}

/// Whose toast this is, and which; none for a name that is not ours.
pub(super) fn toast_of(name: &str) -> Option<(&str, ToastKey)> {
    Pressed::of(name, None).map(|pressed| (pressed.account, pressed.key))
}

impl Controller {
    /// What the user or the system did with a toast.
    pub(super) async fn toast_event(&mut self, event: ToastEvent) {
        match event {
            ToastEvent::Clicked {
                key,
                button,
                activation_token,
            } => {
                self.window.activate_with(activation_token);
                match toast_of(&key) {
                    Some((tag, key)) => self.toast_clicked(tag, key, button.as_deref()).await,
                    None => tracing::warn!("a click on a toast that is not ours"),
                }
                self.window.activate_with(None);
            }
            ToastEvent::Dismissed { key, .. } => {
                if let Some((tag, key)) = toast_of(&key)
                    && let Some(line) = self.seats.get(tag).and_then(|seat| seat.line.as_ref())
                {
                    line.inbox.toast_closed(key);
                }
            }
            ToastEvent::DaemonGone => {
                self.set_trouble(Trouble::NoToasts, true);
                for inbox in self.inboxes() {
                    inbox.screen_gone();
                }
            }
            ToastEvent::DaemonBack => self.set_trouble(Trouble::NoToasts, false),
            ToastEvent::Focus { quiet, sharing } => {
                tracing::debug!(?quiet, ?sharing, "the system's focus");
                self.focus = Focus {
                    quiet: quiet.unwrap_or_default(),
                    sharing: sharing.unwrap_or_default(),
                    ..self.focus
                };
            }
        }
    }

    /// A click on an account's toast, or on one of its buttons.
    pub(super) async fn toast_clicked(&mut self, tag: &str, key: ToastKey, button: Option<&str>) {
        let button = button.and_then(ToastButton::from_name);
        tracing::debug!(?button, "a click on a toast");
        let line = self.seats.get(tag).and_then(|seat| seat.line.as_ref());
        let Some(inbox) = line.map(|line| line.inbox.clone()) else {
            return self.window.show(self.first_page());
        };
        // Everything it spoke for, newest first.
        let about = inbox.toast_clicked(key).await.unwrap_or_default();
        match (button, key) {
            (Some(ToastButton::MarkRead), _) => note(inbox.mark(&about, true).await),
            (Some(ToastButton::Snooze), _) => {
                let until = Timestamp::now().as_millisecond() + TOAST_SNOOZE_MS;
                for id in about {
                    note(inbox.snooze(id, until).await);
                }
            }
            (Some(ToastButton::Done), _) => {
                if let Some(id) = about.first() {
                    self.deeds.complete(self.asker(tag, inbox), *id);
                }
            }
            (Some(ToastButton::Undo), ToastKey::Deed(deed)) => {
                self.deeds.undo(self.asker(tag, inbox), deed);
            }
            (Some(ToastButton::Open | ToastButton::Undo) | None, key) => {
                self.open_toast(tag, key, &about, &inbox).await;
            }
        }
    }

    /// The card of what a toast speaks for is the newest's, and with it all are read.
    async fn open_toast(
        &mut self,
        tag: &str,
        key: ToastKey,
        about: &[NotificationId],
        inbox: &Inbox,
    ) {
        match (key, about) {
            (ToastKey::Notification(_), [newest, older @ ..]) => {
                self.follow(tag, *newest).await;
                note(inbox.mark(older, true).await);
            }
            (ToastKey::Popup(_), _) => self.open_popup(tag, key),
            (ToastKey::Deed(deed), _) => {
                let link = self.deeds.task(deed).and_then(|task| task.link);
                if link.is_none_or(|link| links::open(&link).is_err()) {
                    self.show_account(tag);
                    self.window.show(Page::List { at: None });
                }
            }
            (ToastKey::Summary | ToastKey::Notification(_), _) => {
                self.show_account(tag);
                self.window.show(Page::List { at: None });
            }
        }
    }

    fn asker(&self, tag: &str, inbox: Inbox) -> Asker {
        Asker {
            inbox,
            screen: self.toasts.clone(),
            look: Look::new(self.speaks.subscribe(), &self.data),
            prefix: bell::prefix(tag),
        }
    }

    /// A click outside the window: the card, or the account's list where there is none to open any
    /// more.
    pub(super) async fn follow(&mut self, tag: &str, id: NotificationId) {
        if self.open_card(tag, id).await.is_err() {
            self.show_account(tag);
            self.window.show(self.first_page());
        }
    }

    /// Opens the notification's card and marks it read; without a link, the window at it.
    pub(super) async fn open_card(
        &mut self,
        tag: &str,
        id: NotificationId,
    ) -> Result<(), CardError> {
        let line = self.seats.get(tag).and_then(|seat| seat.line.as_ref());
        let inbox = line.ok_or(CardError::Gone)?.inbox.clone();
        let found = inbox.notification(id).await;
        let notification = found
            .map_err(|_| CardError::Storage)?
            .ok_or(CardError::Gone)?;
        match &notification.link {
            Some(link) => links::open(link).map_err(|error| {
                tracing::warn!(%error, "a card was not opened");
                CardError::Browser
            })?,
            None => {
                self.show_account(tag);
                self.window.show(Page::List { at: Some(id) });
            }
        }
        let marked = inbox.mark(&[id], true).await;
        marked.map_err(|_| CardError::Storage)
    }

    /// A pop-up is on the screen: its link is kept here alone.
    pub(super) fn remember_popup(&mut self, tag: &str, key: ToastKey, link: String) {
        let Some(seat) = self.seats.get_mut(tag) else {
            return;
        };
        if seat.popup_links.len() == MAX_POPUPS {
            seat.popup_links.remove(0);
        }
        seat.popup_links.push((key, link));
    }

    fn open_popup(&mut self, tag: &str, key: ToastKey) {
        let link = self.seats.get_mut(tag).and_then(|seat| {
            let known = seat.popup_links.iter();
            let at = known.into_iter().position(|(known, _)| *known == key)?;
            Some(seat.popup_links.remove(at).1)
        });
        match link {
            Some(link) => {
                if let Err(error) = links::open(&link) {
                    tracing::warn!(%error, "a pop-up's link was not opened");
                }
            }
            None => {
                self.show_account(tag);
                self.window.show(Page::List { at: None });
            }
        }
    }
}

/// What a click was to do to a notification, and could not.
fn note<T>(done: Result<T, InboxError>) {
    if let Err(error) = done {
        tracing::warn!(%error, "what a toast's button does was not kept");
    }
}
