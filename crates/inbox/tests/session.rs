//! The session by the rules of `docs/stream.md`, one test a rule; time is passed in.

use dealbell_inbox::Now;
use dealbell_inbox::session::{Input, Kept, Mark, OutboxMark, Output, Session, Write};
use dealbell_protocol::stream::{
    Change, ClientFrame, ClientInfo, CloseCode, Event, GRACE_MS, PING_MS, ResumeMode, ServerFrame,
};
use dealbell_protocol::window::{Connection, LinkEvent, SignedOutReason};
use dealbell_protocol::{
    ConnectionId, Cursor, ErrorCode, Kind, Notification, NotificationId, Priority, ProviderId,
    Unread,
};

const SILENCE: u64 = PING_MS + GRACE_MS;

/// A session with its clock, always committing what it is told to.
struct Desk {
    session: Session,
    now: Now,
    links: Vec<LinkEvent>,
}

impl Desk {
    fn new(kept: Kept) -> Self {
        let client = ClientInfo {
            version: "1".to_owned(),
            platform: "linux".to_owned(),
            device: String::new(),
        };
        let now = Now {
            mono: 1,
            wall: 1_000_000,
        };
        let session = Session::new(client, kept, 1);
        Self {
            session,
            now,
            links: Vec::new(),
        }
    }

    fn at(seq: u64) -> Self {
        Self::new(Kept {
            cursor: Some(cursor(seq)),
            outbox: Vec::new(),
        })
    }

    /// Live at `seq` on generation 1.
    fn live(seq: u64) -> Self {
        let mut desk = Self::at(seq);
        desk.go_live(1, seq);
        desk
    }

    fn go_live(&mut self, generation: u64, seq: u64) -> Vec<Output> {
        self.put(Input::Tick);
        self.put(Input::Opened { generation });
        self.frame(generation, hello());
        self.frame(generation, ready(ResumeMode::Resumed, seq));
        self.frame(generation, ServerFrame::Live { seq })
    }

    fn put(&mut self, input: Input) -> Vec<Output> {
        let mut all = Vec::new();
        let mut out = self.session.handle(input, self.now);
        while !out.is_empty() {
            let committed: Vec<Cursor> = out.iter().filter_map(written).collect();
            for output in out.drain(..) {
                match output {
                    Output::Link(event) => self.links.push(event),
                    other => all.push(other),
                }
            }
            for cursor in committed {
                out.extend(self.session.handle(Input::Committed { cursor }, self.now));
            }
        }
        all
    }

    fn frame(&mut self, generation: u64, frame: ServerFrame) -> Vec<Output> {
        let frame = Box::new(frame);
        self.put(Input::Frame { generation, frame })
    }

    fn later(&mut self, ms: u64) -> Vec<Output> {
        self.now.mono += ms;
        self.now.wall += ms as i64;
        self.put(Input::Tick)
    }

    /// Waits for the next try.
    fn retry(&mut self) -> Vec<Output> {
        let due = self.session.deadline().expect("it never gives up");
        self.later(due - self.now.mono)
    }
}

fn written(output: &Output) -> Option<Cursor> {
    match output {
        Output::Write(Write::Entry { cursor, .. } | Write::Replace { cursor, .. }) => {
            Some(cursor.clone())
        }
        _ => None,
    }
}

fn cursor(seq: u64) -> Cursor {
    Cursor {
        epoch: "e1".to_owned(),
        seq,
    }
}

fn hello() -> ServerFrame {
    ServerFrame::Hello {
        connection: ConnectionId(ulid::Ulid(1)),
        ping_ms: PING_MS,
        grace_ms: GRACE_MS,
        max_frame: 65_536,
    }
}

fn ready(mode: ResumeMode, seq: u64) -> ServerFrame {
    ServerFrame::Ready {
        id: 0,
        mode,
        cursor: cursor(seq),
        unread: Unread { count: 0, at: seq },
    }
}

fn event(seq: u64, prev: u64) -> ServerFrame {
    ServerFrame::Event(Event {
        seq,
        prev,
        at: 1,
        change: Change::Read { ids: Vec::new() },
        unread: Unread { count: 0, at: seq },
    })
}

