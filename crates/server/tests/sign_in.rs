//! Signing in by browser, end to end: the link, the stand-in CRM's consent page, the way back.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use dealbell_sandbox::{ACCOUNT_NAME, Config, Integration, Sandbox};
use reqwest::{Client, StatusCode, redirect::Policy};
use std::fs;
use support::{Serving, centre, last_line};
use tempfile::TempDir;
use url::Url;

struct Bed {
    folder: TempDir,
    serving: Serving,
    crm: Sandbox,
}

impl Bed {
    async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let serving = Serving::start(folder.path());
        let integration = Integration {
            redirect_uri: format!("{}/v1/oauth/amocrm", serving.url),
            ..Integration::default()
        };
        let config = Config {
            integrations: vec![integration],
            ..Config::default()
        };
        Self {
            folder,
            serving,
            crm: Sandbox::start(config).await.unwrap(),
        }
    }

    fn host(&self) -> &str {
        self.crm.url().strip_prefix("http://").unwrap()
    }

    /// The link that `connect` prints.
    fn link(&self, secret: &str) -> Url {
        let line = [
            "connect",
            "amocrm",
            "--url",
            self.crm.url(),
            "--client-id",
            &self.crm.integrations()[0].id,
            "--client-secret",
            secret,
            "--public-url",
            &self.serving.url,
        ];
        let output = centre(self.folder.path(), &line).output().unwrap();
        last_line(output).parse().unwrap()
    }

    fn secret(&self) -> String {
        self.crm.integrations()[0].secret.clone()
    }

    /// What the CRM sends a browser back to after `decision` on the page behind `link`.
    async fn decided(&self, link: &Url, decision: &str) -> Url {
        let page = browser().get(link.clone()).send().await.unwrap();
        assert_eq!(page.status(), StatusCode::OK);
        let field = |name: &str| {
            let found = link.query_pairs().find(|(key, _)| key == name);
            found.unwrap().1.into_owned()
        };
        let form = [
            ("client_id", field("client_id")),
            ("state", field("state")),
            ("decision", decision.to_owned()),
        ];
        let mut url = link.clone();
        url.set_query(None);
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let answer = browser()
            .post(url)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(body);
        let answer = answer.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::FOUND);
        let location = answer.headers()["location"].to_str().unwrap();
        assert!(location.starts_with(&self.serving.url), "{location}");
        location.parse().unwrap()
    }

    fn listed(&self) -> String {
        let output = centre(self.folder.path(), &["connect", "list"]).output();
        String::from_utf8(output.unwrap().stdout).unwrap()
    }
}

fn browser() -> Client {
    // Another test was first, with the same provider.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let browser = Client::builder().no_proxy().redirect(Policy::none());
    browser.build().unwrap()
}

/// Status and words of the page a browser sees.
async fn seen(url: Url, language: &str) -> (u16, String) {
    let request = browser().get(url).header("Accept-Language", language);
    let answer = request.send().await.unwrap();
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "text/html; charset=utf-8");
    assert!(header("content-security-policy").starts_with("default-src 'none'"));
    assert_eq!(header("referrer-policy"), "no-referrer");
    assert_eq!(header("cache-control"), "no-store");
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// `url` with one field replaced.
fn with(url: &Url, name: &str, value: &str) -> Url {
    let pairs = url.query_pairs().into_owned().map(|(key, old)| {
        let new = if key == name { value.to_owned() } else { old };
        (key, new)
    });
    let pairs: Vec<_> = pairs.collect();
    let mut changed = url.clone();
    changed.query_pairs_mut().clear().extend_pairs(pairs);
    changed
}

