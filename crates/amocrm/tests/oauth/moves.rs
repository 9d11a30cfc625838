//! Accounts that move to another address, and answers that would lead somewhere else.

use crate::desk::{Disk, Process, address, aged, connect, crm, crypto};
use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use dealbell_amocrm::{ClientError, Grant};
use serde_json::json;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

#[tokio::test]
async fn a_moved_account_is_followed_and_kept_at_its_new_address() {
    let crm = crm().await;
    let oauth = connect(&crm, crm.url()).await;
    let disk = Disk::with(address(crm.url()), oauth);
    let process = Process::start(&disk);
    process.reads().await.unwrap();
    let there = crm
        .move_to(SocketAddr::from(([127, 0, 0, 1], 0)))
        .await
        .unwrap();
    process.reads().await.unwrap();
    assert_eq!(process.client.address(), address(&there));
    assert_eq!(disk.kept().0, address(&there));
    assert_eq!(crm.refreshes(), 0, "the tokens are as good as before");
}

/// It moved while we were off, and the access is over.
#[tokio::test]
async fn a_renewal_finds_a_moved_account() {
    let crm = crm().await;
    let oauth = connect(&crm, crm.url()).await;
    let disk = Disk::with(address(crm.url()), aged(&oauth, -1));
    let there = crm
        .move_to(SocketAddr::from(([127, 0, 0, 1], 0)))
        .await
        .unwrap();
    let process = Process::start(&disk);
    process.reads().await.unwrap();
    assert_eq!(disk.kept().0, address(&there));
    assert_eq!(crm.refreshes(), 1);
    assert!(matches!(process.grant(), Grant::Good { .. }));
}

/// Where the account was, somebody says it is elsewhere: on a foreign host, or another account.
#[tokio::test]
async fn nobody_leads_us_to_another_account() {
    crypto();
    let crm = crm().await;
    let oauth = connect(&crm, crm.url()).await;
    let trap = Arc::new(Mutex::new(json!({})));
    let said = Arc::clone(&trap);
    let app = Router::new()
        .route(
            "/oauth2/account/current/subdomain",
            axum::routing::get(async move || axum::Json(said.lock().unwrap().clone())),
        )
        .fallback(async || {
            let kind = [(header::CONTENT_TYPE, "application/problem+json")];
            (StatusCode::NOT_FOUND, kind, "{}").into_response()
        });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let here = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move { axum::serve(listener, app).await });

    // The token's own hint is the account itself: without the account there is only the trap.
    let mut hintless = oauth.clone();
    hintless.pair.access = {
        use base64::Engine as _;
        use base64::engine::general_purpose::URL_SAFE_NO_PAD;
        let claims = json!({"account_id": 31, "api_domain": "evil.example"});
        format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string()))
    };
    for (id, domain) in [
        (31, "evil.example".to_owned()),
        (31, "romashka.amocrm.ru".to_owned()),
        (32, crm.url().trim_start_matches("http://").to_owned()),
    ] {
        *trap.lock().unwrap() = json!({"id": id, "domain": domain, "subdomain": "x"});
        let disk = Disk::with(address(&here), hintless.clone());
        let process = Process::start(&disk);
        let asked = process.reads().await;
        assert!(
            matches!(asked, Err(ClientError::Refused { status: 404, .. })),
            "{asked:?}"
        );
        assert_eq!(process.client.address(), address(&here), "{domain}");
    }
}
