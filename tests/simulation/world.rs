//! All of them, step by step. Whoever has something to do does one thing; then everybody waits until
//! nobody has anything left to do at this moment, and time moves to the next one.

use crate::desk::{BEGIN, Desk};
use crate::dice::Dice;
use crate::network::Network;
use crate::office::{ADDRESS, Office, Wall};
use crate::plan::Plan;
use crate::planted::{Distortion, Planted, said};
use crate::requests::{Fetch, What};
use crate::stillness::Stillness;
use crate::tellers::{Connector, Integration, SOURCE};
use crate::{Outcome, disk};
use anyhow::Context as _;
use dealbell_inbox::link::{self, Order};
use dealbell_inbox::session::Input;
use dealbell_inbox::{Address, Effect, ToastAct, ToastKey, ToastOutcome};
use dealbell_protocol::ingest::Ingest as _;
use dealbell_protocol::stream::{Change, ClientFrame, ServerFrame};
use dealbell_protocol::window::{Connection, Sound};
use dealbell_protocol::{Cursor, ErrorCode, NotificationId, UserId};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};
use std::time::Duration;
use tokio::sync::mpsc::error::TryRecvError;
use tokio::time::Instant;

/// Time moves by so much at most, so that nobody's timer is later than that.
const GRAIN: u64 = 1_000;
/// More moves at one moment are a loop without an end.
const MOVES_AT_ONCE: u32 = 20_000;

/// What a user did to a row on a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Act {
    pub(crate) desk: usize,
    pub(crate) read: bool,
}

/// A copy of the centre, and what was done and answered by then.
#[derive(Clone, Debug)]
pub(crate) struct Copy {
    pub(crate) path: PathBuf,
    pub(crate) answered: BTreeSet<usize>,
}

/// Everything.
pub(crate) struct World {
    pub(crate) planted: Option<Planted>,
    pub(crate) dice: Dice,
    pub(crate) stillness: Stillness,
    pub(crate) office: Office,
    pub(crate) wall: Arc<Wall>,
    pub(crate) centre_wrong: i64,
    pub(crate) network: Network,
    pub(crate) desks: Vec<Desk>,
    pub(crate) emails: Vec<String>,
    pub(crate) users: Vec<UserId>,
    pub(crate) key: String,
    pub(crate) connector: Connector,
    pub(crate) integration: Integration,
    pub(crate) fetches: Vec<Fetch>,
    /// When the centre comes back.
    pub(crate) opens_at: Option<u64>,
    /// Until when a planned end may take, and how long the centre is away then.
    pub(crate) leaves: Option<(u64, u64)>,
    /// When the disks take something again: the centre's, and each device's.
    pub(crate) full_centre: Option<u64>,
    pub(crate) full_desks: HashMap<usize, u64>,
    pub(crate) copies: Vec<Copy>,
    /// Those that must have come back before anybody else may do anything: the centre has lost
    /// commits.
    pub(crate) quarantine: Option<Vec<usize>>,
    pub(crate) acts: HashMap<NotificationId, Vec<Act>>,
    /// Whose marks may be one way or the other.
    pub(crate) open: HashSet<NotificationId>,
    /// Whether anybody has saved channels: what is not to ring by them need not.
    pub(crate) channels_touched: bool,
    /// Whether the centre has ever forgotten something.
    pub(crate) forgot: bool,
    pub(crate) violations: Vec<String>,
    pub(crate) moves: u64,
    start: Instant,
    trace: u64,
    tell: bool,
    story: Vec<String>,
}

/// Lives through a seed.
pub(crate) async fn live(
    seed: u64,
    planted: Option<Planted>,
    tell: bool,
    stillness: Stillness,
) -> anyhow::Result<Outcome> {
    let folder = folder()?;
    let mut dice = Dice::new(seed);
    let plan = Plan::of(&mut dice.fork(), &mut Dice::new(!seed));
    let wall = Arc::new(Wall(AtomicI64::new(BEGIN)));
    let mut world = World {
        planted,
        office: Office::new(folder.path(), wall.clone(), plan.habits.clone()),
        network: Network::new(plan.desks.iter().sum(), dice.fork()),
        stillness,
        wall,
        centre_wrong: 0,
        desks: Vec::new(),
        emails: Vec::new(),
        users: Vec::new(),
        key: String::new(),
        connector: Connector::new(plan.desks.len()),
        integration: Integration::default(),
        fetches: Vec::new(),
        opens_at: None,
        leaves: None,
        full_centre: None,
        full_desks: HashMap::new(),
        copies: Vec::new(),
        quarantine: None,
        acts: HashMap::new(),
        open: HashSet::new(),
        channels_touched: false,
        forgot: false,
        violations: Vec::new(),
        moves: 0,
        start: Instant::now(),
        trace: 0xcbf2_9ce4_8422_2325,
        tell,
        story: Vec::new(),
        dice,
    };
    if let Err(error) = world.live(plan, folder.path()).await {
        world.wrong(format!("{error:#}"));
    }
    let lasted = world.now();
    Ok(Outcome {
        seed,
        violations: world.violations,
        trace: world.trace,
        moves: world.moves,
        lasted,
        story: world.story,
    })
}

