//! What the tray shows, as values.

use dealbell_inbox::State;
use dealbell_inbox::view::{
    MenuAct, MenuEntry, QuietUntil, TrayIcon, TraySituation, TrayView, window_title,
};
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

/// Saturday, 21 November 2026, 16:30 in Moscow.
const NOW: i64 = 1_795_267_800_000;
const MINUTE: i64 = 60_000;

fn situation(quiet: Option<QuietUntil>, now: i64) -> TraySituation {
    TraySituation {
        quiet,
        now,
        zone: jiff::tz::TimeZone::get("Europe/Moscow").expect("the zone is known"),
    }
}

fn ringing() -> TraySituation {
    situation(None, NOW)
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
    let view = TrayView::of(&state, &ringing(), Language::Ru);
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
            entry(MenuAct::QuietHour, "Не беспокоить 1 час"),
            entry(MenuAct::QuietTomorrow, "Не беспокоить до завтра"),
            entry(MenuAct::QuietUntilOff, "Не беспокоить, пока не включу"),
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
    let view = TrayView::of(&state, &ringing(), Language::En);
    assert_eq!((view.icon, view.badge), (TrayIcon::Offline, 2));
    assert_eq!(view.tooltip, "Offline. Trying again");
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
        let view = TrayView::of(&state, &ringing(), Language::Ru);
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

#[test]
fn while_quiet_the_tray_says_until_when_and_offers_to_ring_again() {
    let state = State {
        connection: Connection::Online,
        unread: 3,
        ..State::default()
    };
    let hour = 60 * MINUTE;
    for (quiet, ru, en) in [
        (
            QuietUntil::Until(NOW + 2 * hour),
            "Тихо до 18:30 · 3 непрочитанных",
            "Quiet until 18:30 · 3 unread",
        ),
        (
            QuietUntil::Until(NOW + 17 * hour),
            "Тихо до завтра, 9:30 · 3 непрочитанных",
            "Quiet until tomorrow, 9:30 · 3 unread",
        ),
        (
            QuietUntil::Until(NOW + 41 * hour),
            "Тихо до понедельника, 9:30 · 3 непрочитанных",
            "Quiet until Monday, 9:30 · 3 unread",
        ),
        (
            QuietUntil::SwitchedOff,
            "Тихо, пока не включите звонок · 3 непрочитанных",
            "Quiet until you turn the bell on · 3 unread",
        ),
    ] {
        let situation = situation(Some(quiet), NOW);
        let view = TrayView::of(&state, &situation, Language::Ru);
        assert_eq!((view.icon, view.badge), (TrayIcon::Quiet, 3));
        assert_eq!(view.tooltip, ru);
        let quiet_acts = view.menu.iter().filter(|entry| match entry {
            MenuEntry::Act { act, .. } => matches!(
                act,
                MenuAct::QuietHour
                    | MenuAct::QuietTomorrow
                    | MenuAct::QuietUntilOff
                    | MenuAct::QuietOff
            ),
            MenuEntry::Separator => false,
        });
        let offered: Vec<_> = quiet_acts.cloned().collect();
        assert_eq!(offered, [entry(MenuAct::QuietOff, "Снова звонить")]);
        let view = TrayView::of(&state, &situation, Language::En);
        assert_eq!(view.tooltip, en);
    }
}

#[test]
fn quiet_ends_by_itself_and_yields_to_what_matters_more() {
    let quiet = Some(QuietUntil::Until(NOW + MINUTE));
    let reason = SignedOutReason::DeviceRevoked;
    let icon = |connection, now| {
        let state = State {
            connection,
            ..State::default()
        };
        TrayView::of(&state, &situation(quiet, now), Language::Ru).icon
    };
    let end = NOW + MINUTE;
    assert_eq!(icon(Connection::Online, end - 1), TrayIcon::Quiet);
    assert_eq!(icon(Connection::Online, end), TrayIcon::Online);
    assert_eq!(icon(Connection::Connecting, NOW), TrayIcon::Quiet);
    let offline = Connection::Offline { retry_at: None };
    assert_eq!(icon(offline, NOW), TrayIcon::Offline);
    let signed_out = Connection::SignedOut { reason };
    assert_eq!(icon(signed_out, NOW), TrayIcon::SignedOut);
}

#[test]
fn reconnecting_counts_down_in_few_words() {
    let state = State {
        connection: Connection::Offline {
            retry_at: Some(NOW + 90_000),
        },
        ..State::default()
    };
    // Looked at only when it says it changes, until it says nothing more.
    let mut now = NOW;
    let mut said = Vec::new();
    loop {
        let situation = situation(None, now);
        let tooltip = TrayView::of(&state, &situation, Language::Ru).tooltip;
        said.push(tooltip);
        let Some(next) = TrayView::changes_at(&state, &situation) else {
            break;
        };
        let just_before = TraySituation {
            now: next - 1,
            ..situation
        };
        let unchanged = TrayView::of(&state, &just_before, Language::Ru).tooltip;
        assert_eq!(said.last(), Some(&unchanged));
        assert!(next > now, "time goes on");
        now = next;
    }
    assert_eq!(now, NOW + 90_000);
    assert_eq!(said[0], "Нет связи. Попробуем снова через 2 мин");
    assert_eq!(said[1], "Нет связи. Попробуем снова через 60 с");
    assert_eq!(said[11], "Нет связи. Попробуем снова через 10 с");
    assert_eq!(said[13..], ["Нет связи. Пробуем снова"]);
}

#[test]
fn the_tray_knows_when_quiet_looks_different() {
    let state = State {
        connection: Connection::Online,
        ..State::default()
    };
    let changes = |quiet| TrayView::changes_at(&state, &situation(quiet, NOW));
    let hour = 60 * MINUTE;
    let midnight = NOW + 7 * hour + 30 * MINUTE;
    assert_eq!(changes(None), None);
    assert_eq!(changes(Some(QuietUntil::SwitchedOff)), None);
    assert_eq!(changes(Some(QuietUntil::Until(NOW - 1))), None);
    let end = NOW + hour;
    assert_eq!(changes(Some(QuietUntil::Until(end))), Some(end));
    let tomorrow = NOW + 17 * hour;
    assert_eq!(changes(Some(QuietUntil::Until(tomorrow))), Some(midnight));
}
