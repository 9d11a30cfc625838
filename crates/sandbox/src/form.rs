//! `application/x-www-form-urlencoded`, as PHP writes it.

/// The pairs in their order, everything but letters, digits and `-_.` escaped.
pub(crate) fn encoded<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut text = String::new();
    for (name, value) in pairs {
        if !text.is_empty() {
            text.push('&');
        }
        escape(name, &mut text);
        text.push('=');
        escape(value, &mut text);
    }
    text
}

fn escape(part: &str, text: &mut String) {
    for byte in part.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                text.push(char::from(byte));
            }
            b' ' => text.push('+'),
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::encoded;

    #[test]
    fn brackets_and_cyrillic_are_escaped_as_php_does() {
        let pairs = [("task[add][0][text]", "Да, нет"), ("a", "1&2")];
        assert_eq!(
            encoded(pairs.into_iter()),
            "task%5Badd%5D%5B0%5D%5Btext%5D=%D0%94%D0%B0%2C+%D0%BD%D0%B5%D1%82&a=1%262"
        );
    }
}
