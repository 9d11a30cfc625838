//! Opening a card: http(s) links alone, in the user's own browser.

use dealbell_protocol::text;

/// Why a link was not opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LinkError {
    /// Not http(s), or malformed.
    #[error("only http and https links are opened")]
    NotWeb,
    /// The system could not start a browser.
    #[error("the browser could not be started: {0}")]
    Launch(String),
}

/// Opens `link` with the system's browser.
pub(crate) fn open(link: &str) -> Result<(), LinkError> {
    let url = text::link(link).ok_or(LinkError::NotWeb)?;
    tauri_plugin_opener::open_url(url.as_str(), None::<&str>)
        .map_err(|error| LinkError::Launch(error.to_string()))
}

/// Hands the calendar at `link` to the system's calendar program.
pub(crate) fn subscribe(link: &str) -> Result<(), LinkError> {
    let url = text::link(link).ok_or(LinkError::NotWeb)?;
    let feed = format!("webcal{}", url.as_str().trim_start_matches(url.scheme()));
    tauri_plugin_opener::open_url(feed, None::<&str>)
        .map_err(|error| LinkError::Launch(error.to_string()))
}
