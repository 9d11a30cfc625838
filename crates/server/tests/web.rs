//! The web inbox as the program serves it, at its own address and below a path of another.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode},
    response::Response,
};
use dealbell_protocol::rest::Me;
use serde_json::json;
use std::path::Path;
use support::{ANNA, Serving, centre, http, last_line, refused, said};
use tempfile::TempDir;
use tokio::net::TcpListener;
use url::Url;

/// A redirect is an answer as any other.
async fn get(url: &str, headers: &[(&str, &str)]) -> reqwest::Response {
    ask(Method::GET, url, headers).await
}

async fn ask(method: Method, url: &str, headers: &[(&str, &str)]) -> reqwest::Response {
    // Another test was first, with the same provider.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let request = client.request(method, url);
    let request = headers.iter().fold(request, |request, (name, value)| {
        request.header(*name, *value)
    });
    request.send().await.unwrap()
}

fn said_by(answer: &reqwest::Response, name: &str) -> String {
    let value = answer.headers().get(name);
    value
        .map(|value| value.to_str().unwrap().to_owned())
        .unwrap_or_default()
}

/// What a page loads, as it is written there.
fn loaded(html: &str) -> Vec<String> {
    let parts = html.split([' ', '>']);
    let found = parts.filter_map(|part| {
        let (name, value) = part.split_once("=\"")?;
        ["src", "href"]
            .contains(&name)
            .then(|| value.trim_end_matches(['"', '/']).to_owned())
    });
    found.filter(|value| !value.starts_with("data:")).collect()
}

#[tokio::test]
async fn the_page_is_closed_to_others_and_is_kept_as_long_as_it_is_true() {
    let folder = TempDir::new().unwrap();
    let serving = Serving::start(folder.path());
    let at = |path: &str| format!("{}{path}", serving.url);

    let page = get(&at("/app/"), &[]).await;
    assert_eq!(
        page.status(),
        StatusCode::OK,
        "cd ui && npm run build comes before this test"
    );
    assert_eq!(said_by(&page, "content-type"), "text/html; charset=utf-8");
    assert_eq!(said_by(&page, "cache-control"), "no-cache");
    let policy = said_by(&page, "content-security-policy");
    for part in [
        "default-src 'none'",
        "script-src 'self';",
        "style-src 'self';",
        "connect-src 'self';",
        "worker-src 'self';",
        "manifest-src 'self';",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ] {
        assert!(policy.contains(part), "{part}: {policy}");
    }
    assert!(
        !policy.contains("unsafe") && !policy.contains("http"),
        "{policy}"
    );
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        assert_eq!(said_by(&page, name), value);
    }
    assert!(said_by(&page, "permissions-policy").contains("camera=()"));

    let tag = said_by(&page, "etag");
    let html = page.text().await.unwrap();
    let again = get(&at("/app/"), &[("if-none-match", &tag)]).await;
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(again.text().await.unwrap(), "");
    let packed = get(&at("/app/"), &[("accept-encoding", "gzip")]).await;
    assert_eq!(said_by(&packed, "content-encoding"), "gzip");
    assert_eq!(said_by(&packed, "vary"), "accept-encoding");
    assert_ne!(said_by(&packed, "etag"), tag);
    assert!(packed.bytes().await.unwrap().starts_with(&[0x1f, 0x8b]));
    let head = ask(Method::HEAD, &at("/app/index.html"), &[]).await;
    assert_eq!(said_by(&head, "content-length"), html.len().to_string());

    let base = Url::parse(&at("/app/")).unwrap();
    let script = loaded(&html)
        .into_iter()
        .find(|name| name.ends_with(".js"))
        .unwrap();
    let script = get(base.join(&script).unwrap().as_str(), &[]).await;
    assert_eq!(
        said_by(&script, "cache-control"),
        "public, max-age=31536000, immutable"
    );
    assert_eq!(
        said_by(&script, "content-type"),
        "text/javascript; charset=utf-8"
    );

    for (path, to) in [("/", "./app/"), ("/app", "./app/")] {
        let there = get(&at(path), &[]).await;
        assert_eq!(there.status(), StatusCode::TEMPORARY_REDIRECT);
        assert_eq!(said_by(&there, "location"), to);
    }
    for path in [
        "/app/missing.js",
        "/app/assets/",
        "/app/..%2fCargo.toml",
        "/app/%2fetc/passwd",
    ] {
        let nothing = get(&at(path), &[]).await;
        assert_eq!(nothing.status(), StatusCode::NOT_FOUND, "{path}");
        assert!(said_by(&nothing, "content-security-policy").contains("default-src 'none'"));
    }
    assert_eq!(
        ask(Method::POST, &at("/app/"), &[]).await.status(),
        StatusCode::METHOD_NOT_ALLOWED
    );
}

