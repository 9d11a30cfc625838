//! StatusNotifierItem over D-Bus, by ksni.

use super::{TrayEvent, icon};
use dealbell_inbox::view::{MenuAct, MenuEntry, TrayView};
use ksni::menu::{MenuItem, StandardItem};
use ksni::{Category, Icon, OfflineReason, Status, ToolTip, TrayMethods};
use tauri::AppHandle;
use tokio::sync::mpsc;

/// The tray item, shown by whatever panel is there now or comes later.
pub(crate) struct Tray {
    item: Option<ksni::Handle<Item>>,
    shown: TrayView,
}

impl Tray {
    /// Registers the item. Without a bus there is no tray: the event says so.
    pub(crate) async fn start(
        _app: &AppHandle,
        view: TrayView,
        events: mpsc::Sender<TrayEvent>,
    ) -> Self {
        let item = Item {
            view: view.clone(),
            icons: icons(&view),
            events: events.clone(),
        };
        // A panel may come long after us; and a well-known name would only let GNOME miss us.
        let started = item
            .assume_sni_available(true)
            .disable_dbus_name(true)
            .spawn()
            .await;
        if let Err(error) = &started {
            tracing::warn!(%error, "no tray");
            let _ = events.send(TrayEvent::Host(false)).await;
        }
        Self {
            item: started.ok(),
            shown: view,
        }
    }

    /// Draws another view.
    pub(crate) async fn show(&mut self, view: TrayView) {
        if view == self.shown {
            return;
        }
        let redraw = view.icon != self.shown.icon || view.badge != self.shown.badge;
        self.shown = view.clone();
        let Some(item) = &self.item else { return };
        item.update(move |item| {
            if redraw {
                item.icons = icons(&view);
            }
            item.view = view;
        })
        .await;
    }

    /// Takes the item off the panel.
    pub(crate) async fn leave(self) {
        if let Some(item) = self.item {
            item.shutdown().await;
        }
    }
}

struct Item {
    view: TrayView,
    icons: Vec<Icon>,
    events: mpsc::Sender<TrayEvent>,
}

impl Item {
    fn act(&self, act: MenuAct) {
        if let Some(token) = ksni::current_xdg_activation_token() {
            self.tell(TrayEvent::Activation(token));
        }
        self.tell(TrayEvent::Act(act));
    }

    fn tell(&self, event: TrayEvent) {
        if let Err(error) = self.events.try_send(event) {
            tracing::warn!(%error, "the tray is used faster than we can follow");
        }
    }
}

impl ksni::Tray for Item {
    fn id(&self) -> String {
        "dealbell".into()
    }

    fn category(&self) -> Category {
        Category::Communications
    }

    fn title(&self) -> String {
        "Dealbell".into()
    }

    fn status(&self) -> Status {
        // Never passive: a hidden bell would look like a missing one.
        Status::Active
    }

    fn icon_pixmap(&self) -> Vec<Icon> {
        self.icons.clone()
    }

    fn tool_tip(&self) -> ToolTip {
        ToolTip {
            title: "Dealbell".into(),
            description: self.view.tooltip.clone(),
            ..ToolTip::default()
        }
    }

    fn activate(&mut self, _x: i32, _y: i32) {
        self.act(MenuAct::Open);
    }

    fn secondary_activate(&mut self, _x: i32, _y: i32) {
        self.act(MenuAct::Open);
    }

    fn menu(&self) -> Vec<MenuItem<Self>> {
        self.view.menu.iter().map(line).collect()
    }

    fn watcher_online(&self) {
        self.tell(TrayEvent::Host(true));
    }

    fn watcher_offline(&self, reason: OfflineReason) -> bool {
        tracing::info!(?reason, "no panel shows the tray; waiting for one");
        self.tell(TrayEvent::Host(false));
        true
    }
}

fn line(entry: &MenuEntry) -> MenuItem<Item> {
    match entry {
        MenuEntry::Separator => MenuItem::Separator,
        MenuEntry::Act { act, label } => {
            let act = *act;
            StandardItem {
                // An underscore would mark an access key.
                label: label.replace('_', "__"),
                activate: Box::new(move |item: &mut Item| item.act(act)),
                ..StandardItem::default()
            }
            .into()
        }
    }
}

/// All sizes, as ARGB in network byte order.
fn icons(view: &TrayView) -> Vec<Icon> {
    icon::SIZES
        .iter()
        .map(|&size| {
            let mut data = icon::draw(view.icon, view.badge, size);
            for pixel in data.chunks_exact_mut(4) {
                pixel.rotate_right(1);
            }
            let side = i32::try_from(size).unwrap_or_default();
            Icon {
                width: side,
                height: side,
                data,
            }
        })
        .collect()
}
