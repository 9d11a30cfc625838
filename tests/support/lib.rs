//! What the end-to-end tests stand on: a desktop of their own, a recorder of what the app does to
//! it, and the programs that play along. Linux only, as the private desktop is.
#![cfg(target_os = "linux")]

mod app;
mod bus;
mod desktop;
mod process;
pub mod recorder;
mod webdriver;

pub use app::{App, Program, binary};
pub use bus::PrivateBus;
pub use desktop::{DesktopOptions, PrivateDesktop};
pub use process::{Ending, Environment, Process, alive, descendants, ended};
pub use recorder::{Recorder, RecorderOptions};
pub use webdriver::WebDriver;

use std::time::Duration;

/// How long anything may take before a test calls it missing; slow machines included.
pub const PATIENCE: Duration = Duration::from_secs(20);
