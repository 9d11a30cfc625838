//! A desktop's side of the session bus, recorded: the notification daemon and the tray.

mod daemon;
mod launcher;
mod tray;

pub use daemon::{ClickAtOnce, NotifyCall};
pub use launcher::LauncherEntry;
pub use tray::{Icon, MenuEntry, TrayItem, TrayView};

use std::collections::BTreeMap;

use anyhow::{Context, Result, anyhow, bail};
use tokio::sync::{Mutex, watch};
use tokio::task::JoinHandle;
use zbus::Connection;

use crate::{PATIENCE, PrivateBus};

/// What kind of desktop the recorder plays.
#[derive(Debug, Clone)]
pub struct RecorderOptions {
    /// A notification daemon from the start; [`Recorder::start_daemon`] brings one later.
    pub daemon: bool,
    /// A tray watcher from the start; [`Recorder::start_tray`] brings one later.
    pub tray: bool,
    /// What `GetCapabilities` says.
    pub capabilities: Vec<String>,
    /// What `GetServerInformation` says; each desktop's daemon has a name of its own.
    pub daemon_name: String,
    /// KDE's property of do-not-disturb; others have none. [`Recorder::inhibit`] changes it.
    pub inhibited: Option<bool>,
    /// GNOME and most others close a toast that was clicked.
    pub close_on_click: bool,
    /// A user quicker than any: clicks each toast at the moment it is shown.
    pub click_at_once: ClickAtOnce,
}

impl Default for RecorderOptions {
    /// A desktop with everything, and the abilities of GNOME's daemon.
    fn default() -> Self {
        let can = [
            "actions",
            "body",
            "body-markup",
            "icon-static",
            "persistence",
            "sound",
        ];
        Self {
            daemon: true,
            tray: true,
            capabilities: can.map(str::to_owned).to_vec(),
            daemon_name: "recorder".to_owned(),
            inhibited: None,
            close_on_click: true,
            click_at_once: ClickAtOnce::Never,
        }
    }
}

/// Everything that was recorded so far.
#[derive(Debug, Clone, Default)]
pub struct Recorded {
    /// Every accepted `Notify`, in order, replacing ones included.
    pub calls: Vec<NotifyCall>,
    /// The toasts on the screen, by id, as they look now.
    pub on_screen: BTreeMap<u32, NotifyCall>,
    /// The ids the app itself closed, in order.
    pub withdrawn: Vec<u32>,
    /// Calls that were refused, with the reason.
    pub refused: Vec<String>,
    /// The tray items that registered, in order; the bus name and the object path.
    pub items: Vec<(String, String)>,
    /// What apps said of their launchers, in order.
    pub launcher: Vec<LauncherEntry>,
}

/// Plays the desktop on a private bus, as strict as GNOME: a click is told to the connection that
/// called `Notify` alone, and ids that are unknown or somebody else's are refused.
pub struct Recorder {
    address: String,
    options: RecorderOptions,
    recorded: watch::Sender<Recorded>,
    capabilities: Mutex<Vec<String>>,
    daemon: Mutex<Option<Connection>>,
    watcher: Mutex<Option<Connection>>,
    own: Connection,
    listening: JoinHandle<()>,
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

impl Recorder {
    /// Takes the names the options ask for. Start it before the app.
    ///
    /// # Errors
    /// When the bus is gone or a name is taken.
    pub async fn start(bus: &PrivateBus, options: RecorderOptions) -> Result<Self> {
        let (own, recorded) = (bus.connect().await?, watch::Sender::default());
        let recorder = Self {
            address: bus.address().to_owned(),
            listening: launcher::listen(&own, recorded.clone()).await?,
            recorded,
            capabilities: Mutex::new(options.capabilities.clone()),
            daemon: Mutex::new(None),
            watcher: Mutex::new(None),
            own,
            options,
        };
        if recorder.options.daemon {
            recorder.start_daemon().await?;
        }
        if recorder.options.tray {
            recorder.start_tray().await?;
        }
        Ok(recorder)
    }

