//! Browsers: signed in by a link or an invitation, known by a cookie that counts for our own pages.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use dealbell_centre::{Centre, Clock, Options, Retention, ServeOptions, Time};
use dealbell_protocol::{
    ApiError, ErrorCode, Millis,
    people::NewInvitation,
    rest::{DeviceRow, Me},
    stream::{ClientFrame, ClientInfo, CloseCode, SUBPROTOCOL, ServerFrame},
    web::{SIGN_IN_LINK_MS, SignInLink},
};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};
use support::{ANNA, Bed, Client, bed, bed_with, http};
use tokio_tungstenite::tungstenite::{self, client::IntoClientRequest as _};

/// A browser on one of the centre's pages.
#[derive(Clone, Debug, Default)]
struct Browser {
    origin: Option<String>,
    cookie: Option<String>,
    headers: Vec<(&'static str, String)>,
}

impl Browser {
    fn at(origin: impl Into<String>) -> Self {
        Self {
            origin: Some(origin.into()),
            ..Self::default()
        }
    }

    fn with(&self, name: &'static str, value: &str) -> Self {
        let mut other = self.clone();
        other.headers.push((name, value.to_owned()));
        other
    }

    fn from(&self, origin: Option<&str>) -> Self {
        Self {
            origin: origin.map(str::to_owned),
            ..self.clone()
        }
    }

    fn ask(&self, bed: &Bed, method: Method, path: &str) -> RequestBuilder {
        let reads = method == Method::GET;
        let mut request = http().request(method, bed.url(path));
        if let Some(origin) = self.origin.as_ref().filter(|_| !reads) {
            request = request.header("origin", origin);
        }
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        request
    }

    async fn get(&self, bed: &Bed, path: &str) -> StatusCode {
        self.ask(bed, Method::GET, path)
            .send()
            .await
            .unwrap()
            .status()
    }

    async fn sign_in(&mut self, bed: &Bed, by: &str, code: &str) -> Response {
        let body = json!({"by": by, "code": code, "name": "Chrome, Windows"});
        let request = self.ask(bed, Method::POST, "/v1/web/sign-in").json(&body);
        let answer = request.send().await.unwrap();
        if let Some(cookie) = answer.headers().get("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            self.cookie = Some(pair.to_owned());
        }
        answer
    }
}

fn own(bed: &Bed) -> Browser {
    Browser::at(format!("http://{}", bed.address))
}

async fn link(bed: &Bed) -> SignInLink {
    let request = http()
        .post(bed.url("/v1/sign-in-links"))
        .bearer_auth(&bed.token);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::CREATED);
    answer.json().await.unwrap()
}

async fn code(bed: &Bed) -> String {
    link(bed)
        .await
        .url
        .split_once("#sign-in=")
        .unwrap()
        .1
        .to_owned()
}

async fn signed_in(bed: &Bed) -> Browser {
    let mut browser = own(bed);
    let code = code(bed).await;
    let answer = browser.sign_in(bed, "link", &code).await;
    assert_eq!(answer.status(), StatusCode::OK);
    browser
}

async fn refusal(answer: Response) -> (StatusCode, ErrorCode) {
    let status = answer.status();
    (status, answer.json::<ApiError>().await.unwrap().code)
}

async fn devices(bed: &Bed) -> Vec<DeviceRow> {
    let request = http().get(bed.url("/v1/devices")).bearer_auth(&bed.token);
    request.send().await.unwrap().json().await.unwrap()
}

