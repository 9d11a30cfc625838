//! Why a request was not done; nothing of it was.

use crate::sealing::KeyError;
use dealbell_protocol::{ApiError, ErrorCode, UserId};

/// A refusal, before it is put into HTTP, frames or [`crate::CentreError`].
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    /// The asker's mistake.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// A batch names a user that does not exist.
    #[error("no such user: {0}")]
    UnknownUser(UserId),
    /// The key of the stored secrets.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Disk or database; the same may succeed later.
    #[error("storage: {0}")]
    Storage(String),
}

impl Refusal {
    /// A field that is missing, malformed or too long.
    pub(crate) fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Api(ApiError::new(ErrorCode::FieldInvalid, message).of_field(field))
    }

    /// What a program that asked is told. Details of the storage stay in the log.
    pub(crate) fn into_api(self) -> ApiError {
        match self {
            Self::Api(error) => error,
            Self::UnknownUser(_) => ApiError::new(ErrorCode::NotFound, "no such user"),
            Self::Key(error) => unavailable(&error),
            Self::Storage(reason) => unavailable(&reason),
        }
    }
}

fn unavailable(reason: &dyn std::fmt::Display) -> ApiError {
    tracing::error!(%reason, "storage refused");
    let message = "the centre cannot store it now, try again";
    let mut error = ApiError::new(ErrorCode::Unavailable, message);
    error.retry_ms = Some(2_000);
    error
}

impl From<crate::CentreError> for Refusal {
    fn from(error: crate::CentreError) -> Self {
        match error {
            crate::CentreError::Refused(error) => Self::Api(error),
            crate::CentreError::Key(error) => Self::Key(error),
            crate::CentreError::Storage(reason) => Self::Storage(reason),
            other @ (crate::CentreError::UnknownDatabase(_)
            | crate::CentreError::Unreadable { .. }
            | crate::CentreError::NewerSchema { .. }
            | crate::CentreError::Foreign { .. }
            | crate::CentreError::NoCopy { .. }) => Self::Storage(other.to_string()),
        }
    }
}

impl From<sqlx::Error> for Refusal {
    fn from(error: sqlx::Error) -> Self {
        Self::Storage(error.to_string())
    }
}

impl From<serde_json::Error> for Refusal {
    fn from(error: serde_json::Error) -> Self {
        Self::Storage(format!("a stored value cannot be read: {error}"))
    }
}
