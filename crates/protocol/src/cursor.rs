//! A place in a user's log (STREAM, Model).

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};
use ts_rs::TS;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

/// A place in a user's log: the history it belongs to, and the last entry seen. Written `e7.41`;
/// clients keep and return it as it is and never look inside.
#[derive(Clone, Debug, PartialEq, Eq, Hash, TS)]
#[ts(type = "string")]
pub struct Cursor {
    /// Names the history; another epoch means that numbers cannot be compared.
    pub epoch: String,
    /// The number of the last entry seen; 0 before the first.
    pub seq: u64,
}

/// A text that is no cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a cursor reads <epoch>.<seq>")]
pub struct CursorError;

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.epoch, self.seq)
    }
}

impl FromStr for Cursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (epoch, seq) = text.rsplit_once('.').ok_or(CursorError)?;
        let plain = |c: char| c.is_ascii_alphanumeric();
        if epoch.is_empty() || epoch.len() > 40 || !epoch.chars().all(plain) {
            return Err(CursorError);
        }
        let seq = seq.parse().map_err(|_| CursorError)?;
        Ok(Self {
            epoch: epoch.to_owned(),
            seq,
        })
    }
}

impl PartialSchema for Cursor {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(Type::String);
        text.examples([serde_json::json!("e7.57")]).into()
    }
}

impl ToSchema for Cursor {}

impl Serialize for Cursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
