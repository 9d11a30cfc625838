//! The recording tray: the watcher items register with, and a host's view of an item.

use std::collections::HashMap;

use anyhow::{Context, Result, anyhow, bail};
use futures_util::StreamExt;
use tokio::sync::watch;
use zbus::message::{Header, Type};
use zbus::object_server::SignalEmitter;
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Structure, Value};
use zbus::{Connection, MatchRule, MessageStream, interface};

use super::Recorded;
use crate::PATIENCE;

pub(super) const WATCHER: &str = "org.kde.StatusNotifierWatcher";
pub(super) const WATCHER_PATH: &str = "/StatusNotifierWatcher";
const ITEM: &str = "org.kde.StatusNotifierItem";
const MENU: &str = "com.canonical.dbusmenu";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";

pub(super) struct Watcher {
    recorded: watch::Sender<Recorded>,
}

impl Watcher {
    pub(super) fn new(recorded: watch::Sender<Recorded>) -> Self {
        Self { recorded }
    }
}

#[interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    async fn register_status_notifier_item(
        &mut self,
        service: &str,
        #[zbus(header)] header: Header<'_>,
        #[zbus(signal_emitter)] emitter: SignalEmitter<'_>,
    ) -> zbus::fdo::Result<()> {
        let sender = header.sender().map(ToString::to_string).unwrap_or_default();
        // Either a bus name, or a path on the caller's own connection.
        let item = if service.starts_with('/') {
            (sender, service.to_owned())
        } else {
            (service.to_owned(), "/StatusNotifierItem".to_owned())
        };
        let name = format!("{}{}", item.0, item.1);
        self.recorded
            .send_modify(|recorded| recorded.items.push(item));
        Self::status_notifier_item_registered(&emitter, &name).await?;
        Ok(())
    }

    fn register_status_notifier_host(&self, _service: &str) {}

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        self.recorded
            .borrow()
            .items
            .iter()
            .map(|(service, path)| service.clone() + path)
            .collect()
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }

    #[zbus(signal)]
    async fn status_notifier_item_registered(
        emitter: &SignalEmitter<'_>,
        service: &str,
    ) -> zbus::Result<()>;
}

/// One picture of an icon: ARGB, 8 bits each, row by row from the top.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Icon {
    /// Pixels.
    pub width: i32,
    /// Pixels.
    pub height: i32,
    /// `4 × width × height` bytes.
    pub argb: Vec<u8>,
}

/// What a tray shows of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrayView {
    /// `Title`
    pub title: String,
    /// `Status`: Passive, Active or NeedsAttention.
    pub status: String,
    /// `IconPixmap`, all sizes.
    pub icons: Vec<Icon>,
    /// `ToolTip`'s title.
    pub tooltip_title: String,
    /// `ToolTip`'s text.
    pub tooltip_text: String,
}

/// One line of the item's menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MenuEntry {
    /// What `Event` takes.
    pub id: i32,
    /// As the user reads it, underscores of mnemonics included; empty for a separator.
    pub label: String,
    /// Whether it can be chosen.
    pub enabled: bool,
    /// Whether it is shown.
    pub visible: bool,
    /// Its submenu.
    pub children: Vec<MenuEntry>,
}

impl MenuEntry {
    /// This entry and all below it.
    pub fn flat(&self) -> Vec<&MenuEntry> {
        let below = self.children.iter().flat_map(MenuEntry::flat);
        std::iter::once(self).chain(below).collect()
    }
}

/// A registered tray item, as a host reads and clicks it.
#[derive(Debug, Clone)]
pub struct TrayItem {
    connection: Connection,
    service: String,
    path: String,
}

impl TrayItem {
    pub(super) async fn new(connection: Connection, service: String, path: String) -> Result<Self> {
        Ok(Self {
            connection,
            service,
            path,
        })
    }

    async fn property(&self, name: &str) -> Result<OwnedValue> {
        let reply = self
            .connection
            .call_method(
                Some(self.service.as_str()),
                self.path.as_str(),
                Some(PROPERTIES),
                "Get",
                &(ITEM, name),
            )
            .await
            .with_context(|| format!("the tray item's {name}"))?;
        Ok(reply.body().deserialize()?)
    }

    /// What the tray shows now.
    ///
    /// # Errors
    /// When the item is gone or a property is missing or has another type.
    pub async fn view(&self) -> Result<TrayView> {
        let icons: Vec<(i32, i32, Vec<u8>)> = self.property("IconPixmap").await?.try_into()?;
        let tooltip = Structure::try_from(self.property("ToolTip").await?)?;
        let text = |at: usize| match tooltip.fields().get(at) {
            Some(Value::Str(text)) => Ok(text.to_string()),
            other => Err(anyhow!("ToolTip holds {other:?} at {at}")),
        };
        Ok(TrayView {
            title: self.property("Title").await?.try_into()?,
            status: self.property("Status").await?.try_into()?,
            icons: icons
                .into_iter()
                .map(|(width, height, argb)| Icon {
                    width,
                    height,
                    argb,
                })
                .collect(),
            tooltip_title: text(2)?,
            tooltip_text: text(3)?,
        })
    }

