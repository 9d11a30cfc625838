//! Links of toasts, as the app that lives in a home seals its own.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use dealbell_toasts::Toast;
use dealbell_toasts::link::LinkKey;

const KEY: &str = ".local/share/com.dealbell.desktop/link.key";

/// The link of a click on the toast `name`, or on its button, with the seal of the app that was started
/// in this home.
///
/// # Errors
/// When the app has made no key yet.
pub fn toast_link(home: &Path, name: &str, button: Option<&str>) -> Result<String> {
    let kept = fs::read(home.join(KEY)).context("the key of links")?;
    let kept: [u8; 32] = kept.try_into().ok().context("a key has 32 bytes")?;
    let toast = Toast {
        key: name.to_owned(),
        ..Toast::default()
    };
    Ok(LinkKey::new(&kept, &[0; 32]).link(&toast, button))
}
