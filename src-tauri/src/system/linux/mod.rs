//! Linux: logind over the system bus, the kernel's own word on network and clock.

mod clock;
mod login;
mod network;

use super::SystemEvent;
use std::thread;
use tokio::sync::mpsc;

/// Enough for a thread that waits and reads small tables, bytes.
const STACK: usize = 256 * 1024;

/// Tells of changes until nobody listens. What this system does not tell is simply not told.
pub(crate) fn watch(events: mpsc::Sender<SystemEvent>) {
    tokio::spawn(login::watch(events.clone()));
    waiting("network", events.clone(), network::watch);
    waiting("clock", events, clock::watch);
}

fn waiting(name: &str, events: mpsc::Sender<SystemEvent>, watch: fn(&mpsc::Sender<SystemEvent>)) {
    let thread = thread::Builder::new()
        .name(name.to_owned())
        .stack_size(STACK);
    if let Err(error) = thread.spawn(move || watch(&events)) {
        tracing::info!(%error, name, "no thread to watch with");
    }
}
