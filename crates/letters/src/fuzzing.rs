//! A door for the fuzz targets (`crates/fuzz`): a letter as it would travel.

use crate::mime::{Sender, sealed};
use dealbell_protocol::letter::Letter;

/// The letter with all its headers.
///
/// # Errors
/// Why it cannot be written.
pub fn written(letter: &Letter) -> Result<Vec<u8>, String> {
    let sender = Sender::new("bell@firm.example", None).map_err(|error| error.to_string())?;
    Ok(sealed(letter, &sender)?.bytes)
}