/// A stream of a browser.
async fn stream(bed: &Bed, browser: &Browser) -> Result<Client, StatusCode> {
    let url = format!("ws://{}/v1/stream", bed.address);
    let mut request = url.into_client_request().unwrap();
    let headers = request.headers_mut();
    headers.insert("sec-websocket-protocol", SUBPROTOCOL.parse().unwrap());
    if let Some(cookie) = &browser.cookie {
        headers.insert("cookie", cookie.parse().unwrap());
    }
    if let Some(origin) = &browser.origin {
        headers.insert("origin", origin.parse().unwrap());
    }
    for (name, value) in &browser.headers {
        headers.insert(*name, value.parse().unwrap());
    }
    match tokio_tungstenite::connect_async(request).await {
        Ok((socket, _)) => Ok(Client { socket }),
        Err(tungstenite::Error::Http(answer)) => Err(answer.status()),
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn a_link_signs_a_browser_in_once_and_its_cookie_is_for_no_script() {
    let bed = bed().await;
    let made = link(&bed).await;
    let start = format!("http://{}/app/#sign-in=", bed.address);
    assert!(made.url.starts_with(&start), "{}", made.url);
    let code = made.url.strip_prefix(&start).unwrap();

    let mut browser = own(&bed);
    let answer = browser.sign_in(&bed, "link", code).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
    let me: Me = answer.json().await.unwrap();
    assert_eq!(me.email, ANNA);
    let port = bed.address.port();
    assert!(
        cookie.starts_with(&format!("dealbell-{port}=dbw_")),
        "{cookie}"
    );
    for part in [
        "; Path=/;",
        "; HttpOnly",
        "; SameSite=Strict",
        "; Max-Age=7776000;",
    ] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(
        !cookie.contains("Secure"),
        "this machine speaks plainly to itself"
    );

    // Used on, it is renewed.
    let answer = browser
        .ask(&bed, Method::GET, "/v1/me")
        .send()
        .await
        .unwrap();
    let renewed = answer.headers()["set-cookie"].to_str().unwrap();
    assert_eq!(renewed, cookie);
    assert_eq!(browser.get(&bed, "/v1/list").await, StatusCode::OK);
    let of_web: Vec<_> = devices(&bed).await;
    let of_web: Vec<_> = of_web.iter().filter(|row| row.platform == "web").collect();
    assert_eq!(of_web.len(), 1);
    assert_eq!(of_web[0].name, "Chrome, Windows");

    // The token is nowhere in the file.
    let token = browser
        .cookie
        .unwrap()
        .split_once('=')
        .unwrap()
        .1
        .to_owned();
    for name in ["centre.db", "centre.db-wal"] {
        let bytes = std::fs::read(bed.folder.path().join(name)).unwrap();
        for secret in [token.as_bytes(), code.as_bytes()] {
            assert!(
                !bytes.windows(secret.len()).any(|part| part == secret),
                "{name}"
            );
        }
    }
    let again = own(&bed).sign_in(&bed, "link", code).await;
    assert_eq!(
        refusal(again).await,
        (StatusCode::GONE, ErrorCode::InvitationUsed)
    );
}

#[tokio::test]
async fn what_is_no_link_or_no_body_is_refused_by_its_code() {
    let bed = bed().await;
    let unknown = own(&bed).sign_in(&bed, "link", "nobody").await;
    let want = (StatusCode::NOT_FOUND, ErrorCode::InvitationUnknown);
    assert_eq!(refusal(unknown).await, want);
    let unknown = own(&bed).sign_in(&bed, "invitation", &"0".repeat(64)).await;
    assert_eq!(refusal(unknown).await, want);
    // A link is no invitation.
    let other = own(&bed)
        .sign_in(&bed, "invitation", &code(&bed).await)
        .await;
    assert_eq!(refusal(other).await, want);
    let request = own(&bed).ask(&bed, Method::POST, "/v1/web/sign-in");
    let answer = request.json(&json!({"by": "link"})).send().await.unwrap();
    let want = (StatusCode::BAD_REQUEST, ErrorCode::BodyInvalid);
    assert_eq!(refusal(answer).await, want);
    // Nobody may ask without his device.
    let answer = http()
        .post(bed.url("/v1/sign-in-links"))
        .send()
        .await
        .unwrap();
    let want = (StatusCode::UNAUTHORIZED, ErrorCode::TokenInvalid);
    assert_eq!(refusal(answer).await, want);
}

#[tokio::test]
async fn guessing_ends_soon() {
    let bed = bed().await;
    let mut browser = own(&bed);
    for _ in 0..100 {
        let answer = browser.sign_in(&bed, "link", "guess").await;
        if answer.status() == StatusCode::TOO_MANY_REQUESTS {
            assert!(answer.headers().contains_key("retry-after"));
            return;
        }
    }
    panic!("a hundred guesses were answered");
}

/// A clock that stands where the test puts it.
#[derive(Debug, Default)]
struct Hands(AtomicI64);

impl Hands {
    fn set(&self, now: Millis) {
        self.0.store(now, Ordering::SeqCst);
    }
}

impl Time for Hands {
    fn now(&self) -> Millis {
        self.0.load(Ordering::SeqCst)
    }

    fn sleep(&self, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(std::future::pending())
    }
}

/// A centre with such a clock.
async fn bed_at(now: Millis) -> (Bed, Arc<Hands>) {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", folder.path().join("centre.db").display());
    let time = Arc::new(Hands::default());
    time.set(now);
    let options = Options {
        clock: Clock::new(time.clone()),
        ..Options::new(database)
    };
    let centre = Centre::open(options).await.unwrap();
    centre.add_user(ANNA, "Анна", "ru").await.unwrap();
    let token = centre.add_device(ANNA, "").await.unwrap();
    let mut bed = support::bed_over(folder, centre).await;
    bed.token = token;
    (bed, time)
}

#[tokio::test]
async fn a_link_is_good_for_ten_minutes_and_a_browser_for_a_quarter_of_a_year() {
    let start = 1_763_700_000_000;
    let (bed, time) = bed_at(start).await;
    let (late, soon) = (code(&bed).await, code(&bed).await);
    time.set(start + SIGN_IN_LINK_MS - 1);
    let mut browser = own(&bed);
    assert_eq!(
        browser.sign_in(&bed, "link", &soon).await.status(),
        StatusCode::OK
    );
    time.set(start + SIGN_IN_LINK_MS);
    let refused = own(&bed).sign_in(&bed, "link", &late).await;
    let want = (StatusCode::GONE, ErrorCode::InvitationExpired);
    assert_eq!(refusal(refused).await, want);

    let days = |count: Millis| count * 24 * 60 * 60 * 1_000;
    time.set(start + days(80));
    assert_eq!(browser.get(&bed, "/v1/me").await, StatusCode::OK);
    time.set(start + days(160));
    assert_eq!(
        browser.get(&bed, "/v1/me").await,
        StatusCode::OK,
        "it was used"
    );
    time.set(start + days(260));
    assert_eq!(browser.get(&bed, "/v1/me").await, StatusCode::UNAUTHORIZED);
    let web = async || devices(&bed).await.iter().any(|row| row.platform == "web");
    assert!(web().await);
    bed.centre.trim(Retention::default()).await.unwrap();
    assert!(!web().await);
    assert_eq!(devices(&bed).await.len(), 1, "an app stays");
}

#[tokio::test]
async fn of_too_many_links_the_newest_are_good_and_none_outlives_the_device_that_made_it() {
    let bed = bed().await;
    let mut codes = Vec::new();
    for _ in 0..7 {
        codes.push(code(&bed).await);
    }
    let oldest = own(&bed).sign_in(&bed, "link", &codes[0]).await;
    let unknown = (StatusCode::NOT_FOUND, ErrorCode::InvitationUnknown);
    assert_eq!(refusal(oldest).await, unknown);
    let newest = own(&bed).sign_in(&bed, "link", &codes[6]).await;
    assert_eq!(newest.status(), StatusCode::OK);

    bed.centre.revoke_device(&bed.token).await.unwrap();
    let orphan = own(&bed).sign_in(&bed, "link", &codes[5]).await;
    assert_eq!(refusal(orphan).await, unknown);
}

/// Somebody had the laptop for a minute, and let a browser of his own in.
#[tokio::test]
async fn what_a_stolen_device_has_let_in_goes_with_it() {
    let bed = bed().await;
    let safe = bed.centre.add_device(ANNA, "телефон").await.unwrap();
    let stolen = signed_in(&bed).await;
    // And that browser lets in another, and keeps a link for later; it even signs itself out.
    let next = async |browser: &Browser| {
        let request = browser.ask(&bed, Method::POST, "/v1/sign-in-links");
        let made: SignInLink = request.send().await.unwrap().json().await.unwrap();
        made.url.split_once("#sign-in=").unwrap().1.to_owned()
    };
    let mut further = own(&bed);
    let code = next(&stolen).await;
    let answer = further.sign_in(&bed, "link", &code).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let later = next(&further).await;
    let mut client = stream(&bed, &further).await.unwrap();
    assert!(matches!(client.next().await, ServerFrame::Hello { .. }));
    let sign_out = stolen.ask(&bed, Method::POST, "/v1/web/sign-out");
    assert_eq!(sign_out.send().await.unwrap().status(), StatusCode::OK);
    assert_eq!(further.get(&bed, "/v1/me").await, StatusCode::OK);

    let mine = devices(&bed).await;
    let laptop = mine.iter().find(|row| row.this).unwrap().id;
    let revoked = http().delete(bed.url(&format!("/v1/devices/{laptop}")));
    let revoked = revoked.bearer_auth(&safe).send().await.unwrap();
    assert_eq!(revoked.status(), StatusCode::OK);
    assert_eq!(client.closed().await, CloseCode::DeviceRevoked.number());
    assert_eq!(further.get(&bed, "/v1/me").await, StatusCode::UNAUTHORIZED);
    let late = own(&bed).sign_in(&bed, "link", &later).await;
    let unknown = (StatusCode::NOT_FOUND, ErrorCode::InvitationUnknown);
    assert_eq!(refusal(late).await, unknown);
    let left = http().get(bed.url("/v1/devices")).bearer_auth(&safe);
    let left: Vec<DeviceRow> = left.send().await.unwrap().json().await.unwrap();
    assert_eq!(left.len(), 1, "{left:?}");
}

#[tokio::test]
async fn of_too_many_devices_those_used_last_stay() {
    let bed = bed().await;
    let mut client = bed.connect().await;
    assert!(matches!(client.next().await, ServerFrame::Hello { .. }));
    for _ in 0..99 {
        bed.centre.add_device(ANNA, "").await.unwrap();
    }
    let code = code(&bed).await;
    let mut browser = own(&bed);
    let answer = browser.sign_in(&bed, "link", &code).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(client.closed().await, CloseCode::TooManyDevices.number());
    assert_eq!(bed.centre.devices(ANNA).await.unwrap().len(), 100);
    assert_eq!(browser.get(&bed, "/v1/me").await, StatusCode::OK);
}

#[tokio::test]
async fn whoever_signs_his_own_device_out_leaves_his_browsers_signed_in() {
    let bed = bed().await;
    let browser = signed_in(&bed).await;
    let mine = devices(&bed).await;
    let laptop = mine.iter().find(|row| row.this).unwrap().id;
    let out = http().delete(bed.url(&format!("/v1/devices/{laptop}")));
    let out = out.bearer_auth(&bed.token).send().await.unwrap();
    assert_eq!(out.status(), StatusCode::OK);
    assert_eq!(browser.get(&bed, "/v1/me").await, StatusCode::OK);
}

/// Whoever signs the computer out from the browser that came of it goes on there.
#[tokio::test]
async fn the_browser_that_revokes_stays_signed_in() {
    let bed = bed().await;
    let browser = signed_in(&bed).await;
    let mine = devices(&bed).await;
    let laptop = mine.iter().find(|row| row.this).unwrap().id;
    let request = browser.ask(&bed, Method::DELETE, &format!("/v1/devices/{laptop}"));
    assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
    assert_eq!(browser.get(&bed, "/v1/me").await, StatusCode::OK);
}

#[tokio::test]
async fn whoever_has_a_device_is_told_of_another_one() {
    let bed = bed().await;
    assert_eq!(bed.page("").await.items.len(), 0);
    signed_in(&bed).await;
    let told = bed.page("").await.items;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].title, "Новый вход: Chrome, Windows");
    assert_eq!(told[0].provider.as_str(), "system");

    // A colleague's administrator could use an invitation himself.
    let new = NewInvitation {
        email: ANNA.to_owned(),
        language: "ru".to_owned(),
        ..NewInvitation::default()
    };
    let boris = bed.centre.add_user("boris@firm.ru", "Борис", "ru").await;
    let token = bed.centre.add_device("boris@firm.ru", "").await.unwrap();
    let actor = dealbell_centre::Actor::command_line();
    let role = dealbell_protocol::Role::Administrator;
    bed.centre
        .set_role(actor, "boris@firm.ru", role)
        .await
        .unwrap();
    let invited = http().post(bed.url("/v1/invitations")).bearer_auth(&token);
    let invited: Value = invited
        .json(&new)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let code = invited["link"]
        .as_str()
        .unwrap()
        .rsplit('/')
        .next()
        .unwrap();
    let answer = own(&bed).sign_in(&bed, "invitation", code).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let told = bed.page("").await.items;
    assert_eq!(told.len(), 2);
    assert!(told[0].text.contains("Борис"), "{}", told[0].text);

    // Whoever has none yet knows what he does.
    let boris = boris.unwrap();
    assert_ne!(boris, bed.anna);
    let first = http().get(bed.url("/v1/notifications")).bearer_auth(&token);
    let first: Value = first.send().await.unwrap().json().await.unwrap();
    assert_eq!(first["items"], json!([]));
}

