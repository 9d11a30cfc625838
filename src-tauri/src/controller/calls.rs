//! The window's calls and their answers.

use super::{CardError, Controller, Input, language};
use dealbell_inbox::{InboxError, RestError};
use dealbell_protocol::ErrorCode;
use dealbell_protocol::window::{
    WindowAnswer, WindowCall, WindowErrorCode, WindowEvent, WindowRequest,
};

/// The longest slice of the list that is answered.
const MAX_ROWS: u32 = 200;

impl Controller {
    /// Answers a call: at once, or through the queue where the answer is the network's.
    pub(super) async fn answer(&mut self, call: WindowCall) {
        let id = call.id;
        let answer = match call.request {
            WindowRequest::Hello => {
                // A page that was loaded anew knows nothing yet.
                self.told_list = 0;
                self.told_channels = None;
                let state = self.window_state(&self.state());
                self.told = Some(state.clone());
                WindowAnswer::State { state }
            }
            WindowRequest::List {
                view,
                offset,
                limit,
            } => match &self.line {
                Some(line) => match line.inbox.list(view, offset, limit.min(MAX_ROWS)).await {
                    Ok(page) => WindowAnswer::List { page },
                    Err(error) => failed(&error),
                },
                None => refused(WindowErrorCode::Offline),
            },
            WindowRequest::Open { id: notification } => match self.open_card(notification).await {
                Ok(()) => WindowAnswer::Done,
                Err(CardError::Gone) => refused(WindowErrorCode::Gone),
                Err(CardError::Browser) => refused(WindowErrorCode::OpenFailed),
                Err(CardError::Storage) => refused(WindowErrorCode::Storage),
            },
            WindowRequest::Mark { ids, read } => match &self.line {
                Some(line) => done(line.inbox.mark(&ids, read).await),
                None => refused(WindowErrorCode::Offline),
            },
            WindowRequest::MarkAllRead { upto } => match &self.line {
                Some(line) => done(line.inbox.mark_all(upto).await),
                None => refused(WindowErrorCode::Offline),
            },
            WindowRequest::Channels => return self.channels(id),
            WindowRequest::SaveChannels { revision, settings } => {
                let Some(inbox) = self.inbox() else {
                    return self.reply(id, offline());
                };
                return self.later(id, async move {
                    match inbox.save_channels(revision, &settings).await {
                        Ok(channels) => WindowAnswer::Channels { channels },
                        Err(error) => failed(&error),
                    }
                });
            }
            WindowRequest::Reconnect => {
                if let Some(line) = &self.line {
                    line.reconnect_now();
                }
                WindowAnswer::Done
            }
            WindowRequest::Appearance {
                language: choice,
                theme,
            } => {
                let changed = self.settings.change(|settings| {
                    settings.language = choice;
                    settings.theme = theme;
                });
                if let Some(line) = &self.line {
                    line.set_language(language(choice)).await;
                    self.speaks.send_replace(language(choice));
                }
                match changed {
                    Ok(()) => WindowAnswer::Done,
                    Err(error) => {
                        tracing::warn!(%error, "the settings were not saved");
                        refused(WindowErrorCode::Storage)
                    }
                }
            }
            WindowRequest::SignIn { way } => return self.sign_in(id, way),
            WindowRequest::SignOut => return self.sign_out(id).await,
            WindowRequest::KeepToken { in_file } => self.keep_token(in_file),
            // The window's own process and the controller's loop deal with these.
            WindowRequest::Close | WindowRequest::Shown | WindowRequest::Quit => WindowAnswer::Done,
        };
        self.reply(id, answer);
    }

    pub(super) fn reply(&mut self, id: u64, answer: WindowAnswer) {
        self.window.send(&WindowEvent::Answer { id, answer });
    }

    fn channels(&mut self, id: u64) {
        let Some(inbox) = self.inbox() else {
            return self.reply(id, offline());
        };
        self.later(id, async move {
            match inbox.channels().await {
                Ok(channels) => WindowAnswer::Channels { channels },
                Err(error) => failed(&error),
            }
        });
    }

    fn inbox(&self) -> Option<dealbell_inbox::Inbox> {
        self.line.as_ref().map(|line| line.inbox.clone())
    }

    /// Answers when the work is done, while other inputs go on.
    fn later(&self, id: u64, work: impl Future<Output = WindowAnswer> + Send + 'static) {
        let inputs = self.inputs.clone();
        tokio::spawn(async move {
            let answer = work.await;
            let _ = inputs.send(Input::Answer(id, answer)).await;
        });
    }
}

pub(super) fn refused(code: WindowErrorCode) -> WindowAnswer {
    WindowAnswer::Failed { code }
}

fn offline() -> WindowAnswer {
    refused(WindowErrorCode::Offline)
}

fn done(outcome: Result<(), InboxError>) -> WindowAnswer {
    match outcome {
        Ok(()) => WindowAnswer::Done,
        Err(error) => failed(&error),
    }
}

fn failed(error: &InboxError) -> WindowAnswer {
    tracing::debug!(%error, "a call of the window failed");
    refused(match error {
        InboxError::Store(_) => WindowErrorCode::Storage,
        InboxError::Ended | InboxError::Rest(RestError::Unreachable(_)) => WindowErrorCode::Offline,
        InboxError::Rest(RestError::NotACentre) => WindowErrorCode::NotACentre,
        InboxError::Rest(RestError::Refused { code, .. }) => match code {
            Some(ErrorCode::RevisionConflict) => WindowErrorCode::Conflict,
            Some(ErrorCode::TokenInvalid | ErrorCode::TokenRevoked) => {
                WindowErrorCode::TokenRefused
            }
            _ => WindowErrorCode::Unknown,
        },
    })
}