    /// A notification daemon appears: a new process with an empty screen, which counts ids from 1 again.
    ///
    /// # Errors
    /// When there is one already.
    pub async fn start_daemon(&self) -> Result<()> {
        let mut daemon = self.daemon.lock().await;
        if daemon.is_some() {
            bail!("the daemon runs already");
        }
        self.recorded
            .send_modify(|recorded| recorded.on_screen.clear());
        let served = daemon::Notifications::new(
            self.capabilities.lock().await.clone(),
            &self.options,
            self.recorded.clone(),
        );
        let connection = zbus::connection::Builder::address(self.address.as_str())?
            .serve_at(daemon::PATH, served)?
            .name(daemon::NAME)?
            .build()
            .await?;
        *daemon = Some(connection);
        Ok(())
    }

    /// The notification daemon dies, and the screen is empty.
    ///
    /// # Errors
    /// When there is none.
    pub async fn stop_daemon(&self) -> Result<()> {
        let connection = self.daemon.lock().await.take().context("no daemon runs")?;
        connection.close().await?;
        self.recorded
            .send_modify(|recorded| recorded.on_screen.clear());
        Ok(())
    }

    /// A tray appears.
    ///
    /// # Errors
    /// When there is one already.
    pub async fn start_tray(&self) -> Result<()> {
        let mut watcher = self.watcher.lock().await;
        if watcher.is_some() {
            bail!("the tray is there already");
        }
        self.recorded.send_modify(|recorded| recorded.items.clear());
        let connection = zbus::connection::Builder::address(self.address.as_str())?
            .serve_at(
                tray::WATCHER_PATH,
                tray::Watcher::new(self.recorded.clone()),
            )?
            .name(tray::WATCHER)?
            .build()
            .await?;
        *watcher = Some(connection);
        Ok(())
    }

    /// The tray goes away.
    ///
    /// # Errors
    /// When there is none.
    pub async fn stop_tray(&self) -> Result<()> {
        let connection = self
            .watcher
            .lock()
            .await
            .take()
            .context("there is no tray")?;
        connection.close().await?;
        self.recorded.send_modify(|recorded| recorded.items.clear());
        Ok(())
    }

    /// Everything recorded so far.
    pub fn recorded(&self) -> Recorded {
        self.recorded.borrow().clone()
    }

    /// How many tray items have registered so far.
    pub fn count_items(&self) -> usize {
        self.recorded.borrow().items.len()
    }

    /// Waits until what was recorded satisfies `wanted` and gives what that picked.
    ///
    /// # Errors
    /// After [`crate::PATIENCE`], with everything recorded.
    pub async fn wait<T>(
        &self,
        what: &str,
        mut wanted: impl FnMut(&Recorded) -> Option<T>,
    ) -> Result<T> {
        let mut recorded = self.recorded.subscribe();
        let mut found = None;
        let search = recorded.wait_for(|recorded| {
            found = wanted(recorded);
            found.is_some()
        });
        let ended = tokio::time::timeout(PATIENCE, search).await.is_ok();
        found
            .filter(|_| ended)
            .ok_or_else(|| anyhow!("{what} did not come; {:#?}", self.recorded()))
    }

    /// The first `Notify`, past or coming, that satisfies `wanted`.
    ///
    /// # Errors
    /// As [`Recorder::wait`].
    pub async fn wait_toast(&self, wanted: impl Fn(&NotifyCall) -> bool) -> Result<NotifyCall> {
        self.wait("the toast", |r| {
            r.calls.iter().find(|call| wanted(call)).cloned()
        })
        .await
    }

    /// Waits until exactly this many toasts are on the screen.
    ///
    /// # Errors
    /// As [`Recorder::wait`].
    pub async fn wait_on_screen(&self, count: usize) -> Result<Vec<NotifyCall>> {
        self.wait(&format!("a screen of {count} toasts"), |r| {
            (r.on_screen.len() == count).then(|| r.on_screen.values().cloned().collect())
        })
        .await
    }

    /// Waits until the app has withdrawn this toast.
    ///
    /// # Errors
    /// As [`Recorder::wait`].
    pub async fn wait_withdrawn(&self, id: u32) -> Result<()> {
        self.wait("the withdrawal", |r| {
            r.withdrawn.contains(&id).then_some(())
        })
        .await
    }

    /// The user clicks the toast.
    ///
    /// # Errors
    /// When no such toast is on the screen or it has no default action.
    pub async fn click(&self, id: u32) -> Result<()> {
        self.invoke(id, "default", None).await
    }

