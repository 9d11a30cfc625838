//! Toasts on Linux: the freedesktop notifications interface over one long-lived connection.
//!
//! One connection, because GNOME tells of a click only to the connection that called `Notify`. One
//! reader takes replies and signals in the order of the wire; nothing runs while nothing happens.

mod focus;
mod ledger;
mod message;
mod reader;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ledger::{Abilities, Ledger};
use tokio::sync::Notify;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use zbus::{Connection, MessageStream};

use crate::{Permission, Shown, Toast, ToastBackend, ToastError, ToastEvent, ToastEvents};

const NAME: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";
const BUS: &str = "org.freedesktop.DBus";
const BUS_PATH: &str = "/org/freedesktop/DBus";
/// Long enough for the bus to start a daemon on demand, short enough that a hung one is named.
const PATIENCE: Duration = Duration::from_secs(10);

/// The toasts of one app on one session bus.
pub struct Freedesktop {
    app_name: String,
    desktop_entry: String,
    address: Option<String>,
    environment: Vec<(String, String)>,
    shared: Arc<Shared>,
    /// Held for a whole call: two toasts with one key must not pass each other.
    link: tokio::sync::Mutex<Option<Link>>,
}

struct Shared {
    ledger: Mutex<Ledger>,
    /// Unbounded, since a click must never be lost; a user's own hand bounds it.
    events: UnboundedSender<ToastEvent>,
    /// The desktop's do-not-disturb may be another now.
    focus_news: Arc<Notify>,
}

struct Link {
    connection: Connection,
    reader: Task,
    _focus: Task,
}

