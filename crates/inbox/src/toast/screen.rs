//! What is on the screen: one toast for what a provider says of a conversation or a card.

use super::view::{Voice, deal, stays};
use super::{ToastKey, ToastView};
use dealbell_protocol::{Notification, NotificationId};
use std::collections::VecDeque;

/// More than any screen holds: a system that never tells what went away is not remembered for ever.
const MAX_TOASTS: usize = 200;

/// The toasts of notifications, in the order in which they came up.
#[derive(Debug, Default)]
pub(super) struct Screen {
    toasts: VecDeque<Toast>,
}

/// One toast, and what it speaks for.
#[derive(Debug)]
struct Toast {
    /// That of the first it spoke for: replacing keeps the name.
    key: NotificationId,
    /// In the order in which they came; never empty.
    about: Vec<Notification>,
    /// It says what is true no more.
    stale: bool,
}

/// What is to happen to a toast.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Left {
    /// It was not there.
    Nothing,
    /// It speaks for nothing any more and is off the list.
    Empty(ToastKey),
    /// It speaks for others still.
    Others,
}

impl Screen {
    /// The notification comes up, in the toast of its conversation or card where there is one.
    pub(super) fn show(&mut self, notification: &Notification, voice: Voice<'_>) -> ToastView {
        let known = self
            .toasts
            .iter()
            .position(|toast| toast.is_of(notification));
        let mut toast = known
            .and_then(|at| self.toasts.remove(at))
            .unwrap_or(Toast {
                key: notification.id,
                about: Vec::new(),
                stale: false,
            });
        toast.about.retain(|other| other.id != notification.id);
        toast.about.push(notification.clone());
        toast.stale = false;
        let view = toast.view(voice);
        if self.toasts.len() == MAX_TOASTS {
            self.toasts.pop_front();
        }
        self.toasts.push_back(toast);
        view
    }

    /// A notification says something new, and the toast that speaks for it with it.
    pub(super) fn update(&mut self, notification: &Notification) {
        for toast in &mut self.toasts {
            for about in &mut toast.about {
                if about.id == notification.id && about != notification {
                    about.clone_from(notification);
                    toast.stale = true;
                }
            }
        }
    }

    /// The toast speaks for this one no more.
    pub(super) fn forget(&mut self, id: NotificationId) -> Left {
        let speaks = |toast: &Toast| toast.about.iter().any(|about| about.id == id);
        let Some(at) = self.toasts.iter().position(speaks) else {
            return Left::Nothing;
        };
        let toast = &mut self.toasts[at];
        toast.about.retain(|about| about.id != id);
        toast.stale = true;
        if !toast.about.is_empty() {
            return Left::Others;
        }
        let key = ToastKey::Notification(toast.key);
        self.toasts.remove(at);
        Left::Empty(key)
    }

    /// Everything says something else now: the user wants it so.
    pub(super) fn reword(&mut self) {
        for toast in &mut self.toasts {
            toast.stale = true;
        }
    }

    /// Whether a toast says what is true no more.
    pub(super) fn is_stale(&self) -> bool {
        self.toasts.iter().any(|toast| toast.stale)
    }

    /// The oldest of the toasts that say what is true no more, as it is to read, silently.
    pub(super) fn renew(&mut self, voice: Voice<'_>) -> Option<(NotificationId, ToastView)> {
        let toast = self.toasts.iter_mut().find(|toast| toast.stale)?;
        toast.stale = false;
        let newest = toast.about.last().map(|newest| newest.id)?;
        Some((newest, toast.view(voice).silent()))
    }

    /// Takes off the list whatever would have to be renewed.
    pub(super) fn take_stale(&mut self) -> Vec<ToastKey> {
        let mut keys = Vec::new();
        self.toasts.retain(|toast| {
            keys.extend(toast.stale.then_some(ToastKey::Notification(toast.key)));
            !toast.stale
        });
        keys
    }

    /// Takes off the list the oldest toasts beyond `room` that need not stay until seen.
    pub(super) fn make_room(
        &mut self,
        room: usize,
        voice: Voice<'_>,
    ) -> Vec<(ToastKey, Vec<Notification>)> {
        let mut gone = Vec::new();
        let mut at = 0;
        while self.toasts.len() > room && at < self.toasts.len() {
            if self.toasts[at].stays(voice) {
                at += 1;
                continue;
            }
            let toast = self.toasts.remove(at);
            gone.extend(toast.map(|toast| (ToastKey::Notification(toast.key), toast.about)));
        }
        gone
    }

    /// How many toasts there are.
    pub(super) fn count(&self) -> usize {
        self.toasts.len()
    }

    /// What the toast `key` speaks for, newest first.
    pub(super) fn about(&self, key: NotificationId) -> Vec<NotificationId> {
        let toast = self.toasts.iter().find(|toast| toast.key == key);
        let about = toast.map_or(&[][..], |toast| &toast.about);
        about.iter().rev().map(|about| about.id).collect()
    }

    /// The toast is off the screen.
    pub(super) fn closed(&mut self, key: NotificationId) {
        self.toasts.retain(|toast| toast.key != key);
    }

    /// Everything any toast speaks for.
    pub(super) fn notifications(&self) -> impl Iterator<Item = &Notification> {
        self.toasts.iter().flat_map(|toast| &toast.about)
    }

    /// All toasts go; their keys.
    pub(super) fn clear(&mut self) -> Vec<ToastKey> {
        let keys = self
            .toasts
            .drain(..)
            .map(|toast| ToastKey::Notification(toast.key));
        keys.collect()
    }
}

impl Toast {
    /// Of the same conversation, or of the same card, and of the same provider: none puts itself into a
    /// toast of another's by naming what that one speaks of.
    fn is_of(&self, notification: &Notification) -> bool {
        self.about.iter().any(|about| {
            let subject = about.subject.is_some() && about.subject == notification.subject;
            let card = deal(about).is_some() && deal(about) == deal(notification);
            let provider = about.provider == notification.provider;
            about.id == notification.id || (provider && (subject || card))
        })
    }

    fn view(&self, voice: Voice<'_>) -> ToastView {
        let key = ToastKey::Notification(self.key);
        let newest = self.about.last().expect("a toast speaks for somebody");
        let view = ToastView::of(key, newest, self.about.len() - 1, voice);
        // What was to stay until seen stays, even if a lesser one speaks for it.
        ToastView {
            stay: self.stays(voice),
            ..view
        }
    }

    fn stays(&self, voice: Voice<'_>) -> bool {
        self.about.iter().any(|about| stays(about, voice.manners))
    }
}
