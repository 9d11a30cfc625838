//! Session, store and toast desk put together: an input in, its writes committed, and what is left
//! for the network and the desktop out. Knows no socket, so tests can be the centre.

use crate::Now;
use crate::session::{Generation, Input, Mark, Output, Session, Write};
use crate::state::State;
use crate::store::{Rebuilt, Record, Store, StoreError};
use crate::toast::{
    AttemptId, Decision, Desk, Held, Round, Situation, Suppression, ToastAct, ToastOutcome,
    ToastView, decide, web_link,
};
use dealbell_protocol::stream::{Change, ClientFrame, ClientInfo, CloseCode, Event, Popup};
use dealbell_protocol::window::{Connection, Language};
use dealbell_protocol::{ChannelSettings, Cursor, Notification, NotificationId, Priority, Unread};
use std::collections::VecDeque;
use std::path::PathBuf;

/// How many unread titles the menu names.
const NEWEST: u32 = 5;

/// What is left to do outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Make a link.
    Connect { generation: Generation },
    /// Say something on it.
    Send {
        generation: Generation,
        frame: ClientFrame,
    },
    /// Drop it.
    Disconnect {
        generation: Generation,
        code: CloseCode,
    },
    /// `GET /v1/channels`.
    FetchChannels { generation: Generation },
    /// `GET /v1/notifications`.
    FetchPage {
        generation: Generation,
        as_of: Cursor,
        before: Option<u64>,
    },
    /// Show or withdraw a toast; its attempt is on the disk.
    Toast(ToastAct),
}

/// Who the engine works for.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    pub(crate) path: PathBuf,
    pub(crate) owner: String,
    pub(crate) client: ClientInfo,
    pub(crate) language: Language,
    pub(crate) seed: u64,
}

/// One device's inbox without its network.
#[derive(Debug)]
pub(crate) struct Engine {
    setup: Setup,
    session: Session,
    /// None only while a damaged one could not be begun anew.
    store: Option<Store>,
    desk: Desk,
    channels: Option<ChannelSettings>,
    state: State,
    stale: bool,
    settled: bool,
}

impl Engine {
    pub(crate) async fn open(setup: Setup) -> Result<Self, StoreError> {
        let opened = Store::open(&setup.path, &setup.owner).await?;
        let (engine, error) = match Self::with(setup.clone(), opened).await {
            Ok(engine) => return Ok(engine),
            Err(error) if error.is_damage() => {
                let (store, _) = Store::open(&setup.path, &setup.owner).await?;
                let rebuilt = store.rebuild(&setup.owner, &error).await?;
                (Self::with(setup, (rebuilt.0, Some(rebuilt.1))).await, error)
            }
            Err(error) => return Err(error),
        };
        tracing::warn!(%error, "the local store was begun anew");
        engine
    }

    async fn with(
        setup: Setup,
        (mut store, rebuilt): (Store, Option<Rebuilt>),
    ) -> Result<Self, StoreError> {
        let session = Session::new(setup.client.clone(), store.kept().await?, setup.seed);
        let desk = Desk::new(setup.language, store.unconfirmed().await?);
        let channels = store.channels().await?;
        let state = State {
            rebuilt,
            ..State::default()
        };
        let mut engine = Self {
            setup,
            session,
            store: Some(store),
            desk,
            channels,
            state,
            stale: true,
            settled: false,
        };
        engine.look().await?;
        Ok(engine)
    }

    /// Takes one input, commits what it brings and says what is left to do, in order.
    pub(crate) async fn handle(&mut self, input: Input, now: Now) -> Vec<Effect> {
        let mut effects = Vec::new();
        let outputs = self.session.handle(input, now);
        self.perform(outputs, now, &mut effects).await;
        if self.desk.deadline().is_some_and(|at| at <= now.mono) {
            let round = self.desk.flush(now);
            self.show_round(round, now, &mut effects).await;
        }
        let offline = matches!(self.session.connection(), Connection::Offline { .. });
        if offline && !self.settled {
            self.settle(now, &mut effects).await;
        }
        self.refresh(&mut effects).await;
        effects
    }