#[tokio::test]
async fn an_invitation_signs_a_browser_in_as_it_does_a_desktop() {
    let bed = bed().await;
    let new = NewInvitation {
        email: "boris@firm.ru".to_owned(),
        language: "ru".to_owned(),
        ..NewInvitation::default()
    };
    let actor = dealbell_centre::Actor::command_line();
    let made = bed.centre.invite(actor, new).await.unwrap();
    let mut browser = own(&bed);
    let answer = browser.sign_in(&bed, "invitation", &made.code).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.json::<Me>().await.unwrap().email, "boris@firm.ru");
    assert_eq!(browser.get(&bed, "/v1/list").await, StatusCode::OK);
    let again = own(&bed).sign_in(&bed, "invitation", &made.code).await;
    assert_eq!(
        refusal(again).await,
        (StatusCode::GONE, ErrorCode::InvitationUsed)
    );
}

#[tokio::test]
async fn whoever_signs_in_anew_leaves_no_second_browser_behind() {
    let bed = bed().await;
    let mut browser = signed_in(&bed).await;
    let before = browser.clone();
    let code = code(&bed).await;
    assert_eq!(
        browser.sign_in(&bed, "link", &code).await.status(),
        StatusCode::OK
    );
    assert_ne!(browser.cookie, before.cookie);
    assert_eq!(before.get(&bed, "/v1/me").await, StatusCode::UNAUTHORIZED);
    assert_eq!(browser.get(&bed, "/v1/me").await, StatusCode::OK);
    let count = devices(&bed)
        .await
        .iter()
        .filter(|row| row.platform == "web")
        .count();
    assert_eq!(count, 1);
}

