//! Everything the window shows besides rows.

use super::{AccessBy, DeviceSettings, Quiet, SettingName, Way};
use crate::{Millis, Provider};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// An account beside the one shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AccountRow {
    /// Names it, in this window only.
    pub key: String,
    /// For people (`demo.amocrm.ru`).
    pub label: String,
    /// Which way it runs.
    pub way: Way,
    /// Its own unread value; the tray shows the sum.
    #[ts(type = "number")]
    pub unread: u64,
    /// Its own link to its centre.
    pub connection: Connection,
}

/// A newer version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Update {
    /// Its number.
    pub version: String,
    /// What is new, plain text.
    pub notes: String,
    /// How far it is.
    pub step: UpdateStep,
}

/// How far an update is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum UpdateStep {
    /// It can be installed from here.
    Found,
    /// It comes the way Dealbell was installed: by the system's packages.
    BySystem,
    /// It is on its way.
    Downloading {
        /// Per cent, 0…100; none where the size is unknown.
        percent: Option<u8>,
    },
    /// It could not be had or is not signed by us.
    Failed,
}

/// Everything the window shows besides rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct WindowState {
    /// Which way it runs; none before sign-in.
    pub way: Option<Way>,
    /// The account or centre, for people (`demo.amocrm.ru`).
    pub account: String,
    /// By what its CRM lets us in; none where it is no CRM account of the user's own.
    pub access: Option<AccessBy>,
    /// The link to the centre.
    pub connection: Connection,
    /// The one unread value (RULES T10).
    #[ts(type = "number")]
    pub unread: u64,
    /// `ru` or `en`.
    pub language: Language,
    /// What the user chose.
    pub language_choice: LanguageChoice,
    /// What the user chose.
    pub theme: ThemeChoice,
    /// What needs the user's attention, most urgent first.
    pub troubles: Vec<Trouble>,
    /// While an account is read for the first time: how many tasks so far.
    pub reading: Option<u32>,
    /// Every account in use, the one shown included, in the order they were added.
    pub accounts: Vec<AccountRow>,
    /// The [`AccountRow::key`] of the one shown.
    pub current: Option<String>,
    /// Every provider known of, for the filter.
    pub providers: Vec<Provider>,
    /// Why nothing rings now.
    pub quiet: Option<Quiet>,
    /// The choices of this device.
    pub settings: DeviceSettings,
    /// The choices an administrator has made.
    pub managed: Vec<SettingName>,
    /// The centre an administrator names, for whoever has no account yet; the only one where
    /// [`SettingName::Centre`] is managed.
    pub managed_centre: Option<String>,
    /// A newer version.
    pub update: Option<Update>,
    /// Dealbell's version.
    pub version: String,
}

/// The link to the centre.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Connection {
    /// On the way.
    Connecting,
    /// Connected and up to date.
    Online,
    /// No connection.
    Offline {
        /// When the next try is made; none while it is being made.
        #[ts(type = "number | null")]
        retry_at: Option<Millis>,
    },
    /// The centre told us to stop.
    SignedOut {
        /// Why.
        reason: SignedOutReason,
    },
}

/// Why the centre does not let us in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SignedOutReason {
    /// No account yet.
    NoAccount,
    /// There is an account, but no token: it was not kept.
    NoToken,
    /// The token is not known to the centre.
    TokenInvalid,
    /// This device was revoked.
    DeviceRevoked,
    /// The account is switched off.
    AccountOff,
    /// Too many devices.
    TooManyDevices,
    /// This version is too old for the centre.
    UpgradeRequired,
    /// The other side does not speak our protocol.
    Protocol,
}

/// Something that keeps Dealbell from working fully.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// The CRM refuses the token.
    CrmTokenRefused,
    /// The CRM does not answer.
    CrmUnreachable,
    /// The CRM blocks this address (403 after repeated excess).
    CrmBlocked,
    /// No keyring: the token is kept nowhere; ask.
    NoKeyring,
    /// The token is kept in a file, as the user wished.
    TokenInFile,
    /// No notification daemon: toasts cannot be shown.
    NoToasts,
    /// No tray: the window is the only way in.
    NoTray,
    /// The settings file was damaged; the last good copy or the defaults are in use.
    SettingsDamaged,
    /// The local store could not be opened or written.
    StoreFailed,
    /// The local data of an account was written by a newer version: it is not opened.
    NewerData,
    /// The system has not been asked, or does not let us notify.
    NotPermitted,
    /// Dealbell ended unexpectedly the last time; a report can be copied.
    Crashed,
    /// The administrator's file has something we do not understand.
    ManagedWrong,
}

/// A language Dealbell speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// Russian.
    Ru,
    /// English.
    #[default]
    En,
}

/// What the user chose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LanguageChoice {
    /// As the system speaks; English where it speaks neither.
    #[default]
    System,
    /// Russian.
    Ru,
    /// English.
    En,
}

/// What the user chose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ThemeChoice {
    /// As the system.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}
