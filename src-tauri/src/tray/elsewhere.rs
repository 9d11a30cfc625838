//! Windows' notification area and macOS' menu bar, by Tauri's own tray.

use super::{TrayEvent, icon};
use dealbell_inbox::view::{MenuAct, MenuEntry, TrayView};
use tauri::image::Image;
use tauri::menu::{Menu, MenuItem, PredefinedMenuItem};
use tauri::tray::{MouseButton, MouseButtonState, TrayIcon, TrayIconBuilder, TrayIconEvent};
use tauri::{AppHandle, Wry};
use tokio::sync::mpsc;

/// Drawn at this size and scaled by the system.
const SIZE: u32 = 32;

/// The icon and its menu.
pub(crate) struct Tray {
    app: AppHandle,
    icon: Option<TrayIcon>,
    shown: TrayView,
}

impl Tray {
    /// Puts the icon up. Where the system refuses, the event says so.
    pub(crate) async fn start(
        app: &AppHandle,
        view: TrayView,
        events: mpsc::Sender<TrayEvent>,
    ) -> Self {
        let icon = build(app, &view, events.clone());
        if let Err(error) = &icon {
            tracing::warn!(%error, "no tray");
        }
        let _ = events.send(TrayEvent::Host(icon.is_ok())).await;
        Self {
            app: app.clone(),
            icon: icon.ok(),
            shown: view,
        }
    }

    /// Draws another view.
    pub(crate) async fn show(&mut self, view: TrayView) {
        if view == self.shown {
            return;
        }
        if let Some(icon) = &self.icon {
            let menu = menu(&self.app, &view);
            let outcome = icon
                .set_icon(Some(drawn(&view)))
                .and_then(|()| icon.set_title(title(&view)))
                .and_then(|()| icon.set_tooltip(Some(&view.tooltip)))
                .and_then(|()| icon.set_menu(menu.ok()));
            if let Err(error) = outcome {
                tracing::warn!(%error, "the tray could not be drawn");
            }
        }
        self.shown = view;
    }

    /// Takes the icon away.
    pub(crate) async fn leave(self) {
        if let Some(icon) = self.icon {
            let _ = icon.set_visible(false);
        }
    }
}

fn build(
    app: &AppHandle,
    view: &TrayView,
    events: mpsc::Sender<TrayEvent>,
) -> tauri::Result<TrayIcon> {
    let clicks = events.clone();
    let mut builder = TrayIconBuilder::with_id("dealbell");
    if let Some(title) = title(view) {
        builder = builder.title(title);
    }
    builder
        .icon(drawn(view))
        .tooltip(&view.tooltip)
        .menu(&menu(app, view)?)
        .show_menu_on_left_click(false)
        .on_menu_event(move |_, event| {
            if let Some(act) = act_of(event.id().as_ref()) {
                let _ = events.try_send(TrayEvent::Act(act));
            }
        })
        .on_tray_icon_event(move |_, event| {
            if let TrayIconEvent::Click {
                button: MouseButton::Left,
                button_state: MouseButtonState::Up,
                ..
            } = event
            {
                let _ = clicks.try_send(TrayEvent::Act(MenuAct::Open));
            }
        })
        .build(app)
}

/// Whether the number stands beside the icon, where the menu bar has room for it, and not in it.
const NUMBER_BESIDE: bool = cfg!(target_os = "macos");

fn drawn(view: &TrayView) -> Image<'static> {
    let badge = if NUMBER_BESIDE { 0 } else { view.badge };
    Image::new_owned(icon::draw(view.icon, badge, SIZE), SIZE, SIZE)
}

fn title(view: &TrayView) -> Option<String> {
    (NUMBER_BESIDE && view.badge > 0).then(|| view.badge.to_string())
}

fn menu(app: &AppHandle, view: &TrayView) -> tauri::Result<Menu<Wry>> {
    let menu = Menu::new(app)?;
    for entry in &view.menu {
        match entry {
            MenuEntry::Separator => menu.append(&PredefinedMenuItem::separator(app)?)?,
            MenuEntry::Act { act, label } => {
                menu.append(&MenuItem::with_id(
                    app,
                    id_of(*act),
                    label,
                    true,
                    None::<&str>,
                )?)?;
            }
        }
    }
    Ok(menu)
}

fn id_of(act: MenuAct) -> String {
    match act {
        MenuAct::Open => "open".into(),
        MenuAct::Notification(id) => format!("card:{id}"),
        MenuAct::ReadAll => "read-all".into(),
        MenuAct::QuietHour => "quiet-hour".into(),
        MenuAct::QuietTomorrow => "quiet-tomorrow".into(),
        MenuAct::QuietUntilOff => "quiet-until-off".into(),
        MenuAct::QuietOff => "quiet-off".into(),
        MenuAct::Reconnect => "reconnect".into(),
        MenuAct::Settings => "settings".into(),
        MenuAct::Quit => "quit".into(),
    }
}

fn act_of(id: &str) -> Option<MenuAct> {
    match id {
        "open" => Some(MenuAct::Open),
        "read-all" => Some(MenuAct::ReadAll),
        "quiet-hour" => Some(MenuAct::QuietHour),
        "quiet-tomorrow" => Some(MenuAct::QuietTomorrow),
        "quiet-until-off" => Some(MenuAct::QuietUntilOff),
        "quiet-off" => Some(MenuAct::QuietOff),
        "reconnect" => Some(MenuAct::Reconnect),
        "settings" => Some(MenuAct::Settings),
        "quit" => Some(MenuAct::Quit),
        other => other
            .strip_prefix("card:")?
            .parse()
            .ok()
            .map(MenuAct::Notification),
    }
}
