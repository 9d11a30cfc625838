//! A toast as the XML that Windows reads, and the names it goes by there.

use crate::link::LinkKey;
use crate::{Sound, Toast, text};

/// The longest tag, in UTF-16 units.
const MAX_TAG: usize = 64;
/// Windows shows no more.
const MAX_BUTTONS: usize = 5;

/// The name of the toast `key`: the key itself, or its hash where that is too long for Windows.
pub(super) fn tag(key: &str) -> String {
    if key.encode_utf16().count() <= MAX_TAG {
        return key.to_owned();
    }
    // FNV-1a: the same in every version, as toasts outlive the process.
    let hash = key.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

/// What Windows is given to show.
pub(super) fn xml(toast: &Toast, links: &LinkKey) -> String {
    let mut root = Element::new("toast")
        .with("launch", &links.link(toast, None))
        .with("activationType", "protocol");
    if toast.stay {
        root = root.with("scenario", "reminder");
    }
    root.children(&[visual(toast), actions(toast, links), audio(toast.sound)])
}

fn visual(toast: &Toast) -> String {
    let title = Element::new("text").with("hint-maxLines", "2");
    let mut parts = vec![title.text(&text::title(&toast.title))];
    let body = text::body(&toast.body);
    if !body.is_empty() {
        parts.push(Element::new("text").text(&body));
    }
    if let Some(source) = toast.icon.as_deref().and_then(file_address) {
        let icon = Element::new("image").with("placement", "appLogoOverride");
        parts.push(icon.with("src", &source).children(&[]));
    }
    let binding = Element::new("binding").with("template", "ToastGeneric");
    Element::new("visual").children(&[binding.children(&parts)])
}

fn actions(toast: &Toast, links: &LinkKey) -> String {
    let button = |label: &str, way: &str, arguments: &str| {
        Element::new("action")
            .with("content", label)
            .with("activationType", way)
            .with("arguments", arguments)
            .children(&[])
    };
    let ours = toast.buttons.iter().take(MAX_BUTTONS).map(|b| {
        let link = links.link(toast, Some(&b.id));
        button(&text::title(&b.label), "protocol", &link)
    });
    let mut buttons: Vec<String> = ours.collect();
    if buttons.is_empty() && toast.stay {
        // Without a button Windows lets it go like any other. This one is Windows' own, in the user's language.
        buttons.push(button("", "system", "dismiss"));
    }
    if buttons.is_empty() {
        return String::new();
    }
    Element::new("actions").children(&buttons)
}

fn audio(sound: Sound) -> String {
    let audio = Element::new("audio");
    let audio = match sound {
        Sound::Default | Sound::Complete => return String::new(),
        Sound::Message => audio.with("src", "ms-winsoundevent:Notification.IM"),
        Sound::Bell => audio.with("src", "ms-winsoundevent:Notification.Reminder"),
        Sound::Silent => audio.with("silent", "true"),
    };
    audio.children(&[])
}

/// A drive's path as an address; a name in an icon theme is none.
fn file_address(path: &str) -> Option<String> {
    let bytes = path.as_bytes();
    if !(bytes.len() > 2 && bytes[0].is_ascii_alphabetic() && &bytes[1..3] == b":\\") {
        return None;
    }
    let mut address = "file:///".to_owned();
    for c in path.chars() {
        match c {
            '\\' => address.push('/'),
            '%' | ' ' | '#' | '?' => address.push_str(&format!("%{:02X}", u32::from(c))),
            c => address.push(c),
        }
    }
    Some(address)
}

/// An element being written: its start tag, still open.
struct Element {
    name: &'static str,
    written: String,
}

impl Element {
    fn new(name: &'static str) -> Self {
        let written = format!("<{name}");
        Self { name, written }
    }

    fn with(mut self, attribute: &str, value: &str) -> Self {
        self.written
            .push_str(&format!(" {attribute}=\"{}\"", escaped(value)));
        self
    }

    fn text(self, text: &str) -> String {
        self.children(&[escaped(text)])
    }

    fn children(self, inside: &[String]) -> String {
        let Self { name, written } = self;
        let inside = inside.concat();
        format!("{written}>{inside}</{name}>")
    }
}

/// Text that an XML reader reads as this text. What XML cannot say at all is left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\t' | '\n' | '\r' => out.push(c),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Button;

    fn links() -> LinkKey {
        LinkKey::new(&[1; 32], &[2; 32])
    }

    /// As Windows is given it, but for the seals of its links.
    fn unsealed(toast: &Toast) -> String {
        let xml = xml(toast, &links());
        let mut parts = xml.split("seal=");
        let first = parts.next().unwrap().to_owned();
        parts.fold(first, |xml, part| xml + "SEAL" + &part[32..])
    }

    fn button(id: &str, label: &str) -> Button {
        Button {
            id: id.to_owned(),
            label: label.to_owned(),
        }
    }

    fn toast() -> Toast {
        Toast {
            key: "01ARZ3NDEKTSV4RRFFQ69G5FAV".into(),
            title: "Через 5 минут".into(),
            ..Toast::default()
        }
    }

    #[test]
    fn a_plain_toast_is_a_title_that_starts_a_link() {
        assert_eq!(
            unsealed(&toast()),
            concat!(
                r#"<toast launch="dealbell://toast/01ARZ3NDEKTSV4RRFFQ69G5FAV?SEAL" activationType="protocol">"#,
                r#"<visual><binding template="ToastGeneric">"#,
                r#"<text hint-maxLines="2">Через 5 минут</text>"#,
                "</binding></visual></toast>"
            )
        );
    }

    #[test]
    fn a_full_one_has_text_icon_buttons_and_sound() {
        let full = Toast {
            body: "Ирина\nКухня".into(),
            icon: Some(r"C:\Users\Анна К\icon#1.png".into()),
            buttons: vec![button("done", "Готово"), button("later", "Отложить")],
            sound: Sound::Bell,
            stay: true,
            ..toast()
        };
        assert_eq!(
            unsealed(&full),
            concat!(
                r#"<toast launch="dealbell://toast/01ARZ3NDEKTSV4RRFFQ69G5FAV?SEAL" activationType="protocol" scenario="reminder">"#,
                r#"<visual><binding template="ToastGeneric">"#,
                r#"<text hint-maxLines="2">Через 5 минут</text><text>Ирина"#,
                "\n",
                r#"Кухня</text><image placement="appLogoOverride" src="file:///C:/Users/Анна%20К/icon%231.png"></image>"#,
                "</binding></visual><actions>",
                r#"<action content="Готово" activationType="protocol" arguments="dealbell://toast/01ARZ3NDEKTSV4RRFFQ69G5FAV?act=done&amp;SEAL"></action>"#,
                r#"<action content="Отложить" activationType="protocol" arguments="dealbell://toast/01ARZ3NDEKTSV4RRFFQ69G5FAV?act=later&amp;SEAL"></action>"#,
                r#"</actions><audio src="ms-winsoundevent:Notification.Reminder"></audio></toast>"#
            )
        );
    }

    #[test]
    fn no_customer_writes_our_xml() {
        let evil = "</text></binding></visual><actions><action arguments=\"calc:\"/> & ' \u{0}\u{b}\u{fffe}\u{ffff}";
        let toast = Toast {
            key: "k\" onclick=\"x".into(),
            title: evil.into(),
            body: evil.into(),
            icon: Some("C:\\\"><x>".into()),
            buttons: vec![button("a\"b", evil)],
            ..toast()
        };
        let xml = xml(&toast, &links());
        // As an XML reader sees it: these tags, in this order, and each quote closed.
        let tags: Vec<&str> = xml
            .split('<')
            .skip(1)
            .map(|tag| tag.split(['>', ' ']).next().unwrap_or_default())
            .collect();
        assert_eq!(
            tags,
            [
                "toast", "visual", "binding", "text", "/text", "text", "/text", "image", "/image",
                "/binding", "/visual", "actions", "action", "/action", "/actions", "/toast"
            ]
        );
        for tag in xml.split('<').skip(1) {
            let start = tag.split('>').next().unwrap_or_default();
            assert_eq!(start.matches('"').count() % 2, 0, "{start}");
        }
        assert!(!xml.contains(['\u{0}', '\u{b}', '\u{fffe}', '\u{ffff}']));
        assert!(xml.contains("&lt;/text&gt;") && xml.contains("&amp; &apos;"));
    }

    #[test]
    fn one_that_stays_has_a_button_to_let_it_go() {
        let stays = Toast {
            stay: true,
            ..toast()
        };
        let xml = xml(&stays, &links());
        let own = r#"<action content="" activationType="system" arguments="dismiss"></action>"#;
        assert!(xml.contains(own), "{xml}");
    }

    #[test]
    fn silent_is_said() {
        let silent = Toast {
            sound: Sound::Silent,
            ..toast()
        };
        assert!(xml(&silent, &links()).contains(r#"<audio silent="true"></audio>"#));
    }

    #[test]
    fn more_buttons_than_windows_shows_are_left_out() {
        let many = Toast {
            buttons: (0..9).map(|n| button(&n.to_string(), "кнопка")).collect(),
            ..toast()
        };
        assert_eq!(
            xml(&many, &links()).matches("<action ").count(),
            MAX_BUTTONS
        );
    }

    #[test]
    fn a_key_is_its_tag_as_long_as_windows_takes_it() {
        let long = "ы".repeat(65);
        assert_eq!(tag("popup-7"), "popup-7");
        assert_eq!(tag(&long).len(), 16);
        assert_ne!(tag(&long), tag(&"ы".repeat(66)));
        assert_eq!(tag(&long[2..]), long[2..]);
    }

    #[test]
    fn an_icon_is_a_file_of_a_drive_or_none() {
        assert_eq!(file_address(r"C:\a.png"), Some("file:///C:/a.png".into()));
        for none in ["dealbell", "", "C:", "/usr/share/icon.png", r"\\host\a.png"] {
            assert_eq!(file_address(none), None, "{none}");
        }
    }
}
