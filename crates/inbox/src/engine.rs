//! Session, store and toast desk put together: an input in, its writes committed, and what is left
//! for the network and the desktop out. Knows no socket and no clock, so that a simulation can be both.

mod keeping;
mod ringing;

use crate::Now;
use crate::session::{Generation, Input, Kept, Mark, OutboxMark, Output, Session, Write};
use crate::state::State;
use crate::store::{Rebuilt, Store, StoreError};
use crate::toast::{Attempt, Desk, Manners, Situation, Suppression, ToastAct, decide};
use dealbell_protocol::stream::{Change, ClientFrame, ClientInfo, CloseCode, Event};
use dealbell_protocol::window::{Connection, Language, ListPage, ListQuery};
use dealbell_protocol::{ChannelSettings, Cursor, Millis, Notification, Unread};
use ringing::record;
use std::collections::VecDeque;
use std::path::PathBuf;

pub use keeping::MarkedAll;

/// How many unread titles the menu names.
const NEWEST: u32 = 5;

/// What is left to do outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Make a link.
    Connect {
        /// Its number: whatever comes of it carries that.
        generation: Generation,
    },
    /// Say something on it.
    Send {
        /// On which link.
        generation: Generation,
        /// What.
        frame: ClientFrame,
    },
    /// Drop it.
    Disconnect {
        /// Which link.
        generation: Generation,
        /// What to say for a goodbye.
        code: CloseCode,
    },
    /// `GET /v1/channels`.
    FetchChannels {
        /// For which link.
        generation: Generation,
    },
    /// `GET /v1/notifications`.
    FetchPage {
        /// For which link.
        generation: Generation,
        /// The place it is read at.
        as_of: Cursor,
        /// Where the page before ended.
        before: Option<u64>,
    },
    /// Show or withdraw a toast; its attempt is on the disk.
    Toast(ToastAct),
}

/// Who the engine works for.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The database file; its folder exists.
    pub path: PathBuf,
    /// Whom the store belongs to; under another owner it is emptied.
    pub owner: String,
    /// What it tells the centre of itself.
    pub client: ClientInfo,
    /// The language of summaries.
    pub language: Language,
    /// What user and system want of toasts from the first one on.
    pub manners: Manners,
    /// Spreads the tries of many desktops to connect.
    pub seed: u64,
    /// How many days read notifications stay here; 0 is for ever.
    pub keep_days: u32,
}

/// One device's inbox without its network.
#[derive(Debug)]
pub struct Engine {
    setup: Setup,
    session: Session,
    /// None only while a damaged one could not be begun anew.
    store: Option<Store>,
    desk: Desk,
    channels: Option<ChannelSettings>,
    manners: Manners,
    state: State,
    stale: bool,
    settled: bool,
    /// When the first snooze ends.
    next_snooze: Option<Millis>,
    /// When wall time makes a difference next, monotonic; none where that is to be worked out.
    planned: Option<Option<u64>>,
    /// Something was missing here: the session is to read the state anew.
    incomplete: bool,
    /// When what is old was last looked for, wall time.
    swept: Option<Millis>,
}

impl Engine {
    /// Opens the store, begun anew where it is damaged.
    ///
    /// # Errors
    /// When it cannot be used, and cannot be begun anew either.
    pub async fn open(setup: Setup) -> Result<Self, StoreError> {
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
        let desk = Desk::new(store.unconfirmed().await?);
        let next_snooze = store.next_snooze().await?;
        let channels = store.channels().await?;
        let state = State {
            rebuilt,
            ..State::default()
        };
        let mut engine = Self {
            session,
            store: Some(store),
            desk,
            channels,
            manners: setup.manners.clone(),
            setup,
            state,
            stale: true,
            settled: false,
            next_snooze,
            planned: None,
            incomplete: false,
            swept: None,
        };
        engine.look().await?;
        Ok(engine)
    }

    /// Takes one input, commits what it brings and says what is left to do, in order.
    pub async fn handle(&mut self, input: Input, now: Now) -> Vec<Effect> {
        let mut effects = Vec::new();
        let outputs = self.session.handle(input, now);
        self.perform(outputs, now, &mut effects).await;
        let offline = matches!(self.session.connection(), Connection::Offline { .. });
        if offline && !self.settled {
            self.settle(now, &mut effects).await;
        }
        self.sweep_daily(now).await;
        self.finish(now, &mut effects).await;
        effects
    }

    /// Rings with whatever is due, and shows the state of it all.
    async fn finish(&mut self, now: Now, effects: &mut Vec<Effect>) {
        self.ring(now, effects).await;
        self.refresh().await;
    }

    /// Puts the user's mark into the outbox, and only then lets the list show it (STREAM 7).
    ///
    /// # Errors
    /// When the store refuses: there is no mark then.
    pub async fn mark(&mut self, mark: Mark, now: Now) -> Result<Vec<Effect>, StoreError> {
        let marked = self.store()?.add_mark(mark, now.wall).await?;
        Ok(self.marked(marked, now).await)
    }

