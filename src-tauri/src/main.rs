//! Dealbell's desktop app: the resident with tray, toasts and stream; and, as a child process of
//! its own executable, the window.
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

mod account;
mod anew;
mod badge;
mod bell;
mod cli;
mod controller;
mod deeds;
mod demo;
mod latest;
mod line;
mod link_key;
mod links;
mod managed;
mod resident;
mod secret;
mod secrets;
mod settings;
mod system;
mod toolkit;
mod tray;
mod updates;
mod vault;
mod window;

use cli::Cli;

fn main() -> anyhow::Result<()> {
    let cli = Cli::from_process();
    // The window's words come to the resident's standard error; one process writes the file.
    let folder = system::journal::folder().filter(|_| !cli.window);
    system::journal::begin(folder.as_deref());
    toolkit::begin_without_opengl()?;
    if cli.window {
        window::child::run()
    } else {
        resident::run(cli)
    }
}
