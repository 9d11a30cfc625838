//! OAuth for life: renewals that nothing can break halfway, and accounts that move.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod crashes;
mod desk;
mod gate;
mod moves;
mod renewals;
