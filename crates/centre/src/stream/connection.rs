//! One stream connection, from `hello` to its close.
//!
//! What it owes the client is in the log; the queue only saves reading it. Whenever entries were
//! left out of the queue (at the start, after a burst), the connection reads the log from the last
//! entry sent, so there is neither gap nor double.

use super::pace::Pace;
use crate::{
    devices::Session,
    frame,
    http::Served,
    hub::{Line, Outgoing},
    marks::Mark,
    metrics::Way,
    refusal::Refusal,
    store::log::{self, Head},
    uses::EVERY,
};
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use dealbell_protocol::{
    ConnectionId, Cursor, ErrorCode,
    stream::{ClientFrame, CloseCode, MAX_FRAME, ResumeMode, ServerFrame},
};
use futures_util::SinkExt as _;
use std::{
    ops::ControlFlow::{self, Break, Continue},
    pin::pin,
    sync::Arc,
    time::Duration,
};
use tokio::{
    sync::mpsc,
    time::{self, Instant},
};
use ulid::Ulid;

/// Entries read of the log at once.
const PAGE: u32 = 200;
/// Marks at once, and the time each costs afterwards: 20 a second.
const MARKS: (u32, Duration) = (100, Duration::from_millis(50));
/// Frames of any kind: 100 a second.
const FRAMES: (u32, Duration) = (1_000, Duration::from_millis(10));

/// Goes on, or ends with a code; none where the client is gone.
type Flow<T = ()> = ControlFlow<Option<CloseCode>, T>;

struct Connection {
    served: Served,
    session: Session,
    socket: WebSocket,
    line: Arc<Line>,
    queue: mpsc::Receiver<Arc<Outgoing>>,
    /// The newest entry sent.
    sent: u64,
    /// When the oldest ping went out that nothing was heard after.
    unanswered: Option<Instant>,
    marks: Pace,
    frames: Pace,
    /// When it was last remembered that the device is in use.
    used: Instant,
}

/// Takes part in the hub while it lives, however it ends.
struct Joined<'c>(&'c Served, &'c Arc<Line>);

impl Drop for Joined<'_> {
    fn drop(&mut self) {
        self.0.centre.hub().leave(self.1);
    }
}

/// Serves `socket` until one side ends it.
pub(crate) async fn run(served: Served, session: Session, socket: WebSocket) {
    let id = ConnectionId(Ulid::generate());
    let (line, queue) = Line::new(session.user, session.device, served.options.queue);
    let now = Instant::now();
    let mut connection = Connection {
        served: served.clone(),
        session,
        socket,
        line: Arc::clone(&line),
        queue,
        sent: 0,
        unanswered: None,
        marks: Pace::new(MARKS.0, MARKS.1, now),
        frames: Pace::new(FRAMES.0, FRAMES.1, now),
        used: now,
    };
    served.centre.hub().join(&line);
    let joined = Joined(&served, &line);
    tracing::debug!(connection = %id, "stream opened");
    let ended = Box::pin(connection.serve(id)).await;
    served.centre.used(&connection.session, None);
    let Break(code) = ended else { return };
    tracing::debug!(connection = %id, ?code, "stream ends");
    let Some(code) = code else { return };
    if code == CloseCode::GoingAway {
        // Whoever plans the end waits for those who have not left.
        connection.close(code).await;
        drop(joined);
    } else {
        drop(joined);
        connection.close(code).await;
    }
}

impl Connection {
    /// Never continues: the type only lets `?` end it.
    async fn serve(&mut self, id: ConnectionId) -> Flow {
        let options = Arc::clone(&self.served.options);
        self.send(&ServerFrame::Hello {
            connection: id,
            ping_ms: millis(options.ping),
            grace_ms: millis(options.grace),
            max_frame: MAX_FRAME,
        })
        .await?;
        let (request, cursor) = match time::timeout(options.start_timeout, self.start()).await {
            Ok(started) => started?,
            Err(_) => return Break(Some(CloseCode::StartTimeout)),
        };
        self.ready(request, cursor).await?;
        self.catch_up().await?;
        self.send(&ServerFrame::Live { seq: self.sent }).await?;
        self.live().await
    }

    async fn start(&mut self) -> Flow<(u64, Option<Cursor>)> {
        loop {
            self.check_fate().await?;
            let message = tokio::select! {
                biased;
                () = self.line.stirred() => continue,
                message = self.socket.recv() => message,
            };
            match self.read(message).await? {
                Some(ClientFrame::Start { id, cursor, client }) => {
                    self.served.centre.used(&self.session, Some(&client));
                    self.line.runs_on(&client.platform);
                    return Continue((id, cursor));
                }
                Some(ClientFrame::Pong) | None => {}
                Some(_) => return self.refuse_frame().await,
            }
        }
    }

