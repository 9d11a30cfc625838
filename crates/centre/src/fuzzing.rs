//! A door for the fuzz targets (`crates/fuzz`): what is kept of a request, and a calendar as text,
//! without a database.

use crate::{calendar::Agenda, uniform};
use dealbell_protocol::{act::AgendaTask, window::Language};

/// What is kept of a request that passes every check.
#[derive(Clone, Debug)]
pub struct Published {
    /// Its title.
    pub title: String,
    /// Its text.
    pub text: String,
    /// Where it belongs.
    pub context: Option<String>,
    /// Whom it comes from.
    pub author: Option<String>,
    /// Where it leads.
    pub link: Option<String>,
    /// What it is about.
    pub subject: Option<String>,
    /// What makes it the same as another one.
    pub dedup_key: Option<String>,
}

/// Reads and checks the body of `POST /v1/notifications`.
///
/// # Errors
/// Why it is refused.
pub fn published(body: &[u8]) -> Result<Published, String> {
    let checked = uniform::read(body).and_then(|request| uniform::check(&request, 0));
    let checked = checked.map_err(|refusal| refusal.to_string())?;
    Ok(Published {
        title: checked.content.title,
        text: checked.content.text,
        context: checked.content.context,
        author: checked.content.author,
        link: checked.content.link,
        subject: checked.content.subject,
        dedup_key: checked.dedup_key,
    })
}

/// The calendar of these tasks, each with the account that numbers it.
pub fn calendar(language: Language, tasks: Vec<(String, AgendaTask)>) -> String {
    Agenda { language, tasks }.feed()
}
