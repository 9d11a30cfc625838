//! JSON from the network and from the disk.

use dealbell_centre::fuzzing::published;
use dealbell_protocol::rest::{MAX_KEY, MAX_LINK, MAX_TEXT, MAX_TITLE};
use dealbell_protocol::stream::{ClientFrame, ServerFrame};
use dealbell_protocol::window::{DeviceSettings, WindowCall, WindowEvent};
use serde::{Serialize, de::DeserializeOwned};
use std::fmt::Debug;

/// What is read is written so that it reads as the same again, and then to the letter.
fn round_trip<T: DeserializeOwned + Serialize + PartialEq + Debug>(bytes: &[u8]) {
    let Ok(value) = serde_json::from_slice::<T>(bytes) else {
        return;
    };
    let written = serde_json::to_string(&value).expect("what was read can be written");
    let again: T = serde_json::from_str(&written).expect("what we write we read");
    assert_eq!(again, value, "it has become another one: {written}");
    let twice = serde_json::to_string(&again).expect("it can be written");
    assert_eq!(twice, written);
}

pub(super) fn server_frames(bytes: &[u8]) {
    round_trip::<ServerFrame>(bytes);
}

pub(super) fn client_frames(bytes: &[u8]) {
    round_trip::<ClientFrame>(bytes);
}

pub(super) fn window(bytes: &[u8]) {
    round_trip::<WindowCall>(bytes);
    round_trip::<WindowEvent>(bytes);
    // A line is a message: nothing written may have a line break in it.
    if let Ok(event) = serde_json::from_slice::<WindowEvent>(bytes) {
        let line = serde_json::to_string(&event).expect("it can be written");
        assert!(!line.contains(['\n', '\r']), "two lines: {line}");
    }
}

pub(super) fn settings(bytes: &[u8]) {
    round_trip::<DeviceSettings>(bytes);
}

/// What passes the checks keeps every bound of RULES C12, is plain, and would pass them again.
pub(super) fn publish(bytes: &[u8]) {
    let Ok(kept) = published(bytes) else { return };
    let plain = |text: &str, max: usize| {
        assert!(text.chars().count() <= max, "too long: {text}");
        let hidden = ['\u{202e}', '\u{2066}', '\u{200b}', '\u{feff}'];
        assert!(!text.contains(hidden), "{text:?}");
        assert!(
            !text.chars().any(|c| c.is_control() && c != '\n'),
            "{text:?}"
        );
    };
    assert!(!kept.title.is_empty());
    for (line, max) in [
        (Some(&kept.title), MAX_TITLE),
        (kept.context.as_ref(), MAX_KEY),
        (kept.author.as_ref(), MAX_KEY),
    ] {
        let Some(line) = line else { continue };
        plain(line, max);
        assert!(!line.contains('\n'), "{line:?}");
        assert_eq!(&dealbell_protocol::text::line(line, max), line);
    }
    plain(&kept.text, MAX_TEXT);
    assert_eq!(
        dealbell_protocol::text::block(&kept.text, MAX_TEXT),
        kept.text
    );
    for key in [&kept.subject, &kept.dedup_key].into_iter().flatten() {
        assert!(!key.is_empty() && key.chars().count() <= MAX_KEY);
        assert!(!key.chars().any(char::is_control));
    }
    if let Some(link) = &kept.link {
        assert!(link.len() <= MAX_LINK && link.is_ascii(), "{link}");
        assert!(
            link.starts_with("https://") || link.starts_with("http://"),
            "{link}"
        );
    }
}
