//! Trying out what somebody typed: each way it can go wrong has its own answer.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use axum::Router;
use axum::extract::{Json, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dealbell_amocrm::check::check;
use dealbell_amocrm::{Access, CheckError, Credentials, CrmAddress, Integration, Token};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, Once};

/// 2100-01-01.
const FAR: i64 = 4_102_444_800;

fn crypto() {
    static CRYPTO: Once = Once::new();
    CRYPTO.call_once(|| {
        rustls::crypto::ring::default_provider()
            .install_default()
            .expect("nobody else installs one");
    });
}

async fn serve(app: Router) -> CrmAddress {
    crypto();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    CrmAddress::parse(&url).unwrap()
}

async fn answering(answer: impl Fn() -> Response + Clone + Send + Sync + 'static) -> CrmAddress {
    serve(Router::new().fallback(move || std::future::ready(answer()))).await
}

fn problem(status: u16, detail: &str) -> Response {
    let kind = [(header::CONTENT_TYPE, "application/problem+json")];
    let status = StatusCode::from_u16(status).unwrap();
    (status, kind, json!({"detail": detail}).to_string()).into_response()
}

fn page(status: u16) -> Response {
    let kind = [(header::CONTENT_TYPE, "text/html")];
    (
        StatusCode::from_u16(status).unwrap(),
        kind,
        "<html>Wi-Fi</html>",
    )
        .into_response()
}

fn jwt(claims: &Value) -> String {
    format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string()))
}

async fn refusal(address: CrmAddress, token: &str) -> CheckError {
    check(address, Token::new(token)).await.unwrap_err()
}

#[tokio::test]
async fn each_answer_of_the_crm_says_what_to_do() {
    let good = jwt(&json!({"exp": FAR}));
    type Case<'a> = (fn() -> Response, &'a str, CheckError);
    let cases: [Case; 8] = [
        (|| problem(401, "no"), &good, CheckError::TokenElsewhere),
        (|| problem(401, "no"), "x", CheckError::TokenRefused),
        (|| problem(403, "Нет прав"), "x", CheckError::NoRights),
        (|| page(403), "x", CheckError::Blocked),
        (|| problem(402, "Payment"), "x", CheckError::NotPaid),
        (|| page(404), "x", CheckError::AccountUnknown),
        (|| page(407), "x", CheckError::ProxyAsks),
        (
            || problem(410, "gone"),
            "x",
            CheckError::Refused {
                status: 410,
                detail: "gone".to_owned(),
            },
        ),
    ];
    for (answer, token, error) in cases {
        assert_eq!(refusal(answering(answer).await, token).await, error);
    }
    let portal = refusal(answering(|| page(200)).await, "x").await;
    assert!(matches!(portal, CheckError::NotACrm(_)), "{portal:?}");
}

/// What the token says of itself is enough: nobody is asked.
#[tokio::test]
async fn a_token_that_cannot_work_is_told_at_once() {
    crypto();
    let romashka = || CrmAddress::parse("romashka.amocrm.ru").unwrap();
    let old = jwt(&json!({"exp": 1_600_000_000}));
    assert_eq!(refusal(romashka(), &old).await, CheckError::TokenExpired);
    let foreign = jwt(&json!({"exp": FAR, "base_domain": "kommo.com"}));
    assert_eq!(
        refusal(romashka(), &foreign).await,
        CheckError::TokenElsewhere
    );
    assert_eq!(refusal(romashka(), " ").await, CheckError::TokenRefused);
}

#[tokio::test]
async fn nobody_listening_is_no_network() {
    crypto();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = CrmAddress::parse(&listener.local_addr().unwrap().to_string()).unwrap();
    drop(listener);
    let error = refusal(address, "x").await;
    assert!(matches!(error, CheckError::NoNetwork(_)), "{error:?}");
}

/// An account with OAuth: the code `good` of the integration `i`/`s` brings tokens, once.
async fn account() -> (CrmAddress, Arc<Mutex<Vec<Value>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&asked);
    let refuse = |status: u16, hint: &str| {
        let kind = [(header::CONTENT_TYPE, "application/problem+json")];
        let body = json!({"hint": hint, "title": "Некорректный запрос", "status": status,
            "detail": "В запросе отсутствует ряд параметров или параметры невалидны"});
        let status = StatusCode::from_u16(status).unwrap();
        (status, kind, body.to_string()).into_response()
    };
    let token = async move |Json(body): Json<Value>| {
        let spent = log.lock().unwrap().len();
        log.lock().unwrap().push(body.clone());
        match (body["client_secret"].as_str(), body["code"].as_str()) {
            (Some("s"), Some("good")) if spent == 0 => Json(json!({"token_type": "Bearer",
                "expires_in": 86_400, "access_token": "fresh", "refresh_token": "next"}))
            .into_response(),
            (Some("s"), Some("good")) => refuse(400, "Authorization code has been revoked"),
            (Some("s"), _) => refuse(400, "Cannot decrypt the authorization code"),
            _ => refuse(401, "Client authentication failed"),
        }
    };
    let api = async |request: Request| {
        let token = request.headers().get(header::AUTHORIZATION);
        let fresh = token.is_some_and(|token| token == "Bearer fresh");
        match (fresh, request.uri().path()) {
            (false, _) => problem(401, "no"),
            (true, "/api/v4/account") => Json(json!({"id": 31, "name": "Ромашка",
                "current_user_id": 2, "_embedded": {"datetime_settings":
                    {"timezone": "Europe/Moscow"}}}))
            .into_response(),
            _ => problem(403, "Доступно только администраторам"),
        }
    };
    let app = Router::new()
        .route("/oauth2/access_token", post(token))
        .fallback(api);
    (serve(app).await, asked)
}

