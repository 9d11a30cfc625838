//! Closing lines: for another one of the account, at sign-out, at the end.

use super::calls::refused;
use super::opening::Key;
use super::seats::Seat;
use super::{Controller, Input};
use crate::account::Account;
use crate::line::{self, Line};
use crate::system::journal;
use crate::window::Caller;
use dealbell_protocol::window::{WindowAnswer, WindowErrorCode};
use std::time::Duration;

/// How long the toasts of an account that goes may take to leave the screen.
const WITHDRAWN: Duration = Duration::from_secs(5);

impl Controller {
    /// Forgets the account in the window: its toasts, its local data, its secret. The others stay.
    /// Answers when the secret is gone, too, or could not be reached.
    pub(super) async fn sign_out(&mut self, caller: Caller) {
        let shown = self.seats.shown_tag();
        let Some(seat) = shown.as_deref().and_then(|tag| self.seats.get_mut(tag)) else {
            return self.window.answer(caller, WindowAnswer::Done);
        };
        let account = seat.account.clone();
        let waiting = seat.openings.clear();
        if let Some(Key::InUse(secret)) = seat.previous.take() {
            secret.give_up();
        }
        let wiped = match seat.line.take() {
            Some(line) => {
                let wiped = wipe(line).await;
                if let Some(ringing) = seat.ringing.take() {
                    // The inbox has ended; what it wanted withdrawn still goes.
                    let _ = tokio::time::timeout(WITHDRAWN, ringing).await;
                }
                wiped
            }
            // What is being opened is wiped when it is open.
            None if seat.opening => true,
            None => {
                let folder = self.data.join(account.folder());
                line::wipe_folder(&folder).is_ok()
            }
        };
        seat.close().await;
        seat.opening = false;
        seat.leaving = true;
        if seat.openings.is_idle() {
            self.seats.remove(&account.tag());
        }
        self.not_opened(waiting);
        let forgotten = self.settings.change(|settings| {
            settings.accounts.retain(|known| !known.is_same(&account));
            settings.current = None;
        });
        self.settings.forget_torn();
        journal::empty();
        let answer = match (wiped, forgotten) {
            (true, Ok(())) => WindowAnswer::Done,
            _ => refused(WindowErrorCode::Storage),
        };
        let (secrets, inputs) = (self.secrets.clone(), self.inputs.clone());
        tokio::spawn(async move {
            if let Err(error) = secrets.forget(&account.secret_name()).await {
                tracing::warn!(%error, "no keyring to forget the token in");
            }
            let _ = inputs.send(Input::Answer(caller, Box::new(answer))).await;
        });
    }

    /// A line that was opened after its account had been signed out.
    pub(super) async fn wipe_late(&self, account: Account, line: Line) {
        wipe(line).await;
        let secrets = self.secrets.clone();
        tokio::spawn(async move {
            if let Err(error) = secrets.forget(&account.secret_name()).await {
                tracing::warn!(%error, "no keyring to forget the token in");
            }
        });
    }
}

/// Ends a line for good. False where something of it could not be deleted.
async fn wipe(line: Line) -> bool {
    if let Some(secret) = &line.secret {
        secret.give_up();
    }
    let wiped = line.wipe().await;
    if let Err(error) = &wiped {
        tracing::warn!(%error, "the account's data could not be deleted");
    }
    wiped.is_ok()
}

impl Seat {
    /// Ends the account's line, and what it was in trouble with.
    pub(super) async fn close(&mut self) {
        if let Some(ringing) = self.ringing.take() {
            ringing.abort();
        }
        if let Some(line) = self.line.take() {
            line.close().await;
        }
        self.troubles.clear();
        self.unproved = None;
        self.unkept = None;
        self.popup_links.clear();
        self.asked_for_token = false;
    }
}
