//! What we write in formats where a line begins something: calendars and letters.

use base64::Engine as _;
use dealbell_protocol::act::AgendaTask;
use dealbell_protocol::integration::MAX_NAME;
use dealbell_protocol::letter::{Letter, LetterContent};
use dealbell_protocol::rest::{MAX_TEXT, MAX_TITLE, OpenTask};
use dealbell_protocol::text::line;
use dealbell_protocol::window::Language;
use dealbell_protocol::{Kind, Notification, NotificationId, Priority, ProviderId};
use std::collections::BTreeSet;

/// Longest address, characters, without the host that is put behind it here.
const MAX_ADDRESS: usize = 254 - "@firm.example".len();

/// Parts of the bytes, as text; each field gets its own.
struct Fields<'b>(std::slice::Split<'b, u8, fn(&u8) -> bool>);

impl<'b> Fields<'b> {
    fn of(bytes: &'b [u8]) -> Self {
        Self(bytes.split(|byte| *byte == b'|'))
    }

    fn text(&mut self) -> String {
        String::from_utf8_lossy(self.0.next().unwrap_or_default()).into_owned()
    }

    fn some(&mut self) -> Option<String> {
        Some(self.text()).filter(|text| !text.is_empty())
    }

    fn number(&mut self) -> i64 {
        self.text().trim().parse().unwrap_or_default()
    }
}

/// Whatever a task says, the calendar has the lines that it should have, and says it.
pub(super) fn calendar(bytes: &[u8]) {
    let mut fields = Fields::of(bytes);
    let mut tasks = Vec::new();
    for _ in 0..2 {
        let task = OpenTask {
            subject: fields.text(),
            title: fields.text(),
            context: fields.some(),
            link: fields.some(),
            due_at: fields.number(),
            all_day: false,
            author: fields.some(),
        };
        let task = AgendaTask {
            task,
            day: fields.some(),
            told_after: fields.number(),
            changed_at: fields.number(),
        };
        tasks.push(("amocrm:1".to_owned(), task));
    }
    let titles: Vec<String> = tasks
        .iter()
        .map(|(_, task)| task.task.title.clone())
        .collect();
    let feed = dealbell_centre::fuzzing::calendar(Language::Ru, tasks);
    for line in feed.split("\r\n") {
        assert!(!line.contains(['\r', '\n']), "a bare break: {line:?}");
        assert!(line.len() <= 75, "a long line: {line:?}");
    }
    let unfolded = feed.replace("\r\n ", "");
    let names: Vec<&str> = unfolded
        .lines()
        .map(|line| line.split([':', ';']).next().unwrap_or_default())
        .collect();
    const KNOWN: &[&str] = &[
        "BEGIN",
        "END",
        "VERSION",
        "PRODID",
        "CALSCALE",
        "METHOD",
        "NAME",
        "X-WR-CALNAME",
        "REFRESH-INTERVAL",
        "X-PUBLISHED-TTL",
        "UID",
        "DTSTAMP",
        "LAST-MODIFIED",
        "SUMMARY",
        "DESCRIPTION",
        "URL",
        "DTSTART",
        "DTEND",
        "TRANSP",
        "TRIGGER",
        "ACTION",
        "CREATED",
    ];
    for name in &names {
        assert!(
            KNOWN.contains(name),
            "a line of somebody else: {name:?} in {unfolded}"
        );
    }
    let count = |line: &str| unfolded.lines().filter(|known| *known == line).count();
    assert_eq!((count("BEGIN:VEVENT"), count("END:VEVENT")), (2, 2));
    assert_eq!((count("BEGIN:VALARM"), count("END:VCALENDAR")), (2, 1));
    let said: Vec<String> = unfolded
        .lines()
        .filter_map(|line| line.strip_prefix("SUMMARY:"))
        .map(unescaped)
        .collect();
    let wanted: Vec<String> = titles.iter().map(|title| line(title, MAX_TEXT)).collect();
    assert_eq!(said, wanted);
}

/// A text of RFC 5545 §3.3.11 as it was meant.
fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut signs = text.chars();
    while let Some(sign) = signs.next() {
        match (sign, sign == '\\') {
            (_, true) => match signs.next() {
                Some('n' | 'N') => out.push('\n'),
                Some(other) => out.push(other),
                None => panic!("it ends in the middle of an escape: {text}"),
            },
            (other, false) => out.push(other),
        }
    }
    out
}

