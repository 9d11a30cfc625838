//! What tray and menu show, as plain values computed from [`State`]; edges draw them, and skip
//! when nothing changed.

use crate::State;
use dealbell_protocol::window::{Connection, Language};
use dealbell_protocol::{Millis, NotificationId, text as safe};
use dealbell_texts::text;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use serde::{Deserialize, Serialize};

/// The longest title in the menu, characters.
const MAX_LABEL: usize = 60;
/// A countdown is told in steps of so many seconds, since each word of it is a message on the bus.
const STEP_SECONDS: i64 = 5;

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

/// What the tray shows beside the inbox's state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraySituation {
    /// How long it is quiet; none while it may ring.
    pub quiet: Option<QuietUntil>,
    /// The wall clock.
    pub now: Millis,
    /// Where the user reads times.
    pub zone: TimeZone,
}

impl TraySituation {
    /// By this machine's clock and time zone.
    pub fn here(quiet: Option<QuietUntil>) -> Self {
        Self {
            quiet,
            now: Timestamp::now().as_millisecond(),
            zone: TimeZone::system(),
        }
    }
}

/// When the bell rings again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "quiet", content = "at", rename_all = "snake_case")]
pub enum QuietUntil {
    /// At this moment.
    Until(Millis),
    /// When the user says so.
    SwitchedOff,
}

impl QuietUntil {
    /// Whether it is still quiet.
    pub fn holds(self, now: Millis) -> bool {
        match self {
            Self::Until(end) => now < end,
            Self::SwitchedOff => true,
        }
    }
}

/// The looks of the icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TrayIcon {
    /// Connected.
    Online,
    /// Connected, and it does not ring.
    Quiet,
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
    /// Do not ring for an hour.
    QuietHour,
    /// Do not ring until tomorrow.
    QuietTomorrow,
    /// Do not ring until the user says so.
    QuietUntilOff,
    /// Ring again.
    QuietOff,
    /// Connect now.
    Reconnect,
    /// Show the settings.
    Settings,
    /// End Dealbell.
    Quit,
}

impl TrayView {
    /// The tray in `state`. Unread notifications that were fetched stay visible offline.
    pub fn of(state: &State, situation: &TraySituation, language: Language) -> Self {
        let quiet = situation.quiet.filter(|quiet| quiet.holds(situation.now));
        Self {
            icon: icon(state.connection, quiet),
            badge: state.unread,
            tooltip: tooltip(state, quiet, situation, language),
            menu: menu(state, quiet, language),
        }
    }

    /// When the same state looks different because time went by; none when it never does.
    pub fn changes_at(state: &State, situation: &TraySituation) -> Option<Millis> {
        let next_word = match state.connection {
            Connection::Offline {
                retry_at: Some(retry_at),
            } => Countdown::to(retry_at, situation.now).map(|left| left.changes_at(retry_at)),
            Connection::Online
            | Connection::Connecting
            | Connection::Offline { retry_at: None }
            | Connection::SignedOut { .. } => None,
        };
        let quiet = situation.quiet.filter(|quiet| quiet.holds(situation.now));
        let ends = match quiet {
            Some(QuietUntil::Until(end)) => {
                // "Tomorrow" and a weekday become a time alone.
                let midnight = situation.wall(situation.now).and_then(|now| {
                    let next = now.tomorrow().ok()?.start_of_day().ok()?;
                    Some(next.timestamp().as_millisecond())
                });
                Some(midnight.map_or(end, |midnight| midnight.min(end)))
            }
            Some(QuietUntil::SwitchedOff) | None => None,
        };
        next_word.into_iter().chain(ends).min()
    }
}

impl TraySituation {
    fn wall(&self, at: Millis) -> Option<Zoned> {
        let at = Timestamp::from_millisecond(at).ok()?;
        Some(at.to_zoned(self.zone.clone()))
    }
}

/// The window's title: the name, and the number where there is one.
pub fn window_title(unread: u64) -> String {
    match unread {
        0 => "Dealbell".to_owned(),
        count => format!("({count}) Dealbell"),
    }
}

/// How long until the next try, as it is told: up to a minute in steps of seconds, then in minutes; rounded up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Countdown {
    Seconds(i64),
    Minutes(i64),
}

impl Countdown {
    /// None when the moment has come.
    fn to(moment: Millis, now: Millis) -> Option<Self> {
        let steps = |left: i64, step: i64| (left + step - 1) / step;
        let left = moment.saturating_sub(now);
        match left {
            ..=0 => None,
            1..=60_000 => Some(Self::Seconds(
                steps(left, STEP_SECONDS * 1000) * STEP_SECONDS,
            )),
            _ => Some(Self::Minutes(steps(left, 60_000))),
        }
    }

