//! Toasts in time: what is on the screen, what waits, and when a crowd becomes a summary.

use super::{AttemptId, ToastAct, ToastKey, ToastView};
use crate::Now;
use dealbell_protocol::window::Language;
use dealbell_protocol::{Millis, Notification, NotificationId, Priority};
use dealbell_texts::text;
use std::collections::{HashMap, VecDeque};

/// How many toasts in [`CROWD_MS`] are bearable.
const CROWD: usize = 5;
/// The window in which toasts are counted, milliseconds.
const CROWD_MS: u64 = 3_000;
/// A missed notification older than this is news no more, milliseconds.
const RECENT_MS: Millis = 10 * 60 * 1_000;
/// How many titles a summary names.
const NAMED: usize = 3;

/// A notification that waits for its toast; the attempt is recorded already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) attempt: AttemptId,
    pub(crate) notification: Notification,
    /// Only a summary may speak for it.
    pub(crate) summary_only: bool,
}

/// What a round of waiting ones becomes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Round {
    /// Shown one by one.
    pub(crate) alone: Vec<(AttemptId, ToastView)>,
    /// These in one summary.
    pub(crate) summary: Option<(Vec<AttemptId>, ToastView)>,
}

/// The toasts of one desktop.
#[derive(Debug)]
pub(crate) struct Desk {
    language: Language,
    held: Vec<Held>,
    /// Left unconfirmed by the run before (STREAM 4).
    unconfirmed: Vec<Held>,
    visible: HashMap<NotificationId, u64>,
    summary_visible: bool,
    shown: VecDeque<u64>,
    flush_at: Option<u64>,
    popups: u64,
}

impl Desk {
    pub(crate) fn new(language: Language, unconfirmed: Vec<Held>) -> Self {
        Self {
            language,
            held: Vec::new(),
            unconfirmed,
            visible: HashMap::new(),
            summary_visible: false,
            shown: VecDeque::new(),
            flush_at: None,
            popups: 0,
        }
    }

    pub(crate) fn set_language(&mut self, language: Language) {
        self.language = language;
    }

    /// Whether one more toast would be a crowd. While some wait for a summary, the next wait too,
    /// so that the order stays.
    pub(crate) fn is_crowded(&mut self, now: Now) -> bool {
        while self
            .shown
            .front()
            .is_some_and(|at| at + CROWD_MS <= now.mono)
        {
            self.shown.pop_front();
        }
        self.shown.len() >= CROWD || self.flush_at.is_some()
    }

    /// The toast of a notification goes out.
    pub(crate) fn show(&mut self, notification: &Notification, now: Now) -> ToastView {
        self.shown.push_back(now.mono);
        self.visible
            .insert(notification.id, notification.created_seq);
        ToastView::of(notification, false)
    }

    /// It waits: for the end of the backlog, or of the crowd.
    pub(crate) fn hold(&mut self, held: Held, behind: bool, now: Now) {
        self.held.push(held);
        if !behind {
            self.flush_at.get_or_insert(now.mono + CROWD_MS);
        }
    }

    /// When [`Self::flush`] is due, monotonic milliseconds.
    pub(crate) fn deadline(&self) -> Option<u64> {
        self.flush_at
    }

    /// The crowd has had its time: one summary for it.
    pub(crate) fn flush(&mut self, now: Now) -> Round {
        if self.flush_at.is_none_or(|at| at > now.mono) {
            return Round::default();
        }
        self.flush_at = None;
        let held = std::mem::take(&mut self.held);
        self.summary(held, "summary-more")
    }

    /// The backlog is over, or there is no centre to bring one: few and recent ones come one by
    /// one, else one summary speaks for all (STREAM 1, 4).
    pub(crate) fn settle(&mut self, now: Now) -> Round {
        self.flush_at = None;
        let held = std::mem::take(&mut self.held);
        let unconfirmed = std::mem::take(&mut self.unconfirmed);
        let recent = |held: &Held| {
            !held.summary_only && now.wall - held.notification.created_at <= RECENT_MS
        };
        let few = held.iter().filter(|held| recent(held)).count() <= CROWD;
        let (alone, missed): (Vec<Held>, Vec<Held>) =
            held.into_iter().partition(|held| few && recent(held));
        let alone = alone
            .into_iter()
            .map(|held| (held.attempt, self.show(&held.notification, now)))
            .collect();
        let message = match missed.is_empty() {
            true => "summary-unconfirmed",
            false => "summary-away",
        };
        let together = missed.into_iter().chain(unconfirmed).collect();
        Round {
            alone,
            ..self.summary(together, message)
        }
    }

