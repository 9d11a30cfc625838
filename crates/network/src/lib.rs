//! How the network is reached: proxy and certificates, for HTTP and WebSocket alike.
//!
//! What is on this machine is always reached directly. TLS needs a rustls provider installed by the
//! application.

mod certificates;
mod public;
mod way;

use dealbell_protocol::window::ProxyChoice;
pub use public::{NotPublic, PublicNames, is_public};
use reqwest::ClientBuilder;
use rustls::ClientConfig;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::net::TcpStream;
use url::{Host, Url};

/// How to reach the network, as the user chose.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Network {
    /// Through which proxy.
    pub proxy: ProxyChoice,
    /// A file of certificates (PEM) to trust besides the system's.
    pub ca_file: Option<PathBuf>,
}

impl std::fmt::Debug for Network {
    /// Without the proxy's address, which may have a password in it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let proxy = match self.proxy {
            ProxyChoice::System => "System",
            ProxyChoice::Direct => "Direct",
            ProxyChoice::Through { .. } => "Through",
        };
        f.debug_struct("Network")
            .field("proxy", &proxy)
            .field("ca_file", &self.ca_file)
            .finish()
    }
}

/// A choice that cannot be followed.
#[derive(Debug, thiserror::Error)]
pub enum NetworkError {
    /// It is no `http://host:port` or `socks5://host:port`.
    #[error("this is no proxy's address")]
    Proxy,
    /// The file of certificates cannot be read.
    #[error("the file of certificates cannot be read: {0}")]
    CaUnreadable(#[source] std::io::Error),
    /// There is no certificate in it, or one that is broken.
    #[error("there is no certificate in the file, or a broken one")]
    CaEmpty,
}

/// A connection that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The choice itself.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// The address has no host or port.
    #[error("the address has no host")]
    Address,
    /// Nobody answers there.
    #[error("nobody answers: {0}")]
    Unreachable(#[from] std::io::Error),
    /// The proxy, or the way to it.
    #[error("the proxy does not let us through: {0}")]
    Proxy(Box<dyn std::error::Error + Send + Sync>),
}

impl Network {
    /// Whether it can be followed at all: the proxy's address is one, and the file has certificates.
    ///
    /// # Errors
    /// [`NetworkError`] says which of the two is wrong.
    pub fn check(&self) -> Result<(), NetworkError> {
        way::chosen(&self.proxy)?;
        certificates::read(self)?;
        Ok(())
    }

    /// HTTP clients that go to `url`; one whose host is on this machine goes there directly.
    ///
    /// # Errors
    /// [`NetworkError`].
    pub fn http_client_builder(&self, url: &Url) -> Result<ClientBuilder, NetworkError> {
        let mut http = reqwest::Client::builder();
        if is_here(url) {
            http = http.no_proxy();
        } else {
            match &self.proxy {
                ProxyChoice::System => {}
                ProxyChoice::Direct => http = http.no_proxy(),
                ProxyChoice::Through { url } => {
                    let proxy =
                        reqwest::Proxy::all(way::address(url)?).map_err(|_| NetworkError::Proxy)?;
                    http = http.proxy(proxy);
                }
            }
        }
        let own = self.certificates()?;
        match own.is_empty() {
            true => Ok(http),
            false => Ok(http.tls_certs_merge(own)),
        }
    }

    /// The certificates of the user's own file, for HTTP clients that are made elsewhere; none where
    /// he has no such file.
    ///
    /// # Errors
    /// [`NetworkError`] says what is wrong with the file.
    pub fn certificates(&self) -> Result<Vec<reqwest::Certificate>, NetworkError> {
        let own = certificates::read(self)?;
        own.iter()
            .map(|certificate| reqwest::Certificate::from_der(certificate))
            .collect::<Result<_, _>>()
            .map_err(|_| NetworkError::CaEmpty)
    }

    /// A connection to the host of `url`, on which TLS, where there is any, has still to begin.
    ///
    /// # Errors
    /// [`ConnectError`].
    pub async fn connect(&self, url: &Url) -> Result<TcpStream, ConnectError> {
        let stream = way::connect(self, url).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    /// What TLS to a server rests on.
    ///
    /// # Errors
    /// [`NetworkError`].
    pub fn tls(&self) -> Result<Arc<ClientConfig>, NetworkError> {
        let roots = certificates::roots(self)?;
        let config = ClientConfig::builder()
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Arc::new(config))
    }
}

/// Whether a host is this machine.
pub fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(ip)) => IpAddr::from(ip).is_loopback(),
        Some(Host::Ipv6(ip)) => IpAddr::from(ip).is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(proxy: &str, ca_file: Option<PathBuf>) -> Network {
        let url = proxy.to_owned();
        let proxy = ProxyChoice::Through { url };
        Network { proxy, ca_file }
    }

    #[test]
    fn a_proxy_is_a_host_by_http_or_socks5() {
        for (url, good) in [
            ("http://proxy:3128", true),
            ("socks5://user:secret@10.0.0.1:1080", true),
            ("http://[::1]:3128/", true),
            ("proxy:3128", false),
            ("https://proxy:3128", false),
            ("ftp://proxy", false),
            ("http://proxy/pac.js", false),
            ("", false),
        ] {
            assert_eq!(network(url, None).check().is_ok(), good, "{url}");
        }
        let shown = format!("{:?}", network("http://user:secret@proxy", None));
        assert!(!shown.contains("secret"), "{shown}");
    }

    #[test]
    fn a_file_of_certificates_has_some_and_can_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let check = |file: &str| {
            let ca_file = Some(folder.path().join(file));
            Network {
                ca_file,
                ..Network::default()
            }
            .check()
        };
        assert!(matches!(check("none"), Err(NetworkError::CaUnreadable(_))));
        for text in [
            "",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            "-----BEGIN CERTIFICATE-----\n!",
        ] {
            std::fs::write(folder.path().join("ca.pem"), text).unwrap();
            assert!(
                matches!(check("ca.pem"), Err(NetworkError::CaEmpty)),
                "{text}"
            );
        }
    }
}
