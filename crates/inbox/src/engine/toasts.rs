//! Toasts by rule: what rings, what waits, what is summed up, what is withdrawn.

use super::{Effect, Engine, Setup};
use crate::Now;
use crate::session::{Input, Mark};
use crate::toast::{Suppression, ToastAct, ToastKey, ToastOutcome};
use dealbell_protocol::stream::{
    Change, ClientInfo, Event, GRACE_MS, PING_MS, Popup, ResumeMode, ServerFrame,
};
use dealbell_protocol::window::{Connection, Language};
use dealbell_protocol::{
    ChannelSet, ChannelSettings, ConnectionId, Cursor, Kind, Notification, NotificationId,
    Priority, Provider, ProviderChannels, ProviderId, Unread,
};

const MINUTE: i64 = 60_000;

/// An engine on a line that a test speaks for.
struct Line {
    engine: Engine,
    now: Now,
    seq: u64,
    unread: u64,
    _folder: tempfile::TempDir,
}

impl Line {
    /// Connected with an empty state; the backlog is still to come.
    async fn behind() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let setup = Setup {
            path: folder.path().join("a.db"),
            owner: "a".to_owned(),
            client: ClientInfo {
                version: "1".to_owned(),
                platform: "linux".to_owned(),
            },
            language: Language::Ru,
            manners: Default::default(),
            seed: 1,
        };
        let mut line = Self {
            engine: Engine::open(setup).await.unwrap(),
            now: Now {
                mono: 1,
                wall: 100 * MINUTE,
            },
            seq: 0,
            unread: 0,
            _folder: folder,
        };
        let generation = 1;
        line.put(Input::Tick).await;
        line.put(Input::Opened { generation }).await;
        line.say(ServerFrame::Hello {
            connection: ConnectionId(ulid::Ulid(1)),
            ping_ms: PING_MS,
            grace_ms: GRACE_MS,
            max_frame: 65_536,
        })
        .await;
        line.say(ServerFrame::Ready {
            id: 0,
            mode: ResumeMode::Snapshot,
            cursor: cursor(0),
            unread: Unread::default(),
        })
        .await;
        let channels = channels(true, true);
        line.put(Input::Channels {
            generation,
            channels,
        })
        .await;
        let page = dealbell_protocol::rest::FeedPage {
            items: Vec::new(),
            next: None,
            as_of: cursor(0),
            unread: Unread::default(),
        };
        let page = Box::new(page);
        line.put(Input::Page { generation, page }).await;
        line
    }

    async fn live() -> Self {
        let mut line = Self::behind().await;
        assert_eq!(line.catch_up().await, []);
        line
    }

    async fn catch_up(&mut self) -> Vec<ToastAct> {
        self.say(ServerFrame::Live { seq: self.seq }).await
    }

    async fn put(&mut self, input: Input) -> Vec<ToastAct> {
        acts(self.engine.handle(input, self.now).await)
    }

    async fn say(&mut self, frame: ServerFrame) -> Vec<ToastAct> {
        let frame = Box::new(frame);
        self.put(Input::Frame {
            generation: 1,
            frame,
        })
        .await
    }

    async fn change(&mut self, change: Change) -> Vec<ToastAct> {
        self.seq += 1;
        let unread = Unread {
            count: self.unread,
            at: self.seq,
        };
        self.say(ServerFrame::Event(Event {
            seq: self.seq,
            prev: self.seq - 1,
            at: self.now.wall,
            change,
            unread,
        }))
        .await
    }

    async fn create(&mut self, change: impl FnOnce(&mut Notification)) -> Vec<ToastAct> {
        let mut row = self.next_row();
        change(&mut row);
        self.unread += u64::from(row.is_unread());
        self.change(Change::Created(Box::new(row))).await
    }

    fn next_row(&self) -> Notification {
        let seq = self.seq + 1;
        Notification {
            author: None,
            id: id(seq),
            provider: ProviderId::new("tasks"),
            kind: Kind::TaskNew,
            priority: Priority::Normal,
            subject: None,
            title: format!("Задача {seq}"),
            text: "Позвонить".to_owned(),
            context: None,
            link: Some("https://demo.amocrm.ru/leads/detail/1".to_owned()),
            at: 0,
            created_at: self.now.wall,
            created_seq: seq,
            read_at: None,
            silent: false,
        }
    }

    fn later(&mut self, ms: u64) {
        self.now.mono += ms;
        self.now.wall += ms as i64;
    }

    async fn outcome(&mut self, seq: u64) -> Option<ToastOutcome> {
        let attempts = self.engine.store().unwrap().attempts(100).await.unwrap();
        let of = attempts.iter().find(|a| a.notification == Some(id(seq)));
        of.expect("a decision").outcome
    }
}

fn acts(effects: Vec<Effect>) -> Vec<ToastAct> {
    effects
        .into_iter()
        .filter_map(|effect| match effect {
            Effect::Toast(act) => Some(act),
            _ => None,
        })
        .collect()
}

fn id(seq: u64) -> NotificationId {
    NotificationId(ulid::Ulid(u128::from(seq)))
}

