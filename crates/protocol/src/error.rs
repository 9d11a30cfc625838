//! Error codes. Clients decide by code and never by the message.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

/// What went wrong, for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// No token, or one the centre does not know.
    TokenInvalid,
    /// The token was revoked.
    TokenRevoked,
    /// The token may not do this.
    Forbidden,
    /// `Host` or `Origin` is not ours.
    ForeignOrigin,
    /// A field is missing, malformed or too long; `field` names it.
    FieldInvalid,
    /// The body is no JSON of the expected shape, or too large.
    BodyInvalid,
    /// A recipient the centre does not know; `field` names him (RULES C12).
    RecipientUnknown,
    /// The same `Idempotency-Key` came with another body (RULES C12).
    IdempotencyConflict,
    /// Somebody saved in between: read again, then save (`If-Match`).
    RevisionConflict,
    /// Nothing is there.
    NotFound,
    /// Too much at once; `retry_ms` says when to come back.
    RateLimited,
    /// The centre cannot do it now (disk, database).
    Unavailable,
    /// The CRM declined what was to be done there.
    CrmRefused,
    /// The CRM does not answer: what was to be done there was not.
    CrmUnreachable,
    /// Somebody has signed in by this invitation already.
    InvitationUsed,
    /// The invitation is too old.
    InvitationExpired,
    /// There is no such invitation, or it was taken back.
    InvitationUnknown,
    /// A frame that cannot be understood.
    Protocol,
}

/// The body of every refusal of the HTTP API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error, ToSchema)]
#[error("{message}")]
pub struct ApiError {
    /// For programs.
    pub code: ErrorCode,
    /// For people who read logs: what is wrong and what to do.
    pub message: String,
    /// The field at fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub field: Option<String>,
    /// How long to wait before another try, milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub retry_ms: Option<u64>,
}

impl ApiError {
    /// A refusal without a field.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            field: None,
            retry_ms: None,
        }
    }

    /// The same refusal, naming `field`.
    #[must_use]
    pub fn of_field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }
}
