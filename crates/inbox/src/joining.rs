//! Signing in by an invitation, before there is a token.

use crate::rest::Rest;
use crate::{Address, CheckError};
use dealbell_network::Network;
use dealbell_protocol::join::JoinLink;
use dealbell_protocol::people::{InvitationSeen, NewDevice, Redeem, Redeemed};

/// What an invitation is about. Uses nothing up.
///
/// # Errors
/// When the centre cannot be reached, or refuses with `invitation_used`, `invitation_expired` or
/// `invitation_unknown`.
pub async fn see_invitation(
    link: &JoinLink,
    network: &Network,
) -> Result<InvitationSeen, CheckError> {
    Ok(rest(link, network)?.invitation(link.code()).await?)
}

/// Uses an invitation up: this device has a token then.
///
/// # Errors
/// As [`see_invitation`].
pub async fn redeem(
    link: &JoinLink,
    device: NewDevice,
    network: &Network,
) -> Result<Redeemed, CheckError> {
    let redeem = Redeem {
        code: link.code().to_owned(),
        device,
    };
    Ok(rest(link, network)?.redeem(&redeem).await?)
}

fn rest(link: &JoinLink, network: &Network) -> Result<Rest, CheckError> {
    let address = Address::parse(link.centre().as_str(), false)?;
    Ok(Rest::new(address, String::new(), network.clone()))
}
