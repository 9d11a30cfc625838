//! The way between a device and the centre: late, held up, one-way, torn. Bytes keep their order, as
//! TCP keeps it; what an old connection still carries may arrive after a new one stands.

use crate::dice::Dice;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use tokio::io::{
    AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, ReadHalf, WriteHalf, duplex, split,
};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::AbortHandle;

/// Bytes under way in one direction at most, as a socket's window.
pub(crate) const WINDOW: usize = 16 * 1024;
/// Bytes that a read takes.
const CHUNK: usize = 2 * 1024;

/// Where something goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Way {
    /// To the centre.
    Up,
    /// To the device.
    Down,
}

/// What came out of one end; empty at its end.
struct Taken {
    link: u64,
    way: Way,
    bytes: Vec<u8>,
}

/// One direction.
struct Pipe {
    dice: Dice,
    under_way: VecDeque<(u64, Vec<u8>)>,
    last: u64,
    /// Nothing arrives before.
    held: u64,
    /// Nothing arrives any more, and nobody is told.
    black: bool,
    sink: Option<mpsc::UnboundedSender<Vec<u8>>>,
    reader: AbortHandle,
}

/// A connection.
struct Link {
    device: usize,
    up: Pipe,
    down: Pipe,
}

/// All connections.
pub(crate) struct Network {
    links: BTreeMap<u64, Link>,
    next: u64,
    taken: mpsc::UnboundedReceiver<Taken>,
    take: mpsc::UnboundedSender<Taken>,
    dice: Dice,
    /// How long a chunk takes at most, by device, milliseconds.
    delay: Vec<u64>,
    /// Most bytes ever under way in one direction.
    pub(crate) most: usize,
}

impl Network {
    pub(crate) fn new(devices: usize, dice: Dice) -> Self {
        let (take, taken) = mpsc::unbounded_channel();
        Self {
            links: BTreeMap::new(),
            next: 0,
            taken,
            take,
            dice,
            delay: vec![40; devices],
            most: 0,
        }
    }

    /// How long something of `device` is under way at most, from now on.
    pub(crate) fn set_delay(&mut self, device: usize, delay: u64) {
        self.delay[device] = delay;
    }

    /// How long one thing of `device` is under way.
    pub(crate) fn delay(&mut self, device: usize) -> u64 {
        self.dice.range(1, self.delay[device] + 2)
    }

    /// A connection of `device`: its number, the device's end and the centre's.
    pub(crate) fn connect(&mut self, device: usize) -> (u64, DuplexStream, DuplexStream) {
        let link = self.next;
        self.next += 1;
        let (own, near) = duplex(CHUNK);
        let (far, theirs) = duplex(CHUNK);
        let (near_read, near_write) = split(near);
        let (far_read, far_write) = split(far);
        let up = self.pipe(link, Way::Up, near_read, far_write);
        let down = self.pipe(link, Way::Down, far_read, near_write);
        self.links.insert(link, Link { device, up, down });
        (link, own, theirs)
    }

    fn pipe(
        &mut self,
        link: u64,
        way: Way,
        mut from: ReadHalf<DuplexStream>,
        mut to: WriteHalf<DuplexStream>,
    ) -> Pipe {
        let window = Arc::new(Semaphore::new(WINDOW));
        let (sink, mut arrived) = mpsc::unbounded_channel::<Vec<u8>>();
        let (take, room) = (self.take.clone(), Arc::clone(&window));
        let reader = tokio::spawn(async move {
            let mut buffer = vec![0; CHUNK];
            loop {
                let read = from.read(&mut buffer).await.unwrap_or(0);
                if let Ok(permits) = room.acquire_many(read as u32).await {
                    permits.forget();
                }
                let bytes = buffer[..read].to_vec();
                if take.send(Taken { link, way, bytes }).is_err() || read == 0 {
                    return;
                }
            }
        });
        tokio::spawn(async move {
            while let Some(bytes) = arrived.recv().await {
                if to.write_all(&bytes).await.is_err() {
                    return;
                }
                window.add_permits(bytes.len());
            }
            // The other end may be gone already.
            let _ = to.shutdown().await;
        });
        Pipe {
            dice: self.dice.fork(),
            under_way: VecDeque::new(),
            last: 0,
            held: 0,
            black: false,
            sink: Some(sink),
            reader: reader.abort_handle(),
        }
    }