    /// Waits until what the tray shows satisfies `wanted`; looks again whenever the item signals a change.
    ///
    /// # Errors
    /// After [`crate::PATIENCE`], with what it shows instead, or when the item is gone.
    pub async fn wait(&self, wanted: impl Fn(&TrayView) -> bool) -> Result<TrayView> {
        let rule = MatchRule::builder()
            .msg_type(Type::Signal)
            .sender(self.service.as_str())?
            .interface(ITEM)?
            .build();
        let mut changes = MessageStream::for_match_rule(rule, &self.connection, None).await?;
        let mut last = None;
        let search = async {
            loop {
                let view = self.view().await?;
                if wanted(&view) {
                    return Ok(view);
                }
                last = Some(view);
                if changes.next().await.is_none() {
                    bail!("the bus is gone");
                }
            }
        };
        match tokio::time::timeout(PATIENCE, search).await {
            Ok(found) => found,
            Err(_) => bail!("the tray does not show what is wanted; it shows {last:?}"),
        }
    }

    /// A left click at a place on the screen.
    ///
    /// # Errors
    /// When the item is gone or does not take clicks.
    pub async fn activate(&self, x: i32, y: i32) -> Result<()> {
        self.connection
            .call_method(
                Some(self.service.as_str()),
                self.path.as_str(),
                Some(ITEM),
                "Activate",
                &(x, y),
            )
            .await?;
        Ok(())
    }

    async fn menu_path(&self) -> Result<OwnedObjectPath> {
        Ok(self.property("Menu").await?.try_into()?)
    }

    /// The whole menu; the root has no label.
    ///
    /// # Errors
    /// When the item is gone or has no menu.
    pub async fn menu(&self) -> Result<MenuEntry> {
        let path = self.menu_path().await?;
        let everything: (i32, i32, &[&str]) = (0, -1, &[]);
        let reply = self
            .connection
            .call_method(
                Some(self.service.as_str()),
                path.as_ref(),
                Some(MENU),
                "GetLayout",
                &everything,
            )
            .await?;
        let body = reply.body();
        let (_revision, (id, properties, children)): (u32, Node) = body.deserialize()?;
        entry(id, &properties, &children)
    }

    /// Waits until the menu satisfies `wanted`; looks again whenever the menu signals a change.
    ///
    /// # Errors
    /// As [`TrayItem::wait`].
    pub async fn wait_menu(&self, wanted: impl Fn(&MenuEntry) -> bool) -> Result<MenuEntry> {
        let rule = MatchRule::builder()
            .msg_type(Type::Signal)
            .sender(self.service.as_str())?
            .interface(MENU)?
            .build();
        let mut changes = MessageStream::for_match_rule(rule, &self.connection, None).await?;
        let mut last = None;
        let search = async {
            loop {
                let menu = self.menu().await?;
                if wanted(&menu) {
                    return Ok(menu);
                }
                last = Some(menu);
                if changes.next().await.is_none() {
                    bail!("the bus is gone");
                }
            }
        };
        match tokio::time::timeout(PATIENCE, search).await {
            Ok(found) => found,
            Err(_) => bail!("the menu does not show what is wanted; it shows {last:#?}"),
        }
    }

    /// The user chooses the entry whose label, without mnemonic underscores, is this. The menu may be
    /// renewed between the look and the click; a panel then shows the new one, and so is it here.
    ///
    /// # Errors
    /// When there is no such entry, or it cannot be chosen.
    pub async fn click_menu(&self, label: &str) -> Result<()> {
        let deadline = std::time::Instant::now() + PATIENCE;
        loop {
            let chosen = self.choose(label).await;
            let renewed = chosen.as_ref().is_err_and(|error| {
                let said = error.downcast_ref::<zbus::Error>();
                said.is_some_and(|error| error.to_string().contains("id not found"))
            });
            if !renewed || std::time::Instant::now() >= deadline {
                return chosen;
            }
        }
    }

    async fn choose(&self, label: &str) -> Result<()> {
        let menu = self.menu().await?;
        let entries = menu.flat();
        let found = entries
            .iter()
            .find(|entry| entry.label.replace('_', "") == label);
        let entry = found.with_context(|| format!("no menu entry {label:?} in {menu:#?}"))?;
        if !entry.enabled || !entry.visible {
            bail!("the menu entry {label:?} cannot be chosen: {entry:?}");
        }
        let path = self.menu_path().await?;
        let event = (entry.id, "clicked", Value::from(0i32), 0u32);
        self.connection
            .call_method(
                Some(self.service.as_str()),
                path.as_ref(),
                Some(MENU),
                "Event",
                &event,
            )
            .await?;
        Ok(())
    }
}

type Node = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);

fn entry(
    id: i32,
    properties: &HashMap<String, OwnedValue>,
    children: &[OwnedValue],
) -> Result<MenuEntry> {
    let flag = |name: &str| {
        properties
            .get(name)
            .and_then(|value| value.downcast_ref::<bool>().ok())
            .unwrap_or(true)
    };
    let label = properties
        .get("label")
        .and_then(|value| value.downcast_ref::<String>().ok());
    let children = children.iter().map(|child| {
        let (id, properties, children): Node = child.try_clone()?.try_into()?;
        entry(id, &properties, &children)
    });
    Ok(MenuEntry {
        id,
        label: label.unwrap_or_default(),
        enabled: flag("enabled"),
        visible: flag("visible"),
        children: children.collect::<Result<_>>()?,
    })
}
