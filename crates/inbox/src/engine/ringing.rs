//! When the engine rings: quiet, crowds, what comes back after a snooze, what is renewed.

use super::{Effect, Engine};
use crate::Now;
use crate::store::{Record, StoreError};
use crate::toast::{
    AttemptId, Decision, Held, Manners, Round, Situation, Suppression, ToastAct, ToastKey,
    ToastOutcome, Voice, Wait, decide_again, held_back, popup,
};
use dealbell_protocol::stream::Popup;
use dealbell_protocol::window::{Connection, Language, Quiet};
use dealbell_protocol::{Millis, Notification, NotificationId};

/// However far away a moment of wall time is, it is looked at this often, milliseconds: the clock
/// may have been put on, or the machine may have slept.
const LOOK_AGAIN_MS: Millis = 10 * 60 * 1_000;
const MINUTE_MS: Millis = 60 * 1_000;

/// How toasts speak now, while the desk is being changed.
macro_rules! voice {
    ($engine:ident) => {
        Voice {
            language: $engine.setup.language,
            manners: &$engine.manners,
            channels: $engine.channels.as_ref(),
        }
    };
}

impl Engine {
    /// What the user and the system want of toasts, from now on.
    pub async fn set_manners(&mut self, manners: Manners, now: Now) -> Vec<Effect> {
        let says_less = manners.says_less_than(&self.manners);
        self.manners = manners;
        self.planned = None;
        let mut effects = Vec::new();
        if says_less {
            let acts = self.desk.say_less(voice!(self));
            effects.extend(acts.into_iter().map(Effect::Toast));
        }
        self.finish(now, &mut effects).await;
        effects
    }

    /// Toasts still to come speak `language`.
    pub(crate) fn set_language(&mut self, language: Language) {
        self.setup.language = language;
    }