    /// Tells how the client gets to the present, and from where entries follow (STREAM 1).
    async fn ready(&mut self, id: u64, cursor: Option<Cursor>) -> Flow {
        let resumed = match self.resume(cursor).await {
            Ok(resumed) => resumed,
            Err(refusal) => return self.fail(refusal),
        };
        let (mode, from, head) = match resumed {
            Ok(resumed) => resumed,
            Err(code) => return Break(Some(code)),
        };
        self.sent = from;
        self.served.centre.metrics().started(mode);
        let ready = ServerFrame::Ready {
            id,
            mode,
            cursor: head.cursor,
            unread: head.unread,
        };
        self.send(&ready).await
    }

    /// Or what the connection ends with: it may no longer read the log.
    async fn resume(
        &mut self,
        cursor: Option<Cursor>,
    ) -> Result<Result<(ResumeMode, u64, Head), CloseCode>, Refusal> {
        let mut head = match self.head().await? {
            Ok(head) => head,
            Err(code) => return Ok(Err(code)),
        };
        let Some(cursor) = cursor else {
            return Ok(Ok((ResumeMode::Snapshot, head.cursor.seq, head)));
        };
        if cursor.epoch == head.cursor.epoch && cursor.seq > head.cursor.seq {
            self.begin_epoch(cursor).await?;
            head = match self.head().await? {
                Ok(fresh) => fresh,
                Err(code) => return Ok(Err(code)),
            };
            return Ok(Ok((ResumeMode::Reset, head.cursor.seq, head)));
        }
        let near = head.cursor.seq.saturating_sub(cursor.seq) <= self.served.options.max_backlog;
        let whole = cursor.seq >= head.trimmed;
        if cursor.epoch == head.cursor.epoch && near && whole {
            return Ok(Ok((ResumeMode::Resumed, cursor.seq, head)));
        }
        Ok(Ok((ResumeMode::Reset, head.cursor.seq, head)))
    }

    /// Other connections of the user are sent away by it; this one leaves the hub for the moment.
    async fn begin_epoch(&mut self, cursor: Cursor) -> Result<(), Refusal> {
        let (centre, user) = (&self.served.centre, self.session.user);
        centre.hub().leave(&self.line);
        let begun = centre.writer().write(move |step| {
            Box::pin(async move { log::begin_epoch(step, user, &cursor).await })
        });
        let begun = begun.await;
        centre.hub().join(&self.line);
        begun
    }

    /// Where the log ends; or what the connection ends with, where this device may no longer read it.
    async fn head(&mut self) -> Result<Result<Head, CloseCode>, Refusal> {
        let mut db = self.served.centre.read().acquire().await?;
        let valid: Option<i64> =
            sqlx::query_scalar("SELECT 1 FROM devices WHERE id = ? AND revoked_at IS NULL")
                .bind(self.session.device.to_string())
                .fetch_optional(&mut *db)
                .await?;
        // Whoever is removed has no devices any more, so he is looked for in any case.
        let head = log::head(&mut db, self.session.user).await?;
        let head = head.ok_or(CloseCode::AccountOff);
        Ok(head.and_then(|head| valid.map(|_| head).ok_or(CloseCode::DeviceRevoked)))
    }

    /// Sends what the log has after the last entry sent, until the queue alone suffices.
    async fn catch_up(&mut self) -> Flow {
        loop {
            self.line.start_over();
            while let Ok(outgoing) = self.queue.try_recv() {
                if outgoing.seq.is_none() {
                    self.feed(outgoing.frame.clone()).await?;
                }
            }
            self.send_backlog().await?;
            if !self.line.is_behind() {
                return self.flush().await;
            }
        }
    }

    async fn send_backlog(&mut self) -> Flow {
        loop {
            let read = self.served.centre.read();
            let page = log::after(read, self.session.user, self.sent, PAGE).await;
            let page = match page {
                Ok(page) => page,
                Err(error) => return self.fail(error.into()),
            };
            let more = page.len() == PAGE as usize;
            for entry in page {
                // Trimmed since it was decided to resume: the client comes back and starts over.
                if entry.seq != self.sent + 1 {
                    return Break(Some(CloseCode::Gap));
                }
                self.feed(entry.frame.into()).await?;
                self.sent = entry.seq;
                self.served.centre.metrics().sent(Way::Backlog);
            }
            if !more {
                return Continue(());
            }
            self.check_fate().await?;
        }
    }

