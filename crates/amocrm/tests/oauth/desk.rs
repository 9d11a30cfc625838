//! What the tests stand on: an account, a disk that outlives processes, and processes that die.

use async_trait::async_trait;
use dealbell_amocrm::{
    Client, Clock, Credentials, CrmAddress, Grant, Integration, Network, OAuth, Time, Timeouts,
    Vault, VaultError, oauth,
};
use dealbell_protocol::Millis;
use dealbell_sandbox::{Config, Sandbox};
use std::pin::Pin;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, Once};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tokio::sync::{Notify, watch};

pub(crate) fn crypto() {
    static CRYPTO: Once = Once::new();
    CRYPTO.call_once(|| {
        rustls::crypto::ring::default_provider()
            .install_default()
            .expect("nobody else installs one");
    });
}

pub(crate) async fn crm() -> Sandbox {
    crypto();
    let config = Config {
        rate_limit: None,
        ..Config::default()
    };
    Sandbox::start(config).await.unwrap()
}

pub(crate) fn address(url: &str) -> CrmAddress {
    CrmAddress::parse(url).unwrap()
}

/// Connects to the account at `url`, as a user does.
pub(crate) async fn connect(crm: &Sandbox, url: &str) -> OAuth {
    let known = crm.integrations()[0].clone();
    let user = crm.users()[0].id;
    let code = crm.issue_code(user, &known);
    let integration = Integration {
        id: known.id,
        secret: known.secret,
        redirect_uri: known.redirect_uri,
    };
    let exchanged = oauth::exchange(
        &address(url),
        integration,
        &code,
        &Clock::system(),
        &Network::default(),
    )
    .await;
    exchanged.unwrap()
}

/// The same pair, so old that it is to be renewed: `left` seconds of its day.
pub(crate) fn aged(oauth: &OAuth, left: i64) -> OAuth {
    let now = Clock::system().seconds();
    let mut aged = oauth.clone();
    aged.pair.issued_at = now + left - 86_400;
    aged.pair.expires_at = now + left;
    aged
}

/// What a vault does when it is to save.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Saving {
    Works,
    Fails,
    /// Never comes to writing.
    HangsBefore,
    /// Writes, and never says so.
    HangsAfter,
    /// Writes when it is let.
    WhenLet,
}

/// What outlives a process.
#[derive(Clone)]
pub(crate) struct Disk {
    kept: Arc<Mutex<(CrmAddress, String)>>,
    saving: Arc<Mutex<Saving>>,
    reached: Arc<Notify>,
    let_go: Arc<Notify>,
    saves: Arc<AtomicU32>,
}

impl Disk {
    pub(crate) fn with(address: CrmAddress, oauth: OAuth) -> Self {
        let text = Credentials::OAuth(oauth).to_text();
        Self {
            kept: Arc::new(Mutex::new((address, text))),
            saving: Arc::new(Mutex::new(Saving::Works)),
            reached: Arc::new(Notify::new()),
            let_go: Arc::new(Notify::new()),
            saves: Arc::new(AtomicU32::new(0)),
        }
    }

    pub(crate) fn saving(&self, saving: Saving) {
        *self.saving.lock().unwrap() = saving;
    }

    /// Until a vault is at its step.
    pub(crate) async fn reached(&self) {
        self.reached.notified().await;
    }

    /// What waits to be let may write.
    pub(crate) fn let_go(&self) {
        self.let_go.notify_one();
    }

    pub(crate) fn kept(&self) -> (CrmAddress, OAuth) {
        let (address, text) = self.kept.lock().unwrap().clone();
        match Credentials::from_text(&text) {
            Credentials::OAuth(oauth) => (address, oauth),
            Credentials::LongLived(_) => panic!("a pair"),
        }
    }

    pub(crate) fn saves(&self) -> u32 {
        self.saves.load(Ordering::SeqCst)
    }

    /// The pair on it ages, as days do it.
    pub(crate) fn age(&self, left: i64) {
        let (_, oauth) = self.kept();
        self.kept.lock().unwrap().1 = Credentials::OAuth(aged(&oauth, left)).to_text();
    }
}

