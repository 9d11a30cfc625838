//! `GET leads/unsorted`: Incoming leads ("Неразобранное").

use super::Seconds;
use super::lenient::{as_text, embedded_ids, or_default, or_else_default, text};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A request that nobody has accepted or declined yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Its name.
    pub uid: String,
    /// Where it came from, as people call it; may be empty.
    pub source_name: String,
    /// `sip`, `mail`, `chats`, `forms`.
    pub category: String,
    /// The pipeline it waits in.
    pub pipeline_id: u64,
    /// When it came.
    pub created_at: Seconds,
    /// What came.
    pub metadata: Metadata,
    /// The deals it would become.
    pub leads: Vec<u64>,
    /// Who sent it.
    pub contacts: Vec<u64>,
}

/// What came, by category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Metadata {
    /// A call.
    Sip(SipMetadata),
    /// A letter.
    Mail(MailMetadata),
    /// A message.
    Chats(ChatsMetadata),
    /// A form of a site.
    Forms(FormsMetadata),
    /// A category this version does not know.
    Other,
}

/// A call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct SipMetadata {
    /// The number, as the telephony wrote it.
    #[serde(default, deserialize_with = "text")]
    pub phone: String,
    /// When it rang.
    #[serde(default, deserialize_with = "super::lenient::seconds")]
    pub called_at: Seconds,
    /// Seconds talked; 0 is a missed one.
    #[serde(default, deserialize_with = "super::lenient::number")]
    pub duration: u64,
}

/// A letter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct MailMetadata {
    /// Who wrote it.
    #[serde(default, deserialize_with = "or_else_default")]
    pub from: MailSender,
    /// Its subject; untrusted.
    #[serde(default, deserialize_with = "or_else_default")]
    pub subject: String,
    /// How it begins; untrusted.
    #[serde(default, deserialize_with = "or_else_default")]
    pub content_summary: String,
}

/// Who wrote a letter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct MailSender {
    /// His address.
    #[serde(default, deserialize_with = "or_default")]
    pub email: String,
    /// His name; may be empty.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
}

/// A message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct ChatsMetadata {
    /// Who wrote it; may be empty.
    #[serde(default, rename = "client", deserialize_with = "name")]
    pub client_name: String,
    /// The messenger: `telegram`.
    #[serde(default, deserialize_with = "or_else_default")]
    pub service: String,
    /// Its name for people; may be empty.
    #[serde(default, deserialize_with = "or_else_default")]
    pub source_name: String,
    /// What was written last; untrusted.
    #[serde(default, deserialize_with = "or_else_default")]
    pub last_message_text: String,
}

/// A form of a site.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct FormsMetadata {
    /// The form's name.
    #[serde(default, deserialize_with = "or_else_default")]
    pub form_name: String,
    /// Where it stands.
    #[serde(default, deserialize_with = "or_else_default")]
    pub form_page: String,
    /// When it was sent.
    #[serde(default, deserialize_with = "super::lenient::seconds")]
    pub form_sent_at: Seconds,
}

impl<'de> Deserialize<'de> for Request {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Raw::deserialize(deserializer)?;
        let metadata = match raw.category.as_str() {
            "sip" => Metadata::Sip(read(raw.metadata)),
            "mail" => Metadata::Mail(read(raw.metadata)),
            "chats" => Metadata::Chats(read(raw.metadata)),
            "forms" => Metadata::Forms(read(raw.metadata)),
            _ => Metadata::Other,
        };
        Ok(Self {
            uid: raw.uid,
            source_name: raw.source_name,
            category: raw.category,
            pipeline_id: raw.pipeline_id,
            created_at: raw.created_at,
            metadata,
            leads: embedded_ids(&raw.embedded, "leads"),
            contacts: embedded_ids(&raw.embedded, "contacts"),
        })
    }
}

#[derive(Deserialize)]
struct Raw {
    uid: String,
    #[serde(default, deserialize_with = "or_default")]
    source_name: String,
    #[serde(default, deserialize_with = "or_default")]
    category: String,
    #[serde(default, deserialize_with = "or_default")]
    pipeline_id: u64,
    #[serde(default, deserialize_with = "or_default")]
    created_at: Seconds,
    #[serde(default)]
    metadata: Value,
    #[serde(default, rename = "_embedded")]
    embedded: Value,
}

fn read<T: serde::de::DeserializeOwned + Default>(value: Value) -> T {
    serde_json::from_value(value).unwrap_or_default()
}

/// `{"name": …}`, or `[]`.
fn name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(value.get("name").map(as_text).unwrap_or_default())
}