/// Whatever a notification says, the letter has our headers, each once, two parts, and no markup
/// but ours.
pub(super) fn mail(bytes: &[u8]) {
    let mut fields = Fields::of(bytes);
    let notification = Notification {
        id: NotificationId(Default::default()),
        provider: ProviderId::new(short(fields.text())),
        kind: Kind::Message,
        priority: Priority::High,
        subject: None,
        title: within(fields.text(), MAX_TITLE),
        text: fields.text(),
        context: fields.some().map(|text| within(text, MAX_TITLE)),
        author: fields.some().map(|text| within(text, MAX_TITLE)),
        link: fields.some(),
        at: fields.number(),
        created_at: 0,
        created_seq: 1,
        read_at: None,
        silent: false,
    };
    let provider = short(fields.text());
    let letter = Letter {
        id: short(fields.text()),
        thread: fields.some().map(short),
        to: format!(
            "{}@firm.example",
            fields
                .some()
                .map_or_else(|| "anna".to_owned(), |text| within(text, MAX_ADDRESS))
        ),
        name: short(fields.text()),
        language: Language::En,
        zone: short(fields.text()),
        // The centre's own clock.
        at: fields.number().clamp(0, 4_102_444_800_000),
        content: match fields.number() {
            0 => LetterContent::One {
                notification: Box::new(notification),
                provider,
            },
            total => LetterContent::Digest {
                newest: vec![notification; 3],
                total: total.unsigned_abs(),
            },
        },
        unsubscribe: fields.some().map(short),
        inbox: fields.some().map(short),
    };
    let letter_is_ascii = letter.to.is_ascii();
    // What is no address gets no letter.
    let Ok(letter) = dealbell_letters::fuzzing::written(&letter) else {
        return;
    };
    for line in letter.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        assert!(line.len() <= 998, "a line no mail server takes");
        assert!(!line.contains(&b'\r'));
        // An address may have other letters (RFC 6531), where the mail server knows them.
        assert!(line.is_ascii() || !letter_is_ascii);
    }
    let letter = String::from_utf8(letter).expect("it is text");
    let (head, body) = letter.split_once("\r\n\r\n").expect("a head and a body");
    let headers: Vec<&str> = head
        .split("\r\n")
        .filter(|line| !line.starts_with([' ', '\t']))
        .map(|line| line.split(':').next().unwrap_or_default())
        .collect();
    const KNOWN: &[&str] = &[
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Auto-Submitted",
        "X-Auto-Response-Suppress",
        "Content-Language",
        "List-Id",
        "In-Reply-To",
        "References",
        "List-Unsubscribe",
        "List-Unsubscribe-Post",
        "Importance",
        "MIME-Version",
        "Content-Type",
    ];
    for header in &headers {
        assert!(
            KNOWN.contains(header),
            "a header of somebody else: {header:?}"
        );
    }
    assert_eq!(
        headers.iter().collect::<BTreeSet<_>>().len(),
        headers.len(),
        "{head}"
    );
    let boundaries = body.matches("\r\n--=_").count() + usize::from(body.starts_with("--=_"));
    assert_eq!(boundaries, 3, "{letter}");
    let html = body
        .split("Content-Type: text/html")
        .nth(1)
        .expect("a part as HTML");
    let html = html.split_once("\r\n\r\n").map_or("", |(_, rest)| rest);
    let html: String = html
        .split("--=_")
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    let html = base64::engine::general_purpose::STANDARD
        .decode(html)
        .expect("it is base64");
    let html = String::from_utf8(html).expect("it is text");
    const TAGS: &[&str] = &[
        "!doctype", "html", "head", "meta", "title", "style", "body", "table", "tr", "td", "tbody",
        "div", "span", "p", "a", "h1", "h2", "ul", "li", "br", "hr", "b", "strong", "small",
    ];
    for tag in html.split('<').skip(1) {
        // What one mail program reads by its own rules.
        if tag.starts_with("!--[if mso]>") || tag.starts_with("![endif]-->") {
            continue;
        }
        let name: String = tag
            .trim_start_matches('/')
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '!')
            .collect();
        assert!(
            TAGS.contains(&name.to_ascii_lowercase().as_str()),
            "markup of somebody else: <{tag}"
        );
    }
    for link in html.split("href=\"").skip(1) {
        assert!(
            link.starts_with("https://") || link.starts_with("http://"),
            "{link}"
        );
    }
}

/// As long as the centre makes it, or takes a name.
fn short(text: String) -> String {
    within(text, MAX_NAME)
}

fn within(text: String, most: usize) -> String {
    text.chars().take(most).collect()
}
