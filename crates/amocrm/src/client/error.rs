//! What can go wrong, told apart by what to do about it.

use serde_json::Value;
use std::time::Duration;

/// Why a request was not answered as wished.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// 401: the token is wrong, expired or revoked. Final: asking again does not help.
    #[error("the token is not accepted")]
    TokenRefused,
    /// OAuth: what let us in is gone for good. Connecting again is the way back.
    #[error("the CRM does not renew the access; the account must be connected again")]
    GrantLost,
    /// OAuth: there is a new pair of tokens, but it could not be put away safely, and is not used
    /// before it is. Tried again with every request.
    #[error("the new tokens could not be kept: {0}")]
    NotKept(String),
    /// 403 of one resource: this user may not see it.
    #[error("this user may not see it")]
    Forbidden,
    /// 403 for everything: the CRM has shut out this address or integration for asking too much.
    #[error("the CRM has blocked this address or integration")]
    Blocked,
    /// 429 again and again although every wait was kept.
    #[error("too many requests")]
    TooMany {
        /// How long the CRM wants to be left alone.
        wait: Duration,
    },
    /// Nothing came, half an answer came, or a 5xx did. Worth another try later.
    #[error("the CRM does not answer: {0}")]
    Unreachable(String),
    /// An answer came, but none that a CRM gives (a sign-in page, a redirect, another JSON).
    #[error("this is no CRM: {0}")]
    NotACrm(String),
    /// The CRM understood and declined.
    #[error("the CRM declined with {status}: {detail}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// Its reason.
        detail: String,
    },
}

impl ClientError {
    /// Whether the same request may succeed in a moment.
    pub(super) fn is_passing(&self) -> bool {
        matches!(self, Self::Unreachable(_))
    }
}

impl From<reqwest::Error> for ClientError {
    fn from(error: reqwest::Error) -> Self {
        // The address is dropped: its query names people.
        Self::Unreachable(error.without_url().to_string())
    }
}

/// The error an unsuccessful answer means; `problem` is its body, where that is JSON.
pub(super) fn of_status(status: u16, problem: Option<&Value>) -> ClientError {
    let said = |name| problem.and_then(|p| p.get(name)).and_then(Value::as_str);
    let detail = said("detail").or_else(|| said("title")).unwrap_or_default();
    match status {
        401 => ClientError::TokenRefused,
        403 if is_block(problem.is_some(), detail) => ClientError::Blocked,
        403 => ClientError::Forbidden,
        408 | 425 | 500..=599 => ClientError::Unreachable(format!("status {status}")),
        300..=399 => ClientError::NotACrm(format!("it sends us elsewhere ({status})")),
        _ if problem.is_none() => ClientError::NotACrm(format!("status {status} without reason")),
        _ => ClientError::Refused {
            status,
            detail: detail.to_owned(),
        },
    }
}

/// A missing right is explained by the API itself, in problem+json; a block comes from the server in
/// front of it, or says so.
fn is_block(explained: bool, detail: &str) -> bool {
    let detail = detail.to_lowercase();
    let words = [
        "blocked",
        "заблокирован",
        "too many",
        "ip address",
        "ip-адрес",
    ];
    !explained || words.iter().any(|word| detail.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_missing_right_is_no_block() {
        let rights = json!({"status": 403, "detail": "Доступно только администраторам"});
        let block = json!({"status": 403, "detail": "Account blocked for exceeding the limit"});
        assert_eq!(of_status(403, Some(&rights)), ClientError::Forbidden);
        assert_eq!(of_status(403, Some(&block)), ClientError::Blocked);
        assert_eq!(of_status(403, None), ClientError::Blocked);
    }

    #[test]
    fn every_other_status_says_what_to_do() {
        assert_eq!(of_status(401, None), ClientError::TokenRefused);
        assert!(of_status(502, None).is_passing());
        assert!(matches!(of_status(302, None), ClientError::NotACrm(_)));
        assert!(matches!(of_status(404, None), ClientError::NotACrm(_)));
        let problem = json!({"title": "Bad Request"});
        assert_eq!(
            of_status(400, Some(&problem)),
            ClientError::Refused {
                status: 400,
                detail: "Bad Request".to_owned()
            }
        );
    }
}