    /// A notification says something new: the toast on the screen follows, without a sound.
    pub(crate) fn update(&mut self, notification: &Notification) -> Option<ToastView> {
        for held in self.held.iter_mut().chain(&mut self.unconfirmed) {
            if held.notification.id == notification.id {
                held.notification = notification.clone();
            }
        }
        self.visible
            .contains_key(&notification.id)
            .then(|| ToastView::of(notification, true))
    }

    /// These were read or are gone: the toasts to withdraw, and the attempts that need none.
    pub(crate) fn forget(&mut self, ids: &[NotificationId]) -> (Vec<ToastAct>, Vec<AttemptId>) {
        let mut acts = Vec::new();
        for id in ids {
            if self.visible.remove(id).is_some() {
                let key = ToastKey::Notification(*id);
                acts.push(ToastAct::Withdraw { key });
            }
        }
        (acts, self.release(|held| ids.contains(&held.id)))
    }

    /// Like [`Self::forget`] for everything created up to `seq`.
    pub(crate) fn forget_up_to(&mut self, seq: u64) -> (Vec<ToastAct>, Vec<AttemptId>) {
        let ids: Vec<NotificationId> = self
            .visible
            .iter()
            .filter(|(_, created)| **created <= seq)
            .map(|(id, _)| *id)
            .collect();
        let (acts, mut attempts) = self.forget(&ids);
        attempts.extend(self.release(|held| held.created_seq <= seq));
        (acts, attempts)
    }

    /// The notifications whose toasts are on the screen or wait.
    pub(crate) fn waiting_or_visible(&self) -> Vec<NotificationId> {
        let waiting = self.held.iter().chain(&self.unconfirmed);
        let waiting = waiting.map(|held| held.notification.id);
        self.visible.keys().copied().chain(waiting).collect()
    }

    /// Nothing is unread any more: neither is there anything to sum up.
    pub(crate) fn all_read(&mut self) -> Option<ToastAct> {
        std::mem::take(&mut self.summary_visible).then_some(ToastAct::Withdraw {
            key: ToastKey::Summary,
        })
    }

    /// The user or the system has taken it off the screen.
    pub(crate) fn closed(&mut self, key: ToastKey) {
        match key {
            ToastKey::Notification(id) => {
                self.visible.remove(&id);
            }
            ToastKey::Summary => self.summary_visible = false,
            ToastKey::Popup(_) => {}
        }
    }

    /// Whatever showed toasts went away, and all of them with it.
    pub(crate) fn screen_gone(&mut self) {
        self.visible.clear();
        self.summary_visible = false;
    }

    /// Everything is withdrawn and forgotten: the account goes.
    pub(crate) fn clear(&mut self) -> Vec<ToastAct> {
        let ids: Vec<NotificationId> = self.visible.keys().copied().collect();
        let (mut acts, _) = self.forget(&ids);
        acts.extend(self.all_read());
        *self = Self {
            popups: self.popups,
            ..Self::new(self.language, Vec::new())
        };
        acts
    }

    /// The key of the next pop-up.
    pub(crate) fn popup(&mut self) -> ToastKey {
        self.popups += 1;
        ToastKey::Popup(self.popups)
    }

    fn release(&mut self, gone: impl Fn(&Notification) -> bool) -> Vec<AttemptId> {
        let mut attempts = Vec::new();
        for list in [&mut self.held, &mut self.unconfirmed] {
            list.retain(|held| {
                let goes = gone(&held.notification);
                attempts.extend(goes.then_some(held.attempt));
                !goes
            });
        }
        attempts
    }

    fn summary(&mut self, mut held: Vec<Held>, message: &str) -> Round {
        if held.is_empty() {
            return Round::default();
        }
        held.sort_by_key(|held| std::cmp::Reverse(held.notification.created_seq));
        let count = held.len() as u64;
        let titles: Vec<&str> = held
            .iter()
            .take(NAMED)
            .map(|held| held.notification.title.as_str())
            .collect();
        let view = ToastView {
            key: ToastKey::Summary,
            title: text(self.language, message, &[("count", count.into())]),
            body: titles.join("\n"),
            link: None,
            urgency: Priority::Normal,
            quiet: false,
        };
        self.summary_visible = true;
        Round {
            alone: Vec::new(),
            summary: Some((held.into_iter().map(|held| held.attempt).collect(), view)),
        }
    }
}
