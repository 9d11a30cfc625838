//! Who may ask at all: web pages and rebound names stay out.
//!
//! A page in the user's browser can reach the loopback port of the embedded centre, under a foreign
//! `Host` even as its own origin (DNS rebinding). So the embedded one answers to loopback names only
//! and to no page; a server one lets a page open the stream only from its own origin.

use super::{Served, administrator, answer::Problem};
use crate::refusal::Refusal;
use axum::{
    extract::{Request, State},
    http::header::{CACHE_CONTROL, HOST, HeaderName, HeaderValue, ORIGIN},
    middleware::Next,
    response::Response,
};
use dealbell_protocol::{ApiError, ErrorCode};

/// Passes the request on, or refuses it with 403.
pub(crate) async fn check(
    State(served): State<Served>,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let from = administrator::named(&request, &served.options.trusted_proxies);
    request.extensions_mut().insert(from);
    let host = header(&request, &HOST);
    let origin = header(&request, &ORIGIN);
    let allowed = if served.options.embedded {
        origin.is_none() && host.is_some_and(|host| is_loopback(host, served.local.port()))
    } else if request.uri().path() == "/v1/stream" {
        origin.is_none_or(|origin| {
            served.site.is_own(origin) || host.is_some_and(|host| is_same(origin, host))
        })
    } else {
        true
    };
    if allowed {
        let private = request.uri().path().starts_with("/v1/");
        let mut response = next.run(request).await;
        if private {
            // What a user reads is kept by nobody on its way.
            let uncached = HeaderValue::from_static("no-store");
            response
                .headers_mut()
                .entry(CACHE_CONTROL)
                .or_insert(uncached);
        }
        return Ok(response);
    }
    let message = "the Host or Origin of this request is not ours";
    Err(Refusal::from(ApiError::new(ErrorCode::ForeignOrigin, message)).into())
}

/// The header's text; one that is no text is a foreign one.
fn header<'r>(request: &'r Request, name: &HeaderName) -> Option<&'r str> {
    let value = request.headers().get(name)?;
    Some(value.to_str().unwrap_or("?"))
}

fn is_loopback(host: &str, port: u16) -> bool {
    let names = ["127.0.0.1", "localhost", "[::1]"];
    host.rsplit_once(':').is_some_and(|(name, given)| {
        names.iter().any(|own| name.eq_ignore_ascii_case(own)) && given == port.to_string()
    })
}

fn is_same(origin: &str, host: &str) -> bool {
    let web = ["https://", "http://"];
    web.iter().any(|scheme| {
        origin
            .strip_prefix(scheme)
            .is_some_and(|origin| origin.eq_ignore_ascii_case(host))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_names_with_our_port_are_ours() {
        for good in ["127.0.0.1:7780", "LocalHost:7780", "[::1]:7780"] {
            assert!(is_loopback(good, 7780), "{good}");
        }
        for bad in [
            "127.0.0.1",
            "127.0.0.1:80",
            "evil.example:7780",
            "127.0.0.1.evil:7780",
            "",
        ] {
            assert!(!is_loopback(bad, 7780), "{bad}");
        }
    }

    #[test]
    fn a_page_of_another_origin_is_foreign() {
        assert!(is_same("https://bell.firm.ru", "bell.firm.ru"));
        for bad in [
            "https://evil.example",
            "null",
            "https://bell.firm.ru:444",
            "bell.firm.ru",
        ] {
            assert!(!is_same(bad, "bell.firm.ru"), "{bad}");
        }
    }
}
