//! How a connector is doing, for whoever shows it.

use super::HookStanding;
use crate::address::CrmAddress;
use crate::model::{Account, CrmUserId, User};
use dealbell_protocol::Millis;
use std::time::Duration;

/// How a connector is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConnectorStatus {
    /// Nothing has been read yet.
    Starting,
    /// The open tasks are read for the first time (RULES T12).
    Baseline {
        /// How many so far; nobody knows of how many.
        done: usize,
    },
    /// All is well.
    Ok {
        /// The account.
        account: AccountInfo,
        /// When it was read last.
        last_read: Millis,
        /// How old the oldest of what was read was by then, where that is worth a word.
        behind: Option<Duration>,
        /// How it stands with the webhook.
        hooks: HookStanding,
    },
    /// The CRM does not answer, or wants to be left alone for a while.
    Unreachable {
        /// When the next try is made.
        retry_at: Millis,
    },
    /// The token is not accepted. The connector has ended.
    TokenRefused,
    /// The integration's access cannot be renewed: it was shut out. The connector has ended.
    GrantLost,
    /// The CRM has shut us out for asking too much.
    Blocked {
        /// When the next try is made.
        retry_at: Millis,
    },
    /// Something answers, but no CRM.
    NotACrm {
        /// When the next try is made.
        retry_at: Millis,
    },
    /// The CRM declines (402: the account is not paid for).
    Declined {
        /// HTTP status.
        status: u16,
        /// When the next try is made.
        retry_at: Millis,
    },
    /// The centre did not take what was read.
    CentreFailed {
        /// When the next try is made.
        retry_at: Millis,
    },
}

/// An account, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountInfo {
    /// Its number.
    pub id: u64,
    /// As in `{subdomain}.amocrm.ru`.
    pub subdomain: String,
    /// Where it is read: `name.amocrm.ru`, `127.0.0.1:7790`.
    pub host: String,
    /// What its owner calls it.
    pub name: String,
    /// Whose token it is read with.
    pub user: AccountUser,
    /// IANA name of its time zone; empty where it does not say.
    pub time_zone: String,
}

/// Who the token belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountUser {
    /// His number.
    pub id: CrmUserId,
    /// His name, where the token may see it (an administrator's can).
    pub name: Option<String>,
    /// His login, likewise.
    pub email: Option<String>,
}

impl AccountInfo {
    pub(crate) fn new(address: &CrmAddress, account: &Account, users: &[User]) -> Self {
        let user = users.iter().find(|user| user.id == account.current_user_id);
        Self {
            id: account.id,
            subdomain: account.subdomain.clone(),
            host: address.host(),
            name: account.name.clone(),
            user: AccountUser {
                id: account.current_user_id,
                name: user.map(|user| user.name.clone()),
                email: user.map(|user| user.email.clone()),
            },
            time_zone: account.zone.name.clone(),
        }
    }
}