fn entries(out: &[Output]) -> Vec<u64> {
    out.iter().filter_map(written).map(|at| at.seq).collect()
}

fn sent(out: &[Output]) -> Vec<ClientFrame> {
    out.iter()
        .filter_map(|output| match output {
            Output::Send { frame, .. } => Some(frame.clone()),
            _ => None,
        })
        .collect()
}

fn drops(out: &[Output]) -> bool {
    out.iter()
        .any(|output| matches!(output, Output::Disconnect { .. }))
}

fn connects(out: &[Output]) -> bool {
    out.iter()
        .any(|output| matches!(output, Output::Connect { .. }))
}

fn read_mark(id: u64) -> OutboxMark {
    OutboxMark {
        id,
        mark: Mark::Read {
            ids: vec![NotificationId(ulid::Ulid(u128::from(id)))],
        },
    }
}

fn channels(generation: u64) -> Input {
    let channels = dealbell_protocol::ChannelSettings {
        email: Default::default(),
        push: dealbell_protocol::PushSettings::default(),
        kinds: Vec::new(),
        quiet: Default::default(),
        revision: 1,
        receive: true,
        providers: Vec::new(),
        deliverable: Vec::new(),
    };
    Input::Channels {
        generation,
        channels,
    }
}

/// A page without rows.
fn got(generation: u64, next: Option<u64>, as_of: u64) -> Input {
    let page = Box::new(dealbell_protocol::rest::FeedPage {
        items: Vec::new(),
        next,
        as_of: cursor(as_of),
        unread: Unread::default(),
    });
    Input::Page { generation, page }
}

#[test]
fn stream_1_a_snapshot_is_paged_and_then_what_followed_is_applied() {
    let mut desk = Desk::new(Kept::default());
    desk.put(Input::Tick);
    desk.put(Input::Opened { generation: 1 });
    let start = sent(&desk.frame(1, hello()));
    assert!(matches!(
        start[..],
        [ClientFrame::Start { cursor: None, .. }]
    ));
    let asked = desk.frame(1, ready(ResumeMode::Snapshot, 7));
    assert_eq!(asked, [Output::FetchChannels { generation: 1 }]);
    let asked = desk.put(channels(1));
    let page = |before| Output::FetchPage {
        generation: 1,
        as_of: cursor(7),
        before,
    };
    assert_eq!(asked[1], page(None));
    assert_eq!(desk.frame(1, event(8, 7)), [], "kept for afterwards");
    assert_eq!(desk.frame(1, ServerFrame::Live { seq: 8 }), []);
    assert_eq!(desk.put(got(1, Some(3), 7))[1], page(Some(3)));
    let out = desk.put(got(1, None, 7));
    assert_eq!(entries(&out), [7, 8]);
    assert!(out.contains(&Output::CaughtUp));
    assert_eq!(desk.session.connection(), Connection::Online);
}

#[test]
fn stream_2_a_gap_is_dropped_and_resumed_from_what_is_committed() {
    let mut desk = Desk::live(5);
    assert_eq!(entries(&desk.frame(1, event(6, 5))), [6]);
    assert_eq!(entries(&desk.frame(1, event(6, 5))), [0; 0], "said twice");
    let out = desk.frame(1, event(9, 8));
    assert_eq!(entries(&out), [0; 0]);
    let code = CloseCode::Gap;
    assert_eq!(
        out,
        [Output::Disconnect {
            generation: 1,
            code
        }]
    );
    assert!(connects(&desk.retry()));
    desk.put(Input::Opened { generation: 2 });
    let start = sent(&desk.frame(2, hello()));
    let [ClientFrame::Start { cursor: from, .. }] = &start[..] else {
        panic!("{start:?}");
    };
    assert_eq!(from, &Some(cursor(6)));
}

#[test]
fn stream_2_a_ping_shows_what_was_lost_on_a_quiet_link() {
    let mut desk = Desk::live(5);
    let out = desk.frame(1, ServerFrame::Ping { seq: 5 });
    assert_eq!(sent(&out), [ClientFrame::Pong]);
    assert!(!drops(&out));
    assert!(drops(&desk.frame(1, ServerFrame::Ping { seq: 6 })));
}

