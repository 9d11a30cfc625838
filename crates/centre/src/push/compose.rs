//! What a push says, and how it is to be brought. Pure.

use super::{
    fate::Item,
    lease::{Content, TESTED},
    message::{self, SUMMARY},
};
use crate::refusal::Refusal;
use dealbell_protocol::{Millis, courier::Urgency, window::Language};
use std::collections::BTreeSet;

/// What a push is to say.
pub(super) enum Said {
    Test,
    One(Box<Item>),
    /// All of these; some waited for the end of quiet hours, or not.
    Together(Vec<Item>, bool),
    Clear(Vec<Item>),
}

/// Who reads it, and when.
#[derive(Clone, Copy)]
pub(super) struct Reader {
    pub(super) language: Language,
    /// His unread value.
    pub(super) unread: u64,
    /// How many unread ones the summary counts that is shown to him.
    pub(super) summarized: u64,
    /// His push service found the last one too long.
    pub(super) short: bool,
    pub(super) now: Millis,
}

/// A push in words.
pub(super) struct Written {
    pub(super) message: Vec<u8>,
    pub(super) tag: String,
    pub(super) urgency: Urgency,
    /// How long the push service keeps it.
    pub(super) kept: Millis,
    pub(super) content: Content,
    /// The notifications it is about.
    pub(super) items: Vec<String>,
}

impl Said {
    pub(super) fn written(self, reader: Reader) -> Result<Written, Refusal> {
        match self {
            Self::Test => Ok(Written {
                message: message::test(reader.language)?,
                tag: "test".to_owned(),
                urgency: Urgency::High,
                kept: TESTED,
                content: Content::Test,
                items: Vec::new(),
            }),
            Self::One(item) => one(*item, reader),
            Self::Together(items, held) => together(&items, held, reader),
            Self::Clear(items) => clear(items, reader),
        }
    }
}

fn one(item: Item, reader: Reader) -> Result<Written, Refusal> {
    let Some(told) = &item.notification else {
        return Err(Refusal::Storage("a push of nothing".to_owned()));
    };
    Ok(Written {
        message: message::one(told, &item.tag, reader.unread, reader.short)?,
        urgency: message::urgency(told),
        kept: message::kept(told.kind) - (reader.now - item.at),
        content: Content::Show(item.tag.clone()),
        tag: item.tag,
        items: vec![item.id],
    })
}

fn together(items: &[Item], held: bool, reader: Reader) -> Result<Written, Refusal> {
    let newest = items.iter().rev();
    let newest: Vec<_> = newest
        .filter_map(|item| item.notification.as_ref())
        .collect();
    let urgent = newest
        .iter()
        .any(|told| message::urgency(told) == Urgency::High);
    let kept = newest.iter().map(|told| message::kept(told.kind)).max();
    Ok(Written {
        message: message::together(&newest, held, reader)?,
        urgency: match urgent {
            true => Urgency::High,
            false => Urgency::Normal,
        },
        kept: kept.unwrap_or(0),
        content: Content::Show(SUMMARY.to_owned()),
        tag: SUMMARY.to_owned(),
        items: items.iter().map(|item| item.id.clone()).collect(),
    })
}

fn clear(items: Vec<Item>, reader: Reader) -> Result<Written, Refusal> {
    let tags: BTreeSet<String> = items.iter().map(|item| item.tag.clone()).collect();
    // An undelivered push of the first of them is replaced.
    let tag = tags.first().cloned().unwrap_or_default();
    Ok(Written {
        message: message::clear(tags.into_iter().collect(), reader.unread, reader.short)?,
        tag,
        urgency: Urgency::Low,
        kept: message::CLEAR_KEPT,
        content: Content::Clear,
        items: items.into_iter().map(|item| item.id).collect(),
    })
}
