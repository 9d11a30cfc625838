//! What the app costs a desktop, beside an empty frame of the same kind and beside gotify-tray: each
//! alone on a desktop of its own, in turn.

mod gotify;
pub(crate) mod idle;
pub(crate) mod latency;
pub(crate) mod memory;
mod relay;
mod resident;
mod screen;
pub(crate) mod size;
mod spread;
pub(crate) mod start;
mod tree;
pub(crate) mod window;

/// The version `tests/bench/gotify-tray.txt` names.
const GOTIFY_TRAY: &str = "0.5.3";
/// How it is started.
const GOTIFY_COMMAND: &str = "`python3 -m gotify_tray`";
