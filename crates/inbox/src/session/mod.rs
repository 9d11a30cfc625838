//! The stream's client side as a state machine without I/O: frames, time and the user's acts in;
//! frames, store writes and wishes to connect out (STREAM 1–12).

mod backoff;
mod catch_up;
mod io;
mod marks;
mod plain;

use crate::Now;
use backoff::Backoff;
use catch_up::CatchUp;
use dealbell_protocol::rest::FeedPage;
use dealbell_protocol::stream::{
    ClientFrame, ClientInfo, CloseCode, Event, GRACE_MS, PING_MS, ResumeMode, ServerFrame,
};
use dealbell_protocol::window::{Connection, LinkEvent, SignedOutReason};
use dealbell_protocol::{ChannelSettings, Cursor, ErrorCode, Unread};
pub use io::{Generation, Input, Kept, Output, Write};
use marks::Marks;
pub use marks::{Mark, OutboxMark};

/// The request id of `start`; marks are numbered from 1.
const START: u64 = 0;
/// No centre is trusted to live that says nothing for longer, milliseconds (STREAM 8).
const LONGEST_SILENCE_MS: u64 = 10 * 60 * 1_000;
/// The shortest time between two acknowledgements, milliseconds.
const ACK_MS: u64 = 1_000;

/// The session of one device with its centre.
#[derive(Debug)]
pub struct Session {
    client: ClientInfo,
    phase: Phase,
    generation: Generation,
    /// What the store has; none before the first snapshot.
    committed: Option<Cursor>,
    /// What was handed to the store: the expectation for the next `prev`.
    received: Option<Cursor>,
    backoff: Backoff,
    marks: Marks,
    heard: u64,
    silence_ms: u64,
    acked: u64,
    ack_not_before: u64,
    begun: bool,
}

/// Where the session stands.
#[derive(Debug)]
enum Phase {
    /// Between two links. `until` is monotonic, `retry_at` its wall time.
    Waiting { until: u64, retry_at: i64 },
    /// A link is being made.
    Connecting,
    /// The link stands; `hello` or `ready` is awaited.
    Starting,
    /// The state is being read anew (STREAM 1).
    CatchingUp(CatchUp),
    /// Entries after the cursor follow one another.
    Backlog,
    /// Up to date since this monotonic moment.
    Live { since: u64 },
    /// The centre told us to stop.
    SignedOut(SignedOutReason),
}

impl Session {
    /// A session that goes on from `kept` and connects at the first [`Input::Tick`]. `seed` spreads
    /// the tries of many desktops.
    pub fn new(client: ClientInfo, kept: Kept, seed: u64) -> Self {
        Self {
            client,
            phase: Phase::Waiting {
                until: 0,
                retry_at: 0,
            },
            generation: 0,
            received: kept.cursor.clone(),
            acked: kept.cursor.as_ref().map_or(0, |cursor| cursor.seq),
            committed: kept.cursor,
            backoff: Backoff::new(seed),
            marks: Marks::new(kept.outbox),
            heard: 0,
            silence_ms: PING_MS + GRACE_MS,
            ack_not_before: 0,
            begun: false,
        }
    }

