//! Toasts on Linux: the freedesktop notifications interface over one long-lived connection.
//!
//! One connection, because GNOME tells of a click only to the connection that called `Notify`. One
//! reader takes replies and signals in the order of the wire; nothing runs while nothing happens.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use zbus::message::{Header, Type};
use zbus::zvariant::Value;
use zbus::{Connection, Message, MessageStream};

use crate::ledger::{Abilities, Ledger, Signal};
use crate::{
    Permission, Shown, Sound, Toast, ToastBackend, ToastError, ToastEvent, ToastEvents, Urgency,
    text,
};

const NAME: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";
const BUS: &str = "org.freedesktop.DBus";
const BUS_PATH: &str = "/org/freedesktop/DBus";
/// Long enough for the bus to start a daemon on demand, short enough that a hung one is named.
const PATIENCE: Duration = Duration::from_secs(10);
/// The daemon's own rules decide how long a toast stays.
const DEFAULT_EXPIRY: i32 = -1;

/// The toasts of one app on one session bus.
pub struct Freedesktop {
    app_name: String,
    desktop_entry: String,
    address: Option<String>,
    shared: Arc<Shared>,
    /// Held for a whole call: two toasts with one key must not pass each other.
    link: tokio::sync::Mutex<Option<Link>>,
}

struct Shared {
    ledger: Mutex<Ledger>,
    /// Unbounded, since a click must never be lost; a user's own hand bounds it.
    events: UnboundedSender<ToastEvent>,
}

struct Link {
    connection: Connection,
    reader: JoinHandle<()>,
}

impl Drop for Link {
    fn drop(&mut self) {
        self.reader.abort();
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
            shared: Arc::new(Shared {
                ledger: Mutex::default(),
                events,
            }),
            link: tokio::sync::Mutex::new(None),
        };
        (backend, receiver)
    }

    /// The living connection, made now if there is none.
    async fn connection(&self, link: &mut Option<Link>) -> Result<Connection, ToastError> {
        if let Some(open) = link.as_ref().filter(|open| !open.reader.is_finished()) {
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
        let reader = tokio::spawn(read(stream, Arc::clone(&self.shared)));
        let link = Link { connection, reader };
        let owner = format!(
            "type='signal',sender='{BUS}',interface='{BUS}',member='NameOwnerChanged',arg0='{NAME}'"
        );
        // Some daemons tell everybody instead of the one who asked.
        let signals = format!("type='signal',interface='{NAME}',path='{PATH}'");
        for rule in [owner, signals] {
            link.connection
                .call_method(Some(BUS), BUS_PATH, Some(BUS), "AddMatch", &rule)
                .await?;
        }
        Ok(link)
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
        let call = self
            .call(connection, toast, abilities, replaces)
            .map_err(refusal)?;
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

    fn call(
        &self,
        connection: &Connection,
        toast: &Toast,
        abilities: Abilities,
        replaces: u32,
    ) -> zbus::Result<Message> {
        let mut body = text::body(&toast.body);
        if !abilities.body {
            body.clear();
        } else if abilities.markup {
            body = text::escaped(&body);
        }
        let mut actions = Vec::new();
        let label = text::title(&toast.default_label);
        let labels: Vec<(String, String)> = toast
            .buttons
            .iter()
            .map(|b| (b.id.clone(), text::title(&b.label)))
            .collect();
        if abilities.actions {
            actions.extend(["default", &label]);
            actions.extend(
                labels
                    .iter()
                    .flat_map(|(id, label)| [id.as_str(), label.as_str()]),
            );
        }
        // Critical is how this interface says that a toast stays.
        let urgency = match toast.urgency {
            _ if toast.stay => 2u8,
            Urgency::Low => 0,
            Urgency::Normal | Urgency::High => 1,
        };
        let hints: HashMap<&str, Value<'_>> = HashMap::from([
            ("urgency", Value::from(urgency)),
            ("desktop-entry", Value::from(self.desktop_entry.as_str())),
            ("category", Value::from("x-dealbell.notification")),
            ("suppress-sound", Value::from(toast.sound == Sound::Silent)),
        ]);
        let mut call = Message::method_call(PATH, "Notify")?
            .destination(NAME)?
            .interface(NAME)?;
        if let Some(name) = connection.unique_name() {
            call = call.sender(name)?;
        }
        call.build(&(
            self.app_name.as_str(),
            replaces,
            toast.icon.as_deref().unwrap_or_default(),
            text::title(&toast.title),
            body,
            actions,
            hints,
            DEFAULT_EXPIRY,
        ))
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

/// Takes everything the connection receives, in order, until it ends. Never waits for a reply
/// itself: it is the one who takes replies.
async fn read(mut stream: MessageStream, shared: Arc<Shared>) {
    while let Some(Ok(message)) = stream.next().await {
        let events = take(&mut shared.ledger(), &message);
        shared.tell(events);
    }
    let events = shared.ledger().disconnected();
    shared.tell(events);
}

fn take(ledger: &mut Ledger, message: &Message) -> Vec<ToastEvent> {
    let header = message.header();
    match message.message_type() {
        Type::MethodReturn | Type::Error => {
            let Some(serial) = header.reply_serial() else {
                return Vec::new();
            };
            ledger.replied(serial, sender(&header), || answer(message))
        }
        Type::Signal => signal(ledger, message, &header),
        Type::MethodCall => Vec::new(),
    }
}

fn answer(message: &Message) -> Result<u32, ToastError> {
    if message.message_type() == Type::Error {
        return Err(refusal(message.clone().into()));
    }
    message
        .body()
        .deserialize()
        .map_err(|error| ToastError::Refused(error.to_string()))
}

fn signal(ledger: &mut Ledger, message: &Message, header: &Header<'_>) -> Vec<ToastEvent> {
    let interface = header
        .interface()
        .map(|name| name.as_str())
        .unwrap_or_default();
    let member = header
        .member()
        .map(|name| name.as_str())
        .unwrap_or_default();
    let body = message.body();
    let toast_signal = match (interface, member) {
        (BUS, "NameOwnerChanged") if sender(header) == BUS => {
            return match body.deserialize::<(&str, &str, &str)>() {
                Ok((NAME, old, new)) => ledger.owner_changed(old, new),
                _ => Vec::new(),
            };
        }
        (NAME, "ActionInvoked") => body
            .deserialize::<(u32, String)>()
            .map(|(id, action)| (id, Signal::Invoked(action))),
        (NAME, "ActivationToken") => body
            .deserialize::<(u32, String)>()
            .map(|(id, token)| (id, Signal::Token(token))),
        (NAME, "NotificationClosed") => body
            .deserialize::<(u32, u32)>()
            .map(|(id, reason)| (id, Signal::Closed(reason))),
        _ => return Vec::new(),
    };
    match toast_signal {
        Ok((id, told)) => ledger
            .signalled(sender(header), id, told)
            .into_iter()
            .collect(),
        Err(error) => {
            tracing::debug!(%error, member, "a notification signal with another body");
            Vec::new()
        }
    }
}

fn sender<'m>(header: &'m Header<'_>) -> &'m str {
    header
        .sender()
        .map(|name| name.as_str())
        .unwrap_or_default()
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
