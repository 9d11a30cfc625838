//! A request of an administrator, and where it comes from.

use super::{Device, Served, answer::Problem};
use crate::{audit::Actor, devices::Session, refusal::Refusal};
use axum::{
    extract::{ConnectInfo, FromRequestParts, Request},
    http::request::Parts,
};
use dealbell_protocol::{ApiError, DeviceId, ErrorCode, Role};
use std::net::{IpAddr, SocketAddr};

/// A request with the device token of an administrator; anybody else's is refused with 403.
pub(crate) struct Administrator {
    /// Who he is, for the audit.
    pub(crate) actor: Actor,
    /// By which device he asks.
    pub(crate) device: DeviceId,
}

/// A request with a device token that may turn out to be an administrator's business.
pub(crate) struct Asker {
    /// Whose it is.
    pub(crate) session: Session,
    from: String,
}

impl Asker {
    /// As somebody who asks for himself.
    pub(crate) fn himself(self) -> Actor {
        Actor::of(self.session.user, self.from)
    }

    /// As an administrator, who he has to be.
    pub(crate) async fn into_administrator(self, served: &Served) -> Result<Actor, Problem> {
        if served.centre.role(self.session.user).await? == Role::Administrator {
            return Ok(self.himself());
        }
        let message = "this is for administrators of the centre";
        Err(Refusal::from(ApiError::new(ErrorCode::Forbidden, message)).into())
    }
}

impl FromRequestParts<Served> for Asker {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, served: &Served) -> Result<Self, Problem> {
        let Device(session) = Device::from_request_parts(parts, served).await?;
        let from = address(parts).map_or_else(String::new, |from| from.to_string());
        Ok(Self { session, from })
    }
}

impl FromRequestParts<Served> for Administrator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, served: &Served) -> Result<Self, Problem> {
        let asker = Asker::from_request_parts(parts, served).await?;
        let device = asker.session.device;
        let actor = asker.into_administrator(served).await?;
        Ok(Self { actor, device })
    }
}

/// Where a request comes from, whoever asks; every route has it as an extension, those beside the
/// centre's own, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct From(pub Option<IpAddr>);

impl FromRequestParts<Served> for From {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Served) -> Result<Self, Problem> {
        Ok(Self(address(parts)))
    }
}

fn address(parts: &Parts) -> Option<IpAddr> {
    parts.extensions.get::<From>()?.0
}

/// Where a request comes from: its peer, or whom a proxy of `trusted` names last, which is what that
/// proxy has seen itself. Whoever else names somebody could write whatever he likes.
pub(crate) fn named(request: &Request, trusted: &[IpAddr]) -> From {
    let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>() else {
        return From(None);
    };
    let peer = peer.ip().to_canonical();
    if !trusted.iter().any(|proxy| proxy.to_canonical() == peer) {
        return From(Some(peer));
    }
    let mut names = request.headers().get_all("x-forwarded-for").iter();
    let last = names
        .next_back()
        .and_then(|value| value.to_str().ok())
        .and_then(|list| list.rsplit(',').next())
        .and_then(|name| seen(name.trim()));
    From(Some(last.unwrap_or(peer)))
}

/// Some proxies write the port behind the address.
fn seen(name: &str) -> Option<IpAddr> {
    let with_port = || name.parse().map(|seen: SocketAddr| seen.ip());
    let seen = name.parse().or_else(|_| with_port()).ok()?;
    Some(seen.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn asked(peer: &str, forwarded: &[&str]) -> Option<String> {
        let mut request = Request::new(Body::empty());
        let peer: SocketAddr = peer.parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(peer));
        for value in forwarded {
            let value = value.parse().unwrap();
            request.headers_mut().append("x-forwarded-for", value);
        }
        let trusted = ["127.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap()];
        named(&request, &trusted).0.map(|from| from.to_string())
    }

    #[test]
    fn a_proxy_is_believed_what_it_has_seen_and_nobody_else_anything() {
        for (peer, forwarded, from) in [
            ("127.0.0.1:1", &["203.0.113.9"][..], "203.0.113.9"),
            ("127.0.0.1:1", &["1.1.1.1, 203.0.113.9"], "203.0.113.9"),
            ("127.0.0.1:1", &["1.1.1.1", "203.0.113.9"], "203.0.113.9"),
            ("127.0.0.1:1", &["203.0.113.9:5000"], "203.0.113.9"),
            (
                "[::ffff:10.0.0.2]:1",
                &["[2001:db8::1]:5000"],
                "2001:db8::1",
            ),
            ("127.0.0.1:1", &["1.1.1.1, unknown"], "127.0.0.1"),
            ("127.0.0.1:1", &[], "127.0.0.1"),
            ("127.0.0.2:1", &["203.0.113.9"], "127.0.0.2"),
            ("198.51.100.7:1", &["203.0.113.9"], "198.51.100.7"),
        ] {
            assert_eq!(
                asked(peer, forwarded).as_deref(),
                Some(from),
                "{peer} {forwarded:?}"
            );
        }
    }
}