    /// What happens after `live`. Pings come at their time; silence ends the connection.
    async fn live(&mut self) -> Flow {
        let options = Arc::clone(&self.served.options);
        let mut ping_at = Instant::now() + options.ping;
        loop {
            self.check_fate().await?;
            if self.line.is_behind() {
                self.catch_up().await?;
            }
            let dead_at = self.unanswered.map(|pinged| pinged + options.grace);
            tokio::select! {
                biased;
                () = self.line.stirred() => {}
                message = self.socket.recv() => {
                    if let Some(frame) = self.read(message).await? {
                        self.obey(frame).await?;
                    }
                }
                outgoing = self.queue.recv() => {
                    let Some(outgoing) = outgoing else { return Break(Some(CloseCode::Internal)) };
                    self.pass_on(outgoing).await?;
                }
                () = time::sleep_until(dead_at.map_or(ping_at, |at| at.min(ping_at))) => {
                    let now = Instant::now();
                    if dead_at.is_some_and(|at| now >= at) {
                        return Break(Some(CloseCode::NoPong));
                    }
                    self.ping().await?;
                    if self.used.elapsed() >= EVERY {
                        self.used = Instant::now();
                        self.served.centre.used(&self.session, None);
                    }
                    let now = Instant::now();
                    self.unanswered.get_or_insert(now);
                    ping_at = now + options.ping;
                }
            }
        }
    }

    /// Sends what is queued, in one write.
    async fn pass_on(&mut self, first: Arc<Outgoing>) -> Flow {
        let mut next = Some(first);
        while let Some(outgoing) = next {
            match outgoing.seq {
                Some(seq) if seq <= self.sent => {}
                // Entries were left out in between: the log has them.
                Some(seq) if seq > self.sent + 1 => return self.catch_up().await,
                seq => {
                    self.feed(outgoing.frame.clone()).await?;
                    if let Some(seq) = seq {
                        self.sent = seq;
                        self.served.centre.metrics().sent(Way::Live);
                    }
                }
            }
            next = self.queue.try_recv().ok();
        }
        self.flush().await
    }

    /// The newest entry of the log rides along; what another process wrote is sent first.
    async fn ping(&mut self) -> Flow {
        match self.head().await {
            Ok(Ok(head)) => {
                if head.cursor.seq > self.sent {
                    self.catch_up().await?;
                }
                self.send(&ServerFrame::Ping { seq: self.sent }).await
            }
            Ok(Err(code)) => Break(Some(code)),
            Err(refusal) => self.fail(refusal),
        }
    }

    /// Reads a message; none for one without a frame in it.
    async fn read(
        &mut self,
        message: Option<Result<Message, axum::Error>>,
    ) -> Flow<Option<ClientFrame>> {
        let now = Instant::now();
        self.unanswered = None;
        if self.frames.take(now).is_err() {
            return Break(Some(CloseCode::Rate));
        }
        match message {
            None | Some(Ok(Message::Close(_))) => Break(None),
            // Broken off, or no WebSocket any more; a client that is gone hears nothing of it.
            Some(Err(_)) => Break(Some(CloseCode::Protocol)),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Continue(None),
            Some(Ok(Message::Binary(_))) => self.refuse_frame().await,
            Some(Ok(Message::Text(text))) if text.len() > MAX_FRAME => self.refuse_frame().await,
            Some(Ok(Message::Text(text))) => match serde_json::from_str(&text) {
                Ok(frame) => Continue(Some(frame)),
                Err(_) => self.refuse_frame().await,
            },
        }
    }

    async fn refuse_frame<T>(&mut self) -> Flow<T> {
        self.send(&ServerFrame::Error {
            id: None,
            code: ErrorCode::Protocol,
            temporary: false,
            retry_ms: None,
        })
        .await?;
        Break(Some(CloseCode::Protocol))
    }

    async fn obey(&mut self, frame: ClientFrame) -> Flow {
        match frame {
            ClientFrame::Start { .. } => self.refuse_frame().await,
            ClientFrame::Pong => Continue(()),
            // The log is trimmed by age, and who is further behind starts over: only a push that is
            // held back asks for it.
            ClientFrame::Ack { seq } => {
                self.line.acknowledge(seq);
                Continue(())
            }
            ClientFrame::Read { id, ids } => self.mark(id, Mark::Read(ids)).await,
            ClientFrame::Unread { id, ids } => self.mark(id, Mark::Unread(ids)).await,
            ClientFrame::ReadAll { id, upto } => self.mark(id, Mark::ReadAll(upto)).await,
            ClientFrame::Token { token } => self.refresh(&token).await,
        }
    }

