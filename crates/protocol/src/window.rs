//! What the resident and its window say to each other: JSON, one message a line.
//!
//! The window sends [`WindowCall`]s and gets [`WindowEvent`]s. All state is the resident's: the
//! window asks for what it shows, and asks again when it is told that something changed.

use crate::rest::SaveChannels;
use crate::{ChannelSettings, Cursor, Millis, Notification, NotificationId};
use serde::{Deserialize, Serialize};
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
        view: ListView,
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
    /// Mark read whatever the list showed when the user pressed (STREAM 6).
    MarkAllRead {
        /// The list's own [`ListPage::cursor`].
        upto: Cursor,
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

/// Which notifications a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ListView {
    /// Everything, newest first.
    All,
    /// Unread ones, newest first.
    Unread,
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
    },
    /// The resident ends: leave.
    Leave,
}

/// The answer to a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
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
    /// The channels.
    Channels,
    /// Sign in.
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
    /// The version of [`WindowEvent::ListChanged`] it is true at.
    #[ts(type = "number")]
    pub version: u64,
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
