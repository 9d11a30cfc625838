//! The unread number where the system shows an app: on its launcher, its taskbar button, its dock icon.
//!
//! One file per system, all with the same two: [`Dock`] is the resident's, [`wear`] the window's
//! process's, since a taskbar button and a dock icon belong to whoever has the window.

#[cfg(target_os = "linux")]
#[path = "linux.rs"]
mod system;
#[cfg(target_os = "macos")]
#[path = "macos.rs"]
mod system;
#[cfg(target_os = "windows")]
#[path = "windows.rs"]
mod system;

pub(crate) use system::{Dock, wear};
