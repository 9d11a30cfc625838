//! Toasts in time: what is on the screen, what waits, and when a crowd becomes a summary.

use super::screen::{Left, Screen};
use super::summary::{Occasion, Summary};
use super::view::Voice;
use super::{AttemptId, ToastAct, ToastKey, ToastView};
use crate::Now;
use dealbell_protocol::{Millis, Notification, NotificationId};
use std::collections::{HashMap, VecDeque};

/// How many toasts in [`CROWD_MS`] are bearable, and how many stay on the screen in a crowd.
const CROWD: usize = 5;
/// The window in which toasts are counted, and how long a crowd's first summary waits, milliseconds.
const CROWD_MS: u64 = 3_000;
/// While the crowd goes on, its summary follows this seldom, milliseconds.
const CROWD_AGAIN_MS: u64 = 10_000;
/// A missed notification older than this is news no more, milliseconds.
const RECENT_MS: Millis = 10 * 60 * 1_000;

/// A notification that waits for its toast; the attempt is recorded already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) attempt: AttemptId,
    pub(crate) notification: Notification,
    pub(crate) why: Wait,
}

/// What a notification waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    /// It came with a backlog: for the end of that.
    Backlog,
    /// It came with a whole new state: only a summary may speak for it (STREAM 1).
    Missed,
    /// The run before left its toast open: likewise (STREAM 4).
    Unconfirmed,
    /// Too many at once: for a summary.
    Crowd,
    /// For the end of the quiet (RULES C11).
    Quiet,
}

/// What a round of waiting ones becomes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Round {
    /// These make room.
    pub(crate) withdrawn: Vec<ToastAct>,
    /// Shown by itself.
    pub(crate) alone: Option<(AttemptId, ToastView)>,
    /// These in one summary.
    pub(crate) summary: Option<(Vec<AttemptId>, ToastView)>,
}

/// The toasts of one desktop.
#[derive(Debug, Default)]
pub(crate) struct Desk {
    screen: Screen,
    /// While it is on the screen.
    summary: Option<Summary>,
    summary_stale: bool,
    waiting: HashMap<NotificationId, Held>,
    /// What waits for the end of the quiet.
    held_back: HashMap<NotificationId, Held>,
    /// When the newest came, at most [`CROWD`] of them.
    arrivals: VecDeque<u64>,
    /// When the newest renewals were made, likewise.
    renewals: VecDeque<u64>,
    flush_at: Option<u64>,
    flushed_at: Option<u64>,
    popups: u64,
}

impl Desk {
    pub(crate) fn new(waiting: Vec<Held>) -> Self {
        let mut desk = Self::default();
        for held in waiting {
            desk.keep(held);
        }
        desk
    }

    /// Whether one more toast would be a crowd. While some wait for a summary, the next wait too,
    /// so that the order stays.
    pub(crate) fn is_crowded(&self, now: Now) -> bool {
        is_full(&self.arrivals, now) || self.flush_at.is_some()
    }

    /// The toast of a notification goes out.
    pub(crate) fn show(
        &mut self,
        notification: &Notification,
        voice: Voice<'_>,
        now: Now,
    ) -> ToastView {
        note(&mut self.arrivals, now);
        self.screen.show(notification, voice)
    }

    /// It waits.
    pub(crate) fn hold(&mut self, held: Held, now: Now) {
        if held.why == Wait::Crowd {
            note(&mut self.arrivals, now);
            let next = self.flushed_at.map_or(0, |at| at + CROWD_AGAIN_MS);
            self.flush_at.get_or_insert(next.max(now.mono + CROWD_MS));
        }
        self.keep(held);
    }

    /// When [`Self::flush`] or [`Self::renew`] is due, monotonic milliseconds.
    pub(crate) fn deadline(&self) -> Option<u64> {
        let full = self
            .renewals
            .front()
            .filter(|_| self.renewals.len() == CROWD);
        let stale = self.screen.is_stale() || self.summary_stale;
        let renewal = stale.then(|| full.map_or(0, |first| first + CROWD_MS));
        [self.flush_at, renewal].into_iter().flatten().min()
    }

    /// The crowd has had its time: one summary for it, and no more toasts beside it than are
    /// bearable. Where one is left of it, that speaks for itself.
    pub(crate) fn flush(&mut self, voice: Voice<'_>, now: Now) -> Round {
        if self.flush_at.is_none_or(|at| at > now.mono) {
            return Round::default();
        }
        self.flush_at = None;
        self.flushed_at = Some(now.mono);
        let crowd = self.take(|why| why == Wait::Crowd);
        if crowd.is_empty() {
            return Round::default();
        }
        // All others were read or went meanwhile, and so did what was on the screen.
        if let [held] = &crowd[..]
            && self.summary.is_none()
            && self.screen.count() < CROWD
        {
            return self.alone(held, voice, now);
        }
        let mut round = Round::default();
        let mut overtaken = Vec::new();
        for (key, about) in self.screen.make_room(CROWD - 1, voice) {
            round.withdrawn.push(ToastAct::Withdraw { key });
            overtaken.extend(about);
        }
        round.summary = self.summarise(crowd, &overtaken, Occasion::Crowd, voice);
        round
    }

