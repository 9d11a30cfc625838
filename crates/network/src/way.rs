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
            let url = address(url)?;
            Ok(Some(Matcher::builder().all(url).build()))
        }
    }
}

/// A proxy's address as both ways of connecting read it. A SOCKS proxy looks names up itself, which
/// is what `socks5h` means: behind it are names that are known there only.
pub(crate) fn address(typed: &str) -> Result<String, NetworkError> {
    let url = Url::parse(typed.trim()).map_err(|_| NetworkError::Proxy)?;
    if url.host().is_none() || !matches!(url.path(), "" | "/") {
        return Err(NetworkError::Proxy);
    }
    match url.scheme() {
        "http" | "socks5h" => Ok(url.to_string()),
        "socks5" => Ok(url.as_str().replacen("socks5", "socks5h", 1)),
        _ => Err(NetworkError::Proxy),
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
