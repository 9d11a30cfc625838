//! The part for mail programs that show text only.

use crate::words::{Item, Link, Page};

/// The page as plain text, lines ended by `\n`.
pub(crate) fn render(page: &Page) -> String {
    let mut parts = Vec::new();
    if let Some(head) = &page.head {
        parts.push(format!("{}\n{}", head.title, head.text));
    }
    parts.extend(page.items.iter().map(item));
    if let Some(more) = &page.more {
        let mut said = more.text.clone();
        said.extend(more.link.as_ref().map(|to| format!("\n{}", link(to))));
        parts.push(said);
    }
    // What follows two hyphens and a space is a signature, which programs fold away.
    let mut footer = vec![format!("-- \nDealbell. {}", page.why).trim_end().to_owned()];
    footer.extend(page.footer.iter().map(link));
    parts.push(footer.join("\n"));
    parts.join("\n\n") + "\n"
}

fn item(item: &Item) -> String {
    let mut lines = vec![
        item.title.clone(),
        format!("{} · {}", item.label, item.meta),
    ];
    if !item.text.is_empty() {
        lines.push(String::new());
        lines.push(item.text.clone());
    }
    if item.link.is_some() || item.context.is_some() {
        lines.push(String::new());
    }
    lines.extend(item.context.clone());
    lines.extend(item.link.as_ref().map(link));
    lines.join("\n")
}

fn link(to: &Link) -> String {
    format!("{}\n{}", to.words, to.url)
}
