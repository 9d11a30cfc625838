//! What a centre may say is bounded here too: it may be another program, broken, or not what it was.

use dealbell_protocol::Notification;
use dealbell_protocol::rest::{MAX_KEY, MAX_LINK, MAX_TEXT, MAX_TITLE};
use dealbell_protocol::stream::{Change, Event};
use dealbell_protocol::text;

/// As a centre keeps it, nothing changes; else it is made so (RULES C12).
pub(super) fn notification(told: Notification) -> Notification {
    let name = |name: String| text::line(&name, MAX_TITLE);
    Notification {
        title: name(told.title),
        text: text::block(&told.text, MAX_TEXT),
        context: told.context.map(name),
        author: told.author.map(name),
        subject: told.subject.filter(|it| it.chars().count() <= MAX_KEY),
        link: told.link.filter(|it| it.chars().count() <= MAX_LINK),
        ..told
    }
}

/// The same for what is new or reworded.
pub(super) fn event(event: Event) -> Event {
    let change = match event.change {
        Change::Created(told) => Change::Created(Box::new(notification(*told))),
        Change::Updated(told) => Change::Updated(Box::new(notification(*told))),
        other @ (Change::Read { .. }
        | Change::Unread { .. }
        | Change::Removed { .. }
        | Change::ReadAll { .. }
        | Change::Channels(_)
        | Change::Providers(_)) => other,
    };
    Event { change, ..event }
}
