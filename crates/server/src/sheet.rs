//! A page of the centre in a browser: one sentence, what to do, at most one thing to press, or that and another in its place.

use axum::{
    http::{
        HeaderName, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS},
    },
    response::{Html, IntoResponse as _, Response},
};
use dealbell_protocol::{text::html as escaped, window::Language};

/// Nobody is told the address (secrets are in some), nothing is kept.
const HEADERS: [(HeaderName, &str); 3] = [
    (REFERRER_POLICY, "no-referrer"),
    (CACHE_CONTROL, "no-store"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
];
/// Nothing is loaded from anywhere.
const CLOSED: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action \
                      'none'; frame-ancestors 'none'";
/// The same for a page with a button that asks us for something.
const ASKING: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action \
                      'self'; frame-ancestors 'none'";

/// What stands beside the title.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// It is done.
    Good,
    /// It is not.
    Bad,
    /// It is for the reader to decide.
    Ask,
    /// Dealbell itself has something for the reader.
    Bell,
}

/// A bell, drawn in the text's colour.
const BELL: &str = "<svg width=\"24\" height=\"24\" viewBox=\"0 0 24 24\" fill=\"none\" \
                    stroke=\"currentColor\" stroke-width=\"2\" stroke-linecap=\"round\" \
                    stroke-linejoin=\"round\"><path d=\"M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15z\"/>\
                    <path d=\"M10 21a2.2 2.2 0 0 0 4 0\"/></svg>";

/// The one thing to press.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Button {
    /// Asks for this very address with POST.
    Do(String),
    /// Leads to an address, words first.
    Go(String, String),
}

/// A page, all of it plain text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sheet {
    pub(crate) status: StatusCode,
    pub(crate) mark: Mark,
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) tip: Option<String>,
    pub(crate) button: Option<Button>,
    /// What to press in its place, words first.
    pub(crate) other: Option<(String, String)>,
    /// Where one could go besides, words first.
    pub(crate) link: Option<(String, String)>,
}

impl Sheet {
    /// The answer, in the language its words are of.
    pub(crate) fn answer(&self, language: Language) -> Response {
        let (mark, tone) = match self.mark {
            Mark::Good => ("✓", "good"),
            Mark::Bad => ("!", "bad"),
            Mark::Ask => ("?", "ask"),
            Mark::Bell => (BELL, "ask"),
        };
        let mut rest = String::new();
        let mut policy = CLOSED;
        match &self.button {
            None => {}
            Some(Button::Do(words)) => {
                policy = ASKING;
                let words = escaped(words);
                rest += &format!("<form method=\"post\"><button>{words}</button></form>");
            }
            Some(Button::Go(words, address)) => {
                let (words, address) = (escaped(words), escaped(address));
                let other = self.other.as_ref().map(|(words, address)| {
                    let (words, address) = (escaped(words), escaped(address));
                    format!(" <a class=\"button other\" href=\"{address}\">{words}</a>")
                });
                rest += &format!(
                    "<p class=\"go\"><a class=\"button\" href=\"{address}\">{words}</a>{}</p>",
                    other.unwrap_or_default()
                );
            }
        }
        // Below the button: whoever only wants to press it need not read on.
        if let Some(tip) = &self.tip {
            rest += &format!("<p class=\"tip\">{}</p>", escaped(tip));
        }
        if let Some((words, address)) = &self.link {
            let (words, address) = (escaped(words), escaped(address));
            rest += &format!("<p class=\"tip\"><a href=\"{address}\">{words}</a></p>");
        }
        let html = format!(
            include_str!("page.html"),
            lang = match language {
                Language::Ru => "ru",
                Language::En => "en",
            },
            tone = tone,
            mark = mark,
            title = escaped(&self.title),
            text = escaped(&self.text),
            rest = rest,
        );
        let policy = (CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
        (self.status, HEADERS, [policy], Html(html)).into_response()
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
