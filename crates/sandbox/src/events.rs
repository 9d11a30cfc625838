//! The account's event list: what happened to which task, and who did it.

use crate::books::Task;

/// Something that changed; the name is the API's `type`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Happening {
    Added,
    Deleted,
    Completed,
    TextChanged { before: String, after: String },
    DeadlineChanged { before: i64, after: i64 },
    ResultAdded { note: u64 },
    ResponsibleChanged { before: u64, after: u64 },
}

impl Happening {
    /// The API's name of this kind.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Added => "task_added",
            Self::Deleted => "task_deleted",
            Self::Completed => "task_completed",
            Self::TextChanged { .. } => "task_text_changed",
            Self::DeadlineChanged { .. } => "task_deadline_changed",
            Self::ResultAdded { .. } => "task_result_added",
            Self::ResponsibleChanged { .. } => "entity_responsible_changed",
        }
    }
}

/// One entry of the list.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    /// ULID-like, growing.
    pub(crate) id: String,
    pub(crate) happening: Happening,
    /// The task it is about, as it was afterwards (a deleted one: before).
    pub(crate) task: Task,
    pub(crate) created_by: u64,
    /// Unix seconds.
    pub(crate) created_at: i64,
}

/// A 26-character lower-case id that sorts by time, then by `serial`.
pub(crate) fn event_id(at: i64, serial: u64) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let millis = u64::try_from(at).unwrap_or(0).saturating_mul(1000);
    let letter =
        |value: u64, place: u32| char::from(ALPHABET[((value >> (5 * place)) & 31) as usize]);
    let time = (0..10).rev().map(|place| letter(millis, place));
    // A u64 has 13 places of five bits (the last one short); three zeros fill the 16.
    let rest = (0..13).rev().map(|place| letter(serial, place));
    time.chain("000".chars()).chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use super::event_id;

    #[test]
    fn ids_have_26_letters_and_grow() {
        let ids = [
            event_id(1_700_000_000, 1),
            event_id(1_700_000_000, 40),
            event_id(1_700_000_001, 2),
        ];
        assert!(ids.iter().all(|id| id.len() == 26));
        assert!(ids.is_sorted());
    }
}
