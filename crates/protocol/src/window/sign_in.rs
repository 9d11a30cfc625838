//! The ways to run Dealbell, what lets us into each, and what is found there.

use crate::Millis;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

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
    /// A department's centre, by an invitation. `Check` looks at it, `Enter` uses it up; either fails
    /// with `invitation_used`, `invitation_expired`, `invitation_unknown` or `already_in`.
    Invitation {
        /// As it was followed or pasted, in either form ([`crate::join::JoinLink`]); secret.
        link: String,
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
            Self::Invitation { .. } => f.write_str("Invitation"),
        }
    }
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
    /// Who invites us, where we are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub invited_by: Option<String>,
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
