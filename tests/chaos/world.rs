//! Everything that runs: the desktop and its session, the centre, the way to it, the app of the moment.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use dealbell_tests::recorder::{Recorded, TrayItem};
use dealbell_tests::{
    App, CentreProgram, DesktopOptions, Environment, Logind, PrivateBus, PrivateDesktop, Recorder,
    RecorderOptions, own_address,
};
use reqwest::Client;
use serde_json::json;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection, Row};
use tokio::sync::watch;
use tokio::time::sleep;

use crate::attempts::Attempts;
use crate::books::Books;
use crate::disk::Disk;
use crate::wire::Wire;

pub(crate) const USER: &str = "anna@firm.ru";
/// How long anything may take to be as it should be; the widest wait of a link that failed often is a minute.
const PATIENCE: Duration = Duration::from_secs(100);
/// How often it is looked whether something is there.
const LOOK: Duration = Duration::from_millis(20);

/// A session of the desktop: a bus, and who shows toasts and the tray on it.
pub(crate) struct Session {
    pub(crate) recorder: Recorder,
    bus: PrivateBus,
}

impl Session {
    async fn start() -> Result<Self> {
        let bus = PrivateBus::start().await?;
        let recorder = Recorder::start(&bus, RecorderOptions::default()).await?;
        Ok(Self { recorder, bus })
    }
}

/// A run of the app, and the session it lives in.
pub(crate) struct Life {
    pub(crate) app: App,
    pub(crate) session: Arc<Session>,
    /// The tray items there were before it.
    before: usize,
}

impl Life {
    /// Its place in the tray, where it has one yet.
    pub(crate) async fn tray(&self) -> Result<TrayItem> {
        let later = |seen: &Recorded| (seen.items.len() > self.before).then_some(());
        self.session.recorder.wait("its item", later).await?;
        self.session.recorder.wait_item().await
    }
}

/// The stage of it all. Ends with the value.
pub(crate) struct World {
    pub(crate) lives: watch::Sender<Option<Arc<Life>>>,
    session: Arc<Session>,
    /// What was recorded in sessions that are over.
    past: Vec<Recorded>,
    pub(crate) centre: CentreProgram,
    pub(crate) wire: Wire,
    pub(crate) logind: Logind,
    pub(crate) books: Arc<Books>,
    pub(crate) attempts: Attempts,
    pub(crate) key: String,
    /// The user's second device.
    pub(crate) other: String,
    token: String,
    probes: usize,
    http: Client,
    pub(crate) disks: Option<(Disk, Disk)>,
    pub(crate) desktop: PrivateDesktop,
}

impl World {
    /// Starts everything but the app. Where file systems may be mounted, both programs keep their data on small ones.
    pub(crate) async fn start(own_mounts: bool) -> Result<Self> {
        let mut options = DesktopOptions::default();
        // The session is one that can end.
        options.recorder.daemon = false;
        options.recorder.tray = false;
        let desktop = PrivateDesktop::start(options).await?;
        let office = desktop.folder().join("office");
        std::fs::create_dir(&office)?;
        let disks = match own_mounts {
            true => Some((
                Disk::mount(&desktop.home().join(".local/share"))?,
                Disk::mount(&office)?,
            )),
            false => None,
        };
        let mut centre = CentreProgram::new(&office, own_address(), desktop.environment())?;
        let token = centre.user_with_device(USER).await?;
        let other = centre.command(&["device", "add", USER]).await?;
        let key = centre.command(&["integration", "add", "Сайт"]).await?;
        centre.serve().await?;
        Ok(Self {
            lives: watch::Sender::new(None),
            session: Arc::new(Session::start().await?),
            past: Vec::new(),
            wire: Wire::to(&centre.url()).await?,
            logind: Logind::start().await?,
            books: Arc::default(),
            attempts: Attempts::default(),
            key,
            other,
            token,
            probes: 0,
            http: Client::builder()
                .no_proxy()
                .timeout(Duration::from_secs(5))
                .build()?,
            disks,
            centre,
            desktop,
        })
    }

    pub(crate) fn has_disks(&self) -> bool {
        self.disks.is_some()
    }

    /// The environment that programs start in.
    fn environment(&self) -> Environment {
        let url = self.wire.url();
        let session = [
            ("DEALBELL_CENTRE_URL", url),
            ("DEALBELL_TOKEN", self.token.as_str()),
            ("DBUS_SESSION_BUS_ADDRESS", self.session.bus.address()),
        ];
        let all = [&session[..], &self.logind.entries()].concat();
        self.desktop.environment_with(&all)
    }