#[tokio::test]
async fn a_foreign_page_changes_nothing_by_the_cookie() {
    let bed = bed().await;
    let browser = signed_in(&bed).await;
    let address = bed.address;
    let localhost = format!("http://localhost:{}", address.port());
    let here = format!("http://{address}");
    let (same, cross) = ("same-origin", "cross-site");
    let change = async |browser: &Browser| {
        let request = browser.ask(&bed, Method::POST, "/v1/notifications/read");
        let answer = request.json(&json!({"ids": []})).send().await.unwrap();
        answer.status()
    };
    for (origin, fetch, want) in [
        (Some(here.as_str()), None, StatusCode::OK),
        (Some(here.as_str()), Some(same), StatusCode::OK),
        (Some(localhost.as_str()), None, StatusCode::OK),
        (None, Some(same), StatusCode::OK),
        (Some("null"), Some(same), StatusCode::OK),
        (None, None, StatusCode::FORBIDDEN),
        (None, Some(cross), StatusCode::FORBIDDEN),
        (None, Some("same-site"), StatusCode::FORBIDDEN),
        (None, Some("none"), StatusCode::FORBIDDEN),
        (Some("null"), None, StatusCode::FORBIDDEN),
        (Some("https://evil.example"), None, StatusCode::FORBIDDEN),
        (
            Some("https://evil.example"),
            Some(same),
            StatusCode::FORBIDDEN,
        ),
        (Some("http://127.0.0.1:1"), None, StatusCode::FORBIDDEN),
        (
            Some("http://evil.example/127.0.0.1"),
            None,
            StatusCode::FORBIDDEN,
        ),
    ] {
        let mut asking = browser.from(origin);
        if let Some(fetch) = fetch {
            asking = asking.with("sec-fetch-site", fetch);
        }
        assert_eq!(change(&asking).await, want, "{origin:?} {fetch:?}");
    }
    for (fetch, want) in [
        (same, StatusCode::OK),
        ("none", StatusCode::OK),
        ("same-site", StatusCode::FORBIDDEN),
        (cross, StatusCode::FORBIDDEN),
    ] {
        let asking = browser.with("sec-fetch-site", fetch);
        assert_eq!(asking.get(&bed, "/v1/list").await, want, "{fetch}");
    }
    // Nor does it sign anybody in as whom it likes, nor out.
    let code = code(&bed).await;
    let mut evil = browser.from(Some("https://evil.example"));
    let answer = evil.sign_in(&bed, "link", &code).await;
    let foreign = (StatusCode::FORBIDDEN, ErrorCode::ForeignOrigin);
    assert_eq!(refusal(answer).await, foreign);
    let answer = evil
        .ask(&bed, Method::POST, "/v1/web/sign-out")
        .send()
        .await
        .unwrap();
    assert_eq!(refusal(answer).await, foreign);
    assert_eq!(browser.get(&bed, "/v1/me").await, StatusCode::OK);
    assert_eq!(
        own(&bed).sign_in(&bed, "link", &code).await.status(),
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_rebound_name_gets_nothing_by_the_cookie() {
    let bed = bed().await;
    let browser = signed_in(&bed).await;
    let port = bed.address.port();
    for name in [
        format!("evil.example:{port}"),
        "evil.example".to_owned(),
        format!("127.0.0.1:{}", port ^ 1),
    ] {
        let rebound = browser
            .from(Some(&format!("http://{name}")))
            .with("host", &name);
        assert_eq!(
            rebound.get(&bed, "/v1/list").await,
            StatusCode::FORBIDDEN,
            "{name}"
        );
        let answer = rebound
            .ask(&bed, Method::POST, "/v1/sign-in-links")
            .send()
            .await;
        assert_eq!(answer.unwrap().status(), StatusCode::FORBIDDEN, "{name}");
        let code = code(&bed).await;
        let answer = rebound.clone().sign_in(&bed, "link", &code).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{name}");
        assert_eq!(
            stream(&bed, &rebound).await.err(),
            Some(StatusCode::FORBIDDEN),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_browsers_stream_opens_for_our_page_and_ends_with_its_sign_out() {
    let bed = bed().await;
    let browser = signed_in(&bed).await;
    let foreign = browser.from(Some("https://evil.example"));
    assert_eq!(
        stream(&bed, &foreign).await.err(),
        Some(StatusCode::FORBIDDEN)
    );
    let silent = browser.from(None);
    assert_eq!(
        stream(&bed, &silent).await.err(),
        Some(StatusCode::FORBIDDEN)
    );
    let stranger = own(&bed);
    assert_eq!(
        stream(&bed, &stranger).await.err(),
        Some(StatusCode::UNAUTHORIZED)
    );

    let mut client = stream(&bed, &browser).await.unwrap();
    assert!(matches!(client.next().await, ServerFrame::Hello { .. }));
    let client_info = ClientInfo {
        version: "1.0.0".to_owned(),
        platform: "web".to_owned(),
        device: "Chrome".to_owned(),
    };
    let start = ClientFrame::Start {
        id: 1,
        cursor: None,
        client: client_info,
    };
    client.send(&start).await;
    assert!(matches!(client.next().await, ServerFrame::Ready { .. }));
    assert!(matches!(client.next().await, ServerFrame::Live { .. }));
    bed.tell_anna(1).await;
    client.event().await;

    let request = browser.ask(&bed, Method::POST, "/v1/web/sign-out");
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    assert!(
        cookie.contains("=; ") && cookie.contains("Max-Age=0"),
        "{cookie}"
    );
    assert_eq!(client.closed().await, CloseCode::DeviceRevoked.number());
    let answer = browser
        .ask(&bed, Method::GET, "/v1/me")
        .send()
        .await
        .unwrap();
    let revoked = (StatusCode::UNAUTHORIZED, ErrorCode::TokenRevoked);
    assert_eq!(refusal(answer).await, revoked);
    // Twice is as good as once.
    let request = browser.ask(&bed, Method::POST, "/v1/web/sign-out");
    assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn a_browser_that_is_revoked_elsewhere_is_signed_out() {
    let bed = bed().await;
    let browser = signed_in(&bed).await;
    let rows = devices(&bed).await;
    let row = rows.iter().find(|row| row.platform == "web").unwrap();
    let request = http().delete(bed.url(&format!("/v1/devices/{}", row.id)));
    let answer = request.bearer_auth(&bed.token).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let answer = browser
        .ask(&bed, Method::GET, "/v1/list")
        .send()
        .await
        .unwrap();
    let revoked = (StatusCode::UNAUTHORIZED, ErrorCode::TokenRevoked);
    assert_eq!(refusal(answer).await, revoked);
}

#[tokio::test]
async fn behind_a_public_address_the_cookie_is_secure_and_kept_to_its_path() {
    for (public, cookie, path) in [
        ("https://bell.example", "__Host-dealbell", "/"),
        ("https://firm.ru/bell/", "__Secure-dealbell", "/bell/"),
        (
            "https://firm.ru:8443/bell",
            "__Secure-dealbell-8443",
            "/bell/",
        ),
    ] {
        let bed = bed_with(ServeOptions {
            public_url: Some(public.to_owned()),
            ..ServeOptions::default()
        })
        .await;
        let made = link(&bed).await;
        let start = format!("{}/app/#sign-in=", public.trim_end_matches('/'));
        let code = made.url.strip_prefix(&start).unwrap().to_owned();
        let origin = public.trim_end_matches("/bell/").trim_end_matches("/bell");
        let host = origin.strip_prefix("https://").unwrap();
        // nginx leaves the port out; who forgot to pass the name on at all is understood as well.
        let bare = host.split(':').next().unwrap().to_owned();
        let mut browser = Browser::at(origin).with("host", &bare);
        let answer = browser.sign_in(&bed, "link", &code).await;
        assert_eq!(answer.status(), StatusCode::OK);
        let set = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
        assert!(set.starts_with(&format!("{cookie}=dbw_")), "{set}");
        assert!(
            set.contains(&format!("; Path={path};")) && set.ends_with("; Secure"),
            "{set}"
        );
        assert_eq!(browser.get(&bed, "/v1/me").await, StatusCode::OK);
        assert!(stream(&bed, &browser).await.is_ok());
        let forgetful = Browser {
            headers: Vec::new(),
            ..browser.clone()
        };
        assert_eq!(forgetful.get(&bed, "/v1/me").await, StatusCode::OK);

        // Another page of the same host could have written a plain one.
        let token = browser
            .cookie
            .clone()
            .unwrap()
            .split_once('=')
            .unwrap()
            .1
            .to_owned();
        for name in [
            "dealbell".to_owned(),
            format!("dealbell-{}", bed.address.port()),
        ] {
            let planted = Browser {
                cookie: Some(format!("{name}={token}")),
                ..browser.clone()
            };
            assert_eq!(planted.get(&bed, "/v1/me").await, StatusCode::UNAUTHORIZED);
        }
        let local = browser.from(Some(&format!("http://{}", bed.address)));
        let answer = local
            .ask(&bed, Method::POST, "/v1/sign-in-links")
            .send()
            .await;
        assert_eq!(answer.unwrap().status(), StatusCode::FORBIDDEN);
        let plain = browser.from(Some(&origin.replace("https", "http")));
        let answer = plain
            .ask(&bed, Method::POST, "/v1/sign-in-links")
            .send()
            .await;
        assert_eq!(answer.unwrap().status(), StatusCode::FORBIDDEN);
    }
}

#[tokio::test]
async fn where_a_cookie_would_cross_the_network_in_the_open_there_is_no_link() {
    let bed = bed_with(ServeOptions {
        public_url: Some("http://bell.example".to_owned()),
        ..ServeOptions::default()
    })
    .await;
    let request = http()
        .post(bed.url("/v1/sign-in-links"))
        .bearer_auth(&bed.token);
    let answer = request.send().await.unwrap();
    let want = (StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Unavailable);
    assert_eq!(refusal(answer).await, want);
}

#[tokio::test]
async fn the_centre_inside_the_app_knows_no_browsers() {
    let bed = bed_with(ServeOptions::embedded()).await;
    let post = async |path: &str, token: Option<&str>| {
        let mut request = http().post(bed.url(path)).json(&json!({}));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        refusal(request.send().await.unwrap()).await
    };
    let unavailable = (StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Unavailable);
    assert_eq!(
        post("/v1/sign-in-links", Some(&bed.token)).await,
        unavailable
    );
    assert_eq!(post("/v1/web/sign-in", None).await, unavailable);
    assert_eq!(post("/v1/web/sign-out", None).await, unavailable);
    let port = bed.address.port();
    for name in [
        "dealbell".to_owned(),
        format!("dealbell-{port}"),
        "__Host-dealbell".to_owned(),
    ] {
        let browser = Browser {
            cookie: Some(format!("{name}={}", bed.token)),
            ..Browser::default()
        };
        assert_eq!(browser.get(&bed, "/v1/me").await, StatusCode::UNAUTHORIZED);
    }
    // Its list is read as everybody's.
    bed.tell_anna(2).await;
    let request = http()
        .get(bed.url("/v1/list?limit=1"))
        .bearer_auth(&bed.token);
    let slice: Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(
        (&slice["total"], slice["items"].as_array().unwrap().len()),
        (&json!(2), 1)
    );
}
