//! `load`: the centre under load beside servers that do less, each in a process of its own; this
//! process is the clients. Prints a table per measure and, if asked to, puts it into the page of
//! figures. It judges nothing but itself: a slow machine makes a slow figure, no failure.

#![expect(clippy::large_futures, reason = "one measure goes on at a time")]

#[cfg(target_os = "linux")]
mod bench;
#[cfg(target_os = "linux")]
mod crowd;
#[cfg(target_os = "linux")]
mod machine;
#[cfg(target_os = "linux")]
mod measures;
#[cfg(target_os = "linux")]
mod ours;
#[cfg(target_os = "linux")]
mod peers;
#[cfg(target_os = "linux")]
mod plot;
#[cfg(target_os = "linux")]
mod program;
#[cfg(target_os = "linux")]
mod publisher;
#[cfg(target_os = "linux")]
mod socket;
#[cfg(target_os = "linux")]
mod table;

/// The same page as the other figures'.
#[cfg(target_os = "linux")]
#[path = "../bench/page.rs"]
mod page;

#[cfg(target_os = "linux")]
fn main() -> anyhow::Result<()> {
    bench::run()
}

#[cfg(not(target_os = "linux"))]
fn main() {
    eprintln!("the centre is measured on Linux");
}
