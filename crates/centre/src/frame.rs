//! Frames as text. An event is put together from the stored change without reading it again.

use axum::extract::ws::Utf8Bytes;
use dealbell_protocol::{Millis, stream::ServerFrame};

/// A frame that is no event.
pub(crate) fn text(frame: &ServerFrame) -> Utf8Bytes {
    serde_json::to_string(frame)
        .expect("frames have string keys only")
        .into()
}

/// The `event` frame of an entry whose change is stored as `{"kind":…,"data":…}`.
pub(crate) fn event(seq: u64, at: Millis, change: &str, unread: u64) -> String {
    let prev = seq.saturating_sub(1);
    let inner = change
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
        .unwrap_or_default();
    format!(
        r#"{{"op":"event","seq":{seq},"prev":{prev},"at":{at},{inner},"unread":{{"count":{unread},"at":{seq}}}}}"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use dealbell_protocol::{
        Unread,
        stream::{Change, Event},
    };

    #[test]
    fn a_composed_event_reads_as_the_protocol_writes_it() {
        let change = Change::ReadAll { upto: 41 };
        let stored = serde_json::to_string(&change).unwrap();
        let read: ServerFrame = serde_json::from_str(&event(42, 1_763, &stored, 7)).unwrap();
        let expected = ServerFrame::Event(Event {
            seq: 42,
            prev: 41,
            at: 1_763,
            change,
            unread: Unread { count: 7, at: 42 },
        });
        assert_eq!(read, expected);
    }
}
