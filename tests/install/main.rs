//! The packages of `cargo xtask package`: well made, and they install, upgrade over a running
//! Dealbell and go again without a trace.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "the helpers of tests are tests")]

mod life;
mod make;
mod packages;
mod root;
