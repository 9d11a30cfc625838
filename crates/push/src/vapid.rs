//! Who sends a push: a key of our own, and a token signed with it for each push service (RFC 8292).

use crate::encryption::secret_key;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use dealbell_protocol::Millis;
use p256::{
    SecretKey,
    ecdsa::{Signature, SigningKey, signature::Signer as _},
    elliptic_curve::sec1::ToSec1Point as _,
};
use serde_json::json;
use std::{fmt, str::FromStr};
use url::Url;

/// How long a token holds, seconds: a day is the most that is allowed (RFC 8292 §2).
const HOLDS: i64 = 12 * 60 * 60;

/// The key that push services know a centre by.
#[derive(Clone)]
pub struct SenderKey {
    secret: SecretKey,
    public: String,
}

impl fmt::Debug for SenderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SenderKey")
            .field("public", &self.public)
            .finish_non_exhaustive()
    }
}

/// A text is no key that [`SenderKey::to_secret`] wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the stored key of pushes is none")]
pub struct SenderKeyError;

impl SenderKey {
    /// A new one.
    pub fn generate() -> Self {
        Self::of(secret_key())
    }

    /// Reads what [`SenderKey::to_secret`] wrote.
    ///
    /// # Errors
    /// [`SenderKeyError`].
    pub fn from_secret(text: &str) -> Result<Self, SenderKeyError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| SenderKeyError)?;
        let secret = SecretKey::from_slice(&bytes).map_err(|_| SenderKeyError)?;
        Ok(Self::of(secret))
    }

    fn of(secret: SecretKey) -> Self {
        let point = secret.public_key().to_sec1_point(false);
        Self {
            public: URL_SAFE_NO_PAD.encode(point.as_bytes()),
            secret,
        }
    }

    /// All of it, to be kept.
    pub fn to_secret(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.secret.to_bytes())
    }

    /// What browsers subscribe with: an uncompressed point, base64url.
    pub fn public(&self) -> &str {
        &self.public
    }

    /// What a request to `endpoint` authorizes itself with at `now`.
    pub(crate) fn authorization(&self, endpoint: &Url, contact: &Contact, now: Millis) -> String {
        let about = json!({
            "aud": endpoint.origin().ascii_serialization(),
            "exp": now / 1_000 + HOLDS,
            "sub": contact.0,
        });
        let kind = json!({"typ": "JWT", "alg": "ES256"});
        let [kind, about] = [kind, about].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
        let said = format!("{kind}.{about}");
        let signature: Signature = SigningKey::from(&self.secret).sign(said.as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(signature.to_bytes());
        format!("vapid t={said}.{signature},k={}", self.public)
    }
}

/// Whom a push service may turn to about our pushes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact(String);

/// A text names nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "give an address that the push services' people can turn to: mailto:it@firm.example or https://firm.example"
)]
pub struct ContactError;

impl FromStr for Contact {
    type Err = ContactError;

    fn from_str(text: &str) -> Result<Self, ContactError> {
        let url = Url::parse(text.trim()).map_err(|_| ContactError)?;
        let named = match url.scheme() {
            "mailto" => url.path().split_once('@').is_some_and(|(name, host)| {
                !name.is_empty() && !host.is_empty() && !host.contains('@')
            }),
            "https" => url.has_host(),
            _ => false,
        };
        if !named {
            return Err(ContactError);
        }
        Ok(Self(url.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use p256::ecdsa::{VerifyingKey, signature::Verifier as _};

    #[test]
    fn a_token_names_service_time_and_contact_and_is_signed() {
        let key = SenderKey::generate();
        let same = SenderKey::from_secret(&key.to_secret()).unwrap();
        assert_eq!(same.public(), key.public());
        let contact = "mailto:it@firm.ru".parse().unwrap();
        let endpoint = Url::parse("https://push.example:8443/secret?up=1").unwrap();
        let said = same.authorization(&endpoint, &contact, 1_000_500);
        assert!(!said.contains("secret"));
        let (token, public) = said
            .strip_prefix("vapid t=")
            .and_then(|rest| rest.split_once(",k="))
            .unwrap();
        assert_eq!(public, key.public());
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        let point = URL_SAFE_NO_PAD.decode(public).unwrap();
        let verified = VerifyingKey::from_sec1_bytes(&point).unwrap().verify(
            signed.as_bytes(),
            &Signature::from_slice(&signature).unwrap(),
        );
        verified.unwrap();
        let about = URL_SAFE_NO_PAD.decode(signed.split_once('.').unwrap().1);
        let about: serde_json::Value = serde_json::from_slice(&about.unwrap()).unwrap();
        assert_eq!(
            about,
            json!({"aud": "https://push.example:8443", "exp": 1_000 + HOLDS, "sub": "mailto:it@firm.ru"})
        );
        assert!(!format!("{key:?}").contains(&key.to_secret()));
    }

    #[test]
    fn somebody_can_be_turned_to() {
        for good in ["mailto:it@firm.ru", "https://firm.ru/", " https://firm.ru"] {
            assert!(good.parse::<Contact>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "it@firm.ru",
            "mailto:it",
            "mailto:@b",
            "http://firm.ru",
            "tel:1",
        ] {
            assert_eq!(bad.parse::<Contact>(), Err(ContactError), "{bad}");
        }
        assert_eq!(SenderKey::from_secret("AAAA").err(), Some(SenderKeyError));
    }
}