    /// The backlog or the quiet is over, or there is no centre to bring one: one that has just come
    /// in speaks for itself, else one summary speaks for all (STREAM 1, 4).
    pub(crate) fn settle(&mut self, voice: Voice<'_>, now: Now) -> Round {
        let mut all = self.take(|why| why != Wait::Crowd);
        let recent = |held: &Held| now.wall - held.notification.created_at <= RECENT_MS;
        if let [held] = &all[..]
            && held.why == Wait::Backlog
            && recent(held)
            && !self.is_crowded(now)
        {
            return self.alone(held, voice, now);
        }
        let any = |wanted: &[Wait]| all.iter().any(|held| wanted.contains(&held.why));
        let occasion = match () {
            () if any(&[Wait::Backlog, Wait::Missed]) => Occasion::Away,
            () if any(&[Wait::Quiet]) => Occasion::Quiet,
            () => Occasion::Unconfirmed,
        };
        let summary = match all.is_empty() {
            true => None,
            false => self.summarise(std::mem::take(&mut all), &[], occasion, voice),
        };
        Round {
            summary,
            ..Round::default()
        }
    }

    /// It needs no summary.
    fn alone(&mut self, held: &Held, voice: Voice<'_>, now: Now) -> Round {
        let view = self.show(&held.notification, voice, now);
        Round {
            alone: Some((held.attempt, view)),
            ..Round::default()
        }
    }

    /// It is to be quiet: whatever waits, waits for the end of that. The attempts it was waiting with.
    pub(crate) fn hold_back(&mut self) -> Vec<AttemptId> {
        self.flush_at = None;
        let mut attempts = Vec::new();
        for (_, held) in std::mem::take(&mut self.waiting) {
            attempts.push(held.attempt);
            self.keep(Held {
                why: Wait::Quiet,
                ..held
            });
        }
        attempts
    }

    /// How many wait for the end of the quiet.
    pub(crate) fn held_back(&self) -> usize {
        self.held_back.len()
    }

    /// The attempt that `id` waits with.
    pub(crate) fn waiting(&self, id: NotificationId) -> Option<AttemptId> {
        let held = self.waiting.get(&id).or_else(|| self.held_back.get(&id));
        held.map(|held| held.attempt)
    }

    /// A notification says something new: the toast on the screen is to follow.
    pub(crate) fn update(&mut self, notification: &Notification) {
        let id = notification.id;
        let waiting = self.waiting.get_mut(&id);
        if let Some(held) = waiting.or_else(|| self.held_back.get_mut(&id)) {
            held.notification.clone_from(notification);
        }
        self.screen.update(notification);
    }

    /// Toasts say more than they may: the newest are reworded, the rest go at once. What may say
    /// more again does not, since that would ring them all a second time.
    pub(crate) fn say_less(&mut self, voice: Voice<'_>) -> Vec<ToastAct> {
        let rest = self.screen.make_room(CROWD, voice);
        self.screen.reword();
        self.summary_stale = self.summary.is_some();
        let keys = rest.into_iter().map(|(key, _)| key);
        keys.map(|key| ToastAct::Withdraw { key }).collect()
    }

    /// A toast that is to say something new, silently, and of what; one at a time, and no more of
    /// them at once than of new ones.
    pub(crate) fn renew(
        &mut self,
        voice: Voice<'_>,
        now: Now,
    ) -> Option<(Option<NotificationId>, ToastView)> {
        if is_full(&self.renewals, now) {
            return None;
        }
        let summary = self.summary.as_ref().filter(|_| self.summary_stale);
        let renewed = match summary {
            Some(summary) => {
                let view = summary.view(voice).silent();
                self.summary_stale = false;
                (None, view)
            }
            None => {
                let (newest, view) = self.screen.renew(voice)?;
                (Some(newest), view)
            }
        };
        note(&mut self.renewals, now);
        Some(renewed)
    }

    /// Nothing is renewed while it is quiet: what is true no more goes.
    pub(crate) fn withdraw_stale(&mut self) -> Vec<ToastAct> {
        let mut keys = self.screen.take_stale();
        if std::mem::take(&mut self.summary_stale) {
            self.summary = None;
            keys.push(ToastKey::Summary);
        }
        keys.into_iter()
            .map(|key| ToastAct::Withdraw { key })
            .collect()
    }

    /// These were read or are gone: the toasts to withdraw, and the attempts that need none.
    pub(crate) fn forget(&mut self, ids: &[NotificationId]) -> (Vec<ToastAct>, Vec<AttemptId>) {
        let mut acts = Vec::new();
        let mut attempts = Vec::new();
        for id in ids {
            match self.screen.forget(*id) {
                Left::Empty(key) => acts.push(ToastAct::Withdraw { key }),
                Left::Nothing | Left::Others => {}
            }
            if let Some(summary) = &mut self.summary {
                summary.forget(*id);
            }
            let waiting = [self.waiting.remove(id), self.held_back.remove(id)];
            attempts.extend(waiting.into_iter().flatten().map(|held| held.attempt));
        }
        acts.extend(self.without_empty_summary());
        (acts, attempts)
    }

