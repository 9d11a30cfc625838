//! What becomes of toasts: clicks, cards opened, pop-ups remembered.

use super::Controller;
use crate::bell::key_of;
use crate::links;
use dealbell_inbox::ToastKey;
use dealbell_protocol::NotificationId;
use dealbell_protocol::window::{Page, Trouble};
use dealbell_toasts::ToastEvent;

/// Pop-ups whose links are remembered; older ones have left the screen.
const MAX_POPUPS: usize = 50;
/// Between an account's tag and the name of its toast.
const AFTER_TAG: char = '.';

/// Why a card was not opened.
pub(super) enum CardError {
    /// The notification is gone.
    Gone,
    /// No browser, or a link that is not http(s).
    Browser,
    /// The local store refused.
    Storage,
}

/// How the names of an account's toasts begin.
pub(super) fn prefix(tag: &str) -> String {
    format!("{tag}{AFTER_TAG}")
}

/// Whose toast this is, and which; none for a name that is not ours.
pub(super) fn toast_of(name: &str) -> Option<(&str, ToastKey)> {
    let (tag, key) = name.split_once(AFTER_TAG)?;
    Some((tag, key_of(key)?))
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
            }
        }
    }

    /// A click on an account's toast, or on one of its buttons.
    pub(super) async fn toast_clicked(&mut self, tag: &str, key: ToastKey, button: Option<&str>) {
        tracing::debug!(?button, "a click on a toast");
        match key {
            ToastKey::Notification(id) => self.follow(tag, id).await,
            ToastKey::Summary => {
                self.show_account(tag);
                self.window.show(Page::List { at: None });
            }
            ToastKey::Popup(_) => self.open_popup(tag, key),
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
