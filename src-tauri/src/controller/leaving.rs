//! Closing lines: for another one of the account, at sign-out, at the end.

use super::calls::refused;
use super::opening::Key;
use super::seats::Seat;
use super::{Controller, Input};
use crate::account::Account;
use crate::line::{self, Line};
use crate::system::journal;
use crate::window::Caller;
use dealbell_protocol::window::{Way, WindowAnswer, WindowErrorCode};
use std::time::Duration;
use tokio::task::JoinHandle;

/// How long the toasts of an account that goes may take to leave the screen.
const WITHDRAWN: Duration = Duration::from_secs(5);

/// How long the centre may take to revoke this device.
const REVOKED: Duration = Duration::from_secs(3);

impl Controller {
    /// Forgets the account in the window: its toasts, its local data, its secret, and what that lets
    /// us do at the centre. The others stay. Answers when the secret is gone, too; where the keyring keeps
    /// it, that is said.
    pub(super) async fn sign_out(&mut self, caller: Caller) {
        let shown = self.seats.shown_tag();
        let Some(seat) = shown.as_deref().and_then(|tag| self.seats.get_mut(tag)) else {
            return self.window.answer(caller, WindowAnswer::Done);
        };
        let account = seat.account.clone();
        let secret = seat.line.as_ref().and_then(|line| line.secret.clone());
        let revoking = seat.line.as_ref().and_then(give_up_access);
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
        // Where the user agreed to a file there is no keyring that could refuse.
        let in_file = self.settings.current().token_in_file;
        let (secrets, inputs) = (self.secrets.clone(), self.inputs.clone());
        tokio::spawn(async move {
            let in_keyring = match &secret {
                Some(secret) => secret.is_in_keyring().await,
                None => account.way != Way::Demo && !in_file,
            };
            let secret_gone = match secrets.forget(&account.secret_name()).await {
                Ok(()) => true,
                Err(error) => {
                    tracing::warn!(%error, "no keyring to forget the token in");
                    !in_keyring
                }
            };
            if let Some(revoking) = revoking {
                let _ = revoking.await;
            }
            let answer = match (wiped && forgotten.is_ok(), secret_gone) {
                (true, true) => WindowAnswer::Done,
                (true, false) => refused(WindowErrorCode::SecretStays),
                (false, _) => refused(WindowErrorCode::Storage),
            };
            let _ = inputs.send(Input::Answer(caller, Box::new(answer))).await;
        });
    }

    /// A line that was opened after its account had been signed out.
    pub(super) async fn wipe_late(&self, account: Account, line: Line) {
        // It goes on by itself.
        drop(give_up_access(&line));
        wipe(line).await;
        let secrets = self.secrets.clone();
        tokio::spawn(async move {
            if let Err(error) = secrets.forget(&account.secret_name()).await {
                tracing::warn!(%error, "no keyring to forget the token in");
            }
        });
    }
}

/// Tells a department's centre that this device's token is nobody's any more; for no longer than it
/// is worth waiting. Where the centre does not answer, whoever has the token may use it until it is
/// revoked there.
fn give_up_access(line: &Line) -> Option<JoinHandle<()>> {
    // Our own centre goes with its folder.
    if line.connector.is_some() {
        return None;
    }
    let inbox = line.inbox.clone();
    Some(tokio::spawn(async move {
        match tokio::time::timeout(REVOKED, inbox.give_up_access()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::info!(%error, "the centre did not take the access back"),
            Err(_) => tracing::info!("the centre did not take the access back in time"),
        }
    }))
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
