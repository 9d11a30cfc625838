//! Many clients that listen, and what they heard together.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use tokio::sync::{Notify, Semaphore};
use tokio::task::{JoinSet, LocalSet};

use crate::socket::{Door, Socket, find};

/// What frames begin with.
const EVENT: &[u8] = br#"{"op":"event","seq":"#;
/// What stands on both sides of the time a message was sent at.
const MARK: &[u8] = b"@@";

/// Whether the server speaks Dealbell's protocol or merely passes texts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Speech {
    /// `hello`, `start`, `ready`, `live`.
    Dealbell,
    /// Whatever was published, as it was.
    Plain,
}

/// What all clients of a crowd have heard.
pub(crate) struct Heard {
    began: Instant,
    ready: Cell<usize>,
    ended: Cell<usize>,
    delivered: Cell<u64>,
    doubled: Cell<u64>,
    skipped: Cell<u64>,
    timed: Cell<bool>,
    late: RefCell<Vec<Duration>>,
    sample: RefCell<String>,
    changed: Notify,
    why: RefCell<Option<String>>,
}

/// Clients; they leave with the value.
pub(crate) struct Crowd {
    clients: JoinSet<()>,
    pub(crate) heard: Rc<Heard>,
    /// The newest entry of each, in the order of their doors.
    pub(crate) cursors: Vec<Rc<Cell<u64>>>,
    epochs: Vec<Rc<RefCell<String>>>,
}

impl Crowd {
    /// A client at each of `doors`, some at a time.
    pub(crate) fn gather(
        local: &LocalSet,
        doors: Vec<(Door, Option<String>)>,
        speech: Speech,
        at_once: usize,
        began: Instant,
    ) -> Self {
        let heard = Rc::new(Heard::new(began));
        let gate = Rc::new(Semaphore::new(at_once));
        let mut clients = JoinSet::new();
        let (mut cursors, mut epochs) = (Vec::new(), Vec::new());
        for (number, (door, cursor)) in doors.into_iter().enumerate() {
            let client = Client {
                heard: Rc::clone(&heard),
                seq: Rc::default(),
                epoch: Rc::default(),
                speech,
                cursor,
            };
            cursors.push(Rc::clone(&client.seq));
            epochs.push(Rc::clone(&client.epoch));
            let gate = Rc::clone(&gate);
            clients.spawn_local_on(client.live(door, number, gate), local);
        }
        Self {
            clients,
            heard,
            cursors,
            epochs,
        }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.clients.len()
    }

    /// Returns when every client hears what is published from now on.
    ///
    /// # Errors
    /// When one was not let in, or it takes too long.
    pub(crate) async fn is_ready(&self, patience: Duration) -> Result<()> {
        let all = self.clients.len();
        self.heard
            .wait(patience, |heard| heard.ready.get() == all)
            .await
    }

    /// Where each client is, as a cursor.
    pub(crate) fn places(&self) -> Vec<Option<String>> {
        let each = self.epochs.iter().zip(&self.cursors);
        each.map(|(epoch, seq)| Some(format!("{}.{}", epoch.borrow(), seq.get())))
            .collect()
    }
}

impl Heard {
    fn new(began: Instant) -> Self {
        Self {
            began,
            ready: Cell::default(),
            ended: Cell::default(),
            delivered: Cell::default(),
            doubled: Cell::default(),
            skipped: Cell::default(),
            timed: Cell::default(),
            late: RefCell::default(),
            sample: RefCell::default(),
            changed: Notify::new(),
            why: RefCell::default(),
        }
    }

    /// Messages, all clients together.
    pub(crate) fn delivered(&self) -> u64 {
        self.delivered.get()
    }

    /// Messages that a client had already, and numbers that were left out.
    pub(crate) fn faults(&self) -> (u64, u64) {
        (self.doubled.get(), self.skipped.get())
    }

    /// The last message as it came.
    pub(crate) fn sample(&self) -> String {
        self.sample.borrow().clone()
    }

    /// From now on it is looked at how long each marked message was under way.
    pub(crate) fn time(&self) {
        self.timed.set(true);
    }

    /// How long those were under way that came since.
    pub(crate) fn delays(&self) -> Vec<Duration> {
        self.late.take()
    }

    /// Returns when `done` holds.
    ///
    /// # Errors
    /// When a client has left or it takes too long.
    pub(crate) async fn wait(
        &self,
        patience: Duration,
        done: impl Fn(&Self) -> bool,
    ) -> Result<()> {
        let end = Instant::now() + patience;
        loop {
            if done(self) {
                return Ok(());
            }
            ensure!(
                self.ended.get() == 0,
                "{} clients were sent away; the first: {:?}",
                self.ended.get(),
                self.why.borrow()
            );
            let left = end.saturating_duration_since(Instant::now());
            ensure!(
                !left.is_zero(),
                "it takes too long: {} ready, {} delivered",
                self.ready.get(),
                self.delivered.get()
            );
            let _ = tokio::time::timeout(left, self.changed.notified()).await;
        }
    }

