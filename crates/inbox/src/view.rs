//! What tray and menu show, as plain values computed from [`State`]; edges draw them, and skip
//! when nothing changed.

use crate::State;
use dealbell_protocol::window::{Connection, Language};
use dealbell_protocol::{NotificationId, text as safe};
use dealbell_texts::text;

/// The longest title in the menu, characters.
const MAX_LABEL: usize = 60;

/// The tray: icon, number, tooltip, menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrayView {
    /// Which icon.
    pub icon: TrayIcon,
    /// The number drawn into it; 0 draws none.
    pub badge: u64,
    /// The text beside the pointer.
    pub tooltip: String,
    /// The menu, from the top.
    pub menu: Vec<MenuEntry>,
}

/// The looks of the icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TrayIcon {
    /// Connected.
    Online,
    /// On the way.
    Connecting,
    /// No connection.
    Offline,
    /// The user has to sign in.
    SignedOut,
}

/// A line of the menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MenuEntry {
    /// Choosing it does something.
    Act {
        /// What.
        act: MenuAct,
        /// What it says.
        label: String,
    },
    /// A line between groups.
    Separator,
}

/// What the menu can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MenuAct {
    /// Show the window.
    Open,
    /// Open this notification's card, or the window at it.
    Notification(NotificationId),
    /// Mark everything read.
    ReadAll,
    /// Connect now.
    Reconnect,
    /// Show the settings.
    Settings,
    /// End Dealbell.
    Quit,
}

impl TrayView {
    /// The tray in `state`. Unread notifications that were fetched stay visible offline.
    pub fn of(state: &State, language: Language) -> Self {
        Self {
            icon: icon(state.connection),
            badge: state.unread,
            tooltip: tooltip(state, language),
            menu: menu(state, language),
        }
    }
}

/// The window's title: the name, and the number where there is one.
pub fn window_title(unread: u64) -> String {
    match unread {
        0 => "Dealbell".to_owned(),
        count => format!("({count}) Dealbell"),
    }
}

fn icon(connection: Connection) -> TrayIcon {
    match connection {
        Connection::Online => TrayIcon::Online,
        Connection::Connecting => TrayIcon::Connecting,
        Connection::Offline { .. } => TrayIcon::Offline,
        Connection::SignedOut { .. } => TrayIcon::SignedOut,
    }
}

fn tooltip(state: &State, language: Language) -> String {
    let count = [("count", state.unread.into())];
    let message = match icon(state.connection) {
        TrayIcon::Online => "tooltip-online",
        TrayIcon::Connecting => "tooltip-connecting",
        TrayIcon::Offline => "tooltip-offline",
        TrayIcon::SignedOut => "tooltip-signed-out",
    };
    text(language, message, &count)
}

fn menu(state: &State, language: Language) -> Vec<MenuEntry> {
    let act = |act, message| MenuEntry::Act {
        act,
        label: text(language, message, &[]),
    };
    let mut menu = vec![act(MenuAct::Open, "menu-open")];
    if !state.newest.is_empty() {
        menu.push(MenuEntry::Separator);
        menu.extend(state.newest.iter().map(|newest| MenuEntry::Act {
            act: MenuAct::Notification(newest.id),
            label: safe::line(&newest.title, MAX_LABEL),
        }));
        menu.push(act(MenuAct::ReadAll, "menu-read-all"));
    }
    menu.push(MenuEntry::Separator);
    if matches!(state.connection, Connection::Offline { .. }) {
        menu.push(act(MenuAct::Reconnect, "menu-reconnect"));
    }
    menu.push(act(MenuAct::Settings, "menu-settings"));
    menu.push(act(MenuAct::Quit, "menu-quit"));
    menu
}
