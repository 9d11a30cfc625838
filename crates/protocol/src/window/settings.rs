//! What a user chose on this device, and how one choice is changed.

use crate::{Millis, ProviderId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// The choices of this device. Channels and quiet hours are the centre's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct DeviceSettings {
    /// How much a toast says.
    pub content: ContentLevel,
    /// Say nothing while the screen is shared, where the system tells.
    pub hide_while_sharing: bool,
    /// Stay silent while the system's own do-not-disturb is on.
    pub respect_system_quiet: bool,
    /// A toast of a task that is due stays until seen, where the system can.
    pub stay_when_due: bool,
    /// Sounds at all.
    pub sounds: bool,
    /// The sound of a provider; one that is missing has [`Sound::Default`].
    #[ts(type = "Record<string, Sound>")]
    pub sound_of: BTreeMap<ProviderId, Sound>,
    /// Starts with the session, hidden.
    pub start_at_login: bool,
    /// Shows the window from anywhere: `Ctrl+Alt+D`; none has none.
    pub shortcut: Option<String>,
    /// How to reach the network.
    pub proxy: ProxyChoice,
    /// A file of certificates to trust besides the system's (PEM).
    pub ca_file: Option<String>,
    /// How many days read notifications stay on this device; 0 is for ever.
    pub keep_days: u32,
    /// How long a closed window lingers hidden, seconds.
    pub linger_secs: u32,
    /// How much the log says.
    pub log_level: LogLevel,
}

impl Default for DeviceSettings {
    fn default() -> Self {
        Self {
            content: ContentLevel::All,
            hide_while_sharing: true,
            respect_system_quiet: true,
            stay_when_due: true,
            sounds: true,
            sound_of: BTreeMap::new(),
            start_at_login: false,
            shortcut: None,
            proxy: ProxyChoice::System,
            ca_file: None,
            keep_days: 90,
            linger_secs: 120,
            log_level: LogLevel::Info,
        }
    }
}

/// How much a toast says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ContentLevel {
    /// Everything.
    #[default]
    All,
    /// Who it comes from, and of what kind it is.
    Sender,
    /// That there is something.
    Nothing,
}

/// What a toast sounds like.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS,
)]
#[serde(rename_all = "snake_case")]
pub enum Sound {
    /// As the system's toasts do.
    #[default]
    Default,
    /// As an incoming message.
    Message,
    /// As a bell.
    Bell,
    /// As something done.
    Complete,
    /// Not at all.
    Silent,
}

/// How to reach the network.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum ProxyChoice {
    /// As the system says.
    #[default]
    System,
    /// Without one.
    Direct,
    /// Through this one.
    Through {
        /// `http://host:port` or `socks5://host:port`; no password: a proxy's password is asked
        /// for nowhere else, so a user who must give one puts it into the address.
        url: String,
    },
}

/// How much the log says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LogLevel {
    /// What failed.
    Warn,
    /// What happened.
    #[default]
    Info,
    /// Everything; may name customers.
    Debug,
}

/// One choice, changed at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "setting", content = "value", rename_all = "snake_case")]
pub enum Setting {
    /// [`DeviceSettings::content`]
    Content(ContentLevel),
    /// [`DeviceSettings::hide_while_sharing`]
    HideWhileSharing(bool),
    /// [`DeviceSettings::respect_system_quiet`]
    RespectSystemQuiet(bool),
    /// [`DeviceSettings::stay_when_due`]
    StayWhenDue(bool),
    /// [`DeviceSettings::sounds`]
    Sounds(bool),
    /// [`DeviceSettings::sound_of`], of one provider.
    SoundOf(ProviderId, Sound),
    /// [`DeviceSettings::start_at_login`]
    StartAtLogin(bool),
    /// [`DeviceSettings::shortcut`]
    Shortcut(Option<String>),
    /// [`DeviceSettings::proxy`]
    Proxy(ProxyChoice),
    /// [`DeviceSettings::ca_file`]
    CaFile(Option<String>),
    /// [`DeviceSettings::keep_days`]
    KeepDays(u32),
    /// [`DeviceSettings::linger_secs`]
    LingerSecs(u32),
    /// [`DeviceSettings::log_level`]
    LogLevel(LogLevel),
}

/// The names of choices, for those an administrator has made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SettingName {
    /// The language.
    Language,
    /// The centre.
    Centre,
    /// [`DeviceSettings::content`]
    Content,
    /// [`DeviceSettings::start_at_login`]
    StartAtLogin,
    /// [`DeviceSettings::proxy`]
    Proxy,
    /// [`DeviceSettings::ca_file`]
    CaFile,
    /// [`DeviceSettings::log_level`]
    LogLevel,
    /// Updates.
    Updates,
}

/// How long the user wants not to be disturbed, chosen now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum QuietChoice {
    /// For an hour.
    Hour,
    /// Until tomorrow, 8:00 local time.
    Tomorrow,
    /// Until switched off.
    UntilOff,
    /// No longer.
    Off,
}

/// Why nothing rings now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Quiet {
    /// The user's do-not-disturb.
    User {
        /// Its end; none lasts until switched off.
        #[ts(type = "number | null")]
        until: Option<Millis>,
    },
    /// The weekly quiet hours (RULES C11).
    Hours {
        /// Their end.
        #[ts(type = "number")]
        until: Millis,
    },
    /// The system's own do-not-disturb.
    System,
}
