//! The centre's address: checked once, then every URL is made from it.

use url::Url;

/// An address that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It is no URL with a host, or carries a user name or password.
    #[error("the centre's address is no plain URL with a host")]
    Malformed,
    /// It is neither `http(s)` nor `ws(s)`.
    #[error("the centre's address is neither http(s) nor ws(s)")]
    Scheme,
    /// Without TLS the token would cross the network in the open.
    #[error("the centre's address is on the network without TLS")]
    Unencrypted,
}

/// Where a centre is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    base: Url,
}

impl Address {
    /// Reads `http(s)://` or `ws(s)://`, with an optional path in front of `/v1`. Plain `http` and
    /// `ws` lead to this machine only, unless `allow_plain`.
    pub fn parse(text: &str, allow_plain: bool) -> Result<Self, AddressError> {
        let mut base = Url::parse(text.trim()).map_err(|_| AddressError::Malformed)?;
        let tls = match base.scheme() {
            "https" | "wss" => true,
            "http" | "ws" => false,
            _ => return Err(AddressError::Scheme),
        };
        if base.username() != "" || base.password().is_some() {
            return Err(AddressError::Malformed);
        }
        if !base.has_host() {
            return Err(AddressError::Malformed);
        }
        if !(tls || dealbell_network::is_here(&base) || allow_plain) {
            return Err(AddressError::Unencrypted);
        }
        base.set_query(None);
        base.set_fragment(None);
        let scheme = if tls { "https" } else { "http" };
        base.set_scheme(scheme)
            .map_err(|()| AddressError::Malformed)?;
        Ok(Self { base })
    }

    /// `GET` it as a WebSocket.
    pub(crate) fn stream(&self) -> Url {
        let mut url = self.api("stream");
        let scheme = match url.scheme() {
            "https" => "wss",
            _ => "ws",
        };
        // Both ends are web schemes, between which a change is always allowed.
        let _ = url.set_scheme(scheme);
        url
    }

    /// Whether `link` leads to the same host, by TLS or without leaving this machine. The port may be
    /// another one: that of the proxy in front of the centre.
    pub(crate) fn is_own(&self, link: &str) -> bool {
        let Some(link) = dealbell_protocol::text::link(link) else {
            return false;
        };
        let safe = link.scheme() == "https" || dealbell_network::is_here(&link);
        safe && link.host() == self.base.host()
    }

    /// The place `name` of the HTTP API.
    pub(crate) fn api(&self, name: &str) -> Url {
        let mut url = self.base.clone();
        let path = format!("{}/v1/{name}", self.base.path().trim_end_matches('/'));
        url.set_path(&path);
        url
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_web_and_does_not_show_the_token_on_the_network() {
        for (text, plain, want) in [
            ("ftp://a", false, Err(AddressError::Scheme)),
            ("centre", false, Err(AddressError::Malformed)),
            ("https://u:p@a", false, Err(AddressError::Malformed)),
            (
                "http://centre.example",
                false,
                Err(AddressError::Unencrypted),
            ),
            ("ws://10.0.0.1:7780", false, Err(AddressError::Unencrypted)),
            (
                "http://centre.example",
                true,
                Ok("ws://centre.example/v1/stream"),
            ),
            (
                "http://127.0.0.1:7780",
                false,
                Ok("ws://127.0.0.1:7780/v1/stream"),
            ),
            ("ws://[::1]:7780/", false, Ok("ws://[::1]:7780/v1/stream")),
            ("http://localhost", false, Ok("ws://localhost/v1/stream")),
            ("wss://a/bell/?x#y", false, Ok("wss://a/bell/v1/stream")),
        ] {
            let got = Address::parse(text, plain).map(|address| address.stream().to_string());
            assert_eq!(got, want.map(str::to_owned), "{text}");
        }
    }

    #[test]
    fn a_link_into_the_centre_leads_to_its_own_host_unread_on_the_way() {
        let far = Address::parse("https://bell.example/dealbell", false).unwrap();
        let near = Address::parse("http://127.0.0.1:7780", false).unwrap();
        let plain = Address::parse("http://bell.example", true).unwrap();
        for (address, link, own) in [
            (&far, "https://bell.example/app/#sign-in=c0de", true),
            (&far, "https://BELL.example:8443/app/", true),
            (&far, "https://evil.example/app/#sign-in=c0de", false),
            (&far, "https://bell.example@evil.example/app/", false),
            (&far, "http://bell.example/app/", false),
            (&far, "javascript:alert(1)", false),
            (&near, "http://127.0.0.1:7780/app/", true),
            (&near, "http://127.0.0.2:7780/app/", false),
            (&plain, "http://bell.example/app/", false),
        ] {
            assert_eq!(address.is_own(link), own, "{link}");
        }
    }

    #[test]
    fn the_api_is_beside_the_stream() {
        let address = Address::parse("wss://a/bell", false).unwrap();
        assert_eq!(
            address.api("channels").as_str(),
            "https://a/bell/v1/channels"
        );
    }
}
