//! logind, played on a system bus of the tests' own: sleep, wake, lock and unlock at a word.

use anyhow::Result;
use zbus::object_server::SignalEmitter;
use zbus::zvariant::ObjectPath;
use zbus::{Connection, fdo, interface};

use crate::PrivateBus;

const NAME: &str = "org.freedesktop.login1";
const PATH: &str = "/org/freedesktop/login1";
const OURS: &str = "/org/freedesktop/login1/session/_31";
const OTHERS: &str = "/org/freedesktop/login1/session/_32";

/// The login manager with two sessions: that of the user under test, and another one's.
pub struct Logind {
    bus: PrivateBus,
    connection: Connection,
}

impl Logind {
    /// Starts the bus and takes the name on it.
    ///
    /// # Errors
    /// When `dbus-daemon` is missing or does not come up.
    pub async fn start() -> Result<Self> {
        let bus = PrivateBus::start().await?;
        let connection = zbus::connection::Builder::address(bus.address())?
            .serve_at(PATH, Manager)?
            .serve_at(OURS, Session::new("1"))?
            .serve_at(OTHERS, Session::new("2"))?
            .name(NAME)?
            .build()
            .await?;
        Ok(Self { bus, connection })
    }

    /// What the app's environment needs to find it.
    pub fn entries(&self) -> [(&str, &str); 2] {
        [
            ("DBUS_SYSTEM_BUS_ADDRESS", self.bus.address()),
            ("XDG_SESSION_ID", "1"),
        ]
    }

    /// The machine is about to sleep.
    ///
    /// # Errors
    /// When the bus is gone.
    pub async fn sleep(&self) -> Result<()> {
        Ok(self.manager()?.prepare_for_sleep(true).await?)
    }

    /// The machine woke.
    ///
    /// # Errors
    /// When the bus is gone.
    pub async fn wake(&self) -> Result<()> {
        Ok(self.manager()?.prepare_for_sleep(false).await?)
    }

    /// The user's screen is locked, or open again.
    ///
    /// # Errors
    /// When the bus is gone.
    pub async fn lock(&self, locked: bool) -> Result<()> {
        self.set(OURS, locked).await
    }

    /// The same of somebody else's screen.
    ///
    /// # Errors
    /// When the bus is gone.
    pub async fn lock_another(&self, locked: bool) -> Result<()> {
        self.set(OTHERS, locked).await
    }

    fn manager(&self) -> Result<SignalEmitter<'_>> {
        Ok(SignalEmitter::new(&self.connection, PATH)?)
    }

    async fn set(&self, path: &str, locked: bool) -> Result<()> {
        let server = self.connection.object_server();
        let session = server.interface::<_, Session>(path).await?;
        let mut session_now = session.get_mut().await;
        session_now.locked = locked;
        session_now
            .locked_hint_changed(session.signal_emitter())
            .await?;
        Ok(())
    }
}

struct Manager;

#[interface(name = "org.freedesktop.login1.Manager")]
impl Manager {
    fn get_session(&self, id: &str) -> fdo::Result<ObjectPath<'static>> {
        match id {
            "1" => Ok(ObjectPath::from_static_str_unchecked(OURS)),
            "2" => Ok(ObjectPath::from_static_str_unchecked(OTHERS)),
            _ => Err(fdo::Error::Failed(format!("no session {id}"))),
        }
    }

    #[zbus(signal)]
    async fn prepare_for_sleep(emitter: &SignalEmitter<'_>, start: bool) -> zbus::Result<()>;
}

struct Session {
    id: &'static str,
    locked: bool,
}

impl Session {
    fn new(id: &'static str) -> Self {
        Self { id, locked: false }
    }
}

#[interface(name = "org.freedesktop.login1.Session")]
impl Session {
    #[zbus(property)]
    fn id(&self) -> &str {
        self.id
    }

    #[zbus(property)]
    fn locked_hint(&self) -> bool {
        self.locked
    }
}
