//! A centre in memory that takes batches whole or not at all, and a connector that works for it.

use async_trait::async_trait;
use dealbell_amocrm::{
    Clock, Connector, ConnectorStatus, CrmAddress, Ended, Heard, Hint, HookSink, Recipients,
    Settings, Time, Token,
};
use dealbell_protocol::act::Actor;
use dealbell_protocol::ingest::{Act, Again, Batch, Ingest, IngestError, Notice, Recipient};
use dealbell_protocol::{Kind, UserId};
use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, Once};
use std::time::Duration;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use ulid::Ulid;

/// Longer than anything here takes; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// The centre.
pub(crate) struct Desk {
    state: Mutex<State>,
    /// Grows with every batch.
    version: watch::Sender<u64>,
}

#[derive(Default)]
struct State {
    recipients: Vec<Recipient>,
    rows: Vec<Row>,
    /// By source and key.
    memory: BTreeMap<(String, String), String>,
    told: Vec<String>,
    rings: usize,
    commits: Vec<usize>,
    refusals: u32,
}

/// A notification as it stands in the list.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    pub(crate) notice: Notice,
    /// Whether its insert may have rung.
    pub(crate) rang: bool,
    pub(crate) read: bool,
}

impl Row {
    pub(crate) fn brief(&self) -> String {
        let rang = if self.rang { ", rang" } else { "" };
        format!("{}{rang}: {}", self.notice.kind.name(), self.notice.title)
    }
}

impl Desk {
    pub(crate) fn new(recipients: &[(UserId, &str)]) -> Arc<Self> {
        let recipients = recipients
            .iter()
            .map(|&(id, email)| Recipient {
                id,
                email: email.to_owned(),
                language: "ru".to_owned(),
                connected: true,
            })
            .collect();
        Arc::new(Self {
            state: Mutex::new(State {
                recipients,
                ..State::default()
            }),
            version: watch::Sender::new(0),
        })
    }

    pub(crate) fn rows(&self) -> Vec<Row> {
        self.state.lock().unwrap().rows.clone()
    }

    pub(crate) fn briefs(&self) -> Vec<String> {
        self.rows().iter().map(Row::brief).collect()
    }

    /// How often something rang.
    pub(crate) fn rings(&self) -> usize {
        self.state.lock().unwrap().rings
    }

    /// How many entries of memory each commit had.
    pub(crate) fn commits(&self) -> Vec<usize> {
        self.state.lock().unwrap().commits.clone()
    }

    pub(crate) fn read_all(&self) {
        let mut state = self.state.lock().unwrap();
        state.rows.iter_mut().for_each(|row| row.read = true);
    }

    /// Everything that was ever told, repetitions included.
    pub(crate) fn told(&self) -> Vec<String> {
        let mut told = self.state.lock().unwrap().told.clone();
        told.sort();
        told
    }

    pub(crate) fn memory_keys(&self) -> Vec<String> {
        let state = self.state.lock().unwrap();
        let keys = state
            .memory
            .keys()
            .filter(|(source, _)| *source == account());
        keys.map(|(_, key)| key.clone()).collect()
    }

    /// The next `times` commits fail, as with a full disk.
    pub(crate) fn refuse(&self, times: u32) {
        self.state.lock().unwrap().refusals = times;
    }

    pub(crate) fn refusals_left(&self) -> u32 {
        self.state.lock().unwrap().refusals
    }

    pub(crate) fn join(&self, id: UserId, email: &str) {
        self.state.lock().unwrap().recipients.push(Recipient {
            id,
            email: email.to_owned(),
            language: "ru".to_owned(),
            connected: false,
        });
    }

    pub(crate) fn spoil(&self, key: &str) {
        let mut state = self.state.lock().unwrap();
        let key = (account(), key.to_owned());
        let value = state.memory.get_mut(&key).expect("the key is there");
        value.truncate(value.len() / 2);
    }

    /// Waits until the list is as wished.
    pub(crate) async fn until(&self, what: &str, wished: impl Fn(&[Row]) -> bool) {
        let mut version = self.version.subscribe();
        let waiting = async {
            while !wished(&self.rows()) {
                version.changed().await.unwrap();
            }
        };
        if tokio::time::timeout(PATIENCE, waiting).await.is_err() {
            panic!("never came: {what}; the list: {:#?}", self.briefs());
        }
    }
}

