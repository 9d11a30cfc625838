//! Where the secret of an account is kept, and what the user says to that.

use super::calls::refused;
use super::seats::Seat;
use super::{Controller, Input};
use crate::secret::Secret;
use crate::secrets::Secrets;
use dealbell_protocol::window::{Trouble, WindowAnswer, WindowErrorCode};
use std::sync::Arc;

/// How keeping a secret went.
pub(crate) struct Kept {
    /// The account's.
    tag: String,
    secret: Arc<Secret>,
    /// Nobody took it, and the user has to decide.
    ask: bool,
}

impl Controller {
    /// The account's secret was accepted. One that is new is kept now: a mistaken one must not take
    /// the place of one that works. `typed` is one that came from the window; one of the
    /// environment comes again with it, and is nobody's question.
    pub(super) fn secret_works(&mut self, tag: &str, typed: bool) {
        let seat = self.seats.get_mut(tag);
        let Some(secret) = seat.and_then(|seat| seat.unproved.take()) else {
            return;
        };
        let (inputs, agreed) = (self.inputs.clone(), self.settings.current().token_in_file);
        let tag = tag.to_owned();
        tokio::spawn(async move {
            let kept = secret.keep(agreed).await;
            let ask = typed && !kept;
            let _ = inputs.send(Input::Kept(Kept { tag, secret, ask })).await;
        });
    }

    /// A secret was kept, or nobody took it: then the user is asked.
    pub(super) fn kept(&mut self, kept: Kept) {
        let Some(seat) = self.seats.get_mut(&kept.tag) else {
            return;
        };
        let in_use = seat.line.as_ref().and_then(|line| line.secret.as_ref());
        if !in_use.is_some_and(|secret| Arc::ptr_eq(secret, &kept.secret)) {
            // Another one is in use by now.
            return;
        }
        if kept.ask {
            seat.troubles.insert(Trouble::NoKeyring);
        } else {
            seat.troubles.remove(&Trouble::NoKeyring);
        }
        seat.unkept = kept.ask.then_some(kept.secret);
        seat.tell_where_it_is(&self.secrets);
    }

    /// The user's word on secrets that no keyring took.
    pub(super) async fn keep_token(&mut self, in_file: bool) -> WindowAnswer {
        let remembered = self
            .settings
            .change(|settings| settings.token_in_file = in_file);
        let mut kept = remembered.is_ok();
        for seat in self.seats.iter_mut() {
            seat.troubles.remove(&Trouble::NoKeyring);
            let Some(secret) = seat.unkept.take().filter(|_| in_file) else {
                continue;
            };
            kept &= secret.keep_in_file().await.is_ok();
            seat.tell_where_it_is(&self.secrets);
        }
        match kept || !in_file {
            true => WindowAnswer::Done,
            false => refused(WindowErrorCode::Storage),
        }
    }
}

impl Seat {
    /// Says in the window that the secret is in the file, where it is.
    pub(super) fn tell_where_it_is(&mut self, secrets: &Secrets) {
        if secrets.is_in_file(&self.account.secret_name()) {
            self.troubles.insert(Trouble::TokenInFile);
        } else {
            self.troubles.remove(&Trouble::TokenInFile);
        }
    }
}
