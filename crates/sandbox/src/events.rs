//! The account's event list: what happened to which task or card, and who did it.

use crate::books::{Entity, Task};

/// Something that happened; the name is the API's `type`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Happening {
    TaskAdded,
    TaskDeleted,
    TaskCompleted,
    TextChanged { before: String, after: String },
    DeadlineChanged { before: i64, after: i64 },
    ResultAdded { note: u64 },
    ResponsibleChanged { before: u64, after: u64 },
    LeadAdded { note: u64 },
    ContactAdded { note: u64 },
    CompanyAdded { note: u64 },
    StatusChanged { before: Stage, after: Stage },
    MessageCame(MessageRef),
    MessageWent(MessageRef),
    SmsCame { note: u64 },
    SmsWent { note: u64 },
    CallCame { note: u64 },
    CallWent { note: u64 },
}

/// Where a deal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stage {
    pub(crate) status: u64,
    pub(crate) pipeline: u64,
}

/// What an event tells of a chat message; never its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MessageRef {
    pub(crate) id: String,
    pub(crate) origin: String,
    pub(crate) talk: u64,
}

impl Happening {
    /// The API's name of this kind.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::TaskAdded => "task_added",
            Self::TaskDeleted => "task_deleted",
            Self::TaskCompleted => "task_completed",
            Self::TextChanged { .. } => "task_text_changed",
            Self::DeadlineChanged { .. } => "task_deadline_changed",
            Self::ResultAdded { .. } => "task_result_added",
            Self::ResponsibleChanged { .. } => "entity_responsible_changed",
            Self::LeadAdded { .. } => "lead_added",
            Self::ContactAdded { .. } => "contact_added",
            Self::CompanyAdded { .. } => "company_added",
            Self::StatusChanged { .. } => "lead_status_changed",
            Self::MessageCame(_) => "incoming_chat_message",
            Self::MessageWent(_) => "outgoing_chat_message",
            Self::SmsCame { .. } => "incoming_sms",
            Self::SmsWent { .. } => "outgoing_sms",
            Self::CallCame { .. } => "incoming_call",
            Self::CallWent { .. } => "outgoing_call",
        }
    }
}

/// Every kind of event the account records: the API's name, its number there, and its title.
pub(crate) const TYPES: [(&str, u64, &str); 17] = [
    ("lead_added", 1, "Новая сделка"),
    ("lead_status_changed", 4, "Изменение этапа продажи"),
    ("contact_added", 7, "Новый контакт"),
    ("company_added", 12, "Новая компания"),
    ("task_added", 22, "Новая задача"),
    ("task_deleted", 23, "Задача удалена"),
    ("task_completed", 24, "Завершение задачи"),
    ("task_text_changed", 26, "Изменение текста задачи"),
    (
        "task_deadline_changed",
        27,
        "Изменение даты исполнения задачи",
    ),
    ("task_result_added", 28, "Результат по задаче"),
    ("incoming_call", 29, "Входящий звонок"),
    ("outgoing_call", 30, "Исходящий звонок"),
    ("incoming_chat_message", 31, "Входящее сообщение"),
    ("outgoing_chat_message", 32, "Исходящее сообщение"),
    ("incoming_sms", 33, "Входящее SMS"),
    ("outgoing_sms", 34, "Исходящее SMS"),
    ("entity_responsible_changed", 43, "Ответственный изменён"),
];

/// What an event is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Subject {
    /// A task as it was afterwards (a deleted one: before).
    Task(Box<Task>),
    /// A card.
    Card(Entity),
}

impl Subject {
    pub(crate) fn id(&self) -> u64 {
        match self {
            Self::Task(task) => task.id,
            Self::Card(entity) => entity.id,
        }
    }

    /// The API's `entity_type`.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Task(_) => "task",
            Self::Card(entity) => entity.kind.singular(),
        }
    }

    /// The API's path segment.
    pub(crate) fn path(&self) -> &'static str {
        match self {
            Self::Task(_) => "tasks",
            Self::Card(entity) => entity.kind.name(),
        }
    }
}

/// One entry of the list.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    /// ULID-like, growing.
    pub(crate) id: String,
    pub(crate) happening: Happening,
    pub(crate) subject: Subject,
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
