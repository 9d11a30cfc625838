//! What the window asks of accounts beside the list: the card of one of today's tasks, and why
//! something did not ring.

use super::calls::{failed, refused};
use super::{Controller, Input};
use crate::links;
use crate::system::{journal, report};
use crate::window::Caller;
use dealbell_inbox::{Inbox, InboxError};
use dealbell_protocol::window::{Diagnostics, WindowAnswer, WindowErrorCode};
use std::cmp::Reverse;

/// The longest history that is shown.
const MAX_RECORDS: u32 = 200;

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

/// The histories of all accounts as one.
async fn diagnostics(inboxes: Vec<Inbox>) -> Result<Diagnostics, InboxError> {
    let mut whole = Diagnostics {
        connections: Vec::new(),
        decisions: Vec::new(),
        log_file: journal::file().map(|file| file.display().to_string()),
    };
    for inbox in inboxes {
        let (connections, decisions) = inbox.diagnostics(MAX_RECORDS).await?;
        whole.connections.extend(connections);
        whole.decisions.extend(decisions);
    }
    whole.connections.sort_by_key(|record| Reverse(record.at));
    whole.connections.truncate(MAX_RECORDS as usize);
    whole.decisions.sort_by_key(|record| Reverse(record.at));
    whole.decisions.truncate(MAX_RECORDS as usize);
    Ok(whole)
}

impl Controller {
    /// What the diagnostics page shows.
    pub(super) fn ask_diagnostics(&self, caller: Caller) {
        let (inboxes, inputs) = (self.inboxes(), self.inputs.clone());
        tokio::spawn(async move {
            let answer = match diagnostics(inboxes).await {
                Ok(diagnostics) => WindowAnswer::Diagnostics { diagnostics },
                Err(error) => failed(&error),
            };
            let _ = inputs.send(Input::Answer(caller, Box::new(answer))).await;
        });
    }

    /// The report for whoever helps.
    pub(super) fn ask_report(&self, caller: Caller) {
        let (inboxes, inputs) = (self.inboxes(), self.inputs.clone());
        let ways = self.seats.listed().map(|seat| seat.account.way).collect();
        let troubles = self.window_state(&self.state()).troubles;
        let settings = self.settings.current().device.clone();
        let last_words = self.run.last_words();
        tokio::spawn(async move {
            let answer = match diagnostics(inboxes).await {
                Ok(diagnostics) => {
                    let log = match &diagnostics.log_file {
                        Some(file) => tokio::fs::read(file).await.unwrap_or_default(),
                        None => Vec::new(),
                    };
                    let facts = report::Facts {
                        version: env!("CARGO_PKG_VERSION"),
                        ways,
                        troubles: &troubles,
                        settings: &settings,
                        diagnostics: &diagnostics,
                        last_words: last_words.as_deref(),
                        log: &String::from_utf8_lossy(&log),
                    };
                    let text = report::write(&facts);
                    WindowAnswer::Report { text }
                }
                Err(error) => failed(&error),
            };
            let _ = inputs.send(Input::Answer(caller, Box::new(answer))).await;
        });
    }
}
