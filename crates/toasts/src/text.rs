//! Text made fit for a toast: bounded, without control characters, literal where a system reads markup.

/// A title's length in characters; no system shows more than a line or two.
pub const MAX_TITLE_CHARS: usize = 200;
/// A body's length in characters; toasts show a few lines, the window shows all of it.
pub const MAX_BODY_CHARS: usize = 1000;

/// One line of at most [`MAX_TITLE_CHARS`]. D-Bus forbids NUL; the other control characters only do harm.
pub(crate) fn title(text: &str) -> String {
    let line = text
        .chars()
        .take(MAX_TITLE_CHARS * 8)
        .map(|c| if c.is_whitespace() { ' ' } else { c });
    bounded(line.filter(|c| !c.is_control()), MAX_TITLE_CHARS)
}

/// Lines of at most [`MAX_BODY_CHARS`] in all.
pub(crate) fn body(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let kept = text.chars().map(|c| if c == '\t' { ' ' } else { c });
    bounded(
        kept.filter(|c| *c == '\n' || !c.is_control()),
        MAX_BODY_CHARS,
    )
}

/// The three characters that begin or end markup in a notification body, made literal.
#[cfg(any(target_os = "linux", test))]
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c => out.push(c),
        }
    }
    out
}

/// Cuts between characters that stand alone, so that no half of a composed emoji or accent is left.
fn bounded(chars: impl Iterator<Item = char>, max: usize) -> String {
    let mut chars = chars.skip_while(|c| c.is_whitespace());
    let mut kept: Vec<char> = chars.by_ref().take(max).collect();
    if let Some(mut next) = chars.next() {
        while let Some(&last) = kept.last() {
            let whole = !joins(next) && last != '\u{200d}' && kept.len() < max;
            if whole {
                break;
            }
            next = last;
            kept.pop();
        }
        kept.push('…');
    } else {
        while kept.last().is_some_and(|c| c.is_whitespace()) {
            kept.pop();
        }
    }
    kept.into_iter().collect()
}

/// Characters that belong to the one before them: joiners, variation selectors, skin tones, combining marks.
fn joins(c: char) -> bool {
    matches!(c, '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}'
        | '\u{0300}'..='\u{036f}' | '\u{20d0}'..='\u{20ff}' | '\u{e0020}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_one_line_without_control_characters() {
        assert_eq!(
            title("  Позвонить\r\n\tклиенту\u{0}\u{7} \n"),
            "Позвонить   клиенту"
        );
    }

    #[test]
    fn bodies_keep_lines_and_lose_other_control_characters() {
        assert_eq!(body("a\r\nb\tc\u{1b}[31m\u{0}d"), "a\nb c[31md");
    }

    #[test]
    fn markup_is_made_literal_and_quotes_stay() {
        assert_eq!(escaped("<b>&\"'</b>"), "&lt;b&gt;&amp;\"'&lt;/b&gt;");
    }

    #[test]
    fn long_texts_end_in_an_ellipsis_at_the_bound() {
        let cut = body(&"я".repeat(100_000));
        assert_eq!(cut.chars().count(), MAX_BODY_CHARS);
        assert!(cut.ends_with("я…"));
        assert_eq!(
            body(&"я".repeat(MAX_BODY_CHARS)).chars().count(),
            MAX_BODY_CHARS
        );
    }

    #[test]
    fn a_composed_emoji_is_cut_before_not_inside() {
        let family = "👨\u{200d}👩\u{200d}👧";
        let cut = title(&format!("{}{family}", "x".repeat(MAX_TITLE_CHARS - 3)));
        assert_eq!(cut, format!("{}…", "x".repeat(MAX_TITLE_CHARS - 3)));
    }

    #[test]
    fn right_to_left_text_is_kept_as_it_is() {
        assert_eq!(title("שלום مرحبا"), "שלום مرحبا");
    }
}