#[async_trait]
impl Ingest for Desk {
    async fn recipients(&self) -> Result<Vec<Recipient>, IngestError> {
        Ok(self.state.lock().unwrap().recipients.clone())
    }

    async fn memory(&self, source: &str) -> Result<Vec<(String, String)>, IngestError> {
        let state = self.state.lock().unwrap();
        let own = state.memory.iter().filter(|((of, _), _)| of == source);
        Ok(own
            .map(|((_, key), value)| (key.clone(), value.clone()))
            .collect())
    }

    async fn commit(&self, batch: Batch) -> Result<(), IngestError> {
        let mut state = self.state.lock().unwrap();
        if state.refusals > 0 {
            state.refusals -= 1;
            return Err(IngestError::Storage("the disk is full".to_owned()));
        }
        state.commits.push(batch.memory.len());
        for act in batch.acts {
            match act {
                Act::Notify(notice) => state.notify(*notice),
                Act::Withdraw {
                    user,
                    provider,
                    subject,
                    kinds,
                } => state.rows.retain(|Row { notice, .. }| {
                    let his = user.is_none_or(|user| user == notice.user);
                    let about = notice.subject.as_ref() == Some(&subject);
                    let kind = kinds.is_empty() || kinds.contains(&notice.kind);
                    !(his && about && kind && notice.provider == provider)
                }),
            }
        }
        for (key, value) in batch.memory {
            let key = (batch.source.clone(), key);
            match value {
                Some(value) => drop(state.memory.insert(key, value)),
                None => drop(state.memory.remove(&key)),
            }
        }
        drop(state);
        self.version.send_modify(|version| *version += 1);
        Ok(())
    }
}

impl State {
    fn notify(&mut self, notice: Notice) {
        self.told
            .push(format!("{}: {}", notice.kind.name(), notice.title));
        let same = |row: &&mut Row| {
            notice.dedup_key.is_some()
                && row.notice.dedup_key == notice.dedup_key
                && row.notice.user == notice.user
        };
        let newest = self.rows.iter_mut().rev().find(same);
        match newest.filter(|row| notice.again == Again::Any || !row.read) {
            Some(row) => row.notice = notice,
            None => {
                self.rings += usize::from(!notice.silent);
                self.rows.push(Row {
                    rang: !notice.silent,
                    read: false,
                    notice,
                });
            }
        }
    }
}

/// A clock that a test can put forward. It begins at the next noon in Moscow, so that nothing
/// within the day is 23:59 by chance, which would make it an all-day task (RULES T5).
#[derive(Clone)]
pub(crate) struct Watch(Arc<AtomicI64>);

impl Watch {
    pub(crate) fn at_noon() -> Self {
        let noon = 9 * 3_600;
        let until = (noon - jiff::Timestamp::now().as_second()).rem_euclid(86_400);
        Self(Arc::new(AtomicI64::new(until * 1_000)))
    }

    pub(crate) fn now(&self) -> i64 {
        let ahead = self.0.load(Ordering::SeqCst) / 1_000;
        jiff::Timestamp::now().as_second() + ahead
    }

    pub(crate) fn forward(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000, Ordering::SeqCst);
    }

    pub(crate) fn clock(&self) -> Clock {
        let ahead = Arc::clone(&self.0);
        Clock::new(Arc::new(Ahead(ahead, Instant::now())))
    }
}

/// Whatever is waited for passes so many times faster: the limit of requests, pauses, time-outs.
const HASTE: u32 = 10;

/// The system's time, so much later, for whoever is in a hurry.
struct Ahead(Arc<AtomicI64>, Instant);

impl Time for Ahead {
    fn now(&self) -> i64 {
        jiff::Timestamp::now().as_millisecond() + self.0.load(Ordering::SeqCst)
    }

    fn elapsed(&self) -> Duration {
        self.1.elapsed() * HASTE
    }

    fn sleep(&self, wait: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(wait / HASTE))
    }
}

/// A time that runs so many times faster than the system's, from ten o'clock in Moscow on.
pub(crate) struct Quick {
    began: Instant,
    times: u32,
}

impl Quick {
    pub(crate) fn new(times: u32) -> Arc<Self> {
        Arc::new(Self {
            began: Instant::now(),
            times,
        })
    }
}

impl Time for Quick {
    fn now(&self) -> i64 {
        let ten = 1_795_244_400_000;
        ten + i64::try_from(self.elapsed().as_millis()).unwrap()
    }

