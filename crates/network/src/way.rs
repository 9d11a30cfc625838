//! The way to a host: straight, or through the proxy that the user or the system names.

use crate::{ConnectError, Network, NetworkError, is_here};
use dealbell_protocol::window::ProxyChoice;
use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::{SocksV5, Tunnel};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use tokio::net::TcpStream;
use tower_service::Service;
use url::{Host, Url};

/// What the choice comes to: which proxy for which host; none for going straight.
pub(crate) fn chosen(choice: &ProxyChoice) -> Result<Option<Matcher>, NetworkError> {
    match choice {
        ProxyChoice::Direct => Ok(None),
        // As reqwest looks at it: environment, then the system's own settings.
        ProxyChoice::System => Ok(Some(Matcher::from_system())),
        ProxyChoice::Through { url } => {
            let parsed = Url::parse(url.trim()).map_err(|_| NetworkError::Proxy)?;
            let known = matches!(parsed.scheme(), "http" | "socks5" | "socks5h");
            let plain = parsed.host().is_some() && matches!(parsed.path(), "" | "/");
            match known && plain {
                true => Ok(Some(Matcher::builder().all(url.trim()).build())),
                false => Err(NetworkError::Proxy),
            }
        }
    }
}

pub(crate) async fn connect(network: &Network, url: &Url) -> Result<TcpStream, ConnectError> {
    let host = url.host().ok_or(ConnectError::Address)?;
    let secure = matches!(url.scheme(), "https" | "wss");
    let port = url.port().unwrap_or(if secure { 443 } else { 80 });
    let scheme = if secure { "https" } else { "http" };
    let goal = format!("{scheme}://{host}:{port}/");
    let goal: Uri = goal.parse().map_err(|_| ConnectError::Address)?;
    let proxy = match is_here(url) {
        true => None,
        false => chosen(&network.proxy)?.and_then(|matcher| matcher.intercept(&goal)),
    };
    match proxy {
        Some(proxy) => through(&proxy, goal).await,
        None => Ok(match host {
            Host::Domain(name) => TcpStream::connect((name, port)).await?,
            Host::Ipv4(ip) => TcpStream::connect((ip, port)).await?,
            Host::Ipv6(ip) => TcpStream::connect((ip, port)).await?,
        }),
    }
}

async fn through(proxy: &Intercept, goal: Uri) -> Result<TcpStream, ConnectError> {
    let mut tcp = HttpConnector::new();
    // A SOCKS proxy's address does not begin with http.
    tcp.enforce_http(false);
    let place = proxy.uri().clone();
    let stream = match place.scheme_str() {
        Some("http") => {
            let mut tunnel = Tunnel::new(place, tcp);
            if let Some(auth) = proxy.basic_auth() {
                tunnel = tunnel.with_auth(auth.clone());
            }
            let made = tunnel.call(goal).await;
            made.map_err(|error| ConnectError::Proxy(error.into()))?
        }
        Some("socks5" | "socks5h") => {
            // The proxy looks names up, as it may know more of them than we do.
            let mut socks = SocksV5::new(place, tcp);
            if let Some((user, password)) = proxy.raw_auth() {
                socks = socks.with_auth(user.to_owned(), password.to_owned());
            }
            let made = socks.call(goal).await;
            made.map_err(|error| ConnectError::Proxy(error.into()))?
        }
        _ => return Err(ConnectError::Network(NetworkError::Proxy)),
    };
    Ok(stream.into_inner())
}