    /// Puts the user's mark into the outbox, and only then lets the list show it (STREAM 7).
    pub(crate) async fn mark(&mut self, mark: Mark, now: Now) -> Result<Vec<Effect>, StoreError> {
        let marked = self.store()?.add_mark(mark, now.wall).await?;
        self.stale = true;
        let mut effects = Vec::new();
        match &marked.mark {
            Mark::Read { ids } => {
                let forgotten = self.desk.forget(ids);
                self.forgotten(forgotten, Suppression::AlreadyRead, &mut effects)
                    .await;
            }
            Mark::ReadAll { upto } => {
                let forgotten = self.desk.forget_up_to(upto.seq);
                self.forgotten(forgotten, Suppression::AlreadyRead, &mut effects)
                    .await;
            }
            Mark::Unread { .. } => {}
        }
        effects.extend(self.handle(Input::Marked(marked), now).await);
        Ok(effects)
    }

    /// When [`Input::Tick`] is due, monotonic milliseconds.
    pub(crate) fn deadline(&self) -> Option<u64> {
        [self.session.deadline(), self.desk.deadline()]
            .into_iter()
            .flatten()
            .min()
    }

    /// What the desktop shows of all this.
    pub(crate) fn state(&self) -> &State {
        &self.state
    }

    /// Keeps what became of an attempt.
    pub(crate) async fn toast_outcome(&mut self, attempt: AttemptId, outcome: ToastOutcome) {
        let Ok(store) = self.store() else {
            return;
        };
        if let Err(error) = store.settle_attempt(attempt, outcome).await {
            tracing::warn!(%error, "the outcome of a toast is not kept");
        }
    }

    /// A toast is off the screen.
    pub(crate) fn toast_closed(&mut self, key: crate::ToastKey) {
        self.desk.closed(key);
    }

    /// All toasts are off the screen.
    pub(crate) fn screen_gone(&mut self) {
        self.desk.screen_gone();
    }

    /// The next summaries speak `language`.
    pub(crate) fn set_language(&mut self, language: Language) {
        self.setup.language = language;
        self.desk.set_language(language);
    }

    /// The channels as the centre answered them to the window.
    pub(crate) async fn set_channels(&mut self, channels: ChannelSettings, now: Now) {
        let write = Output::Write(Write::Channels { channels });
        self.perform(vec![write], now, &mut Vec::new()).await;
        self.refresh(&mut Vec::new()).await;
    }

    /// Forgets the account: its data, its toasts.
    pub(crate) async fn clear(&mut self) -> Result<Vec<Effect>, StoreError> {
        let acts = self.desk.clear();
        let owner = self.setup.owner.clone();
        self.store()?.clear(&owner).await?;
        self.channels = None;
        self.state.list_version += 1;
        self.look().await?;
        Ok(acts.into_iter().map(Effect::Toast).collect())
    }

    /// The store, for reading.
    pub(crate) fn store(&mut self) -> Result<&mut Store, StoreError> {
        self.store.as_mut().ok_or(StoreError::Closed)
    }

    async fn perform(&mut self, outputs: Vec<Output>, now: Now, effects: &mut Vec<Effect>) {
        let mut queue = VecDeque::from(outputs);
        while let Some(output) = queue.pop_front() {
            match output {
                Output::Connect { generation } => effects.push(Effect::Connect { generation }),
                Output::Send { generation, frame } => {
                    effects.push(Effect::Send { generation, frame });
                }
                Output::Disconnect { generation, code } => {
                    effects.push(Effect::Disconnect { generation, code });
                }
                Output::FetchChannels { generation } => {
                    effects.push(Effect::FetchChannels { generation });
                }
                Output::FetchPage {
                    generation,
                    as_of,
                    before,
                } => effects.push(Effect::FetchPage {
                    generation,
                    as_of,
                    before,
                }),
                Output::Popup(popup) => effects.extend(self.popup(popup)),
                Output::CaughtUp => self.settle(now, effects).await,
                Output::Write(write) => match self.write(write, now, effects).await {
                    Ok(Some(cursor)) => {
                        self.state.store_failed = false;
                        let input = Input::Committed { cursor };
                        queue.extend(self.session.handle(input, now));
                    }
                    Ok(None) => {}
                    Err(error) => {
                        queue.clear();
                        let damage = error.is_damage() || matches!(error, StoreError::Closed);
                        queue.extend(self.gave_way(damage, &error, now).await);
                    }
                },
            }
        }
    }

