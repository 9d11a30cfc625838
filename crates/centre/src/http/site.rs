//! The addresses under which this centre's own pages may ask by cookie.
//!
//! A browser sends the cookie with whatever any page asks of us, so a cookie proves who, and not
//! what for. It counts only where the `Host` is one of our names (a rebound name is not) and where
//! the browser says that our own page asks: by `Origin`, or by `Sec-Fetch-Site`, which no script
//! can write.

use super::ServeOptions;
use crate::{browsers::UNUSED_MS, refusal::Refusal};
use axum::http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{COOKIE, HOST, ORIGIN},
    request::Parts,
};
use dealbell_protocol::{ApiError, ErrorCode, web};
use std::net::SocketAddr;
use url::Url;

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// The names of this machine for itself.
const HERE: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// All addresses there are; none for the centre in the app.
#[derive(Clone, Debug, Default)]
pub(crate) struct Site {
    /// Where links lead.
    base: Option<Url>,
    doors: Vec<Door>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Door {
    scheme: &'static str,
    names: Vec<String>,
    port: u16,
    cookie: String,
    path: String,
}

/// Who asks by cookie.
pub(crate) struct Visitor<'p> {
    /// What the cookie says.
    pub(crate) token: &'p str,
    door: &'p Door,
}

impl Site {
    /// As `options` say, for a listener bound to `local`.
    pub(crate) fn new(options: &ServeOptions, local: SocketAddr) -> Self {
        if options.embedded {
            return Self::default();
        }
        let here = Door::here(local.port());
        let given = options
            .public_url
            .as_deref()
            .and_then(|url| Url::parse(url).ok());
        let public = given.as_ref().and_then(Door::public);
        let base = match given {
            Some(url) => Some(url),
            None if local.ip().is_loopback() => Url::parse(&format!("http://{local}")).ok(),
            None => None,
        };
        Self {
            base: base.filter(|base| web::page(base).is_some()),
            doors: public.into_iter().chain([here]).collect(),
        }
    }

    /// Where the pages are for a browser anywhere; without a public address, on this machine.
    pub(crate) fn base(&self) -> Option<&Url> {
        self.base.as_ref()
    }

    /// Whether `origin` is that of our own pages.
    pub(crate) fn is_own(&self, origin: &str) -> bool {
        self.doors.iter().any(|door| door.is_origin(origin))
    }

    /// The door that a browser has come to for something that changes things, from our own page.
    ///
    /// # Errors
    /// With [`ErrorCode::ForeignOrigin`], saying what is foreign.
    pub(crate) fn own_page(&self, parts: &Parts) -> Result<&Door, Refusal> {
        let door = self.host(parts)?;
        let origin = text(&parts.headers, &ORIGIN).filter(|origin| *origin != "null");
        match origin {
            // The browser knows which address is on its screen.
            Some(origin) => {
                let named = self.behind(door).find(|door| door.is_origin(origin));
                named.ok_or_else(|| foreign("the Origin of this request is not ours"))
            }
            None => match text(&parts.headers, &FETCH_SITE) {
                Some("same-origin") => Ok(door),
                _ => Err(foreign("this request does not come from our own page")),
            },
        }
    }

    /// The same for whoever brings a proof of his own: one who is no browser need not say where he
    /// is.
    pub(crate) fn not_foreign(&self, parts: &Parts) -> Result<&Door, Refusal> {
        let said = [ORIGIN, FETCH_SITE]
            .iter()
            .any(|name| parts.headers.contains_key(name));
        match said {
            true => self.own_page(parts),
            false => self.host(parts),
        }
    }

    /// Whoever asks by cookie; none without one.
    ///
    /// # Errors
    /// With [`ErrorCode::ForeignOrigin`] where a page that is not ours has asked.
    pub(crate) fn visitor<'p>(&'p self, parts: &'p Parts) -> Result<Option<Visitor<'p>>, Refusal> {
        let Some(visitor) = self.cookie(parts) else {
            return Ok(None);
        };
        self.host(parts)?;
        let reads = parts.method.is_safe() && parts.uri.path() != "/v1/stream";
        if !reads {
            self.own_page(parts)?;
        } else if !matches!(
            text(&parts.headers, &FETCH_SITE),
            None | Some("same-origin" | "none")
        ) {
            return Err(foreign("another page has asked for this"));
        }
        Ok(Some(visitor))
    }

