//! Dealbell's desktop app: the resident with tray, toasts and stream; and, as a child process of
//! its own executable, the window.
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

mod account;
mod bell;
mod cli;
mod controller;
mod demo;
mod latest;
mod line;
mod links;
mod resident;
mod secret;
mod secrets;
mod settings;
mod toolkit;
mod tray;
mod vault;
mod window;

use cli::Cli;
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

fn main() -> anyhow::Result<()> {
    let cli = Cli::from_process();
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_from_env("DEALBELL_LOG").unwrap_or_else(|_| "info".into()))
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    toolkit::begin_without_opengl()?;
    if cli.window {
        window::child::run()
    } else {
        resident::run(cli)
    }
}
