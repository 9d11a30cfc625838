//! The loop behind an [`crate::Inbox`]: inputs and commands to the engine, its effects to the
//! network and the desktop. It sleeps until a frame, a command or the session's own deadline.

use crate::engine::{Effect, Engine, MarkedAll};
use crate::link::{self, Order};
use crate::rest::Rest;
use crate::session::{Generation, Input, Mark};
use crate::state::State;
use crate::store::StoreError;
use crate::time::Clock;
use crate::toast::{Attempt, AttemptId, Manners, ToastAct, ToastKey, ToastOutcome};
use crate::{Address, Now};
use dealbell_network::Network;
use dealbell_protocol::secret::Secret;
use dealbell_protocol::window::{
    Connection, ConnectionRecord, Language, ListPage, ListQuery, SignedOutReason, ToastRecord,
};
use dealbell_protocol::{ChannelSettings, Cursor, Millis, Notification, NotificationId};
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot, watch};

/// How many inputs of the network may wait; beyond it the centre has to.
const INPUTS: usize = 64;

type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

/// What a handle asks of the loop.
#[derive(Debug)]
pub(crate) enum Command {
    Input(Input),
    Mark(Mark, Reply<()>),
    MarkAll(Cursor, Reply<MarkedAll>),
    /// Answered with whether it was in time.
    UndoMarkAll(u64, Reply<bool>),
    KeepDays(u32, Reply<()>),
    Diagnostics(u32, Reply<(Vec<ConnectionRecord>, Vec<ToastRecord>)>),
    List(ListQuery, u32, u32, Reply<ListPage>),
    Notification(NotificationId, Reply<Option<Notification>>),
    Attempts(u32, Reply<Vec<Attempt>>),
    Outcome(AttemptId, ToastOutcome),
    Closed(ToastKey),
    Clicked(ToastKey, Reply<Vec<NotificationId>>),
    Manners(Box<Manners>),
    Snooze(NotificationId, Millis, Reply<bool>),
    ScreenGone,
    Language(Language),
    Channels(ChannelSettings),
    SignOut(Reply<()>),
}

/// The parts of the loop.
pub(crate) struct Driver {
    engine: Engine,
    address: Address,
    token: Secret,
    network: Network,
    rest: Arc<Rest>,
    clock: Clock,
    link: Option<(Generation, mpsc::UnboundedSender<Order>)>,
    inputs: mpsc::Sender<Input>,
    acts: mpsc::Sender<ToastAct>,
    state: watch::Sender<State>,
}

impl Driver {
    pub(crate) fn start(
        engine: Engine,
        address: Address,
        (token, network): (Secret, Network),
        rest: Arc<Rest>,
        acts: mpsc::Sender<ToastAct>,
    ) -> (mpsc::UnboundedSender<Command>, watch::Receiver<State>) {
        let (inputs, received) = mpsc::channel(INPUTS);
        let (commands, commanded) = mpsc::unbounded_channel();
        let (state, watched) = watch::channel(engine.state().clone());
        let driver = Self {
            engine,
            address,
            token,
            network,
            rest,
            clock: Clock::new(),
            link: None,
            inputs,
            acts,
            state,
        };
        tokio::spawn(driver.run(received, commanded));
        (commands, watched)
    }

    async fn run(
        mut self,
        mut inputs: mpsc::Receiver<Input>,
        mut commands: mpsc::UnboundedReceiver<Command>,
    ) {
        let mut input = Input::Tick;
        loop {
            let now = self.clock.now();
            let effects = self.engine.handle(input, now).await;
            self.carry_out(effects).await;
            self.publish();
            input = loop {
                let deadline = self.engine.deadline().map(|at| self.clock.instant(at));
                let rest = async {
                    match deadline {
                        Some(at) => tokio::time::sleep_until(at).await,
                        None => std::future::pending().await,
                    }
                };
                tokio::select! {
                    biased;
                    command = commands.recv() => {
                        let Some(command) = command else { return };
                        match self.command(command).await {
                            Next::Input(input) => break input,
                            Next::Go => {}
                            Next::End => return,
                        }
                    }
                    // The driver holds a sender itself, so there is always one.
                    Some(input) = inputs.recv() => break input,
                    () = rest => break Input::Tick,
                }
            };
        }
    }