fn by_code(secret: &str, code: &str) -> Access {
    Access::Code {
        integration: Integration {
            id: "i".to_owned(),
            secret: secret.to_owned(),
            redirect_uri: "https://bell.example/back".to_owned(),
        },
        code: code.to_owned(),
    }
}

#[tokio::test]
async fn a_code_becomes_credentials_and_shows_whose_they_are() {
    let (address, asked) = account().await;
    let checked = check(address.clone(), by_code("s", "good")).await.unwrap();
    assert_eq!(checked.account.name, "Ромашка");
    assert_eq!(checked.account.time_zone, "Europe/Moscow");
    assert!(!checked.is_admin, "a plain manager's");
    assert_eq!(checked.expires_at, None);
    let Credentials::OAuth(oauth) = checked.credentials else {
        panic!("a pair");
    };
    assert_eq!(oauth.pair.refresh, "next");
    assert_eq!(oauth.pair.expires_at - oauth.pair.issued_at, 86_400);
    let asked = asked.lock().unwrap()[0].clone();
    assert_eq!(asked["grant_type"], "authorization_code");
    assert_eq!(asked["redirect_uri"], "https://bell.example/back");
}

#[tokio::test]
async fn a_code_that_brings_nothing_says_why() {
    let (address, asked) = account().await;
    let error = async |secret, code: &str| {
        let refused = check(address.clone(), by_code(secret, code)).await;
        refused.unwrap_err()
    };
    assert_eq!(error("s", "bad").await, CheckError::CodeExpired);
    assert_eq!(error("s", "good").await, CheckError::CodeExpired);
    assert_eq!(error("other", "good").await, CheckError::IntegrationWrong);
    let denied = "https://bell.example/back?error=access_denied";
    assert_eq!(error("s", denied).await, CheckError::NotGranted);
    assert_eq!(asked.lock().unwrap().len(), 3);
}

/// A code is good once, so it is not spent on an address that does not answer as an account.
#[tokio::test]
async fn a_code_is_not_spent_where_no_account_answers() {
    let asked = Arc::new(Mutex::new(0));
    let log = Arc::clone(&asked);
    let token = async move || *log.lock().unwrap() += 1;
    let app = Router::new()
        .route("/oauth2/access_token", post(token))
        .fallback(async || page(404));
    let error = check(serve(app).await, by_code("s", "good")).await;
    assert_eq!(error.unwrap_err(), CheckError::AccountUnknown);
    assert_eq!(*asked.lock().unwrap(), 0);
}

/// A proxy that looks into every connection shows a certificate of its own; nothing is sent to it.
#[tokio::test]
async fn an_intercepted_connection_is_no_crm() {
    use rustls::pki_types::pem::PemObject as _;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    crypto();
    let cert = CertificateDer::from_pem_slice(include_bytes!("check/portal.crt")).unwrap();
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("check/portal.key")).unwrap();
    let config = rustls::ServerConfig::builder().with_no_client_auth();
    let config = Arc::new(config.with_single_cert(vec![cert], key).unwrap());
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for line in listener.incoming() {
            let (mut line, config) = (line.unwrap(), Arc::clone(&config));
            let mut tls = rustls::ServerConnection::new(config).unwrap();
            // The client turns away in the middle of it.
            let _ = tls.complete_io(&mut line);
        }
    });
    let error = refusal(CrmAddress::parse(&url).unwrap(), "x").await;
    assert_eq!(error, CheckError::NotACrm("its certificate".to_owned()));
}

/// The proxy stands in the environment, so this part runs in a process of its own.
#[tokio::test]
#[ignore = "run by the test below, with a proxy"]
async fn behind_the_proxy() {
    crypto();
    let address = CrmAddress::parse("romashka.amocrm.ru").unwrap();
    assert_eq!(refusal(address, "x").await, CheckError::ProxyAsks);
}

#[tokio::test]
async fn a_proxy_that_asks_who_we_are_is_told() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        while let Ok((mut line, _)) = listener.accept().await {
            let _ = line.read(&mut [0; 4_096]).await;
            let answer = b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n";
            let _ = line.write_all(answer).await;
        }
    });
    let tried = tokio::process::Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "behind_the_proxy"])
        .env("HTTPS_PROXY", proxy)
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&tried.stdout).into_owned();
    assert!(
        tried.status.success() && said.contains("1 passed"),
        "{said}"
    );
}
