//! A click as a link: how a system tells of it that starts the app anew,
//! `dealbell://toast/KEY?act=BUTTON&seal=…`.
//!
//! Windows does so for toasts in its notification centre. Anybody can write a link, a web page
//! included, and the names of toasts are no secret. So each of ours carries a seal over toast and
//! button that only this installation can make: what is read was put on a toast by us, for that button.

use crate::Toast;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// What all links of the app begin with.
pub const SCHEME: &str = "dealbell";
const START: &str = "dealbell://toast/";
const ACT: &str = "act=";
const SEAL: &str = "seal=";
/// The longest link that is read, bytes; ours are far shorter.
const MAX_LINK: usize = 1_024;
/// Bytes of a seal: what is left of an HMAC-SHA256.
const SEAL_BYTES: usize = 16;

/// What the links of one installation are sealed with. It prints as nothing.
#[derive(Clone)]
pub struct LinkKey {
    /// For toasts that outlive the process.
    kept: Hmac<Sha256>,
    /// For transient ones: their names mean something else in the next run.
    run: Hmac<Sha256>,
}

impl LinkKey {
    /// `kept` is the installation's, the same at every start; `run` is new at every start. Both are
    /// 256 random bits.
    pub fn new(kept: &[u8; 32], run: &[u8; 32]) -> Self {
        let begun =
            |key: &[u8; 32]| Hmac::new_from_slice(key).expect("it takes keys of any length");
        Self {
            kept: begun(kept),
            run: begun(run),
        }
    }

    /// The link of a click on the toast, or on its button.
    pub fn link(&self, toast: &Toast, button: Option<&str>) -> String {
        let key = match toast.transient {
            true => &self.run,
            false => &self.kept,
        };
        let seal = sealing(key, &toast.key, button).finalize().into_bytes();
        let mut link = START.to_owned();
        encode(&toast.key, &mut link);
        link.push('?');
        if let Some(button) = button {
            link.push_str(ACT);
            encode(button, &mut link);
            link.push('&');
        }
        link.push_str(SEAL);
        for byte in &seal[..SEAL_BYTES] {
            link.push_str(&format!("{byte:02x}"));
        }
        link
    }

    /// The toast's key and the button of a link made by [`LinkKey::link`] in this installation; none for
    /// any other link, and for a transient toast's of an earlier run.
    pub fn read(&self, link: &str) -> Option<(String, Option<String>)> {
        let (toast, button, seal) = parse(link)?;
        let ours = [&self.kept, &self.run].into_iter().any(|key| {
            let sealing = sealing(key, &toast, button.as_deref());
            sealing.verify_truncated_left(&seal).is_ok()
        });
        ours.then_some((toast, button))
    }
}

impl std::fmt::Debug for LinkKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LinkKey")
    }
}

/// Each part so that it can be no other one's.
fn sealing(key: &Hmac<Sha256>, toast: &str, button: Option<&str>) -> Hmac<Sha256> {
    let mut mac = key.clone();
    mac.update(&(toast.len() as u64).to_be_bytes());
    mac.update(toast.as_bytes());
    if let Some(button) = button {
        mac.update(b"/");
        mac.update(button.as_bytes());
    }
    mac
}

/// Key, button and seal, as anybody may have written them.
fn parse(link: &str) -> Option<(String, Option<String>, [u8; SEAL_BYTES])> {
    let start = link.get(..START.len())?;
    if link.len() > MAX_LINK || !start.eq_ignore_ascii_case(START) {
        return None;
    }
    let (key, query) = link[START.len()..].split_once('?')?;
    let (button, seal) = match query.split_once('&') {
        Some((act, seal)) => (Some(decode(act.strip_prefix(ACT)?)?), seal),
        None => (None, query),
    };
    Some((decode(key)?, button, bytes(seal.strip_prefix(SEAL)?)?))
}

