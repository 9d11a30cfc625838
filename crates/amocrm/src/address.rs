//! What a user types for his account, and the one address it means.

use std::fmt;
use url::{Host, Url};

/// The domains that serve the API.
const DOMAINS: [&str; 3] = ["amocrm.ru", "amocrm.com", "kommo.com"];
/// Names of the vendor's own sites, which are no accounts.
const NOT_ACCOUNTS: [&str; 6] = ["www", "api", "id", "sso", "support", "core"];

/// The address of an account: `https` on one of the three domains, or loopback. Ends in a slash.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CrmAddress(Url);

/// Why what was typed is no account's address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Nothing was typed.
    #[error("the address is empty")]
    Empty,
    /// It cannot be read as an address.
    #[error("this is no address")]
    Malformed,
    /// It leads somewhere that serves no amoCRM or Kommo account.
    #[error("{host} is not an account on amocrm.ru, amocrm.com or kommo.com")]
    ForeignHost {
        /// Where it leads.
        host: String,
    },
    /// It is not encrypted, and not on this machine.
    #[error("the address must be https")]
    NotEncrypted,
}

impl CrmAddress {
    /// Reads `name`, `name.amocrm.ru`, `name.kommo.com/leads`, a pasted link of any page of the
    /// account, or a loopback address with its port.
    ///
    /// # Errors
    /// [`AddressError`]; a password or port in front of a public domain is foreign too.
    pub fn parse(typed: &str) -> Result<Self, AddressError> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Err(AddressError::Empty);
        }
        if is_label(typed) && typed != "localhost" {
            return Self::account(&typed.to_ascii_lowercase());
        }
        let url = match typed.contains("://") {
            true => Url::parse(typed),
            false => Url::parse(&format!("{}://{typed}", likely_scheme(typed))),
        };
        Self::from_url(&url.map_err(|_| AddressError::Malformed)?)
    }

    /// The same for an address that is a URL already.
    ///
    /// # Errors
    /// [`AddressError`].
    pub fn from_url(url: &Url) -> Result<Self, AddressError> {
        let host = url.host().ok_or(AddressError::Malformed)?;
        let foreign = || AddressError::ForeignHost {
            host: url.host_str().unwrap_or_default().to_owned(),
        };
        let open = url.username().is_empty() && url.password().is_none();
        if !open || !matches!(url.scheme(), "http" | "https") {
            return Err(foreign());
        }
        if is_loopback(&host) {
            let mut base = url.clone();
            base.set_path("/");
            base.set_query(None);
            base.set_fragment(None);
            return Ok(Self(base));
        }
        let Host::Domain(domain) = host else {
            return Err(foreign());
        };
        if !is_account(domain) || url.port().is_some() {
            return Err(foreign());
        }
        if url.scheme() != "https" {
            return Err(AddressError::NotEncrypted);
        }
        Self::at(domain)
    }

    /// The base URL, ending in a slash.
    pub fn url(&self) -> &Url {
        &self.0
    }

    /// Host, and port where it is unusual: `name.amocrm.ru`, `127.0.0.1:7790`.
    pub fn host(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        match self.0.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }

    /// Whether it is on this machine.
    pub fn is_loopback(&self) -> bool {
        self.0.host().is_some_and(|host| is_loopback(&host))
    }

    /// The vendor's own site for accounts on this domain, where users agree to integrations:
    /// `https://www.amocrm.ru/`; on this machine the address itself.
    pub fn site(&self) -> Url {
        let domain = self.domain();
        domain
            .and_then(|domain| Url::parse(&format!("https://www.{domain}/")).ok())
            .unwrap_or_else(|| self.0.clone())
    }

    /// The domain the account is on: `kommo.com`; none on this machine.
    pub(crate) fn domain(&self) -> Option<&'static str> {
        let host = self.0.host_str()?;
        DOMAINS.into_iter().find(|domain| host.ends_with(domain))
    }

    /// The account's name on its domain; none on this machine.
    pub(crate) fn label(&self) -> Option<&str> {
        self.domain()?;
        self.0.host_str()?.split('.').next()
    }

    /// A host that the vendor's token names: one of the vendor's own (`api-b.amocrm.ru`), or for an
    /// account on this machine one on this machine. None of any other.
    pub(crate) fn vendor(host: &str, account: &Self) -> Option<Url> {
        if account.is_loopback() {
            let named = Self::parse(host).ok().filter(Self::is_loopback);
            return named.map(|named| named.0);
        }
        let label = DOMAINS.iter().find_map(|domain| {
            let label = host.strip_suffix(domain)?.strip_suffix('.')?;
            (!label.is_empty() && is_label(label)).then_some(label)
        });
        label?;
        Url::parse(&format!("https://{host}/")).ok()
    }

    /// The address of `path`, which is relative and ours.
    pub(crate) fn join(&self, path: &str) -> Url {
        self.0
            .join(path)
            .expect("a relative path under a base with a host")
    }

    fn account(name: &str) -> Result<Self, AddressError> {
        let host = format!("{name}.{}", DOMAINS[0]);
        match is_account(&host) {
            true => Self::at(&host),
            false => Err(AddressError::ForeignHost { host }),
        }
    }

    fn at(domain: &str) -> Result<Self, AddressError> {
        Url::parse(&format!("https://{domain}/"))
            .map(Self)
            .map_err(|_| AddressError::Malformed)
    }
}

