//! A request of an administrator, and where it comes from.

use super::{Device, Served, answer::Problem};
use crate::{audit::Actor, people::Session, refusal::Refusal};
use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::request::Parts,
};
use dealbell_protocol::{ApiError, ErrorCode, Role};
use std::net::{IpAddr, SocketAddr};

/// A request with the device token of an administrator; anybody else's is refused with 403.
pub(crate) struct Administrator {
    /// His device.
    pub(crate) session: Session,
    /// Who he is, for the audit.
    pub(crate) actor: Actor,
}

impl FromRequestParts<Served> for Administrator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, served: &Served) -> Result<Self, Problem> {
        let Device(session) = Device::from_request_parts(parts, served).await?;
        if served.centre.role(session.user).await? != Role::Administrator {
            let message = "this is for administrators of the centre";
            return Err(Refusal::from(ApiError::new(ErrorCode::Forbidden, message)).into());
        }
        let from = asker(parts).map_or_else(String::new, |from| from.to_string());
        let actor = Actor::administrator(session.user, from);
        Ok(Self { session, actor })
    }
}

/// Where a request comes from. A proxy on this machine is believed who it speaks for; anybody else
/// could write whatever he likes.
pub(crate) fn asker(parts: &Parts) -> Option<IpAddr> {
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
