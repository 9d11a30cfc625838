//! Tokens that look like amoCRM's: three parts, of which the middle one can be read. Nobody signs
//! or checks a signature here; the account knows its own tokens by heart.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::account::ACCOUNT_ID;

/// Who and what a token is for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Claims<'a> {
    pub(crate) user: u64,
    /// The integration's id.
    pub(crate) integration: &'a str,
    /// The account's host now.
    pub(crate) host: &'a str,
    /// Unix seconds.
    pub(crate) issued_at: i64,
    /// Unix seconds.
    pub(crate) expires_at: i64,
}

/// A new token with these claims; no two are the same.
pub(crate) fn jwt(claims: &Claims<'_>) -> String {
    let header = json!({"typ": "JWT", "alg": "RS256"});
    let payload = json!({
        "aud": claims.integration,
        "jti": secret(),
        "iat": claims.issued_at,
        "nbf": claims.issued_at,
        "exp": claims.expires_at,
        "sub": claims.user.to_string(),
        "grant_type": "",
        "account_id": ACCOUNT_ID,
        "base_domain": claims.host,
        "version": 2,
        "scopes": ["crm", "notifications"],
        "api_domain": claims.host,
    });
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signature = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
    format!("{}.{}.{signature}", part(&header), part(&payload))
}

/// A random word nobody guesses, for codes and refresh tokens.
pub(crate) fn secret() -> String {
    format!(
        "def502{:032x}{:032x}",
        rand::random::<u128>(),
        rand::random::<u128>()
    )
}
