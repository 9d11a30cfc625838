//! The engine against a tiny centre that loses, doubles and reorders frames, breaks off, loses its
//! history, and against kills between any two effects and in the middle of a commit.

use super::{Effect, Engine, Setup};
use crate::Now;
use crate::session::{Generation, Input, Mark};
use crate::toast::{Manners, ToastAct, ToastKey, ToastOutcome, UserQuiet};
use dealbell_protocol::rest::FeedPage;
use dealbell_protocol::stream::{
    Change, ClientFrame, ClientInfo, Event, GRACE_MS, PING_MS, ResumeMode, ServerFrame,
};
use dealbell_protocol::window::{Connection, Language, ListQuery, Sound};
use dealbell_protocol::{
    ChannelSettings, ConnectionId, Cursor, ErrorCode, Kind, Notification, NotificationId, Priority,
    ProviderId, Unread,
};
use proptest::prelude::*;
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// The rows of a page; small, so that paging happens.
const PAGE: usize = 3;

#[derive(Clone, Debug)]
enum Step {
    Create {
        silent: bool,
    },
    Update(usize),
    Read(usize),
    Unread(usize),
    Remove(usize),
    ReadAll,
    Channels {
        desktop: bool,
    },
    LoseHistory,
    Perform(usize),
    Deliver(usize),
    Flow,
    Lose,
    Double,
    Swap,
    Garbage,
    Break,
    Kill,
    KillWithin(usize),
    Mark(usize, bool),
    MarkAll,
    Wake,
    Later(u64),
    /// Put off a row of the list for so long.
    Snooze(usize, u64),
    /// The user's do-not-disturb.
    Quiet(bool),
}

fn step() -> impl Strategy<Value = Step> {
    let row = 0..8_usize;
    prop_oneof![
        6 => any::<bool>().prop_map(|rare| Step::Create { silent: rare }),
        6 => Just(Step::Create { silent: false }),
        2 => row.clone().prop_map(Step::Update),
        2 => row.clone().prop_map(Step::Read),
        1 => row.clone().prop_map(Step::Unread),
        1 => row.clone().prop_map(Step::Remove),
        1 => Just(Step::ReadAll),
        1 => any::<bool>().prop_map(|desktop| Step::Channels { desktop }),
        1 => Just(Step::LoseHistory),
        8 => (1..9_usize).prop_map(Step::Perform),
        8 => (1..9_usize).prop_map(Step::Deliver),
        10 => Just(Step::Flow),
        2 => Just(Step::Lose),
        1 => Just(Step::Double),
        1 => Just(Step::Swap),
        1 => Just(Step::Garbage),
        2 => Just(Step::Break),
        2 => Just(Step::Kill),
        2 => (1..40_usize).prop_map(Step::KillWithin),
        2 => (row, any::<bool>()).prop_map(|(row, read)| Step::Mark(row, read)),
        1 => Just(Step::MarkAll),
        1 => Just(Step::Wake),
        3 => (1..20_000_u64).prop_map(Step::Later),
        3 => (0..8_usize, 1..30_000_u64).prop_map(|(row, ms)| Step::Snooze(row, ms)),
        2 => any::<bool>().prop_map(Step::Quiet),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_it_ends_as_the_centre_and_rings_at_most_once(
        steps in prop::collection::vec(step(), 1..80)
    ) {
        live_through(steps);
    }
}

/// The answer to a mark is the one frame that neither a gap nor a ping betrays.
#[test]
fn a_mark_whose_answer_is_lost_is_sent_again() {
    live_through(vec![
        Step::Flow,
        Step::Create { silent: true },
        Step::Flow,
        Step::MarkAll,
        Step::Perform(1),
        Step::Lose,
        Step::Flow,
        Step::Unread(0),
        Step::Flow,
    ]);
}

#[test]
fn what_is_put_off_comes_back_though_it_was_marked_unread_again() {
    live_through(vec![
        Step::Create { silent: false },
        Step::Flow,
        Step::Snooze(0, 30_000),
        Step::Mark(0, false),
    ]);
}

/// As many as `PROPTEST_CASES` asks for, else few enough for every run of the tests.
fn cases() -> u32 {
    let asked = std::env::var("PROPTEST_CASES").ok();
    asked.and_then(|cases| cases.parse().ok()).unwrap_or(96)
}

fn live_through(steps: Vec<Step>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut world = World::new().await;
        for step in steps {
            world.step(step).await;
        }
        world.settle().await;
        world.let_everything_ring().await;
        world.check().await;
    });
}

