//! Native toasts on three systems behind one trait.
//!
//! The crate knows nothing of notifications: it is given a [`Toast`] with a key and gives back [`ToastEvent`]s with that key.
//! What is toasted, and what a click does, is decided elsewhere.

pub mod link;
mod text;
mod toast;

#[cfg(target_os = "linux")]
pub mod linux;

#[cfg(target_os = "macos")]
mod macos;
// What it says is pure, and is tested everywhere.
#[cfg(any(target_os = "windows", test))]
mod windows;

pub use text::{MAX_BODY_CHARS, MAX_TITLE_CHARS};
pub use toast::{
    Button, DismissReason, Permission, Shown, Sound, Toast, ToastBackend, ToastError, ToastEvent,
    ToastEvents, Urgency,
};

/// What the system calls this app: the name of the desktop entry without `.desktop` on Linux, the AppUserModelID on
/// Windows, the bundle's on macOS.
#[cfg(target_os = "linux")]
pub const APP_ID: &str = "dealbell";
/// What the system calls this app: the name of the desktop entry without `.desktop` on Linux, the AppUserModelID on
/// Windows, the bundle's on macOS.
#[cfg(not(target_os = "linux"))]
pub const APP_ID: &str = "com.dealbell.desktop";

/// The toasts of the system this was built for, and the events of all of them.
///
/// Opens nothing yet: the first [`ToastBackend::show`], [`ToastBackend::withdraw`] or [`ToastBackend::probe`] does, inside the tokio runtime it is
/// called in. `app_name` is what a user may read beside the toast; `app_id` is the name of the
/// desktop entry without `.desktop` on Linux and the AppUserModelID on Windows. Where a click comes as a link, it is
/// sealed with `links`.
pub fn native(
    app_name: &str,
    app_id: &str,
    #[cfg_attr(
        not(target_os = "windows"),
        expect(unused_variables, reason = "elsewhere no click is a link")
    )]
    links: link::LinkKey,
) -> (Box<dyn ToastBackend>, ToastEvents) {
    #[cfg(target_os = "linux")]
    let (backend, events) = linux::Freedesktop::new(app_name, app_id, None);
    #[cfg(target_os = "macos")]
    let (backend, events) = macos::UserNotifications::new();
    #[cfg(target_os = "windows")]
    let (backend, events) = windows::WindowsToasts::new(app_name, app_id, links);
    #[cfg(target_os = "macos")]
    tracing::debug!(app_name, app_id, "toasts of this system");
    (Box::new(backend), events)
}
