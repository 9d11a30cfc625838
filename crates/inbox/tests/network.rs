//! Stream and HTTP to a real centre behind a proxy and a certificate of the firm's own.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use dealbell_centre::{Centre, Options, ServeOptions};
use dealbell_inbox::{Config, Inbox, Network, StartError};
use dealbell_protocol::window::{Connection, Language, LinkEvent, ProxyChoice};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

const PATIENCE: Duration = Duration::from_secs(30);

/// A centre behind TLS that nobody knows but the holder of `ca`; where, and a device's token.
async fn centre(folder: &Path) -> (SocketAddr, String, PathBuf) {
    // Whoever was first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let database = format!("sqlite:{}", folder.join("centre.db").display());
    let centre = Centre::open(Options::new(database)).await.unwrap();
    centre.add_user("a@b.c", "Анна", "ru").await.unwrap();
    let token = centre.add_device("a@b.c", "desktop").await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let plain = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let options = ServeOptions::default();
        let served = centre
            .serve(listener, options, std::future::pending())
            .await;
        served.unwrap();
    });

    let own = rcgen::generate_simple_self_signed(["centre.invalid".to_owned()]).unwrap();
    let ca = folder.join("ca.pem");
    std::fs::write(&ca, own.cert.pem()).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(own.signing_key.serialize_der()).unwrap();
    let config = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![own.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                // Who does not trust us goes.
                let Ok(mut tls) = acceptor.accept(socket).await else {
                    return;
                };
                let mut inner = TcpStream::connect(plain).await.unwrap();
                let _ = copy_bidirectional(&mut tls, &mut inner).await;
            });
        }
    });
    (address, token, ca)
}

/// What a proxy was asked for.
type Asked = Arc<Mutex<Vec<String>>>;

/// A proxy that leads everybody to `goal`, whatever name is asked for; it speaks HTTP and SOCKS 5.
async fn proxy(goal: SocketAddr) -> (SocketAddr, Asked) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let asked = Asked::default();
    let seen = asked.clone();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let seen = seen.clone();
            tokio::spawn(async move {
                let Some(wish) = hear(&mut socket).await else {
                    return;
                };
                seen.lock().unwrap().push(wish);
                let mut inner = TcpStream::connect(goal).await.unwrap();
                let _ = copy_bidirectional(&mut socket, &mut inner).await;
            });
        }
    });
    (address, asked)
}

/// The host and port that a client wants; none for one that does not know the password.
async fn hear(socket: &mut TcpStream) -> Option<String> {
    let mut first = [0];
    socket.read_exact(&mut first).await.ok()?;
    if first == [5] {
        let count = socket.read_u8().await.ok()?;
        let mut methods = vec![0; usize::from(count)];
        socket.read_exact(&mut methods).await.ok()?;
        socket.write_all(&[5, 0]).await.ok()?;
        let mut head = [0; 5];
        socket.read_exact(&mut head).await.ok()?;
        assert_eq!(head[..4], [5, 1, 0, 3], "a name, for the proxy to look up");
        let mut name = vec![0; usize::from(head[4])];
        socket.read_exact(&mut name).await.ok()?;
        let port = socket.read_u16().await.ok()?;
        socket
            .write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0])
            .await
            .ok()?;
        return Some(format!("{}:{port}", String::from_utf8(name).unwrap()));
    }
    let mut head = first.to_vec();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(socket.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).unwrap();
    // user:secret
    if !head.contains("Basic dXNlcjpzZWNyZXQ=") {
        let no = b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n";
        socket.write_all(no).await.ok()?;
        return None;
    }
    socket.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.ok()?;
    let wish = head.strip_prefix("CONNECT ").unwrap();
    wish.split(' ').next().map(str::to_owned)
}

fn config(folder: &Path, token: &str, network: Network) -> Config {
    Config {
        centre: "https://centre.invalid".to_owned(),
        allow_plain: false,
        token: token.to_owned(),
        store: folder.join("inbox.db"),
        owner: "test".to_owned(),
        language: Language::Ru,
        version: "0".to_owned(),
        platform: "linux".to_owned(),
        device: String::new(),
        keep_days: 0,
        network,
    }
}