#[test]
fn stream_3_nothing_after_a_failed_write_is_applied_and_it_comes_again() {
    let mut desk = Desk::live(5);
    let frame = Box::new(event(6, 5));
    let now = desk.now;
    desk.session.handle(
        Input::Frame {
            generation: 1,
            frame,
        },
        now,
    );
    assert!(drops(&desk.put(Input::StoreFailed)));
    desk.retry();
    desk.put(Input::Opened { generation: 2 });
    let start = sent(&desk.frame(2, hello()));
    assert!(matches!(&start[..], [ClientFrame::Start { cursor: Some(from), .. }] if from.seq == 5));
}

#[test]
fn stream_7_marks_are_replayed_in_order_after_live_one_at_a_time() {
    let mut desk = Desk::new(Kept {
        cursor: Some(cursor(5)),
        outbox: vec![read_mark(1), read_mark(2)],
    });
    let out = desk.go_live(1, 5);
    let ids = |out: &[Output]| -> Vec<u64> {
        sent(out)
            .iter()
            .filter_map(|frame| match frame {
                ClientFrame::Read { id, .. } => Some(*id),
                _ => None,
            })
            .collect()
    };
    assert_eq!(ids(&out), [1]);
    let refused = ServerFrame::Error {
        id: Some(1),
        code: ErrorCode::RateLimited,
        temporary: true,
        retry_ms: Some(2_000),
    };
    assert_eq!(ids(&desk.frame(1, refused)), [0; 0]);
    assert_eq!(ids(&desk.later(1_999)), [0; 0], "retry_ms");
    assert_eq!(ids(&desk.later(1)), [1], "the second does not overtake");
    // The link breaks before the answer: it is sent again, since it is idempotent.
    let code = Some(1006);
    desk.put(Input::Closed {
        generation: 1,
        code,
    });
    desk.retry();
    assert_eq!(ids(&desk.go_live(2, 5)), [1]);
    let ok = |id| ServerFrame::Ok {
        id,
        cursor: cursor(6),
        unread: Unread::default(),
    };
    assert_eq!(ids(&desk.frame(2, ok(1))), [2]);
    let gone = ServerFrame::Error {
        id: Some(2),
        code: ErrorCode::NotFound,
        temporary: false,
        retry_ms: None,
    };
    let out = desk.frame(2, gone);
    assert!(out.contains(&Output::Write(Write::MarkRefused { id: 2 })));
}

#[test]
fn stream_7_a_mark_whose_answer_a_full_disk_did_not_take_is_sent_again() {
    let mut desk = Desk::new(Kept {
        cursor: Some(cursor(5)),
        outbox: vec![read_mark(1)],
    });
    desk.go_live(1, 5);
    let ok = ServerFrame::Ok {
        id: 1,
        cursor: cursor(6),
        unread: Unread::default(),
    };
    desk.frame(1, ok);
    desk.put(Input::AnswerNotKept);
    assert!(drops(&desk.put(Input::StoreFailed)));
    desk.retry();
    let again = sent(&desk.go_live(2, 5));
    assert!(matches!(again[..], [ClientFrame::Read { id: 1, .. }]));
}

#[test]
fn stream_8_silence_kills_the_link_and_any_frame_is_life() {
    let mut desk = Desk::live(5);
    assert!(!drops(&desk.later(SILENCE - 1)));
    desk.put(Input::Heard { generation: 1 });
    assert!(!drops(&desk.later(SILENCE - 1)));
    assert!(drops(&desk.later(1)));
    assert!(matches!(
        desk.session.connection(),
        Connection::Offline { .. }
    ));
}