    /// When the next smaller word is true.
    fn changes_at(self, moment: Millis) -> Millis {
        moment
            - match self {
                Self::Seconds(seconds) => (seconds - STEP_SECONDS) * 1000,
                Self::Minutes(minutes) => (minutes - 1) * 60_000,
            }
    }
}

fn icon(connection: Connection, quiet: Option<QuietUntil>) -> TrayIcon {
    match connection {
        Connection::SignedOut { .. } => TrayIcon::SignedOut,
        Connection::Offline { .. } => TrayIcon::Offline,
        Connection::Online | Connection::Connecting if quiet.is_some() => TrayIcon::Quiet,
        Connection::Online => TrayIcon::Online,
        Connection::Connecting => TrayIcon::Connecting,
    }
}

fn tooltip(
    state: &State,
    quiet: Option<QuietUntil>,
    situation: &TraySituation,
    language: Language,
) -> String {
    let link = match state.connection {
        Connection::Online => {
            let count = [("count", state.unread.into())];
            text(language, "tooltip-online", &count)
        }
        Connection::Connecting => text(language, "tooltip-connecting", &[]),
        Connection::Offline { retry_at } => offline(retry_at, situation.now, language),
        // Nothing rings for nobody, quiet or not.
        Connection::SignedOut { .. } => return text(language, "tooltip-signed-out", &[]),
    };
    let Some(quiet) = quiet else { return link };
    let quiet = match quiet {
        QuietUntil::Until(end) => {
            let until = moment(end, situation, language);
            text(language, "tooltip-quiet-until", &[("until", until.into())])
        }
        QuietUntil::SwitchedOff => text(language, "tooltip-quiet-until-off", &[]),
    };
    format!("{quiet} · {link}")
}

fn offline(retry_at: Option<Millis>, now: Millis, language: Language) -> String {
    let told = |message, name, count: i64| {
        let count = u64::try_from(count).unwrap_or_default();
        text(language, message, &[(name, count.to_string().into())])
    };
    match retry_at.and_then(|retry_at| Countdown::to(retry_at, now)) {
        None => text(language, "tooltip-offline", &[]),
        Some(Countdown::Seconds(seconds)) => told("tooltip-offline-seconds", "seconds", seconds),
        Some(Countdown::Minutes(minutes)) => told("tooltip-offline-minutes", "minutes", minutes),
    }
}

/// A moment of the coming week, as short as it is clear.
fn moment(at: Millis, situation: &TraySituation, language: Language) -> String {
    let (Some(now), Some(at)) = (situation.wall(situation.now), situation.wall(at)) else {
        return String::new();
    };
    let time = at.strftime("%-H:%M").to_string();
    if at.date() == now.date() {
        return time;
    }
    if now.date().tomorrow().is_ok_and(|next| next == at.date()) {
        return text(language, "moment-tomorrow", &[("time", time.into())]);
    }
    let day = match at.weekday() {
        Weekday::Monday => "mon",
        Weekday::Tuesday => "tue",
        Weekday::Wednesday => "wed",
        Weekday::Thursday => "thu",
        Weekday::Friday => "fri",
        Weekday::Saturday => "sat",
        Weekday::Sunday => "sun",
    };
    let filled = [("day", day.into()), ("time", time.into())];
    text(language, "moment-weekday", &filled)
}

fn menu(state: &State, quiet: Option<QuietUntil>, language: Language) -> Vec<MenuEntry> {
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
    if quiet.is_some() {
        menu.push(act(MenuAct::QuietOff, "menu-quiet-off"));
        menu.push(MenuEntry::Separator);
    } else if !matches!(state.connection, Connection::SignedOut { .. }) {
        menu.push(act(MenuAct::QuietHour, "menu-quiet-hour"));
        menu.push(act(MenuAct::QuietTomorrow, "menu-quiet-tomorrow"));
        menu.push(act(MenuAct::QuietUntilOff, "menu-quiet-until-off"));
        menu.push(MenuEntry::Separator);
    }
    if matches!(state.connection, Connection::Offline { .. }) {
        menu.push(act(MenuAct::Reconnect, "menu-reconnect"));
    }
    menu.push(act(MenuAct::Settings, "menu-settings"));
    menu.push(act(MenuAct::Quit, "menu-quit"));
    menu
}
