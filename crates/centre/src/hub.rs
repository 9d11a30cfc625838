//! Who is connected, and the way from a commit to them. A publisher never waits for a reader.

use axum::extract::ws::Utf8Bytes;
use dealbell_protocol::{DeviceId, UserId, stream::CloseCode};
use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU16, AtomicU64, Ordering::SeqCst},
    },
};
use tokio::sync::{Notify, mpsc, watch};

/// Connections of one device at once: far more than its windows and the half-open ones it left behind.
pub(crate) const PER_DEVICE: usize = 32;
/// Platforms that show toasts.
const DESKTOPS: [&str; 3] = ["linux", "windows", "macos"];

/// What the hub is told after a commit.
#[derive(Debug)]
pub(crate) enum News {
    /// A user's log has a new entry.
    Entry {
        user: UserId,
        seq: u64,
        frame: String,
    },
    /// Something to show and forget.
    Popup { user: UserId, frame: Utf8Bytes },
    /// A user's history was cut: his connections come back and learn it.
    NewEpoch { user: UserId },
    /// The letters to be sent, or their times, are others.
    Letters,
    /// What is to be pushed, or when, is another.
    Pushes,
    /// There is no such user any more.
    UserGone { user: UserId },
    /// A device may no longer be connected, which is told by `code`.
    Revoked { device: DeviceId, code: CloseCode },
}

/// A frame on its way to a connection. Popups have no seq.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub(crate) seq: Option<u64>,
    pub(crate) frame: Utf8Bytes,
}

/// The hub's end of a connection.
#[derive(Debug)]
pub(crate) struct Line {
    user: UserId,
    device: Mutex<DeviceId>,
    queue: mpsc::Sender<Arc<Outgoing>>,
    behind: AtomicBool,
    fate: AtomicU16,
    stir: Notify,
    /// It is one of a desktop.
    desktop: AtomicBool,
    /// Everything up to there is committed by the device.
    acknowledged: AtomicU64,
}

/// The connections of a centre.
#[derive(Debug, Default)]
pub(crate) struct Hub {
    lines: Mutex<HashMap<UserId, Vec<Arc<Line>>>>,
    left: Notify,
    /// Set at the end: whoever comes then is sent away with it.
    closing: AtomicU16,
    /// Whoever sends letters looks at it.
    letters: watch::Sender<()>,
    /// Whoever pushes looks at it.
    pushes: watch::Sender<()>,
}

impl Line {
    /// A line to a connection of `device` that has everything before it to catch up with: nothing
    /// is queued until [`Line::start_over`].
    pub(crate) fn new(
        user: UserId,
        device: DeviceId,
        queue: usize,
    ) -> (Arc<Self>, mpsc::Receiver<Arc<Outgoing>>) {
        let (queue, frames) = mpsc::channel(queue);
        let line = Self {
            user,
            device: Mutex::new(device),
            queue,
            behind: AtomicBool::new(true),
            fate: AtomicU16::new(0),
            stir: Notify::new(),
            desktop: AtomicBool::new(false),
            acknowledged: AtomicU64::new(0),
        };
        (Arc::new(line), frames)
    }

    /// Whether entries were left out since [`Line::start_over`]: the log has them.
    pub(crate) fn is_behind(&self) -> bool {
        self.behind.load(SeqCst)
    }

    /// From now on entries are queued again. The caller then reads the log, so that none between
    /// is missed.
    pub(crate) fn start_over(&self) {
        self.behind.store(false, SeqCst);
    }

    /// The code this connection is to be closed with, once that is decided.
    pub(crate) fn fate(&self) -> Option<CloseCode> {
        CloseCode::from_number(self.fate.load(SeqCst))
    }

    /// Decides that the connection ends with `code`; the first decision stands.
    pub(crate) fn doom(&self, code: CloseCode) {
        let _ = self.fate.compare_exchange(0, code.number(), SeqCst, SeqCst);
        self.stir.notify_one();
    }

    /// Returns when the fate or being behind may have changed.
    pub(crate) async fn stirred(&self) {
        self.stir.notified().await;
    }

    /// The device showed a fresh token of another sign-in.
    pub(crate) fn becomes(&self, device: DeviceId) {
        *locked(&self.device) = device;
    }

    /// The device has said what it is.
    pub(crate) fn runs_on(&self, platform: &str) {
        let desktop = DESKTOPS.contains(&platform);
        self.desktop.store(desktop, SeqCst);
    }

    /// The device has committed everything up to `seq`.
    pub(crate) fn acknowledge(&self, seq: u64) {
        self.acknowledged.fetch_max(seq, SeqCst);
    }

    fn push(&self, outgoing: &Arc<Outgoing>) {
        let durable = outgoing.seq.is_some();
        if durable && self.is_behind() {
            return;
        }
        if self.queue.try_send(Arc::clone(outgoing)).is_err() && durable {
            self.behind.store(true, SeqCst);
            self.stir.notify_one();
        }
    }
}

