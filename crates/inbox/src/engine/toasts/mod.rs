//! Toasts by rule, against an engine on a line that a test speaks for.
//!
//! | module | subject |
//! |---|---|
//! | `ringing` | what rings, what is renewed and withdrawn |
//! | `missed` | what came while nobody was connected or running |
//! | `crowds` | too many at once |
//! | `groups` | one toast for a conversation or a card |
//! | `quiet` | do-not-disturb and quiet hours |
//! | `snooze` | what was put off |
//! | `content` | how much a toast says, and how it sounds |

mod content;
mod crowds;
mod groups;
mod missed;
mod quiet;
mod ringing;
mod snooze;

use super::{Effect, Engine, Setup};
use crate::Now;
use crate::session::Input;
use crate::toast::{Manners, Suppression, ToastAct, ToastKey, ToastOutcome, ToastView};
use dealbell_protocol::stream::{
    Change, ClientInfo, Event, GRACE_MS, PING_MS, ResumeMode, ServerFrame,
};
use dealbell_protocol::window::Language;
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
        let mut line = Self::started().await;
        line.connect(ResumeMode::Snapshot).await;
        let page = dealbell_protocol::rest::FeedPage {
            items: Vec::new(),
            next: None,
            as_of: cursor(0),
            unread: Unread::default(),
        };
        let page = Box::new(page);
        line.put(Input::Page {
            generation: 1,
            page,
        })
        .await;
        line
    }

    async fn started() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let setup = Setup {
            path: folder.path().join("a.db"),
            owner: "a".to_owned(),
            client: ClientInfo {
                version: "1".to_owned(),
                platform: "linux".to_owned(),
                device: String::new(),
            },
            language: Language::Ru,
            manners: Manners::default(),
            seed: 1,
            keep_days: 0,
        };
        Self {
            engine: Engine::open(setup).await.unwrap(),
            now: Now {
                mono: 1,
                wall: 100 * MINUTE,
            },
            seq: 0,
            unread: 0,
            _folder: folder,
        }
    }

    /// Up to the answer to `start`; what comes next is the backlog.
    async fn connect(&mut self, mode: ResumeMode) {
        let generation = 1;
        self.put(Input::Tick).await;
        self.put(Input::Opened { generation }).await;
        self.say(ServerFrame::Hello {
            connection: ConnectionId(ulid::Ulid(1)),
            ping_ms: PING_MS,
            grace_ms: GRACE_MS,
            max_frame: 65_536,
        })
        .await;
        self.say(ServerFrame::Ready {
            id: 0,
            mode,
            cursor: cursor(self.seq),
            unread: Unread {
                count: self.unread,
                at: self.seq,
            },
        })
        .await;
        let channels = match self.engine.channels.clone() {
            Some(channels) => channels,
            None => channels(true, true),
        };
        self.put(Input::Channels {
            generation,
            channels,
        })
        .await;
    }

    /// The process ends and starts again, with the manners it had; nothing is connected.
    async fn restart(&mut self) {
        let setup = Setup {
            manners: self.engine.manners.clone(),
            ..self.engine.setup.clone()
        };
        self.engine = Engine::open(setup).await.unwrap();
        self.now.mono = 1;
    }

    /// Starts again and is back on the line: what is shown then.
    async fn come_back(&mut self) -> Vec<ToastAct> {
        self.restart().await;
        self.connect(ResumeMode::Resumed).await;
        self.catch_up().await
    }

    async fn live() -> Self {
        let mut line = Self::behind().await;
        assert_eq!(line.catch_up().await, []);
        line
    }

    async fn catch_up(&mut self) -> Vec<ToastAct> {
        self.say(ServerFrame::Live { seq: self.seq }).await
    }

    async fn manners(&mut self, change: impl FnOnce(&mut Manners)) -> Vec<ToastAct> {
        let mut manners = self.engine.manners.clone();
        change(&mut manners);
        acts(self.engine.set_manners(manners, self.now).await)
    }

    async fn snooze(&mut self, seq: u64, until: i64) -> Vec<ToastAct> {
        let (done, effects) = self.engine.snooze(id(seq), until, self.now).await.unwrap();
        assert!(done, "there is such an unread notification");
        acts(effects)
    }

    /// Time passes on a living line, and what is due meanwhile happens.
    async fn pass(&mut self, ms: u64) -> Vec<ToastAct> {
        let end = self.now.mono + ms;
        let mut acts = Vec::new();
        while self.now.mono < end {
            let next = self.engine.ringing_deadline().unwrap_or(end);
            let ping = self.now.mono + PING_MS - 1;
            self.later(next.min(ping).min(end).saturating_sub(self.now.mono));
            acts.extend(self.say(ServerFrame::Ping { seq: self.seq }).await);
        }
        acts
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

    /// The system has shown them.
    async fn shown(&mut self, acts: &[ToastAct]) {
        for act in acts {
            if let ToastAct::Show {
                attempt: Some(attempt),
                ..
            } = act
            {
                self.engine
                    .toast_outcome(*attempt, ToastOutcome::Shown)
                    .await;
            }
        }
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
        icon: None,
    };
    let channels = ChannelSet {
        desktop,
        ..ChannelSet::default()
    };
    ChannelSettings {
        email: Default::default(),
        push: dealbell_protocol::PushSettings::default(),
        kinds: Vec::new(),
        quiet: Default::default(),
        revision: 1,
        receive,
        providers: vec![ProviderChannels { provider, channels }],
        deliverable: Vec::new(),
    }
}

fn by(by: Suppression) -> Option<ToastOutcome> {
    Some(ToastOutcome::Suppressed { by })
}

fn withdraw(seq: u64) -> ToastAct {
    ToastAct::Withdraw {
        key: ToastKey::Notification(id(seq)),
    }
}

/// The only act: a toast.
fn one(acts: Vec<ToastAct>) -> ToastView {
    let [ToastAct::Show { view, .. }] = &acts[..] else {
        panic!("{acts:?}");
    };
    view.clone()
}

fn titles(acts: &[ToastAct]) -> Vec<&str> {
    acts.iter()
        .map(|act| match act {
            ToastAct::Show { view, .. } => view.title.as_str(),
            ToastAct::Withdraw { .. } => "withdrawn",
        })
        .collect()
}