    async fn command(&mut self, command: Command) -> Next {
        let now = self.clock.now();
        // Whoever asked may have stopped waiting for the answer.
        match command {
            Command::Input(input) => return Next::Input(input),
            Command::Mark(mark, reply) => {
                let _ = reply.send(self.mark(mark, now).await);
            }
            Command::MarkAll(upto, reply) => {
                let _ = reply.send(self.mark_all(upto, now).await);
            }
            Command::UndoMarkAll(undo, reply) => {
                let _ = reply.send(self.undo_mark_all(undo, now).await);
            }
            Command::KeepDays(days, reply) => {
                let _ = reply.send(self.keep_days(days, now).await);
            }
            Command::Diagnostics(limit, reply) => {
                let told = match self.engine.store() {
                    Ok(store) => store.diagnostics(limit).await,
                    Err(error) => Err(error),
                };
                let _ = reply.send(told);
            }
            Command::List(query, offset, limit, reply) => {
                let _ = reply.send(self.engine.list(&query, offset, limit).await);
            }
            Command::Notification(id, reply) => {
                let found = match self.engine.store() {
                    Ok(store) => store.notification(id).await,
                    Err(error) => Err(error),
                };
                let _ = reply.send(found);
            }
            Command::Attempts(limit, reply) => {
                let _ = reply.send(self.engine.attempts(limit).await);
            }
            Command::Outcome(attempt, outcome) => {
                self.engine.toast_outcome(attempt, outcome).await;
            }
            Command::Closed(key) => self.engine.toast_closed(key),
            Command::ScreenGone => self.engine.screen_gone(),
            Command::Language(language) => self.engine.set_language(language),
            Command::Clicked(key, reply) => {
                let _ = reply.send(Ok(self.engine.toast_clicked(key)));
            }
            Command::Manners(manners) => {
                let effects = self.engine.set_manners(*manners, now).await;
                self.carry_out(effects).await;
                self.publish();
            }
            Command::Snooze(id, until, reply) => {
                let snoozed = self.engine.snooze(id, until, now).await;
                let done = match snoozed {
                    Ok((done, effects)) => {
                        self.carry_out(effects).await;
                        self.publish();
                        Ok(done)
                    }
                    Err(error) => Err(error),
                };
                let _ = reply.send(done);
            }
            Command::Channels(channels) => {
                let effects = self.engine.set_channels(channels, now).await;
                self.carry_out(effects).await;
                self.publish();
            }
            Command::SignOut(reply) => {
                let cleared = self.sign_out().await;
                let _ = reply.send(cleared);
                return Next::End;
            }
        }
        Next::Go
    }

    async fn mark(&mut self, mark: Mark, now: Now) -> Result<(), StoreError> {
        let effects = self.engine.mark(mark, now).await?;
        self.carry_out(effects).await;
        self.publish();
        Ok(())
    }

    async fn mark_all(&mut self, upto: Cursor, now: Now) -> Result<MarkedAll, StoreError> {
        let (marked, effects) = self.engine.mark_all(upto, now).await?;
        self.carry_out(effects).await;
        self.publish();
        Ok(marked)
    }

    async fn undo_mark_all(&mut self, undo: u64, now: Now) -> Result<bool, StoreError> {
        let Some(effects) = self.engine.undo_mark_all(undo, now).await? else {
            return Ok(false);
        };
        self.carry_out(effects).await;
        self.publish();
        Ok(true)
    }

    async fn keep_days(&mut self, days: u32, now: Now) -> Result<(), StoreError> {
        let effects = self.engine.set_keep_days(days, now).await?;
        self.carry_out(effects).await;
        self.publish();
        Ok(())
    }

    async fn sign_out(&mut self) -> Result<(), StoreError> {
        self.link = None;
        let effects = self.engine.clear().await?;
        self.carry_out(effects).await;
        let mut state = self.engine.state().clone();
        state.connection = Connection::SignedOut {
            reason: SignedOutReason::NoAccount,
        };
        self.state.send_replace(state);
        Ok(())
    }

    async fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Connect { generation } => {
                    let inputs = self.inputs.clone();
                    let address = self.address.clone();
                    let (token, rest) = (self.token.clone(), self.rest.clone());
                    let network = self.network.clone();
                    let link = link::start(generation, address, token, network, rest, inputs);
                    self.link = Some((generation, link));
                }
                Effect::Send { generation, frame } => {
                    if let Some((_, link)) = self.link_of(generation) {
                        // A link that has ended says so itself.
                        let _ = link.send(Order::Say(frame));
                    }
                }
                Effect::Disconnect { generation, code } => {
                    if let Some((_, link)) = self.link_of(generation) {
                        let _ = link.send(Order::Close(code));
                        self.link = None;
                    }
                }
                Effect::FetchChannels { generation } => self.fetch_channels(generation),
                Effect::FetchPage {
                    generation,
                    as_of,
                    before,
                } => self.fetch_page(generation, as_of, before),
                Effect::Toast(act) => {
                    // A desktop that takes no toasts any more is on its way out.
                    let _ = self.acts.send(act).await;
                }
            }
        }
    }

    fn link_of(
        &self,
        generation: Generation,
    ) -> Option<&(Generation, mpsc::UnboundedSender<Order>)> {
        self.link.as_ref().filter(|(own, _)| *own == generation)
    }

    fn fetch_channels(&self, generation: Generation) {
        let (rest, inputs) = (self.rest.clone(), self.inputs.clone());
        tokio::spawn(async move {
            let input = match rest.channels().await {
                Ok(channels) => Input::Channels {
                    generation,
                    channels,
                },
                Err(error) => failed(generation, &error),
            };
            let _ = inputs.send(input).await;
        });
    }

    fn fetch_page(&self, generation: Generation, as_of: Cursor, before: Option<u64>) {
        let (rest, inputs) = (self.rest.clone(), self.inputs.clone());
        tokio::spawn(async move {
            let input = match rest.page(&as_of, before).await {
                Ok(page) => Input::Page {
                    generation,
                    page: Box::new(page),
                },
                Err(error) => failed(generation, &error),
            };
            let _ = inputs.send(input).await;
        });
    }

    fn publish(&self) {
        self.state.send_if_modified(|state| {
            let news = self.engine.state();
            let changed = state != news;
            if changed {
                state.clone_from(news);
            }
            changed
        });
    }
}

/// What follows a command.
enum Next {
    Input(Input),
    Go,
    End,
}

fn failed(generation: Generation, error: &crate::RestError) -> Input {
    tracing::debug!(%error, "the state cannot be fetched");
    Input::FetchFailed {
        generation,
        code: error.code(),
        retry_ms: error.retry_ms(),
    }
}
