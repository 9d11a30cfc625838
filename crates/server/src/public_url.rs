//! Where the world reaches this centre, and what is registered with a CRM under it.

use url::{Host, Url};

/// The public base address of a centre: https, or plain on this machine for trying out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PublicUrl(Url);

impl PublicUrl {
    /// Reads an address, with an optional path in front of `/v1`.
    ///
    /// # Errors
    /// In words for the person at the terminal.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut url = Url::parse(text.trim())
            .map_err(|_| "give an address like https://bell.example".to_owned())?;
        let here = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            None => return Err("it has no host: give one like https://bell.example".to_owned()),
        };
        let plain = url.scheme() == "http" && here;
        if url.scheme() != "https" && !plain {
            return Err("it must begin with https://, since secrets pass through it".to_owned());
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("it must not hold a name or password".to_owned());
        }
        url.set_query(None);
        url.set_fragment(None);
        Ok(Self(url))
    }

    /// Where the CRM sends a browser back to after consent.
    pub(crate) fn sign_in(&self) -> Url {
        self.below("v1/oauth/amocrm")
    }

    /// An address of ours; `path` without a slash in front.
    pub(crate) fn below(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        let base = self.0.path().trim_end_matches('/');
        url.set_path(&format!("{base}/{path}"));
        url
    }

    /// What connectors register their webhooks under.
    pub(crate) fn base(&self) -> &Url {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_the_web_is_taken_and_secrets_never_cross_the_network_in_the_open() {
        for (text, sign_in) in [
            (
                "https://bell.example",
                "https://bell.example/v1/oauth/amocrm",
            ),
            (
                " https://firm.ru/bell/?a#b",
                "https://firm.ru/bell/v1/oauth/amocrm",
            ),
            (
                "http://127.0.0.1:7780",
                "http://127.0.0.1:7780/v1/oauth/amocrm",
            ),
        ] {
            let url = PublicUrl::parse(text).unwrap();
            assert_eq!(url.sign_in().as_str(), sign_in);
        }
        for bad in [
            "",
            "bell.example",
            "http://bell.example",
            "https://a:b@bell.example",
            "ftp://127.0.0.1",
        ] {
            assert!(PublicUrl::parse(bad).is_err(), "{bad}");
        }
    }
}
