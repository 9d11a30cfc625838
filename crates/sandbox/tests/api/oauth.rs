//! Consent, codes, rotation, expiry, taking back and moving house.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dealbell_sandbox::{ACCOUNT_ID, Clock, Config, Integration, SUBDOMAIN, Sandbox};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::client::{Client, bare};

/// 2026-11-21 10:00:00 UTC.
const TEN: i64 = 1_795_255_200;
const DAY: i64 = 24 * 3600;

/// An account whose time the test passes.
struct Account {
    sandbox: Sandbox,
    now: Arc<AtomicI64>,
    anna: u64,
}

impl Account {
    async fn open() -> Self {
        let now = Arc::new(AtomicI64::new(TEN));
        let told = Arc::clone(&now);
        let sandbox = Sandbox::start(Config {
            clock: Clock::new(move || told.load(Ordering::Relaxed) * 1000),
            rate_limit: None,
            ..Config::default()
        })
        .await
        .unwrap();
        let anna = sandbox.users()[0].id;
        Self { sandbox, now, anna }
    }

    fn pass(&self, seconds: i64) {
        self.now.fetch_add(seconds, Ordering::Relaxed);
    }

    fn code(&self) -> String {
        let integration = &self.sandbox.integrations()[0];
        self.sandbox.issue_code(self.anna, integration)
    }

    /// Asks the token endpoint at `url`; `changes` are laid over a right request.
    async fn ask(&self, url: &str, changes: Value) -> Result<Value, (u16, Value)> {
        let Integration {
            id,
            secret,
            redirect_uri,
        } = &self.sandbox.integrations()[0];
        let mut body =
            json!({"client_id": id, "client_secret": secret, "redirect_uri": redirect_uri});
        body.as_object_mut()
            .unwrap()
            .extend(changes.as_object().unwrap().clone());
        let answer = bare()
            .post(format!("{url}/oauth2/access_token"))
            .json(&body)
            .send()
            .await
            .unwrap();
        let status = answer.status();
        let body: Value = answer.json().await.unwrap();
        if status == StatusCode::OK {
            Ok(body)
        } else {
            Err((status.as_u16(), body))
        }
    }

    async fn exchange(&self, code: &str) -> Result<Value, (u16, Value)> {
        let grant = json!({"grant_type": "authorization_code", "code": code});
        self.ask(self.sandbox.url(), grant).await
    }

    async fn refresh(&self, pair: &Value) -> Result<Value, (u16, Value)> {
        self.ask(self.sandbox.url(), refreshing(pair)).await
    }

    async fn status(&self, pair: &Value) -> u16 {
        let token = pair["access_token"].as_str().unwrap();
        let client = Client::with_token(self.sandbox.url(), token);
        client.get("account").await.status.as_u16()
    }
}

fn refreshing(pair: &Value) -> Value {
    json!({"grant_type": "refresh_token", "refresh_token": pair["refresh_token"]})
}

/// The status and hint of a refusal in amoCRM's form.
fn hint(refusal: Result<Value, (u16, Value)>) -> (u16, Option<String>) {
    let (status, body) = refusal.expect_err("it should be refused");
    assert!(body["title"].is_string() && body["detail"].is_string());
    assert_eq!(body["status"], status);
    (status, body["hint"].as_str().map(str::to_owned))
}

fn says(status: u16, hint: &str) -> (u16, Option<String>) {
    (status, Some(hint.to_owned()))
}

