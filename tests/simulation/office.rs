//! The centre: opened, served over the world's network, ended in every way it can end.

use crate::disk;
use anyhow::Context as _;
use axum::Router;
use axum::body::{Body, to_bytes};
use dealbell_centre::{Beside, Centre, Clock, Options, Rate, ServeOptions, Time};
use http::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::io::DuplexStream;
use tokio::task::JoinHandle;
use tower_service::Service as _;

/// Where the world says the centre is.
pub(crate) const ADDRESS: &str = "http://127.0.0.1:7780";

/// A centre's database in which nothing has happened yet: making one takes longer than a life in it.
static EMPTY: OnceLock<disk::Content> = OnceLock::new();

/// The wall clock of the centre's machine, milliseconds since the Unix epoch.
#[derive(Debug)]
pub(crate) struct Wall(pub(crate) AtomicI64);

impl Time for Wall {
    fn now(&self) -> i64 {
        self.0.load(SeqCst)
    }

    fn sleep(&self, wait: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(wait))
    }
}

/// How this world's centre is served.
#[derive(Clone, Debug)]
pub(crate) struct Habits {
    /// Frames that wait for a slow reader at most.
    pub(crate) queue: usize,
    /// Entries behind that are resumed at most.
    pub(crate) max_backlog: u64,
}

/// The centre's machine.
pub(crate) struct Office {
    folder: PathBuf,
    wall: Arc<Wall>,
    habits: Habits,
    number: u32,
    path: PathBuf,
    running: Option<Running>,
    /// Ended ones, which still may have something to finish.
    former: Vec<Centre>,
    leaving: Option<JoinHandle<()>>,
}

struct Running {
    centre: Centre,
    router: Router,
}

/// An answer: its status and body.
pub(crate) type Answer = (StatusCode, Vec<u8>);

impl Office {
    pub(crate) fn new(folder: &Path, wall: Arc<Wall>, habits: Habits) -> Self {
        Self {
            folder: folder.to_owned(),
            wall,
            habits,
            number: 0,
            path: folder.join("centre-0.db"),
            running: None,
            former: Vec::new(),
            leaving: None,
        }
    }

    fn options(&self, path: &Path) -> Options {
        Options {
            clock: Clock::new(self.wall.clone()),
            ..Options::new(format!("sqlite:{}", path.display()))
        }
    }

    /// Opens and serves what is on the disk.
    pub(crate) async fn open(&mut self) -> anyhow::Result<()> {
        if let (false, Some(empty)) = (self.path.exists(), EMPTY.get()) {
            empty.write(&self.path)?;
        }
        let centre = Centre::open(self.options(&self.path)).await?;
        if EMPTY.get().is_none() {
            // Another thread's is the same.
            let _ = EMPTY.set(disk::Content::of(&self.path)?);
        }
        let serve = ServeOptions {
            queue: self.habits.queue,
            max_backlog: self.habits.max_backlog,
            // How much may be published is measured by the machine's own time.
            per_key: Rate::new(1_000_000, 1_000_000),
            per_account: Rate::new(1_000_000, 1_000_000),
            paced: false,
            ..ServeOptions::default()
        };
        let local = SocketAddr::from(([127, 0, 0, 1], 7780));
        let router = centre.router(serve, Beside::default(), local);
        self.running = Some(Running { centre, router });
        Ok(())
    }

    pub(crate) fn is_open(&self) -> bool {
        self.running.is_some()
    }

    pub(crate) fn centre(&self) -> Option<&Centre> {
        self.running.as_ref().map(|running| &running.centre)
    }

    /// Whether no database of it works.
    pub(crate) fn is_at_rest(&self) -> bool {
        let running = self.running.iter().map(|running| &running.centre);
        running.chain(&self.former).all(Centre::is_at_rest)
    }

    /// Serves a connection.
    pub(crate) fn serve(&self, stream: DuplexStream) {
        let Some(running) = &self.running else {
            return;
        };
        let service = TowerToHyperService::new(running.router.clone());
        tokio::spawn(async move {
            let serving = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .with_upgrades();
            // How a connection ends is the network's affair.
            let _ = serving.await;
        });
    }

    /// Answers a request; none where nobody is there.
    pub(crate) async fn ask(&self, request: Request<Body>) -> Option<Answer> {
        let mut router = self.running.as_ref()?.router.clone();
        let Ok(answer) = router.call(request).await;
        let (parts, body) = answer.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
        Some((parts.status, body.to_vec()))
    }

    /// Says goodbye to everybody; [`Office::has_left`] tells when that is done.
    pub(crate) fn say_goodbye(&mut self) {
        if let Some(centre) = self.centre().cloned() {
            self.leaving = Some(tokio::spawn(async move { centre.say_goodbye().await }));
        }
    }

    pub(crate) fn has_left(&self) -> bool {
        self.leaving.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// The process ends. What is on the disk is what goes on, or what an earlier copy has.
    pub(crate) fn end(&mut self, instead: Option<&Path>) -> anyhow::Result<()> {
        let Some(running) = self.running.take() else {
            return Ok(());
        };
        if let Some(leaving) = self.leaving.take() {
            leaving.abort();
        }
        self.former.push(running.centre);
        let next = self.next_file();
        disk::copy(instead.unwrap_or(&self.path), &next)?;
        self.path = next;
        Ok(())
    }

    /// The process ends in the middle of writing. `lost` is a mistake: its last commit was not yet one.
    pub(crate) fn crash(&mut self, lost: bool) -> anyhow::Result<()> {
        let Some(running) = self.running.take() else {
            return Ok(());
        };
        if let Some(leaving) = self.leaving.take() {
            leaving.abort();
        }
        self.former.push(running.centre);
        let next = self.next_file();
        let begin = disk::begin(&self.path);
        disk::cut(&self.path, &next, &begin, |commits| {
            commits.saturating_sub(usize::from(lost))
        })?;
        self.path = next;
        Ok(())
    }

    /// The process ends, and a copy is put back the way it is meant to be.
    pub(crate) async fn restore(&mut self, from: &Path) -> anyhow::Result<()> {
        self.end(None)?;
        dealbell_centre::restore(from, &self.options(&self.path)).await?;
        Ok(())
    }

    /// A copy of what is on the disk.
    pub(crate) fn copy(&mut self) -> anyhow::Result<PathBuf> {
        let to = self.next_file();
        disk::copy(&self.path, &to)?;
        Ok(to)
    }

    fn next_file(&mut self) -> PathBuf {
        self.number += 1;
        self.folder.join(format!("centre-{}.db", self.number))
    }

    /// The disk takes nothing any more, or does again.
    pub(crate) async fn fill_disk(&self, full: bool) -> anyhow::Result<()> {
        fill(&self.path, "log", "INSERT", full).await
    }
}

/// Lets every `deed` on `table` fail as a full disk does: the whole transaction is gone.
pub(crate) async fn fill(path: &Path, table: &str, deed: &str, full: bool) -> anyhow::Result<()> {
    let sql = match full {
        true => format!(
            "CREATE TRIGGER IF NOT EXISTS full_{table} BEFORE {deed} ON {table}
             BEGIN SELECT RAISE(ROLLBACK, 'database or disk is full'); END"
        ),
        false => format!("DROP TRIGGER IF EXISTS full_{table}"),
    };
    let options = SqliteConnectOptions::new().filename(path);
    let mut connection = options.connect().await.context("the file of the disk")?;
    sqlx::query(AssertSqlSafe(sql))
        .execute(&mut connection)
        .await?;
    connection.close().await?;
    Ok(())
}
