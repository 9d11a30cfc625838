//! Signed requests after Standard Webhooks: whose they are is proved, and that they are fresh,
//! without the key ever being sent.

use crate::keys::SigningKey;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use dealbell_protocol::Millis;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// How far a request's time may be from ours, either way.
const TOLERANCE: Millis = 5 * 60 * 1_000;
/// What stands before the base64 of a key.
pub(crate) const PREFIX: &str = "whsec_";

/// The three headers of a signed request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Headers<'a> {
    /// `webhook-id`: the same for every try of one message.
    pub(crate) id: &'a str,
    /// `webhook-timestamp`: Unix seconds of this try.
    pub(crate) timestamp: &'a str,
    /// `webhook-signature`: `v1,BASE64`, several with spaces between while keys follow one another.
    pub(crate) signature: &'a str,
}

/// Why a request is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unbelieved {
    /// It carries no time.
    #[error("webhook-timestamp is no time in Unix seconds")]
    NoTime,
    /// It is too old, or of the future.
    #[error("webhook-timestamp is more than 5 minutes from the centre's clock")]
    Stale,
    /// No key of this integration made any of its signatures.
    #[error("no signature is of a key of this integration")]
    Unknown,
}

impl Unbelieved {
    /// The header at fault.
    pub(crate) fn header(self) -> &'static str {
        match self {
            Self::NoTime | Self::Stale => "webhook-timestamp",
            Self::Unknown => "webhook-signature",
        }
    }
}

/// Whether a request with these headers may be of whoever has `keys`, whatever it says.
pub(crate) fn plausible(
    keys: &[SigningKey],
    headers: Headers<'_>,
    now: Millis,
) -> Result<(), Unbelieved> {
    let seconds: Millis = headers.timestamp.parse().map_err(|_| Unbelieved::NoTime)?;
    let at = seconds.checked_mul(1_000).ok_or(Unbelieved::Stale)?;
    if at.abs_diff(now) > TOLERANCE.unsigned_abs() {
        return Err(Unbelieved::Stale);
    }
    let signed = || {
        headers
            .signature
            .split(' ')
            .any(|one| one.starts_with("v1,"))
    };
    match keys.is_empty() || !signed() {
        true => Err(Unbelieved::Unknown),
        false => Ok(()),
    }
}

/// Which of `keys` signed `body`.
pub(crate) fn signer<'k>(
    keys: &'k [SigningKey],
    headers: Headers<'_>,
    body: &[u8],
    now: Millis,
) -> Result<&'k SigningKey, Unbelieved> {
    plausible(keys, headers, now)?;
    let signatures: Vec<Vec<u8>> = headers
        .signature
        .split(' ')
        .filter_map(|one| one.strip_prefix("v1,"))
        .filter_map(|one| STANDARD.decode(one).ok())
        .collect();
    let signed = keys.iter().find(|key| {
        let Some(mac) = begun(&key.secret) else {
            return false;
        };
        let mac = mac
            .chain_update(headers.id)
            .chain_update(".")
            .chain_update(headers.timestamp)
            .chain_update(".")
            .chain_update(body);
        // Compared in constant time.
        let is = |signature: &Vec<u8>| mac.clone().verify_slice(signature).is_ok();
        signatures.iter().any(is)
    });
    signed.ok_or(Unbelieved::Unknown)
}

fn begun(secret: &str) -> Option<Hmac<Sha256>> {
    let key = STANDARD.decode(secret.strip_prefix(PREFIX)?).ok()?;
    Hmac::new_from_slice(&key).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    // The example that the specification's reference libraries are tested with.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    const AT: Millis = 1_614_265_330_000;

    fn check(signature: &str, now: Millis, body: &[u8]) -> Result<String, Unbelieved> {
        let key = |id: &str, secret: &str| SigningKey {
            id: id.to_owned(),
            secret: secret.to_owned(),
        };
        let keys = [key("old", "whsec_AAAA"), key("new", SECRET)];
        let headers = Headers {
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
            timestamp: "1614265330",
            signature,
        };
        signer(&keys, headers, body, now).map(|key| key.id.clone())
    }

    #[test]
    fn a_fresh_signature_of_any_good_key_is_believed() {
        let new = Ok("new".to_owned());
        assert_eq!(check(SIGNATURE, AT, BODY), new);
        assert_eq!(check(&format!("v1,AAAA v1a,x {SIGNATURE}"), AT, BODY), new);
        for now in [AT - TOLERANCE, AT + TOLERANCE] {
            assert_eq!(check(SIGNATURE, now, BODY), new);
        }
    }

    #[test]
    fn anything_else_is_not() {
        for now in [AT - TOLERANCE - 1, AT + TOLERANCE + 1, Millis::MAX] {
            assert_eq!(check(SIGNATURE, now, BODY), Err(Unbelieved::Stale));
        }
        for bad in [
            "",
            "v1,",
            "v1,AAAA",
            &SIGNATURE[3..],
            &SIGNATURE.replace("v1", "v2"),
        ] {
            assert_eq!(check(bad, AT, BODY), Err(Unbelieved::Unknown), "{bad}");
        }
        assert_eq!(check(SIGNATURE, AT, b"{}"), Err(Unbelieved::Unknown));
    }
}
