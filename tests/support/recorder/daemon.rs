//! The recording notification daemon.

use std::collections::HashMap;

use anyhow::Result;
use tokio::sync::watch;
use zbus::message::Header;
use zbus::object_server::ResponseDispatchNotifier;
use zbus::zvariant::OwnedValue;
use zbus::{Connection, fdo, interface};

use super::{Recorded, RecorderOptions};

pub(super) const NAME: &str = "org.freedesktop.Notifications";
pub(super) const PATH: &str = "/org/freedesktop/Notifications";

/// Whether each toast is clicked as soon as it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ClickAtOnce {
    /// Clicks are the test's.
    #[default]
    Never,
    /// On the wire before the reply that names the id.
    BeforeReply,
    /// On the wire directly after the reply.
    AfterReply,
}

/// One `Notify`, as it came over the bus.
#[derive(Debug, Clone, PartialEq)]
pub struct NotifyCall {
    /// The unique name of the connection that called.
    pub sender: String,
    /// The id it was given.
    pub id: u32,
    /// The id it asked to replace, or 0.
    pub replaces: u32,
    /// The app's name.
    pub app_name: String,
    /// The icon's name or path.
    pub icon: String,
    /// Title, as sent.
    pub title: String,
    /// Body, as sent: with markup where the daemon says it reads it.
    pub body: String,
    /// Action and label.
    pub actions: Vec<(String, String)>,
    /// Urgency: 0 low, 1 normal, 2 critical.
    pub urgency: Option<u8>,
    /// The sender wants no sound.
    pub quiet: bool,
    /// The `sound-name` hint.
    pub sound: Option<String>,
    /// The sender wants it kept nowhere.
    pub transient: bool,
    /// The `desktop-entry` hint.
    pub desktop_entry: Option<String>,
    /// The `category` hint.
    pub category: Option<String>,
    /// When it arrived.
    pub at: std::time::Instant,
}

impl NotifyCall {
    /// The body as a user reads it on a daemon that understands markup.
    pub fn body_read(&self) -> String {
        self.body
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&")
    }
}

pub(super) struct Notifications {
    capabilities: Vec<String>,
    name: String,
    pub(super) inhibited: Option<bool>,
    click_at_once: ClickAtOnce,
    last_id: u32,
    recorded: watch::Sender<Recorded>,
}

impl Notifications {
    pub(super) fn new(
        capabilities: Vec<String>,
        options: &RecorderOptions,
        recorded: watch::Sender<Recorded>,
    ) -> Self {
        Self {
            capabilities,
            name: options.daemon_name.clone(),
            inhibited: options.inhibited,
            click_at_once: options.click_at_once,
            last_id: 0,
            recorded,
        }
    }

    /// Whether the toast is on the screen and this caller's, as GNOME asks.
    fn owned(&self, id: u32, sender: &str) -> fdo::Result<()> {
        if self
            .recorded
            .borrow()
            .on_screen
            .get(&id)
            .is_some_and(|toast| toast.sender == sender)
        {
            return Ok(());
        }
        let reason = format!("Invalid notification ID {id}");
        self.recorded
            .send_modify(|recorded| recorded.refused.push(reason.clone()));
        Err(fdo::Error::InvalidArgs(reason))
    }
}

