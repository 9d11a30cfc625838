//! What lets us into an account, and how it is kept: one text, for a keyring or a sealed column.

use crate::address::CrmAddress;
use crate::client::Token;
use crate::model::Seconds;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// What lets us into an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credentials {
    /// A long-lived token of a private integration: never renewed.
    LongLived(Token),
    /// OAuth 2: renewed for as long as it is used.
    OAuth(OAuth),
}

/// A private integration and what it was given last.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OAuth {
    /// The integration.
    pub integration: Integration,
    /// What it was given last.
    pub pair: TokenPair,
}

/// A private integration, as its page in the CRM shows it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Integration {
    /// Its id (`client_id`).
    pub id: String,
    /// Its secret key; secret.
    pub secret: String,
    /// Its redirect address, letter by letter.
    pub redirect_uri: String,
}

/// An access token, and the refresh token that is good for the next pair, once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenPair {
    /// Good until `expires_at`; secret.
    pub access: String,
    /// Dies when it is used; secret.
    pub refresh: String,
    /// When `access` was given, by our clock; 0 where nobody noted it.
    #[serde(default)]
    pub issued_at: Seconds,
    /// When `access` ends, by our clock.
    pub expires_at: Seconds,
}

impl Drop for Integration {
    fn drop(&mut self) {
        self.secret.zeroize();
    }
}

impl ZeroizeOnDrop for Integration {}

impl Drop for TokenPair {
    fn drop(&mut self) {
        self.access.zeroize();
        self.refresh.zeroize();
    }
}

impl ZeroizeOnDrop for TokenPair {}

/// Where credentials are kept: a keyring, a sealed column.
#[async_trait]
pub trait Vault: Send + Sync {
    /// Keeps them durably, in place of what was kept for the account. Called with renewed tokens
    /// before any request shows them, and with a new address where the account has moved. May be
    /// called again with the same.
    ///
    /// # Errors
    /// [`VaultError`] where they are not surely kept.
    async fn save(&self, address: &CrmAddress, credentials: &Credentials)
    -> Result<(), VaultError>;
}

/// Why credentials could not be kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct VaultError(
    /// The reason, without secrets.
    pub String,
);

impl Credentials {
    /// The text they are kept as: a long-lived token as it is, OAuth as JSON. Secret.
    pub fn to_text(&self) -> String {
        match self {
            Self::LongLived(token) => token.0.clone(),
            Self::OAuth(oauth) => {
                serde_json::to_string(oauth).expect("plain fields always have a JSON form")
            }
        }
    }

    /// What a request shows.
    pub(crate) fn access(&self) -> &str {
        match self {
            Self::LongLived(token) => &token.0,
            Self::OAuth(oauth) => &oauth.pair.access,
        }
    }

    /// Reads what [`Credentials::to_text`] wrote. What is no JSON of ours is a token.
    pub fn from_text(text: &str) -> Self {
        serde_json::from_str(text).map_or_else(|_| Self::LongLived(Token::new(text)), Self::OAuth)
    }
}

impl From<Token> for Credentials {
    fn from(token: Token) -> Self {
        Self::LongLived(token)
    }
}

impl fmt::Debug for OAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OAuth({})", self.integration.id)
    }
}

impl fmt::Debug for Integration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Integration({})", self.id)
    }
}

impl fmt::Debug for TokenPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenPair(until {})", self.expires_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_kept_reads_back_and_shows_no_secret() {
        let oauth = Credentials::OAuth(OAuth {
            integration: Integration {
                id: "id-1".to_owned(),
                secret: "hush-1".to_owned(),
                redirect_uri: "https://romashka.example/back".to_owned(),
            },
            pair: TokenPair {
                access: "hush-2".to_owned(),
                refresh: "hush-3".to_owned(),
                issued_at: 3,
                expires_at: 7,
            },
        });
        let token = Credentials::from(Token::new("hush-4"));
        for credentials in [oauth, token] {
            assert_eq!(Credentials::from_text(&credentials.to_text()), credentials);
            assert!(!format!("{credentials:?}").contains("hush"));
        }
    }

    #[test]
    fn whatever_lets_us_in_is_wiped_when_it_goes() {
        fn is_wiped<T: ZeroizeOnDrop>() {}
        is_wiped::<Token>();
        is_wiped::<Integration>();
        is_wiped::<TokenPair>();
    }
}
