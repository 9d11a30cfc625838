//! OAuth 2 of amoCRM and Kommo: where a user agrees, what he comes back with, and what that is
//! exchanged for. Renewing is the client's own business.

mod back;
mod claims;
mod token_request;

pub use back::{Back, BackError};
pub(crate) use claims::Claims;
pub(crate) use token_request::{Answer, ask_code, ask_renewal};

use crate::address::CrmAddress;
use crate::client::ClientError;
use crate::client::{Cause, Failure, Timeouts};
use crate::clock::Clock;
use crate::credentials::{Integration, OAuth};
use dealbell_network::Network;
use url::Url;

/// Why a code brought no tokens.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExchangeError {
    /// The code has expired (20 minutes), was used, or is none.
    #[error("the code has expired or was used")]
    CodeExpired,
    /// Integration id, secret key and redirect address do not belong together.
    #[error("integration id, secret key and redirect address do not belong together")]
    IntegrationWrong,
    /// No connection, or no answer.
    #[error("the CRM does not answer: {0}")]
    Unreachable(String),
    /// Something answers, but no CRM.
    #[error("this is no CRM: {0}")]
    NotACrm(String),
    /// The CRM declined for another reason.
    #[error("the CRM declined with {status}: {detail}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// Its reason.
        detail: String,
    },
}

/// Exchanges a code for the first pair of tokens. The code is good once: whatever fails after it was
/// sent needs a new one.
///
/// # Errors
/// [`ExchangeError`].
pub async fn exchange(
    address: &CrmAddress,
    integration: Integration,
    code: &str,
    clock: &Clock,
    network: &Network,
) -> Result<OAuth, ExchangeError> {
    let http = crate::client::fresh_connections(address, Timeouts::default(), network)
        .map_err(|error| ExchangeError::Unreachable(error.to_string()))?;
    match ask_code(&http, address, &integration, code, clock).await {
        Answer::Granted(pair) => Ok(OAuth { integration, pair }),
        Answer::Refused { status, reason } => Err(refusal(status, reason)),
        Answer::NotDone(failure) | Answer::Unclear(failure) => Err(failed(failure)),
    }
}

/// The vendor's words about a code are the OAuth library's (league/oauth2-server), in English in
/// every account; what is about the code is told from what is about the integration by them.
fn refusal(status: u16, reason: String) -> ExchangeError {
    let said = reason.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|&word| said.contains(word));
    if says(&["client", "redirect"]) {
        return ExchangeError::IntegrationWrong;
    }
    if says(&["code", "expired", "revoked", "invalid_grant"]) {
        return ExchangeError::CodeExpired;
    }
    match status {
        401 => ExchangeError::IntegrationWrong,
        _ => ExchangeError::Refused {
            status,
            detail: reason,
        },
    }
}

fn failed(failure: Failure) -> ExchangeError {
    match (failure.error, failure.cause) {
        (ClientError::NotACrm(what), _) => ExchangeError::NotACrm(what),
        (_, Cause::WrongCertificate) => ExchangeError::NotACrm("its certificate".to_owned()),
        (ClientError::Refused { status, detail }, _) => ExchangeError::Refused { status, detail },
        (error, Cause::Answered { status, .. }) => ExchangeError::Refused {
            status,
            detail: error.to_string(),
        },
        (error, _) => ExchangeError::Unreachable(error.to_string()),
    }
}

/// Where the user agrees, in his browser: one page for all accounts of a brand, where he chooses one.
/// `state` comes back with him and proves that he left from here.
pub fn authorize_url(account: &CrmAddress, integration: &Integration, state: &str) -> Url {
    let mut url = account.site();
    url.set_path("/oauth");
    url.query_pairs_mut()
        .append_pair("client_id", &integration.id)
        .append_pair("state", state);
    url
}