    /// Commits `write`; the cursor that went with it.
    async fn write(
        &mut self,
        write: Write,
        now: Now,
        effects: &mut Vec<Effect>,
    ) -> Result<Option<Cursor>, StoreError> {
        self.stale = true;
        match write {
            Write::Stage { first, items } => self.store()?.stage(first, &items).await?,
            Write::Replace { cursor, unread } => {
                self.replace(&cursor, unread, now, effects).await?;
                return Ok(Some(cursor));
            }
            Write::Entry {
                event,
                cursor,
                behind,
            } => {
                self.entry(&event, &cursor, behind, now, effects).await?;
                return Ok(Some(cursor));
            }
            Write::Unread { unread } => self.store()?.set_unread(unread).await?,
            Write::Channels { channels } => {
                if self.is_news(&channels) {
                    self.store()?.set_channels(&channels).await?;
                    self.channels = Some(channels);
                }
            }
            Write::MarkDone { id, seq, unread } => {
                self.store()?.mark_done(id, seq, unread).await?;
            }
            Write::MarkRefused { id } => self.store()?.mark_refused(id).await?,
        }
        Ok(None)
    }

    async fn replace(
        &mut self,
        cursor: &Cursor,
        unread: Unread,
        now: Now,
        effects: &mut Vec<Effect>,
    ) -> Result<(), StoreError> {
        let channels = self.channels.clone();
        let situation = Situation {
            channels: channels.as_ref(),
            behind: true,
            crowded: false,
        };
        let record = |notification: &Notification| record(decide(notification, situation));
        let store = self.store()?;
        for held in store.replace(cursor, unread, record, now.wall).await? {
            self.desk.hold(held, true, now);
        }
        let visible = self.desk.waiting_or_visible();
        let gone = self.store()?.gone_or_read(visible).await?;
        let forgotten = self.desk.forget(&gone);
        self.forgotten(forgotten, Suppression::Withdrawn, effects)
            .await;
        Ok(())
    }

    async fn entry(
        &mut self,
        event: &Event,
        cursor: &Cursor,
        behind: bool,
        now: Now,
        effects: &mut Vec<Effect>,
    ) -> Result<(), StoreError> {
        match &event.change {
            Change::Created(notification) => {
                let crowded = self.desk.is_crowded(now);
                let situation = Situation {
                    channels: self.channels.as_ref(),
                    behind,
                    crowded,
                };
                let decision = decide(notification, situation);
                let record = Some(record(decision));
                let store = self.store()?;
                let applied = store.apply(event, cursor, record, now.wall).await?;
                if let Some(attempt) = applied.attempt {
                    self.arrived(notification, decision, attempt, behind, now, effects);
                }
            }
            Change::Updated(notification) => {
                let view = self.desk.update(notification);
                let view = view.filter(|_| notification.is_unread());
                let record = view.as_ref().map(|_| Record::Open);
                let store = self.store()?;
                let applied = store.apply(event, cursor, record, now.wall).await?;
                if let Some(view) = view {
                    let attempt = applied.attempt;
                    effects.push(Effect::Toast(ToastAct::Show { attempt, view }));
                }
                if !notification.is_unread() {
                    self.gone(&[notification.id], Suppression::AlreadyRead, effects)
                        .await;
                }
            }
            Change::Read { ids } => {
                self.store()?.apply(event, cursor, None, now.wall).await?;
                self.gone(ids, Suppression::AlreadyRead, effects).await;
            }
            Change::Removed { ids } => {
                self.store()?.apply(event, cursor, None, now.wall).await?;
                self.gone(ids, Suppression::Withdrawn, effects).await;
            }
            Change::ReadAll { upto } => {
                self.store()?.apply(event, cursor, None, now.wall).await?;
                let forgotten = self.desk.forget_up_to(*upto);
                self.forgotten(forgotten, Suppression::AlreadyRead, effects)
                    .await;
            }
            Change::Unread { .. } => {
                self.store()?.apply(event, cursor, None, now.wall).await?;
            }
            Change::Channels(channels) | Change::Providers(channels) => {
                self.store()?.apply(event, cursor, None, now.wall).await?;
                self.channels = Some((**channels).clone());
            }
        }
        Ok(())
    }

