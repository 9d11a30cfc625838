//! Refusals as HTTP answers: always an `ApiError` in JSON.

use crate::refusal::Refusal;
use axum::{
    Json,
    extract::rejection::BytesRejection,
    http::{
        HeaderValue, StatusCode,
        header::{RETRY_AFTER, WWW_AUTHENTICATE},
    },
    response::{IntoResponse, Response},
};
use dealbell_protocol::{ApiError, ErrorCode};

/// A refusal with its status.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    error: ApiError,
}

/// A refusal with a status of its own.
pub(crate) fn problem(status: StatusCode, code: ErrorCode, message: &str) -> Problem {
    Problem {
        status,
        error: ApiError::new(code, message),
    }
}

impl Problem {
    /// The same, naming the field at fault.
    pub(crate) fn of_field(mut self, field: &str) -> Self {
        self.error = self.error.of_field(field);
        self
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let error = refusal.into_api();
        let status = match error.code {
            ErrorCode::TokenInvalid | ErrorCode::TokenRevoked => StatusCode::UNAUTHORIZED,
            ErrorCode::Forbidden | ErrorCode::ForeignOrigin => StatusCode::FORBIDDEN,
            ErrorCode::FieldInvalid | ErrorCode::BodyInvalid | ErrorCode::Protocol => {
                StatusCode::BAD_REQUEST
            }
            ErrorCode::RecipientUnknown => StatusCode::UNPROCESSABLE_ENTITY,
            ErrorCode::IdempotencyConflict => StatusCode::CONFLICT,
            ErrorCode::RevisionConflict => StatusCode::PRECONDITION_FAILED,
            ErrorCode::NotFound | ErrorCode::InvitationUnknown => StatusCode::NOT_FOUND,
            ErrorCode::InvitationUsed | ErrorCode::InvitationExpired => StatusCode::GONE,
            ErrorCode::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            ErrorCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            ErrorCode::CrmRefused | ErrorCode::CrmUnreachable => StatusCode::BAD_GATEWAY,
        };
        Self { status, error }
    }
}

impl From<BytesRejection> for Problem {
    fn from(rejection: BytesRejection) -> Self {
        let status = rejection.status();
        let message = match status {
            StatusCode::PAYLOAD_TOO_LARGE => "the body is larger than this address takes",
            _ => "the body could not be read to its end",
        };
        problem(status, ErrorCode::BodyInvalid, message)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let retry = self.error.retry_ms.map(|ms| ms.div_ceil(1_000));
        let mut response = (self.status, Json(self.error)).into_response();
        let headers = response.headers_mut();
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = retry {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