#[test]
fn stream_8_a_wake_kills_the_link_and_the_old_one_is_ignored() {
    for input in [Input::Wake, Input::NetworkChanged, Input::ReconnectNow] {
        let mut desk = Desk::live(5);
        let out = desk.put(input);
        assert!(drops(&out) && connects(&out));
        assert_eq!(desk.frame(1, event(6, 5)), []);
        let code = Some(4500);
        assert_eq!(
            desk.put(Input::Closed {
                generation: 1,
                code
            }),
            []
        );
        assert_eq!(desk.session.connection(), Connection::Connecting);
    }
}

#[test]
fn stream_8_a_page_of_an_earlier_reading_is_not_taken_for_one_of_this() {
    let mut desk = Desk::new(Kept::default());
    desk.put(Input::Tick);
    for (generation, seq) in [(1, 7), (2, 8)] {
        desk.put(Input::Opened { generation });
        desk.frame(generation, hello());
        desk.frame(generation, ready(ResumeMode::Snapshot, seq));
        desk.put(channels(generation));
        if generation == 1 {
            desk.put(Input::NetworkChanged);
        }
    }
    // It lacks what 8 has brought.
    assert_eq!(desk.put(got(1, None, 7)), []);
    assert_eq!(entries(&desk.put(got(2, None, 8))), [8]);
}

#[test]
fn stream_9_it_backs_off_never_gives_up_and_a_wish_skips_the_wait() {
    let mut desk = Desk::at(5);
    desk.put(Input::Tick);
    for generation in 1..200 {
        desk.put(Input::ConnectFailed {
            generation,
            code: (generation % 2 == 0).then_some(ErrorCode::Unavailable),
            retry_ms: None,
        });
        let due = desk.session.deadline().unwrap() - desk.now.mono;
        assert!(due <= 60_000, "{due}");
        assert!(connects(&desk.retry()));
        let making = Connection::Offline { retry_at: None };
        assert_eq!(desk.session.connection(), making);
    }
    desk.put(Input::ConnectFailed {
        generation: 200,
        code: Some(ErrorCode::Unavailable),
        retry_ms: Some(120_000),
    });
    let asked = Connection::Offline {
        retry_at: Some(desk.now.wall + 120_000),
    };
    assert_eq!(desk.session.connection(), asked, "the centre's retry_ms");
    assert!(connects(&desk.put(Input::ReconnectNow)));
}

#[test]
fn stream_12_a_planned_restart_names_the_window() {
    let mut desk = Desk::live(5);
    let after_ms = [5_000, 30_000];
    assert!(drops(&desk.frame(1, ServerFrame::Reconnect { after_ms })));
    let wait = desk.session.deadline().unwrap() - desk.now.mono;
    assert!((5_000..=30_000).contains(&wait), "{wait}");
}

#[test]
fn whatever_numbers_a_centre_says_a_desktop_comes_back_within_the_hour() {
    let hour = 3_600_000;
    for ms in [u64::MAX, u64::MAX - 1, i64::MAX as u64, 1 << 42] {
        let mut desk = Desk::at(5);
        desk.put(Input::Tick);
        desk.put(Input::ConnectFailed {
            generation: 1,
            code: Some(ErrorCode::Unavailable),
            retry_ms: Some(ms),
        });
        let due = desk.session.deadline().unwrap() - desk.now.mono;
        assert_eq!(due, hour, "asked for {ms}");

        let mut desk = Desk::live(5);
        let after_ms = [ms, ms];
        assert!(drops(&desk.frame(1, ServerFrame::Reconnect { after_ms })));
        let due = desk.session.deadline().unwrap() - desk.now.mono;
        assert_eq!(due, hour, "asked for {ms}");

        let mut desk = Desk::live(5);
        desk.put(Input::Marked(read_mark(1)));
        desk.frame(
            1,
            ServerFrame::Error {
                id: Some(1),
                code: ErrorCode::RateLimited,
                temporary: true,
                retry_ms: Some(ms),
            },
        );
        assert!(desk.session.deadline().unwrap() - desk.now.mono <= hour);

        let mut desk = Desk::at(5);
        desk.put(Input::Tick);
        desk.put(Input::Opened { generation: 1 });
        desk.frame(
            1,
            ServerFrame::Hello {
                connection: ConnectionId(ulid::Ulid(1)),
                ping_ms: ms,
                grace_ms: ms,
                max_frame: 65_536,
            },
        );
        assert!(drops(&desk.later(hour)), "silence is noticed");
    }
}

