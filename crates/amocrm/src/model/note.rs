//! `GET {entity}/notes`: what a call or an SMS was.

use super::CrmUserId;
use super::lenient::{number, or_default, or_else_default, text};
use serde::Deserialize;

/// A note on a card.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Note {
    /// Its number.
    pub id: u64,
    /// Who is responsible for it; of a call: who was called.
    #[serde(default, deserialize_with = "or_default")]
    pub responsible_user_id: CrmUserId,
    /// What it says.
    #[serde(default, deserialize_with = "or_else_default")]
    pub params: NoteParams,
}

/// What a note says; each kind fills its own part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct NoteParams {
    /// Of an SMS or a plain note; untrusted.
    #[serde(default, deserialize_with = "text")]
    pub text: String,
    /// Of a call or an SMS: the other side's number.
    #[serde(default, deserialize_with = "text")]
    pub phone: String,
    /// Of a call: seconds talked.
    #[serde(default, deserialize_with = "number")]
    pub duration: u64,
    /// Of a call: 1 message left, 2 call back, 3 absent, 4 talked, 5 wrong number, 6 nobody
    /// answered, 7 busy; 0 where the telephony does not say.
    #[serde(default, deserialize_with = "number")]
    pub call_status: u64,
    /// Of a call: who was called; 0 where that is no user (telephonies write names too).
    #[serde(default, deserialize_with = "number")]
    pub call_responsible: CrmUserId,
}
