//! `dealbell-centre`: the notification centre for a department.

mod audit;
mod command;
mod config;
mod connect;
mod connectors;
mod copies;
mod dead_letters;
mod defaults;
mod described;
mod devices;
mod doctor;
mod hooks;
mod integrations;
mod invite;
mod join;
mod keep;
mod letter_links;
mod mail;
mod metrics;
mod page;
mod people;
mod public_url;
mod push;
mod running;
mod serve;
mod sheet;
mod sign_in;
mod sign_in_link;
mod web;

use std::{io::IsTerminal as _, process::ExitCode};
use tracing_subscriber::EnvFilter;

/// What clap ends with, too: trying again does not mend it, and the service does not.
const WRONG_LINE: u8 = 2;

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    // It can only be installed already, and then by the same hand.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (done, code) = match command::Line::read() {
        Ok(line) => (command::run(line).await, ExitCode::FAILURE),
        Err(error) => (Err(error), ExitCode::from(WRONG_LINE)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("dealbell-centre: {error:#}");
            code
        }
    }
}