    /// What follows a mark that is in the outbox.
    async fn marked(&mut self, marked: OutboxMark, now: Now) -> Vec<Effect> {
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
        effects
    }

    /// When [`Input::Tick`] is due, monotonic milliseconds.
    pub fn deadline(&self) -> Option<u64> {
        [self.session.deadline(), self.ringing_deadline()]
            .into_iter()
            .flatten()
            .min()
    }

    /// What the desktop shows of all this.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The channels as the centre answered them to the window.
    pub async fn set_channels(&mut self, channels: ChannelSettings, now: Now) -> Vec<Effect> {
        let mut effects = Vec::new();
        // An answer may be overtaken by the entry of a later save. What a session reads is taken as it
        // is: where a copy of the centre was put back, its revisions begin lower.
        if self.is_news(&channels) {
            let write = Output::Write(Write::Channels { channels });
            self.perform(vec![write], now, &mut effects).await;
        }
        self.finish(now, &mut effects).await;
        effects
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

    /// A slice of the list, newest first; at most 200 rows.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn list(
        &mut self,
        query: &ListQuery,
        offset: u32,
        limit: u32,
    ) -> Result<ListPage, StoreError> {
        let version = self.state.list_version;
        self.store()?.list(query, offset, limit, version).await
    }

    /// The newest toast attempts.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn attempts(&mut self, limit: u32) -> Result<Vec<Attempt>, StoreError> {
        self.store()?.attempts(limit).await
    }

    /// Where the log was applied up to, and the marks that the centre has not confirmed.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn kept(&mut self) -> Result<Kept, StoreError> {
        self.store()?.kept().await
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
                Output::Popup(popup) => effects.extend(self.popup(popup, now)),
                Output::CaughtUp => self.settle(now, effects).await,
                Output::Link(event) => self.keep_link(&event, now).await,
                Output::Write(write) => {
                    let answer =
                        matches!(write, Write::MarkDone { .. } | Write::MarkRefused { .. });
                    match self.write(write, now, effects).await {
                        Ok(Some(cursor)) => {
                            self.state.store_failed = false;
                            let input = Input::Committed { cursor };
                            queue.extend(self.session.handle(input, now));
                        }
                        Ok(None) if std::mem::take(&mut self.incomplete) => {
                            queue.clear();
                            queue.extend(self.session.handle(Input::Incomplete, now));
                        }
                        Ok(None) => {}
                        Err(error) => {
                            queue.clear();
                            if answer {
                                queue.extend(self.session.handle(Input::AnswerNotKept, now));
                            }
                            let damage = error.is_damage() || matches!(error, StoreError::Closed);
                            queue.extend(self.gave_way(damage, &error, now).await);
                        }
                    }
                }
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
                return Ok((!self.incomplete).then_some(cursor));
            }
            Write::Unread { unread } => self.store()?.set_unread(unread).await?,
            Write::Channels { channels } => {
                self.store()?.set_channels(&channels).await?;
                self.channels = Some(channels);
                self.planned = None;
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
            ..self.situation(true, now)
        };
        let record = |notification: &Notification| record(decide(notification, situation));
        let store = self.store()?;
        for held in store.replace(cursor, unread, record, now.wall).await? {
            self.desk.hold(held, now);
        }
        self.sweep(now).await?;
        self.next_snooze = self.store()?.next_snooze().await?;
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
                let decision = decide(notification, self.situation(behind, now));
                let record = Some(record(decision));
                let store = self.store()?;
                let applied = store.apply(event, cursor, record, now.wall).await?;
                if let Some(attempt) = applied.attempt {
                    self.arrived(notification, decision, attempt, behind, now, effects);
                }
            }
            Change::Updated(notification) => {
                self.store()?.apply(event, cursor, None, now.wall).await?;
                self.desk.update(notification);
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
                let store = self.store()?;
                let applied = store.apply(event, cursor, None, now.wall).await?;
                self.incomplete = applied.incomplete;
            }
            Change::Channels(channels) | Change::Providers(channels) => {
                self.store()?.apply(event, cursor, None, now.wall).await?;
                self.channels = Some((**channels).clone());
                self.planned = None;
            }
        }
        Ok(())
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

    async fn refresh(&mut self) {
        self.state.connection = self.session.connection();
        self.state.quiet_held = self.desk.held_back() as u64;
        if !std::mem::take(&mut self.stale) {
            return;
        }
        self.state.list_version += 1;
        if let Err(error) = self.look().await {
            tracing::error!(%error, "the local store cannot be read");
            self.state.store_failed = true;
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

#[cfg(test)]
mod simulation;
#[cfg(test)]
mod toasts;
