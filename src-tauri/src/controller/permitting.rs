//! The system's permission to notify: asked for at the first run, and again when the user says so.

use super::calls::refused;
use super::{Controller, Input};
use crate::window::Caller;
use dealbell_protocol::window::{Trouble, WindowAnswer, WindowErrorCode};
use dealbell_toasts::{Permission, ToastError};

impl Controller {
    /// Asks while other inputs go on: the user may take his time with the system's dialog. Without
    /// a caller nobody waits for the answer.
    pub(super) fn ask_permission(&self, caller: Option<Caller>) {
        let (toasts, inputs) = (self.toasts.clone(), self.inputs.clone());
        tokio::spawn(async move {
            let asked = toasts.ask_permission().await;
            let denied = matches!(
                asked,
                Ok(Permission::Denied) | Err(ToastError::NotPermitted)
            );
            let _ = inputs.send(Input::Permitted(!denied)).await;
            let answer = match asked {
                Ok(Permission::Granted | Permission::NotNeeded) => WindowAnswer::Done,
                Ok(Permission::Denied) | Err(_) => refused(WindowErrorCode::NotPermitted),
            };
            if let Some(caller) = caller {
                let _ = inputs.send(Input::Answer(caller, Box::new(answer))).await;
            }
        });
    }

    /// Takes a trouble off the window that only told something; the others last as long as their
    /// cause.
    pub(super) fn dismiss(&mut self, trouble: Trouble) -> WindowAnswer {
        let tells = matches!(
            trouble,
            Trouble::Crashed | Trouble::SettingsDamaged | Trouble::ManagedWrong
        );
        if tells {
            self.set_trouble(trouble, false);
        }
        WindowAnswer::Done
    }
}