#[tokio::test]
async fn a_code_is_traded_once_and_only_in_time() {
    let account = Account::open().await;
    let code = account.code();
    let pair = account.exchange(&code).await.unwrap();
    assert_eq!(
        (&pair["token_type"], &pair["expires_in"]),
        (&json!("Bearer"), &json!(86400))
    );
    assert_eq!(account.status(&pair).await, 200);

    let claims = claims(pair["access_token"].as_str().unwrap());
    let host = account.sandbox.url().trim_start_matches("http://");
    assert_eq!(claims["exp"], TEN + DAY);
    assert_eq!(claims["account_id"], ACCOUNT_ID);
    assert_eq!(claims["sub"], account.anna.to_string());
    assert_eq!(
        (&claims["base_domain"], &claims["api_domain"]),
        (&json!(host), &json!(host))
    );

    let again = hint(account.exchange(&code).await);
    assert_eq!(again, says(400, "Authorization code has been revoked"));
    let late = account.code();
    account.pass(20 * 60);
    let late = hint(account.exchange(&late).await);
    assert_eq!(late, says(400, "Authorization code has expired"));
    let unknown = hint(account.exchange("xyz").await);
    assert_eq!(unknown, says(400, "Cannot decrypt the authorization code"));
}

#[tokio::test]
async fn id_secret_and_redirect_address_must_be_the_integrations() {
    let account = Account::open().await;
    let code = account.code();
    for wrong in ["client_id", "client_secret", "redirect_uri"] {
        let changes = json!({"grant_type": "authorization_code", "code": code, wrong: "other"});
        let refusal = account.ask(account.sandbox.url(), changes).await;
        assert_eq!(hint(refusal), (401, None), "{wrong}");
    }
    // None of that has used the code up.
    account.exchange(&code).await.unwrap();
    let strange = account.ask(account.sandbox.url(), json!({"grant_type": "password"}));
    assert_eq!(hint(strange.await).0, 400);
}

#[tokio::test]
async fn a_refresh_token_dies_at_use_and_the_access_token_by_the_clock() {
    let account = Account::open().await;
    let first = account.exchange(&account.code()).await.unwrap();
    account.pass(DAY - 1);
    assert_eq!(account.status(&first).await, 200);
    account.pass(1);
    assert_eq!(account.status(&first).await, 401);

    let second = account.refresh(&first).await.unwrap();
    assert_eq!(account.status(&second).await, 200);
    let again = hint(account.refresh(&first).await);
    assert_eq!(again, says(401, "Token has been revoked"));
    assert_eq!(account.sandbox.refreshes(), 1);

    account.sandbox.expire_access(account.anna);
    assert_eq!(account.status(&second).await, 401);
    let third = account.refresh(&second).await.unwrap();
    account.pass(90 * DAY);
    let late = hint(account.refresh(&third).await);
    assert_eq!(late, says(401, "Token has expired"));
}

#[tokio::test]
async fn a_grant_taken_back_ends_every_token_of_it() {
    let account = Account::open().await;
    let pair = account.exchange(&account.code()).await.unwrap();
    let long_lived = account.sandbox.issue_long_lived(account.anna, TEN + 60);
    account.sandbox.revoke_grant(account.anna);
    assert_eq!(account.status(&pair).await, 401);
    let refused = hint(account.refresh(&pair).await);
    assert_eq!(refused, says(401, "Token has been revoked"));

    // A long-lived token is nobody's grant, and ends by itself.
    let client = Client::with_token(account.sandbox.url(), &long_lived);
    client.get("account").await.ok();
    account.pass(60);
    client.get("account").await.problem(401);
}

#[tokio::test]
async fn a_lost_answer_has_spent_the_refresh_token_all_the_same() {
    let account = Account::open().await;
    let pair = account.exchange(&account.code()).await.unwrap();
    account.sandbox.lose_next_token_answer();
    let Integration {
        id,
        secret,
        redirect_uri,
    } = &account.sandbox.integrations()[0];
    let body = json!({
        "client_id": id, "client_secret": secret, "redirect_uri": redirect_uri,
        "grant_type": "refresh_token", "refresh_token": pair["refresh_token"],
    });
    let url = format!("{}/oauth2/access_token", account.sandbox.url());
    let lost = bare().post(&url).json(&body).send().await;
    assert!(lost.is_err(), "{lost:?}");
    assert_eq!(account.sandbox.refreshes(), 1);
    let refused = hint(account.refresh(&pair).await);
    assert_eq!(refused, says(401, "Token has been revoked"));
}

