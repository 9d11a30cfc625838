//! Where the secret of the account in use is kept, and what the user says to that.

use super::calls::refused;
use super::{Controller, Input};
use crate::secret::Secret;
use dealbell_protocol::window::{Trouble, WindowAnswer, WindowErrorCode};
use std::sync::Arc;

/// How keeping a secret went.
pub(crate) struct Kept {
    secret: Arc<Secret>,
    /// Nobody took it, and the user has to decide.
    ask: bool,
}

impl Controller {
    /// The secret in use was accepted. One that is new is kept now: a mistaken one must not take
    /// the place of one that works. `typed` is one that came from the window; one of the
    /// environment comes again with it, and is nobody's question.
    pub(super) fn secret_works(&mut self, typed: bool) {
        let Some(secret) = self.unproved.take() else {
            return;
        };
        let (inputs, agreed) = (self.inputs.clone(), self.settings.current().token_in_file);
        tokio::spawn(async move {
            let kept = secret.keep(agreed).await;
            let ask = typed && !kept;
            let _ = inputs.send(Input::Kept(Kept { secret, ask })).await;
        });
    }

    /// A secret was kept, or nobody took it: then the user is asked.
    pub(super) fn kept(&mut self, kept: Kept) {
        let line = self.line.as_ref().and_then(|line| line.secret.as_ref());
        if !line.is_some_and(|secret| Arc::ptr_eq(secret, &kept.secret)) {
            // Another account is in use by now.
            return;
        }
        self.set_trouble(Trouble::NoKeyring, kept.ask);
        self.unkept = kept.ask.then_some(kept.secret);
        self.tell_where_it_is();
    }

    /// The user's word on a secret that no keyring took.
    pub(super) async fn keep_token(&mut self, in_file: bool) -> WindowAnswer {
        self.troubles.remove(&Trouble::NoKeyring);
        let remembered = self
            .settings
            .change(|settings| settings.token_in_file = in_file);
        let Some(secret) = self.unkept.take().filter(|_| in_file) else {
            return WindowAnswer::Done;
        };
        let kept = secret.keep_in_file().await;
        self.tell_where_it_is();
        if kept.is_err() || remembered.is_err() {
            return refused(WindowErrorCode::Storage);
        }
        WindowAnswer::Done
    }

    /// Says in the window that the secret is in the file, where it is.
    pub(super) fn tell_where_it_is(&mut self) {
        let account = self.line.as_ref().map(|line| &line.account);
        let in_file =
            account.is_some_and(|account| self.secrets.is_in_file(&account.secret_name()));
        self.set_trouble(Trouble::TokenInFile, in_file);
    }
}
