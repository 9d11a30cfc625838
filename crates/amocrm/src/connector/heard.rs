//! What webhooks tell of chat messages: their texts, which the API never gives.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

/// More messages than this are not kept.
const MOST: usize = 10_000;
/// Nor more of one, characters: what a notice can carry.
const LONGEST_TEXT: usize = 4_000;
/// The longest name, characters.
const LONGEST_NAME: usize = 200;
/// No id of a message is longer, bytes.
const LONGEST_ID: usize = 200;

/// One chat message, as a hook tells it. Nothing of it can be trusted: hooks are not signed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// Its id, as events name it.
    pub id: String,
    /// What it says.
    pub text: String,
    /// Who wrote it; may be empty.
    pub author: String,
}

/// The messages heard lately, shared by whoever hears and whoever tells. Kept in memory only.
#[derive(Clone, Debug, Default)]
pub struct Heard(Arc<Mutex<Shelf>>);

#[derive(Debug, Default)]
struct Shelf {
    messages: HashMap<String, Message>,
    /// Oldest first.
    order: VecDeque<String>,
}

impl Heard {
    /// Keeps a message, as much of it as a notice can carry; the oldest one goes where there are too
    /// many. One heard again is kept as it was heard last.
    pub fn note(&self, message: Message) {
        if message.id.len() > LONGEST_ID {
            return;
        }
        let message = Message {
            text: cut(&message.text, LONGEST_TEXT),
            author: cut(&message.author, LONGEST_NAME),
            id: message.id,
        };
        let mut shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let id = message.id.clone();
        if shelf.messages.insert(id.clone(), message).is_none() {
            shelf.order.push_back(id);
        }
        while shelf.order.len() > MOST {
            let oldest = shelf.order.pop_front();
            oldest.and_then(|id| shelf.messages.remove(&id));
        }
    }

    /// The message with this id, where it was heard.
    pub fn text_of(&self, id: &str) -> Option<Message> {
        let shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shelf.messages.get(id).cloned()
    }
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_goes_and_the_newest_words_count() {
        let heard = Heard::default();
        let message = |id: usize, text: &str| Message {
            id: id.to_string(),
            text: text.to_owned(),
            ..Message::default()
        };
        for id in 0..=MOST {
            heard.note(message(id, "раз"));
        }
        heard.note(message(MOST, "два"));
        assert_eq!(heard.text_of("0"), None);
        assert_eq!(heard.text_of("1"), Some(message(1, "раз")));
        heard.note(Message {
            author: "a".repeat(1_000_000),
            ..message(5, &"я".repeat(1_000_000))
        });
        let long = heard.text_of("5").unwrap();
        assert_eq!((long.text.len(), long.author.len()), (8_000, 200));
        let id = "9".repeat(1_000);
        heard.note(Message {
            id: id.clone(),
            ..Message::default()
        });
        assert_eq!(heard.text_of(&id), None);
        let last = heard.clone().text_of(&MOST.to_string());
        assert_eq!(last, Some(message(MOST, "два")));
    }
}
