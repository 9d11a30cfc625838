//! A request of an administrator, and where it comes from.

use super::{Device, Served, answer::Problem};
use crate::{audit::Actor, devices::Session, refusal::Refusal};
use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::request::Parts,
};
use dealbell_protocol::{ApiError, ErrorCode, Role};
use std::net::{IpAddr, SocketAddr};

/// A request with the device token of an administrator; anybody else's is refused with 403.
pub(crate) struct Administrator {
    /// Who he is, for the audit.
    pub(crate) actor: Actor,
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
        let actor = asker.into_administrator(served).await?;
        Ok(Self { actor })
    }
}

/// Where a request comes from, whoever asks.
pub(crate) struct From(pub(crate) Option<IpAddr>);

impl FromRequestParts<Served> for From {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Served) -> Result<Self, Problem> {
        Ok(Self(address(parts)))
    }
}

/// Where a request comes from. A proxy on this machine is believed who it speaks for; anybody else
/// could write whatever he likes.
fn address(parts: &Parts) -> Option<IpAddr> {
    let ConnectInfo(peer) = parts.extensions.get::<ConnectInfo<SocketAddr>>()?;
    let peer = peer.ip().to_canonical();
    let named = parts.headers.get_all("x-forwarded-for").iter().next_back();
    let last = named
        .and_then(|value| value.to_str().ok())
        .and_then(|list| list.rsplit(',').next())
        .and_then(|name| name.trim().parse().ok());
    match last {
        Some(named) if peer.is_loopback() => Some(named),
        _ => Some(peer),
    }
}
