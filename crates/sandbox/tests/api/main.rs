//! The sandbox over HTTP, as a client sees it.

#![expect(clippy::unwrap_used, reason = "a test ends where it was surprised")]

mod client;
mod clock;
mod conversations;
mod deals;
mod events;
mod faults;
mod hooks;
mod limits;
mod oauth;
mod program;
mod reading;
mod requests;
mod rights;
mod sales_floor;
mod speed;
mod writing;
