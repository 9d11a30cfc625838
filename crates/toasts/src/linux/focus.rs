//! The desktop's own do-not-disturb, asked of whoever knows it.
//!
//! | desktop | who knows |
//! |---|---|
//! | KDE Plasma | the daemon's property `Inhibited`; it is true while the screen is shared, too |
//! | dunst | the daemon's property `paused` |
//! | XFCE | xfconf, channel `xfce4-notifyd`, `/do-not-disturb` |
//! | GNOME | GSettings, `org.gnome.desktop.notifications show-banners` |
//!
//! Nothing is asked on a timer: each of them tells the bus when it changes, and is asked again then.
//! No desktop tells of screen sharing as such.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use tokio::process::Command;
use tokio::sync::Notify;
use tokio::sync::mpsc::UnboundedSender;
use zbus::Connection;
use zbus::message::Header;
use zbus::proxy::{CacheProperties, MethodFlags, Proxy};
use zbus::zvariant::OwnedValue;

use super::{NAME, PATH};
use crate::ToastEvent;

const PROPERTIES: &str = "org.freedesktop.DBus.Properties";
const DUNST: &str = "org.dunstproject.cmd0";
const XFCONF: &str = "org.xfce.Xfconf";
const XFCONF_PATH: &str = "/org/xfce/Xfconf";
const XFCE_CHANNEL: &str = "xfce4-notifyd";
const DCONF: &str = "ca.desrt.dconf.Writer";
/// What a daemon calls itself in `GetServerInformation`.
const XFCE_DAEMON: &str = "Xfce Notify Daemon";
const GNOME_DAEMON: &str = "gnome-shell";
/// Nobody waits for this answer; a daemon that owes it is asked no further.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the bus must let through for [`is_news`].
pub(super) fn rules() -> [String; 3] {
    [
        format!(
            "type='signal',sender='{NAME}',interface='{PROPERTIES}',member='PropertiesChanged',path='{PATH}'"
        ),
        format!(
            "type='signal',sender='{XFCONF}',interface='{XFCONF}',path='{XFCONF_PATH}',arg0='{XFCE_CHANNEL}'"
        ),
        format!(
            "type='signal',interface='{DCONF}',member='Notify',arg0path='/org/gnome/desktop/notifications/'"
        ),
    ]
}

/// Whether a signal may mean that the answer is another now. A stranger's makes us ask, and no more.
pub(super) fn is_news(header: &Header<'_>) -> bool {
    header
        .interface()
        .is_some_and(|interface| [PROPERTIES, XFCONF, DCONF].contains(&interface.as_str()))
}

/// Asks now and whenever `news` says so, and tells what changed; the first answer always.
pub(super) async fn follow(
    connection: Connection,
    environment: Vec<(String, String)>,
    news: Arc<Notify>,
    events: UnboundedSender<ToastEvent>,
) {
    let mut told = None;
    loop {
        let asking = quiet(&connection, &environment);
        let quiet = tokio::time::timeout(PATIENCE, asking).await.unwrap_or(None);
        if told != Some(quiet) {
            told = Some(quiet);
            tracing::debug!(?quiet, "the desktop's do-not-disturb");
            let sharing = None;
            if events.send(ToastEvent::Focus { quiet, sharing }).is_err() {
                return;
            }
        }
        news.notified().await;
    }
}

async fn quiet(connection: &Connection, environment: &[(String, String)]) -> Option<bool> {
    for (interface, property) in [(NAME, "Inhibited"), (DUNST, "paused")] {
        let asked = (interface, property);
        let value = ask::<_, OwnedValue>(connection, NAME, PATH, PROPERTIES, "Get", &asked).await;
        if let Some(value) = value {
            return bool::try_from(value).ok();
        }
    }
    type Information = (String, String, String, String);
    let information: Information =
        ask(connection, NAME, PATH, NAME, "GetServerInformation", &()).await?;
    match information.0.as_str() {
        XFCE_DAEMON => Some(xfce(connection).await),
        GNOME_DAEMON => gnome(environment).await,
        _ => None,
    }
}

/// Never switched on, it is not there at all.
async fn xfce(connection: &Connection) -> bool {
    let asked = (XFCE_CHANNEL, "/do-not-disturb");
    let value: Option<OwnedValue> = ask(
        connection,
        XFCONF,
        XFCONF_PATH,
        XFCONF,
        "GetProperty",
        &asked,
    )
    .await;
    value.is_some_and(|value| bool::try_from(value).unwrap_or_default())
}

/// GNOME's own reader of its settings; it answers and ends.
async fn gnome(environment: &[(String, String)]) -> Option<bool> {
    let answer = Command::new("gsettings")
        .args(["get", "org.gnome.desktop.notifications", "show-banners"])
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .inspect_err(|error| tracing::debug!(%error, "no gsettings"))
        .ok()?;
    match answer.stdout.trim_ascii() {
        b"true" => Some(false),
        b"false" => Some(true),
        _ => None,
    }
}

/// One call that starts nobody; none for any kind of no.
async fn ask<A, R>(
    connection: &Connection,
    name: &'static str,
    path: &'static str,
    interface: &'static str,
    member: &'static str,
    arguments: &A,
) -> Option<R>
where
    A: serde::Serialize + zbus::zvariant::DynamicType,
    R: for<'r> zbus::zvariant::DynamicDeserialize<'r>,
{
    let proxy: Proxy<'_> = zbus::proxy::Builder::new(connection)
        .destination(name)
        .ok()?
        .path(path)
        .ok()?
        .interface(interface)
        .ok()?
        .cache_properties(CacheProperties::No)
        .build()
        .await
        .ok()?;
    let flags = MethodFlags::NoAutoStart.into();
    proxy
        .call_with_flags(member, flags, arguments)
        .await
        .inspect_err(|error| tracing::trace!(%error, name, member, "not answered"))
        .ok()?
}
