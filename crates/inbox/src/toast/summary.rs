//! One toast for many: how many there are, and from whom.

use super::view::Voice;
use super::{ToastButton, ToastKey, ToastView};
use dealbell_protocol::window::{ContentLevel, Language, Sound};
use dealbell_protocol::{Notification, NotificationId, Priority, rest, text as safe};
use dealbell_texts::genitive;
use std::collections::HashMap;

/// How many titles a summary names.
const TITLES: usize = 3;
/// How many people it names.
const SENDERS: usize = 2;

/// Why there is a summary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Occasion {
    /// There was no connection.
    Away,
    /// It was to be quiet (RULES C11).
    Quiet,
    /// A crash left open whether they were seen (STREAM 4).
    Unconfirmed,
    /// They came all at once.
    Crowd,
}

/// The summary on the screen.
#[derive(Debug)]
pub(super) struct Summary {
    occasion: Occasion,
    about: HashMap<NotificationId, Line>,
}

/// What it needs of a notification.
#[derive(Debug)]
struct Line {
    created_seq: u64,
    title: String,
    author: Option<String>,
}

impl Summary {
    pub(super) fn new(occasion: Occasion) -> Self {
        Self {
            occasion,
            about: HashMap::new(),
        }
    }

    /// It goes on for another reason; whether it takes its own place as the crowd goes on, which is
    /// no news.
    pub(super) fn goes_on(&mut self, occasion: Occasion) -> bool {
        let same = self.occasion == Occasion::Crowd && occasion == Occasion::Crowd;
        self.occasion = occasion;
        same && !self.about.is_empty()
    }

    pub(super) fn add(&mut self, notification: &Notification) {
        let line = Line {
            created_seq: notification.created_seq,
            title: safe::line(&notification.title, rest::MAX_TITLE),
            author: notification
                .author
                .as_deref()
                .map(|name| safe::line(name, rest::MAX_KEY)),
        };
        self.about.insert(notification.id, line);
    }

    /// Whether it spoke for this one.
    pub(super) fn forget(&mut self, id: NotificationId) -> bool {
        self.about.remove(&id).is_some()
    }

    pub(super) fn forget_up_to(&mut self, seq: u64) {
        self.about.retain(|_, line| line.created_seq > seq);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.about.is_empty()
    }

    /// What it speaks for, newest first.
    pub(super) fn about(&self) -> Vec<NotificationId> {
        self.newest_first().into_iter().map(|(id, _)| *id).collect()
    }

    pub(super) fn view(&self, voice: Voice<'_>) -> ToastView {
        let lines = self.newest_first();
        let level = voice.manners.level();
        let titles = match level {
            ContentLevel::All => TITLES,
            ContentLevel::Sender | ContentLevel::Nothing => 0,
        };
        let titles = lines
            .iter()
            .take(titles)
            .map(|(_, line)| line.title.as_str());
        ToastView {
            key: ToastKey::Summary,
            title: self.title(&lines, level, voice),
            body: titles.collect::<Vec<_>>().join("\n"),
            link: None,
            urgency: Priority::Normal,
            sound: match voice.manners.sounds {
                true => Sound::Default,
                false => Sound::Silent,
            },
            stay: false,
            buttons: vec![ToastButton::Open, ToastButton::MarkRead],
            group: None,
        }
    }

    fn title(
        &self,
        lines: &[(&NotificationId, &Line)],
        level: ContentLevel,
        voice: Voice<'_>,
    ) -> String {
        let message = match self.occasion {
            Occasion::Away => "summary-away",
            Occasion::Quiet => "summary-quiet",
            Occasion::Unconfirmed => "summary-unconfirmed",
            Occasion::Crowd => "summary-more",
        };
        let count = [("count", (lines.len() as u64).into())];
        let mut title = voice.say(message, &count);
        if level == ContentLevel::Nothing {
            return title;
        }
        for (name, count) in senders(lines).into_iter().take(SENDERS) {
            title.push_str(", ");
            title.push_str(&from(name, count, voice));
        }
        title
    }

    fn newest_first(&self) -> Vec<(&NotificationId, &Line)> {
        let mut lines: Vec<_> = self.about.iter().collect();
        lines.sort_by_key(|(_, line)| std::cmp::Reverse(line.created_seq));
        lines
    }
}

/// Who has sent how many: most first, then whoever was heard of last.
fn senders<'a>(lines: &[(&NotificationId, &'a Line)]) -> Vec<(&'a str, u64)> {
    let mut senders: Vec<(&str, u64)> = Vec::new();
    let mut at = HashMap::new();
    for (_, line) in lines {
        let Some(name) = line.author.as_deref().filter(|name| !name.is_empty()) else {
            continue;
        };
        let at = *at.entry(name).or_insert_with(|| {
            senders.push((name, 0));
            senders.len() - 1
        });
        senders[at].1 += 1;
    }
    senders.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    senders
}

fn from(name: &str, count: u64, voice: Voice<'_>) -> String {
    let (message, name) = match (voice.language, genitive(name)) {
        (Language::En, _) => ("summary-from", name.to_owned()),
        (Language::Ru, Some(name)) => ("summary-from", name),
        (Language::Ru, None) => ("summary-from-plain", name.to_owned()),
    };
    voice.say(message, &[("count", count.into()), ("name", name.into())])
}