fn cursor(seq: u64) -> Cursor {
    Cursor {
        epoch: "e1".to_owned(),
        seq,
    }
}

fn channels(receive: bool, desktop: bool) -> ChannelSettings {
    let provider = Provider {
        id: ProviderId::new("tasks"),
        name: String::new(),
    };
    let channels = ChannelSet {
        desktop,
        ..ChannelSet::default()
    };
    ChannelSettings {
        quiet: Default::default(),
        revision: 1,
        receive,
        providers: vec![ProviderChannels { provider, channels }],
        deliverable: Vec::new(),
    }
}

fn titles(acts: &[ToastAct]) -> Vec<&str> {
    acts.iter()
        .map(|act| match act {
            ToastAct::Show { view, .. } => view.title.as_str(),
            ToastAct::Withdraw { .. } => "withdrawn",
        })
        .collect()
}

#[tokio::test]
async fn a_live_one_rings_at_once_with_its_link() {
    let mut line = Line::live().await;
    let acts = line.create(|_| {}).await;
    let [ToastAct::Show { attempt, view }] = &acts[..] else {
        panic!("{acts:?}");
    };
    assert!(attempt.is_some());
    assert_eq!(view.key, ToastKey::Notification(id(1)));
    assert_eq!(
        (view.title.as_str(), view.body.as_str()),
        ("Задача 1", "Позвонить")
    );
    assert!(view.link.is_some() && !view.quiet);
    let acts = line
        .create(|row| row.link = Some("file:///etc/passwd".to_owned()))
        .await;
    assert!(matches!(&acts[..], [ToastAct::Show { view, .. }] if view.link.is_none()));
}

#[tokio::test]
async fn what_must_not_ring_says_why() {
    let mut line = Line::live().await;
    assert_eq!(line.create(|row| row.silent = true).await, []);
    assert_eq!(line.create(|row| row.read_at = Some(1)).await, []);
    line.change(Change::Channels(Box::new(channels(true, false))))
        .await;
    assert_eq!(line.create(|_| {}).await, [], "RULES C3");
    line.change(Change::Channels(Box::new(channels(false, true))))
        .await;
    assert_eq!(line.create(|_| {}).await, [], "RULES C5");
    for (seq, by) in [
        (1, Suppression::Silent),
        (2, Suppression::AlreadyRead),
        (4, Suppression::Channel),
        (6, Suppression::MasterSwitch),
    ] {
        let outcome = Some(ToastOutcome::Suppressed { by });
        assert_eq!(line.outcome(seq).await, outcome, "{seq}");
    }
    assert_eq!(
        line.engine.state().unread,
        3,
        "Interface has them all (RULES C2)"
    );
}

#[tokio::test]
async fn a_few_recent_missed_ones_ring_alone_and_old_ones_in_a_summary() {
    let mut line = Line::behind().await;
    line.create(|row| row.created_at -= 11 * MINUTE).await;
    line.create(|row| row.created_at -= 9 * MINUTE).await;
    assert_eq!(
        line.create(|_| {}).await,
        [],
        "not before the backlog is over"
    );
    let acts = line.catch_up().await;
    assert_eq!(
        titles(&acts),
        ["Задача 2", "Задача 3", "Пока вас не было: 1 уведомление"]
    );
}

#[tokio::test]
async fn many_missed_ones_are_one_summary_without_those_read_meanwhile() {
    let mut line = Line::behind().await;
    for _ in 0..12 {
        line.create(|_| {}).await;
    }
    line.change(Change::Read { ids: vec![id(1)] }).await;
    line.change(Change::Removed { ids: vec![id(2)] }).await;
    let acts = line.catch_up().await;
    assert_eq!(titles(&acts), ["Пока вас не было: 10 уведомлений"]);
    let by = Suppression::AlreadyRead;
    assert_eq!(line.outcome(1).await, Some(ToastOutcome::Suppressed { by }));
    let by = Suppression::Withdrawn;
    assert_eq!(line.outcome(2).await, Some(ToastOutcome::Suppressed { by }));
    assert_eq!(
        line.outcome(3).await,
        None,
        "until the summary is confirmed"
    );
}

#[tokio::test]
async fn more_than_five_in_three_seconds_become_a_summary() {
    let mut line = Line::live().await;
    for seq in 1..=5 {
        assert_eq!(
            titles(&line.create(|_| {}).await),
            [format!("Задача {seq}")]
        );
    }
    for _ in 0..7 {
        assert_eq!(line.create(|_| {}).await, []);
    }
    line.later(2_999);
    assert_eq!(line.put(Input::Tick).await, []);
    assert_eq!(line.engine.deadline(), Some(line.now.mono + 1));
    line.later(1);
    assert_eq!(titles(&line.put(Input::Tick).await), ["Ещё 7 уведомлений"]);
    assert_eq!(
        titles(&line.create(|_| {}).await),
        ["Задача 13"],
        "calm again"
    );
}

