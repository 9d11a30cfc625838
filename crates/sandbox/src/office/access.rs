//! Integrations, their grants, and the account's address.

use super::Office;
use crate::oauth::{Exchange, Integration, Pair, Refused};
use crate::token::Claims;

impl Office {
    pub(crate) fn integration(&self, id: &str) -> Option<Integration> {
        self.desk().grants.integration(id).cloned()
    }

    pub(crate) fn first_integration(&self) -> Option<Integration> {
        self.desk().grants.first().cloned()
    }

    pub(crate) fn issue_code(&self, user: u64, integration: &str) -> String {
        self.desk().grants.issue_code(user, integration, self.now())
    }

    /// A token of `user` that is good until `expires_at`, Unix seconds.
    pub(crate) fn issue_long_lived(&self, user: u64, host: &str, expires_at: i64) -> String {
        let claims = Claims {
            user,
            integration: "",
            host,
            issued_at: self.now(),
            expires_at,
        };
        self.desk().grants.issue_long_lived(&claims)
    }

    pub(crate) fn exchange(&self, asked: &Exchange, host: &str) -> Result<Pair, Refused> {
        self.desk().grants.exchange(asked, host, self.now())
    }

    pub(crate) fn is_live_refresh(&self, token: &str) -> bool {
        self.desk().grants.is_live_refresh(token, self.now())
    }

    pub(crate) fn rotations(&self) -> u64 {
        self.desk().grants.rotations()
    }

    pub(crate) fn revoke_grant(&self, user: u64) {
        self.desk().grants.revoke(user);
    }

    pub(crate) fn expire_access(&self, user: u64) {
        self.desk().grants.expire_access(user);
    }

    pub(crate) fn lose_next_token_answer(&self) {
        self.desk().lose_next_token_answer = true;
    }

    /// Whether the answer being made is the one to lose; true once per wish.
    pub(crate) fn loses_this_token_answer(&self) -> bool {
        std::mem::take(&mut self.desk().lose_next_token_answer)
    }

    /// From now on the account lives at `host` alone.
    pub(crate) fn move_to(&self, host: String) {
        let mut desk = self.desk();
        desk.left.remove(&host);
        let former = std::mem::replace(&mut desk.home, host);
        desk.left.insert(former);
    }

    /// The account's host now.
    pub(crate) fn home(&self) -> String {
        self.desk().home.clone()
    }

    /// Whether the account lived at `host` once and no longer does.
    pub(crate) fn has_left(&self, host: &str) -> bool {
        self.desk().left.contains(host)
    }
}
