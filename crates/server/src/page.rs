//! The page that a browser sees when it comes back from the CRM: one sentence and what to do.

use crate::sheet::{Mark, Sheet};
use axum::{http::StatusCode, response::Response};
use dealbell_protocol::window::Language;
use dealbell_texts::{Value, text};

/// What came of a sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The account is kept.
    Connected {
        /// What its owner calls it.
        account: String,
        /// Where it is.
        host: String,
    },
    /// Somebody declined on the consent page.
    Denied,
    /// No state of ours, or one that is used or too old.
    Stale,
    /// No code.
    Incomplete,
    /// The account is said to be on a host where there is none.
    Foreign,
    /// Access was granted in another account than the one to connect.
    Other {
        /// Which was to be connected.
        asked: String,
        /// Which it is.
        got: String,
    },
    /// The code is used or too old.
    Code,
    /// Id, secret and address of the integration do not belong together.
    Integration,
    /// The tokens are not accepted.
    Refused {
        /// Where.
        host: String,
    },
    /// No answer.
    Silent {
        /// Of whom.
        host: String,
    },
    /// The centre could not keep it.
    Unsaved,
}

impl Outcome {
    /// The page, in the language of whoever sees it.
    pub(crate) fn page(&self, language: Language) -> Response {
        let (status, id, args) = self.words();
        let say = |part: &str| text(language, &format!("{id}-{part}"), &args);
        let connected = matches!(self, Self::Connected { .. });
        let sheet = Sheet {
            status,
            mark: match status {
                StatusCode::OK => Mark::Good,
                _ => Mark::Bad,
            },
            title: say("title"),
            text: say("text"),
            tip: connected.then(|| say("tip")),
            button: None,
            other: None,
            link: None,
        };
        sheet.answer(language)
    }

    fn words(&self) -> (StatusCode, &'static str, Vec<(&'static str, Value)>) {
        let host = |host: &String| vec![("host", Value::from(host.as_str()))];
        match self {
            Self::Connected {
                account,
                host: place,
            } => {
                let mut args = host(place);
                args.push(("account", account.as_str().into()));
                (StatusCode::OK, "connected", args)
            }
            Self::Denied => (StatusCode::FORBIDDEN, "denied", Vec::new()),
            Self::Stale => (StatusCode::GONE, "stale", Vec::new()),
            Self::Incomplete => (StatusCode::BAD_REQUEST, "incomplete", Vec::new()),
            Self::Foreign => (StatusCode::FORBIDDEN, "foreign", Vec::new()),
            Self::Other { asked, got } => {
                let args = vec![
                    ("asked", asked.as_str().into()),
                    ("got", got.as_str().into()),
                ];
                (StatusCode::CONFLICT, "other", args)
            }
            Self::Code => (StatusCode::GONE, "code", Vec::new()),
            Self::Integration => (StatusCode::BAD_REQUEST, "integration", Vec::new()),
            Self::Refused { host: place } => (StatusCode::BAD_GATEWAY, "refused", host(place)),
            Self::Silent { host: place } => (StatusCode::BAD_GATEWAY, "silent-crm", host(place)),
            Self::Unsaved => (StatusCode::SERVICE_UNAVAILABLE, "unsaved", Vec::new()),
        }
    }
}
