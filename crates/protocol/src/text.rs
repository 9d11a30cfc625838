//! Untrusted text and links, made safe to show (RULES C12).

use crate::rest::MAX_LINK;
use url::{Host, Url};

/// Text fit for one line: control and direction-override characters out, white space folded, at
/// most `max` characters, an ellipsis where it was cut.
pub fn line(text: &str, max: usize) -> String {
    let words = text.split(is_gap);
    let plain = words.map(|word| word.chars().filter(|&c| is_plain(c)).collect::<String>());
    let seen: Vec<String> = plain.filter(|word| word.chars().any(is_seen)).collect();
    shorten(seen.join(" ").trim().to_owned(), max)
}

/// Text fit for several lines: as [`line()`], but line breaks stay.
pub fn block(text: &str, max: usize) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let kept: String = text.chars().filter(|&c| c == '\n' || is_plain(c)).collect();
    match kept.chars().any(|c| !c.is_whitespace() && is_seen(c)) {
        true => shorten(kept.trim().to_owned(), max),
        false => String::new(),
    }
}

/// The link, where it is http(s), has a host that can be one, no password, and at most [`MAX_LINK`]
/// characters.
pub fn link(text: &str) -> Option<Url> {
    let fits = text.chars().count() <= MAX_LINK;
    let url = Url::parse(text.trim()).ok().filter(|_| fits)?;
    let web = matches!(url.scheme(), "http" | "https") && url.host().is_some_and(is_name);
    let open = url.username().is_empty() && url.password().is_none();
    (web && open).then_some(url)
}

/// A URL's host may have quotes and brackets in it, which no name of a host has.
fn is_name(host: Host<&str>) -> bool {
    match host {
        Host::Domain(name) => {
            let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
            name.bytes().all(fits)
        }
        Host::Ipv4(_) | Host::Ipv6(_) => true,
    }
}

/// White space that may be folded: not what holds «184 000 ₽» together.
fn is_gap(c: char) -> bool {
    c.is_whitespace() && !matches!(c, '\u{00A0}' | '\u{202F}')
}

/// Neither a control character, nor one that turns the direction of what follows it, nor one that is
/// not seen (Unicode's `Default_Ignorable_Code_Point`, and two blanks). What joins and varies letters
/// and pictures stays.
fn is_plain(c: char) -> bool {
    let turns = matches!(
        c,
        '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}'
    );
    let hidden = matches!(c,
        '\u{00AD}' | '\u{034F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}' | '\u{2060}'..='\u{206F}' | '\u{2800}'
        | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}'
        | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}');
    !c.is_control() && !turns && !hidden
}

/// Something by itself, not only what joins or varies its neighbours.
fn is_seen(c: char) -> bool {
    !matches!(
        c,
        '\u{00A0}' | '\u{202F}' | '\u{200C}' | '\u{200D}' | '\u{FE00}'..='\u{FE0F}'
    )
}

fn shorten(text: String, max: usize) -> String {
    let Some((cut, _)) = text.char_indices().nth(max) else {
        return text;
    };
    let mut kept: String = text[..cut].chars().take(max.saturating_sub(1)).collect();
    kept.truncate(kept.trim_end().len());
    kept.push('…');
    kept
}

/// `text` as text, or as the value of an attribute, in HTML.
pub fn html(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_becomes_plain() {
        assert_eq!(line("a\u{202E}b\u{0007}c\n d", 10), "abc d");
        assert_eq!(block("a\r\nb\u{1b}[31m", 10), "a\nb[31m");
        assert_eq!(line("👩‍👩‍👧 привет", 20), "👩‍👩‍👧 привет");
        assert_eq!(line("абвгд", 4), "абв…");
        // Nothing that is seen is nothing.
        assert_eq!(line("\u{202e} \u{200b}\u{a0}", 10), "");
        assert_eq!(line("a \u{2066}", 10), "a");
        for hidden in [
            "\u{200d}",
            "\u{2060}",
            "\u{3164}",
            "\u{2800}",
            "\u{fe0f}",
            "\u{e0041}",
            "\u{ad}",
        ] {
            assert_eq!(line(hidden, 10), "", "{hidden:?}");
            assert_eq!(block(hidden, 10), "", "{hidden:?}");
        }
        assert_eq!(line("до\u{ad}го\u{200f}вор\u{e0020}", 10), "договор");
        assert_eq!(block("❤\u{fe0f}", 10), "❤\u{fe0f}");
        assert_eq!(line(" 184\u{a0}000  ₽ ", 20), "184\u{a0}000 ₽");
        assert_eq!(block(&"x".repeat(100_000), 4_000).chars().count(), 4_000);
    }

    #[test]
    fn only_web_links_pass() {
        assert!(link("https://a.amocrm.ru/leads/detail/1").is_some());
        for bad in [
            "javascript:alert(1)",
            "file:///etc/passwd",
            "ftp://a",
            "https://u:p@a",
            "https://a\"b/",
            "https://a'{b}`/",
            "x",
        ] {
            assert_eq!(link(bad), None, "{bad}");
        }
        assert_eq!(link(&format!("https://a/{}", "x".repeat(2_048))), None);
    }

    #[test]
    fn letters_that_look_alike_are_seen_in_the_name_of_a_host() {
        // Cyrillic а, о and с; a soft hyphen and a full stop of another script are mended.
        for (given, seen) in [
            ("https://\u{430}mocrm.ru/", "xn--mocrm-3ve.ru"),
            ("https://am\u{43e}\u{441}rm.ru/", "xn--amrm-65ds.ru"),
            ("https://amo\u{ad}crm.ru/", "amocrm.ru"),
            ("https://firm\u{3002}amocrm\u{ff0e}ru/", "firm.amocrm.ru"),
        ] {
            let link = link(given).unwrap();
            assert_eq!(link.host_str(), Some(seen), "{given}");
            assert!(link.as_str().is_ascii());
        }
    }
}
