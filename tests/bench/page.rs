//! The page of figures: each measure has its place between two markers.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// Puts what was measured into its place in the page.
///
/// # Errors
/// When the page cannot be read or written or has no such place.
pub(crate) fn put(page: &Path, name: &str, told: &str) -> Result<()> {
    let text =
        fs::read_to_string(page).with_context(|| format!("no page at {}", page.display()))?;
    let put = replaced(&text, name, told).with_context(|| {
        let (begin, end) = markers(name);
        format!("{} lacks the lines {begin} and {end}", page.display())
    })?;
    Ok(fs::write(page, put)?)
}

fn markers(name: &str) -> (String, String) {
    (
        format!("<!-- bench {name} -->"),
        format!("<!-- end of {name} -->"),
    )
}

/// The text with `told` between the markers of `name`, in place of what was there.
fn replaced(text: &str, name: &str, told: &str) -> Option<String> {
    let (begin, end) = markers(name);
    let (before, rest) = text.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    Some(format!("{before}{begin}\n{told}\n{end}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_markers_changes() {
        let page = "# A\n<!-- bench a -->\nold\n<!-- end of a -->\nB\n<!-- bench b -->\n<!-- end of b -->\n";
        let once = replaced(page, "a", "new").unwrap();
        assert_eq!(once, page.replace("old", "new"));
        assert_eq!(replaced(&once, "a", "new").unwrap(), once);
        assert_eq!(replaced(page, "c", "new"), None);
    }
}
