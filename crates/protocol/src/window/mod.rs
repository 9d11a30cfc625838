//! What the resident and its window say to each other: JSON, one message a line.
//!
//! The window sends [`WindowCall`]s and gets [`WindowEvent`]s. All state is the resident's: the
//! window asks for what it shows, and asks again when it is told that something changed.

mod diagnostics;
mod settings;

use crate::rest::{SaveChannels, Tasks};
use crate::{
    Channel, ChannelSettings, Cursor, Millis, Notification, NotificationId, Provider, ProviderId,
};
pub use diagnostics::{
    ConnectionRecord, Diagnostics, LinkEvent, Suppression, ToastFailure, ToastOutcome, ToastRecord,
};
use serde::{Deserialize, Serialize};
pub use settings::{
    ContentLevel, DeviceSettings, LogLevel, ProxyChoice, Quiet, QuietChoice, Setting, SettingName,
    Sound,
};
use ts_rs::TS;

/// A request with the number that its answer carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct WindowCall {
    /// Chosen by the window; comes back in [`WindowEvent::Answer`].
    #[ts(type = "number")]
    pub id: u64,
    /// What it wants.
    pub request: WindowRequest,
}

/// What the window can ask for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum WindowRequest {
    /// The page has loaded: answered with [`WindowAnswer::State`].
    Hello,
    /// A slice of the list: answered with [`WindowAnswer::List`].
    List {
        /// Which notifications.
        query: ListQuery,
        /// The first row wanted, 0 for the newest.
        offset: u32,
        /// How many rows, at most 200.
        limit: u32,
    },
    /// Open the card in the CRM and mark the notification read.
    Open {
        /// Which.
        id: NotificationId,
    },
    /// Mark read or unread.
    Mark {
        /// Which.
        ids: Vec<NotificationId>,
        /// Read, or unread again.
        read: bool,
    },
    /// Mark read whatever the list showed when the user pressed (STREAM 6): answered with
    /// [`WindowAnswer::MarkedAll`].
    MarkAllRead {
        /// The list's own [`ListPage::cursor`].
        upto: Cursor,
    },
    /// Take the last mark-all back. `Failed` with `gone` where it is too late.
    UndoMarkAll {
        /// From [`WindowAnswer::MarkedAll`].
        #[ts(type = "number")]
        undo: u64,
    },
    /// Put a notification off on this device: its toast comes back then.
    Snooze {
        /// Which.
        id: NotificationId,
        /// Until when; now or earlier takes a snooze back.
        #[ts(type = "number")]
        until: Millis,
    },
    /// The user's open tasks up to the end of his day: answered with [`WindowAnswer::Tasks`].
    Today,
    /// Complete a task of [`WindowRequest::Today`]; fails as `Complete` does.
    CompleteTask {
        /// Its [`crate::rest::OpenTask::subject`].
        subject: String,
        /// What came of it; may be empty.
        result: String,
    },
    /// Take a completion back.
    ReopenTask {
        /// The task: `task:123`.
        subject: String,
    },
    /// Open the card of a task of [`WindowRequest::Today`].
    OpenTask {
        /// Its subject.
        subject: String,
    },
    /// Be quiet on this device.
    Quiet {
        /// For how long.
        choice: QuietChoice,
    },
    /// Change a choice of this device; applied at once. `Failed` says why not: `shortcut_taken`,
    /// `shortcut_wrong`, `proxy_wrong`, `ca_wrong`, `autostart_failed`, `managed`, `storage`.
    Change {
        /// Which, and how.
        setting: Setting,
    },
    /// What the diagnostics page shows: answered with [`WindowAnswer::Diagnostics`].
    Diagnostics,
    /// What to send to whoever helps, personal data removed: answered with
    /// [`WindowAnswer::Report`].
    Report,
    /// Send a test of a channel, all the way.
    SendTest {
        /// Which.
        channel: Channel,
    },
    /// Ask the system for the permission to notify; answered when the user has decided.
    AskPermission,
    /// Dismiss a trouble that only tells something.
    Dismiss {
        /// Which.
        trouble: Trouble,
    },
    /// Look for a newer version now.
    CheckForUpdate,
    /// Install what was found, and start anew.
    InstallUpdate,
    /// Show another account in this window.
    UseAccount {
        /// Its [`AccountRow::key`].
        key: String,
    },
    /// The channels, fresh from the centre: answered with [`WindowAnswer::Channels`].
    Channels,
    /// Save the channels (RULES C6): answered with [`WindowAnswer::Channels`] as saved, or `Failed`
    /// with `conflict` where another device saved in between.
    SaveChannels {
        /// The revision the changes were made on.
        #[ts(type = "number")]
        revision: u64,
        /// What is wanted now.
        settings: SaveChannels,
    },
    /// Try to connect now.
    Reconnect,
    /// Change how it looks and speaks; applied at once.
    Appearance {
        /// Language, or the system's.
        language: LanguageChoice,
        /// Theme, or the system's.
        theme: ThemeChoice,
    },
    /// Try out one of the three ways, keeping nothing: answered with [`WindowAnswer::Checked`].
    Check {
        /// How.
        way: SignIn,
    },
    /// Keep and use what was checked last; answered when its line is open. `Failed` with
    /// `check_again` where there is nothing to enter any more.
    Enter,
    /// Complete the task that a notification is about. `Failed` undoes it: `offline`, `gone`,
    /// `no_rights`, `crm_refused`.
    Complete {
        /// Which notification.
        id: NotificationId,
        /// What came of it; may be empty.
        result: String,
    },
    /// Forget the account and its local data.
    SignOut,
    /// Where no keyring answers: whether the token may be kept in a file of the user's own.
    KeepToken {
        /// Keep it, or ask again at every start.
        in_file: bool,
    },
    /// Close the window; the bell goes on.
    Close,
    /// End Dealbell: without a tray there is no other way.
    Quit,
    /// The window is on the screen, in answer to [`WindowEvent::Show`].
    Shown,
}