    /// Takes one input and says what is to be done, in order.
    pub fn handle(&mut self, input: Input, now: Now) -> Vec<Output> {
        let mut out = Vec::new();
        if !std::mem::replace(&mut self.begun, true) {
            out.push(Output::Link(LinkEvent::Started));
        }
        match input {
            Input::Tick => {}
            Input::Opened { generation } if self.is_current(generation) => self.opened(now),
            Input::Frame { generation, frame } if self.is_current(generation) => {
                self.heard = now.mono;
                self.frame(*frame, now, &mut out);
            }
            Input::Heard { generation } if self.is_current(generation) => self.heard = now.mono,
            // Nothing of it can be trusted: what it was comes again with the resume.
            Input::Garbage { generation } if self.is_current(generation) => {
                self.drop_link(CloseCode::Gap, None, now, &mut out);
            }
            Input::Closed { generation, code } if self.is_current(generation) => {
                self.closed(code, now, &mut out);
            }
            Input::ConnectFailed {
                generation,
                code,
                retry_ms,
            } if self.is_current(generation) => self.refused(code, retry_ms, now, &mut out),
            Input::Channels {
                generation,
                channels,
            } if self.is_current(generation) => self.channels(channels, &mut out),
            Input::Page { generation, page } if self.is_current(generation) => {
                self.page(*page, now, &mut out);
            }
            Input::FetchFailed {
                generation,
                code,
                retry_ms,
            } if self.is_current(generation) => {
                out.push(self.disconnect(CloseCode::GoingAway));
                self.refused(code, retry_ms, now, &mut out);
            }
            // What an older connection says is ignored (STREAM 8).
            Input::Opened { .. }
            | Input::Frame { .. }
            | Input::Heard { .. }
            | Input::Garbage { .. }
            | Input::Closed { .. }
            | Input::ConnectFailed { .. }
            | Input::Channels { .. }
            | Input::Page { .. }
            | Input::FetchFailed { .. } => {}
            Input::Committed { cursor } => self.committed = Some(cursor),
            Input::AnswerNotKept => self.marks.not_kept(),
            Input::StoreFailed => {
                if self.has_link() {
                    self.drop_link(CloseCode::GoingAway, None, now, &mut out);
                }
            }
            Input::StoreRebuilt => {
                self.committed = None;
                self.marks = Marks::default();
                if self.has_link() {
                    self.drop_link(CloseCode::GoingAway, None, now, &mut out);
                }
            }
            Input::Incomplete => {
                self.committed = None;
                if self.has_link() {
                    self.drop_link(CloseCode::Gap, None, now, &mut out);
                }
            }
            Input::Marked(mark) => self.marks.push(mark),
            Input::Wake => self.renew(LinkEvent::Woke, now, &mut out),
            Input::NetworkChanged => self.renew(LinkEvent::NetworkChanged, now, &mut out),
            Input::ReconnectNow => self.connect(&mut out, now),
        }
        self.on_time(now, &mut out);
        out
    }

    /// When [`Input::Tick`] is due, monotonic milliseconds; none while only the user can help.
    pub fn deadline(&self) -> Option<u64> {
        let silence = self.heard + self.silence_ms;
        match &self.phase {
            Phase::Waiting { until, .. } => Some(*until),
            Phase::Connecting | Phase::Starting | Phase::CatchingUp(_) => Some(silence),
            Phase::Backlog => [Some(silence), self.ack_deadline()]
                .into_iter()
                .flatten()
                .min(),
            Phase::Live { .. } => [Some(silence), self.ack_deadline(), self.marks.deadline()]
                .into_iter()
                .flatten()
                .min(),
            Phase::SignedOut(_) => None,
        }
    }

    /// The link, for people.
    pub fn connection(&self) -> Connection {
        match &self.phase {
            Phase::Waiting { until: 0, .. } => Connection::Connecting,
            Phase::Waiting { retry_at, .. } => Connection::Offline {
                retry_at: Some(*retry_at),
            },
            Phase::Connecting if self.backoff.failing() => Connection::Offline { retry_at: None },
            Phase::Connecting | Phase::Starting | Phase::CatchingUp(_) | Phase::Backlog => {
                Connection::Connecting
            }
            Phase::Live { .. } => Connection::Online,
            Phase::SignedOut(reason) => Connection::SignedOut { reason: *reason },
        }
    }

    /// Whether what comes now is a backlog and not happening now.
    pub fn is_behind(&self) -> bool {
        !matches!(self.phase, Phase::Live { .. })
    }

    fn opened(&mut self, now: Now) {
        if matches!(self.phase, Phase::Connecting) {
            self.heard = now.mono;
            self.phase = Phase::Starting;
        }
    }