#[test]
fn pages_that_do_not_go_on_end_the_link() {
    let mut desk = Desk::new(Kept::default());
    desk.put(Input::Tick);
    desk.put(Input::Opened { generation: 1 });
    desk.frame(1, hello());
    desk.frame(1, ready(ResumeMode::Snapshot, 7));
    let got = |next| Input::Page {
        generation: 1,
        page: Box::new(dealbell_protocol::rest::FeedPage {
            items: Vec::new(),
            next: Some(next),
            as_of: cursor(7),
            unread: Unread::default(),
        }),
    };
    assert!(!drops(&desk.put(got(5))));
    assert!(!drops(&desk.put(got(4))));
    assert!(drops(&desk.put(got(4))), "the same page for ever");
}

#[test]
fn rule_c12_a_notification_is_kept_no_longer_than_a_centre_may_say_it() {
    let mut desk = Desk::live(5);
    let endless = "я".repeat(9_000);
    let notification = Notification {
        id: NotificationId(ulid::Ulid(6)),
        provider: ProviderId::new("site"),
        kind: Kind::Message,
        priority: Priority::Normal,
        subject: Some(endless.clone()),
        title: endless.clone() + "\u{202e}",
        text: endless.clone(),
        context: None,
        author: Some(endless.clone()),
        link: Some(format!("https://firm.example/{}", "a".repeat(9_000))),
        at: 1,
        created_at: 1,
        created_seq: 6,
        read_at: None,
        silent: false,
    };
    let out = desk.frame(
        1,
        ServerFrame::Event(Event {
            seq: 6,
            prev: 5,
            at: 1,
            change: Change::Created(Box::new(notification)),
            unread: Unread { count: 1, at: 6 },
        }),
    );
    let [Output::Write(Write::Entry { event, .. }), ..] = &out[..] else {
        panic!("{out:?}");
    };
    let Change::Created(kept) = &event.change else {
        panic!("{event:?}");
    };
    let long = |text: &str| text.chars().count();
    assert_eq!((long(&kept.title), long(&kept.text)), (200, 4_000));
    assert_eq!(kept.author.as_deref().map(long), Some(200));
    assert_eq!((&kept.subject, &kept.link), (&None, &None));
}

#[test]
fn the_range_of_a_close_code_is_the_verdict() {
    for (code, want) in [
        (Some(1001), None),
        (Some(1006), None),
        (None, None),
        (Some(1011), None),
        (Some(4000), None),
        (Some(4001), None),
        (Some(4003), None),
        (Some(4499), None),
        (Some(4500), Some(SignedOutReason::TokenInvalid)),
        (Some(4501), Some(SignedOutReason::Protocol)),
        (Some(4503), Some(SignedOutReason::AccountOff)),
        (Some(4504), Some(SignedOutReason::DeviceRevoked)),
        (Some(4505), Some(SignedOutReason::TooManyDevices)),
        (Some(4506), Some(SignedOutReason::UpgradeRequired)),
        (Some(4999), Some(SignedOutReason::Protocol)),
    ] {
        let mut desk = Desk::live(5);
        desk.put(Input::Closed {
            generation: 1,
            code,
        });
        match want {
            Some(reason) => {
                assert_eq!(desk.session.connection(), Connection::SignedOut { reason });
                assert_eq!(desk.session.deadline(), None, "no try without the user");
                assert!(!connects(&desk.put(Input::Wake)));
                assert!(connects(&desk.put(Input::ReconnectNow)));
            }
            None => assert!(desk.session.deadline().is_some(), "{code:?}"),
        }
    }
}

