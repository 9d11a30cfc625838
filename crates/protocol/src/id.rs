//! Identifiers. Ours are ULIDs; a provider's is the short name it is known by.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use ts_rs::TS;
use ulid::Ulid;
use utoipa::ToSchema;

macro_rules! ulid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
        #[serde(transparent)]
        #[ts(type = "string")]
        #[schema(value_type = String, pattern = "^[0-7][0-9A-HJKMNP-TV-Z]{25}$", example = "01KAH3Z6T2R6T9GQ1S8V0X5YJD")]
        pub struct $name(pub Ulid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = ulid::DecodeError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ulid::from_string(text).map(Self)
            }
        }
    };
}

ulid_id!(
    /// A notification, unique over all users of a centre.
    NotificationId
);
ulid_id!(
    /// A user of a centre.
    UserId
);
ulid_id!(
    /// One installation of a desktop, signed in with its own token.
    DeviceId
);
ulid_id!(
    /// A browser or phone that is pushed to.
    PushSubscriptionId
);
ulid_id!(
    /// One stream connection.
    ConnectionId
);

/// The short name of a provider: one of [`ProviderId::BUILT_IN`], or an integration's.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema,
)]
#[serde(transparent)]
#[ts(type = "string")]
pub struct ProviderId(pub String);

impl ProviderId {
    /// The CRM's own providers, in the order in which they are listed (RULES C1, C4).
    pub const BUILT_IN: [&'static str; 6] =
        ["tasks", "chats", "calls", "requests", "deals", "system"];

    /// The provider known by `name`.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProviderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