    fn left(&self, why: String) {
        self.ended.set(self.ended.get() + 1);
        self.why.borrow_mut().get_or_insert(why);
        self.changed.notify_one();
    }
}

/// One that listens.
struct Client {
    heard: Rc<Heard>,
    seq: Rc<Cell<u64>>,
    epoch: Rc<RefCell<String>>,
    speech: Speech,
    cursor: Option<String>,
}

impl Client {
    async fn live(self, door: Door, number: usize, gate: Rc<Semaphore>) {
        let Ok(place) = gate.acquire().await else {
            return;
        };
        place.forget();
        let place = Place(Rc::clone(&gate));
        let mut socket = match Socket::open(&door, number).await {
            Ok(socket) => socket,
            Err(error) => return self.heard.left(format!("{error:#}")),
        };
        let mut place = Some(place);
        if self.speech == Speech::Plain {
            self.is_live(&mut place);
        }
        loop {
            let mut answer = None;
            let read = socket.read(|frame| match self.hear(frame) {
                Said::Nothing => {}
                Said::Live => self.is_live(&mut place),
                Said::Answer(text) => answer = Some(text),
            });
            match read.await {
                Ok(true) => {}
                Ok(false) => return self.heard.left("closed".to_owned()),
                Err(error) => return self.heard.left(format!("{error:#}")),
            }
            if let Some(text) = answer
                && let Err(error) = socket.say(&text).await
            {
                return self.heard.left(format!("{error:#}"));
            }
        }
    }

    fn is_live(&self, place: &mut Option<Place>) {
        if place.take().is_some() {
            self.heard.ready.set(self.heard.ready.get() + 1);
            self.heard.changed.notify_one();
        }
    }

    fn hear(&self, frame: &[u8]) -> Said {
        if self.speech == Speech::Plain {
            self.count(frame);
            return Said::Nothing;
        }
        if let Some(rest) = frame.strip_prefix(EVENT) {
            let seq = number(rest);
            let last = self.seq.get();
            if seq <= last {
                self.heard.doubled.set(self.heard.doubled.get() + 1);
                return Said::Nothing;
            }
            self.heard
                .skipped
                .set(self.heard.skipped.get() + seq - last - 1);
            self.seq.set(seq);
            self.count(frame);
            return Said::Nothing;
        }
        if frame.starts_with(br#"{"op":"ping""#) {
            return Said::Answer(r#"{"op":"pong"}"#.to_owned());
        }
        if frame.starts_with(br#"{"op":"hello""#) {
            let cursor = match &self.cursor {
                Some(cursor) => format!("\"{cursor}\""),
                None => "null".to_owned(),
            };
            return Said::Answer(format!(
                r#"{{"op":"start","id":1,"cursor":{cursor},"client":{{"version":"1","platform":"linux"}}}}"#
            ));
        }
        if frame.starts_with(br#"{"op":"ready""#) {
            let text = String::from_utf8_lossy(frame);
            // Where it is resumed, entries follow the cursor that was shown.
            let resumed = text.contains(r#""mode":"resumed""#);
            let told = text.split(r#""cursor":""#).nth(1);
            let told = told
                .and_then(|rest| rest.split('"').next())
                .unwrap_or_default();
            let own = self.cursor.as_deref().filter(|_| resumed).unwrap_or(told);
            if let Some((epoch, seq)) = own.rsplit_once('.') {
                epoch.clone_into(&mut self.epoch.borrow_mut());
                self.seq.set(seq.parse().unwrap_or_default());
            }
            return Said::Nothing;
        }
        if frame.starts_with(br#"{"op":"live""#) {
            return Said::Live;
        }
        Said::Nothing
    }

    fn count(&self, frame: &[u8]) {
        let heard = &self.heard;
        heard.delivered.set(heard.delivered.get() + 1);
        if heard.sample.borrow().is_empty() {
            *heard.sample.borrow_mut() = String::from_utf8_lossy(frame).into_owned();
        }
        if heard.timed.get()
            && let Some(at) = find(frame, MARK)
        {
            let sent = number(&frame[at + MARK.len()..]);
            let now = heard.began.elapsed();
            let under_way = now.saturating_sub(Duration::from_micros(sent));
            heard.late.borrow_mut().push(under_way);
        }
        heard.changed.notify_one();
    }
}

enum Said {
    Nothing,
    Live,
    Answer(String),
}

fn number(bytes: &[u8]) -> u64 {
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit());
    digits.fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'))
}

/// A place among those that come at once.
struct Place(Rc<Semaphore>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.add_permits(1);
    }
}