    /// Puts a notification off until then; a time that has passed takes that back. False where it
    /// is read or gone.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn snooze(
        &mut self,
        id: NotificationId,
        until: Millis,
        now: Now,
    ) -> Result<(bool, Vec<Effect>), StoreError> {
        let until = Some(until).filter(|until| *until > now.wall);
        let waiting = self.desk.waiting(id);
        let done = self.store()?.snooze(id, until, waiting).await?;
        let mut effects = Vec::new();
        if done && until.is_some() {
            let (acts, _) = self.desk.forget(&[id]);
            effects.extend(acts.into_iter().map(Effect::Toast));
        }
        self.next_snooze = self.store()?.next_snooze().await?;
        self.planned = None;
        self.stale = true;
        self.finish(now, &mut effects).await;
        Ok((done || until.is_none(), effects))
    }

    /// A toast was clicked, and is off the screen: what it spoke for, newest first.
    pub(crate) fn toast_clicked(&mut self, key: ToastKey) -> Vec<NotificationId> {
        let about = self.desk.about(key);
        self.desk.closed(key);
        about
    }

    /// Keeps what became of an attempt.
    pub async fn toast_outcome(&mut self, attempt: AttemptId, outcome: ToastOutcome) {
        let Ok(store) = self.store() else {
            return;
        };
        if let Err(error) = store.settle_attempt(attempt, outcome).await {
            tracing::warn!(%error, "the outcome of a toast is not kept");
        }
    }

    /// A toast is off the screen.
    pub fn toast_closed(&mut self, key: ToastKey) {
        self.desk.closed(key);
    }

    /// All toasts are off the screen.
    pub(crate) fn screen_gone(&mut self) {
        self.desk.screen_gone();
    }

    /// Whatever is due by now: what quiet holds back or lets go, crowds, snoozes, renewals.
    pub(super) async fn ring(&mut self, now: Now, effects: &mut Vec<Effect>) {
        match self.quiet(now) {
            Some(quiet) => self.hold_back(quiet, effects).await,
            None => {
                if self.settled && !self.is_on_the_way() && self.desk.held_back() > 0 {
                    let round = self.desk.settle(voice!(self), now);
                    self.show_round(round, now, effects).await;
                }
                let round = self.desk.flush(voice!(self), now);
                self.show_round(round, now, effects).await;
            }
        }
        if let Err(error) = self.end_snoozes(now, effects).await {
            tracing::warn!(%error, "a snooze could not be ended");
        }
        self.renew(now, effects).await;
        self.plan(now);
    }

    /// When [`Self::ring`] is due, monotonic milliseconds.
    pub(super) fn ringing_deadline(&self) -> Option<u64> {
        [self.planned.flatten(), self.desk.deadline()]
            .into_iter()
            .flatten()
            .min()
    }

    /// Why nothing rings at this moment.
    pub(super) fn quiet(&self, now: Now) -> Option<Quiet> {
        self.manners.quiet(self.channels.as_ref(), now.wall)
    }

    /// What a fresh notification meets.
    pub(super) fn situation(&self, behind: bool, now: Now) -> Situation<'_> {
        Situation {
            channels: self.channels.as_ref(),
            quiet: self.quiet(now),
            behind,
            crowded: self.desk.is_crowded(now),
        }
    }

    /// Does what was decided; the attempt is recorded.
    pub(super) fn arrived(
        &mut self,
        notification: &Notification,
        decision: Decision,
        attempt: AttemptId,
        behind: bool,
        now: Now,
        effects: &mut Vec<Effect>,
    ) {
        let why = match decision {
            Decision::Show => {
                let view = self.desk.show(notification, voice!(self), now);
                let attempt = Some(attempt);
                effects.push(Effect::Toast(ToastAct::Show { attempt, view }));
                return;
            }
            Decision::Hold if behind => Wait::Backlog,
            Decision::Hold => Wait::Crowd,
            Decision::HoldBack(_) => Wait::Quiet,
            Decision::Suppress(_) => return,
        };
        let held = Held {
            attempt,
            notification: notification.clone(),
            why,
        };
        self.desk.hold(held, now);
    }

    pub(super) async fn gone(
        &mut self,
        ids: &[NotificationId],
        by: Suppression,
        effects: &mut Vec<Effect>,
    ) {
        let forgotten = self.desk.forget(ids);
        self.forgotten(forgotten, by, effects).await;
    }

    pub(super) async fn forgotten(
        &mut self,
        (acts, attempts): (Vec<ToastAct>, Vec<AttemptId>),
        by: Suppression,
        effects: &mut Vec<Effect>,
    ) {
        effects.extend(acts.into_iter().map(Effect::Toast));
        for attempt in attempts {
            self.toast_outcome(attempt, ToastOutcome::Suppressed { by })
                .await;
        }
    }

    /// The backlog is over, or nobody is there to bring one.
    pub(super) async fn settle(&mut self, now: Now, effects: &mut Vec<Effect>) {
        self.settled = true;
        if self.quiet(now).is_none() {
            let round = self.desk.settle(voice!(self), now);
            self.show_round(round, now, effects).await;
        }
    }

    /// A transient notice: shown now or not at all (RULES C10). A test the user has just asked for is
    /// shown at any time, but breaks no silence.
    pub(super) fn popup(&mut self, notice: Popup, now: Now) -> Option<Effect> {
        let receive = self.channels.as_ref().is_none_or(|wanted| wanted.receive);
        let quiet = self.quiet(now).is_some();
        if !notice.test && (!receive || quiet) {
            return None;
        }
        let view = popup(self.desk.popup(), notice, voice!(self));
        let view = match quiet {
            true => view.silent(),
            false => view,
        };
        let attempt = None;
        Some(Effect::Toast(ToastAct::Show { attempt, view }))
    }

    async fn hold_back(&mut self, quiet: Quiet, effects: &mut Vec<Effect>) {
        effects.extend(self.desk.withdraw_stale().into_iter().map(Effect::Toast));
        let attempts = self.desk.hold_back();
        if attempts.is_empty() {
            return;
        }
        let held = match self.store() {
            Ok(store) => store.hold_back(&attempts, held_back(quiet)).await,
            Err(error) => Err(error),
        };
        if let Err(error) = held {
            // Their attempts stay open: the next start names them.
            tracing::warn!(%error, "what quiet holds back could not be recorded");
        }
    }

    /// The summary comes last: its attempt is recorded when all else is under way.
    async fn show_round(&mut self, round: Round, now: Now, effects: &mut Vec<Effect>) {
        effects.extend(round.withdrawn.into_iter().map(Effect::Toast));
        if let Some((attempt, view)) = round.alone {
            let attempt = Some(attempt);
            effects.push(Effect::Toast(ToastAct::Show { attempt, view }));
        }
        let Some((attempts, view)) = round.summary else {
            return;
        };
        let summarised = match self.store() {
            Ok(store) => store.summarise(&attempts, now.wall).await,
            Err(error) => Err(error),
        };
        match summarised {
            Ok(attempt) => {
                let attempt = Some(attempt);
                effects.push(Effect::Toast(ToastAct::Show { attempt, view }));
            }
            // Their attempts stay open: the next start names them.
            Err(error) => tracing::warn!(%error, "a summary could not be recorded"),
        }
    }

    /// What was put off comes back; not while it may have been read elsewhere without our knowing.
    async fn end_snoozes(&mut self, now: Now, effects: &mut Vec<Effect>) -> Result<(), StoreError> {
        let due = self.next_snooze.is_some_and(|until| until <= now.wall);
        if !due || !self.settled || self.is_on_the_way() {
            return Ok(());
        }
        while let Some(notification) = self.store()?.snoozed_until(now.wall).await? {
            let decision = decide_again(&notification, self.situation(false, now));
            let store = self.store()?;
            let attempt = store
                .end_snooze(notification.id, record(decision), now.wall)
                .await?;
            self.stale = true;
            self.arrived(&notification, decision, attempt, false, now, effects);
        }
        self.next_snooze = self.store()?.next_snooze().await?;
        self.planned = None;
        Ok(())
    }

    async fn renew(&mut self, now: Now, effects: &mut Vec<Effect>) {
        while let Some((newest, view)) = self.desk.renew(voice!(self), now) {
            let recorded = match self.store() {
                Ok(store) => store.record_renewal(newest, now.wall).await,
                Err(error) => Err(error),
            };
            match recorded {
                Ok(attempt) => {
                    let attempt = Some(attempt);
                    effects.push(Effect::Toast(ToastAct::Show { attempt, view }));
                }
                Err(error) => tracing::warn!(%error, "a toast could not be renewed"),
            }
        }
    }

    /// Works out when wall time makes a difference next: a border of the quiet, the end of a snooze.
    fn plan(&mut self, now: Now) {
        let quiet = self.quiet(now);
        let due = self
            .planned
            .is_none_or(|at| at.is_some_and(|at| at <= now.mono));
        if !due && quiet == self.state.quiet {
            return;
        }
        self.state.quiet = quiet;
        let border = match quiet {
            Some(Quiet::User { until }) => until,
            Some(Quiet::Hours { until }) => Some(until),
            Some(Quiet::System) | None => self.next_hours(now.wall),
        };
        let snooze = self.next_snooze.filter(|until| *until > now.wall);
        let next = [border, snooze].into_iter().flatten().min();
        self.planned = Some(next.map(|at| {
            let wait = (at - now.wall).clamp(1, LOOK_AGAIN_MS);
            now.mono.saturating_add_signed(wait)
        }));
    }

    /// When the weekly quiet hours begin, or when to look again.
    fn next_hours(&self, now: Millis) -> Option<Millis> {
        let hours = &self.channels.as_ref()?.quiet;
        if !hours.on || hours.spans.is_empty() {
            return None;
        }
        let minute = now - now.rem_euclid(MINUTE_MS);
        let mut minutes = (1..LOOK_AGAIN_MS / MINUTE_MS).map(|count| minute + count * MINUTE_MS);
        let begin = minutes.find(|at| hours.quiet_until(*at).is_some());
        begin.or(Some(now + LOOK_AGAIN_MS))
    }

    /// Neither connected nor known to be offline: what is read elsewhere is not known yet.
    fn is_on_the_way(&self) -> bool {
        self.session.connection() == Connection::Connecting
    }
}

pub(super) fn record(decision: Decision) -> Record {
    match decision {
        Decision::Show | Decision::Hold => Record::Open,
        Decision::HoldBack(by) => Record::HeldBack(by),
        Decision::Suppress(by) => Record::Suppressed(by),
    }
}
