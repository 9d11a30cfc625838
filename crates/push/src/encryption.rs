//! A message for its receiver's eyes alone: one record of `aes128gcm` (RFC 8188), its key agreed upon
//! as RFC 8291 has it.

use aes_gcm::{Aes128Gcm, KeyInit as _, Nonce, aead::Aead as _};
use base64::{
    Engine as _,
    alphabet::URL_SAFE,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use dealbell_protocol::push::PushKeys;
use hkdf::Hkdf;
use p256::{PublicKey, SecretKey, ecdh::diffie_hellman, elliptic_curve::sec1::ToSec1Point as _};
use sha2::Sha256;

/// Bytes of a secret that both sides know.
const AUTH: usize = 16;
const SALT: usize = 16;
/// Says that no record follows (RFC 8188 §2).
const LAST: u8 = 2;
/// What the cipher and [`LAST`] add to a message.
const OVERHEAD: usize = 17;
/// Receivers write their keys with and without padding.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What a receiver decrypts by, read.
pub(crate) struct Receiver {
    public: PublicKey,
    auth: [u8; AUTH],
}

/// Which of a receiver's keys is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeysError {
    /// It is no point of the curve.
    Public,
    /// It is not 16 bytes.
    Auth,
}

impl Receiver {
    pub(crate) fn read(keys: &PushKeys) -> Result<Self, KeysError> {
        let point = LENIENT
            .decode(&keys.p256dh)
            .map_err(|_| KeysError::Public)?;
        // 65 bytes that begin with 4 are an uncompressed point; others are not used here.
        if point.len() != 65 {
            return Err(KeysError::Public);
        }
        let public = PublicKey::from_sec1_bytes(&point).map_err(|_| KeysError::Public)?;
        let auth = LENIENT.decode(&keys.auth).map_err(|_| KeysError::Auth)?;
        let auth = auth.try_into().map_err(|_| KeysError::Auth)?;
        Ok(Self { public, auth })
    }

    /// Encrypts `message` under a key that is used this once.
    pub(crate) fn encrypt(&self, message: &[u8]) -> Vec<u8> {
        let mut salt = [0; SALT];
        rand::fill(&mut salt);
        self.encrypt_by(&secret_key(), salt, message)
    }

    fn encrypt_by(&self, sender: &SecretKey, salt: [u8; SALT], message: &[u8]) -> Vec<u8> {
        let public = sender.public_key();
        let ours = public.to_sec1_point(false);
        let theirs = self.public.to_sec1_point(false);
        let shared = diffie_hellman(sender.to_nonzero_scalar(), self.public.as_affine());
        let about = [b"WebPush: info\0", theirs.as_bytes(), ours.as_bytes()].concat();
        let agreed: [u8; 32] = derived(&self.auth, shared.raw_secret_bytes(), &about);
        let key: [u8; 16] = derived(&salt, &agreed, b"Content-Encoding: aes128gcm\0");
        let nonce: [u8; 12] = derived(&salt, &agreed, b"Content-Encoding: nonce\0");
        let plain = [message, &[LAST]].concat();
        let cipher = Aes128Gcm::new(&key.into());
        let sealed = cipher.encrypt(&Nonce::from(nonce), plain.as_slice());
        let sealed = sealed.expect("a message in memory is far below the cipher's limit");
        let size = u32::try_from(message.len() + OVERHEAD).unwrap_or(u32::MAX);
        let named = u8::try_from(ours.as_bytes().len()).unwrap_or(u8::MAX);
        [
            &salt,
            size.to_be_bytes().as_slice(),
            &[named],
            ours.as_bytes(),
            &sealed,
        ]
        .concat()
    }
}

/// A new key of the curve.
pub(crate) fn secret_key() -> SecretKey {
    loop {
        let mut bytes = [0; 32];
        rand::fill(&mut bytes);
        // Zero, or beyond the curve's order: one in 2³².
        if let Ok(key) = SecretKey::from_slice(&bytes) {
            return key;
        }
    }
}

fn derived<const N: usize>(salt: &[u8], secret: &[u8], about: &[u8]) -> [u8; N] {
    let mut out = [0; N];
    Hkdf::<Sha256>::new(Some(salt), secret)
        .expand(about, &mut out)
        .expect("HKDF gives this many bytes");
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    fn bytes(text: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(text).unwrap()
    }

    fn keys(p256dh: &str, auth: &str) -> PushKeys {
        PushKeys {
            p256dh: p256dh.to_owned(),
            auth: auth.to_owned(),
        }
    }

    const PUBLIC: &str =
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";

    #[test]
    fn rfc_8291_section_5_and_appendix_a() {
        let receiver = Receiver::read(&keys(PUBLIC, "BTBZMqHH6r4Tts7J_aSIgg")).unwrap();
        let sender = bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw");
        let sender = SecretKey::from_slice(&sender).unwrap();
        let salt = bytes("DGv6ra1nlYgDCS1FRnbzlw").try_into().unwrap();
        let message = b"When I grow up, I want to be a watermelon";
        let sealed = receiver.encrypt_by(&sender, salt, message);
        let (header, text) = sealed.split_at(SALT + 5 + 65);
        // The example's record size is the usual 4096, ours the record's own.
        assert_eq!(header[..SALT], salt);
        assert_eq!(header[SALT..SALT + 4], 58_u32.to_be_bytes());
        assert_eq!(
            URL_SAFE_NO_PAD.encode(&header[SALT + 5..]),
            "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8"
        );
        assert_eq!(
            URL_SAFE_NO_PAD.encode(text),
            "8pfeW0KbunFT06SuDKoJH9Ql87S1QUrdirN6GcG7sFz1y1sqLgVi1VhjVkHsUoEsbI_0LpXMuGvnzQ"
        );
    }

    #[test]
    fn keys_are_a_point_of_the_curve_and_16_bytes() {
        let auth = "BTBZMqHH6r4Tts7J_aSIgg";
        assert!(Receiver::read(&keys(&format!("{PUBLIC}="), &format!("{auth}=="))).is_ok());
        let off = URL_SAFE_NO_PAD.encode([&[4_u8; 1][..], &[7; 64]].concat());
        let compressed = [&[2_u8; 1][..], &bytes(PUBLIC)[1..33]].concat();
        let compressed = URL_SAFE_NO_PAD.encode(compressed);
        for bad in ["", "!", &off, &compressed, &PUBLIC[..80]] {
            let read = Receiver::read(&keys(bad, auth));
            assert_eq!(read.err(), Some(KeysError::Public), "{bad}");
        }
        for bad in ["", "!", "BTBZMqHH6r4Tts7J_aSI", "BTBZMqHH6r4Tts7J_aSIggAA"] {
            let read = Receiver::read(&keys(PUBLIC, bad));
            assert_eq!(read.err(), Some(KeysError::Auth), "{bad}");
        }
    }
}