/// A user's state at a centre, in memory.
struct Centre {
    epoch: u64,
    log: Vec<Event>,
    rows: BTreeMap<u64, Notification>,
    channels: ChannelSettings,
    now: i64,
    ids: u128,
    /// Ones that were read at some time: these may have come here without a toast.
    ever_read: HashSet<NotificationId>,
}

impl Centre {
    fn cursor(&self) -> Cursor {
        Cursor {
            epoch: format!("e{}", self.epoch),
            seq: self.log.len() as u64,
        }
    }

    fn unread(&self) -> Unread {
        let count = self.rows.values().filter(|row| row.is_unread()).count() as u64;
        let at = self.log.len() as u64;
        Unread { count, at }
    }

    fn id(&self, row: usize) -> Option<NotificationId> {
        self.rows.values().nth(row).map(|row| row.id)
    }

    fn create(&mut self, silent: bool) -> Event {
        self.ids += 1;
        let created_seq = self.log.len() as u64 + 1;
        let notification = Notification {
            author: None,
            id: NotificationId(ulid::Ulid(self.ids)),
            provider: ProviderId::new("tasks"),
            kind: Kind::TaskNew,
            priority: Priority::Normal,
            subject: None,
            title: format!("Задача {}", self.ids),
            text: String::new(),
            context: None,
            link: None,
            at: self.now,
            created_at: self.now,
            created_seq,
            read_at: None,
            silent,
        };
        self.rows.insert(created_seq, notification.clone());
        self.entry(Change::Created(Box::new(notification)))
    }

    fn update(&mut self, row: usize) -> Option<Event> {
        let row = self.rows.values_mut().nth(row)?;
        row.text.push('!');
        let row = Box::new(row.clone());
        Some(self.entry(Change::Updated(row)))
    }

    fn mark(&mut self, ids: Vec<NotificationId>, read: bool) -> Event {
        for row in self.rows.values_mut().filter(|row| ids.contains(&row.id)) {
            row.read_at = match read {
                true => row.read_at.or(Some(self.now)),
                false => None,
            };
        }
        self.entry(match read {
            true => Change::Read { ids },
            false => Change::Unread { ids },
        })
    }

    fn read_all(&mut self, upto: u64) -> Event {
        for (_, row) in self.rows.range_mut(..=upto) {
            row.read_at = row.read_at.or(Some(self.now));
        }
        self.entry(Change::ReadAll { upto })
    }

    fn remove(&mut self, id: NotificationId) -> Event {
        self.rows.retain(|_, row| row.id != id);
        self.entry(Change::Removed { ids: vec![id] })
    }

    fn save(&mut self, desktop: bool) -> Event {
        self.channels.revision += 1;
        self.channels.receive = desktop;
        let channels = Box::new(self.channels.clone());
        self.entry(Change::Channels(channels))
    }

    fn entry(&mut self, change: Change) -> Event {
        let read = self.rows.values().filter(|row| !row.is_unread());
        self.ever_read.extend(read.map(|row| row.id));
        let seq = self.log.len() as u64 + 1;
        let event = Event {
            seq,
            prev: seq - 1,
            at: self.now,
            change,
            unread: Unread {
                at: seq,
                ..self.unread()
            },
        };
        self.log.push(event.clone());
        event
    }

    fn page(&self, as_of: &Cursor, before: Option<u64>) -> Option<FeedPage> {
        if as_of.epoch != self.cursor().epoch {
            return None;
        }
        let below = before.unwrap_or(u64::MAX).min(as_of.seq + 1);
        let items: Vec<Notification> = self
            .rows
            .range(..below)
            .rev()
            .take(PAGE)
            .map(|(_, row)| row.clone())
            .collect();
        let next = items
            .last()
            .map(|last| last.created_seq)
            .filter(|last| self.rows.range(..last).next().is_some());
        Some(FeedPage {
            items,
            next,
            as_of: as_of.clone(),
            unread: self.unread(),
        })
    }
}

/// A connection, as the centre has it.
struct Line {
    generation: Generation,
    open: bool,
    started: bool,
    frames: VecDeque<ServerFrame>,
}

