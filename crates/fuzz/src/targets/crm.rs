//! What the CRM answers, and what comes to its hooks.

use dealbell_amocrm::fuzzing::hook;
use dealbell_amocrm::model::{Account, Card, Event, Note, Request, Task, User};
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::form_urlencoded::Serializer;

/// What is told of a body can be written as a body that tells the same.
pub(super) fn hooks(bytes: &[u8]) {
    let Some(told) = hook(bytes) else { return };
    assert!(!told.is_empty());
    let mut body = Serializer::new(String::new());
    for (nth, event) in told.iter().enumerate() {
        for (name, value) in &event.fields {
            // A dot in a name is no bracket: such a name comes back as two.
            if name.split('.').any(|part| part.contains(['[', ']'])) {
                return;
            }
            let deep: String = name.split('.').map(|part| format!("[{part}]")).collect();
            let name = format!("{}[{}][{nth:09}]{deep}", event.what, event.how);
            body.append_pair(&name, value);
        }
    }
    let body = body.finish();
    let Some(again) = hook(body.as_bytes()) else {
        // Nesting that dots hid is counted when it is written out.
        assert!(
            told.iter()
                .any(|event| event.fields.keys().any(|name| name.contains('.')))
        );
        return;
    };
    let sorted = |mut all: Vec<dealbell_amocrm::fuzzing::Told>| {
        all.sort_by(|a, b| (&a.what, &a.how, &a.fields).cmp(&(&b.what, &b.how, &b.fields)));
        all
    };
    assert_eq!(sorted(again), sorted(told), "{body}");
}

/// Each kind of item is read or it is not, however the others are; what is asked of it answers.
pub(super) fn answers(bytes: &[u8]) {
    let Ok(value) = serde_json::from_slice::<Value>(bytes) else {
        return;
    };
    fn read<T: DeserializeOwned>(value: &Value) -> Option<T> {
        serde_json::from_value(value.clone()).ok()
    }
    if let Some(account) = read::<Account>(&value) {
        // A zone that cannot be is some other zone, never an end.
        let _ = account.zone.time_zone().iana_name();
    }
    if let Some(task) = read::<Task>(&value) {
        assert!(task.entity().is_none_or(|entity| entity.id > 0));
    }
    if let Some(event) = read::<Event>(&value) {
        let _ = (
            event.message(),
            event.note_id(),
            event.responsible_after(),
            event.entity(),
        );
    }
    if let Some(user) = read::<User>(&value) {
        let _ = user.rights.sees_pipeline(7);
    }
    let _ = (
        read::<Request>(&value),
        read::<Note>(&value),
        read::<Card>(&value),
    );
}
