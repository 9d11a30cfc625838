//! What the administrator decided, done at the start.

use super::Controller;
use crate::managed::Problem;
use crate::system::autostart;

impl Controller {
    /// Makes the start at login what was decided. The other choices work by being remembered.
    pub(super) fn follow_the_administrator(&self) {
        let Some(wanted) = self.managed.start_at_login(self.settings.is_new) else {
            return;
        };
        if let Err(error) = autostart::set(wanted) {
            tracing::warn!(%error, "the start at login is not as the administrator decided");
        }
    }
}

/// Logs what was left out; false where it was nothing.
pub(super) fn told(problems: &[Problem]) -> bool {
    for problem in problems {
        tracing::warn!(%problem, "the administrator's choices");
    }
    !problems.is_empty()
}
