//! What the end-to-end tests stand on: a desktop of their own, a recorder of what the app does to
//! it, and the programs that play along. Linux only, as the private desktop is.
#![cfg(target_os = "linux")]

mod address;
mod app;
mod browser;
mod bus;
mod centre;
mod chromium;
mod crm;
mod desktop;
mod doorman;
mod logind;
mod patience;
mod process;
pub mod recorder;
mod toast_link;
mod webdriver;

pub use address::own_address;
pub use app::{App, Program, binary};
pub use browser::Browser;
pub use bus::PrivateBus;
pub use centre::CentreProgram;
pub use chromium::{Chromium, Device};
pub use crm::{Crm, CrmIntegration, CrmUser};
pub use desktop::{DesktopOptions, PrivateDesktop};
pub use doorman::Doorman;
pub use logind::Logind;
pub use patience::{PATIENCE, eventually};
pub use process::{Ending, Environment, Process, alive, descendants, ended};
pub use recorder::{Recorder, RecorderOptions};
pub use toast_link::toast_link;
pub use webdriver::WebDriver;