/// A seal, written as it is by [`LinkKey::link`].
fn bytes(hex: &str) -> Option<[u8; SEAL_BYTES]> {
    let lower = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if hex.len() != 2 * SEAL_BYTES || !hex.bytes().all(lower) {
        return None;
    }
    let number = u128::from_str_radix(hex, 16).ok()?;
    Some(number.to_be_bytes())
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

    fn key() -> LinkKey {
        LinkKey::new(&[1; 32], &[2; 32])
    }

    fn toast(key: &str) -> Toast {
        Toast {
            key: key.to_owned(),
            ..Toast::default()
        }
    }

    #[test]
    fn a_click_is_known_again_by_its_link() {
        for name in [
            "01ARZ3NDEKTSV4RRFFQ69G5FAV",
            "summary",
            "popup-7",
            "а б/?&%",
        ] {
            for button in [None, Some("done"), Some("отложить?act=")] {
                let link = key().link(&toast(name), button);
                assert!(link.is_ascii(), "{link}");
                let known = (name.to_owned(), button.map(str::to_owned));
                assert_eq!(key().read(&link), Some(known), "{link}");
            }
        }
        let link = key().link(&toast("01ARZ3NDEKTSV4RRFFQ69G5FAV"), Some("done"));
        let (named, seal) = link.split_once("&seal=").unwrap();
        assert_eq!(
            named,
            "dealbell://toast/01ARZ3NDEKTSV4RRFFQ69G5FAV?act=done"
        );
        assert_eq!(seal.len(), 32);
    }

    #[test]
    fn a_link_that_somebody_else_wrote_is_none_of_ours() {
        let ours = key().link(&toast("tag.summary"), Some("read"));
        let seal = ours.split_once("seal=").unwrap().1;
        let plain = key().link(&toast("tag.summary"), None);
        let plain = plain.split_once("seal=").unwrap().1;
        let foreign = LinkKey::new(&[3; 32], &[4; 32]).link(&toast("tag.summary"), Some("read"));
        for link in [
            // As a page would guess it.
            "dealbell://toast/tag.summary".to_owned(),
            "dealbell://toast/tag.summary?act=read".to_owned(),
            format!(
                "dealbell://toast/tag.summary?act=read&seal={}",
                "0".repeat(32)
            ),
            foreign,
            // The seal of another button, of another toast, or none of a button at all.
            format!("dealbell://toast/tag.summary?act=done&seal={seal}"),
            format!("dealbell://toast/tag.01ARZ3NDEKTSV4RRFFQ69G5FAV?act=read&seal={seal}"),
            format!("dealbell://toast/tag.summary?seal={seal}"),
            format!("dealbell://toast/tag.summary?act=read&seal={plain}"),
            // Cut, or written otherwise.
            ours[..ours.len() - 2].to_owned(),
            ours.replace(seal, &seal.to_uppercase()),
            ours.replace(seal, &format!("+{}", &seal[1..])),
        ] {
            assert_eq!(key().read(&link), None, "{link}");
        }
    }

    #[test]
    fn a_transient_toasts_link_is_good_in_its_run_alone() {
        let answer = Toast {
            transient: true,
            ..toast("tag.deed-1")
        };
        let link = key().link(&answer, Some("undo"));
        assert!(key().read(&link).is_some());
        let next_run = LinkKey::new(&[1; 32], &[5; 32]);
        assert_eq!(
            next_run.read(&link),
            None,
            "its number is another deed's by now"
        );
        let stays = key().link(&toast("tag.01ARZ3NDEKTSV4RRFFQ69G5FAV"), Some("done"));
        assert!(next_run.read(&stays).is_some());
    }

    #[test]
    fn a_browser_may_write_the_scheme_as_it_likes() {
        let link = key().link(&toast("summary"), None);
        let written = link.replace("dealbell://toast", "DEALBELL://Toast");
        assert_eq!(key().read(&written), Some(("summary".to_owned(), None)));
    }

    #[test]
    fn other_links_are_none_of_ours() {
        let seal = format!("seal={}", "0".repeat(2 * SEAL_BYTES));
        let long = format!("dealbell://toast/{}?{seal}", "a".repeat(MAX_LINK));
        let read = parse(&format!("dealbell://toast/a?{seal}"));
        assert_eq!(read, Some(("a".to_owned(), None, [0; SEAL_BYTES])));
        for link in [
            "",
            "dealbell://",
            "dealbell://toast/",
            "dealbell://toast/?act=done&SEAL",
            "dealbell://toast/a/b?SEAL",
            "dealbell://toast/a?act=&SEAL",
            "dealbell://toast/a?open=https%3A%2F%2Fexample.org&SEAL",
            "dealbell://toast/a?act=b&act=c&SEAL",
            "dealbell://toast/a?SEAL&act=b",
            "dealbell://toast/%?SEAL",
            "dealbell://toast/%zz?SEAL",
            "dealbell://toast/%ff?SEAL",
            "dealbell://toast/a b?SEAL",
            "dealbell://settings?SEAL",
            "https://toast/a?SEAL",
            "дилбелл://тост/а?SEAL",
            &long,
        ] {
            let link = link.replace("SEAL", &seal);
            assert_eq!(parse(&link), None, "{link}");
        }
    }
}
