//! The sandbox over HTTP, as a client sees it.

mod client;
mod events;
mod limits;
mod program;
mod reading;
mod sales_floor;
mod writing;