    fn frame(&mut self, frame: ServerFrame, now: Now, out: &mut Vec<Output>) {
        match frame {
            ServerFrame::Hello {
                ping_ms, grace_ms, ..
            } => {
                self.silence_ms = ping_ms
                    .saturating_add(grace_ms)
                    .clamp(1_000, LONGEST_SILENCE_MS);
                let frame = ClientFrame::Start {
                    id: START,
                    cursor: self.committed.clone(),
                    client: self.client.clone(),
                };
                out.push(self.send(frame));
            }
            ServerFrame::Ready {
                mode,
                cursor,
                unread,
                ..
            } => self.ready(mode, cursor, unread, out),
            ServerFrame::Event(event) => self.event(event, now, out),
            ServerFrame::Live { seq } => self.live(seq, now, out),
            ServerFrame::Ping { seq } => {
                out.push(self.send(ClientFrame::Pong));
                let known = self.received.as_ref().map_or(0, |cursor| cursor.seq);
                if matches!(self.phase, Phase::Live { .. }) && seq > known {
                    self.drop_link(CloseCode::Gap, None, now, out);
                }
            }
            ServerFrame::Popup { data } => out.push(Output::Popup(data)),
            ServerFrame::Ok { id, cursor, unread } => {
                if self.marks.answered(id) {
                    let seq = cursor.seq;
                    out.push(Output::Write(Write::MarkDone { id, seq, unread }));
                }
            }
            ServerFrame::Error {
                id,
                code,
                temporary,
                retry_ms,
            } => self.error(id, code, temporary, retry_ms, now, out),
            ServerFrame::Reconnect { after_ms } => {
                out.push(self.disconnect(CloseCode::GoingAway));
                let wait = self.backoff.within(after_ms);
                self.wait(Some(CloseCode::GoingAway.number()), wait, now, out);
            }
        }
    }

    fn ready(&mut self, mode: ResumeMode, cursor: Cursor, unread: Unread, out: &mut Vec<Output>) {
        if !matches!(self.phase, Phase::Starting) {
            return;
        }
        match mode {
            ResumeMode::Resumed => {
                self.phase = Phase::Backlog;
                out.push(Output::Write(Write::Unread { unread }));
            }
            ResumeMode::Snapshot | ResumeMode::Reset => {
                self.phase = Phase::CatchingUp(CatchUp::new(cursor, unread));
                out.push(Output::FetchChannels {
                    generation: self.generation,
                });
            }
        }
    }

    fn channels(&mut self, channels: ChannelSettings, out: &mut Vec<Output>) {
        if let Phase::CatchingUp(catch_up) = &self.phase {
            out.push(Output::Write(Write::Channels { channels }));
            out.push(Output::FetchPage {
                generation: self.generation,
                as_of: catch_up.as_of().clone(),
                before: None,
            });
        }
    }

    fn page(&mut self, page: FeedPage, now: Now, out: &mut Vec<Output>) {
        let Phase::CatchingUp(catch_up) = &mut self.phase else {
            return;
        };
        let first = catch_up.take_first();
        let Ok(next) = catch_up.go_on(page.items.len(), page.next) else {
            return self.drop_link(CloseCode::Gap, None, now, out);
        };
        let items = page.items.into_iter().map(plain::notification);
        out.push(Output::Write(Write::Stage {
            first,
            items: items.collect(),
        }));
        if let Some(before) = next {
            out.push(Output::FetchPage {
                generation: self.generation,
                as_of: catch_up.as_of().clone(),
                before: Some(before),
            });
            return;
        }
        let (as_of, unread, followers) = catch_up.finish();
        self.acked = 0;
        self.received = Some(as_of.clone());
        self.phase = Phase::Backlog;
        out.push(Output::Write(Write::Replace {
            cursor: as_of,
            unread,
        }));
        for frame in followers {
            self.frame(frame, now, out);
        }
    }