#[tokio::test]
async fn an_update_renews_the_toast_on_the_screen_and_rings_no_second_time() {
    let mut line = Line::live().await;
    let mut row = line.next_row();
    line.create(|_| {}).await;
    row.kind = Kind::TaskOverdue;
    row.title = "Просрочено".to_owned();
    let acts = line.change(Change::Updated(Box::new(row.clone()))).await;
    let [ToastAct::Show { view, .. }] = &acts[..] else {
        panic!("{acts:?}");
    };
    assert_eq!(
        (view.key, view.quiet),
        (ToastKey::Notification(id(1)), true)
    );
    line.engine.toast_closed(ToastKey::Notification(id(1)));
    assert_eq!(
        line.change(Change::Updated(Box::new(row))).await,
        [],
        "RULES T3"
    );
}

#[tokio::test]
async fn toasts_that_went_with_their_screen_are_neither_renewed_nor_withdrawn() {
    let mut line = Line::live().await;
    let row = line.next_row();
    line.create(|_| {}).await;
    line.engine.screen_gone();
    assert_eq!(line.change(Change::Updated(Box::new(row))).await, []);
    assert_eq!(line.change(Change::Read { ids: vec![id(1)] }).await, []);
    assert_eq!(
        titles(&line.create(|_| {}).await),
        ["Задача 4"],
        "a new screen"
    );
}

#[tokio::test]
async fn read_here_or_elsewhere_removed_or_all_read_withdraws() {
    let mut line = Line::live().await;
    for _ in 0..4 {
        line.create(|_| {}).await;
    }
    let withdraw = |seq| ToastAct::Withdraw {
        key: ToastKey::Notification(id(seq)),
    };
    assert_eq!(
        line.change(Change::Read { ids: vec![id(1)] }).await,
        [withdraw(1)]
    );
    assert_eq!(
        line.change(Change::Removed { ids: vec![id(2)] }).await,
        [withdraw(2)]
    );
    let mark = Mark::Read { ids: vec![id(3)] };
    let effects = line.engine.mark(mark, line.now).await.unwrap();
    assert_eq!(acts(effects), [withdraw(3)]);
    assert_eq!(line.change(Change::ReadAll { upto: 3 }).await, []);
    assert_eq!(
        line.change(Change::ReadAll { upto: 4 }).await,
        [withdraw(4)]
    );
}

#[tokio::test]
async fn stream_4_what_a_crash_left_open_is_one_summary_even_without_a_centre() {
    let mut line = Line::live().await;
    for _ in 0..3 {
        line.create(|_| {}).await;
    }
    let setup = line.engine.setup.clone();
    drop(line.engine);
    let mut engine = Engine::open(setup).await.unwrap();
    engine.handle(Input::Tick, line.now).await;
    let failed = Input::ConnectFailed {
        generation: 1,
        code: None,
        retry_ms: None,
    };
    let shown = acts(engine.handle(failed, line.now).await);
    assert_eq!(titles(&shown), ["Возможно, вы не увидели: 3 уведомления"]);
}

#[tokio::test]
async fn a_popup_is_shown_and_kept_nowhere_unless_the_master_switch_is_off() {
    let mut line = Line::live().await;
    let data = Popup {
        provider: ProviderId::new("telephony"),
        title: "Входящий звонок".to_owned(),
        text: String::new(),
        link: None,
        at: 0,
        test: false,
    };
    let popup = ServerFrame::Popup { data };
    let acts = line.say(popup.clone()).await;
    assert!(matches!(&acts[..], [ToastAct::Show { attempt: None, .. }]));
    assert_eq!(line.engine.state().unread, 0);
    line.change(Change::Channels(Box::new(channels(false, true))))
        .await;
    assert_eq!(line.say(popup).await, [], "RULES C10");
}

#[tokio::test]
async fn a_store_damaged_at_work_is_begun_anew_from_the_centre() {
    let mut line = Line::live().await;
    line.create(|_| {}).await;
    let store = line.engine.store().unwrap();
    store.run_for_test("DROP TABLE notifications").await;
    assert_eq!(line.create(|_| {}).await, []);
    let state = line.engine.state();
    assert!(state.rebuilt.as_ref().is_some_and(|rebuilt| !rebuilt.newer));
    let Connection::Offline { .. } = state.connection else {
        panic!("{state:?}");
    };
    let kept = line.engine.store().unwrap().kept().await.unwrap();
    assert_eq!(kept.cursor, None, "so that the centre sends everything");
}

#[tokio::test]
async fn stream_3_what_the_disk_refuses_neither_rings_nor_moves_the_cursor() {
    let mut line = Line::live().await;
    line.create(|_| {}).await;
    let store = line.engine.store().unwrap();
    store.run_for_test("PRAGMA query_only = ON").await;
    assert_eq!(line.create(|_| {}).await, []);
    let state = line.engine.state();
    assert!(state.store_failed && state.rebuilt.is_none(), "{state:?}");
    assert_eq!(state.unread, 1, "what is here stays");
    let kept = line.engine.store().unwrap().kept().await.unwrap();
    assert_eq!(kept.cursor, Some(cursor(1)), "it comes again");
}
