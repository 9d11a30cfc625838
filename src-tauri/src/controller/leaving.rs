//! Closing a line: for another one, at sign-out, at the end.

use super::calls::refused;
use super::{Controller, Input, signed_out};
use crate::window::Caller;
use dealbell_protocol::window::{SignedOutReason, Trouble, WindowAnswer, WindowErrorCode};
use std::time::Duration;

/// How long the toasts of an account that goes may take to leave the screen.
const WITHDRAWN: Duration = Duration::from_secs(5);

impl Controller {
    /// Forgets the account: its toasts, its local data, its secret. Answers when the secret is
    /// gone, too, or could not be reached.
    pub(super) async fn sign_out(&mut self, caller: Caller) {
        self.give_up_opening();
        let Some(line) = self.line.take() else {
            return self.window.answer(caller, WindowAnswer::Done);
        };
        let account = line.account.clone();
        if let Some(secret) = &line.secret {
            secret.give_up();
        }
        let wiped = line.wipe().await;
        if let Some(ringing) = self.ringing.take() {
            // The inbox has ended; what it wanted withdrawn still goes.
            let _ = tokio::time::timeout(WITHDRAWN, ringing).await;
        }
        self.close_line().await;
        self.signed_out = signed_out(SignedOutReason::NoAccount);
        let forgotten = self.settings.change(|settings| settings.account = None);
        let answer = match (wiped, forgotten) {
            (Ok(()), Ok(())) => WindowAnswer::Done,
            _ => refused(WindowErrorCode::Storage),
        };
        let (secrets, inputs) = (self.secrets.clone(), self.inputs.clone());
        tokio::spawn(async move {
            if let Err(error) = secrets.forget(&account.secret_name()).await {
                tracing::warn!(%error, "no keyring to forget the token in");
            }
            let _ = inputs.send(Input::Answer(caller, answer)).await;
        });
    }

    /// Ends the line in use, and what it was in trouble with.
    pub(super) async fn close_line(&mut self) {
        if let Some(ringing) = self.ringing.take() {
            ringing.abort();
        }
        if let Some(line) = self.line.take() {
            line.close().await;
        }
        for trouble in [
            Trouble::CrmTokenRefused,
            Trouble::CrmUnreachable,
            Trouble::CrmBlocked,
            Trouble::StoreFailed,
            Trouble::NoKeyring,
            Trouble::TokenInFile,
        ] {
            self.troubles.remove(&trouble);
        }
        self.unproved = None;
        self.unkept = None;
        self.popup_links.clear();
        self.told_list = 0;
        self.told_channels = None;
    }
}