#[async_trait]
impl Vault for Disk {
    async fn save(
        &self,
        address: &CrmAddress,
        credentials: &Credentials,
    ) -> Result<(), VaultError> {
        let saving = *self.saving.lock().unwrap();
        self.saves.fetch_add(1, Ordering::SeqCst);
        let write = || *self.kept.lock().unwrap() = (address.clone(), credentials.to_text());
        match saving {
            Saving::Works => write(),
            Saving::Fails => {
                self.reached.notify_one();
                return Err(VaultError("the disk is full".to_owned()));
            }
            Saving::HangsBefore => {
                self.reached.notify_one();
                std::future::pending().await
            }
            Saving::WhenLet => {
                self.reached.notify_one();
                self.let_go.notified().await;
                write();
            }
            Saving::HangsAfter => {
                write();
                self.reached.notify_one();
                std::future::pending().await
            }
        }
        self.reached.notify_one();
        Ok(())
    }
}

/// The system's time, and what a test adds to it.
#[derive(Clone)]
pub(crate) struct Ahead {
    start: Instant,
    by: Arc<AtomicI64>,
}

impl Ahead {
    pub(crate) fn new() -> Self {
        Self {
            start: Instant::now(),
            by: Arc::new(AtomicI64::new(0)),
        }
    }

    pub(crate) fn pass(&self, seconds: i64) {
        self.by.fetch_add(seconds * 1_000, Ordering::SeqCst);
    }

    pub(crate) fn clock(&self) -> Clock {
        Clock::new(Arc::new(self.clone()))
    }
}

impl Time for Ahead {
    fn now(&self) -> Millis {
        Clock::system().now() + self.by.load(Ordering::SeqCst)
    }

    fn elapsed(&self) -> Duration {
        let by = u64::try_from(self.by.load(Ordering::SeqCst)).unwrap();
        self.start.elapsed() + Duration::from_millis(by)
    }

    fn sleep(&self, wait: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(wait))
    }
}

/// A Dealbell that starts from what the disk has, and ends by a crash: nothing of it runs on.
pub(crate) struct Process {
    runtime: Option<Runtime>,
    pub(crate) client: Client,
    grant: watch::Receiver<Grant>,
}

impl Process {
    pub(crate) fn start(disk: &Disk) -> Self {
        Self::start_at(disk, Clock::system())
    }

    pub(crate) fn start_at(disk: &Disk, clock: Clock) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let (address, oauth) = disk.kept();
        let patience = Timeouts {
            connect: Duration::from_secs(2),
            whole: Duration::from_secs(20),
        };
        let client = Client::within(
            address,
            Credentials::OAuth(oauth),
            clock,
            patience,
            &Network::default(),
        )
        .unwrap();
        let client = client.with_vault(Arc::new(disk.clone()));
        let grant = client.grant();
        Self {
            runtime: Some(runtime),
            client,
            grant,
        }
    }

    /// Has it read the account, without waiting for what comes of it.
    pub(crate) fn read(
        &self,
    ) -> tokio::task::JoinHandle<Result<u64, dealbell_amocrm::ClientError>> {
        let client = self.client.clone();
        let runtime = self.runtime.as_ref().unwrap();
        runtime.spawn(async move { client.account().await.map(|account| account.id) })
    }

    /// Reads, and waits for what comes of it.
    pub(crate) async fn reads(&self) -> Result<u64, dealbell_amocrm::ClientError> {
        self.read().await.unwrap()
    }

    /// Power off.
    pub(crate) fn crash(mut self) {
        self.runtime.take().unwrap().shutdown_background();
    }

    pub(crate) fn grant(&self) -> Grant {
        *self.grant.borrow()
    }

    /// Until the grant stands like that.
    pub(crate) async fn stands(&self, like: impl Fn(&Grant) -> bool) -> Grant {
        let mut grant = self.grant.clone();
        let waited = tokio::time::timeout(Duration::from_secs(20), grant.wait_for(like)).await;
        *waited.expect("the grant comes to stand like that").unwrap()
    }

    /// How often it was told that the grant is lost, while `work` is done.
    pub(crate) async fn told_lost(&self, work: impl Future<Output = ()>) -> u32 {
        let mut grant = self.grant.clone();
        grant.mark_changed();
        let mut told = 0;
        let mut work = std::pin::pin!(work);
        loop {
            tokio::select! {
                biased;
                changed = grant.changed() => {
                    changed.unwrap();
                    told += u32::from(*grant.borrow_and_update() == Grant::Lost);
                }
                () = &mut work => return told,
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

pub(crate) fn is_good(grant: &Grant) -> bool {
    matches!(grant, Grant::Good { .. })
}
