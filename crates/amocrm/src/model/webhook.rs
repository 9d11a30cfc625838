//! `GET webhooks`: where the account calls when something happens.

use super::lenient::{number, or_default, or_else_default};
use serde::Deserialize;

/// One webhook of the account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Webhook {
    /// Its number.
    #[serde(default, deserialize_with = "number")]
    pub id: u64,
    /// The address it calls.
    #[serde(default, deserialize_with = "or_default")]
    pub destination: String,
    /// What it calls for: `add_task`, `responsible_lead`.
    #[serde(default, deserialize_with = "or_else_default")]
    pub settings: Vec<String>,
    /// Whether the account has switched it off, since it failed or was slow.
    #[serde(default, deserialize_with = "or_else_default")]
    pub disabled: bool,
}
