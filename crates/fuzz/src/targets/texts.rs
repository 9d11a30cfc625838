//! Text made fit to be shown.

use dealbell_protocol::text::{block, html, line};

/// Made fit once it stays as it is; it is bounded, and nothing of it is markup.
pub(super) fn plain(bytes: &[u8]) {
    let given = String::from_utf8_lossy(bytes);
    for max in [1, 7, 200] {
        let one = line(&given, max);
        assert!(
            one.chars().count() <= max && !one.contains(['\n', '\r', '\t']),
            "{one:?}"
        );
        assert_eq!(line(&one, max), one, "{given:?}");
        let many = block(&given, max);
        assert!(
            many.chars().count() <= max && !many.contains('\r'),
            "{many:?}"
        );
        assert_eq!(block(&many, max), many, "{given:?}");
    }
    let safe = html(&given);
    assert!(!safe.contains(['<', '>', '"', '\'']), "{safe}");
    let back = safe
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&");
    assert_eq!(back, given);
}
