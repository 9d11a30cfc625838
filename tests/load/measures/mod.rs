//! Each measure by its name.

pub(crate) mod broadcast;
pub(crate) mod devices;
pub(crate) mod history;
pub(crate) mod memory;
pub(crate) mod pace;
pub(crate) mod publishes;
pub(crate) mod storm;
