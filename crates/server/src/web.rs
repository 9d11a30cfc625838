//! `/app/`: the web inbox, the same pages as in the desktop's window. They are public; what they
//! show comes by cookie.

use axum::{
    Router,
    extract::Path,
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{
            ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY,
            CONTENT_TYPE, ETAG, IF_NONE_MATCH, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
        },
    },
    response::{IntoResponse, Redirect, Response},
    routing::get,
};

/// A file of the pages.
struct File {
    /// Its address below `/app/`.
    name: &'static str,
    /// Names its content.
    tag: &'static str,
    whole: &'static [u8],
    /// The same by gzip, where that is less.
    packed: Option<&'static [u8]>,
}

/// As `build.rs` has found them; none where `ui` was not built.
static FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// What the page may load, and from where: from here alone.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const HEADERS: [(HeaderName, &str); 6] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=()",
    ),
];

/// The routes to serve beside the centre's own.
pub(crate) fn router() -> Router {
    // Relative, since the public address may have a path of its own.
    let there = || async { Redirect::temporary("./app/") };
    Router::new()
        .route("/", get(there))
        .route("/app", get(there))
        .route("/app/", get(index))
        .route("/app/{*file}", get(file))
}

async fn index(headers: HeaderMap) -> Response {
    answer("index.html", &headers)
}

async fn file(Path(name): Path<String>, headers: HeaderMap) -> Response {
    answer(&name, &headers)
}

fn answer(name: &str, asked: &HeaderMap) -> Response {
    let Some(file) = FILES.iter().find(|file| file.name == name) else {
        let (status, words) = match FILES.is_empty() {
            true => (
                StatusCode::SERVICE_UNAVAILABLE,
                "This program was built without its pages: cd ui && npm ci && npm run build",
            ),
            false => (StatusCode::NOT_FOUND, "There is nothing here."),
        };
        return (status, HEADERS, words).into_response();
    };
    let packed = file.packed.filter(|_| takes_gzip(asked));
    // An answer is named by what is sent.
    let tag = match packed {
        Some(_) => format!("\"{}-gz\"", file.tag),
        None => format!("\"{}\"", file.tag),
    };
    let caching = match name.starts_with("assets/") {
        // Its name changes with its content.
        true => "public, max-age=31536000, immutable",
        false => "no-cache",
    };
    let known = known(asked, &tag);
    let mut response = match (known, packed) {
        (true, _) => (StatusCode::NOT_MODIFIED, HEADERS).into_response(),
        (false, packed) => (HEADERS, packed.unwrap_or(file.whole)).into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(caching));
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(ETAG, tag);
    }
    if known {
        return response;
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind(name)));
    if packed.is_some() {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

/// By the ending of the name.
fn kind(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("webmanifest") => "application/manifest+json",
        Some("json" | "map") => "application/json",
        Some("woff2") => "font/woff2",
        Some("txt" | "ftl") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

fn takes_gzip(asked: &HeaderMap) -> bool {
    let named = asked.get_all(ACCEPT_ENCODING).iter();
    named
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|coding| {
            let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
            let refused = weight.replace(' ', "").trim_start_matches("q=").parse() == Ok(0.0);
            name.trim().eq_ignore_ascii_case("gzip") && !refused
        })
}

fn known(asked: &HeaderMap, tag: &str) -> bool {
    let given = asked.get_all(IF_NONE_MATCH).iter();
    given
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|given| given.trim().trim_start_matches("W/"))
        .any(|given| given == tag || given == "*")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asking(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn a_browser_says_whether_it_unpacks() {
        for (value, takes) in [
            ("gzip, deflate, br", true),
            ("br;q=1.0, GZIP;q=0.5", true),
            ("gzip;q=0", false),
            ("gzip; q=0.0", false),
            ("br", false),
            ("", false),
        ] {
            assert_eq!(
                takes_gzip(&asking(ACCEPT_ENCODING, value)),
                takes,
                "{value}"
            );
        }
    }

    #[test]
    fn what_a_browser_has_is_not_sent_again() {
        for (value, has) in [
            ("\"a\"", true),
            ("W/\"a\"", true),
            ("\"b\", \"a\"", true),
            ("\"b\"", false),
        ] {
            assert_eq!(
                known(&asking(IF_NONE_MATCH, value), "\"a\""),
                has,
                "{value}"
            );
        }
    }
}