#[test]
fn a_refused_upgrade_signs_out_only_for_the_token_and_by_the_centres_own_word() {
    for (code, signs_out) in [
        (Some(ErrorCode::TokenInvalid), true),
        (Some(ErrorCode::TokenRevoked), true),
        (Some(ErrorCode::Forbidden), true),
        (Some(ErrorCode::ForeignOrigin), false),
        (Some(ErrorCode::Protocol), false),
        (Some(ErrorCode::RateLimited), false),
        (Some(ErrorCode::Unavailable), false),
        (None, false),
    ] {
        let mut desk = Desk::at(5);
        desk.put(Input::Tick);
        desk.put(Input::ConnectFailed {
            generation: 1,
            code,
            retry_ms: None,
        });
        let reason = SignedOutReason::TokenInvalid;
        let signed_out = desk.session.connection() == Connection::SignedOut { reason };
        assert_eq!(signed_out, signs_out, "{code:?}");
        assert_eq!(desk.session.deadline().is_some(), !signs_out, "{code:?}");
    }
}

#[test]
fn garbage_and_frames_out_of_order_end_the_link_and_lose_nothing() {
    let mut desk = Desk::live(5);
    assert!(drops(&desk.put(Input::Garbage { generation: 1 })));
    let mut desk = Desk::at(5);
    desk.put(Input::Tick);
    desk.put(Input::Opened { generation: 1 });
    assert!(drops(&desk.frame(1, event(6, 5))), "an entry before ready");
}

#[test]
fn acknowledgements_are_cumulative_and_at_most_one_a_second() {
    let mut desk = Desk::live(5);
    let acks = |out: &[Output]| -> Vec<u64> {
        sent(out)
            .iter()
            .filter_map(|frame| match frame {
                ClientFrame::Ack { seq } => Some(*seq),
                _ => None,
            })
            .collect()
    };
    assert_eq!(acks(&desk.frame(1, event(6, 5))), [6]);
    assert_eq!(acks(&desk.frame(1, event(7, 6))), [0; 0]);
    assert_eq!(acks(&desk.frame(1, event(8, 7))), [0; 0]);
    assert_eq!(desk.session.deadline(), Some(desk.now.mono + 1_000));
    assert_eq!(acks(&desk.later(1_000)), [8]);
    assert_eq!(
        desk.session.deadline(),
        Some(desk.now.mono - 1_000 + SILENCE),
        "idle again"
    );
}

#[test]
fn the_links_history_tells_starts_losses_wake_ups_and_refusals() {
    let mut desk = Desk::live(5);
    desk.put(Input::Wake);
    desk.put(Input::NetworkChanged);
    let generation = 3;
    let code = Some(CloseCode::Internal.number());
    desk.put(Input::Closed { generation, code });
    desk.retry();
    let generation = 4;
    let code = Some(CloseCode::DeviceRevoked.number());
    desk.put(Input::Closed { generation, code });
    let [
        LinkEvent::Started,
        LinkEvent::Online,
        LinkEvent::Woke,
        LinkEvent::NetworkChanged,
        LinkEvent::Lost {
            code: Some(4000),
            retry_ms,
        },
        LinkEvent::Refused { code: 4504 },
    ] = desk.links.as_slice()
    else {
        panic!("{:?}", desk.links);
    };
    assert!(*retry_ms > 0);
}

#[test]
fn what_is_missing_here_is_read_anew_and_no_mark_is_lost() {
    let mut desk = Desk::live(5);
    let ids = vec![NotificationId(ulid::Ulid(1))];
    let mark = Mark::Read { ids };
    desk.put(Input::Incomplete);
    desk.put(Input::Marked(OutboxMark { id: 1, mark }));
    desk.retry();
    desk.put(Input::Opened { generation: 2 });
    let out = desk.frame(2, hello());
    let from_nothing = |output: &Output| {
        let Output::Send { frame, .. } = output else {
            return false;
        };
        matches!(frame, ClientFrame::Start { cursor: None, .. })
    };
    assert!(out.iter().any(from_nothing), "{out:?}");
    desk.frame(2, ready(ResumeMode::Resumed, 5));
    let out = desk.frame(2, ServerFrame::Live { seq: 0 });
    let read = |output: &Output| {
        let Output::Send { frame, .. } = output else {
            return false;
        };
        matches!(frame, ClientFrame::Read { id: 1, .. })
    };
    assert!(out.iter().any(read), "{out:?}");
}