    /// Starts the app.
    pub(crate) fn begin(&self) -> Result<()> {
        let session = Arc::clone(&self.session);
        let before = session.recorder.count_items();
        let app = App::start(&[], &self.environment())?;
        self.lives.send_replace(Some(Arc::new(Life {
            app,
            session,
            before,
        })));
        Ok(())
    }

    /// The run of the moment.
    pub(crate) fn life(&self) -> Result<Arc<Life>> {
        let life = self.lives.borrow().clone();
        life.context("the app does not run")
    }

    /// The app is gone; whatever comes next begins it anew.
    pub(crate) fn forget_life(&self) {
        self.lives.send_replace(None);
    }

    /// The session ends as by a crash of its bus, and there is another.
    pub(crate) async fn next_session(&mut self) -> Result<()> {
        let next = Arc::new(Session::start().await?);
        let over = std::mem::replace(&mut self.session, next);
        self.past.push(over.recorder.recorded());
        Ok(())
    }

    /// Ends the session's bus with `SIGKILL`.
    pub(crate) async fn kill_bus(&self) -> Result<()> {
        self.session.bus.kill9().await
    }

    /// Who shows toasts now.
    pub(crate) fn recorder(&self) -> &Recorder {
        &self.session.recorder
    }

    /// Everything that was recorded in all sessions.
    pub(crate) fn recorded(&self) -> Vec<Recorded> {
        let now = self.session.recorder.recorded();
        self.past.iter().cloned().chain([now]).collect()
    }

    /// Says something new, as an integration would, until the centre has taken it; its title.
    pub(crate) async fn say(&mut self) -> Result<String> {
        self.probes += 1;
        let title = format!("Проба {}", self.probes);
        let body = json!({"users": [USER], "title": title});
        let url = format!("{}/v1/notifications", self.centre.url());
        let key = format!("probe-{}", self.probes);
        let until = Instant::now() + PATIENCE;
        loop {
            let request = self.http.post(&url).bearer_auth(&self.key).json(&body);
            let answer = request.header("Idempotency-Key", &key).send().await;
            if answer.is_ok_and(|answer| answer.status() == 201) {
                self.books.said(&title);
                return Ok(title);
            }
            ensure!(
                Instant::now() < until,
                "nobody takes {title}: {}",
                self.centre.log()
            );
            sleep(LOOK).await;
        }
    }

    /// Says something new and waits until the app has it in its list; how long after `since` that is.
    pub(crate) async fn heard(&mut self, since: Instant) -> Result<Duration> {
        let title = self.say().await?;
        let until = Instant::now() + PATIENCE;
        loop {
            let newest = self.newest().await;
            if newest.as_ref().is_ok_and(|titles| titles.contains(&title)) {
                let took = since.elapsed();
                self.sample().await;
                return Ok(took);
            }
            let life = self.life()?;
            if life.app.ending().is_some() {
                bail!("the app ended by itself: {}", life.app.log());
            }
            ensure!(
                Instant::now() < until,
                "{title} did not come; the list begins with {newest:?}\n{}",
                life.app.log()
            );
            sleep(LOOK).await;
        }
    }

    /// Looks at what the app notes of its toasts, before it forgets the oldest.
    pub(crate) async fn sample(&mut self) {
        if let Ok(mut store) = self.store().await {
            // A store that is just being begun anew is looked at the next time.
            let _ = self.attempts.sample(&mut store).await;
            let _ = store.close().await;
        }
    }

    /// The titles of what the app's list begins with.
    async fn newest(&self) -> Result<Vec<String>> {
        let mut store = self.store().await?;
        let rows = sqlx::query(
            "SELECT json_extract(body, '$.title') FROM
             (SELECT seq, body FROM bodies ORDER BY seq DESC LIMIT 100)",
        );
        let rows = rows.fetch_all(&mut store).await?;
        store.close().await?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    /// The app's own store, for one look: a connection that stayed would spare the app what it has to do after a crash.
    pub(crate) async fn store(&self) -> Result<SqliteConnection> {
        read_only(&self.store_file()?).await
    }

    /// Where that is.
    pub(crate) fn store_file(&self) -> Result<PathBuf> {
        let data = ".local/share/com.dealbell.desktop/team";
        let mut accounts = std::fs::read_dir(self.desktop.home().join(data))?;
        let account = accounts.next().context("no account yet")??;
        Ok(account.path().join("inbox.sqlite"))
    }
}

/// Opens a database to look at it.
pub(crate) async fn read_only(file: &std::path::Path) -> Result<SqliteConnection> {
    let options = SqliteConnectOptions::new().filename(file).read_only(true);
    Ok(options.connect().await?)
}
