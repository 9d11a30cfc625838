//! Unity's launcher interface, which the docks of GNOME, KDE, elementary and others read: a signal
//! whenever the number changes, and an answer to whoever asks.

use futures_util::StreamExt;
use std::collections::HashMap;
use tauri::WebviewWindow;
use tokio::sync::watch;
use zbus::fdo::DBusProxy;
use zbus::zvariant::Value;

const APP: &str = "application://dealbell.desktop";
const INTERFACE: &str = "com.canonical.Unity.LauncherEntry";
/// Who owns it shows launchers; one that comes late has heard nothing.
const LAUNCHER: &str = "com.canonical.Unity";

/// The resident's number on the launcher.
pub(crate) struct Dock {
    unread: watch::Sender<u64>,
}

impl Dock {
    /// Nothing is opened before there is a number to tell.
    pub(crate) fn start() -> Self {
        let (unread, told) = watch::channel(0);
        tokio::spawn(async move {
            if let Err(error) = tell(told).await {
                tracing::debug!(%error, "no launcher hears the number");
            }
        });
        Self { unread }
    }

    /// Tells another number; 0 takes it away.
    pub(crate) fn show(&self, unread: u64) {
        self.unread.send_if_modified(|told| {
            let changed = *told != unread;
            *told = unread;
            changed
        });
    }
}

/// The number is the resident's to tell.
pub(crate) fn wear(_window: &WebviewWindow, _unread: u64, _description: &str) {}

async fn tell(mut unread: watch::Receiver<u64>) -> zbus::Result<()> {
    if unread.wait_for(|unread| *unread > 0).await.is_err() {
        return Ok(());
    }
    let path = path();
    let entry = Entry(unread.clone());
    let connection = zbus::connection::Builder::session()?
        .serve_at(path.as_str(), entry)?
        .build()
        .await?;
    let bus = DBusProxy::new(&connection).await?;
    let mut launchers = bus
        .receive_name_owner_changed_with_args(&[(0, LAUNCHER)])
        .await?;
    loop {
        let told = (APP, properties(*unread.borrow_and_update()));
        let everybody = None::<&str>;
        connection
            .emit_signal(everybody, path.as_str(), INTERFACE, "Update", &told)
            .await?;
        let goes_on = tokio::select! {
            changed = unread.changed() => changed.is_ok(),
            launcher = launchers.next() => launcher.is_some(),
        };
        if !goes_on {
            return Ok(());
        }
    }
}

/// Answers a launcher that was not there when the number was told.
struct Entry(watch::Receiver<u64>);

#[zbus::interface(name = "com.canonical.Unity.LauncherEntry")]
impl Entry {
    fn query(&self) -> (&str, HashMap<&str, Value<'_>>) {
        (APP, properties(*self.0.borrow()))
    }
}

fn properties(unread: u64) -> HashMap<&'static str, Value<'static>> {
    let count = i64::try_from(unread).unwrap_or(i64::MAX);
    HashMap::from([
        ("count", Value::from(count)),
        ("count-visible", Value::from(unread > 0)),
    ])
}

/// Where launchers look for the entry of an app: named by a hash of its address.
fn path() -> String {
    let hash = APP.bytes().fold(5_381_u32, |hash, byte| {
        hash.wrapping_mul(33).wrapping_add(u32::from(byte))
    });
    format!("/com/canonical/unity/launcherentry/{hash}")
}
