//! Tokens and keys: random, shown once, kept as hashes.

use crate::signed::PREFIX;
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use sha2::{Digest as _, Sha256};

/// A secret of 256 random bits behind `prefix`, which tells people what they are looking at.
pub(crate) fn generate(prefix: &str) -> String {
    let mut bytes = [0_u8; 32];
    rand::fill(&mut bytes);
    format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// A key to sign with, as Standard Webhooks writes one.
pub(crate) fn signing() -> String {
    let mut bytes = [0_u8; 32];
    rand::fill(&mut bytes);
    format!("{PREFIX}{}", STANDARD.encode(bytes))
}

/// A secret of 256 random bits as 64 hex digits, for addresses.
pub(crate) fn hex() -> String {
    let mut bytes = [0_u8; 32];
    rand::fill(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is stored of a secret. It has full entropy, so a fast hash suffices, and finding it by an
/// index tells nothing about it by time.
pub(crate) fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

/// One hash of several.
pub(crate) fn hash_parts(parts: &[&[u8]]) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update("bulk");
    parts.iter().for_each(|part| hash.update(part));
    hash.finalize().to_vec()
}

/// A new name for a history.
pub(crate) fn epoch() -> String {
    let mut bytes = [0_u8; 6];
    rand::fill(&mut bytes);
    let number = bytes.iter().fold(0_u64, |n, b| n << 8 | u64::from(*b));
    format!("e{number:012x}")
}