/// Which notifications a list shows, newest first. All that is said must hold; the default is
/// everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct ListQuery {
    /// Only unread ones.
    pub unread: bool,
    /// Only of this provider.
    pub provider: Option<ProviderId>,
    /// Only those that lead to this card.
    pub link: Option<String>,
    /// Only those that have all these words, or words that begin so, in title, text, context or
    /// author, in either case; ё and е are one letter.
    pub search: String,
}

impl ListQuery {
    /// Unread ones.
    pub fn unread() -> Self {
        Self {
            unread: true,
            ..Self::default()
        }
    }
}

/// One of the three ways to run Dealbell.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "way", rename_all = "snake_case")]
pub enum SignIn {
    /// The stand-in CRM with a busy sales floor.
    Demo,
    /// A real account.
    Solo {
        /// Address of the account (`name`, `name.amocrm.ru`, a pasted link).
        address: String,
        /// What lets us in.
        access: CrmAccess,
    },
    /// A department's centre.
    Team {
        /// Address of the centre.
        centre: String,
        /// The device token; secret.
        token: String,
    },
}

/// What lets us into a CRM account.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum CrmAccess {
    /// A long-lived token.
    Token {
        /// The token; secret.
        token: String,
    },
    /// OAuth, by a private integration.
    Oauth {
        /// The integration's id.
        integration: String,
        /// Its secret key; secret.
        secret: String,
        /// The redirect address as the integration has it.
        redirect_uri: String,
        /// The code, good once and for 20 minutes; or the whole address the browser was sent back
        /// to, which has it.
        code: String,
    },
}

impl std::fmt::Debug for CrmAccess {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Token { .. } => "Token",
            Self::Oauth { .. } => "Oauth",
        })
    }
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Demo => f.write_str("Demo"),
            Self::Solo { address, access } => {
                write!(f, "Solo {{ address: {address:?}, access: {access:?} }}")
            }
            Self::Team { centre, .. } => write!(f, "Team {{ centre: {centre:?} }}"),
        }
    }
}

/// What the resident tells the window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum WindowEvent {
    /// The answer to a call.
    Answer {
        /// The call's.
        #[ts(type = "number")]
        id: u64,
        /// The answer.
        answer: WindowAnswer,
    },
    /// The state changed.
    State {
        /// The whole of it.
        state: WindowState,
    },
    /// The list or its marks changed: ask for the visible rows again.
    ListChanged {
        /// Grows with every change.
        #[ts(type = "number")]
        version: u64,
    },
    /// The channels changed, here or on another device.
    ChannelsChanged {
        /// As the centre has them.
        channels: ChannelSettings,
    },
    /// Come to the front and show this page.
    Show {
        /// Which.
        page: Page,
        /// What lets the window come to the front where the system asks for that; its process uses
        /// it, the page has no need to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        activation: Option<String>,
    },
    /// The resident ends: leave.
    Leave,
}

/// The answer to a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
#[expect(
    clippy::large_enum_variant,
    reason = "one answer at a time, and it is on its way as JSON at once"
)]
pub enum WindowAnswer {
    /// It is done, or durably noted to be done.
    Done,
    /// The state.
    State {
        /// The whole of it.
        state: WindowState,
    },
    /// A slice of the list.
    List {
        /// The rows.
        page: ListPage,
    },
    /// The channels.
    Channels {
        /// As the centre has them.
        channels: ChannelSettings,
    },
    /// Marked read, all of them.
    MarkedAll {
        /// How many were unread.
        count: u32,
        /// For [`WindowRequest::UndoMarkAll`].
        #[ts(type = "number")]
        undo: u64,
    },
    /// The day's tasks.
    Tasks {
        /// Soonest first.
        tasks: Tasks,
    },
    /// The diagnostics page.
    Diagnostics {
        /// What it shows.
        diagnostics: Diagnostics,
    },
    /// For whoever helps.
    Report {
        /// Plain text, without personal data.
        text: String,
    },
    /// It works; nothing is kept yet.
    Checked {
        /// What was found.
        found: Found,
    },
    /// It did not work; the window words it by code.
    Failed {
        /// Why.
        code: WindowErrorCode,
    },
}

