//! Every text a user reads, in Russian and English: Project Fluent files under `locales/`, read
//! here for notices, tray, toasts and the centre's page, and by the window for its pages.

mod days;
mod names;

pub use days::day;
use dealbell_protocol::window::Language;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
pub use names::genitive;
use std::sync::LazyLock;
use unic_langid::LanguageIdentifier;

/// The files of each language, by name: one subject each.
pub const FILES: [(&str, &str, &str); 6] = [
    (
        "notices",
        include_str!("../locales/ru/notices.ftl"),
        include_str!("../locales/en/notices.ftl"),
    ),
    (
        "desktop",
        include_str!("../locales/ru/desktop.ftl"),
        include_str!("../locales/en/desktop.ftl"),
    ),
    (
        "window",
        include_str!("../locales/ru/window.ftl"),
        include_str!("../locales/en/window.ftl"),
    ),
    (
        "web",
        include_str!("../locales/ru/web.ftl"),
        include_str!("../locales/en/web.ftl"),
    ),
    (
        "centre",
        include_str!("../locales/ru/centre.ftl"),
        include_str!("../locales/en/centre.ftl"),
    ),
    (
        "letters",
        include_str!("../locales/ru/letters.ftl"),
        include_str!("../locales/en/letters.ftl"),
    ),
];

static RU: LazyLock<Bundle> = LazyLock::new(|| bundle("ru", FILES.map(|(_, ru, _)| ru)));
static EN: LazyLock<Bundle> = LazyLock::new(|| bundle("en", FILES.map(|(_, _, en)| en)));

type Bundle = FluentBundle<FluentResource>;

/// The message `id` in `language`, with `args` filled in. An id that does not exist is a mistake of
/// ours that the tests find; at run time it reads as its own name rather than as nothing.
pub fn text(language: Language, id: &str, args: &[(&str, Value)]) -> String {
    let bundle = match language {
        Language::Ru => &RU,
        Language::En => &EN,
    };
    let Some(pattern) = bundle.get_message(id).and_then(|message| message.value()) else {
        return id.to_owned();
    };
    let args: FluentArgs = args
        .iter()
        .map(|(name, value)| (*name, FluentValue::from(value)))
        .collect();
    bundle
        .format_pattern(pattern, Some(&args), &mut Vec::new())
        .into_owned()
}

/// Something to fill in.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Put in as it is.
    Text(String),
    /// Chooses the plural form.
    Count(u64),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Value {
    fn from(count: u64) -> Self {
        Self::Count(count)
    }
}

impl<'a> From<&'a Value> for FluentValue<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Text(text) => FluentValue::from(text.as_str()),
            Value::Count(count) => FluentValue::from(*count),
        }
    }
}

fn bundle(language: &str, files: [&str; FILES.len()]) -> Bundle {
    let id: LanguageIdentifier = language.parse().expect("ru and en are well-formed");
    let mut bundle = FluentBundle::new_concurrent(vec![id]);
    // Names stand in running text of the same direction; the marks would show up in toasts.
    bundle.set_use_isolating(false);
    for file in files {
        let resource =
            FluentResource::try_new(file.to_owned()).unwrap_or_else(|(partial, _)| partial);
        bundle.add_resource_overriding(resource);
    }
    bundle
}
