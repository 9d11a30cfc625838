//! Pushes: what the centre hands to whoever can bring one to a push service, in process.

use crate::Millis;
use crate::push::{PushKeys, PushTrouble};
use async_trait::async_trait;
use std::time::Duration;

/// Longest message of a push, bytes, before it is encrypted (RFC 8291 §4).
pub const MAX_MESSAGE: usize = 3_993;

/// Where a push goes: all of it is secret.
#[derive(Clone, PartialEq, Eq)]
pub struct PushAddress {
    /// Where the push service takes it.
    pub endpoint: String,
    /// What the receiver decrypts by.
    pub keys: PushKeys,
}

impl std::fmt::Debug for PushAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PushAddress(…)")
    }
}

/// A push to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    /// To whom.
    pub to: PushAddress,
    /// What it says, not encrypted yet; at most [`MAX_MESSAGE`] bytes.
    pub message: Vec<u8>,
    /// How long the push service keeps it for a receiver that is away.
    pub keep: Duration,
    /// How much of the receiver's battery it is worth.
    pub urgency: Urgency,
    /// What is not delivered yet under the same topic is replaced; at most 32 characters of base64url.
    pub topic: String,
    /// The time, as far as the sender's signature tells it.
    pub at: Millis,
}

/// How soon a push has to be there (RFC 8030 §5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Urgency {
    /// When the receiver is not short of power.
    Low,
    /// The usual.
    Normal,
    /// At once, whatever the battery.
    High,
}

impl Urgency {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
        }
    }
}

/// Whoever can bring pushes to push services.
#[async_trait]
pub trait Courier: Send + Sync {
    /// The public key that push services know us by (RFC 8292), base64url.
    fn key(&self) -> &str;

    /// Whether anything can be brought there: by what the address looks like, nobody is asked.
    ///
    /// # Errors
    /// [`AddressError`], what is wrong with it.
    fn check(&self, to: &PushAddress) -> Result<(), AddressError>;

    /// Brings `parcel`; returns once the push service has taken it over.
    ///
    /// # Errors
    /// [`CourierError`]; whether the same may be tried again is its kind.
    async fn bring(&self, parcel: &Parcel) -> Result<(), CourierError>;
}

/// Why nothing can be brought to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {why}")]
pub struct AddressError {
    /// Which field of the request is wrong.
    pub field: &'static str,
    /// In words.
    pub why: &'static str,
}

/// Why a push was not taken over. None of it tells the address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CourierError {
    /// There is no such receiver any more (404, 410).
    #[error("the push service knows this receiver no more")]
    Gone,
    /// The message is too long for this push service (413).
    #[error("the push service finds it too long")]
    TooLong,
    /// Not now.
    #[error("{reason}")]
    Later {
        /// How its user is told.
        trouble: PushTrouble,
        /// What happened, for whoever runs the centre.
        reason: String,
        /// How long to wait at least, where the push service has said so.
        after: Option<Duration>,
    },
    /// The same would be refused again.
    #[error("{reason}")]
    Refused {
        /// What happened.
        reason: String,
    },
}