    /// Cookies that end all those that this browser may have of us.
    pub(crate) fn farewell(&self) -> impl Iterator<Item = HeaderValue> {
        self.doors.iter().filter_map(|door| door.set("", 0))
    }

    /// Doors that may be meant by whoever asks at this one: a proxy on this machine may ask us by our
    /// own name for the public address, and nobody the other way round.
    fn behind<'d>(&'d self, door: &'d Door) -> impl Iterator<Item = &'d Door> {
        let any = door.scheme == "http";
        self.doors.iter().filter(move |other| any || *other == door)
    }

    /// The door of the `Host`.
    fn host(&self, parts: &Parts) -> Result<&Door, Refusal> {
        let named = text(&parts.headers, &HOST).map(str::to_owned);
        let host = named.or_else(|| Some(parts.uri.authority()?.as_str().to_owned()));
        let door = host.and_then(|host| self.doors.iter().find(|door| door.is_host(&host)));
        door.ok_or_else(|| {
            foreign("the Host of this request is not ours: open the public address, and let the proxy pass it on")
        })
    }

    /// The cookie of the door that was come to; of any, where that is none of ours.
    fn cookie<'p>(&'p self, parts: &'p Parts) -> Option<Visitor<'p>> {
        let of = |door: &'p Door| {
            let token = cookies(&parts.headers)
                .find(|(name, _)| *name == door.cookie)?
                .1;
            Some(Visitor { token, door })
        };
        match self.host(parts) {
            Ok(door) => self.behind(door).find_map(of),
            Err(_) => self.doors.iter().find_map(of),
        }
    }
}

impl Door {
    fn here(port: u16) -> Self {
        Self {
            scheme: "http",
            names: HERE.map(str::to_owned).into(),
            port,
            cookie: format!("dealbell-{port}"),
            path: "/".to_owned(),
        }
    }

    /// None for an address where a cookie would cross the network in the open.
    fn public(base: &Url) -> Option<Self> {
        web::page(base)?;
        let port = base.port_or_known_default()?;
        let path = format!("{}/", base.path().trim_end_matches('/'));
        // No other host can write cookies of these names, and the first kind no plain page either.
        let (scheme, cookie) = match (base.scheme(), path.as_str()) {
            ("https", "/") => ("https", "__Host-dealbell"),
            ("https", _) => ("https", "__Secure-dealbell"),
            _ => ("http", "dealbell"),
        };
        // Ports of one host share their cookies.
        let cookie = match base.port() {
            Some(port) => format!("{cookie}-{port}"),
            None => cookie.to_owned(),
        };
        Some(Self {
            scheme,
            names: vec![base.host_str()?.to_owned()],
            port,
            cookie,
            path,
        })
    }

    fn has(&self, name: &str) -> bool {
        self.names.iter().any(|own| own.eq_ignore_ascii_case(name))
    }

    /// Some proxies leave the port out.
    fn is_host(&self, host: &str) -> bool {
        match host.rsplit_once(':') {
            Some((name, port)) if !port.ends_with(']') => {
                self.has(name) && port == self.port.to_string()
            }
            _ => self.has(host),
        }
    }

    fn is_origin(&self, origin: &str) -> bool {
        let Ok(url) = Url::parse(origin) else {
            return false;
        };
        url.scheme() == self.scheme
            && url.host_str().is_some_and(|name| self.has(name))
            && url.port_or_known_default() == Some(self.port)
            && url.origin().ascii_serialization() == origin.to_ascii_lowercase()
    }

    /// A cookie that keeps a browser signed in.
    pub(crate) fn keep(&self, token: &str) -> Option<HeaderValue> {
        self.set(token, UNUSED_MS / 1_000)
    }

    fn set(&self, token: &str, seconds: i64) -> Option<HeaderValue> {
        let (name, path) = (&self.cookie, &self.path);
        let secure = match self.scheme {
            "https" => "; Secure",
            _ => "",
        };
        let cookie = format!(
            "{name}={token}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"
        );
        HeaderValue::from_str(&cookie).ok()
    }
}

impl Visitor<'_> {
    /// His cookie again, good for as long as a new one.
    pub(crate) fn keep(&self) -> Option<HeaderValue> {
        self.door.keep(self.token)
    }
}

/// The header's text; one that is no text is a foreign one.
fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    Some(headers.get(name)?.to_str().unwrap_or("?"))
}

fn cookies(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let lines = headers.get_all(COOKIE).iter();
    lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
}

fn foreign(message: &str) -> Refusal {
    ApiError::new(ErrorCode::ForeignOrigin, message).into()
}
