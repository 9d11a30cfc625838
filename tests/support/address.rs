//! Addresses that tests running side by side do not share.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU8, Ordering};

/// An address on this machine that nobody listens at and no other test will: a server that starts
/// late, or comes back, can take it for sure.
pub fn own_address() -> SocketAddr {
    static NEXT: AtomicU8 = AtomicU8::new(1);
    let [.., high, low] = std::process::id().to_be_bytes();
    // All of 127.0.0.0/8 is this machine; the low addresses are everybody's.
    let last = NEXT.fetch_add(1, Ordering::Relaxed);
    (Ipv4Addr::new(127, high | 0x80, low, last), 7780).into()
}
