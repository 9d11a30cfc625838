//! A key from anywhere that shows the window.

mod keys;

#[cfg(target_os = "linux")]
#[path = "x11.rs"]
mod grab;
#[cfg(not(target_os = "linux"))]
#[path = "elsewhere.rs"]
mod grab;

pub(crate) use grab::Grab;
pub(crate) use keys::Keys;
use keys::KeysError;

/// Why a shortcut is not in force.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ShortcutError {
    /// It is none.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// Another program has it, or the system.
    #[error("another program has this shortcut")]
    Taken,
    /// This session gives shortcuts to nobody (Wayland).
    #[error("this session does not give shortcuts to programs")]
    Unavailable,
}
