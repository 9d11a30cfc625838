//! Signing a browser in: bodies of `/v1/sign-in-links` and `/v1/web`.
//!
//! A signed-in browser is a device of the platform `web` whose token is a cookie that no script can
//! read. Every request by cookie is checked to come from the centre's own pages.

use crate::Millis;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use url::{Host, Url};
use utoipa::ToSchema;

/// Where the pages are served, below the centre's public address.
pub const WEB_PATH: &str = "/app/";
/// How long a sign-in link can be followed, milliseconds.
pub const SIGN_IN_LINK_MS: Millis = 10 * 60_000;
/// The platform of a signed-in browser, in [`crate::rest::DeviceRow::platform`].
pub const WEB_PLATFORM: &str = "web";

/// `POST /v1/sign-in-links`: a way into the web inbox, once, for a browser of the user's own.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct SignInLink {
    /// `https://bell.example/app/#sign-in=CODE`; a secret. The code stands behind the `#`, so that
    /// no log and no preview of links sees or uses it.
    pub url: String,
    /// When it ends.
    #[ts(type = "number")]
    pub expires_at: Millis,
}

impl std::fmt::Debug for SignInLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SignInLink(until {})", self.expires_at)
    }
}

impl SignInLink {
    /// The link of `code`, to the pages of the centre at `base`; none where no browser can be signed
    /// in, as [`page`].
    pub fn new(base: &Url, code: &str, expires_at: Millis) -> Option<Self> {
        let mut url = page(base)?;
        url.set_fragment(Some(&format!("sign-in={code}")));
        let url = url.into();
        Some(Self { url, expires_at })
    }
}

/// Where the pages of the centre at `base` are. None where a browser would carry its cookie in the
/// open: neither https nor on this machine.
pub fn page(base: &Url) -> Option<Url> {
    let here = match base.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
    };
    if base.scheme() != "https" && !(base.scheme() == "http" && here) {
        return None;
    }
    let mut url = base.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.set_path(&format!("{}{WEB_PATH}", base.path().trim_end_matches('/')));
    Some(url)
}

/// `POST /v1/web/sign-in`: signs this browser in; answers [`crate::rest::Me`] and sets the cookie.
/// `POST /v1/web/sign-out`, without a body, ends it. Refused with `invitation_used`,
/// `invitation_expired` or `invitation_unknown`, links alike.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebSignIn {
    /// What `code` is of.
    pub by: WebProof,
    /// What lets the browser in, once.
    #[schema(max_length = 200)]
    pub code: String,
    /// What the browser calls itself (`Chrome, Windows`); may be empty.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub name: String,
}

impl std::fmt::Debug for WebSignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "WebSignIn({:?})", self.by)
    }
}

/// What lets a browser in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WebProof {
    /// A [`SignInLink`].
    Link,
    /// An invitation.
    Invitation,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_to_the_pages_and_nobody_signs_in_in_the_open() {
        let link = |base: &str| SignInLink::new(&Url::parse(base).unwrap(), "C", 1);
        for (base, url) in [
            (
                "https://bell.example",
                "https://bell.example/app/#sign-in=C",
            ),
            (
                "https://firm.ru/bell/",
                "https://firm.ru/bell/app/#sign-in=C",
            ),
            (
                "http://127.0.0.1:7780",
                "http://127.0.0.1:7780/app/#sign-in=C",
            ),
            ("http://[::1]:7780/?a#b", "http://[::1]:7780/app/#sign-in=C"),
        ] {
            assert_eq!(link(base).map(|link| link.url).as_deref(), Some(url));
        }
        for base in [
            "http://bell.example",
            "http://10.0.0.1:7780",
            "ftp://localhost",
        ] {
            assert_eq!(link(base), None, "{base}");
        }
    }
}
