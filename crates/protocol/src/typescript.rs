//! The TypeScript twins of the types the window and the web inbox use.

use crate::{channel, error, id, notification, quiet, rest, window};
use ts_rs::{Config, TS};

/// The whole generated file, as `ui/src/generated/protocol.ts` must read.
pub fn generated() -> String {
    let config = Config::default();
    let mut file = String::from("// Generated from crates/protocol by `cargo xtask types`.\n");
    macro_rules! declare {
        ($($type:ty),* $(,)?) => {$(
            file.push_str("\nexport ");
            file.push_str(&<$type as TS>::decl(&config));
            file.push('\n');
        )*};
    }
    declare!(
        id::NotificationId,
        id::ProviderId,
        crate::Cursor,
        notification::Kind,
        notification::Priority,
        notification::Unread,
        notification::Notification,
        channel::Channel,
        channel::ChannelSet,
        channel::Provider,
        channel::ProviderChannels,
        quiet::QuietSpan,
        quiet::QuietHours,
        channel::EmailMode,
        channel::EmailSettings,
        channel::KindChannels,
        channel::ChannelSettings,
        rest::SaveChannels,
        id::DeviceId,
        rest::DeviceRow,
        rest::OpenTask,
        rest::Tasks,
        error::ErrorCode,
        error::ApiError,
        window::Language,
        window::LanguageChoice,
        window::ThemeChoice,
        window::Trouble,
        window::SignedOutReason,
        window::Connection,
        window::Way,
        window::AccessBy,
        window::ContentLevel,
        window::Sound,
        window::ProxyChoice,
        window::LogLevel,
        window::DeviceSettings,
        window::Setting,
        window::SettingName,
        window::QuietChoice,
        window::Quiet,
        window::LinkEvent,
        window::ConnectionRecord,
        window::Suppression,
        window::ToastFailure,
        window::ToastOutcome,
        window::ToastRecord,
        window::Diagnostics,
        window::AccountRow,
        window::UpdateStep,
        window::Update,
        window::WindowState,
        window::Snoozed,
        window::ListPage,
        window::Page,
        window::ListQuery,
        window::CrmAccess,
        window::SignIn,
        window::CrmRights,
        window::Found,
        window::WindowErrorCode,
        window::WindowRequest,
        window::WindowCall,
        window::WindowAnswer,
        window::WindowEvent,
    );
    file
}