#[tokio::test]
async fn the_command_line_lets_somebody_in_who_has_no_app() {
    let folder = TempDir::new().unwrap();
    let at: &Path = folder.path();
    said(at, &["user", "add", ANNA]);
    let serving = Serving::start(at);
    let listen = serving.url.strip_prefix("http://").unwrap();
    let output = centre(at, &["user", "link", ANNA, "--listen", listen])
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("good once"));
    let link = last_line(output);
    let code = link
        .strip_prefix(&format!("{}/app/#sign-in=", serving.url))
        .unwrap();

    let answer = http()
        .post(format!("{}/v1/web/sign-in", serving.url))
        .header("origin", &serving.url)
        .json(&json!({"by": "link", "code": code, "name": "Firefox"}))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.json::<Me>().await.unwrap().email, ANNA);
    assert!(!serving.heard().contains(code));

    let audit = String::from_utf8(centre(at, &["audit"]).output().unwrap().stdout).unwrap();
    assert!(
        audit.contains("sign_in_link.add") && !audit.contains(code),
        "{audit}"
    );
    let elsewhere = ["user", "link", ANNA, "--listen", "0.0.0.0:7780"];
    let words = refused(centre(at, &elsewhere).output().unwrap());
    assert!(words.contains("--public-url"), "{words}");
    let nobody = ["user", "link", "nobody@firm.ru"];
    assert!(refused(centre(at, &nobody).output().unwrap()).contains("nobody@firm.ru"));
    let public = [
        "user",
        "link",
        ANNA,
        "--public-url",
        "https://firm.ru/bell/",
    ];
    assert!(said(at, &public).starts_with("https://firm.ru/bell/app/#sign-in="));
}

/// Passes on what comes below `/bell`, without it.
async fn pass(State(to): State<String>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().unwrap().as_str();
    let Some(path) = path
        .strip_prefix("/bell")
        .filter(|path| path.starts_with('/'))
    else {
        return Response::builder().status(404).body(Body::empty()).unwrap();
    };
    let headers: Vec<(String, String)> = parts
        .headers
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let body = to_bytes(body, 1_000_000).await.unwrap();
    let request = client
        .request(parts.method, format!("{to}{path}"))
        .body(body);
    let request = headers.iter().fold(request, |request, (name, value)| {
        request.header(*name, *value)
    });
    let answer = request.send().await.unwrap();
    let mut response = Response::builder().status(answer.status());
    *response.headers_mut().unwrap() = HeaderMap::clone(answer.headers());
    response
        .body(Body::from(answer.bytes().await.unwrap()))
        .unwrap()
}

#[tokio::test]
async fn it_lives_below_a_path_of_another_address_as_well() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    said(at, &["user", "add", ANNA]);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let public = format!("{origin}/bell/");
    let serving = Serving::start_with(at, "127.0.0.1:0", &["--public-url", &public]);
    let proxy = Router::new().fallback(pass).with_state(serving.url.clone());
    tokio::spawn(async move { axum::serve(listener, proxy).await });

    let first = get(&public, &[]).await;
    let there = Url::parse(&public)
        .unwrap()
        .join(&said_by(&first, "location"))
        .unwrap();
    assert_eq!(there.as_str(), format!("{public}app/"));
    let page = get(there.as_str(), &[]).await;
    assert_eq!(page.status(), StatusCode::OK);
    let html = page.text().await.unwrap();
    let parts = loaded(&html);
    assert!(parts.len() >= 2, "{html}");
    for part in parts {
        let url = there.join(&part).unwrap();
        assert_eq!(
            get(url.as_str(), &[]).await.status(),
            StatusCode::OK,
            "{url}"
        );
    }

    let link = said(at, &["user", "link", ANNA, "--public-url", &public]);
    let code = link
        .strip_prefix(&format!("{public}app/#sign-in="))
        .unwrap();
    let answer = http()
        .post(format!("{public}v1/web/sign-in"))
        .header("origin", &origin)
        .json(&json!({"by": "link", "code": code}))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let cookie = said_by(&answer, "set-cookie");
    assert!(cookie.contains("; Path=/bell/;"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap();
    let list = get(&format!("{public}v1/list"), &[("cookie", cookie)]).await;
    assert_eq!(list.status(), StatusCode::OK);
}
