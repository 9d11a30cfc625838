//! What the tray shows, as values.

use dealbell_inbox::State;
use dealbell_inbox::view::{MenuAct, MenuEntry, TrayIcon, TrayView, window_title};
use dealbell_protocol::window::{Connection, Language, SignedOutReason};
use dealbell_protocol::{Kind, Notification, NotificationId, Priority, ProviderId};

fn notification(number: u128, title: &str) -> Notification {
    Notification {
        author: None,
        id: NotificationId(ulid::Ulid(number)),
        provider: ProviderId::new("tasks"),
        kind: Kind::TaskNew,
        priority: Priority::Normal,
        subject: None,
        title: title.to_owned(),
        text: String::new(),
        context: None,
        link: None,
        at: 0,
        created_at: 0,
        created_seq: 1,
        read_at: None,
        silent: false,
    }
}

fn entry(act: MenuAct, label: &str) -> MenuEntry {
    MenuEntry::Act {
        act,
        label: label.to_owned(),
    }
}

#[test]
fn online_with_unread_ones() {
    let newest = notification(1, &format!("Позвонить\u{202E}\n{}", "й".repeat(100)));
    let state = State {
        connection: Connection::Online,
        unread: 3,
        newest: vec![newest.clone()],
        ..State::default()
    };
    let view = TrayView::of(&state, Language::Ru);
    assert_eq!((view.icon, view.badge), (TrayIcon::Online, 3));
    assert_eq!(view.tooltip, "3 непрочитанных");
    let label = format!("Позвонить {}…", "й".repeat(49));
    assert_eq!(
        view.menu,
        [
            entry(MenuAct::Open, "Открыть Dealbell"),
            MenuEntry::Separator,
            entry(MenuAct::Notification(newest.id), &label),
            entry(MenuAct::ReadAll, "Отметить всё прочитанным"),
            MenuEntry::Separator,
            entry(MenuAct::Settings, "Каналы и настройки"),
            entry(MenuAct::Quit, "Выйти из Dealbell"),
        ]
    );
}

#[test]
fn offline_keeps_the_number_and_offers_to_connect() {
    let state = State {
        connection: Connection::Offline { retry_at: Some(1) },
        unread: 2,
        ..State::default()
    };
    let view = TrayView::of(&state, Language::En);
    assert_eq!((view.icon, view.badge), (TrayIcon::Offline, 2));
    assert_eq!(view.tooltip, "Offline. We'll keep trying");
    let reconnect = entry(MenuAct::Reconnect, "Connect now");
    assert!(view.menu.contains(&reconnect));
}

#[test]
fn the_icon_tells_the_link() {
    let reason = SignedOutReason::DeviceRevoked;
    for (connection, icon) in [
        (Connection::Online, TrayIcon::Online),
        (Connection::Connecting, TrayIcon::Connecting),
        (Connection::SignedOut { reason }, TrayIcon::SignedOut),
    ] {
        let state = State {
            connection,
            ..State::default()
        };
        let view = TrayView::of(&state, Language::Ru);
        assert_eq!(view.icon, icon);
        assert!(!view.menu.iter().any(|entry| matches!(
            entry,
            MenuEntry::Act {
                act: MenuAct::Reconnect,
                ..
            }
        )));
    }
    assert_eq!(window_title(0), "Dealbell");
    assert_eq!(window_title(7), "(7) Dealbell");
}
