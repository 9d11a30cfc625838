//! A door for the fuzz targets (`crates/fuzz`): what is read, without whom it would be told to.

use crate::connector::read_hook;
use std::collections::BTreeMap;

/// One event of a webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// `task`, `leads`, `message`.
    pub what: String,
    /// `add`, `update`, `responsible`.
    pub how: String,
    /// Fields by name, nested ones with dots.
    pub fields: BTreeMap<String, String>,
}

/// What the body of a webhook tells; none where it is none.
pub fn hook(body: &[u8]) -> Option<Vec<Told>> {
    read_hook(body)
}
