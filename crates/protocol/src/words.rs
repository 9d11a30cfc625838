//! Text taken apart into words: what a list's search looks for and what it is looked for in, the
//! same on every machine that keeps an index of it.

use crate::Notification;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{decompose_canonical, is_combining_mark};

/// How many words of a search count; nobody types more.
const MAX_TYPED: usize = 32;

/// What a notification can be found by: words in small letters, a space after each.
pub fn words_of(notification: &Notification) -> String {
    let mut words = String::new();
    let parts = [
        Some(&notification.title),
        Some(&notification.text),
        notification.context.as_ref(),
        notification.author.as_ref(),
    ];
    for part in parts.into_iter().flatten() {
        take_apart(part, &mut words);
    }
    words
}

/// The words of a search, at most 32: letters and digits alone, so that no sign of an index's own
/// language is among them. None where nothing is asked for.
pub fn typed_words(typed: &str) -> Vec<String> {
    let mut words = String::new();
    take_apart(typed, &mut words);
    words
        .split_whitespace()
        .take(MAX_TYPED)
        .map(str::to_owned)
        .collect()
}

/// Letters and digits stay, small; a Latin letter loses its accents, and ё its dots. Everything
/// else parts words.
fn take_apart(text: &str, words: &mut String) {
    for c in text.nfc().flat_map(char::to_lowercase).nfc() {
        match c {
            'ё' => words.push('е'),
            c if c.is_ascii_alphanumeric() => words.push(c),
            // What it belongs to cannot be written as one sign with it.
            c if is_combining_mark(c) => {}
            c if c.is_alphanumeric() => words.push(without_accent(c)),
            _ if words.ends_with(' ') => {}
            _ => words.push(' '),
        }
    }
    if !words.ends_with(' ') {
        words.push(' ');
    }
}

fn without_accent(c: char) -> char {
    let mut first = None;
    decompose_canonical(c, |part| first = first.or(Some(part)));
    first.filter(char::is_ascii_alphabetic).unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_words_and_nothing_else() {
        for (typed, want) in [
            ("", ""),
            ("  -- «…» \"*^", ""),
            ("Ёлка", "елка"),
            ("е\u{308}лка", "елка"),
            ("Й", "й"),
            ("CAFÉ", "cafe"),
            ("a\" OR words:b*", "a or words b"),
            ("№ 12-34", "12 34"),
            ("NEAR(a b)", "near a b"),
            ("a\0b", "a b"),
        ] {
            assert_eq!(typed_words(typed).join(" "), want, "{typed:?}");
        }
    }
}
