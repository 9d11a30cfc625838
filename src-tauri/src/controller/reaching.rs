//! What a department's centre has for browsers, phones and calendars.

use super::Controller;
use super::calls::refused;
use crate::links::{self, LinkError};
use crate::window::Caller;
use dealbell_inbox::{Inbox, InboxError, RestError};
use dealbell_protocol::window::{WindowAnswer, WindowErrorCode};

impl Controller {
    /// Asks the inbox of a department's centre for what an older one does not have.
    pub(super) fn ask_reach<W>(
        &mut self,
        caller: Caller,
        work: impl FnOnce(Inbox) -> W + Send + 'static,
    ) where
        W: Future<Output = Result<WindowAnswer, InboxError>> + Send + 'static,
    {
        self.ask_team(caller, |inbox| {
            let answer = work(inbox);
            async move {
                match answer.await {
                    Err(error) if is_missing(&error) => Ok(refused(WindowErrorCode::Unavailable)),
                    answer => answer,
                }
            }
        });
    }
}

/// Opens the web inbox in the browser, signed in.
pub(super) async fn open_inbox(inbox: Inbox) -> Result<WindowAnswer, InboxError> {
    let link = inbox.sign_in_link().await?;
    Ok(opened(links::open(&link.url)))
}

/// Hands the calendar to the system's calendar program.
pub(super) async fn open_calendar(inbox: Inbox) -> Result<WindowAnswer, InboxError> {
    Ok(match inbox.calendar().await?.url {
        Some(url) => opened(links::subscribe(&url)),
        None => refused(WindowErrorCode::Unavailable),
    })
}

fn opened(outcome: Result<(), LinkError>) -> WindowAnswer {
    match outcome {
        Ok(()) => WindowAnswer::Done,
        Err(error) => {
            tracing::warn!(%error, "a link into the centre was not opened");
            refused(WindowErrorCode::OpenFailed)
        }
    }
}

/// Whether the centre knows no such address: an older one's 404, or a proxy's.
fn is_missing(error: &InboxError) -> bool {
    let InboxError::Rest(RestError::Refused { status, .. }) = error else {
        return false;
    };
    matches!(status, 404 | 405)
}