fn field(url: &Url, name: &str) -> String {
    let found = url.query_pairs().find(|(key, _)| key == name);
    found.unwrap().1.into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_connected_by_browser_once_and_read_at_once() {
    let bed = Bed::new().await;
    let link = bed.link(&bed.secret());
    let back = bed.decided(&link, "allow").await;
    let (status, page) = seen(back.clone(), "ru-RU,ru;q=0.9,en;q=0.5").await;
    assert_eq!(status, 200, "{page}");
    assert!(page.contains("<html lang=\"ru\">") && page.contains("Аккаунт подключён"));
    assert!(page.contains(ACCOUNT_NAME) && page.contains(bed.host()));
    bed.serving.says("the account is read");
    assert!(bed.listed().contains("usable"));

    // The same link again, and the same code under a new state.
    let (status, page) = seen(back.clone(), "en").await;
    assert_eq!(status, 410);
    assert!(page.contains("This link no longer works"));
    let again = bed.decided(&bed.link(&bed.secret()), "allow").await;
    let replayed = with(&again, "code", &field(&back, "code"));
    let (status, page) = seen(replayed, "ru").await;
    assert_eq!(status, 410);
    assert!(page.contains("Код больше не действует"), "{page}");

    let secrets = [
        bed.secret(),
        field(&back, "code"),
        field(&back, "state"),
        field(&again, "state"),
    ];
    for secret in secrets {
        assert!(!bed.serving.heard().contains(&secret));
        for file in fs::read_dir(bed.folder.path()).unwrap() {
            let bytes = fs::read(file.unwrap().path()).unwrap();
            let found = bytes
                .windows(secret.len())
                .any(|part| part == secret.as_bytes());
            assert!(!found);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_forged_or_declined_connects_nothing_and_says_why() {
    let bed = Bed::new().await;
    let link = bed.link(&bed.secret());
    let back = bed.decided(&link, "allow").await;
    for (forged, expected, words) in [
        (
            with(&back, "state", &"0".repeat(64)),
            410,
            "Ссылка больше не действует",
        ),
        (with(&back, "state", ""), 410, "Ссылка больше не действует"),
        (
            with(&back, "referer", "evil.example"),
            403,
            "Ссылка ведёт не из amoCRM",
        ),
        (
            with(&back, "referer", "a.amocrm.ru.evil.io"),
            403,
            "Ссылка ведёт не из amoCRM",
        ),
        (
            with(&back, "referer", "a@evil.io"),
            403,
            "Ссылка ведёт не из amoCRM",
        ),
    ] {
        let (status, page) = seen(forged, "ru").await;
        assert_eq!(status, expected, "{page}");
        assert!(page.contains(words), "{page}");
    }
    assert_eq!(bed.listed(), "");
    // None of that has spoilt the honest way back.
    let (status, _) = seen(back, "ru").await;
    assert_eq!(status, 200);
    bed.serving.says("the account is read");

    let denied = bed.decided(&bed.link(&bed.secret()), "deny").await;
    let (status, page) = seen(denied, "ru").await;
    assert_eq!(
        (status, page.contains("Доступ не предоставлен")),
        (403, true)
    );
    let elsewhere = bed.decided(&bed.link(&bed.secret()), "allow").await;
    let (status, page) = seen(with(&elsewhere, "referer", "127.0.0.1:9"), "en").await;
    assert_eq!(status, 409);
    assert!(
        page.contains("127.0.0.1:9") && page.contains(bed.host()),
        "{page}"
    );
    let mistaken = bed.decided(&bed.link("another secret"), "allow").await;
    let (status, page) = seen(mistaken, "en").await;
    assert_eq!(
        (status, page.contains("data do not match")),
        (400, true),
        "{page}"
    );
    let incomplete = bed.decided(&bed.link(&bed.secret()), "allow").await;
    let (status, _) = seen(with(&incomplete, "code", ""), "en").await;
    assert_eq!(status, 400);
    let silent = bed.decided(&bed.link(&bed.secret()), "allow").await;
    let host = bed.host().to_owned();
    bed.crm.stop().await;
    let (status, page) = seen(silent, "ru").await;
    assert_eq!(status, 502);
    assert!(
        page.contains("amoCRM не отвечает") && page.contains(&host),
        "{page}"
    );
}
