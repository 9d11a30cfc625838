//! A device: its engine, what it has to do, what it shows, and its deaths.

use crate::dice::Dice;
use crate::disk;
use crate::planted::Distortion;
use dealbell_inbox::link::Order;
use dealbell_inbox::session::{Generation, Input};
use dealbell_inbox::{AttemptId, Effect, Engine, Manners, Now, Setup};
use dealbell_protocol::NotificationId;
use dealbell_protocol::stream::ClientInfo;
use dealbell_protocol::window::Language;
use dealbell_protocol::window::ListQuery;
use dealbell_protocol::{Cursor, Notification};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};
use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use tokio::sync::mpsc;

/// A device's database in which nothing has happened yet.
static EMPTY: OnceLock<disk::Content> = OnceLock::new();

/// When the worlds begin: 21 November 2025, 04:26 UTC.
pub(crate) const BEGIN: i64 = 1_763_700_000_000;

/// How many inputs of the network may wait, as in the app.
const INPUTS: usize = 64;

/// When and how a process is to die.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Death {
    /// After so many moves more.
    pub(crate) after: u32,
    /// In the middle of what it is doing then: so many of its commits are on the disk. Else after it.
    pub(crate) within: Option<usize>,
    /// How long it stays away, milliseconds.
    pub(crate) away: u64,
}

/// A device.
pub(crate) struct Desk {
    pub(crate) number: usize,
    pub(crate) user: usize,
    pub(crate) token: String,
    /// None while the process is not there.
    pub(crate) engine: Option<Engine>,
    /// Counts the processes: what an earlier one had asked for reaches nobody.
    pub(crate) life: u32,
    /// When it starts again.
    pub(crate) starts_at: Option<u64>,
    pub(crate) path: PathBuf,
    pub(crate) effects: VecDeque<Effect>,
    /// Toasts on the screen of which the engine does not know yet.
    pub(crate) outcomes: VecDeque<AttemptId>,
    pub(crate) inputs: mpsc::Receiver<Input>,
    pub(crate) tell: mpsc::Sender<Input>,
    pub(crate) link: Option<(Generation, mpsc::UnboundedSender<Order>)>,
    pub(crate) distortion: Distortion,
    /// When the process began, on the world's clock.
    begun: u64,
    /// How long the machine slept since, which a monotonic clock does not see.
    slept: u64,
    /// Since when and until when the machine sleeps.
    pub(crate) sleeps: Option<(u64, u64)>,
    /// The wall clock is so wrong.
    pub(crate) wrong: i64,
    pub(crate) death: Option<Death>,
    pub(crate) manners: Manners,
    /// The next page of a reading is to be overtaken by another reading.
    pub(crate) overtaken: bool,
    /// Nothing gets through before.
    pub(crate) cut_off: u64,
    /// How often each has rung here.
    pub(crate) rung: HashMap<NotificationId, u32>,
    /// How often each was put off here.
    pub(crate) put_off: HashMap<NotificationId, u32>,
    /// The number of the last mark of everything, to be taken back.
    pub(crate) undo: Option<u64>,
    /// What that covered.
    pub(crate) marked_all: Vec<NotificationId>,
    /// Whether it hears of it when it wakes.
    pub(crate) told: bool,
    /// It is signed out, and needs a fresh token.
    pub(crate) out: bool,
    folder: PathBuf,
    files: u32,
    dice: Dice,
}

impl Desk {
    pub(crate) fn new(
        number: usize,
        user: usize,
        token: String,
        folder: &Path,
        dice: Dice,
    ) -> Self {
        let (tell, inputs) = mpsc::channel(INPUTS);
        Self {
            number,
            user,
            token,
            engine: None,
            life: 0,
            starts_at: Some(0),
            path: folder.join(format!("inbox-{number}-0.db")),
            effects: VecDeque::new(),
            outcomes: VecDeque::new(),
            inputs,
            tell,
            link: None,
            distortion: Distortion::default(),
            begun: 0,
            slept: 0,
            sleeps: None,
            wrong: 0,
            death: None,
            manners: Manners::default(),
            overtaken: false,
            cut_off: 0,
            rung: HashMap::new(),
            put_off: HashMap::new(),
            undo: None,
            marked_all: Vec::new(),
            told: false,
            out: false,
            folder: folder.to_owned(),
            files: 0,
            dice,
        }
    }

    /// What its clocks show.
    pub(crate) fn now(&self, now: u64) -> Now {
        let mono = now.saturating_sub(self.begun).saturating_sub(self.slept);
        Now {
            mono: 1 + mono,
            wall: BEGIN + now as i64 + self.wrong,
        }
    }

    /// Whether somebody is there to do anything.
    pub(crate) fn is_awake(&self) -> bool {
        self.engine.is_some() && self.sleeps.is_none()
    }

