//! Text taken apart into words, for the search's index and for what a user types alike.

use dealbell_protocol::Notification;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{decompose_canonical, is_combining_mark};

/// How many words of a search count; nobody types more.
const MAX_WORDS: usize = 32;

/// What a notification can be found by: words in small letters, a space after each.
pub(super) fn words(notification: &Notification) -> String {
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

/// The search for rows that have all the words of `typed`, each of them as a word's beginning; none
/// where nothing is asked for. No sign of the index's own language gets through: there are only
/// letters and digits between the quotes.
pub(super) fn wanted(typed: &str) -> Option<String> {
    let mut words = String::new();
    take_apart(typed, &mut words);
    let wanted: Vec<String> = words
        .split_whitespace()
        .take(MAX_WORDS)
        .map(|word| format!("\"{word}\"*"))
        .collect();
    (!wanted.is_empty()).then(|| wanted.join(" "))
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
    fn what_is_typed_is_words_and_never_a_command_of_the_index() {
        for (typed, want) in [
            ("", None),
            ("  -- «…» \"*^", None),
            ("Ёлка", Some("\"елка\"*")),
            ("е\u{308}лка", Some("\"елка\"*")),
            ("Й", Some("\"й\"*")),
            ("CAFÉ", Some("\"cafe\"*")),
            ("a\" OR words:b*", Some("\"a\"* \"or\"* \"words\"* \"b\"*")),
            ("№ 12-34", Some("\"12\"* \"34\"*")),
            ("NEAR(a b)", Some("\"near\"* \"a\"* \"b\"*")),
            ("a\0b", Some("\"a\"* \"b\"*")),
        ] {
            assert_eq!(wanted(typed).as_deref(), want, "{typed:?}");
        }
    }
}
