//! The part that most mail programs show: tables, since the oldest of them know nothing else;
//! nothing is loaded from anywhere. Light is written into the elements, dark into a style sheet
//! that programs without it leave out.

use crate::style::sheets;
use crate::words::{Head, Item, Link, More, Page};
use dealbell_protocol::text::html as escaped;
use dealbell_protocol::window::Language;
use std::fmt::Write as _;

const FONT: &str =
    "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Inter,Roboto,Arial,sans-serif";
/// Long words break rather than widen the page.
const BREAK: &str = "overflow-wrap:anywhere;word-break:break-word";

/// The page as a whole document.
pub(crate) fn render(page: &Page) -> String {
    let lang = match page.language {
        Language::Ru => "ru",
        Language::En => "en",
    };
    let card = match &page.head {
        None => page.items.iter().map(single).collect(),
        Some(head) => several(head, &page.items, page.more.as_ref()),
    };
    format!(
        include_str!("letter.html"),
        lang = lang,
        title = escaped(&page.subject),
        style = sheets(),
        font = FONT,
        preview = preview(page),
        card = card,
        footer = footer(page),
    )
}

/// What an inbox shows beside the subject, and enough nothing behind it that no more is shown.
fn preview(page: &Page) -> String {
    let filler = "&#847;&zwnj;&nbsp;".repeat(60);
    format!("{}{filler}", escaped(&page.preview))
}

/// The card of one notification.
fn single(item: &Item) -> String {
    let tone = item.tone;
    let mut card = format!(
        "<tr><td class=\"edge-{name} pad\" style=\"padding:22px 28px 28px;\
         border-top:4px solid {colour};border-radius:13px;{FONT};{BREAK}\">\
         <div style=\"font-size:13px;line-height:24px\">\
         <span class=\"chip-{name}\" style=\"display:inline-block;padding:0 10px;\
         border-radius:12px;background:{soft};color:{colour};font-weight:600\">{label}</span>\
         &nbsp; <span class=\"soft\" style=\"color:#5b6270\">{meta}</span></div>\
         <h1 class=\"ink\" style=\"margin:14px 0 0;font-size:21px;line-height:28px;\
         font-weight:600;color:#16181d\">{title}</h1>",
        name = tone.name,
        colour = tone.light,
        soft = tone.light_soft,
        label = escaped(&item.label),
        meta = escaped(&item.meta),
        title = escaped(&item.title),
    );
    if !item.text.is_empty() {
        let _ = write!(
            card,
            "<div class=\"ink\" style=\"margin-top:10px;font-size:16px;line-height:24px;\
             color:#16181d\">{}</div>",
            lines(&item.text)
        );
    }
    if let Some(context) = &item.context {
        let _ = write!(
            card,
            "<div class=\"soft\" style=\"margin-top:10px;font-size:14px;line-height:20px;\
             color:#5b6270\">{}</div>",
            escaped(context)
        );
    }
    card.extend(item.link.as_ref().map(button));
    card + "</td></tr>"
}

/// The card of the digest.
fn several(head: &Head, items: &[Item], more: Option<&More>) -> String {
    let mut card = format!(
        "<tr><td class=\"pad\" style=\"padding:28px 28px 20px;{FONT};{BREAK}\">\
         <h1 class=\"ink\" style=\"margin:0;font-size:21px;line-height:28px;font-weight:600;\
         color:#16181d\">{}</h1>\
         <div class=\"soft\" style=\"margin-top:6px;font-size:15px;line-height:22px;\
         color:#5b6270\">{}</div></td></tr>",
        escaped(&head.title),
        escaped(&head.text),
    );
    card.extend(items.iter().map(row));
    if let Some(more) = more {
        let _ = write!(
            card,
            "<tr><td class=\"pad line\" style=\"padding:18px 28px 28px;border-top:1px solid \
             #e4e6ec;{FONT};{BREAK}\"><div class=\"soft\" style=\"font-size:15px;\
             line-height:22px;color:#5b6270\">{}</div>{}</td></tr>",
            escaped(&more.text),
            more.link.as_ref().map(button).unwrap_or_default(),
        );
    }
    card
}

