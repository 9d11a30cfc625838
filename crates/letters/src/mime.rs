//! A letter as it travels: both parts, and headers that tell mail programs what belongs together,
//! how to switch it off, and that nobody waits for an answer.

use crate::render;
use dealbell_protocol::Priority;
use dealbell_protocol::letter::{Letter, LetterContent};
use dealbell_protocol::text::{line, link};
use dealbell_protocol::window::Language;
use lettre::Address;
use lettre::address::Envelope;
use lettre::message::header::{self, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart, SinglePart};
use std::fmt::Write as _;
use std::time::{Duration, SystemTime};
use url::Host;

/// How letters are signed.
const NAME: &str = "Dealbell";
/// The longest address in a header, characters: a line of a letter has 998 at most.
const LONGEST: usize = 900;

/// Whom letters come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    from: Mailbox,
    reply_to: Option<Mailbox>,
}

/// Why letters cannot come from there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no email address: give one like bell@firm.example")]
pub struct SenderError(String);

impl Sender {
    /// `from` and `reply_to` are plain addresses, or have a name: `Звонок <bell@firm.example>`.
    /// Without one the letters are Dealbell's.
    ///
    /// # Errors
    /// When either is no address.
    pub fn new(from: &str, reply_to: Option<&str>) -> Result<Self, SenderError> {
        let mut from = mailbox(from)?;
        from.name.get_or_insert_with(|| NAME.to_owned());
        Ok(Self {
            from,
            reply_to: reply_to.map(mailbox).transpose()?,
        })
    }

    /// Names our letters: the domain of the address they come from.
    pub(crate) fn domain(&self) -> &str {
        self.from.email.domain()
    }
}

/// A letter ready for a mail server.
#[derive(Debug)]
pub(crate) struct Sealed {
    pub(crate) envelope: Envelope,
    pub(crate) bytes: Vec<u8>,
}

/// Writes the letter; why it cannot be written, otherwise: then it never can.
pub(crate) fn sealed(letter: &Letter, sender: &Sender) -> Result<Sealed, String> {
    let to = address(&letter.to).ok_or("the user's address is no email address")?;
    let rendered = render(letter);
    let name = line(&letter.name, 100);
    let name = (!name.is_empty()).then_some(name);
    let domain = sender.domain();
    let own = message_id(&letter.id, domain);
    let mut builder = Message::builder()
        .from(sender.from.clone())
        .to(Mailbox::new(name, to))
        .subject(rendered.subject)
        .date(moment(letter.at))
        .message_id(Some(own.clone()))
        .raw_header(raw("Auto-Submitted", "auto-generated".to_owned()))
        // Exchange answers "out of office" to what RFC 3834 forbids.
        .raw_header(raw("X-Auto-Response-Suppress", "All".to_owned()))
        .raw_header(raw(
            "Content-Language",
            language(letter.language).to_owned(),
        ))
        .raw_header(raw("List-Id", list_id(&letter.content, domain)));
    if let Some(reply_to) = &sender.reply_to {
        builder = builder.reply_to(reply_to.clone());
    }
    // The first of a thread may be what the thread is named after.
    let thread = letter.thread.as_ref().map(|name| message_id(name, domain));
    if let Some(thread) = thread.filter(|thread| *thread != own) {
        builder = builder.in_reply_to(thread.clone()).references(thread);
    }
    let off = letter.unsubscribe.as_deref().and_then(link);
    if let Some(off) = off.filter(|off| off.as_str().len() <= LONGEST) {
        let one_click = "List-Unsubscribe=One-Click".to_owned();
        builder = builder
            .raw_header(raw("List-Unsubscribe", format!("<{off}>")))
            .raw_header(raw("List-Unsubscribe-Post", one_click));
    }
    if is_urgent(&letter.content) {
        builder = builder.raw_header(raw("Importance", "high".to_owned()));
    }
    // Neither encoding of the parts has these two characters in a row.
    let parts = MultiPart::builder()
        .kind(lettre::message::MultiPartKind::Alternative)
        .boundary(format!("=_{}", named(&letter.id)))
        .singlepart(part(header::ContentType::TEXT_PLAIN, rendered.text))
        .singlepart(part(header::ContentType::TEXT_HTML, rendered.html));
    let message = builder
        .multipart(parts)
        .map_err(|error| error.to_string())?;
    Ok(Sealed {
        envelope: message.envelope().clone(),
        bytes: message.formatted(),
    })
}

