//! The number on the dock icon, which is there while there is a window. Beside the clock it is the tray's title.

use tauri::WebviewWindow;

/// The resident has no dock icon.
pub(crate) struct Dock;

impl Dock {
    /// Nothing to start.
    pub(crate) fn start() -> Self {
        Self
    }

    /// The window's process shows it.
    pub(crate) fn show(&self, _unread: u64) {}
}

/// Puts the number on the dock icon; 0 takes it away. The system itself speaks it.
pub(crate) fn wear(window: &WebviewWindow, unread: u64, _description: &str) {
    let count = i64::try_from(unread).ok().filter(|count| *count > 0);
    if let Err(error) = window.set_badge_count(count) {
        tracing::debug!(%error, "no number on the dock");
    }
}
