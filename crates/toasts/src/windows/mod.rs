//! Toasts on Windows through its own interface (WinRT), by tag and group: replaced, withdrawn, and
//! clicked as long as they stand in the notification centre.
//!
//! A click is always a start of `dealbell://toast/…` ([`crate::link`]), on the screen as much as days
//! later in the notification centre: one way, and the started process has the right to bring a window
//! to the front. So [`crate::ToastEvent::Clicked`] comes from whoever takes the app's links.

mod content;

#[cfg(target_os = "windows")]
mod backend;
#[cfg(target_os = "windows")]
mod focus;
#[cfg(target_os = "windows")]
mod registration;

#[cfg(target_os = "windows")]
pub(crate) use backend::WindowsToasts;
