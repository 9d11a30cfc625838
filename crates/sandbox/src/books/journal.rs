//! The event list, newest last, found by time and by id.

use std::collections::{BTreeMap, HashMap};
use std::ops::RangeInclusive;

use super::Books;
use crate::events::{Event, Happening, Subject, event_id};

/// Every event by when it happened; a serial keeps apart what happened within one second.
#[derive(Debug, Default)]
pub(super) struct Journal {
    events: BTreeMap<(i64, u64), Event>,
    places: HashMap<String, (i64, u64)>,
}

impl Books {
    /// Every event within the span of Unix seconds, newest first.
    pub(crate) fn events(&self, span: &RangeInclusive<i64>) -> impl Iterator<Item = &Event> {
        let within = (!span.is_empty()).then(|| {
            let keys = (*span.start(), 0)..=(*span.end(), u64::MAX);
            self.journal.events.range(keys)
        });
        within.into_iter().flatten().rev().map(|(_, event)| event)
    }

    /// The event with this id.
    pub(crate) fn event(&self, id: &str) -> Option<&Event> {
        let place = self.journal.places.get(id)?;
        self.journal.events.get(place)
    }

    pub(super) fn record(
        &mut self,
        happening: Happening,
        subject: Subject,
        created_by: u64,
        created_at: i64,
    ) {
        let serial = self.next_serial();
        let id = event_id(created_at, serial);
        self.journal.places.insert(id.clone(), (created_at, serial));
        let event = Event {
            id,
            happening,
            subject,
            created_by,
            created_at,
        };
        self.journal.events.insert((created_at, serial), event);
    }
}