    fn arrived(
        &mut self,
        notification: &Notification,
        decision: Decision,
        attempt: AttemptId,
        behind: bool,
        now: Now,
        effects: &mut Vec<Effect>,
    ) {
        match decision {
            Decision::Show => {
                let view = self.desk.show(notification, now);
                let attempt = Some(attempt);
                effects.push(Effect::Toast(ToastAct::Show { attempt, view }));
            }
            Decision::Hold => {
                let held = Held {
                    attempt,
                    notification: notification.clone(),
                    summary_only: false,
                };
                self.desk.hold(held, behind, now);
            }
            Decision::Suppress(_) => {}
        }
    }

    async fn gone(&mut self, ids: &[NotificationId], by: Suppression, effects: &mut Vec<Effect>) {
        let forgotten = self.desk.forget(ids);
        self.forgotten(forgotten, by, effects).await;
    }

    async fn forgotten(
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

    async fn settle(&mut self, now: Now, effects: &mut Vec<Effect>) {
        self.settled = true;
        let round = self.desk.settle(now);
        self.show_round(round, now, effects).await;
    }

    async fn show_round(&mut self, round: Round, now: Now, effects: &mut Vec<Effect>) {
        for (attempt, view) in round.alone {
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

    fn popup(&mut self, popup: Popup) -> Option<Effect> {
        let receive = self.channels.as_ref().is_none_or(|wanted| wanted.receive);
        let wanted = receive || popup.test;
        let view = ToastView {
            key: self.desk.popup(),
            title: popup.title,
            body: popup.text,
            link: web_link(popup.link.as_deref()),
            urgency: Priority::Normal,
            quiet: false,
        };
        let attempt = None;
        wanted.then_some(Effect::Toast(ToastAct::Show { attempt, view }))
    }

    /// The disk did not do it. A damaged file is put aside and the state fetched anew; anything
    /// else is tried again with the next link.
    async fn gave_way(&mut self, damage: bool, error: &StoreError, now: Now) -> Vec<Output> {
        tracing::error!(%error, "the local store failed");
        self.state.store_failed = true;
        let input = match damage {
            false => Input::StoreFailed,
            true => match self.begin_anew(error).await {
                Ok(()) => Input::StoreRebuilt,
                Err(error) => {
                    tracing::error!(%error, "the local store cannot be begun anew");
                    Input::StoreFailed
                }
            },
        };
        self.session.handle(input, now)
    }

    async fn begin_anew(&mut self, error: &StoreError) -> Result<(), StoreError> {
        let (store, rebuilt) = match self.store.take() {
            Some(store) => {
                let (store, rebuilt) = store.rebuild(&self.setup.owner, error).await?;
                (store, Some(rebuilt))
            }
            None => Store::open(&self.setup.path, &self.setup.owner).await?,
        };
        self.store = Some(store);
        self.state.store_failed = false;
        self.state.rebuilt = rebuilt.or(self.state.rebuilt.take());
        self.channels = None;
        Ok(())
    }

    fn is_news(&self, channels: &ChannelSettings) -> bool {
        self.channels
            .as_ref()
            .is_none_or(|known| known.revision <= channels.revision)
    }

    async fn refresh(&mut self, effects: &mut Vec<Effect>) {
        self.state.connection = self.session.connection();
        if !std::mem::take(&mut self.stale) {
            return;
        }
        self.state.list_version += 1;
        if let Err(error) = self.look().await {
            tracing::error!(%error, "the local store cannot be read");
            self.state.store_failed = true;
        }
        if self.state.unread == 0 {
            effects.extend(self.desk.all_read().map(Effect::Toast));
        }
    }

    /// Reads anew what the state shows of the store.
    async fn look(&mut self) -> Result<(), StoreError> {
        let store = self.store()?;
        let unread = store.unread().await?.count;
        let pending = store.pending_unread().await?;
        let newest = store.newest_unread(NEWEST).await?;
        self.state.unread = unread.saturating_add_signed(pending);
        self.state.newest = newest;
        self.state.channels.clone_from(&self.channels);
        self.state.connection = self.session.connection();
        Ok(())
    }
}

fn record(decision: Decision) -> Record {
    match decision {
        Decision::Show | Decision::Hold => Record::Open,
        Decision::Suppress(by) => Record::Suppressed(by),
    }
}

#[cfg(test)]
mod simulation;
#[cfg(test)]
mod toasts;