    /// The user chooses an action; `token` is what a Wayland desktop would give along.
    ///
    /// # Errors
    /// When no such toast is on the screen or it does not offer the action.
    pub async fn invoke(&self, id: u32, action: &str, token: Option<&str>) -> Result<()> {
        let toast = self.on_screen(id)?;
        if !toast.actions.iter().any(|(name, _)| name == action) {
            bail!("toast {id} has no action {action}: {:?}", toast.actions);
        }
        let daemon = self.daemon_connection().await?;
        daemon::invoke(&daemon, &toast.sender, id, action, token).await?;
        if self.options.close_on_click {
            self.close(id, 2).await?;
        }
        Ok(())
    }

    /// The toast goes away: 1 expired, 2 closed by the user, 3 by a call, 4 for no stated reason.
    ///
    /// # Errors
    /// When no such toast is on the screen.
    pub async fn close(&self, id: u32, reason: u32) -> Result<()> {
        let toast = self.on_screen(id)?;
        let daemon = self.daemon_connection().await?;
        self.recorded.send_modify(|recorded| {
            recorded.on_screen.remove(&id);
        });
        daemon::closed(&daemon, Some(&toast.sender), id, reason).await
    }

    /// The daemon loses the toast and its word of that is still on the way.
    pub fn vanish(&self, id: u32) {
        self.recorded.send_modify(|recorded| {
            recorded.on_screen.remove(&id);
        });
    }

    /// What the next daemon will say it can do.
    pub async fn set_capabilities(&self, capabilities: &[&str]) {
        *self.capabilities.lock().await = capabilities.iter().map(ToString::to_string).collect();
    }

    /// KDE's daemon begins or ends to show nothing, and says so.
    ///
    /// # Errors
    /// When no daemon runs.
    pub async fn inhibit(&self, inhibited: bool) -> Result<()> {
        let daemon = self.daemon_connection().await?;
        let served = daemon.object_server();
        let served = served
            .interface::<_, daemon::Notifications>(daemon::PATH)
            .await?;
        let mut notifications = served.get_mut().await;
        notifications.inhibited = Some(inhibited);
        notifications
            .inhibited_changed(served.signal_emitter())
            .await?;
        Ok(())
    }

    /// What only less strict daemons do: tells everybody on the bus of a click on an id.
    ///
    /// # Errors
    /// When no daemon runs.
    pub async fn broadcast_click(&self, id: u32) -> Result<()> {
        let daemon = self.daemon_connection().await?;
        daemon::broadcast_click(&daemon, id).await
    }

    /// What an app says of its launcher, as soon as the last of it satisfies `wanted`.
    ///
    /// # Errors
    /// As [`Recorder::wait`].
    pub async fn wait_launcher(
        &self,
        wanted: impl Fn(&LauncherEntry) -> bool,
    ) -> Result<LauncherEntry> {
        self.wait("the launcher's number", |r| {
            r.launcher.last().filter(|entry| wanted(entry)).cloned()
        })
        .await
    }

    /// Asks an app for its launcher's entry, as a launcher that came late may.
    ///
    /// # Errors
    /// When the app is gone or does not answer.
    pub async fn query_launcher(&self, known: &LauncherEntry) -> Result<LauncherEntry> {
        launcher::query(&self.own, known).await
    }

    /// A launcher starts, which has heard nothing so far: what was recorded of launchers is forgotten.
    ///
    /// # Errors
    /// When there is one already.
    pub async fn start_launcher(&self) -> Result<()> {
        self.recorded
            .send_modify(|recorded| recorded.launcher.clear());
        self.own.request_name(launcher::NAME).await?;
        Ok(())
    }

    /// The tray item that registered, as soon as there is one.
    ///
    /// # Errors
    /// After [`crate::PATIENCE`].
    pub async fn wait_item(&self) -> Result<TrayItem> {
        let (service, path) = self
            .wait("the tray item", |r| r.items.last().cloned())
            .await?;
        TrayItem::new(self.own.clone(), service, path).await
    }

    fn on_screen(&self, id: u32) -> Result<NotifyCall> {
        let toast = self.recorded.borrow().on_screen.get(&id).cloned();
        toast.with_context(|| format!("toast {id} is not on the screen"))
    }

    async fn daemon_connection(&self) -> Result<Connection> {
        self.daemon.lock().await.clone().context("no daemon runs")
    }
}
