//! What the system tells: sleep, network, clock, lock; and the key that shows the window.

use super::{Controller, Input, forward};
use crate::system::shortcut::{Grab, Keys, ShortcutError};
use crate::system::{self, SystemEvent};
use tokio::sync::mpsc;

impl Controller {
    /// Listens to the system from now on.
    pub(super) fn watch_surroundings(&mut self) {
        system::watch(forward(&self.inputs, Input::System));
        let wanted = self.settings.current().device.shortcut.clone();
        if let Some(wanted) = wanted
            && let Err(error) = self.take_shortcut(&wanted)
        {
            tracing::warn!(%error, "the shortcut is not in force");
        }
    }

    /// Does what a change around us asks for.
    pub(super) fn surroundings_changed(&mut self, event: SystemEvent) {
        if let SystemEvent::Locked(locked) = event {
            self.focus.locked = locked;
            // At once: what rings next may be seen by others.
            self.teach_manners();
        }
        tracing::info!(?event, "the system says");
        for line in self.seats.listed().filter_map(|seat| seat.line.as_ref()) {
            match event {
                SystemEvent::Woke => line.woke(),
                SystemEvent::NetworkChanged => line.network_changed(),
                SystemEvent::ClockSet => line.clock_set(),
                SystemEvent::Locked(_) => {}
            }
        }
    }

    /// Shows the window on this shortcut instead of any other. The one before is given back after
    /// that: the system takes its time, and would call it taken if it were wanted again.
    ///
    /// # Errors
    /// [`ShortcutError`]; the one before stays.
    pub(super) fn take_shortcut(&mut self, wanted: &str) -> Result<(), ShortcutError> {
        let keys: Keys = wanted.parse()?;
        if self
            .shortcut
            .as_ref()
            .is_some_and(|(held, _)| *held == keys)
        {
            return Ok(());
        }
        let pressed: mpsc::Sender<()> = forward(&self.inputs, |()| Input::Shortcut);
        let grab = Grab::take(&self.app, keys, pressed)?;
        self.shortcut = Some((keys, grab));
        Ok(())
    }

    /// The window, wherever the user is.
    pub(super) fn shortcut_pressed(&mut self) {
        self.window.show(self.first_page());
    }
}
