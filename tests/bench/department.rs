//! A department of 50 in this process: the stand-in CRM with its limit on, over real HTTP, and a
//! centre on disk that knows everybody.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Result;
use async_trait::async_trait;
use dealbell_amocrm::{Connector, CrmAddress, Recipients, Settings, Token};
use dealbell_centre::{Centre, Options};
use dealbell_protocol::ingest::{Batch, Ingest, IngestError, Recipient};
use dealbell_sandbox::{Clock, Config, NewTask, Sandbox};
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::time::Instant;

/// How many people work there.
pub(crate) const STAFF: usize = 50;
/// Deals of the sandbox's own, to hang tasks on.
const DEALS: std::ops::RangeInclusive<u64> = 7_400_001..=7_400_009;

/// CRM and centre, not yet connected.
pub(crate) struct Department {
    pub(crate) crm: Sandbox,
    centre: Centre,
    commits: watch::Sender<Commits>,
    at_work: Arc<AtomicUsize>,
    _folder: TempDir,
}

/// What the centre has committed for the connector.
#[derive(Clone, Copy, Default)]
pub(crate) struct Commits {
    /// Things remembered, the open tasks among them.
    pub(crate) remembered: usize,
    /// When the last commit was done.
    pub(crate) last: Option<Instant>,
}

impl Department {
    /// Opens it with so many open tasks, everybody having equally many; `deadline` gives each its
    /// own, Unix seconds, and is asked right before the task is set.
    ///
    /// # Errors
    /// When a port or a file cannot be had.
    pub(crate) async fn open(
        clock: Clock,
        tasks: usize,
        deadline: impl Fn(usize) -> i64,
    ) -> Result<Self> {
        let crm = Sandbox::start(Config {
            staff: STAFF,
            clock,
            ..Config::default()
        })
        .await?;
        let folder = TempDir::new()?;
        let file = folder.path().join("centre.sqlite");
        let centre = Centre::open(Options::new(file.to_string_lossy())).await?;
        for user in crm.users() {
            centre.add_user(&user.email, &user.name, "ru").await?;
        }
        let deals = DEALS.cycle();
        for (number, deal) in (0..tasks).zip(deals) {
            let (author, responsible) = (&crm.users()[0], &crm.users()[number % STAFF]);
            let task = NewTask::new(responsible.id, "Согласовать смету", deadline(number));
            crm.create_task(author.id, task.on_lead(deal))?;
        }
        Ok(Self {
            crm,
            centre,
            commits: watch::Sender::default(),
            at_work: Arc::default(),
            _folder: folder,
        })
    }

    /// A connector with the administrator's token, not yet running.
    ///
    /// # Errors
    /// When the CRM's address is none.
    pub(crate) fn connector(&self, clock: dealbell_amocrm::Clock) -> Result<Connector> {
        let address = CrmAddress::parse(self.crm.url())?;
        let token = Token::new(&*self.crm.users()[0].token);
        let settings = Settings {
            clock,
            ..Settings::new(address, token, Recipients::ByEmail)
        };
        let watched = Watched {
            centre: self.centre.clone(),
            commits: self.commits.clone(),
            at_work: Arc::clone(&self.at_work),
        };
        Ok(Connector::new(Arc::new(watched), settings))
    }

    /// Whether the connector waits for the centre.
    pub(crate) fn centre_works(&self) -> bool {
        self.at_work.load(Ordering::Relaxed) > 0
    }

    /// What has been committed, now and later.
    pub(crate) fn commits(&self) -> watch::Receiver<Commits> {
        self.commits.subscribe()
    }
}

/// The centre; says when it works and when a commit is done.
struct Watched {
    centre: Centre,
    commits: watch::Sender<Commits>,
    at_work: Arc<AtomicUsize>,
}

/// Something asked of the centre.
struct Work<'a>(&'a AtomicUsize);

impl<'a> Work<'a> {
    fn begin(at_work: &'a AtomicUsize) -> Self {
        at_work.fetch_add(1, Ordering::Relaxed);
        Self(at_work)
    }
}

impl Drop for Work<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[async_trait]
impl Ingest for Watched {
    async fn recipients(&self) -> Result<Vec<Recipient>, IngestError> {
        let _work = Work::begin(&self.at_work);
        self.centre.recipients().await
    }

    async fn memory(&self, source: &str) -> Result<Vec<(String, String)>, IngestError> {
        let _work = Work::begin(&self.at_work);
        self.centre.memory(source).await
    }

    async fn commit(&self, batch: Batch) -> Result<(), IngestError> {
        let _work = Work::begin(&self.at_work);
        let more = batch.memory.iter().filter(|(_, value)| value.is_some());
        let more = more.count();
        self.centre.commit(batch).await?;
        self.commits.send_modify(|commits| {
            commits.remembered += more;
            commits.last = Some(Instant::now());
        });
        Ok(())
    }
}
