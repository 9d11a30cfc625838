//! The app's item as the desktop's own watcher lists it.

use anyhow::{Context, Result};
use zbus::Connection;
use zbus::zvariant::{OwnedValue, Structure, Value};

const PROPERTIES: &str = "org.freedesktop.DBus.Properties";
const WATCHER: &str = "org.kde.StatusNotifierWatcher";
const ITEM: &str = "org.kde.StatusNotifierItem";

/// An item that has registered.
pub(super) struct Item {
    service: String,
    path: String,
}

/// The item, where there is one; nobody else has icons on a desktop of ours.
///
/// # Errors
/// When there is no watcher.
pub(super) async fn registered(bus: &Connection) -> Result<Option<Item>> {
    let items = property(
        bus,
        WATCHER,
        "/StatusNotifierWatcher",
        WATCHER,
        "RegisteredStatusNotifierItems",
    );
    let items: Vec<String> = items.await?.try_into()?;
    Ok(items.first().map(|item| {
        // `:1.7/path` on XFCE, `:1.7@/path` on GNOME, a name alone elsewhere.
        let (service, path) = item
            .find('/')
            .map_or((item.as_str(), "/StatusNotifierItem"), |at| {
                item.split_at(at)
            });
        Item {
            service: service.trim_end_matches('@').to_owned(),
            path: path.to_owned(),
        }
    }))
}

impl Item {
    /// What it says under the pointer.
    ///
    /// # Errors
    /// When it is gone.
    pub(super) async fn tooltip(&self, bus: &Connection) -> Result<String> {
        let value = property(bus, &self.service, &self.path, ITEM, "ToolTip").await?;
        let tooltip = Structure::try_from(value)?;
        match tooltip.fields().get(3) {
            Some(Value::Str(text)) => Ok(text.to_string()),
            other => anyhow::bail!("ToolTip holds {other:?}"),
        }
    }
}

async fn property(
    bus: &Connection,
    service: &str,
    path: &str,
    interface: &str,
    name: &str,
) -> Result<OwnedValue> {
    let reply = bus
        .call_method(
            Some(service),
            path,
            Some(PROPERTIES),
            "Get",
            &(interface, name),
        )
        .await
        .with_context(|| format!("{name} of {service}"))?;
    Ok(reply.body().deserialize()?)
}
