//! The page that a browser sees when it comes back from the CRM: one sentence and what to do.

use axum::{
    http::{
        HeaderName, StatusCode,
        header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS},
    },
    response::{Html, IntoResponse as _, Response},
};
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

/// Nothing is loaded from anywhere, nobody is told the address (a code is in it), nothing is kept.
const HEADERS: [(HeaderName, &str); 4] = [
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'",
    ),
    (REFERRER_POLICY, "no-referrer"),
    (CACHE_CONTROL, "no-store"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

impl Outcome {
    /// The page, in the language of whoever sees it.
    pub(crate) fn page(&self, language: Language) -> Response {
        let (status, id, args) = self.words();
        let say = |part: &str| escaped(&text(language, &format!("{id}-{part}"), &args));
        let tip = match self {
            Self::Connected { .. } => format!("<p class=\"tip\">{}</p>", say("tip")),
            _ => String::new(),
        };
        let lang = match language {
            Language::Ru => "ru",
            Language::En => "en",
        };
        let (mark, tone) = match status {
            StatusCode::OK => ("✓", "good"),
            _ => ("!", "bad"),
        };
        let html = format!(
            include_str!("page.html"),
            lang = lang,
            tone = tone,
            mark = mark,
            title = say("title"),
            text = say("text"),
            tip = tip,
        );
        (status, HEADERS, Html(html)).into_response()
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

/// The language a browser prefers of those we speak: the first one of `Accept-Language`, by weight.
pub(crate) fn preferred(accepted: &str) -> Language {
    let mut best = (Language::En, 0.0);
    for part in accepted.split(',') {
        let (name, weight) = part.split_once(';').unwrap_or((part, ""));
        let weight = weight.trim().strip_prefix("q=").unwrap_or("1");
        let weight: f32 = weight.parse().unwrap_or(0.0);
        let name = name.trim().to_ascii_lowercase();
        let language = match name.split('-').next() {
            Some("ru") => Language::Ru,
            Some("en") => Language::En,
            _ => continue,
        };
        if weight > best.1 {
            best = (language, weight);
        }
    }
    best.0
}

/// As text in HTML.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browser_says_in_which_language_and_english_is_for_everybody_else() {
        for (accepted, language) in [
            ("ru-RU,ru;q=0.9,en-US;q=0.8", Language::Ru),
            ("en-US,en;q=0.9,ru;q=0.8", Language::En),
            ("de,ru;q=0.4,en;q=0.2", Language::Ru),
            ("de-DE", Language::En),
            ("ru;q=0", Language::En),
            ("", Language::En),
            ("ru;q=x,;;,", Language::En),
        ] {
            assert_eq!(preferred(accepted), language, "{accepted}");
        }
    }

    #[test]
    fn a_name_is_text_and_no_markup() {
        assert_eq!(escaped("<b>\"A&'"), "&lt;b&gt;&quot;A&amp;&#39;");
    }
}
