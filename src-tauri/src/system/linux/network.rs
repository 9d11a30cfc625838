//! The network changing, told by the kernel's routing socket: every VPN, cable and Wi-Fi goes
//! through it, whatever program set it up.

use super::super::SystemEvent;
use rustix::io::Errno;
use rustix::net::{
    AddressFamily, RecvFlags, SocketFlags, SocketType, bind, netlink, recv, socket_with,
};
use std::collections::BTreeSet;
use std::os::fd::OwnedFd;
use std::time::Duration;
use std::{fs, io, thread};
use tokio::sync::mpsc;

/// Link, addresses and routes of both protocols (`rtnetlink(7)`).
const GROUPS: u32 = 0x1 | 0x10 | 0x40 | 0x100 | 0x400;
/// A change comes as a flurry of messages; this much later it is over.
const FLURRY: Duration = Duration::from_millis(500);

/// Tells whenever an address or a way out has changed. Waits in the kernel, so on a thread of its
/// own.
pub(super) fn watch(events: &mpsc::Sender<SystemEvent>) {
    if let Err(error) = follow(events) {
        tracing::info!(%error, "the system does not tell when its network changes");
    }
}

fn follow(events: &mpsc::Sender<SystemEvent>) -> io::Result<()> {
    // Without a protocol it is the routing one, number 0.
    let socket = socket_with(
        AddressFamily::NETLINK,
        SocketType::RAW,
        SocketFlags::CLOEXEC,
        None,
    )?;
    bind(&socket, &netlink::SocketAddrNetlink::new(0, GROUPS))?;
    let mut known = Ways::now();
    loop {
        wait(&socket)?;
        thread::sleep(FLURRY);
        drain(&socket);
        // Lifetimes of addresses are renewed all the time; that changes nothing.
        let now = Ways::now();
        if now != known {
            known = now;
            if events.blocking_send(SystemEvent::NetworkChanged).is_err() {
                return Ok(());
            }
        }
    }
}

fn wait(socket: &OwnedFd) -> io::Result<()> {
    let mut message = [0_u8; 1];
    match recv(socket, &mut message[..], RecvFlags::PEEK) {
        // So many messages that some were dropped: something has changed.
        Ok(_) | Err(Errno::NOBUFS | Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn drain(socket: &OwnedFd) {
    let mut message = [0_u8; 8_192];
    // Dropped messages are an error that says only that there were more.
    while recv(socket, &mut message[..], RecvFlags::DONTWAIT) != Err(Errno::AGAIN) {}
}

/// The machine's addresses and ways out.
#[derive(Debug, PartialEq, Eq)]
struct Ways(BTreeSet<String>);

impl Ways {
    fn now() -> Self {
        let read = |name: &str| fs::read_to_string(format!("/proc/net/{name}")).unwrap_or_default();
        Self::of(
            &read("route"),
            &read("ipv6_route"),
            &read("if_inet6"),
            &read("fib_trie"),
        )
    }

    /// From the kernel's tables, without their counters and lifetimes.
    fn of(route: &str, ipv6_route: &str, if_inet6: &str, fib_trie: &str) -> Self {
        let columns = |table: &str, wanted: &[usize]| -> Vec<String> {
            let line = |line: &str| {
                let words: Vec<&str> = line.split_whitespace().collect();
                let kept = wanted.iter().filter_map(|&at| words.get(at).copied());
                kept.collect::<Vec<_>>().join(" ")
            };
            table.lines().map(line).collect()
        };
        // Interface, destination, gateway, mask; and for IPv6 destination, next hop, interface.
        let mut ways: BTreeSet<String> = columns(route, &[0, 1, 2, 7]).into_iter().collect();
        ways.extend(columns(ipv6_route, &[0, 1, 4, 9]));
        ways.extend(columns(if_inet6, &[0, 5]));
        // Our own IPv4 addresses: the line before "host LOCAL".
        let lines: Vec<&str> = fib_trie.lines().map(str::trim).collect();
        let local = lines
            .windows(2)
            .filter(|pair| pair[1].ends_with("host LOCAL"));
        ways.extend(local.map(|pair| pair[0].to_owned()));
        Self(ways)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT\n";

    #[test]
    fn counters_change_nothing_a_new_way_does() {
        let route = |uses: u32, gateway: &str| {
            format!("{HEAD}eth0 00000000 {gateway} 0003 0 {uses} 100 00000000 0 0 0\n")
        };
        let of = |route: &str| Ways::of(route, "", "", "");
        assert_eq!(of(&route(1, "0102A8C0")), of(&route(2, "0102A8C0")));
        assert_ne!(of(&route(1, "0102A8C0")), of(&route(1, "0103A8C0")));
        let vpn = format!("{}tun0 0000000A 00000000 0001 0 0 0 000000FF 0 0 0\n", HEAD);
        assert_ne!(of(&vpn), of(HEAD));
    }

    #[test]
    fn another_address_on_the_same_way_is_a_change() {
        let trie = |address: &str| format!("Local:\n  |-- {address}\n     /32 host LOCAL\n");
        let of = |trie: &str| Ways::of("", "", "", trie);
        assert_ne!(of(&trie("10.0.0.5")), of(&trie("10.0.0.6")));
    }
}