/// Base64 whatever the language: no mail server breaks its lines or reads its dots.
fn part(kind: header::ContentType, text: String) -> SinglePart {
    let body = lettre::message::Body::new_with_encoding(
        text.replace('\n', "\r\n"),
        header::ContentTransferEncoding::Base64,
    );
    let body = body.expect("base64 takes any text");
    SinglePart::builder().header(kind).body(body)
}

/// Of one header; a line break in `value` would be encoded, never written.
fn raw(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value)
}

fn language(language: Language) -> &'static str {
    match language {
        Language::Ru => "ru",
        Language::En => "en",
    }
}

/// By which mail programs sort: one list for each provider.
fn list_id(content: &LetterContent, domain: &str) -> String {
    let list = match content {
        LetterContent::One { notification, .. } => named(notification.provider.as_str()),
        LetterContent::Digest { .. } => "digest".to_owned(),
        LetterContent::Test => "test".to_owned(),
    };
    format!("{NAME} <{list}.dealbell.{domain}>")
}

fn is_urgent(content: &LetterContent) -> bool {
    match content {
        LetterContent::One { notification, .. } => notification.priority == Priority::High,
        LetterContent::Digest { .. } | LetterContent::Test => false,
    }
}

fn message_id(name: &str, domain: &str) -> String {
    format!("<{}@{domain}>", named(name))
}

/// As a name that a message id may have, different for different names.
fn named(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'_' => out.push(char::from(byte)),
            other => {
                let _ = write!(out, "%{other:02X}");
            }
        }
    }
    out
}

fn moment(at: i64) -> SystemTime {
    let since = Duration::from_millis(u64::try_from(at).unwrap_or_default());
    SystemTime::UNIX_EPOCH
        .checked_add(since)
        .unwrap_or(SystemTime::UNIX_EPOCH)
}

fn mailbox(text: &str) -> Result<Mailbox, SenderError> {
    let wrong = || SenderError(text.to_owned());
    let text = text.trim();
    let (name, email) = match text
        .strip_suffix('>')
        .and_then(|rest| rest.rsplit_once('<'))
    {
        Some((name, email)) => (name.trim().trim_matches('"'), email),
        None => ("", text),
    };
    let email = address(email).ok_or_else(wrong)?;
    let name = line(name, 100);
    Ok(Mailbox::new((!name.is_empty()).then_some(name), email))
}

/// The address with its domain as DNS has it (почта.рф is xn--80a1acny.xn--p1ai).
fn address(text: &str) -> Option<Address> {
    let (user, domain) = text.trim().rsplit_once('@')?;
    let domain = match Host::parse(domain).ok()? {
        Host::Domain(name) => name,
        Host::Ipv4(_) | Host::Ipv6(_) => domain.to_owned(),
    };
    Address::new(user, domain).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whom_letters_come_from_may_have_a_name() {
        let plain = Sender::new("bell@firm.ru", None).unwrap();
        assert_eq!(plain.from.to_string(), "Dealbell <bell@firm.ru>");
        let own = Sender::new("Звонок <bell@почта.рф>", Some("help@firm.ru")).unwrap();
        assert_eq!(own.from.name.as_deref(), Some("Звонок"));
        assert_eq!(own.domain(), "xn--80a1acny.xn--p1ai");
        for bad in [
            "",
            "bell",
            "bell@",
            "@firm.ru",
            "a b@firm.ru",
            "a@b\r\nBcc: c@d",
        ] {
            assert!(Sender::new(bad, None).is_err(), "{bad}");
        }
    }

    #[test]
    fn names_of_letters_are_names_and_stay_different() {
        assert_eq!(message_id("01J-a_b", "firm.ru"), "<01J-a_b@firm.ru>");
        assert_eq!(message_id("task:1", "firm.ru"), "<task%3A1@firm.ru>");
        assert_ne!(named("a%3A"), named("a:"));
        assert_eq!(named("a>\r\nBcc: x"), "a%3E%0D%0ABcc%3A%20x");
    }
}
