//! Users as administrators see them, and what is kept of administrative acts.

use crate::{Millis, UserId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a user may do in the centre.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything, for everybody.
    Administrator,
    /// What concerns himself.
    #[default]
    Member,
}

impl Role {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Member => "member",
        }
    }

    /// The role of this name; none for one that is not ours.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Administrator, Self::Member]
            .into_iter()
            .find(|role| role.name() == name)
    }
}

/// `GET /v1/audit`: an administrative act, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRow {
    /// Names it, and grows.
    pub id: u64,
    /// When.
    pub at: Millis,
    /// Whose act it was; none for the command line's.
    pub by: Option<UserId>,
    /// His email address, while there is such a user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Where he asked from: an address of the network; empty for the command line.
    pub from: String,
    /// What: `user.add`, `invitation.revoke`, …
    pub act: String,
    /// On what: `user:01J…`, `integration:telephony`, …
    pub on: String,
    /// The email address of the user it was done to, while there is such a one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_email: Option<String>,
    /// What changed; may be empty.
    pub detail: String,
}

/// The parameters of `GET /v1/audit`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditQuery {
    /// Leaves out what is older, RFC 3339.
    pub since: Option<String>,
    /// Goes on where a page ended: its `next`.
    pub before: Option<u64>,
    /// Page size, at most 200.
    pub limit: Option<u32>,
}

/// A page of the audit, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditPage {
    /// The acts.
    pub items: Vec<AuditRow>,
    /// For the next page's `before`; none on the last.
    pub next: Option<u64>,
}
