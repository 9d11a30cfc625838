//! Why a request failed, as closely as can be seen: what a sign-in form needs to say what to do,
//! and a token renewal to know whether its request was sent.

use super::ClientError;
use std::error::Error;
use std::io;

/// A request that failed.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) error: ClientError,
    pub(crate) cause: Cause,
}

/// What was seen of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The name leads nowhere, or nobody could be asked where it leads.
    NoHost,
    /// No connection. Nothing was sent.
    NoConnection,
    /// The proxy wants to be signed in to first. Nothing was sent.
    ProxyAsks,
    /// Whoever answers cannot show that he is the CRM: a certificate of somebody else. Nothing was
    /// sent.
    WrongCertificate,
    /// It was sent; no whole answer came back in time.
    Lost,
    /// An answer came.
    Answered {
        status: u16,
        /// Whether it was JSON, as the CRM's are.
        json: bool,
        /// Its reason in its own words.
        said: String,
    },
}

impl Failure {
    /// Whether it is sure that nothing was sent.
    pub(crate) fn is_unsent(&self) -> bool {
        match self.cause {
            Cause::NoHost | Cause::NoConnection | Cause::ProxyAsks | Cause::WrongCertificate => {
                true
            }
            Cause::Lost | Cause::Answered { .. } => false,
        }
    }

    /// The answer was JSON, but none that an account gives.
    pub(super) fn no_account(error: &serde_json::Error) -> Self {
        Self {
            error: ClientError::NotACrm(format!("its account answer: {error}")),
            cause: Cause::Answered {
                status: 200,
                json: true,
                said: String::new(),
            },
        }
    }

    /// The answer to a token request was none that has tokens in it.
    pub(crate) fn no_tokens(status: u16) -> Self {
        Self {
            error: ClientError::NotACrm("it gives no tokens".to_owned()),
            cause: Cause::Answered {
                status,
                json: true,
                said: String::new(),
            },
        }
    }
}

/// Nothing was sent: what lets us in is not there.
impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        Self {
            error,
            cause: Cause::NoConnection,
        }
    }
}

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        let cause = match () {
            () if !error.is_connect() => Cause::Lost,
            () if error.is_dns() => Cause::NoHost,
            () if says(&error, "proxy authorization required") => Cause::ProxyAsks,
            () if is_certificate(&error) => Cause::WrongCertificate,
            () => Cause::NoConnection,
        };
        Self {
            error: error.into(),
            cause,
        }
    }
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error: &&'a (dyn Error + 'static)| {
        // An I/O error shows the source of what it wraps, and skips that itself.
        let inner = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        match inner {
            Some(inner) => Some(inner as &(dyn Error + 'static)),
            None => error.source(),
        }
    })
}

/// The tunnel's error type is not public; its words are all there is.
fn says(error: &(dyn Error + 'static), words: &str) -> bool {
    causes(error).any(|cause| cause.to_string().contains(words))
}

fn is_certificate(error: &(dyn Error + 'static)) -> bool {
    causes(error).any(|cause| {
        matches!(
            cause.downcast_ref::<rustls::Error>(),
            Some(rustls::Error::InvalidCertificate(_))
        )
    })
}
