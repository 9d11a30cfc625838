//! Sleep and lock, told by logind.

use super::super::SystemEvent;
use futures_util::StreamExt;
use futures_util::future::OptionFuture;
use std::collections::HashMap;
use std::env;
use tokio::sync::mpsc;
use zbus::zvariant::{OwnedObjectPath, OwnedValue};
use zbus::{Connection, MatchRule, MessageStream, Proxy, message};

const LOGIND: &str = "org.freedesktop.login1";
const MANAGER: &str = "org.freedesktop.login1.Manager";
const SESSION: &str = "org.freedesktop.login1.Session";
/// Whether the screen of a session is locked. Desktops set it; the signals `Lock` and `Unlock` only
/// ask for it, and nobody sends them when the user types his password.
const LOCKED: &str = "LockedHint";

/// Tells of every wake, and of our own session's lock and unlock.
pub(super) async fn watch(events: mpsc::Sender<SystemEvent>) {
    if let Err(error) = follow(&events).await {
        tracing::info!(%error, "the system does not tell when it sleeps");
    }
}

async fn follow(events: &mpsc::Sender<SystemEvent>) -> zbus::Result<()> {
    let bus = Connection::system().await?;
    let sleeping = rule(MANAGER, "PrepareForSleep")?;
    let mut sleeping = MessageStream::for_match_rule(sleeping.build(), &bus, None).await?;
    let mut session = Session::ours(&bus)
        .await
        .inspect_err(|error| tracing::info!(%error, "the system does not tell when it is locked"))
        .ok();
    tracing::info!(lock = session.is_some(), "the system tells when it sleeps");
    if let Some(session) = &mut session
        && session.is_locked
        && events.send(SystemEvent::Locked(true)).await.is_err()
    {
        return Ok(());
    }
    loop {
        let locks: OptionFuture<_> = session.as_mut().map(Session::next).into();
        let event = tokio::select! {
            signal = sleeping.next() => {
                let Some(signal) = signal else { return Ok(()) };
                match signal?.body().deserialize::<bool>()? {
                    true => continue,
                    false => SystemEvent::Woke,
                }
            }
            Some(locked) = locks => match locked? {
                Some(locked) => SystemEvent::Locked(locked),
                None => return Ok(()),
            },
        };
        if events.send(event).await.is_err() {
            return Ok(());
        }
    }
}

/// The session we run in; another user's may be locked while ours is in use.
struct Session {
    changes: MessageStream,
    is_locked: bool,
}

impl Session {
    async fn ours(bus: &Connection) -> zbus::Result<Self> {
        let manager = Proxy::new(bus, LOGIND, "/org/freedesktop/login1", MANAGER).await?;
        // A program that systemd started for the user is in no session; `auto` is then the user's
        // graphical one.
        let id = match env::var("XDG_SESSION_ID") {
            Ok(id) => id,
            Err(_) => {
                let auto = "/org/freedesktop/login1/session/auto";
                let auto = Proxy::new(bus, LOGIND, auto, SESSION).await?;
                auto.get_property("Id").await?
            }
        };
        let path: OwnedObjectPath = manager.call("GetSession", &(id,)).await?;
        let changed = rule("org.freedesktop.DBus.Properties", "PropertiesChanged")?
            .path(path.clone())?
            .build();
        // Listened to before it is asked, so that no change falls between.
        let changes = MessageStream::for_match_rule(changed, bus, None).await?;
        let session = Proxy::new(bus, LOGIND, path, SESSION).await?;
        Ok(Self {
            changes,
            is_locked: session.get_property(LOCKED).await?,
        })
    }

    /// Whether it is locked, once that has changed; none at the end of the bus.
    async fn next(&mut self) -> zbus::Result<Option<bool>> {
        while let Some(signal) = self.changes.next().await {
            let signal = signal?;
            let body = signal.body();
            let (_, mut changed, _): (String, HashMap<String, OwnedValue>, Vec<String>) =
                body.deserialize()?;
            let locked = changed
                .remove(LOCKED)
                .and_then(|now| bool::try_from(now).ok());
            if let Some(locked) = locked.filter(|locked| *locked != self.is_locked) {
                self.is_locked = locked;
                return Ok(Some(locked));
            }
        }
        Ok(None)
    }
}

fn rule<'a>(interface: &'a str, member: &'a str) -> zbus::Result<zbus::match_rule::Builder<'a>> {
    MatchRule::builder()
        .msg_type(message::Type::Signal)
        .sender(LOGIND)?
        .interface(interface)?
        .member(member)
}
