//! What is typed into the search, as a command of the index.

use dealbell_protocol::words::typed_words;

/// The search for rows that have all the words of `typed`, each of them as a word's beginning; none
/// where nothing is asked for. No sign of the index's own language gets through: there are only
/// letters and digits between the quotes.
pub(super) fn wanted(typed: &str) -> Option<String> {
    let words = typed_words(typed).into_iter();
    let wanted: Vec<String> = words.map(|word| format!("\"{word}\"*")).collect();
    (!wanted.is_empty()).then(|| wanted.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_words_and_never_a_command_of_the_index() {
        for (typed, want) in [
            ("  -- «…» \"*^", None),
            ("Ёлка", Some("\"елка\"*")),
            ("a\" OR words:b*", Some("\"a\"* \"or\"* \"words\"* \"b\"*")),
            ("NEAR(a b)", Some("\"near\"* \"a\"* \"b\"*")),
        ] {
            assert_eq!(wanted(typed).as_deref(), want, "{typed:?}");
        }
    }
}
