//! What the window asks of an account beside the list: the card of one of today's tasks.

use super::calls::refused;
use crate::links;
use dealbell_inbox::{Inbox, InboxError};
use dealbell_protocol::window::{WindowAnswer, WindowErrorCode};

/// Opens the card of one of today's tasks.
pub(super) async fn open_task(inbox: &Inbox, subject: &str) -> Result<WindowAnswer, InboxError> {
    let today = inbox.tasks().await?;
    let task = today.tasks.into_iter().find(|task| task.subject == subject);
    let Some(task) = task else {
        return Ok(refused(WindowErrorCode::Gone));
    };
    let Some(link) = task.link else {
        return Ok(refused(WindowErrorCode::NoLink));
    };
    Ok(match links::open(&link) {
        Ok(()) => WindowAnswer::Done,
        Err(error) => {
            tracing::warn!(%error, "a task's card was not opened");
            refused(WindowErrorCode::OpenFailed)
        }
    })
}