/// In memory where the system has a place for that: a disk would be waited for at every commit.
fn folder() -> anyhow::Result<tempfile::TempDir> {
    let memory = std::path::Path::new("/dev/shm");
    let made = match memory.is_dir() {
        true => tempfile::tempdir_in(memory),
        false => tempfile::tempdir(),
    };
    made.context("a folder for the world")
}

impl World {
    async fn live(&mut self, plan: Plan, folder: &std::path::Path) -> anyhow::Result<()> {
        self.furnish(&plan, folder).await?;
        for step in plan.steps {
            self.until(step.at).await?;
            self.note(format!("{:?}", step.deed));
            self.act(step.deed).await?;
        }
        self.heal().await?;
        self.judge().await
    }

    async fn furnish(&mut self, plan: &Plan, folder: &std::path::Path) -> anyhow::Result<()> {
        self.office.open().await?;
        let centre = self.office.centre().context("the centre")?.clone();
        for (user, count) in plan.desks.iter().enumerate() {
            let email = format!("user{user}@firm.ru");
            self.users.push(centre.add_user(&email, "", "ru").await?);
            for _ in 0..*count {
                let token = centre.add_device(&email, "").await?;
                let dice = self.dice.fork();
                let number = self.desks.len();
                let desk = Desk::new(number, user, token, folder, dice);
                self.desks.push(desk);
            }
            self.emails.push(email);
        }
        self.key = centre.add_integration("Сайт").await?;
        Ok(())
    }

