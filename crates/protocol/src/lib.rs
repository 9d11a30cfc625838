//! The wire contract of Dealbell: everything that crosses a process boundary.
//!
//! | module | between |
//! |---|---|
//! | [`stream`] | desktop or browser ↔ centre, WebSocket frames and close codes |
//! | [`rest`] | anybody ↔ centre, bodies of the HTTP API |
//! | [`integration`] | the same, of integrations |
//! | [`people`] | the same, of users and their administrators |
//! | [`push`], [`web`] | the same, of browsers and phones; what a push says |
//! | [`window`] | resident ↔ its window, JSON lines |
//! | [`ingest`] | connector → centre, in process |
//! | [`letter`] | centre → mail, in process |
//! | [`courier`] | centre → push services, in process |
//! | [`act`] | centre → connector, in process: what a user does about a notification |
//!
//! The TypeScript twins are generated from these types by `cargo xtask types`.

pub mod act;
pub mod channel;
pub mod courier;
pub mod cursor;
pub mod dead_letter;
pub mod error;
pub mod id;
pub mod ingest;
pub mod integration;
pub mod join;
pub mod letter;
pub mod notification;
pub mod people;
pub mod push;
pub mod quiet;
pub mod reach;
pub mod rest;
pub mod secret;
pub mod stream;
pub mod text;
pub mod typescript;
pub mod web;
pub mod window;
pub mod words;

pub use channel::{
    Channel, ChannelSet, ChannelSettings, EmailMode, EmailSettings, KindChannels, Provider,
    ProviderChannels,
};
pub use cursor::Cursor;
pub use error::{ApiError, ErrorCode};
pub use id::{ConnectionId, DeviceId, NotificationId, ProviderId, PushSubscriptionId, UserId};
pub use notification::{Kind, Millis, Notification, Priority, Unread};
pub use people::Role;
pub use push::PushSettings;
pub use quiet::{QuietError, QuietHours, QuietSpan};
