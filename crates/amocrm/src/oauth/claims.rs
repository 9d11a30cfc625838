//! What a token says about itself. Read, never believed: only the CRM can check the signature.

use crate::model::Seconds;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// The claims of a token that is a JWT, as far as they are of use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Claims {
    /// When it ends.
    pub(crate) expires_at: Option<Seconds>,
    /// When it was made.
    pub(crate) issued_at: Option<Seconds>,
    /// Whose it is.
    pub(crate) account_id: Option<u64>,
    /// The domain the account is on: `amocrm.ru`.
    pub(crate) base_domain: Option<String>,
    /// A host that knows the account wherever it has moved: `api-b.amocrm.ru`.
    pub(crate) api_domain: Option<String>,
}

impl Claims {
    /// Reads a token; none where it is no JWT.
    pub(crate) fn read(token: &str) -> Option<Self> {
        let mut parts = token.split('.');
        let (Some(_), Some(claims), Some(_), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return None;
        };
        let claims = URL_SAFE_NO_PAD.decode(claims.trim_end_matches('=')).ok()?;
        let claims: Value = serde_json::from_slice(&claims).ok()?;
        claims.is_object().then(|| Self {
            expires_at: seconds(&claims["exp"]),
            issued_at: seconds(&claims["iat"]),
            account_id: claims["account_id"].as_u64(),
            base_domain: claims["base_domain"].as_str().map(str::to_lowercase),
            api_domain: claims["api_domain"].as_str().map(str::to_lowercase),
        })
    }
}

/// Whole or not: some libraries write microseconds behind a point.
fn seconds(value: &Value) -> Option<Seconds> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the fraction is of no use; beyond i64 it saturates"
    )]
    let rounded = |value: f64| value as Seconds;
    value.as_i64().or_else(|| value.as_f64().map(rounded))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_says_whose_it_is_and_until_when() {
        let claims = r#"{"exp":1800000000.25,"iat":1799913600,"account_id":31,"base_domain":"amocrm.ru","api_domain":"api-b.amocrm.ru"}"#;
        let token = format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims));
        let claims = Claims::read(&token).unwrap();
        assert_eq!(claims.expires_at, Some(1_800_000_000));
        assert_eq!(claims.issued_at, Some(1_799_913_600));
        assert_eq!(claims.account_id, Some(31));
        assert_eq!(claims.base_domain.as_deref(), Some("amocrm.ru"));
        for no_jwt in ["", "secret", "a.b.c", "e30.W10.c2ln", "e30.e30.x.y"] {
            assert_eq!(Claims::read(no_jwt), None, "{no_jwt}");
        }
    }
}
