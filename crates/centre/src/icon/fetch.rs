//! Fetching a picture once from an address somebody else chose: from public addresses alone, so that
//! the centre cannot be made to ask what only it can reach.

use super::{refused, too_large};
use crate::refusal::Refusal;
use dealbell_network::is_public;
use dealbell_protocol::integration::MAX_ICON;
use reqwest::{Certificate, Client, redirect::Policy};
use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};
use tokio::time::timeout;
use url::{Host, Url};

/// How long all of it may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Who may be asked, and whom TLS trusts besides the system's.
struct Rules {
    may_ask: fn(IpAddr) -> bool,
    trusted: Vec<Certificate>,
}

/// The bytes at `address`, at most [`MAX_ICON`].
pub(crate) async fn fetch(address: &Url) -> Result<Vec<u8>, Refusal> {
    let rules = Rules {
        may_ask: is_public,
        trusted: Vec::new(),
    };
    fetch_by(address, rules).await
}

async fn fetch_by(address: &Url, rules: Rules) -> Result<Vec<u8>, Refusal> {
    let fetched = timeout(PATIENCE, bytes_at(address, rules)).await;
    fetched.map_err(|_| refused("the picture's address does not answer within 10 seconds"))?
}

async fn bytes_at(address: &Url, rules: Rules) -> Result<Vec<u8>, Refusal> {
    let port = address.port_or_known_default().unwrap_or(443);
    let found: Vec<SocketAddr> = match address.host() {
        Some(Host::Ipv4(ip)) => vec![(ip, port).into()],
        Some(Host::Ipv6(ip)) => vec![(ip, port).into()],
        Some(Host::Domain(name)) => tokio::net::lookup_host((name, port))
            .await
            .map_err(|_| refused("the picture's host is not known"))?
            .collect(),
        None => Vec::new(),
    };
    // One private address among public ones is reason enough: the answer may change with the next.
    if found.is_empty() || !found.iter().all(|at| (rules.may_ask)(at.ip())) {
        return Err(refused("the picture's address is not a public one"));
    }
    // What was looked at is what is asked: the name is not looked up again, no proxy does it for us,
    // and nobody is sent elsewhere.
    let client = Client::builder()
        .no_proxy()
        .https_only(true)
        .redirect(Policy::none())
        .resolve_to_addrs(address.host_str().unwrap_or_default(), &found)
        .tls_certs_merge(rules.trusted)
        .build();
    let client = client.map_err(|error| Refusal::Storage(format!("no HTTP client: {error}")))?;
    let unreachable = |_| refused("the picture's address does not answer");
    let mut answer = client
        .get(address.clone())
        .send()
        .await
        .map_err(unreachable)?;
    if !answer.status().is_success() {
        let status = answer.status().as_u16();
        let message = format!("the picture's address answers {status} instead of a picture");
        return Err(refused(&message));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(unreachable)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > MAX_ICON {
            return Err(too_large());
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{collections::BTreeMap, sync::Arc};
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
    };
    use tokio_rustls::{
        TlsAcceptor,
        rustls::{ServerConfig, pki_types::PrivateKeyDer},
    };

    #[tokio::test]
    async fn private_addresses_are_refused_however_they_are_written() {
        let bad = [
            "https://127.0.0.1/a.png",
            "https://2130706433/a.png",
            "https://0x7f000001/a.png",
            "https://0177.0.0.1/a.png",
            "https://127.1/a.png",
            "https://10.0.0.1/",
            "https://169.254.169.254/latest/meta-data",
            "https://[::1]/",
            "https://[fd00::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://localhost/",
            "https://localhost./",
            "https://LOCALHOST:8443/",
            "https://１２７.0.0.1/",
        ];
        for bad in bad {
            let error = fetch(&Url::parse(bad).unwrap()).await.unwrap_err();
            let error = error.into_api();
            assert_eq!(error.field.as_deref(), Some("icon"), "{bad}");
            assert!(
                error.message.contains("not a public one") || bad.ends_with("./"),
                "{bad}: {error}"
            );
        }
    }

    /// A web server of ours under TLS; what it says on each path.
    async fn site(answers: BTreeMap<&'static str, Vec<u8>>) -> (Url, Certificate) {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let key = PrivateKeyDer::try_from(own.signing_key.serialize_der()).unwrap();
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![own.cert.der().clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (acceptor, answers) = (acceptor.clone(), answers.clone());
                tokio::spawn(async move {
                    let Ok(mut socket) = acceptor.accept(socket).await else {
                        return;
                    };
                    let mut asked = [0; 4096];
                    let length = socket.read(&mut asked).await.unwrap();
                    let asked = String::from_utf8_lossy(&asked[..length]).into_owned();
                    let path = asked.split(' ').nth(1).unwrap().to_owned();
                    let _ = socket.write_all(&answers[path.as_str()]).await;
                    let _ = socket.shutdown().await;
                });
            }
        });
        let certificate = Certificate::from_der(own.cert.der()).unwrap();
        (
            Url::parse(&format!("https://localhost:{port}/")).unwrap(),
            certificate,
        )
    }

    fn says(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
        let head = format!("HTTP/1.1 {status}\r\nconnection: close\r\n{headers}\r\n");
        [head.as_bytes(), body].concat()
    }

    #[tokio::test]
    async fn a_picture_is_fetched_whole_and_nobody_is_followed_elsewhere() {
        let (site, certificate) = site(BTreeMap::from([
            ("/a.png", says("200 OK", "", b"picture")),
            ("/away", says("302 Found", "location: /a.png\r\n", b"")),
            ("/none", says("404 Not Found", "", b"")),
            ("/large", says("200 OK", "", &vec![0; MAX_ICON + 1])),
        ]))
        .await;
        let get = async |path: &str| {
            let rules = Rules {
                may_ask: |ip| ip.is_loopback(),
                trusted: vec![certificate.clone()],
            };
            fetch_by(&site.join(path).unwrap(), rules).await
        };
        assert_eq!(get("a.png").await.unwrap(), b"picture");
        for (path, words) in [
            ("away", "answers 302"),
            ("none", "answers 404"),
            ("large", "bytes"),
        ] {
            let error = get(path).await.unwrap_err().into_api();
            assert!(error.message.contains(words), "{path}: {error}");
        }
    }
}
