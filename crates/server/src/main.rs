//! `dealbell-centre`: the notification centre for a department.

mod command;
mod connect;
mod connectors;
mod hooks;
mod page;
mod public_url;
mod running;
mod serve;
mod sign_in;

use clap::Parser as _;
use std::{io::IsTerminal as _, process::ExitCode};
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
    let line = command::Line::parse();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    // It can only be installed already, and then by the same hand.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match command::run(line).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("dealbell-centre: {error:#}");
            ExitCode::FAILURE
        }
    }
}