    /// Puts what came out of the ends on its way. What one end said since everybody last waited goes
    /// together, however many writes it took: how many depends on how quick a database was.
    pub(crate) fn take(&mut self, now: u64) {
        let mut taken: BTreeMap<(u64, Way), (Vec<u8>, bool)> = BTreeMap::new();
        while let Ok(Taken { link, way, bytes }) = self.taken.try_recv() {
            let (all, ended) = taken.entry((link, way)).or_default();
            *ended |= bytes.is_empty();
            all.extend(bytes);
        }
        for ((link, way), (bytes, ended)) in taken {
            let Some(link) = self.links.get_mut(&link) else {
                continue;
            };
            let delay = self.delay[link.device];
            let pipe = match way {
                Way::Up => &mut link.up,
                Way::Down => &mut link.down,
            };
            let at = now + pipe.dice.range(1, delay + 2);
            pipe.last = pipe.last.max(at);
            if !bytes.is_empty() {
                pipe.under_way.push_back((pipe.last, bytes));
            }
            if ended {
                pipe.under_way.push_back((pipe.last, Vec::new()));
            }
            let most: usize = pipe.under_way.iter().map(|(_, bytes)| bytes.len()).sum();
            self.most = self.most.max(most);
        }
    }

    /// When the next thing arrives.
    pub(crate) fn due(&self) -> Option<u64> {
        self.pipes().filter_map(Pipe::due).min()
    }

    /// Lets one thing arrive that is due. False where nothing is.
    pub(crate) fn deliver(&mut self, now: u64) -> bool {
        let links = self.links.values_mut();
        let mut pipes = links.flat_map(|link| [&mut link.up, &mut link.down]);
        let due = |pipe: &&mut Pipe| pipe.due().is_some_and(|due| due <= now);
        let delivered = pipes.find(due).is_some_and(Pipe::deliver);
        drop(pipes);
        if !delivered {
            return false;
        }
        self.links.retain(|_, link| {
            link.up.sink.is_some()
                || link.down.sink.is_some()
                || !link.up.under_way.is_empty()
                || !link.down.under_way.is_empty()
        });
        true
    }

    /// Holds everything of `device` up until then.
    pub(crate) fn hold(&mut self, device: usize, way: Option<Way>, until: u64) {
        for link in self.of(device) {
            for (own, pipe) in [(Way::Up, &mut link.up), (Way::Down, &mut link.down)] {
                if way.is_none_or(|way| way == own) {
                    pipe.held = pipe.held.max(until);
                }
            }
        }
    }

    /// What stands goes on again.
    pub(crate) fn let_go(&mut self) {
        for link in self.links.values_mut() {
            link.up.held = 0;
            link.down.held = 0;
        }
    }

    /// One direction of what stands swallows everything from now on.
    pub(crate) fn blacken(&mut self, device: usize, way: Way) {
        for link in self.of(device) {
            match way {
                Way::Up => link.up.black = true,
                Way::Down => link.down.black = true,
            }
        }
    }

    /// Both ends of what `device` has lose each other, in the middle of what was arriving.
    pub(crate) fn tear(&mut self, device: usize) {
        let gone: Vec<u64> = self.numbers(|link| link.device == device);
        gone.into_iter().for_each(|link| self.end(link, true));
    }

    /// The device ends: what it had said still arrives.
    pub(crate) fn hang_up(&mut self, device: usize) {
        for link in self.of(device) {
            link.down.end(false);
            link.up.reader.abort();
            link.up.under_way.push_back((link.up.last, Vec::new()));
        }
    }

    /// The centre ends: nothing of what is under way arrives.
    pub(crate) fn fall(&mut self) {
        let gone: Vec<u64> = self.numbers(|_| true);
        gone.into_iter().for_each(|link| self.end(link, false));
    }

    fn end(&mut self, link: u64, torn: bool) {
        if let Some(mut link) = self.links.remove(&link) {
            link.up.end(torn);
            link.down.end(torn);
        }
    }

    fn numbers(&self, which: impl Fn(&Link) -> bool) -> Vec<u64> {
        let links = self.links.iter().filter(|(_, link)| which(link));
        links.map(|(number, _)| *number).collect()
    }

    fn of(&mut self, device: usize) -> impl Iterator<Item = &mut Link> {
        let links = self.links.values_mut();
        links.filter(move |link| link.device == device)
    }

    fn pipes(&self) -> impl Iterator<Item = &Pipe> {
        self.links.values().flat_map(|link| [&link.up, &link.down])
    }
}

impl Pipe {
    fn due(&self) -> Option<u64> {
        let (at, _) = self.under_way.front().filter(|_| !self.black)?;
        Some((*at).max(self.held))
    }

    /// Hands over what is first. False where nothing is.
    fn deliver(&mut self) -> bool {
        let Some((_, bytes)) = self.under_way.pop_front() else {
            return false;
        };
        if bytes.is_empty() {
            self.sink = None;
        } else if let Some(sink) = &self.sink {
            // Whoever read there may be gone.
            let _ = sink.send(bytes);
        }
        true
    }

    /// Nothing comes any more; where it is torn, half of what was arriving does.
    fn end(&mut self, torn: bool) {
        self.reader.abort();
        if let (true, Some(sink), Some((_, bytes))) =
            (torn && !self.black, &self.sink, self.under_way.front())
        {
            let half = bytes[..bytes.len() / 2].to_vec();
            // Whoever read there may be gone.
            let _ = sink.send(half);
        }
        self.under_way.clear();
        self.sink = None;
    }
}
