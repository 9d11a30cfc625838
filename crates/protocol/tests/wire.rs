//! The frames read as `docs/stream.md` prints them.

use dealbell_protocol::stream::{Change, ClientFrame, CloseCode, Event, ServerFrame};
use dealbell_protocol::{Cursor, Unread};
use proptest::prelude::*;
use serde_json::json;

#[test]
fn an_event_is_one_flat_object() {
    let id = "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap();
    let frame = ServerFrame::Event(Event {
        seq: 42,
        prev: 41,
        at: 1_763_700_000_123,
        change: Change::Read { ids: vec![id] },
        unread: Unread { count: 7, at: 42 },
    });
    let wire = json!({
        "op": "event", "seq": 42, "prev": 41, "kind": "read", "at": 1_763_700_000_123_i64,
        "data": {"ids": ["01ARZ3NDEKTSV4RRFFQ69G5FAV"]}, "unread": {"count": 7, "at": 42},
    });
    assert_eq!(serde_json::to_value(&frame).unwrap(), wire);
    assert_eq!(serde_json::from_value::<ServerFrame>(wire).unwrap(), frame);
}

#[test]
fn a_start_without_a_cursor_is_understood() {
    let wire = r#"{"op":"start","id":1,"cursor":null,"client":{"version":"1","platform":"web"}}"#;
    let ClientFrame::Start { cursor, .. } = serde_json::from_str(wire).unwrap() else {
        panic!("not a start")
    };
    assert_eq!(cursor, None);
}

#[test]
fn the_range_of_a_close_code_is_the_verdict() {
    for code in CloseCode::ALL {
        assert_eq!(CloseCode::from_number(code.number()), Some(code));
    }
    assert!(CloseCode::is_final(CloseCode::DeviceRevoked.number()));
    assert!(!CloseCode::is_final(CloseCode::SlowReader.number()));
    assert!(CloseCode::is_final(4_599), "an unknown final code is final");
    assert!(!CloseCode::is_final(1_006));
}

proptest! {
    #[test]
    fn a_cursor_survives_the_wire(epoch in "[a-z0-9]{1,26}", seq: u64) {
        let cursor = Cursor { epoch, seq };
        prop_assert_eq!(cursor.to_string().parse::<Cursor>().unwrap(), cursor);
    }

    #[test]
    fn no_text_breaks_the_parser(text in ".{0,40}") {
        let _ = text.parse::<Cursor>();
        let _ = serde_json::from_str::<ServerFrame>(&text);
    }
}
