//! From rows to messages: their words, within their size, how urgent they are and how long they are
//! kept. Pure.

use super::compose::Reader;
use crate::{refusal::Refusal, secret};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use dealbell_protocol::{
    Kind, Millis, Notification, Priority,
    courier::{MAX_MESSAGE, Urgency},
    push::PushMessage,
    text::line,
    window::Language,
};
use dealbell_texts::text;

/// Under which a summary is shown.
pub(super) const SUMMARY: &str = "summary";
/// Longest message for a push service that found one too long, bytes.
const SHORT: usize = 1_000;
/// Longest title then, characters.
const SHORT_TITLE: usize = 60;
/// Titles that a summary names.
const NAMED: usize = 3;
/// Longest title in a summary, characters.
const NAMED_LENGTH: usize = 80;
/// What is taken away is taken away for whoever comes back within this time.
pub(super) const CLEAR_KEPT: Millis = 12 * HOUR;
const HOUR: Millis = 60 * 60 * 1_000;

/// How long a notification is worth pushing.
pub(super) fn kept(kind: Kind) -> Millis {
    match kind {
        Kind::Call => HOUR,
        Kind::TaskDue | Kind::TaskOverdue | Kind::ChatMessage | Kind::Request => 12 * HOUR,
        Kind::TaskNew | Kind::TaskCompleted | Kind::DealAssigned | Kind::System | Kind::Message => {
            24 * HOUR
        }
    }
}

/// How much of a battery it is worth: what somebody waits for is, whatever its provider finds.
pub(super) fn urgency(notification: &Notification) -> Urgency {
    match (notification.priority, notification.kind) {
        (Priority::High, _)
        | (_, Kind::TaskDue | Kind::TaskOverdue | Kind::ChatMessage | Kind::Call) => Urgency::High,
        (Priority::Low, _) => Urgency::Low,
        (
            Priority::Normal,
            Kind::TaskNew
            | Kind::TaskCompleted
            | Kind::Request
            | Kind::DealAssigned
            | Kind::System
            | Kind::Message,
        ) => Urgency::Normal,
    }
}

/// What is undelivered under the same tag is replaced. The push service learns nothing of the tag.
pub(super) fn topic(subscription: &str, tag: &str) -> String {
    let name = secret::hash(&format!("topic\0{subscription}\0{tag}"));
    URL_SAFE_NO_PAD.encode(&name[..24])
}

/// Shows one notification.
pub(super) fn one(
    notification: &Notification,
    tag: &str,
    unread: u64,
    short: bool,
) -> Result<Vec<u8>, Refusal> {
    let context = notification.context.as_deref().unwrap_or_default();
    let parts = [notification.text.as_str(), context];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let show = |title: &str, text: &str, link: Option<&String>| PushMessage::Show {
        id: notification.id,
        tag: tag.to_owned(),
        title: title.to_owned(),
        text: text.to_owned(),
        link: link.cloned(),
        kind: notification.kind,
        at: notification.at,
        unread,
    };
    let all = parts.join("\n");
    let (title, link) = (notification.title.as_str(), notification.link.as_ref());
    if let Some(message) = fitting(&all, limit(short), |text| show(title, text, link))? {
        return Ok(message);
    }
    let title = line(title, SHORT_TITLE);
    // Without a link a click leads to the list.
    let link = link.filter(|link| link.len() < SHORT / 2);
    let message = fitting(&all, limit(short), |text| show(&title, text, link))?;
    match message {
        Some(message) => Ok(message),
        None => Ok(serde_json::to_vec(&show(&title, "", None))?),
    }
}

/// Shows how many there are, and some of them, the newest first.
pub(super) fn together(
    newest: &[&Notification],
    held: bool,
    reader: Reader,
) -> Result<Vec<u8>, Refusal> {
    let Some(first) = newest.first() else {
        return Err(Refusal::Storage("a summary of nothing".to_owned()));
    };
    let id = if held {
        "summary-quiet"
    } else {
        "push-summary"
    };
    let count = reader.summarized + newest.len() as u64;
    let title = text(reader.language, id, &[("count", count.into())]);
    let names = newest.iter().take(NAMED);
    let names: Vec<String> = names.map(|one| line(&one.title, NAMED_LENGTH)).collect();
    let names = names.join("\n");
    let show = |names: &str| PushMessage::Show {
        id: first.id,
        tag: SUMMARY.to_owned(),
        title: title.clone(),
        text: names.to_owned(),
        link: None,
        kind: Kind::Message,
        at: first.at,
        unread: reader.unread,
    };
    match fitting(&names, limit(reader.short), show)? {
        Some(message) => Ok(message),
        None => Ok(serde_json::to_vec(&show(""))?),
    }
}

