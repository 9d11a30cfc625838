//! A bare HTTP client signed in as somebody.

use std::sync::Once;
use std::time::{SystemTime, UNIX_EPOCH};

use dealbell_sandbox::{Config, Sandbox};
use reqwest::{Method, StatusCode};
use serde_json::Value;

/// An answer, with its body read if there was one.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) content_type: Option<String>,
    pub(crate) date: Option<String>,
    pub(crate) body: Option<Value>,
}

impl Answer {
    /// The body of a successful answer.
    pub(crate) fn ok(self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{:?}", self.body);
        self.body.expect("200 comes with a body")
    }

    /// The body of a refusal, after a look at its form.
    pub(crate) fn problem(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{:?}", self.body);
        assert_eq!(
            self.content_type.as_deref(),
            Some("application/problem+json")
        );
        let body = self.body.expect("a problem has a body");
        assert_eq!(body["status"], status);
        assert!(
            body["title"].is_string() && body["type"].is_string() && body["detail"].is_string()
        );
        body
    }
}

pub(crate) struct Client {
    http: reqwest::Client,
    url: String,
    token: String,
}

impl Client {
    /// The sandbox's user in this seat (0 the administrator).
    pub(crate) fn of(sandbox: &Sandbox, seat: usize) -> Self {
        Self::with_token(sandbox.url(), &sandbox.users()[seat].token)
    }

    pub(crate) fn with_token(url: &str, token: &str) -> Self {
        Self {
            http: bare(),
            url: url.to_owned(),
            token: token.to_owned(),
        }
    }

    /// `GET` under `/api/v4/`, or of a whole address as links have it.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, Some(body.to_string())).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::PATCH, path, Some(body.to_string())).await
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<String>) -> Answer {
        let url = match path {
            whole if whole.starts_with("http://") => whole.to_owned(),
            rooted if rooted.starts_with('/') => format!("{}{rooted}", self.url),
            path => format!("{}/api/v4/{path}", self.url),
        };
        let mut request = self.http.request(method, url).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request
                .header("Content-Type", "application/json")
                .body(body);
        }
        let response = request.send().await.unwrap();
        let status = response.status();
        let header = |name| {
            let value = response.headers().get(name)?;
            Some(value.to_str().unwrap().to_owned())
        };
        let (content_type, date) = (header("Content-Type"), header("Date"));
        let text = response.text().await.unwrap();
        let body = (!text.is_empty()).then(|| serde_json::from_str(&text).unwrap());
        Answer {
            status,
            content_type,
            date,
            body,
        }
    }
}

/// A client that follows nothing and goes by no proxy.
pub(crate) fn bare() -> reqwest::Client {
    static TLS: Once = Once::new();
    // reqwest wants a provider even where nothing is encrypted.
    TLS.call_once(|| {
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap()
}

/// A quiet account without a limit.
pub(crate) async fn quiet() -> Sandbox {
    let config = Config {
        rate_limit: None,
        ..Config::default()
    };
    Sandbox::start(config).await.unwrap()
}

/// The ids of a list's items, in order; none for 204.
pub(crate) fn ids(answer: Answer, key: &str) -> Vec<u64> {
    if answer.status == StatusCode::NO_CONTENT {
        assert!(answer.body.is_none(), "204 has no body");
        return Vec::new();
    }
    let body = answer.ok();
    let items = body["_embedded"][key].as_array().unwrap();
    items
        .iter()
        .map(|item| item["id"].as_u64().unwrap())
        .collect()
}

pub(crate) fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(now.as_secs()).unwrap()
}