/// One of several.
fn row(item: &Item) -> String {
    let tone = item.tone;
    let title = escaped(&item.title);
    let title = match &item.link {
        Some(link) => format!(
            "<a class=\"ink\" href=\"{}\" style=\"color:#16181d;text-decoration:none\">{title}</a>",
            escaped(&link.url)
        ),
        None => title,
    };
    let mut row = format!(
        "<tr><td class=\"pad line\" style=\"padding:16px 28px 18px;border-top:1px solid #e4e6ec\">\
         <table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" \
         border=\"0\"><tr><td class=\"bar-{name}\" width=\"4\" bgcolor=\"{colour}\" \
         style=\"width:4px;background:{colour};border-radius:2px;font-size:0\">&nbsp;</td>\
         <td style=\"padding-left:14px;{FONT};{BREAK}\">\
         <div style=\"font-size:13px;line-height:18px\"><span class=\"tone-{name}\" \
         style=\"color:{colour};font-weight:600\">{label}</span><span class=\"soft\" \
         style=\"color:#5b6270\"> · {meta}</span></div>\
         <div class=\"ink\" style=\"margin-top:3px;font-size:16px;line-height:22px;\
         font-weight:600;color:#16181d\">{title}</div>",
        name = tone.name,
        colour = tone.light,
        label = escaped(&item.label),
        meta = escaped(&item.meta),
    );
    if !item.text.is_empty() {
        let _ = write!(
            row,
            "<div class=\"soft\" style=\"margin-top:2px;font-size:15px;line-height:22px;\
             color:#5b6270\">{}</div>",
            lines(&item.text)
        );
    }
    let place = match (&item.link, &item.context) {
        (Some(link), _) => Some(small_link(link)),
        (None, context) => context.as_deref().map(escaped),
    };
    if let Some(place) = place {
        let _ = write!(
            row,
            "<div class=\"soft\" style=\"margin-top:4px;font-size:14px;line-height:20px;\
             color:#5b6270\">{place}</div>"
        );
    }
    row + "</td></tr></table></td></tr>"
}

/// A link that looks pressable everywhere: the cell is the button where links have no padding.
fn button(link: &Link) -> String {
    format!(
        "<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" \
         style=\"margin-top:20px\"><tr><td class=\"button\" bgcolor=\"#2f6fed\" \
         style=\"background:#2f6fed;border-radius:9px;mso-padding-alt:11px 20px\">\
         <a class=\"on\" href=\"{}\" style=\"display:inline-block;padding:11px 20px;{FONT};\
         font-size:15px;line-height:20px;font-weight:600;color:#ffffff;text-decoration:none;\
         {BREAK}\">{}</a></td></tr></table>",
        escaped(&link.url),
        escaped(&link.words),
    )
}

fn small_link(link: &Link) -> String {
    format!(
        "<a class=\"tone-accent\" href=\"{}\" style=\"color:#2360d8;text-decoration:none\">{}</a>",
        escaped(&link.url),
        escaped(&link.words),
    )
}

fn footer(page: &Page) -> String {
    let why = match page.why.is_empty() {
        true => String::new(),
        false => format!("<div>{}</div>", escaped(&page.why)),
    };
    let links: Vec<String> = page
        .footer
        .iter()
        .map(|link| {
            format!(
                "<a class=\"soft\" href=\"{}\" style=\"color:#5b6270;text-decoration:underline\">\
                 {}</a>",
                escaped(&link.url),
                escaped(&link.words)
            )
        })
        .collect();
    format!("{why}<div>{}</div>", links.join(" &nbsp;·&nbsp; "))
}

/// Text of several lines in HTML.
fn lines(text: &str) -> String {
    escaped(text).replace('\n', "<br>")
}