struct World {
    centre: Centre,
    engine: Option<Engine>,
    setup: Setup,
    line: Option<Line>,
    effects: VecDeque<Effect>,
    last: Option<ServerFrame>,
    now: Now,
    rung: HashMap<NotificationId, u32>,
    /// How often each was put off: so often it may ring again.
    put_off: HashMap<NotificationId, u32>,
    /// When each is to come back that was not read since.
    coming_back: HashMap<NotificationId, i64>,
    manners: Manners,
    _folder: tempfile::TempDir,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let now = Now {
            mono: 1,
            wall: 1_763_700_000_000,
        };
        let setup = Setup {
            path: folder.path().join("inbox.db"),
            owner: "centre/user".to_owned(),
            client: ClientInfo {
                version: "1".to_owned(),
                platform: "linux".to_owned(),
                device: String::new(),
            },
            language: Language::Ru,
            manners: Manners::default(),
            seed: 7,
            keep_days: 0,
        };
        let centre = Centre {
            epoch: 1,
            log: Vec::new(),
            rows: BTreeMap::new(),
            channels: ChannelSettings {
                email: Default::default(),
                push: dealbell_protocol::PushSettings::default(),
                kinds: Vec::new(),
                quiet: Default::default(),
                revision: 1,
                receive: true,
                providers: Vec::new(),
                deliverable: Vec::new(),
            },
            now: now.wall,
            ids: 0,
            ever_read: HashSet::new(),
        };
        let mut world = Self {
            centre,
            engine: None,
            setup,
            line: None,
            effects: VecDeque::new(),
            last: None,
            now,
            rung: HashMap::new(),
            put_off: HashMap::new(),
            coming_back: HashMap::new(),
            manners: Manners::default(),
            _folder: folder,
        };
        world.start().await;
        world
    }

    async fn start(&mut self) {
        let setup = Setup {
            manners: self.manners.clone(),
            ..self.setup.clone()
        };
        self.engine = Some(Engine::open(setup).await.unwrap());
        self.input(Input::Tick).await;
    }

    async fn step(&mut self, step: Step) {
        let id = |row: usize| self.centre.id(row);
        match step {
            Step::Create { silent } => {
                let event = self.centre.create(silent);
                self.tell(event);
            }
            Step::Update(row) => {
                if let Some(event) = self.centre.update(row) {
                    self.tell(event);
                }
            }
            Step::Read(row) => {
                if let Some(id) = id(row) {
                    let event = self.centre.mark(vec![id], true);
                    self.tell(event);
                }
            }
            Step::Unread(row) => {
                if let Some(id) = id(row) {
                    let event = self.centre.mark(vec![id], false);
                    self.tell(event);
                }
            }
            Step::Remove(row) => {
                if let Some(id) = id(row) {
                    let event = self.centre.remove(id);
                    self.tell(event);
                }
            }
            Step::ReadAll => {
                let event = self.centre.read_all(self.centre.cursor().seq);
                self.tell(event);
            }
            Step::Channels { desktop } => {
                let event = self.centre.save(desktop);
                self.tell(event);
            }
            Step::LoseHistory => {
                self.centre.epoch += 1;
                self.break_off().await;
            }
            Step::Perform(count) => self.perform(count).await,
            Step::Deliver(count) => {
                for _ in 0..count {
                    self.deliver().await;
                }
            }
            Step::Flow => self.flow().await,
            Step::Lose => drop(self.line.as_mut().and_then(|line| line.frames.pop_front())),
            Step::Double => {
                if let (Some(line), Some(frame)) = (&mut self.line, &self.last) {
                    line.frames.push_front(frame.clone());
                }
            }
            Step::Swap => {
                if let Some(line) = self.line.as_mut().filter(|line| line.frames.len() > 1) {
                    line.frames.swap(0, 1);
                }
            }
            Step::Garbage => {
                if let Some(generation) = self.open_line() {
                    self.input(Input::Garbage { generation }).await;
                }
            }
            Step::Break => self.break_off().await,
            Step::Kill => self.kill().await,
            Step::KillWithin(polls) => self.kill_within(polls).await,
            Step::Mark(row, read) => {
                let Some(id) = self.shown(row).await else {
                    return;
                };
                let ids = vec![id];
                if read {
                    self.coming_back.remove(&id);
                }
                self.mark(match read {
                    true => Mark::Read { ids },
                    false => Mark::Unread { ids },
                })
                .await;
            }
            Step::MarkAll => {
                let store = self.engine.as_mut().unwrap().store().unwrap();
                let page = store.list(&ListQuery::default(), 0, 1, 0).await.unwrap();
                if let Some(upto) = page.cursor {
                    self.coming_back.clear();
                    self.mark(Mark::ReadAll { upto }).await;
                }
            }
            Step::Wake => self.input(Input::Wake).await,
            Step::Later(ms) => self.later(ms).await,
            Step::Snooze(row, ms) => self.snooze(row, ms).await,
            Step::Quiet(on) => self.be_quiet(on).await,
        }
    }

    async fn input(&mut self, input: Input) {
        let engine = self.engine.as_mut().unwrap();
        let effects = engine.handle(input, self.now).await;
        self.take(effects);
    }

    async fn mark(&mut self, mark: Mark) {
        let engine = self.engine.as_mut().unwrap();
        let effects = engine.mark(mark, self.now).await.unwrap();
        self.take(effects);
    }

    async fn snooze(&mut self, row: usize, ms: u64) {
        let Some(id) = self.shown(row).await else {
            return;
        };
        let until = self.now.wall + ms as i64;
        let engine = self.engine.as_mut().unwrap();
        let (done, effects) = engine.snooze(id, until, self.now).await.unwrap();
        self.take(effects);
        if done {
            *self.put_off.entry(id).or_default() += 1;
            self.coming_back.insert(id, until);
        }
    }

    async fn be_quiet(&mut self, on: bool) {
        self.manners.user_quiet = on.then_some(UserQuiet { until: None });
        let engine = self.engine.as_mut().unwrap();
        let effects = engine.set_manners(self.manners.clone(), self.now).await;
        self.take(effects);
    }

    fn take(&mut self, effects: Vec<Effect>) {
        let shown = effects
            .iter()
            .any(|effect| matches!(effect, Effect::Toast(ToastAct::Show { .. })));
        assert!(!shown || self.manners.user_quiet.is_none(), "it is quiet");
        self.effects.extend(effects);
    }

    /// The quiet ends, and whatever was put off comes back.
    async fn let_everything_ring(&mut self) {
        self.be_quiet(false).await;
        let last = self.coming_back.values().max().copied().unwrap_or(0);
        while self.now.wall <= last {
            self.later(1_000).await;
            self.settle().await;
        }
        self.later(20_000).await;
        self.settle().await;
    }

    async fn shown(&mut self, row: usize) -> Option<NotificationId> {
        let store = self.engine.as_mut().unwrap().store().unwrap();
        let page = store
            .list(&ListQuery::default(), row as u32, 1, 0)
            .await
            .unwrap();
        page.items.first().map(|row| row.id)
    }

    async fn later(&mut self, ms: u64) {
        self.now.mono += ms;
        self.now.wall += ms as i64;
        self.centre.now = self.now.wall;
        let due = self.engine.as_ref().unwrap().deadline();
        if due.is_some_and(|due| due <= self.now.mono) {
            self.input(Input::Tick).await;
        }
    }

    /// The process ends between two effects: what was not carried out never will be.
    async fn kill(&mut self) {
        self.engine = None;
        self.effects.clear();
        self.line = None;
        self.now.mono = 1;
        self.start().await;
    }

    /// The process ends while the next frame is worked on.
    async fn kill_within(&mut self, polls: usize) {
        let frame = self.line.as_mut().and_then(|line| line.frames.pop_front());
        if let (Some(frame), Some(generation)) = (frame, self.open_line()) {
            let frame = Box::new(frame);
            let engine = self.engine.as_mut().unwrap();
            let work = engine.handle(Input::Frame { generation, frame }, self.now);
            let cut = Cut {
                work: Box::pin(work),
                polls,
            };
            cut.await;
        }
        self.kill().await;
    }

    async fn break_off(&mut self) {
        let Some(line) = self.line.take().filter(|line| line.open) else {
            return;
        };
        let generation = line.generation;
        let code = Some(1006);
        self.input(Input::Closed { generation, code }).await;
    }

    fn open_line(&self) -> Option<Generation> {
        let line = self.line.as_ref().filter(|line| line.open);
        line.map(|line| line.generation)
    }

    fn tell(&mut self, event: Event) {
        if let Some(line) = self.line.as_mut().filter(|line| line.started) {
            line.frames.push_back(ServerFrame::Event(event));
        }
    }

    async fn deliver(&mut self) {
        let Some(generation) = self.open_line() else {
            return;
        };
        let frame = self.line.as_mut().and_then(|line| line.frames.pop_front());
        if let Some(frame) = frame {
            self.last = Some(frame.clone());
            let frame = Box::new(frame);
            self.input(Input::Frame { generation, frame }).await;
        }
    }

    async fn perform(&mut self, count: usize) {
        for _ in 0..count {
            let Some(effect) = self.effects.pop_front() else {
                return;
            };
            self.carry_out(effect).await;
        }
    }

    async fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Connect { generation } => {
                let hello = ServerFrame::Hello {
                    connection: ConnectionId(ulid::Ulid(1)),
                    ping_ms: PING_MS,
                    grace_ms: GRACE_MS,
                    max_frame: 65_536,
                };
                self.line = Some(Line {
                    generation,
                    open: true,
                    started: false,
                    frames: VecDeque::from([hello]),
                });
                self.input(Input::Opened { generation }).await;
            }
            Effect::Disconnect { generation, .. } => {
                self.line = self
                    .line
                    .take()
                    .filter(|line| line.generation != generation);
            }
            Effect::Send { generation, frame } => {
                if self.open_line() == Some(generation) {
                    self.hear(frame);
                }
            }
            Effect::FetchChannels { generation } => {
                let channels = self.centre.channels.clone();
                let input = Input::Channels {
                    generation,
                    channels,
                };
                self.input(input).await;
            }
            Effect::FetchPage {
                generation,
                as_of,
                before,
            } => {
                let input = match self.centre.page(&as_of, before) {
                    Some(page) => Input::Page {
                        generation,
                        page: Box::new(page),
                    },
                    None => Input::FetchFailed {
                        generation,
                        code: None,
                        retry_ms: None,
                    },
                };
                self.input(input).await;
            }
            Effect::Toast(ToastAct::Show { attempt, view }) => {
                if let ToastKey::Notification(id) = view.key
                    && view.sound != Sound::Silent
                {
                    *self.rung.entry(id).or_default() += 1;
                }
                let engine = self.engine.as_mut().unwrap();
                let attempt = attempt.expect("no pop-ups here");
                engine.toast_outcome(attempt, ToastOutcome::Shown).await;
            }
            Effect::Toast(ToastAct::Withdraw { .. }) => {}
        }
    }

    /// The centre hears a frame.
    fn hear(&mut self, frame: ClientFrame) {
        let (id, event) = match frame {
            ClientFrame::Start { id, cursor, .. } => return self.begin(id, cursor),
            ClientFrame::Read { id, ids } => (id, self.centre.mark(ids, true)),
            ClientFrame::Unread { id, ids } => (id, self.centre.mark(ids, false)),
            ClientFrame::ReadAll { id, upto } if upto.epoch == self.centre.cursor().epoch => {
                (id, self.centre.read_all(upto.seq))
            }
            ClientFrame::ReadAll { id, .. } => {
                let error = ServerFrame::Error {
                    id: Some(id),
                    code: ErrorCode::NotFound,
                    temporary: false,
                    retry_ms: None,
                };
                self.line.as_mut().unwrap().frames.push_back(error);
                return;
            }
            ClientFrame::Ack { .. } | ClientFrame::Pong | ClientFrame::Token { .. } => return,
        };
        let ok = ServerFrame::Ok {
            id,
            cursor: self.centre.cursor(),
            unread: self.centre.unread(),
        };
        let frames = &mut self.line.as_mut().unwrap().frames;
        // Either may come first.
        match id % 2 {
            0 => frames.extend([ServerFrame::Event(event), ok]),
            _ => frames.extend([ok, ServerFrame::Event(event)]),
        }
    }

    fn begin(&mut self, id: u64, cursor: Option<Cursor>) {
        let newest = self.centre.cursor();
        let known = cursor
            .as_ref()
            .filter(|cursor| cursor.epoch == newest.epoch);
        let (mode, after) = match (&cursor, known) {
            (None, _) => (ResumeMode::Snapshot, newest.seq),
            (Some(_), None) => (ResumeMode::Reset, newest.seq),
            (_, Some(known)) => (ResumeMode::Resumed, known.seq),
        };
        let backlog = self.centre.log.iter().skip(after as usize);
        let line = self.line.as_mut().unwrap();
        line.started = true;
        line.frames.push_back(ServerFrame::Ready {
            id,
            mode,
            unread: self.centre.unread(),
            cursor: newest.clone(),
        });
        line.frames.extend(backlog.cloned().map(ServerFrame::Event));
        line.frames.push_back(ServerFrame::Live { seq: newest.seq });
    }

    /// Carries effects and frames to and fro while there are any.
    async fn flow(&mut self) {
        while !self.effects.is_empty() || self.line.as_ref().is_some_and(|l| !l.frames.is_empty()) {
            self.perform(usize::MAX).await;
            self.deliver().await;
        }
    }

    /// Lets everything that is under way arrive. A lost last frame shows by the ping.
    async fn settle(&mut self) {
        let mut pinged = 0;
        for _ in 0..3_000 {
            self.perform(usize::MAX).await;
            let waiting = self
                .line
                .as_ref()
                .is_some_and(|line| !line.frames.is_empty());
            if waiting {
                self.deliver().await;
                continue;
            }
            let online = self.engine.as_ref().unwrap().state().connection == Connection::Online;
            if online && pinged == 2 {
                let store = self.engine.as_mut().unwrap().store().unwrap();
                if store.kept().await.unwrap().outbox.is_empty() {
                    return;
                }
                // Time passes on a link that lives, until a mark's answer is overdue.
                pinged = 1;
                self.later(1_000).await;
                continue;
            }
            if let Some(line) = self.line.as_mut().filter(|_| online) {
                pinged += 1;
                line.frames.push_back(ServerFrame::Ping {
                    seq: self.centre.log.len() as u64,
                });
                continue;
            }
            pinged = 0;
            let due = self.engine.as_ref().unwrap().deadline().unwrap();
            self.later(due.saturating_sub(self.now.mono).max(1)).await;
        }
        panic!("it does not come to rest");
    }

    async fn check(&mut self) {
        let engine = self.engine.as_mut().unwrap();
        assert_eq!(engine.state().quiet_held, 0, "all were summed up");
        assert_eq!(engine.state().unread, self.centre.unread().count, "unread");
        let store = engine.store().unwrap();
        assert_eq!(store.kept().await.unwrap().outbox, [], "every mark arrived");
        let page = store.list(&ListQuery::default(), 0, 200, 0).await.unwrap();
        let shown: Vec<Notification> = page.items;
        let own: Vec<Notification> = self.centre.rows.values().rev().cloned().collect();
        assert_eq!(shown, own, "the list");
        let unread = store
            .list(&ListQuery::unread(), 0, 0, 0)
            .await
            .unwrap()
            .total;
        assert_eq!(u64::from(unread), self.centre.unread().count, "unread rows");
        for (id, times) in &self.rung {
            let put_off = self.put_off.get(id).copied().unwrap_or(0);
            assert!(*times <= 1 + put_off, "{id} rang {times} times");
        }
        assert_eq!(store.next_snooze().await.unwrap(), None, "all are back");
        let attempts = store.attempts(1_000).await.unwrap();
        for (id, until) in &self.coming_back {
            let own = own.iter().find(|row| row.id == *id);
            if own.is_none_or(|row| self.centre.ever_read.contains(&row.id)) {
                continue;
            }
            let back = attempts.iter().any(|attempt| {
                let told = attempt.outcome.is_some();
                attempt.notification == Some(*id) && attempt.at >= *until && told
            });
            assert!(back, "{id} did not come back");
        }
        for row in own
            .iter()
            .filter(|row| !self.centre.ever_read.contains(&row.id))
        {
            let asked_for = self.put_off.contains_key(&row.id);
            let rang = self.rung.contains_key(&row.id);
            assert!(!row.silent || asked_for || !rang, "silent");
            let told = attempts
                .iter()
                .any(|attempt| attempt.notification == Some(row.id));
            assert!(told, "{} came without a decision", row.title);
        }
    }
}

/// Polls its work so many times, then lets go of it.
struct Cut<'a> {
    work: Pin<Box<dyn Future<Output = Vec<Effect>> + 'a>>,
    polls: usize,
}

impl Future for Cut<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.polls == 0 {
            return Poll::Ready(());
        }
        self.polls -= 1;
        self.work.as_mut().poll(cx).map(drop)
    }
}
