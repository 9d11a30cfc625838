//! Sleep and lock, told by logind.

use super::super::SystemEvent;
use futures_util::StreamExt;
use tokio::sync::mpsc;
use zbus::{Connection, MatchRule, MessageStream, message};

const LOGIND: &str = "org.freedesktop.login1";

/// Tells of every wake, lock and unlock.
pub(super) async fn watch(events: mpsc::Sender<SystemEvent>) {
    if let Err(error) = follow(&events).await {
        tracing::info!(%error, "the system does not tell when it sleeps");
    }
}

async fn follow(events: &mpsc::Sender<SystemEvent>) -> zbus::Result<()> {
    let bus = Connection::system().await?;
    let mut sleep = signals(&bus, "org.freedesktop.login1.Manager", "PrepareForSleep").await?;
    let mut lock = signals(&bus, "org.freedesktop.login1.Session", "Lock").await?;
    let mut unlock = signals(&bus, "org.freedesktop.login1.Session", "Unlock").await?;
    loop {
        let event = tokio::select! {
            Some(signal) = sleep.next() => match signal?.body().deserialize::<bool>()? {
                true => continue,
                false => SystemEvent::Woke,
            },
            Some(_) = lock.next() => SystemEvent::Locked(true),
            Some(_) = unlock.next() => SystemEvent::Locked(false),
            else => return Ok(()),
        };
        if events.send(event).await.is_err() {
            return Ok(());
        }
    }
}

async fn signals(bus: &Connection, interface: &str, name: &str) -> zbus::Result<MessageStream> {
    let rule = MatchRule::builder()
        .msg_type(message::Type::Signal)
        .sender(LOGIND)?
        .interface(interface)?
        .member(name)?
        .build();
    MessageStream::for_match_rule(rule, bus, None).await
}