    /// The process starts with what is on the disk.
    pub(crate) async fn start(&mut self, now: u64) -> anyhow::Result<()> {
        self.starts_at = None;
        self.begun = now;
        self.slept = 0;
        self.life += 1;
        if !self.path.exists() {
            self.unpack().await?;
        }
        let seed = self.dice.next();
        let setup = self.setup(seed);
        self.engine = Some(Engine::open(setup).await?);
        Ok(())
    }

    /// An empty file, of which one is made for all worlds: making it takes as long as a good part of a
    /// life in it.
    async fn unpack(&self) -> anyhow::Result<()> {
        if let Some(empty) = EMPTY.get() {
            return empty.write(&self.path);
        }
        let made = Setup {
            path: self.folder.join("inbox-empty.db"),
            owner: "nobody".to_owned(),
            ..self.setup(0)
        };
        let path = made.path.clone();
        let engine = Engine::open(made).await?;
        let empty = disk::Content::of(&path)?;
        drop(engine);
        // Another thread's is the same.
        EMPTY.get_or_init(|| empty).write(&self.path)
    }

    fn setup(&self, seed: u64) -> Setup {
        Setup {
            path: self.path.clone(),
            owner: format!("centre/user-{}", self.user),
            client: ClientInfo {
                version: "1".to_owned(),
                platform: "linux".to_owned(),
                device: format!("PC-{}", self.number),
            },
            language: Language::Ru,
            manners: self.manners.clone(),
            seed,
            keep_days: 0,
        }
    }

    /// When it has something to do by itself, on the world's clock.
    pub(crate) fn due(&self) -> Option<u64> {
        if let Some((_, until)) = self.sleeps {
            return Some(until);
        }
        let Some(engine) = &self.engine else {
            return self.starts_at;
        };
        let mono = engine.deadline()?;
        Some(self.begun + self.slept + mono.saturating_sub(1))
    }

    /// The machine wakes.
    pub(crate) fn wakes(&mut self, now: u64) {
        if let Some((since, _)) = self.sleeps.take()
            && self.engine.is_some()
        {
            self.slept += now - since.max(self.begun);
        }
    }

    /// The process dies; where it is in the middle of something, so many commits of that are on
    /// the disk, and half of the next. Answers how many there were.
    pub(crate) fn die(
        &mut self,
        within: Option<(disk::Mark, usize)>,
        starts_at: u64,
    ) -> anyhow::Result<usize> {
        self.files += 1;
        let next = self
            .folder
            .join(format!("inbox-{}-{}.db", self.number, self.files));
        let commits = match within {
            Some((before, keep)) => {
                let keep = |commits: usize| keep % (commits + 1);
                disk::cut(&self.path, &next, &before, keep)?
            }
            None => {
                disk::copy(&self.path, &next)?;
                0
            }
        };
        self.path = next;
        self.engine = None;
        self.effects.clear();
        self.outcomes.clear();
        self.link = None;
        self.death = None;
        (self.tell, self.inputs) = mpsc::channel(INPUTS);
        self.starts_at = Some(starts_at);
        Ok(commits)
    }

    /// Its list, newest first, and what it is true at.
    pub(crate) async fn list(&mut self) -> anyhow::Result<(Vec<Notification>, Option<Cursor>)> {
        let mut all = Vec::new();
        let Some(engine) = &mut self.engine else {
            return Ok((all, None));
        };
        loop {
            let offset = all.len() as u32;
            let page = engine.list(&ListQuery::default(), offset, 200).await?;
            let last = page.items.is_empty();
            all.extend(page.items);
            if last {
                return Ok((all, page.cursor));
            }
        }
    }

    /// How far it has come, as its disk has it.
    pub(crate) async fn cursor_on_disk(&self) -> anyhow::Result<u64> {
        if !self.path.exists() {
            return Ok(0);
        }
        let options = SqliteConnectOptions::new().filename(&self.path);
        let mut connection = options.connect().await?;
        let cursor: Option<Option<String>> = sqlx::query_scalar("SELECT cursor FROM state")
            .fetch_optional(&mut connection)
            .await?;
        connection.close().await?;
        let cursor: Option<Cursor> = cursor.flatten().and_then(|cursor| cursor.parse().ok());
        Ok(cursor.map_or(0, |cursor| cursor.seq))
    }

    /// Somebody who should not does this to its database.
    pub(crate) async fn spoil(&self, sql: &'static str) -> anyhow::Result<()> {
        if !self.path.exists() {
            return Ok(());
        }
        let options = SqliteConnectOptions::new().filename(&self.path);
        let mut connection = options.connect().await?;
        sqlx::query(sql).execute(&mut connection).await?;
        connection.close().await?;
        Ok(())
    }
}