    /// Like [`Self::forget`] for everything created up to `seq`.
    pub(crate) fn forget_up_to(&mut self, seq: u64) -> (Vec<ToastAct>, Vec<AttemptId>) {
        if let Some(summary) = &mut self.summary {
            summary.forget_up_to(seq);
        }
        let waiting = self.waiting.values().chain(self.held_back.values());
        let waiting = waiting.map(|held| &held.notification);
        let known = self.screen.notifications().chain(waiting);
        let covered = known.filter(|known| known.created_seq <= seq);
        let ids: Vec<NotificationId> = covered.map(|known| known.id).collect();
        self.forget(&ids)
    }

    /// The notifications whose toasts are on the screen or wait.
    pub(crate) fn waiting_or_visible(&self) -> Vec<NotificationId> {
        let visible = self.screen.notifications().map(|visible| visible.id);
        let summed_up = self.summary.iter().flat_map(Summary::about);
        let waiting = self.waiting.keys().chain(self.held_back.keys()).copied();
        visible.chain(summed_up).chain(waiting).collect()
    }

    /// What a toast speaks for, newest first. One of a run before speaks for itself.
    pub(crate) fn about(&self, key: ToastKey) -> Vec<NotificationId> {
        match key {
            ToastKey::Notification(id) => match self.screen.about(id) {
                about if about.is_empty() => vec![id],
                about => about,
            },
            ToastKey::Summary => self.summary.as_ref().map_or_else(Vec::new, Summary::about),
            ToastKey::Popup(_) | ToastKey::Deed(_) => Vec::new(),
        }
    }

    /// The user or the system has taken it off the screen.
    pub(crate) fn closed(&mut self, key: ToastKey) {
        match key {
            ToastKey::Notification(id) => self.screen.closed(id),
            ToastKey::Summary => {
                self.summary = None;
                self.summary_stale = false;
            }
            ToastKey::Popup(_) | ToastKey::Deed(_) => {}
        }
    }

    /// Whatever showed toasts went away, and all of them with it.
    pub(crate) fn screen_gone(&mut self) {
        self.screen.clear();
        self.closed(ToastKey::Summary);
    }

    /// Everything is withdrawn and forgotten: the account goes.
    pub(crate) fn clear(&mut self) -> Vec<ToastAct> {
        let mut keys = self.screen.clear();
        keys.extend(self.summary.take().map(|_| ToastKey::Summary));
        *self = Self {
            popups: self.popups,
            ..Self::default()
        };
        keys.into_iter()
            .map(|key| ToastAct::Withdraw { key })
            .collect()
    }

    /// The name of the next pop-up.
    pub(crate) fn popup(&mut self) -> ToastKey {
        self.popups += 1;
        ToastKey::Popup(self.popups)
    }

    fn without_empty_summary(&mut self) -> Option<ToastAct> {
        let gone = self.summary.take_if(|summary| summary.is_empty());
        gone.map(|_| {
            self.summary_stale = false;
            ToastAct::Withdraw {
                key: ToastKey::Summary,
            }
        })
    }

    fn keep(&mut self, held: Held) {
        let place = match held.why {
            Wait::Quiet => &mut self.held_back,
            Wait::Backlog | Wait::Missed | Wait::Unconfirmed | Wait::Crowd => &mut self.waiting,
        };
        place.insert(held.notification.id, held);
    }

    fn take(&mut self, wanted: impl Fn(Wait) -> bool) -> Vec<Held> {
        let places = [&mut self.waiting, &mut self.held_back];
        let taken = places.map(|place| place.extract_if(|_, held| wanted(held.why)));
        let mut taken: Vec<Held> = taken.into_iter().flatten().map(|(_, held)| held).collect();
        taken.sort_by_key(|held| held.notification.created_seq);
        taken
    }

    /// What the summary on the screen speaks for, the next one speaks for too: it takes its place.
    fn summarise(
        &mut self,
        held: Vec<Held>,
        besides: &[Notification],
        occasion: Occasion,
        voice: Voice<'_>,
    ) -> Option<(Vec<AttemptId>, ToastView)> {
        let mut goes_on = false;
        if let Some(summary) = &mut self.summary {
            goes_on = summary.goes_on(occasion);
        }
        let summary = self.summary.get_or_insert_with(|| Summary::new(occasion));
        for notification in held.iter().map(|held| &held.notification).chain(besides) {
            summary.add(notification);
        }
        self.summary_stale = false;
        let view = summary.view(voice);
        let view = match goes_on {
            true => view.silent(),
            false => view,
        };
        Some((held.into_iter().map(|held| held.attempt).collect(), view))
    }
}

/// Whether so many happened in the last moments that one more is too many.
fn is_full(times: &VecDeque<u64>, now: Now) -> bool {
    times.len() == CROWD
        && times
            .front()
            .is_some_and(|first| first + CROWD_MS > now.mono)
}

fn note(times: &mut VecDeque<u64>, now: Now) {
    if times.len() == CROWD {
        times.pop_front();
    }
    times.push_back(now.mono);
}