    fn event(&mut self, told: Event, now: Now, out: &mut Vec<Output>) {
        let behind = self.is_behind();
        let event = plain::event(told);
        match (&mut self.phase, &self.received) {
            (Phase::CatchingUp(catch_up), _) => {
                if !catch_up.keep(ServerFrame::Event(event)) {
                    self.drop_link(CloseCode::SlowReader, None, now, out);
                }
            }
            (Phase::Backlog | Phase::Live { .. }, Some(last)) if event.seq <= last.seq => {
                // Said twice: a resume could bring nothing that is not here.
            }
            (Phase::Backlog | Phase::Live { .. }, Some(last)) if event.prev == last.seq => {
                let cursor = Cursor {
                    epoch: last.epoch.clone(),
                    seq: event.seq,
                };
                self.received = Some(cursor.clone());
                out.push(Output::Write(Write::Entry {
                    event: Box::new(event),
                    cursor,
                    behind,
                }));
            }
            // A gap (STREAM 2), or an entry before `ready`.
            _ => self.drop_link(CloseCode::Gap, None, now, out),
        }
    }

    fn live(&mut self, seq: u64, now: Now, out: &mut Vec<Output>) {
        if let Phase::CatchingUp(catch_up) = &mut self.phase {
            if !catch_up.keep(ServerFrame::Live { seq }) {
                self.drop_link(CloseCode::SlowReader, None, now, out);
            }
            return;
        }
        if !matches!(self.phase, Phase::Backlog) {
            return;
        }
        let known = self.received.as_ref().map_or(0, |cursor| cursor.seq);
        if seq > known {
            self.drop_link(CloseCode::Gap, None, now, out);
            return;
        }
        self.phase = Phase::Live { since: now.mono };
        out.push(Output::Link(LinkEvent::Online));
        out.push(Output::CaughtUp);
    }

    fn error(
        &mut self,
        id: Option<u64>,
        code: ErrorCode,
        temporary: bool,
        retry_ms: Option<u64>,
        now: Now,
        out: &mut Vec<Output>,
    ) {
        let Some(id) = id else {
            return;
        };
        match (id, temporary) {
            (START, false) if matches!(code, ErrorCode::TokenInvalid | ErrorCode::TokenRevoked) => {
                out.push(self.disconnect(CloseCode::GoingAway));
                let code = CloseCode::TokenInvalid.number();
                self.signed_out(SignedOutReason::TokenInvalid, code, out);
            }
            (START, _) => self.drop_link(CloseCode::GoingAway, retry_ms, now, out),
            (id, true) => self.marks.refused_for_now(id, retry_ms, now),
            (id, false) => {
                if self.marks.answered(id) {
                    out.push(Output::Write(Write::MarkRefused { id }));
                }
            }
        }
    }

    fn closed(&mut self, code: Option<u16>, now: Now, out: &mut Vec<Output>) {
        match code {
            Some(number) if CloseCode::is_final(number) => {
                let reason = match CloseCode::from_number(number) {
                    Some(CloseCode::TokenInvalid) => SignedOutReason::TokenInvalid,
                    Some(CloseCode::AccountOff) => SignedOutReason::AccountOff,
                    Some(CloseCode::DeviceRevoked) => SignedOutReason::DeviceRevoked,
                    Some(CloseCode::TooManyDevices) => SignedOutReason::TooManyDevices,
                    Some(CloseCode::UpgradeRequired) => SignedOutReason::UpgradeRequired,
                    _ => SignedOutReason::Protocol,
                };
                self.signed_out(reason, number, out);
            }
            _ => self.back_off(code, None, now, out),
        }
    }

    fn refused(
        &mut self,
        code: Option<ErrorCode>,
        retry_ms: Option<u64>,
        now: Now,
        out: &mut Vec<Output>,
    ) {
        match code {
            Some(ErrorCode::TokenInvalid | ErrorCode::TokenRevoked | ErrorCode::Forbidden) => {
                let code = CloseCode::TokenInvalid.number();
                self.signed_out(SignedOutReason::TokenInvalid, code, out);
            }
            // Whatever else it is, it may pass.
            _ => self.back_off(None, retry_ms, now, out),
        }
    }

