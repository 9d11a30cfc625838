//! Trying out what somebody typed: each way it can go wrong has its own answer.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dealbell_amocrm::check::check;
use dealbell_amocrm::{
    Access, CheckError, Client, Clock, Credentials, CrmAddress, Integration, Network, Token,
};
use dealbell_sandbox::{Config, Fault, Sandbox};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicI64, Ordering};
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
    check(address, Token::new(token), &Network::default())
        .await
        .unwrap_err()
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
    // Kommo was amoCRM's other name before it was Kommo, and its tokens may say either.
    let brand = CrmAddress::parse("romashka.kommo.com").unwrap();
    let russian = jwt(&json!({"exp": FAR, "base_domain": "amocrm.ru"}));
    assert_eq!(refusal(brand, &russian).await, CheckError::TokenElsewhere);
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

/// An account whose clock is ahead of the system's by so many milliseconds.
async fn account() -> (Sandbox, Arc<AtomicI64>) {
    crypto();
    let ahead = Arc::new(AtomicI64::new(0));
    let by = Arc::clone(&ahead);
    let now = move || Clock::system().now() + by.load(Ordering::SeqCst);
    let config = Config {
        clock: dealbell_sandbox::Clock::new(now),
        ..Config::default()
    };
    (Sandbox::start(config).await.unwrap(), ahead)
}

fn by_code(crm: &Sandbox, code: &str) -> Access {
    let known = crm.integrations()[0].clone();
    Access::Code {
        integration: Integration {
            id: known.id,
            secret: known.secret,
            redirect_uri: known.redirect_uri,
        },
        code: code.to_owned(),
    }
}

#[tokio::test]
async fn a_code_becomes_credentials_and_shows_whose_they_are() {
    let (crm, _) = account().await;
    let address = CrmAddress::parse(crm.url()).unwrap();
    let clerk = crm.users().iter().find(|user| !user.is_admin).unwrap();
    let code = crm.issue_code(clerk.id, &crm.integrations()[0]);
    // The whole address he was sent back to, as he found it in his browser.
    let back = format!("https://bell.example/back?code={code}&referer={address}&state=s");
    let checked = check(address, by_code(&crm, &back), &Network::default())
        .await
        .unwrap();
    assert_eq!(checked.account.user.id, clerk.id);
    assert!(!checked.account.name.is_empty() && !checked.account.time_zone.is_empty());
    assert!(!checked.is_admin && checked.account.user.name.is_none());
    assert_eq!(checked.expires_at, None, "it is renewed");
    let Credentials::OAuth(oauth) = checked.credentials else {
        panic!("a pair");
    };
    assert_eq!(oauth.pair.expires_at - oauth.pair.issued_at, 86_400);
}

/// The first access is refused, and renewed: what is kept is the pair that works, not the spent one.
#[tokio::test]
async fn what_is_renewed_on_the_way_is_what_is_kept() {
    let (crm, _) = account().await;
    let address = CrmAddress::parse(crm.url()).unwrap();
    let boss = crm.users()[0].id;
    let code = crm.issue_code(boss, &crm.integrations()[0]);
    let access = by_code(&crm, &code);
    assert!(!format!("{access:?}").contains(&code), "it is secret");
    // The first request shows no token, and is refused anyway.
    crm.fault(Fault::status(401).times(2));
    let checked = check(address.clone(), access, &Network::default())
        .await
        .unwrap();
    assert_eq!(crm.refreshes(), 1);
    crm.expire_access(boss);
    let kept = Client::new(address, checked.credentials, Clock::system()).unwrap();
    kept.account().await.unwrap();
}

#[tokio::test]
async fn a_token_shows_whose_it_is_and_until_when() {
    let (crm, _) = account().await;
    let address = CrmAddress::parse(crm.url()).unwrap();
    let (boss, end) = (&crm.users()[0], Clock::system().seconds() + 9_000);
    let token = crm.issue_long_lived(boss.id, end);
    let checked = check(address, Token::new(token), &Network::default())
        .await
        .unwrap();
    assert_eq!(checked.account.user.name.as_deref(), Some(&*boss.name));
    assert_eq!((checked.is_admin, checked.expires_at), (true, Some(end)));
}

#[tokio::test]
async fn a_code_that_brings_nothing_says_why() {
    let (crm, ahead) = account().await;
    let address = CrmAddress::parse(crm.url()).unwrap();
    let new_code = || crm.issue_code(crm.users()[0].id, &crm.integrations()[0]);
    let error = async |access| {
        check(address.clone(), access, &Network::default())
            .await
            .unwrap_err()
    };

    let used = new_code();
    check(address.clone(), by_code(&crm, &used), &Network::default())
        .await
        .unwrap();
    assert_eq!(error(by_code(&crm, &used)).await, CheckError::CodeExpired);
    assert_eq!(error(by_code(&crm, "typo")).await, CheckError::CodeExpired);
    let late = new_code();
    ahead.store(21 * 60 * 1_000, Ordering::SeqCst);
    assert_eq!(error(by_code(&crm, &late)).await, CheckError::CodeExpired);

    let mut wrong = by_code(&crm, &new_code());
    if let Access::Code { integration, .. } = &mut wrong {
        "another".clone_into(&mut integration.secret);
    }
    assert_eq!(error(wrong).await, CheckError::IntegrationWrong);
    let denied = "https://bell.example/back?error=access_denied";
    assert_eq!(error(by_code(&crm, denied)).await, CheckError::NotGranted);
    let elsewhere = "https://bell.example/back?code=c&referer=romashka.amocrm.ru";
    assert_eq!(
        error(by_code(&crm, elsewhere)).await,
        CheckError::TokenElsewhere
    );
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
    let (crm, _) = account().await;
    let error = check(serve(app).await, by_code(&crm, "good"), &Network::default()).await;
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