    /// Milliseconds since the beginning.
    pub(crate) fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Keeps what happened: in one number, and in words where they are asked for.
    pub(crate) fn note(&mut self, line: String) {
        self.moves += 1;
        let line = format!("{:>9} {line}", self.now());
        for byte in line.bytes() {
            self.trace = (self.trace ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        if self.tell {
            self.story.push(line);
        }
    }

    pub(crate) fn wrong(&mut self, what: String) {
        self.note(format!("WRONG: {what}"));
        self.violations.push(what);
    }

    /// Everybody waits, and so do the databases.
    pub(crate) async fn settle(&self) {
        self.stillness.settle(|| self.office.is_at_rest()).await;
    }

    /// Lets everything happen up to then.
    pub(crate) async fn until(&mut self, at: u64) -> anyhow::Result<()> {
        loop {
            self.work().await?;
            self.look_at_quarantine();
            let now = self.now();
            if now >= at {
                return Ok(());
            }
            let next = self.due().unwrap_or(at).max(now + 1);
            let to = next.min(at).min(now + GRAIN);
            tokio::time::advance(Duration::from_millis(to - now)).await;
            let wall = BEGIN + self.now() as i64 + self.centre_wrong;
            self.wall.0.store(wall, SeqCst);
        }
    }

    /// When somebody of ours has something to do next. The centre's and the links' own timers are
    /// looked after by the grain.
    fn due(&self) -> Option<u64> {
        let connector = (!self.connector.is_done()).then_some(self.connector.due);
        let disks = self.full_desks.values().copied().min();
        let singles = [
            self.network.due(),
            self.fetches_due(),
            connector,
            self.integration.due(),
            self.opens_at,
            self.leaves.map(|(until, _)| until),
            self.full_centre,
            disks,
        ];
        let desks = self.desks.iter().map(Desk::due);
        desks.chain(singles).flatten().min()
    }

    /// Does whatever is to be done at this moment.
    async fn work(&mut self) -> anyhow::Result<()> {
        for _ in 0..MOVES_AT_ONCE {
            self.settle().await;
            let now = self.now();
            self.network.take(now);
            let did = self.centre_moves().await?
                || self.disks_move().await?
                || self.desks_move().await?
                || self.network.deliver(now)
                || self.fetch().await?
                || self.connector_moves().await?
                || self.publish().await?;
            if !did {
                return Ok(());
            }
        }
        let story: Vec<_> = self.story.iter().rev().take(20).collect();
        anyhow::bail!("it goes round in circles: {story:#?}")
    }

    async fn centre_moves(&mut self) -> anyhow::Result<bool> {
        let now = self.now();
        if let Some((until, away)) = self.leaves
            && (self.office.has_left() || until <= now)
        {
            self.leaves = None;
            self.note("the centre has left".to_owned());
            self.office.end(None)?;
            self.network.fall();
            self.opens_at = Some(now + away);
            return Ok(true);
        }
        if self.opens_at.is_some_and(|at| at <= now) {
            self.opens_at = None;
            self.note("the centre opens".to_owned());
            self.office.open().await?;
            if let Some(centre) = self.office.centre() {
                let memory = centre.memory(SOURCE).await?;
                self.connector.recalls(&memory);
            }
            return Ok(true);
        }
        Ok(false)
    }

    async fn disks_move(&mut self) -> anyhow::Result<bool> {
        let now = self.now();
        if self.full_centre.is_some_and(|until| until <= now) {
            self.full_centre = None;
            self.office.fill_disk(false).await?;
            return Ok(true);
        }
        let due = self.full_desks.iter().filter(|(_, until)| **until <= now);
        let Some(desk) = due.map(|(desk, _)| *desk).min() else {
            return Ok(false);
        };
        self.full_desks.remove(&desk);
        self.fill_desk(desk, false).await?;
        Ok(true)
    }

    async fn connector_moves(&mut self) -> anyhow::Result<bool> {
        let now = self.now();
        if self.connector.is_done() || self.connector.due > now {
            return Ok(false);
        }
        self.connector.due = now + 1_000;
        let most = 1 + self.dice.below(4);
        let at = BEGIN + now as i64;
        let (batch, end) = self.connector.batch(&self.users, most, at);
        if let (Some(centre), None) = (self.office.centre(), &self.quarantine) {
            let committed = centre.commit(batch).await;
            self.note(format!("the connector is at {end}: {}", committed.is_ok()));
            if committed.is_ok() {
                self.connector.has_said(end);
                self.connector.due = now;
            }
        }
        Ok(true)
    }

    /// One move of the first device that has one.
    async fn desks_move(&mut self) -> anyhow::Result<bool> {
        for desk in 0..self.desks.len() {
            if self.desk_moves(desk).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn desk_moves(&mut self, number: usize) -> anyhow::Result<bool> {
        let now = self.now();
        let desk = &mut self.desks[number];
        if desk.sleeps.is_some_and(|(_, until)| until <= now) {
            desk.wakes(now);
            let told = desk.told;
            self.note(format!("{number} wakes"));
            if told && self.desks[number].engine.is_some() {
                self.input(number, Input::Wake).await?;
            }
            return Ok(true);
        }
        if desk.engine.is_none() {
            if desk.starts_at.is_none_or(|at| at > now) || desk.sleeps.is_some() {
                return Ok(false);
            }
            self.start(number).await?;
            return Ok(true);
        }
        if !desk.is_awake() {
            return Ok(false);
        }
        if let Some(effect) = desk.effects.pop_front() {
            self.carry_out(number, effect).await?;
            self.grow_older(number, None).await?;
            return Ok(true);
        }
        if let Some(attempt) = desk.outcomes.pop_front() {
            if let Some(engine) = &mut desk.engine {
                engine.toast_outcome(attempt, ToastOutcome::Shown).await;
            }
            self.grow_older(number, None).await?;
            return Ok(true);
        }
        match desk.inputs.try_recv() {
            Ok(input) => {
                self.hear(number, input).await?;
                return Ok(true);
            }
            Err(TryRecvError::Empty | TryRecvError::Disconnected) => {}
        }
        if desk.due().is_some_and(|due| due <= now) {
            self.input(number, Input::Tick).await?;
            return Ok(true);
        }
        Ok(false)
    }

    async fn start(&mut self, number: usize) -> anyhow::Result<()> {
        let now = self.now();
        if self.desks[number].out {
            let Some(centre) = self.office.centre() else {
                self.desks[number].starts_at = Some(now + 1_000);
                return Ok(());
            };
            let email = &self.emails[self.desks[number].user];
            // Where the disk is full, it is tried again.
            if let Ok(token) = centre.add_device(email, "").await {
                self.desks[number].token = token;
                self.desks[number].out = false;
            }
        }
        if self.planted == Some(Planted::OutboxForgotten) {
            self.desks[number].spoil("DELETE FROM outbox").await?;
        }
        self.note(format!("{number} starts"));
        let full = self.full_desks.contains_key(&number);
        match self.desks[number].start(now).await {
            Ok(()) => self.input(number, Input::Tick).await,
            // The app says so, and is started again.
            Err(_) if full => {
                self.desks[number].starts_at = Some(now + 2_000);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// What came of the network reaches the engine, as it is or as a mistake has it.
    async fn hear(&mut self, number: usize, mut input: Input) -> anyhow::Result<()> {
        let planted = self.planted;
        let desk = &mut self.desks[number];
        if let (Some(Planted::ReusedGeneration), Some((current, _))) = (planted, &desk.link) {
            renumber(&mut input, *current);
        }
        if let (Some(planted), Input::Frame { generation, frame }) = (planted, input.clone()) {
            let Some(frame) = desk.distortion.hears(planted, *frame) else {
                return Ok(());
            };
            let frame = Box::new(frame);
            input = Input::Frame { generation, frame };
        }
        if matches!(&input, Input::Page { page, .. } if page.next.is_none()) {
            desk.distortion.read();
        }
        self.input(number, input).await
    }

    /// One input, and what it brings.
    pub(crate) async fn input(&mut self, number: usize, input: Input) -> anyhow::Result<()> {
        self.note(format!("{number} < {}", told(&input)));
        if self.forgot && is_refusal(&input) {
            // A place in a history that is over means nothing any more (STREAM 6).
            let own = |acts: &Vec<Act>| acts.iter().any(|act| act.desk == number);
            let marked = self.acts.iter().filter(|(_, acts)| own(acts));
            self.open.extend(marked.map(|(id, _)| *id));
        }
        let now = self.now();
        let desk = &mut self.desks[number];
        let before = desk.death.is_some().then(|| disk::mark(&desk.path));
        let created = created(&input);
        let clocks = desk.now(now);
        let Some(engine) = &mut desk.engine else {
            return Ok(());
        };
        let effects = engine.handle(input, clocks).await;
        desk.effects.extend(effects);
        self.grow_older(number, before.map(|before| (before, created)))
            .await?;
        self.sign_in_again(number).await
    }

    /// A move nearer to its death, where one is near.
    pub(crate) async fn grow_older(
        &mut self,
        number: usize,
        within: Option<(disk::Mark, Option<NotificationId>)>,
    ) -> anyhow::Result<()> {
        let Some(mut death) = self.desks[number].death else {
            return Ok(());
        };
        if death.after > 0 {
            death.after -= 1;
            self.desks[number].death = Some(death);
            return Ok(());
        }
        let created = within.as_ref().and_then(|(_, created)| *created);
        let mut keep = death.within;
        if let Some(created) = created.filter(|_| keep.is_some()) {
            if self.planted == Some(Planted::ToastBeforeRecord) {
                *self.desks[number].rung.entry(created).or_default() += 1;
                keep = Some(0);
            }
            if self.planted == Some(Planted::CursorBeforeInsert) {
                keep = Some(1);
            }
        }
        let within = within.and_then(|(before, _)| Some((before, keep?)));
        self.kill(number, within, death.away).await?;
        if let (Some(_), Some(Planted::CursorBeforeInsert)) = (created, self.planted) {
            self.desks[number].spoil(CURSOR_ALONE).await?;
        }
        Ok(())
    }

    /// A device's process ends.
    pub(crate) async fn kill(
        &mut self,
        number: usize,
        within: Option<(disk::Mark, usize)>,
        away: u64,
    ) -> anyhow::Result<()> {
        let starts_at = self.now() + away.max(1);
        let commits = self.desks[number].die(within.clone(), starts_at)?;
        self.note(format!(
            "{number} dies: {:?} of {commits} commits",
            within.map(|(_, keep)| keep % (commits + 1))
        ));
        self.network.hang_up(number);
        self.fetches.retain(|fetch| fetch.desk != number);
        Ok(())
    }

    /// Whoever is signed out gets a fresh token, and begins again with what he has.
    async fn sign_in_again(&mut self, number: usize) -> anyhow::Result<()> {
        let desk = &mut self.desks[number];
        let out = desk.engine.as_ref().is_some_and(|engine| {
            matches!(engine.state().connection, Connection::SignedOut { .. })
        });
        if out {
            desk.out = true;
            self.kill(number, None, 3_000).await?;
        }
        Ok(())
    }

    /// Does what the engine leaves to do.
    async fn carry_out(&mut self, number: usize, effect: Effect) -> anyhow::Result<()> {
        match effect {
            Effect::Connect { generation } => self.connect(number, generation),
            Effect::Send { generation, frame } => {
                self.send(number, generation, frame).await?;
            }
            Effect::Disconnect { generation, code } => {
                let desk = &mut self.desks[number];
                if let Some((own, orders)) = &desk.link
                    && *own == generation
                {
                    // A link that has ended hears nothing.
                    let _ = orders.send(Order::Close(code));
                    desk.link = None;
                }
            }
            Effect::FetchChannels { generation } => {
                self.ask(number, generation, What::Channels);
            }
            Effect::FetchPage {
                generation,
                as_of,
                before,
            } => self.ask(number, generation, What::Page { as_of, before }),
            Effect::Toast(ToastAct::Show { attempt, view }) => {
                self.note(format!("{number} shows {:?}: {}", view.sound, view.title));
                let desk = &mut self.desks[number];
                if let ToastKey::Notification(id) = view.key
                    && view.sound != Sound::Silent
                {
                    *desk.rung.entry(id).or_default() += 1;
                }
                self.desks[number].outcomes.extend(attempt);
            }
            Effect::Toast(ToastAct::Withdraw { .. }) => {}
        }
        Ok(())
    }

    fn connect(&mut self, number: usize, generation: u64) {
        let now = self.now();
        let held = self
            .quarantine
            .as_ref()
            .is_some_and(|first| !first.contains(&number));
        let desk = &mut self.desks[number];
        if self.planted != Some(Planted::ReusedGeneration) {
            desk.distortion = Distortion::default();
        }
        if held || desk.cut_off > now || !self.office.is_open() {
            self.note(format!("{number} finds nobody"));
            let desk = &self.desks[number];
            let failed = Input::ConnectFailed {
                generation,
                code: None,
                retry_ms: None,
            };
            // Somebody whose queue is full finds out by the silence.
            let _ = desk.tell.try_send(failed);
            return;
        }
        let (_, own, theirs) = self.network.connect(number);
        self.office.serve(theirs);
        let Ok(address) = Address::parse(ADDRESS, true) else {
            return;
        };
        let (token, tell) = (&desk.token, desk.tell.clone());
        let link = link::over(generation, own, &address, token, tell);
        desk.link = Some((generation, link));
    }

    async fn send(
        &mut self,
        number: usize,
        generation: u64,
        frame: ClientFrame,
    ) -> anyhow::Result<()> {
        self.note(format!("{number} > {}", spoken(&frame)));
        let mut frame = frame;
        if let Some(planted) = self.planted {
            if let Some(head) = self.head(number).await {
                frame = said(planted, frame, &head);
            }
            let mark = matches!(
                frame,
                ClientFrame::Read { .. } | ClientFrame::Unread { .. } | ClientFrame::ReadAll { .. }
            );
            if mark && planted == Planted::MarkDoneWhenSent {
                let sql = "UPDATE outbox SET done_seq = 0 WHERE id = (SELECT MIN(id) FROM outbox)";
                self.desks[number].spoil(sql).await?;
            }
        }
        if let Some((own, orders)) = &self.desks[number].link
            && *own == generation
        {
            // A link that has ended says so itself.
            let _ = orders.send(Order::Say(frame));
        }
        Ok(())
    }

    /// Where the log of a device's user ends.
    pub(crate) async fn head(&self, desk: usize) -> Option<Cursor> {
        let (_, body) = self.get(desk, "/v1/notifications?limit=1").await?;
        let page: dealbell_protocol::rest::FeedPage = serde_json::from_slice(&body).ok()?;
        Some(page.as_of)
    }

    /// Those whom everybody waits for have come back.
    pub(crate) fn look_at_quarantine(&mut self) {
        let Some(first) = &self.quarantine else {
            return;
        };
        let online = first.iter().all(|desk| {
            let engine = self.desks[*desk].engine.as_ref();
            engine.is_some_and(|engine| engine.state().connection == Connection::Online)
        });
        if online {
            self.quarantine = None;
            self.note("everybody may come".to_owned());
        }
    }
}

/// What a device is left with that keeps its cursor first and dies.
const CURSOR_ALONE: &str = "DELETE FROM notifications WHERE seq = (SELECT MAX(seq) FROM \
     notifications) AND seq = (SELECT CAST(substr(cursor, instr(cursor, '.') + 1) AS INTEGER) FROM state)";

fn renumber(input: &mut Input, current: u64) {
    match input {
        Input::Opened { generation }
        | Input::Frame { generation, .. }
        | Input::Garbage { generation }
        | Input::Heard { generation }
        | Input::Closed { generation, .. }
        | Input::ConnectFailed { generation, .. }
        | Input::Channels { generation, .. }
        | Input::Page { generation, .. }
        | Input::FetchFailed { generation, .. } => *generation = current,
        Input::Tick
        | Input::Committed { .. }
        | Input::StoreFailed
        | Input::AnswerNotKept
        | Input::StoreRebuilt
        | Input::Incomplete
        | Input::Marked(_)
        | Input::Wake
        | Input::NetworkChanged
        | Input::ReconnectNow => {}
    }
}

/// Whether it is a mark's refusal for good.
fn is_refusal(input: &Input) -> bool {
    let Input::Frame { frame, .. } = input else {
        return false;
    };
    matches!(
        frame.as_ref(),
        ServerFrame::Error {
            code: ErrorCode::NotFound,
            temporary: false,
            ..
        }
    )
}

/// The notification that an input brings.
fn created(input: &Input) -> Option<NotificationId> {
    let Input::Frame { frame, .. } = input else {
        return None;
    };
    match frame.as_ref() {
        ServerFrame::Event(event) => match &event.change {
            Change::Created(notification) => Some(notification.id),
            _ => None,
        },
        _ => None,
    }
}

/// An input in words that are the same in every run: names and epochs are not.
fn told(input: &Input) -> String {
    match input {
        Input::Frame { generation, frame } => {
            let what = match frame.as_ref() {
                ServerFrame::Hello { .. } => "hello".to_owned(),
                ServerFrame::Ready {
                    mode,
                    cursor,
                    unread,
                    ..
                } => {
                    format!("ready {mode:?} {} {unread:?}", cursor.seq)
                }
                ServerFrame::Event(event) => {
                    let kind = match &event.change {
                        Change::Created(new) => format!("created {}", new.title),
                        Change::Updated(new) => format!("updated {}", new.title),
                        Change::Read { ids } => format!("read {}", ids.len()),
                        Change::Unread { ids } => format!("unread {}", ids.len()),
                        Change::Removed { ids } => format!("removed {}", ids.len()),
                        Change::ReadAll { upto } => format!("read all to {upto}"),
                        Change::Channels(_) => "channels".to_owned(),
                        Change::Providers(_) => "providers".to_owned(),
                    };
                    format!("event {} {kind} {}", event.seq, event.unread.count)
                }
                ServerFrame::Live { seq } => format!("live {seq}"),
                ServerFrame::Ping { seq } => format!("ping {seq}"),
                ServerFrame::Popup { .. } => "popup".to_owned(),
                ServerFrame::Ok { id, cursor, unread } => {
                    format!("ok {id} {} {unread:?}", cursor.seq)
                }
                ServerFrame::Error { id, code, .. } => format!("error {id:?} {code:?}"),
                ServerFrame::Reconnect { after_ms } => format!("reconnect {after_ms:?}"),
            };
            format!("{generation} {what}")
        }
        Input::Channels { generation, .. } => format!("{generation} channels"),
        Input::Page { generation, page } => {
            format!("{generation} page of {} {:?}", page.items.len(), page.next)
        }
        Input::Marked(_) => "marked".to_owned(),
        Input::Committed { cursor } => format!("committed {}", cursor.seq),
        other => format!("{other:?}"),
    }
}

fn spoken(frame: &ClientFrame) -> String {
    match frame {
        ClientFrame::Start { cursor, .. } => {
            format!("start {:?}", cursor.as_ref().map(|cursor| cursor.seq))
        }
        ClientFrame::Read { id, ids } => format!("{id} read {}", ids.len()),
        ClientFrame::Unread { id, ids } => format!("{id} unread {}", ids.len()),
        ClientFrame::ReadAll { id, upto } => format!("{id} read all to {}", upto.seq),
        ClientFrame::Ack { seq } => format!("ack {seq}"),
        ClientFrame::Pong => "pong".to_owned(),
        ClientFrame::Token { .. } => "token".to_owned(),
    }
}