impl Hub {
    /// Lets a connection take part. Of more than [`PER_DEVICE`] of one device the oldest goes: it is
    /// the likeliest to be dead already.
    pub(crate) fn join(&self, line: &Arc<Line>) {
        let mut lines = locked(&self.lines);
        let of_user = lines.entry(line.user).or_default();
        let device = *locked(&line.device);
        let is_same =
            |other: &&Arc<Line>| *locked(&other.device) == device && other.fate().is_none();
        if of_user.iter().filter(is_same).count() >= PER_DEVICE
            && let Some(oldest) = of_user.iter().find(is_same)
        {
            oldest.doom(CloseCode::Rate);
        }
        of_user.push(Arc::clone(line));
        drop(lines);
        if let Some(code) = CloseCode::from_number(self.closing.load(SeqCst)) {
            line.doom(code);
        }
    }

    /// Forgets a connection.
    pub(crate) fn leave(&self, line: &Arc<Line>) {
        let mut lines = locked(&self.lines);
        if let Some(of_user) = lines.get_mut(&line.user) {
            of_user.retain(|other| !Arc::ptr_eq(other, line));
            if of_user.is_empty() {
                lines.remove(&line.user);
            }
        }
        drop(lines);
        self.left.notify_waiters();
    }

    /// Whether `user` has a connection.
    pub(crate) fn is_connected(&self, user: UserId) -> bool {
        locked(&self.lines).contains_key(&user)
    }

    /// Which devices of `user` have a connection.
    pub(crate) fn devices_of(&self, user: UserId) -> HashSet<DeviceId> {
        let lines = locked(&self.lines);
        let of_user = lines.get(&user).into_iter().flatten();
        of_user.map(|line| *locked(&line.device)).collect()
    }

    /// Up to which entry a connected desktop of `user` has committed everything; none where none is
    /// connected.
    pub(crate) fn acknowledged(&self, user: UserId) -> Option<u64> {
        let lines = locked(&self.lines);
        let of_user = lines.get(&user).into_iter().flatten();
        let desktops = of_user.filter(|line| line.desktop.load(SeqCst));
        desktops.map(|line| line.acknowledged.load(SeqCst)).max()
    }

    /// Tells whenever what is to be pushed, or when, has become another.
    pub(crate) fn pushes(&self) -> watch::Receiver<()> {
        self.pushes.subscribe()
    }

    /// Tells whenever the letters to be sent, or their times, have become others.
    pub(crate) fn letters(&self) -> watch::Receiver<()> {
        self.letters.subscribe()
    }

    /// How many connections there are.
    pub(crate) fn count(&self) -> usize {
        locked(&self.lines).values().map(Vec::len).sum()
    }

    /// Tells everybody concerned, in order.
    pub(crate) fn publish(&self, news: Vec<News>) {
        if news.is_empty() {
            return;
        }
        let lines = locked(&self.lines);
        for piece in news {
            match piece {
                News::Entry { user, seq, frame } => {
                    let seq = Some(seq);
                    push(&lines, user, seq, frame.into());
                }
                News::Popup { user, frame } => push(&lines, user, None, frame),
                News::Letters => self.letters.send_modify(|()| ()),
                News::Pushes => self.pushes.send_modify(|()| ()),
                News::NewEpoch { user } => {
                    let of_user = lines.get(&user).into_iter().flatten();
                    of_user.for_each(|line| line.doom(CloseCode::Gap));
                }
                News::UserGone { user } => {
                    let of_user = lines.get(&user).into_iter().flatten();
                    of_user.for_each(|line| line.doom(CloseCode::AccountOff));
                }
                News::Revoked { device, code } => lines
                    .values()
                    .flatten()
                    .filter(|line| *locked(&line.device) == device)
                    .for_each(|line| line.doom(code)),
            }
        }
    }

    /// Ends every connection with `code` and returns when all have left.
    pub(crate) async fn close(&self, code: CloseCode) {
        self.closing.store(code.number(), SeqCst);
        loop {
            let left = self.left.notified();
            let open: Vec<_> = locked(&self.lines).values().flatten().cloned().collect();
            if open.is_empty() {
                return;
            }
            open.iter().for_each(|line| line.doom(code));
            left.await;
        }
    }
}

fn push(lines: &HashMap<UserId, Vec<Arc<Line>>>, user: UserId, seq: Option<u64>, frame: Utf8Bytes) {
    if let Some(of_user) = lines.get(&user) {
        let outgoing = Arc::new(Outgoing { seq, frame });
        of_user.iter().for_each(|line| line.push(&outgoing));
    }
}

/// No code panics while it holds these locks, so a poisoned one is as good as any.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
