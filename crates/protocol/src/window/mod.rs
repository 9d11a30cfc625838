//! What the resident and its window say to each other: JSON, one message a line.
//!
//! The window sends [`WindowCall`]s and gets [`WindowEvent`]s. All state is the resident's: the
//! window asks for what it shows, and asks again when it is told that something changed.

mod diagnostics;
mod list;
mod settings;
mod sign_in;
mod state;

use crate::push::PushDevices;
use crate::rest::{CalendarLink, DeviceRow, SaveChannels, Tasks};
use crate::secret::Secret;
use crate::web::SignInLink;
use crate::{
    Channel, ChannelSettings, Cursor, DeviceId, Millis, NotificationId, ProviderId,
    PushSubscriptionId,
};
pub use diagnostics::{
    ConnectionRecord, Diagnostics, LinkEvent, Suppression, ToastFailure, ToastOutcome, ToastRecord,
};
pub use list::{ListPage, ListQuery, Snoozed};
use serde::{Deserialize, Serialize};
pub use settings::{
    ContentLevel, DeviceSettings, LogLevel, ProxyChoice, Quiet, QuietChoice, Setting, SettingName,
    Sound,
};
pub use sign_in::{AccessBy, CrmAccess, CrmRights, Found, SignIn, Way};
pub use state::{
    AccountRow, Connection, Language, LanguageChoice, SignedOutReason, ThemeChoice, Trouble,
    Update, UpdateStep, WindowState,
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
    /// The devices of this account: answered with [`WindowAnswer::Devices`]; `unavailable` in the
    /// ways that have but one.
    Devices,
    /// The picture of a provider that has one: answered with [`WindowAnswer::ProviderIcon`], or
    /// `Failed` with `gone` where it has none any more.
    ProviderIcon {
        /// Whose.
        provider: ProviderId,
        /// Which, as [`crate::Provider::icon`] names it: another one is another picture.
        icon: String,
    },
    /// Sign a device out for good.
    RevokeDevice {
        /// Which.
        id: DeviceId,
    },
    /// Where the user's tasks can be subscribed to (RULES T11): answered with
    /// [`WindowAnswer::Calendar`].
    Calendar,
    /// Give the calendar a new address; the old one ends. Answered alike.
    RenewCalendar,
    /// Hand the calendar to this machine's calendar program. `Failed` with `open_failed` where it has
    /// none.
    OpenCalendar,
    /// A way into the web inbox, for a browser or phone of the user's own: answered with
    /// [`WindowAnswer::SignInLink`].
    SignInLink,
    /// Open the web inbox in this machine's browser, signed in. `Failed` with `address_wrong`, as
    /// `SignInLink` is, where the centre's link does not lead to itself.
    OpenInbox,
    /// The browsers and phones that are pushed to: answered with [`WindowAnswer::PushDevices`].
    PushDevices,
    /// Switch one of them on or off.
    SwitchPush {
        /// Which.
        id: PushSubscriptionId,
        /// Its own switch.
        on: bool,
    },
    /// Push to one of them no more.
    RemovePush {
        /// Which.
        id: PushSubscriptionId,
    },
    /// Send a test to one of them.
    TestPush {
        /// Which.
        id: PushSubscriptionId,
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
    /// A picture.
    ProviderIcon {
        /// `data:image/png;base64,…`
        data: String,
    },
    /// The devices.
    Devices {
        /// This one first, then the last used.
        devices: Vec<DeviceRow>,
    },
    /// The calendar.
    Calendar {
        /// Where it is.
        link: CalendarLink,
    },
    /// The way into the web inbox.
    SignInLink {
        /// The link.
        link: SignInLink,
    },
    /// The browsers and phones that are pushed to.
    PushDevices {
        /// As the centre has them.
        push: PushDevices,
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
    /// The user is signed out, and the system's keyring did not let the token go.
    SecretStays,
    /// What was checked is there no more: entered already, too long ago, or checked anew meanwhile.
    CheckAgain,
    /// Somebody has signed in by this invitation already.
    InvitationUsed,
    /// The invitation is too old.
    InvitationExpired,
    /// There is no such invitation, or it was taken back.
    InvitationUnknown,
    /// The user is signed in to this centre already.
    AlreadyIn,
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
    /// An invitation was followed: ask whether to sign in by it.
    Join {
        /// For [`SignIn::Invitation`]. Anybody can have made it.
        #[ts(type = "string")]
        link: Secret,
    },
}