impl fmt::Display for CrmAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.host())
    }
}

/// A name without a domain means an account on the first domain.
fn is_label(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || c == '-';
    text.len() <= 63 && text.chars().all(inner) && !text.starts_with('-') && !text.ends_with('-')
}

fn is_account(domain: &str) -> bool {
    DOMAINS.iter().any(|known| {
        domain
            .strip_suffix(known)
            .and_then(|name| name.strip_suffix('.'))
            .is_some_and(|name| is_label(name) && !name.is_empty() && !NOT_ACCOUNTS.contains(&name))
    })
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(domain) => *domain == "localhost",
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
    }
}

/// A sandbox on this machine has no certificate.
fn likely_scheme(typed: &str) -> &'static str {
    let local = ["127.", "localhost", "[::1]"];
    match local.iter().any(|start| typed.starts_with(start)) {
        true => "http",
        false => "https",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_user_has_at_hand_leads_to_his_account() {
        for (typed, url) in [
            ("romashka", "https://romashka.amocrm.ru/"),
            (" Romashka ", "https://romashka.amocrm.ru/"),
            ("romashka.kommo.com", "https://romashka.kommo.com/"),
            ("ROMASHKA.amocrm.com/", "https://romashka.amocrm.com/"),
            (
                "https://romashka.amocrm.ru/leads/detail/12?tab=1#x",
                "https://romashka.amocrm.ru/",
            ),
            ("127.0.0.1:7790", "http://127.0.0.1:7790/"),
            ("http://localhost:7790/todo/line/", "http://localhost:7790/"),
            ("[::1]:80", "http://[::1]/"),
        ] {
            let address = CrmAddress::parse(typed).map(|address| address.0.to_string());
            assert_eq!(address.as_deref(), Ok(url), "{typed}");
        }
    }

    #[test]
    fn a_tokens_hint_is_followed_to_the_vendor_only() {
        let account = CrmAddress::parse("romashka").unwrap();
        let vendor = |host: &str| CrmAddress::vendor(host, &account).map(String::from);
        assert_eq!(
            vendor("api-b.amocrm.ru").as_deref(),
            Some("https://api-b.amocrm.ru/")
        );
        for foreign in [
            "evil.io",
            "amocrm.ru.evil.io",
            "x/amocrm.ru",
            "evil.io/.amocrm.ru",
            "127.0.0.1:9",
        ] {
            assert_eq!(vendor(foreign), None, "{foreign}");
        }
        let here = CrmAddress::parse("127.0.0.1:7790").unwrap();
        assert!(CrmAddress::vendor("127.0.0.1:7791", &here).is_some());
        assert_eq!(CrmAddress::vendor("evil.io", &here), None);
    }

    #[test]
    fn what_is_no_account_is_refused_with_a_reason() {
        let foreign = |host: &str| AddressError::ForeignHost {
            host: host.to_owned(),
        };
        for (typed, error) in [
            ("", AddressError::Empty),
            ("моя срм", AddressError::Malformed),
            ("example.com", foreign("example.com")),
            ("www.amocrm.ru", foreign("www.amocrm.ru")),
            ("id", foreign("id.amocrm.ru")),
            ("WWW", foreign("www.amocrm.ru")),
            ("amocrm.ru", foreign("amocrm.ru")),
            ("a.b.amocrm.ru", foreign("a.b.amocrm.ru")),
            ("evilamocrm.ru", foreign("evilamocrm.ru")),
            ("a.amocrm.ru.evil.io", foreign("a.amocrm.ru.evil.io")),
            ("https://a.amocrm.ru@evil.io", foreign("evil.io")),
            ("https://u:p@a.amocrm.ru", foreign("a.amocrm.ru")),
            ("https://a.amocrm.ru:8443", foreign("a.amocrm.ru")),
            ("http://a.amocrm.ru", AddressError::NotEncrypted),
            ("ftp://a.amocrm.ru", foreign("a.amocrm.ru")),
            ("192.168.0.1", foreign("192.168.0.1")),
        ] {
            assert_eq!(CrmAddress::parse(typed), Err(error), "{typed}");
        }
    }
}
