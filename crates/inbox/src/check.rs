//! Trying a centre out, before an account is taken into use.

use crate::rest::Rest;
use crate::{Address, AddressError, RestError};
use dealbell_network::Network;
use dealbell_protocol::rest::Me;

/// Why a centre cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The address.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The centre, or what answers in its place.
    #[error(transparent)]
    Rest(#[from] RestError),
}

/// Whom the centre at `address`, reached by `network`, takes the owner of `token` for.
///
/// # Errors
/// When the address cannot be used, nobody answers there, or the token is refused.
pub async fn check(address: &str, token: &str, network: &Network) -> Result<Me, CheckError> {
    let address = Address::parse(address, false)?;
    let network = network.clone();
    Ok(Rest::new(address, token.to_owned(), network).me().await?)
}