#[tokio::test]
async fn consent_leads_back_with_a_code_and_refusal_with_an_error() {
    let account = Account::open().await;
    let integration = &account.sandbox.integrations()[0];
    let url = format!("{}/oauth", account.sandbox.url());
    let asked = [
        ("client_id", integration.id.as_str()),
        ("state", "a b\"&"),
        ("mode", "popup"),
    ];
    let page = bare().get(&url).query(&asked).send().await.unwrap();
    let page = page.text().await.unwrap();
    assert!(
        page.contains(r#"name="state" value="a b&quot;&amp;""#),
        "{page}"
    );

    let maria = account.sandbox.users()[2].id.to_string();
    let mut decided = vec![
        ("client_id", integration.id.as_str()),
        ("state", "a b"),
        ("user", &maria),
        ("decision", "allow"),
    ];
    let back = consent(&url, &decided).await;
    assert!(back.as_str().starts_with(&integration.redirect_uri));
    let value = |name: &str| {
        let mut pairs = back.query_pairs();
        pairs.find(|(n, _)| n == name).map(|(_, v)| v.into_owned())
    };
    assert_eq!(value("state").as_deref(), Some("a b"));
    let host = account.sandbox.url().trim_start_matches("http://");
    assert_eq!(value("referer").as_deref(), Some(host));
    let pair = account.exchange(&value("code").unwrap()).await.unwrap();
    let client = Client::with_token(
        account.sandbox.url(),
        pair["access_token"].as_str().unwrap(),
    );
    let me = client.get("account").await.ok();
    assert_eq!(me["current_user_id"].to_string(), maria);

    decided[3].1 = "deny";
    let back = consent(&url, &decided).await;
    assert!(
        back.query().unwrap().contains("error=access_denied"),
        "{back}"
    );
}

async fn consent(url: &str, decided: &[(&str, &str)]) -> reqwest::Url {
    let body: Vec<String> = decided
        .iter()
        .map(|(name, value)| format!("{name}={}", value.replace(' ', "+")))
        .collect();
    let answer = bare()
        .post(url)
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(body.join("&"))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 302);
    answer.headers()["Location"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap()
}

#[tokio::test]
async fn an_account_that_moved_is_found_by_its_refresh_token() {
    let account = Account::open().await;
    let pair = account.exchange(&account.code()).await.unwrap();
    let new = account
        .sandbox
        .move_to(([127, 0, 0, 1], 0).into())
        .await
        .unwrap();
    assert_eq!(account.status(&pair).await, 404);
    assert_eq!(account.refresh(&pair).await.unwrap_err().0, 404);

    let host = new.trim_start_matches("http://");
    for base in [account.sandbox.url(), &new] {
        let asked = bare()
            .get(format!("{base}/oauth2/account/current/subdomain"))
            .header("X-Refresh-Token", pair["refresh_token"].as_str().unwrap());
        let told: Value = asked.send().await.unwrap().json().await.unwrap();
        assert_eq!(
            told,
            json!({"id": ACCOUNT_ID, "subdomain": SUBDOMAIN, "domain": host, "top_level_domain": host})
        );
    }
    let pair = account.ask(&new, refreshing(&pair)).await.unwrap();
    assert_eq!(
        claims(pair["access_token"].as_str().unwrap())["base_domain"],
        host
    );
    let client = Client::with_token(&new, pair["access_token"].as_str().unwrap());
    client.get("account").await.ok();
    account.sandbox.stop().await;
}

/// The middle part of a token, as any client may read it.
fn claims(token: &str) -> Value {
    let parts: Vec<&str> = token.split('.').collect();
    assert_eq!(parts.len(), 3);
    let bytes = URL_SAFE_NO_PAD.decode(parts[1]).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}
