//! Which addresses are taken at all. Somebody else names them, so the centre must not be made to ask
//! what only it can reach.

use crate::encryption::{KeysError, Receiver};
use dealbell_network::{is_here, is_public};
use dealbell_protocol::{
    courier::{AddressError, PushAddress},
    push::MAX_ENDPOINT,
};
use url::{Host, Url};

/// Which push services may be asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reachable {
    /// Those that everybody reaches, by https.
    #[default]
    Public,
    /// Those of one's own network as well; on this machine without TLS, too.
    All,
}

/// A push service's address for one receiver; a host's name is looked at when it is looked up.
pub(crate) fn endpoint(text: &str, reachable: Reachable) -> Result<Url, AddressError> {
    let wrong = |why| AddressError {
        field: "endpoint",
        why,
    };
    if text.len() > MAX_ENDPOINT {
        return Err(wrong("it is too long"));
    }
    let url = Url::parse(text).map_err(|_| wrong("it is no address"))?;
    let plain = url.scheme() == "http" && reachable == Reachable::All && is_here(&url);
    if url.scheme() != "https" && !plain {
        return Err(wrong("it has to begin with https://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("it must not hold a name or password"));
    }
    let public = match url.host() {
        Some(Host::Ipv4(ip)) => is_public(ip.into()),
        Some(Host::Ipv6(ip)) => is_public(ip.into()),
        Some(Host::Domain(_)) => !is_here(&url),
        None => return Err(wrong("it has no host")),
    };
    if !public && reachable == Reachable::Public {
        return Err(wrong("its host is not a public one"));
    }
    Ok(url)
}

/// Where a push goes and who reads it.
pub(crate) fn read(
    to: &PushAddress,
    reachable: Reachable,
) -> Result<(Url, Receiver), AddressError> {
    let url = endpoint(&to.endpoint, reachable)?;
    let receiver = Receiver::read(&to.keys).map_err(|wrong| match wrong {
        KeysError::Public => AddressError {
            field: "keys.p256dh",
            why: "it is no public key: an uncompressed point of P-256, base64url",
        },
        KeysError::Auth => AddressError {
            field: "keys.auth",
            why: "it has to be 16 bytes, base64url",
        },
    })?;
    Ok((url, receiver))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_services_by_https_are_taken_unless_one_says_otherwise() {
        for good in [
            "https://updates.push.services.mozilla.com/wpush/v2/abc",
            "https://ntfy.example/upABC?up=1",
            "https://8.8.8.8/a",
        ] {
            assert!(endpoint(good, Reachable::Public).is_ok(), "{good}");
        }
        let own = [
            "http://localhost:8080/a",
            "http://127.0.0.1/a",
            "https://10.0.0.1/a",
            "https://[::1]/a",
            "https://169.254.169.254/latest",
        ];
        for own in own {
            assert!(endpoint(own, Reachable::Public).is_err(), "{own}");
            assert!(endpoint(own, Reachable::All).is_ok(), "{own}");
        }
        let long = format!("https://push.example/{}", "a".repeat(MAX_ENDPOINT));
        for bad in [
            "",
            "push.example",
            "http://push.example/a",
            "http://10.0.0.1/a",
            "ftp://push.example/a",
            "https://a:b@push.example/",
            "unix:/run/x",
            &long,
        ] {
            assert!(endpoint(bad, Reachable::All).is_err(), "{bad}");
        }
    }
}
