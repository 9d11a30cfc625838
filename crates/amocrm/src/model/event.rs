//! `GET events`: what happened, to what, and what it changed.

use super::lenient::{as_number, as_text, or_default, or_else_default, text};
use super::{CrmUserId, Entity, EntityType, Seconds};
use serde::Deserialize;
use serde_json::Value;

/// One of `GET events`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Event {
    /// Its name, like a ULID: later ones sort after earlier ones, to the millisecond.
    #[serde(default, deserialize_with = "text")]
    pub id: String,
    /// What happened: `task_deleted`, `incoming_chat_message`.
    #[serde(default, rename = "type", deserialize_with = "or_default")]
    pub kind: String,
    /// To what.
    #[serde(default, deserialize_with = "or_default")]
    pub entity_id: u64,
    /// What that is, in the singular: `task`, `lead`, `contact`.
    #[serde(default, deserialize_with = "or_default")]
    pub entity_type: String,
    /// Who did it; 0 is a robot, or nobody of the account (a customer's message).
    #[serde(default, deserialize_with = "or_default")]
    pub created_by: CrmUserId,
    /// When.
    #[serde(default, deserialize_with = "or_default")]
    pub created_at: Seconds,
    /// What it is now: `[{"note": {"id": 1}}]`, or nothing.
    #[serde(default, deserialize_with = "or_else_default")]
    pub value_after: Value,
}

/// The chat message of an event. Its text comes in a hook only.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MessageRef {
    /// Its name.
    pub id: String,
    /// The conversation it belongs to; 0 where the event does not say.
    pub talk_id: u64,
    /// The channel it came by: `telegram`, `waba`; empty where the event does not say.
    pub origin: String,
}

impl Event {
    /// The chat message it is about.
    pub fn message(&self) -> Option<MessageRef> {
        let message = part(&self.value_after, "message")?;
        let field = |name| message.get(name).unwrap_or(&Value::Null);
        Some(MessageRef {
            id: as_text(field("id")),
            talk_id: as_number(field("talk_id")),
            origin: as_text(field("origin")),
        })
    }

    /// The note that tells more: of a call, of an SMS.
    pub fn note_id(&self) -> Option<u64> {
        id(part(&self.value_after, "note")?)
    }

    /// Who is responsible now; 0 is a robot.
    pub fn responsible_after(&self) -> Option<CrmUserId> {
        user(&self.value_after)
    }

    /// The card it happened to, where it was one.
    pub fn entity(&self) -> Option<Entity> {
        let kind = match self.entity_type.as_str() {
            "lead" | "leads" => EntityType::Leads,
            "contact" | "contacts" => EntityType::Contacts,
            "company" | "companies" => EntityType::Companies,
            "customer" | "customers" => EntityType::Customers,
            _ => return None,
        };
        (self.entity_id != 0).then_some(Entity {
            kind,
            id: self.entity_id,
        })
    }
}

/// The part called `name` of an array of one-key objects; a bare object is read as well.
fn part<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    match value {
        Value::Array(parts) => parts.iter().find_map(|part| part.get(name)),
        Value::Object(_) => value.get(name),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

fn id(part: &Value) -> Option<u64> {
    let id = as_number(part.get("id")?);
    (id != 0).then_some(id)
}

fn user(value: &Value) -> Option<CrmUserId> {
    part(value, "responsible_user")?.get("id").map(as_number)
}
