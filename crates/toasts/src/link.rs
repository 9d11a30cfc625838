//! A click as a link: how a system tells of it that starts the app anew, `dealbell://toast/KEY?act=BUTTON`.
//!
//! Windows does so for toasts in its notification centre. Anybody can write such a link, so it names
//! a toast of ours and a button of it, and nothing that could be opened or run.

/// What all links of the app begin with.
pub const SCHEME: &str = "dealbell";
const START: &str = "dealbell://toast/";
const ACT: &str = "act=";
/// The longest link that is read, bytes; ours are far shorter.
const MAX_LINK: usize = 1_024;

/// The link of a click on the toast `key`, or on its button.
pub fn toast_link(key: &str, button: Option<&str>) -> String {
    let mut link = START.to_owned();
    encode(key, &mut link);
    if let Some(button) = button {
        link.push('?');
        link.push_str(ACT);
        encode(button, &mut link);
    }
    link
}

/// The key and the button of a link made by [`toast_link`]; none for any other link.
pub fn parse_toast_link(link: &str) -> Option<(String, Option<String>)> {
    let start = link.get(..START.len())?;
    if link.len() > MAX_LINK || !start.eq_ignore_ascii_case(START) {
        return None;
    }
    let rest = &link[START.len()..];
    let (key, query) = rest.split_once('?').unwrap_or((rest, ""));
    let button = match query {
        "" => None,
        _ => Some(decode(query.strip_prefix(ACT)?)?),
    };
    Some((decode(key)?, button))
}

fn encode(text: &str, out: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
}

/// None for what is empty or was not encoded by [`encode`].
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digit = |byte: u8| char::from(byte).to_digit(16);
            let (high, low) = (digit(rest.next()?)?, digit(rest.next()?)?);
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            bytes.push(byte);
        } else {
            return None;
        }
    }
    String::from_utf8(bytes)
        .ok()
        .filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_click_is_known_again_by_its_link() {
        for key in [
            "01ARZ3NDEKTSV4RRFFQ69G5FAV",
            "summary",
            "popup-7",
            "а б/?&%",
        ] {
            for button in [None, Some("done"), Some("отложить?act=")] {
                let link = toast_link(key, button);
                assert!(link.is_ascii(), "{link}");
                let known = (key.to_owned(), button.map(str::to_owned));
                assert_eq!(parse_toast_link(&link), Some(known), "{link}");
            }
        }
        assert_eq!(
            toast_link("01ARZ3NDEKTSV4RRFFQ69G5FAV", Some("done")),
            "dealbell://toast/01ARZ3NDEKTSV4RRFFQ69G5FAV?act=done"
        );
    }

    #[test]
    fn a_browser_may_write_the_scheme_as_it_likes() {
        let known = ("summary".to_owned(), None);
        assert_eq!(parse_toast_link("DEALBELL://Toast/summary"), Some(known));
    }

    #[test]
    fn other_links_are_none_of_ours() {
        let long = format!("dealbell://toast/{}", "a".repeat(MAX_LINK));
        for link in [
            "",
            "dealbell://",
            "dealbell://toast/",
            "dealbell://toast/?act=done",
            "dealbell://toast/a/b",
            "dealbell://toast/a?act=",
            "dealbell://toast/a?open=https%3A%2F%2Fexample.org",
            "dealbell://toast/a?act=b&act=c",
            "dealbell://toast/%",
            "dealbell://toast/%zz",
            "dealbell://toast/%ff",
            "dealbell://toast/a b",
            "dealbell://settings",
            "https://toast/a",
            "дилбелл://тост/а",
            &long,
        ] {
            assert_eq!(parse_toast_link(link), None, "{link}");
        }
    }
}
