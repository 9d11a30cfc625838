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

/// Why a card was not opened.
pub(super) enum CardError {
    /// The notification is gone.
    Gone,
    /// No browser, or a link that is not http(s).
    Browser,
    /// The local store refused.
    Storage,
}

impl Controller {
    /// What the user or the system did with a toast.
    pub(super) async fn toast_event(&mut self, event: ToastEvent) {
        match event {
            ToastEvent::Clicked { key, .. } => match key_of(&key) {
                Some(ToastKey::Notification(id)) => self.follow(id).await,
                Some(ToastKey::Summary) => self.window.show(Page::List { at: None }),
                Some(popup @ ToastKey::Popup(_)) => self.open_popup(popup),
                None => tracing::warn!("a click on a toast that is not ours"),
            },
            ToastEvent::Dismissed { key, .. } => {
                if let (Some(line), Some(key)) = (&self.line, key_of(&key)) {
                    line.inbox.toast_closed(key);
                }
            }
            ToastEvent::DaemonGone => {
                self.set_trouble(Trouble::NoToasts, true);
                if let Some(line) = &self.line {
                    line.inbox.screen_gone();
                }
            }
            ToastEvent::DaemonBack => self.set_trouble(Trouble::NoToasts, false),
            ToastEvent::Focus { quiet, sharing } => {
                tracing::debug!(?quiet, ?sharing, "the system's focus");
            }
        }
    }

    /// A click outside the window: the card, or the list where there is none to open any more.
    pub(super) async fn follow(&mut self, id: NotificationId) {
        if self.open_card(id).await.is_err() {
            self.window.show(self.first_page());
        }
    }

    /// Opens the notification's card and marks it read; without a link, the window at it.
    pub(super) async fn open_card(&mut self, id: NotificationId) -> Result<(), CardError> {
        let line = self.line.as_ref().ok_or(CardError::Gone)?;
        let found = line
            .inbox
            .notification(id)
            .await
            .map_err(|_| CardError::Storage)?;
        let notification = found.ok_or(CardError::Gone)?;
        let opened = match &notification.link {
            Some(link) => links::open(link).map_err(|error| {
                tracing::warn!(%error, "a card was not opened");
                CardError::Browser
            }),
            None => {
                self.window.show(Page::List { at: Some(id) });
                Ok(())
            }
        };
        opened?;
        line.inbox
            .mark(&[id], true)
            .await
            .map_err(|_| CardError::Storage)
    }

    /// A pop-up is on the screen: its link is kept here alone.
    pub(super) fn remember_popup(&mut self, key: ToastKey, link: String) {
        if self.popup_links.len() == MAX_POPUPS {
            self.popup_links.remove(0);
        }
        self.popup_links.push((key, link));
    }

    fn open_popup(&mut self, key: ToastKey) {
        let at = self.popup_links.iter().position(|(known, _)| *known == key);
        match at.map(|at| self.popup_links.remove(at)) {
            Some((_, link)) => {
                if let Err(error) = links::open(&link) {
                    tracing::warn!(%error, "a pop-up's link was not opened");
                }
            }
            None => self.window.show(Page::List { at: None }),
        }
    }
}