    /// Everything that only the clock brings about.
    fn on_time(&mut self, now: Now, out: &mut Vec<Output>) {
        match &self.phase {
            Phase::Waiting { until, .. } if *until <= now.mono => self.connect(out, now),
            Phase::Waiting { .. } | Phase::SignedOut(_) => {}
            // Silence kills the link at once, without waiting for a close (STREAM 8).
            _ if self.heard + self.silence_ms <= now.mono => {
                self.drop_link(CloseCode::NoPong, None, now, out);
            }
            Phase::Connecting | Phase::Starting | Phase::CatchingUp(_) => {}
            Phase::Backlog => self.acknowledge(now, out),
            Phase::Live { .. } if self.marks.is_overdue(now) => {
                self.drop_link(CloseCode::Gap, None, now, out);
            }
            Phase::Live { .. } => {
                self.acknowledge(now, out);
                if let Some(frame) = self.marks.next_frame(now) {
                    out.push(self.send(frame));
                }
            }
        }
    }

    fn acknowledge(&mut self, now: Now, out: &mut Vec<Output>) {
        let seq = self.committed.as_ref().map_or(0, |cursor| cursor.seq);
        if seq > self.acked && self.ack_not_before <= now.mono {
            self.acked = seq;
            self.ack_not_before = now.mono + ACK_MS;
            out.push(self.send(ClientFrame::Ack { seq }));
        }
    }

    fn ack_deadline(&self) -> Option<u64> {
        let seq = self.committed.as_ref().map_or(0, |cursor| cursor.seq);
        (seq > self.acked).then_some(self.ack_not_before)
    }

    /// What the old link stood on has changed (STREAM 8).
    fn renew(&mut self, event: LinkEvent, now: Now, out: &mut Vec<Output>) {
        out.push(Output::Link(event));
        if !matches!(self.phase, Phase::SignedOut(_)) {
            self.connect(out, now);
        }
    }

    /// A new link at once, whatever was before.
    fn connect(&mut self, out: &mut Vec<Output>, now: Now) {
        if self.has_link() {
            out.push(self.disconnect(CloseCode::GoingAway));
        }
        self.link_ended(now);
        self.generation += 1;
        self.heard = now.mono;
        self.silence_ms = PING_MS + GRACE_MS;
        self.phase = Phase::Connecting;
        out.push(Output::Connect {
            generation: self.generation,
        });
    }

    fn drop_link(
        &mut self,
        code: CloseCode,
        retry_ms: Option<u64>,
        now: Now,
        out: &mut Vec<Output>,
    ) {
        out.push(self.disconnect(code));
        self.back_off(Some(code.number()), retry_ms, now, out);
    }

    fn back_off(
        &mut self,
        code: Option<u16>,
        retry_ms: Option<u64>,
        now: Now,
        out: &mut Vec<Output>,
    ) {
        self.link_ended(now);
        let wait = self.backoff.after_failure(retry_ms);
        self.wait(code, wait, now, out);
    }

    fn wait(&mut self, code: Option<u16>, wait_ms: u64, now: Now, out: &mut Vec<Output>) {
        out.push(Output::Link(LinkEvent::Lost {
            code,
            retry_ms: wait_ms,
        }));
        self.link_ended(now);
        self.phase = Phase::Waiting {
            until: now.mono.saturating_add(wait_ms.max(1)),
            retry_at: now.wall.saturating_add_unsigned(wait_ms),
        };
    }

    fn signed_out(&mut self, reason: SignedOutReason, code: u16, out: &mut Vec<Output>) {
        out.push(Output::Link(LinkEvent::Refused { code }));
        self.marks.link_ended();
        self.received = self.committed.clone();
        self.phase = Phase::SignedOut(reason);
    }

    fn link_ended(&mut self, now: Now) {
        if let Phase::Live { since } = self.phase {
            self.backoff.link_ended(now.mono - since);
        }
        self.marks.link_ended();
        self.received = self.committed.clone();
    }

    fn has_link(&self) -> bool {
        !matches!(self.phase, Phase::Waiting { .. } | Phase::SignedOut(_))
    }

    fn is_current(&self, generation: Generation) -> bool {
        generation == self.generation && self.has_link()
    }

    fn send(&self, frame: ClientFrame) -> Output {
        Output::Send {
            generation: self.generation,
            frame,
        }
    }

    fn disconnect(&self, code: CloseCode) -> Output {
        Output::Disconnect {
            generation: self.generation,
            code,
        }
    }
}