/// Takes away what is shown under these tags; as many of them as there is room for.
pub(super) fn clear(mut tags: Vec<String>, unread: u64, short: bool) -> Result<Vec<u8>, Refusal> {
    loop {
        let message = PushMessage::Clear {
            tags: tags.clone(),
            unread,
        };
        let message = serde_json::to_vec(&message)?;
        if message.len() <= limit(short) || tags.pop().is_none() {
            return Ok(message);
        }
    }
}

/// What its user asked for.
pub(super) fn test(language: Language) -> Result<Vec<u8>, Refusal> {
    Ok(serde_json::to_vec(&PushMessage::Test {
        title: text(language, "test-title", &[]),
        text: text(language, "push-test-text", &[]),
    })?)
}

fn limit(short: bool) -> usize {
    if short { SHORT } else { MAX_MESSAGE }
}

/// The message with as much of `text` as fits; none where it does not fit without any.
fn fitting(
    text: &str,
    limit: usize,
    message: impl Fn(&str) -> PushMessage,
) -> Result<Option<Vec<u8>>, Refusal> {
    let whole = serde_json::to_vec(&message(text))?;
    if whole.len() <= limit {
        return Ok(Some(whole));
    }
    let ends: Vec<usize> = text.char_indices().map(|(end, _)| end).collect();
    let cut = |count: usize| -> Result<Vec<u8>, Refusal> {
        let end = ends.get(count).copied().unwrap_or(text.len());
        let start = text[..end].trim_end();
        let words = match start {
            "" => String::new(),
            start => format!("{start}…"),
        };
        Ok(serde_json::to_vec(&message(&words))?)
    };
    if cut(0)?.len() > limit {
        return Ok(None);
    }
    // How many characters fit is found by halves: from here it fits, from there it does not.
    let (mut fits, mut exceeds) = (0, ends.len());
    while exceeds - fits > 1 {
        let middle = usize::midpoint(fits, exceeds);
        if cut(middle)?.len() <= limit {
            fits = middle;
        } else {
            exceeds = middle;
        }
    }
    cut(fits).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use dealbell_protocol::{NotificationId, ProviderId};

    fn notification(title: &str, text: &str) -> Notification {
        Notification {
            id: NotificationId(ulid::Ulid::nil()),
            provider: ProviderId::new("tasks"),
            kind: Kind::TaskNew,
            priority: Priority::Normal,
            subject: Some("task:1".to_owned()),
            title: title.to_owned(),
            text: text.to_owned(),
            context: Some("Кухня".to_owned()),
            author: None,
            link: Some(format!("https://firm.amocrm.ru/{}", "a".repeat(1_900))),
            at: 1,
            created_at: 1,
            created_seq: 1,
            read_at: None,
            silent: false,
        }
    }

    fn shown(bytes: &[u8]) -> (String, String, Option<String>) {
        match serde_json::from_slice(bytes).unwrap() {
            PushMessage::Show {
                title, text, link, ..
            } => (title, text, link),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn long_texts_are_cut_to_what_a_push_may_hold() {
        for text in [
            "я".repeat(4_000),
            "\"\\\n".repeat(1_333),
            "🔔".repeat(4_000),
        ] {
            let title = "Ы".repeat(200);
            let long = notification(&title, &text);
            let full = one(&long, "task:1", 7, false).unwrap();
            assert!(full.len() <= MAX_MESSAGE && full.len() > MAX_MESSAGE - 20);
            let (told, words, link) = shown(&full);
            assert_eq!((told, link), (title, long.link.clone()));
            let start = words.strip_suffix('…').unwrap();
            assert!(text.starts_with(start) && !start.is_empty());
            let short = one(&long, "task:1", 7, true).unwrap();
            assert!(
                short.len() <= SHORT && short.len() > SHORT - 20,
                "{}",
                short.len()
            );
            let (told, _, link) = shown(&short);
            assert_eq!((told.chars().count(), link), (SHORT_TITLE, None));
        }
        let (_, words, _) = shown(&one(&notification("a", "b"), "t", 1, false).unwrap());
        assert_eq!(words, "b\nКухня");
    }

    #[test]
    fn tags_that_do_not_fit_are_left_where_they_are() {
        let tags: Vec<String> = (0..1_000).map(|n| format!("task:{n}")).collect();
        let message = clear(tags, 0, false).unwrap();
        assert!(message.len() <= MAX_MESSAGE);
        let many = matches!(
            serde_json::from_slice(&message).unwrap(),
            PushMessage::Clear { tags, .. } if tags.len() > 200
        );
        assert!(many);
    }

    #[test]
    fn a_topic_is_32_characters_and_tells_nothing() {
        let one = topic("01", "task:1");
        assert_eq!(one.len(), 32);
        let letters = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        assert!(one.chars().all(letters));
        assert_ne!(one, topic("02", "task:1"));
        assert_eq!(one, topic("01", "task:1"));
    }
}