#[interface(name = "org.freedesktop.Notifications")]
impl Notifications {
    #[expect(clippy::too_many_arguments, reason = "the interface's own")]
    async fn notify(
        &mut self,
        app_name: String,
        replaces_id: u32,
        app_icon: String,
        summary: String,
        body: String,
        actions: Vec<String>,
        hints: HashMap<String, OwnedValue>,
        _expire_timeout: i32,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> fdo::Result<ResponseDispatchNotifier<u32>> {
        let at = std::time::Instant::now();
        let sender = header.sender().map(ToString::to_string).unwrap_or_default();
        let id = if replaces_id == 0 {
            self.last_id += 1;
            self.last_id
        } else {
            self.owned(replaces_id, &sender)?;
            replaces_id
        };
        let text = |name: &str| {
            hints
                .get(name)
                .and_then(|hint| hint.downcast_ref::<String>().ok())
        };
        let flag = |name: &str| {
            hints
                .get(name)
                .is_some_and(|hint| hint.downcast_ref::<bool>().unwrap_or_default())
        };
        let pair = |pair: &[String]| (pair[0].clone(), pair[1].clone());
        let call = NotifyCall {
            sender: sender.clone(),
            id,
            replaces: replaces_id,
            app_name,
            icon: app_icon,
            title: summary,
            body,
            actions: actions
                .as_chunks::<2>()
                .0
                .iter()
                .map(|two| pair(two))
                .collect(),
            urgency: hints
                .get("urgency")
                .and_then(|hint| hint.downcast_ref::<u8>().ok()),
            quiet: flag("suppress-sound"),
            sound: text("sound-name"),
            transient: flag("transient"),
            desktop_entry: text("desktop-entry"),
            category: text("category"),
            at,
        };
        self.recorded.send_modify(|recorded| {
            recorded.on_screen.insert(id, call.clone());
            recorded.calls.push(call);
        });
        let (reply, sent) = ResponseDispatchNotifier::new(id);
        match self.click_at_once {
            ClickAtOnce::Never => {}
            ClickAtOnce::BeforeReply => {
                invoke(connection, &sender, id, "default", None)
                    .await
                    .map_err(failed)?;
            }
            ClickAtOnce::AfterReply => {
                let connection = connection.clone();
                tokio::spawn(async move {
                    sent.await;
                    invoke(&connection, &sender, id, "default", None).await
                });
            }
        }
        Ok(reply)
    }

    async fn close_notification(
        &mut self,
        id: u32,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> fdo::Result<()> {
        let sender = header.sender().map(ToString::to_string).unwrap_or_default();
        self.owned(id, &sender)?;
        closed(connection, Some(&sender), id, 3)
            .await
            .map_err(failed)?;
        self.recorded.send_modify(|recorded| {
            recorded.on_screen.remove(&id);
            recorded.withdrawn.push(id);
        });
        Ok(())
    }

    fn get_capabilities(&self) -> Vec<String> {
        self.capabilities.clone()
    }

    fn get_server_information(&self) -> (&str, &str, &str, &str) {
        (&self.name, "Dealbell", "1", "1.2")
    }

    /// KDE's: nothing is shown now, for whatever reason.
    #[zbus(property)]
    fn inhibited(&self) -> fdo::Result<bool> {
        self.inhibited
            .ok_or_else(|| fdo::Error::UnknownProperty("Inhibited".into()))
    }
}

fn failed(error: anyhow::Error) -> fdo::Error {
    fdo::Error::Failed(error.to_string())
}

pub(super) async fn invoke(
    daemon: &Connection,
    to: &str,
    id: u32,
    action: &str,
    token: Option<&str>,
) -> Result<()> {
    if let Some(token) = token {
        daemon
            .emit_signal(Some(to), PATH, NAME, "ActivationToken", &(id, token))
            .await?;
    }
    daemon
        .emit_signal(Some(to), PATH, NAME, "ActionInvoked", &(id, action))
        .await?;
    Ok(())
}

pub(super) async fn closed(
    daemon: &Connection,
    to: Option<&str>,
    id: u32,
    reason: u32,
) -> Result<()> {
    daemon
        .emit_signal(to, PATH, NAME, "NotificationClosed", &(id, reason))
        .await?;
    Ok(())
}

pub(super) async fn broadcast_click(daemon: &Connection, id: u32) -> Result<()> {
    daemon
        .emit_signal(None::<&str>, PATH, NAME, "ActionInvoked", &(id, "default"))
        .await?;
    Ok(())
}
