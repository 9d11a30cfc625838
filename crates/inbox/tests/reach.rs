//! Calendar, the way into the web inbox, browsers and phones: the inbox against the real centre.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use dealbell_centre::{Centre, Options, ServeOptions};
use dealbell_inbox::{Config, Inbox, InboxError, Network, RestError};
use dealbell_protocol::ErrorCode;
use dealbell_protocol::courier::{AddressError, Courier, CourierError, Parcel, PushAddress};
use dealbell_protocol::push::PushChannel;
use dealbell_protocol::window::Language;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::net::TcpListener;

/// A serving centre, and the inbox of somebody there.
struct Desk {
    centre: Centre,
    inbox: Inbox,
    /// The centre as its desktop knows it.
    url: String,
    token: String,
    _folder: TempDir,
}

/// `public` makes the centre's public address of the one it listens at.
async fn desk(public: impl FnOnce(&str) -> Option<String>) -> Desk {
    // Whoever was first; reqwest needs one even for plain HTTP.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", folder.path().join("centre.db").display());
    let centre = Centre::open(Options::new(database)).await.unwrap();
    centre.add_user("a@b.c", "Анна", "ru").await.unwrap();
    let token = centre.add_device("a@b.c", "desktop").await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let options = ServeOptions {
        public_url: public(&url),
        ..ServeOptions::default()
    };
    let serving = centre.clone();
    tokio::spawn(async move {
        serving
            .serve(listener, options, std::future::pending())
            .await
    });
    let config = config(folder.path(), &url, &token);
    let (inbox, _acts) = Inbox::start(config).await.unwrap();
    Desk {
        centre,
        inbox,
        url,
        token,
        _folder: folder,
    }
}

fn config(folder: &Path, url: &str, token: &str) -> Config {
    Config {
        centre: url.to_owned(),
        allow_plain: false,
        token: token.to_owned(),
        store: folder.join("inbox.db"),
        owner: "test".to_owned(),
        language: Language::Ru,
        version: "0".to_owned(),
        platform: "linux".to_owned(),
        device: String::new(),
        keep_days: 0,
        network: Network::default(),
    }
}

fn refusal<T: std::fmt::Debug>(outcome: Result<T, InboxError>) -> Option<ErrorCode> {
    match outcome.unwrap_err() {
        InboxError::Rest(RestError::Refused { code, .. }) => code,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_renewed_calendar_has_another_address_and_the_old_one_is_nobodys() {
    let desk = desk(|url| Some(url.to_owned())).await;
    let first = desk.inbox.calendar().await.unwrap().url.unwrap();
    assert!(first.starts_with(&desk.url), "{first}");
    assert_eq!(
        desk.inbox.calendar().await.unwrap().url.as_ref(),
        Some(&first)
    );
    let second = desk.inbox.renew_calendar().await.unwrap().url.unwrap();
    assert_ne!(second, first);
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    assert_eq!(http.get(&first).send().await.unwrap().status(), 404);
    assert_ne!(http.get(&second).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn a_centre_without_a_public_address_has_no_calendar_and_a_way_in_on_this_machine_alone() {
    let desk = desk(|_| None).await;
    assert_eq!(desk.inbox.calendar().await.unwrap().url, None);
    let link = desk.inbox.sign_in_link().await.unwrap();
    assert!(link.url.starts_with(&desk.url), "{link:?}");
}

#[tokio::test]
async fn a_way_in_signs_a_browser_in_once_and_it_is_a_device_then() {
    let desk = desk(|url| Some(url.to_owned())).await;
    let link = desk.inbox.sign_in_link().await.unwrap();
    let (page, code) = link.url.split_once("#sign-in=").unwrap();
    assert_eq!(page, format!("{}/app/", desk.url));
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let body = serde_json::json!({"by": "link", "code": code, "name": "Chrome"});
    let enter = async || {
        let asked = http.post(format!("{}/v1/web/sign-in", desk.url));
        let asked = asked.header("origin", &desk.url).json(&body);
        asked.send().await.unwrap().status()
    };
    assert_eq!(enter().await, 200);
    assert_eq!(enter().await, 410);
    let devices = desk.inbox.devices().await.unwrap();
    let web = devices.iter().find(|row| row.platform == "web").unwrap();
    assert_eq!((web.name.as_str(), web.this), ("Chrome", false));
}

#[tokio::test]
async fn a_way_in_that_leads_elsewhere_is_not_shown() {
    let desk = desk(|_| Some("https://elsewhere.example".to_owned())).await;
    let link = desk.inbox.sign_in_link().await;
    assert!(matches!(link, Err(InboxError::Elsewhere)), "{link:?}");
}

/// A push service in process that takes whatever it is brought.
struct Taking;

#[async_trait::async_trait]
impl Courier for Taking {
    fn key(&self) -> &str {
        "K"
    }

    fn check(&self, _: &PushAddress) -> Result<(), AddressError> {
        Ok(())
    }

    async fn bring(&self, _: &Parcel) -> Result<(), CourierError> {
        Ok(())
    }
}

#[tokio::test]
async fn a_phone_is_listed_switched_tried_and_removed() {
    let desk = desk(|url| Some(url.to_owned())).await;
    desk.centre.push_by(Arc::new(Taking));
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let body = serde_json::json!({
        "endpoint": "https://push.example/phone", "channel": "mobile", "name": "Телефон Анны",
        "keys": {"p256dh": "B".repeat(87), "auth": "A".repeat(22)},
    });
    let asked = http.post(format!("{}/v1/push-subscriptions", desk.url));
    let asked = asked.bearer_auth(&desk.token).json(&body);
    assert_eq!(asked.send().await.unwrap().status(), 201);

    let listed = desk.inbox.push_devices().await.unwrap();
    assert_eq!(listed.key.as_deref(), Some("K"));
    let [phone] = listed.subscriptions.as_slice() else {
        panic!("{listed:?}");
    };
    assert_eq!(
        (phone.channel, phone.name.as_str(), phone.on),
        (PushChannel::Mobile, "Телефон Анны", true)
    );
    desk.inbox.switch_push(phone.id, false).await.unwrap();
    let listed = desk.inbox.push_devices().await.unwrap();
    assert!(!listed.subscriptions[0].on);
    desk.inbox.test_push(phone.id).await.unwrap();
    desk.inbox.remove_push(phone.id).await.unwrap();
    let listed = desk.inbox.push_devices().await.unwrap();
    assert_eq!(listed.subscriptions, []);

    let gone = Some(ErrorCode::NotFound);
    assert_eq!(refusal(desk.inbox.switch_push(phone.id, true).await), gone);
    assert_eq!(refusal(desk.inbox.test_push(phone.id).await), gone);
    assert_eq!(refusal(desk.inbox.remove_push(phone.id).await), gone);
}
