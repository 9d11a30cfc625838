//! `GET users`: who works in the account, and what each may see.

use super::CrmUserId;
use super::lenient::{number, or_default, or_else_default};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// One of `GET users`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct User {
    /// His number.
    pub id: CrmUserId,
    /// As colleagues see him.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// His login.
    #[serde(default, deserialize_with = "or_default")]
    pub email: String,
    /// What he may see.
    #[serde(default, deserialize_with = "or_else_default")]
    pub rights: Rights,
}

/// What a user may see. Where the answer says nothing: an active one who sees every deal.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Rights {
    /// Whether he is an administrator.
    #[serde(deserialize_with = "or_else_default")]
    pub is_admin: bool,
    /// Whether he may still sign in.
    #[serde(deserialize_with = "or_yes")]
    pub is_active: bool,
    /// Which deals he sees.
    #[serde(rename = "leads", deserialize_with = "view_of")]
    pub leads_view: View,
    /// Exceptions for single stages of pipelines.
    #[serde(deserialize_with = "or_else_default")]
    pub status_rights: Vec<StatusRight>,
}

impl Default for Rights {
    fn default() -> Self {
        Self {
            is_admin: false,
            is_active: true,
            leads_view: View::All,
            status_rights: Vec::new(),
        }
    }
}

impl Rights {
    /// Whether he may see what waits in a pipeline: an administrator always, others by their right
    /// to deals, unless exceptions shut them out of every stage of it that has one.
    pub fn sees_pipeline(&self, pipeline: u64) -> bool {
        if self.is_admin {
            return true;
        }
        let mut exceptions = self
            .status_rights
            .iter()
            .filter(|right| right.pipeline_id == pipeline)
            .peekable();
        match exceptions.peek() {
            Some(_) => exceptions.any(|right| right.view != View::Denied),
            None => self.leads_view != View::Denied,
        }
    }
}

/// An exception for one stage of a pipeline.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct StatusRight {
    /// The pipeline.
    #[serde(default, deserialize_with = "number")]
    pub pipeline_id: u64,
    /// Which of its deals he sees.
    #[serde(default, rename = "rights", deserialize_with = "view_of")]
    pub view: View,
}

/// Which deals somebody sees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum View {
    /// `A`, and what this version does not know.
    #[default]
    All,
    /// `G`: his group's.
    Group,
    /// `M`: his own.
    Own,
    /// `D`: none.
    Denied,
}

/// The `view` of `{"view": "A", "edit": …}`.
fn view_of<'de, D: Deserializer<'de>>(deserializer: D) -> Result<View, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(match value.get("view").and_then(Value::as_str) {
        Some("G") => View::Group,
        Some("M") => View::Own,
        Some("D") => View::Denied,
        _ => View::All,
    })
}

fn or_yes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Ok(Value::deserialize(deserializer)?.as_bool().unwrap_or(true))
}