async fn until(inbox: &Inbox, mut wanted: impl FnMut(&Connection) -> bool) {
    let mut state = inbox.state();
    let found = state.wait_for(|state| wanted(&state.connection));
    tokio::time::timeout(PATIENCE, found)
        .await
        .unwrap()
        .unwrap();
}

#[tokio::test]
async fn stream_and_http_go_through_the_proxy_and_trust_the_firms_own_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let (goal, token, ca) = centre(folder.path()).await;
    for scheme in ["http://user:secret@", "socks5://"] {
        let (address, asked) = proxy(goal).await;
        let url = format!("{scheme}{address}");
        let proxy = ProxyChoice::Through { url };
        let network = Network {
            proxy,
            ca_file: Some(ca.clone()),
        };
        dealbell_inbox::check_network(&network).unwrap();
        let me = dealbell_inbox::check("https://centre.invalid", &token, &network).await;
        assert_eq!(me.unwrap().email, "a@b.c");
        let http = asked.lock().unwrap().len();
        let stores = folder.path().join(scheme.split(':').next().unwrap());
        std::fs::create_dir(&stores).unwrap();
        let (inbox, _acts) = Inbox::start(config(&stores, &token, network))
            .await
            .unwrap();
        until(&inbox, |connection| *connection == Connection::Online).await;
        inbox.channels().await.unwrap();
        let asked = asked.lock().unwrap().clone();
        assert!(http == 1 && asked.len() >= 3, "{asked:?}");
        assert!(
            asked.iter().all(|asked| asked == "centre.invalid:443"),
            "{asked:?}"
        );
    }
}

#[tokio::test]
async fn an_unknown_certificate_or_a_proxy_that_declines_keeps_it_offline_and_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let (goal, token, ca) = centre(folder.path()).await;
    let (address, asked) = proxy(goal).await;
    let through = |password: &str| ProxyChoice::Through {
        url: format!("http://user:{password}@{address}"),
    };
    for network in [
        Network {
            proxy: through("secret"),
            ca_file: None,
        },
        Network {
            proxy: through("wrong"),
            ca_file: Some(ca),
        },
    ] {
        let refused = dealbell_inbox::check("https://centre.invalid", &token, &network).await;
        refused.unwrap_err();
        let (inbox, _acts) = Inbox::start(config(folder.path(), &token, network))
            .await
            .unwrap();
        until(&inbox, |connection| {
            matches!(connection, Connection::Offline { .. })
        })
        .await;
        inbox.wake();
        inbox.network_changed();
        let told = async {
            loop {
                let (links, _) = inbox.diagnostics(200).await.unwrap();
                let events: Vec<LinkEvent> = links.into_iter().map(|link| link.event).collect();
                let woke = events.contains(&LinkEvent::Woke);
                if woke && events.contains(&LinkEvent::NetworkChanged) {
                    return events;
                }
                tokio::task::yield_now().await;
            }
        };
        let events = tokio::time::timeout(PATIENCE, told).await.unwrap();
        assert!(events.contains(&LinkEvent::Started));
        assert!(
            events
                .iter()
                .any(|event| matches!(event, LinkEvent::Lost { code: None, .. }))
        );
    }
    assert!(
        !asked.lock().unwrap().is_empty(),
        "the first one's proxy let it through"
    );
}

#[tokio::test]
async fn a_choice_that_cannot_be_followed_is_refused_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let url = "proxy:3128".to_owned();
    let wrong = Network {
        proxy: ProxyChoice::Through { url },
        ca_file: None,
    };
    let start = Inbox::start(config(folder.path(), "t", wrong)).await;
    assert!(matches!(start, Err(StartError::Proxy(_))));
    let wrong = Network {
        ca_file: Some(folder.path().join("none.pem")),
        ..Network::default()
    };
    let start = Inbox::start(config(folder.path(), "t", wrong)).await;
    assert!(matches!(start, Err(StartError::Ca(_))));
}