/// What answers at an address, for the user to recognise before he says yes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Found {
    /// The account's or centre's name; may be empty.
    pub account: String,
    /// Where it is: `name.amocrm.ru`.
    pub host: String,
    /// Who we are there; empty where the token may not see it.
    pub user: String,
    /// His email address, likewise.
    pub email: String,
    /// IANA name of the account's time zone; empty for a centre.
    pub time_zone: String,
    /// What the CRM lets us see; none for demo and centre.
    pub rights: Option<CrmRights>,
    /// When the token ends by itself; none where it is renewed or does not say.
    #[ts(type = "number | null")]
    pub expires_at: Option<Millis>,
}

/// What the CRM lets a token see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CrmRights {
    /// An administrator's: everything.
    Administrator,
    /// A plain manager's: no colleagues' names, nothing else is lost.
    Manager,
}

/// Why a call failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum WindowErrorCode {
    /// No connection to the centre.
    Offline,
    /// The token is not accepted.
    TokenRefused,
    /// The address leads nowhere or is not one of the allowed domains.
    AddressWrong,
    /// The other side answers, but not as a CRM or a centre does: a proxy's or portal's page.
    NotACentre,
    /// The domain is right, but no account answers there: a typo in the name.
    AccountUnknown,
    /// The token has expired.
    TokenExpired,
    /// The token looks right, but is another account's, or was revoked.
    TokenElsewhere,
    /// The OAuth code has expired or was used.
    CodeExpired,
    /// Integration id, secret and redirect address do not belong together.
    IntegrationWrong,
    /// The CRM does not let this user do or see it.
    NoRights,
    /// The CRM's account is not paid for.
    NotPaid,
    /// The CRM has shut this address out for asking too much.
    Blocked,
    /// A proxy wants to be signed in to first.
    ProxyAsks,
    /// The CRM declined what was to be done there.
    CrmRefused,
    /// Somebody saved in between.
    Conflict,
    /// The notification is gone.
    Gone,
    /// It has no link, or one that is not http(s).
    NoLink,
    /// The browser could not be started.
    OpenFailed,
    /// The local disk refused.
    Storage,
    /// What was checked is there no more: entered already, too long ago, or checked anew meanwhile.
    CheckAgain,
    /// Another program has this shortcut.
    ShortcutTaken,
    /// This is no shortcut.
    ShortcutWrong,
    /// This is no proxy's address.
    ProxyWrong,
    /// The file of certificates cannot be read, or has none.
    CaWrong,
    /// The system did not take the entry that starts us at login.
    AutostartFailed,
    /// An administrator has decided this.
    Managed,
    /// The system does not let us notify.
    NotPermitted,
    /// The local data was written by a newer version.
    NewerData,
    /// This centre does not do that.
    Unavailable,
    /// The update could not be had, or is not signed by us.
    UpdateFailed,
    /// The message makes no sense to this version.
    Unknown,
}

/// A page of the window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "page", rename_all = "snake_case")]
pub enum Page {
    /// The list, at its top or at an item.
    List {
        /// The item to bring into view.
        at: Option<NotificationId>,
    },
    /// What is overdue or due today.
    Today,
    /// The channels.
    Channels,
    /// The choices of this device.
    Settings,
    /// Why something did not ring.
    Diagnostics,
    /// Sign in, or add an account.
    SignIn,
}

/// Rows of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ListPage {
    /// How many rows the whole view has.
    pub total: u32,
    /// The first row here.
    pub offset: u32,
    /// The rows, newest first, with local marks applied.
    pub items: Vec<Notification>,
    /// What the list is true at; none before the first contact with the centre.
    pub cursor: Option<Cursor>,
    /// Those of the rows that were put off on this device.
    pub snoozed: Vec<Snoozed>,
    /// The version of [`WindowEvent::ListChanged`] it is true at.
    #[ts(type = "number")]
    pub version: u64,
}

/// A notification that was put off on this device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Snoozed {
    /// Which.
    pub id: NotificationId,
    /// Until when.
    #[ts(type = "number")]
    pub until: Millis,
}

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

/// By what a CRM account lets us in ([`CrmAccess`] without its secrets).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AccessBy {
    /// A long-lived token.
    Token,
    /// OAuth, by a private integration.
    Oauth,
}

/// The way Dealbell runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Stand-in CRM, embedded centre.
    Demo,
    /// Real CRM, embedded centre.
    Solo,
    /// A department's centre.
    Team,
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