/// Ends with the value.
struct Task(JoinHandle<()>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Freedesktop {
    /// Opens nothing yet. `desktop_entry` is the desktop file's name without `.desktop`; `address`
    /// is a D-Bus address, `None` the session bus of the environment.
    pub fn new(
        app_name: &str,
        desktop_entry: &str,
        address: Option<String>,
    ) -> (Self, ToastEvents) {
        let (events, receiver) = unbounded_channel();
        let backend = Self {
            app_name: app_name.to_owned(),
            desktop_entry: desktop_entry.to_owned(),
            address,
            environment: Vec::new(),
            shared: Arc::new(Shared {
                ledger: Mutex::default(),
                events,
                focus_news: Arc::default(),
            }),
            link: tokio::sync::Mutex::new(None),
        };
        (backend, receiver)
    }

    /// What the desktop's own programs are to see besides our environment: the session of another desktop.
    #[must_use]
    pub fn in_environment(mut self, variables: Vec<(String, String)>) -> Self {
        self.environment = variables;
        self
    }

    /// The living connection, made now if there is none.
    async fn connection(&self, link: &mut Option<Link>) -> Result<Connection, ToastError> {
        if let Some(open) = link.as_ref().filter(|open| !open.reader.0.is_finished()) {
            return Ok(open.connection.clone());
        }
        *link = None;
        let opened = self.open().await.map_err(|error| {
            tracing::debug!(%error, "no session bus for toasts");
            ToastError::NoDaemon
        })?;
        Ok(link.insert(opened).connection.clone())
    }

    async fn open(&self) -> zbus::Result<Link> {
        let connection = match &self.address {
            Some(address) => {
                zbus::connection::Builder::address(address.as_str())?
                    .build()
                    .await?
            }
            None => Connection::session().await?,
        };
        // The stream first, the matches after: nothing the matches let through can be missed.
        let stream = MessageStream::from(&connection);
        self.shared.ledger().connected();
        let reader = Task(tokio::spawn(reader::read(stream, Arc::clone(&self.shared))));
        let owner = format!(
            "type='signal',sender='{BUS}',interface='{BUS}',member='NameOwnerChanged',arg0='{NAME}'"
        );
        // Some daemons tell everybody instead of the one who asked.
        let signals = format!("type='signal',interface='{NAME}',path='{PATH}'");
        for rule in [owner, signals].into_iter().chain(focus::rules()) {
            connection
                .call_method(Some(BUS), BUS_PATH, Some(BUS), "AddMatch", &rule)
                .await?;
        }
        let focus = focus::follow(
            connection.clone(),
            self.environment.clone(),
            Arc::clone(&self.shared.focus_news),
            self.shared.events.clone(),
        );
        Ok(Link {
            connection,
            reader,
            _focus: Task(tokio::spawn(focus)),
        })
    }

    /// What the daemon can do, asked once per daemon.
    async fn abilities(&self, connection: &Connection) -> Result<Abilities, ToastError> {
        let epoch = {
            let ledger = self.shared.ledger();
            if let Some(known) = ledger.abilities() {
                return Ok(known);
            }
            ledger.epoch()
        };
        let call = connection.call_method(Some(NAME), PATH, Some(NAME), "GetCapabilities", &());
        let reply = in_time(call).await?.map_err(refusal)?;
        let names: Vec<String> = reply.body().deserialize().unwrap_or_default();
        let abilities = Abilities::of(&names);
        self.shared.ledger().learned(epoch, abilities);
        Ok(abilities)
    }

    async fn notify(
        &self,
        connection: &Connection,
        toast: &Toast,
        abilities: Abilities,
        replaces: u32,
    ) -> Result<u32, ToastError> {
        let sender = message::Sender {
            connection: connection.unique_name().map(|name| &**name),
            app_name: &self.app_name,
            desktop_entry: &self.desktop_entry,
            abilities,
        };
        let call = sender.notify(toast, replaces).map_err(refusal)?;
        let serial = call.primary_header().serial_num();
        let answer = self
            .shared
            .ledger()
            .calling(serial, &toast.key)
            .ok_or(ToastError::NoDaemon)?;
        if let Err(error) = connection.send(&call).await {
            self.shared
                .ledger()
                .replied(serial, "", || Err(ToastError::NoDaemon));
            return Err(refusal(error));
        }
        in_time(answer).await?.unwrap_or(Err(ToastError::NoDaemon))
    }
}

#[async_trait::async_trait]
impl ToastBackend for Freedesktop {
    async fn show(&self, toast: &Toast) -> Result<Shown, ToastError> {
        let mut link = self.link.lock().await;
        let connection = self.connection(&mut link).await?;
        let abilities = self.abilities(&connection).await?;
        let replaces = self.shared.ledger().id_of(&toast.key).unwrap_or(0);
        let mut shown = self.notify(&connection, toast, abilities, replaces).await;
        if replaces != 0 && matches!(shown, Err(ToastError::Refused(_))) {
            // It went away a moment ago, and this daemon refuses ids it does not know.
            self.shared.ledger().unknown(replaces);
            shown = self.notify(&connection, toast, abilities, 0).await;
        }
        shown.map(|id| {
            if id == replaces {
                Shown::Replaced
            } else {
                Shown::New
            }
        })
    }

    async fn withdraw(&self, key: &str) -> Result<(), ToastError> {
        let mut link = self.link.lock().await;
        let Some(id) = self.shared.ledger().withdrawing(key) else {
            return Ok(());
        };
        let Ok(connection) = self.connection(&mut link).await else {
            return Ok(());
        };
        let call = connection.call_method(Some(NAME), PATH, Some(NAME), "CloseNotification", &id);
        if let Err(error) = in_time(call).await? {
            tracing::debug!(%error, "the toast was gone already");
            self.shared.ledger().unknown(id);
        }
        Ok(())
    }

    async fn probe(&self) -> Result<(), ToastError> {
        let mut link = self.link.lock().await;
        let connection = self.connection(&mut link).await?;
        self.abilities(&connection).await.map(|_| ())
    }

    async fn ask_permission(&self) -> Result<Permission, ToastError> {
        Ok(Permission::NotNeeded)
    }
}

impl Shared {
    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, events: impl IntoIterator<Item = ToastEvent>) {
        for event in events {
            // Nobody listens any more: the app is leaving.
            let _ = self.events.send(event);
        }
    }
}

async fn in_time<T>(call: impl Future<Output = T>) -> Result<T, ToastError> {
    tokio::time::timeout(PATIENCE, call)
        .await
        .map_err(|_| ToastError::TimedOut)
}

/// What an error of the bus or of the daemon means for a toast.
fn refusal(error: zbus::Error) -> ToastError {
    match &error {
        zbus::Error::MethodError(name, words, _) => {
            let kind = name
                .as_str()
                .strip_prefix("org.freedesktop.DBus.Error.")
                .unwrap_or_default();
            match kind {
                "ServiceUnknown" | "NameHasNoOwner" | "NoReply" | "Disconnected" => {
                    ToastError::NoDaemon
                }
                "Timeout" | "TimedOut" => ToastError::TimedOut,
                _ if kind.starts_with("Spawn.") => ToastError::NoDaemon,
                _ => ToastError::Refused(words.clone().unwrap_or_else(|| name.to_string())),
            }
        }
        zbus::Error::InputOutput(_) | zbus::Error::Handshake(_) => ToastError::NoDaemon,
        _ => ToastError::Refused(error.to_string()),
    }
}