    async fn mark(&mut self, id: u64, mark: Mark) -> Flow {
        if let Err(wait) = self.marks.take(Instant::now()) {
            return self
                .send(&ServerFrame::Error {
                    id: Some(id),
                    code: ErrorCode::RateLimited,
                    temporary: true,
                    retry_ms: Some(millis(wait).max(1)),
                })
                .await;
        }
        let answer = match self.served.centre.mark(self.session.user, mark).await {
            Ok(head) => ServerFrame::Ok {
                id,
                cursor: head.cursor,
                unread: head.unread,
            },
            Err(refusal) => {
                let error = refusal.into_api();
                ServerFrame::Error {
                    id: Some(id),
                    code: error.code,
                    temporary: error.code == ErrorCode::Unavailable,
                    retry_ms: error.retry_ms,
                }
            }
        };
        self.send(&answer).await
    }

    /// A fresh token of the same user takes the place of the one that opened the connection.
    async fn refresh(&mut self, token: &str) -> Flow {
        match self.served.centre.session(token).await {
            Ok(session) if session.user == self.session.user => {
                self.line.becomes(session.device);
                self.session = session;
                Continue(())
            }
            Ok(_) => Break(Some(CloseCode::TokenInvalid)),
            Err(Refusal::Api(error)) if error.code == ErrorCode::TokenRevoked => {
                Break(Some(CloseCode::DeviceRevoked))
            }
            Err(Refusal::Api(_)) => Break(Some(CloseCode::TokenInvalid)),
            Err(refusal) => self.fail(refusal),
        }
    }

    fn fail<T>(&self, refusal: Refusal) -> Flow<T> {
        tracing::error!(reason = %refusal, "a stream ends by a fault");
        Break(Some(CloseCode::Internal))
    }

    /// Ends the connection if that was decided elsewhere.
    async fn check_fate(&mut self) -> Flow {
        let Some(code) = self.line.fate() else {
            return Continue(());
        };
        if code == CloseCode::GoingAway {
            let after_ms = self.served.options.reconnect_ms;
            self.send(&ServerFrame::Reconnect { after_ms }).await?;
        }
        Break(Some(code))
    }

    async fn send(&mut self, frame: &ServerFrame) -> Flow {
        self.feed(frame::text(frame)).await?;
        self.flush().await
    }

    async fn feed(&mut self, frame: Utf8Bytes) -> Flow {
        let written = self.socket.feed(Message::Text(frame));
        patiently(&self.served, &self.line, written).await
    }

    async fn flush(&mut self) -> Flow {
        let written = self.socket.flush();
        patiently(&self.served, &self.line, written).await
    }

    /// Says why, and lets the client answer, so that the reason is not lost in a reset.
    async fn close(&mut self, code: CloseCode) {
        let frame = CloseFrame {
            code: code.number(),
            reason: Utf8Bytes::default(),
        };
        let patience = self.served.options.closing;
        let socket = &mut self.socket;
        let closed = async {
            if socket.send(Message::Close(Some(frame))).await.is_ok() {
                while let Some(Ok(_)) = socket.recv().await {}
            }
        };
        // A client that does not answer has had its time.
        let _ = time::timeout(patience, closed).await;
    }
}

/// Waits for a write as long as a reader may take: until silence would end the connection, and
/// only shortly once its queue is full or its end is decided (STREAM 10).
async fn patiently(
    served: &Served,
    line: &Line,
    written: impl Future<Output = Result<(), axum::Error>>,
) -> Flow {
    let options = &served.options;
    let mut written = pin!(written);
    let mut waits = pin!(time::sleep(options.ping + options.grace));
    let mut hurried = false;
    loop {
        tokio::select! {
            biased;
            result = &mut written => return match result {
                Ok(()) => Continue(()),
                Err(_) => Break(None),
            },
            () = line.stirred(), if !hurried => {
                // The signal may be an old one, of something that was seen to already.
                if line.fate().is_none() && !line.is_behind() {
                    continue;
                }
                hurried = true;
                waits.as_mut().reset(Instant::now() + options.slow_after);
            }
            () = &mut waits => {
                let code = match line.fate() {
                    Some(code) => code,
                    None if hurried => CloseCode::SlowReader,
                    None => CloseCode::NoPong,
                };
                return Break(Some(code));
            }
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
