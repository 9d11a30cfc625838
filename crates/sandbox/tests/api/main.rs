//! The sandbox over HTTP, as a client sees it.

#![expect(clippy::unwrap_used, reason = "a test ends where it was surprised")]

mod client;
mod clock;
mod events;
mod hooks;
mod limits;
mod oauth;
mod program;
mod reading;
mod sales_floor;
mod writing;