    fn elapsed(&self) -> Duration {
        self.began.elapsed() * self.times
    }

    fn sleep(&self, wait: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(wait / self.times))
    }
}

/// A connector at work.
pub(crate) struct Running {
    pub(crate) status: watch::Receiver<ConnectorStatus>,
    pub(crate) hint: Hint,
    pub(crate) heard: Heard,
    pub(crate) hooks: HookSink,
    pub(crate) actor: Arc<dyn Actor>,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Ended>,
}

impl Running {
    pub(crate) fn start(desk: &Arc<Desk>, settings: Settings, watch: &Watch) -> Self {
        let clock = watch.clock();
        Self::with_own_clock(desk, Settings { clock, ..settings })
    }

    pub(crate) fn with_own_clock(desk: &Arc<Desk>, settings: Settings) -> Self {
        crypto();
        let ingest: Arc<dyn Ingest> = Arc::clone(desk) as Arc<dyn Ingest>;
        let connector = Connector::new(ingest, settings);
        let (hooks, actor) = (connector.hooks(), connector.actor());
        let (stop, stopped) = oneshot::channel();
        Self {
            status: connector.status(),
            hint: connector.hint(),
            heard: connector.heard(),
            hooks,
            actor,
            stop,
            task: tokio::spawn(connector.run(async move { drop(stopped.await) })),
        }
    }

    /// Waits until a whole reading that began after now has been committed.
    pub(crate) async fn settle(&mut self) {
        for _ in 0..2 {
            self.status.mark_unchanged();
            self.hint.now();
            self.reached(|status| matches!(status, ConnectorStatus::Ok { .. }), true)
                .await;
        }
    }

    /// Waits until a reading has come by itself.
    pub(crate) async fn next_reading(&mut self) {
        self.status.mark_unchanged();
        self.reached(|status| matches!(status, ConnectorStatus::Ok { .. }), true)
            .await;
    }

    pub(crate) async fn until(&mut self, wished: impl Fn(&ConnectorStatus) -> bool) {
        self.reached(wished, false).await;
    }

    async fn reached(&mut self, wished: impl Fn(&ConnectorStatus) -> bool, anew: bool) {
        let status = &mut self.status;
        let waiting = async {
            if !anew && wished(&status.borrow()) {
                return;
            }
            loop {
                status.changed().await.expect("the connector has ended");
                if wished(&status.borrow()) {
                    return;
                }
            }
        };
        if tokio::time::timeout(PATIENCE, waiting).await.is_err() {
            panic!("still {:?}", *self.status.borrow());
        }
    }

    /// As a crash does: in the middle of whatever it does.
    pub(crate) async fn kill(self) {
        self.task.abort();
        drop(self.task.await);
    }

    pub(crate) async fn stop(self) -> Ended {
        let Self { task, stop, .. } = self;
        drop(stop);
        let ended = tokio::time::timeout(PATIENCE, task).await;
        ended.expect("it goes on").expect("it panicked")
    }

    pub(crate) async fn ended(self) -> Ended {
        let Self { task, stop, .. } = self;
        let ended = tokio::time::timeout(PATIENCE, task).await;
        drop(stop);
        ended.expect("it goes on").expect("it panicked")
    }
}

/// The account's own memory.
fn account() -> String {
    format!("amocrm:{}", dealbell_sandbox::ACCOUNT_ID)
}

pub(crate) fn user(n: u128) -> UserId {
    UserId(Ulid(n))
}

/// Quick readings, and look-ups by id hardly ever: what tests want of them they ask for.
pub(crate) fn settings(url: &str, token: &str, recipients: Recipients) -> Settings {
    Settings {
        poll_interval: Some(Duration::from_secs(1)),
        reconcile_every: u32::MAX,
        ..Settings::new(
            CrmAddress::parse(url).unwrap(),
            Token::new(token),
            recipients,
        )
    }
}

pub(crate) fn of_task(rows: &[Row], id: u64) -> Vec<Kind> {
    let subject = format!("task:{id}");
    let about = |row: &&Row| row.notice.subject.as_deref() == Some(&subject);
    rows.iter()
        .filter(about)
        .map(|row| row.notice.kind)
        .collect()
}

/// rustls wants a provider, also for plain http.
pub(crate) fn crypto() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        rustls::crypto::ring::default_provider()
            .install_default()
            .expect("nobody else installs one");
    });
}
