//! The tray: one picture of a [`dealbell_inbox::view::TrayView`], and what the user does with it.
//!
//! Linux draws it itself over D-Bus, since Tauri's own Linux tray never reports a click; the other
//! systems use Tauri's. Both files have the same signatures.

mod icon;
#[cfg(target_os = "linux")]
#[path = "linux.rs"]
mod system;
#[cfg(not(target_os = "linux"))]
#[path = "elsewhere.rs"]
mod system;

#[cfg(windows)]
pub(crate) use icon::draw_overlay;
pub(crate) use system::Tray;

use dealbell_inbox::view::MenuAct;

/// What comes from the tray.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TrayEvent {
    /// What lets the window of the act that follows come to the front (Wayland, X11).
    #[cfg_attr(
        not(target_os = "linux"),
        expect(dead_code, reason = "only the desktops of Linux hand one out")
    )]
    Activation(String),
    /// The user chose something; a left click is [`MenuAct::Open`].
    Act(MenuAct),
    /// Whether a panel shows us.
    Host(bool),
}
