//! What everybody reaches, and what only this machine or its neighbours do: addresses that somebody
//! else chose must not make us ask what only we can reach.

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Looks names up, and knows only those whose every address is public: what was looked at is what is
/// connected to, so a name cannot lead elsewhere at the next look. One private address among public
/// ones is reason enough to refuse. Addresses without a name do not pass here: see [`is_public`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PublicNames;

/// A name leads to what only this machine or its neighbours reach, or nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the host's address is not a public one")]
pub struct NotPublic;

impl Resolve for PublicNames {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            // The port is put in by whoever connects.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let found: Vec<SocketAddr> = found.collect();
            if found.is_empty() || !found.iter().all(|at| is_public(at.ip())) {
                return Err(NotPublic.into());
            }
            let found: Addrs = Box::new(found.into_iter());
            Ok(found)
        })
    }
}

/// Whether anybody on the internet reaches the same there as we do.
pub fn is_public(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let of_protocols = a == 192 && b == 0 && c == 0;
    let relays = a == 192 && b == 88 && c == 99;
    let benchmarks = a == 198 && (b == 18 || b == 19);
    let special = ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_broadcast()
        || ip.is_documentation()
        || ip.is_multicast();
    !(special || shared || of_protocols || relays || benchmarks || a == 0 || a >= 240)
}

/// Global unicast alone, without what carries an IPv4 address or is set apart.
fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, ..] = ip.segments();
    let global = a & 0xe000 == 0x2000;
    // Protocol assignments (Teredo among them), documentation, 6to4.
    let set_apart = a == 0x2001 && (b < 0x200 || b == 0xdb8);
    let documentation = a == 0x3fff && b < 0x1000;
    global && !set_apart && !documentation && a != 0x2002
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_everybody_reaches_is_public() {
        for good in ["8.8.8.8", "185.129.100.1", "2a02:6b8::2:242", "100.128.0.1"] {
            assert!(is_public(good.parse().unwrap()), "{good}");
        }
        let bad = [
            "0.0.0.0",
            "0.1.2.3",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.8.8.8",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::7f00:1",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "fc00::1",
            "fd00::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ];
        for bad in bad {
            assert!(!is_public(bad.parse().unwrap()), "{bad}");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_here_is_not_known() {
        let name = "localhost".parse().unwrap();
        let error = PublicNames.resolve(name).await.err().unwrap();
        assert_eq!(error.downcast_ref(), Some(&NotPublic));
    }
}
