//! Integrations, what people grant them, and the account's address.

use std::net::SocketAddr;
use std::sync::PoisonError;

use super::{Sandbox, StartError, listen_on, serve};
use crate::oauth::Integration;

impl Sandbox {
    /// The integrations registered in the account.
    #[must_use]
    pub fn integrations(&self) -> &[Integration] {
        &self.integrations
    }

    /// A one-time code by which `integration` may act for `user`, as consent gives it; good for 20
    /// minutes of the account's clock.
    #[must_use]
    pub fn issue_code(&self, user: u64, integration: &Integration) -> String {
        self.office.issue_code(user, &integration.id)
    }

    /// A long-lived token of `user` in the form of a JWT, good until `expires_at` (Unix seconds).
    #[must_use]
    pub fn issue_long_lived(&self, user: u64, expires_at: i64) -> String {
        let host = self.office.home();
        self.office.issue_long_lived(user, &host, expires_at)
    }

    /// Takes back everything `user` granted to integrations: codes, refresh and access tokens.
    pub fn revoke_grant(&self, user: u64) {
        self.office.revoke_grant(user);
    }

    /// Ends the access tokens of `user` at once; they can be refreshed.
    pub fn expire_access(&self, user: u64) {
        self.office.expire_access(user);
    }

    /// The next granted token request changes the tokens, and the connection is cut instead of
    /// answered: what a crash in between leaves behind.
    pub fn lose_next_token_answer(&self) {
        self.office.lose_next_token_answer();
    }

    /// How many refresh tokens have been used up so far.
    #[must_use]
    pub fn refreshes(&self) -> u64 {
        self.office.rotations()
    }

    /// The account moves: it is served at `listen` (port 0 takes a free one) from now on, and where
    /// it was before answers 404 to everything but `/oauth2/account/current/subdomain`, which names
    /// the new host. Returns the new base address; [`Sandbox::url`] stays the first one.
    ///
    /// # Errors
    /// [`StartError`] when the address cannot be listened on.
    pub async fn move_to(&self, listen: SocketAddr) -> Result<String, StartError> {
        let (listener, address) = listen_on(listen).await?;
        let server = tokio::spawn(serve(listener, &self.office, self.ended.clone()));
        let mut servers = self.servers.lock().unwrap_or_else(PoisonError::into_inner);
        servers.push(server);
        self.office.move_to(address.to_string());
        Ok(format!("http://{address}"))
    }
}
