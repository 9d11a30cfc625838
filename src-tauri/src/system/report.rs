//! What a user sends to whoever helps: how Dealbell is doing, without personal data.

use dealbell_protocol::window::{
    DeviceSettings, Diagnostics, LinkEvent, ProxyChoice, Trouble, Way,
};
use std::fmt::Write as _;

/// How much of the log goes with it, lines.
const LOG_LINES: usize = 200;

/// What is known of this Dealbell.
pub(crate) struct Facts<'a> {
    pub(crate) version: &'a str,
    pub(crate) ways: Vec<Way>,
    pub(crate) troubles: &'a [Trouble],
    pub(crate) settings: &'a DeviceSettings,
    pub(crate) diagnostics: &'a Diagnostics,
    /// What the last panic said.
    pub(crate) last_words: Option<&'a str>,
    /// The log, as it lies on the disk.
    pub(crate) log: &'a str,
}

/// The report. Titles, names, addresses and tokens stay out of it.
pub(crate) fn write(facts: &Facts<'_>) -> String {
    let mut report = String::new();
    let mut line = |text: String| {
        let _ = writeln!(report, "{text}");
    };
    line(format!("Dealbell {}", facts.version));
    line(system());
    line(format!("accounts: {:?}", facts.ways));
    line(format!("troubles: {:?}", facts.troubles));
    line(settings(facts.settings));
    line(String::new());
    line("connections, newest first (UTC)".to_owned());
    for record in &facts.diagnostics.connections {
        line(format!("{} {}", moment(record.at), link(&record.event)));
    }
    line(String::new());
    line("toasts, newest first (UTC)".to_owned());
    for record in &facts.diagnostics.decisions {
        // A provider may be an integration named after its customer; its kind of name is enough.
        let what = match &record.notification {
            Some(id) => id.to_string(),
            None => "summary".to_owned(),
        };
        let outcome = record
            .outcome
            .map_or_else(|| "open".to_owned(), |outcome| format!("{outcome:?}"));
        line(format!("{} {what} {outcome}", moment(record.at)));
    }
    if let Some(words) = facts.last_words {
        line(String::new());
        line("the last crash".to_owned());
        line(scrub(words));
    }
    line(String::new());
    line("log".to_owned());
    let lines: Vec<&str> = facts.log.lines().collect();
    for text in &lines[lines.len().saturating_sub(LOG_LINES)..] {
        line(scrub(text));
    }
    report
}

fn system() -> String {
    let said = |name| std::env::var(name).unwrap_or_default();
    format!(
        "system: {} {}, desktop {:?}, session {:?}",
        std::env::consts::OS,
        std::env::consts::ARCH,
        said("XDG_CURRENT_DESKTOP"),
        said("XDG_SESSION_TYPE"),
    )
}

fn settings(settings: &DeviceSettings) -> String {
    let proxy = match settings.proxy {
        ProxyChoice::System => "the system's",
        ProxyChoice::Direct => "none",
        ProxyChoice::Through { .. } => "one of his own",
    };
    format!(
        "settings: content {:?}, sounds {}, quiet with the system {}, hidden while sharing {}, \
         stays when due {}, at login {}, shortcut {}, proxy {proxy}, own certificates {}, \
         keeps {} days, lingers {} s, log {:?}",
        settings.content,
        settings.sounds,
        settings.respect_system_quiet,
        settings.hide_while_sharing,
        settings.stay_when_due,
        settings.start_at_login,
        settings.shortcut.is_some(),
        settings.ca_file.is_some(),
        settings.keep_days,
        settings.linger_secs,
        settings.log_level,
    )
}

fn link(event: &LinkEvent) -> String {
    match event {
        LinkEvent::Started => "started".to_owned(),
        LinkEvent::Online => "online".to_owned(),
        LinkEvent::Lost { code, retry_ms } => {
            let code = code.map_or_else(|| "no code".to_owned(), |code| code.to_string());
            format!("lost ({code}), next try after {retry_ms} ms")
        }
        LinkEvent::Refused { code } => format!("refused ({code})"),
        LinkEvent::Woke => "woke".to_owned(),
        LinkEvent::NetworkChanged => "network changed".to_owned(),
    }
}

fn moment(at: i64) -> String {
    jiff::Timestamp::from_millisecond(at).map_or_else(|_| at.to_string(), |at| format!("{at:.0}"))
}

/// A line of text without what may be somebody's: whatever is quoted, addresses of the web and of
/// mail, hosts, long numbers, long secrets, folders of a home.
fn scrub(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(['"', '«', '“', '`']) {
        let open = rest[start..].chars().next().unwrap_or('"');
        let close = match open {
            '«' => '»',
            '“' => '”',
            other => other,
        };
        plain.push_str(&rest[..start]);
        plain.push_str("[…]");
        let inside = &rest[start + open.len_utf8()..];
        rest = match end_of(inside, close) {
            Some(end) => &inside[end + close.len_utf8()..],
            // Cut off: whatever follows may still be inside.
            None => "",
        };
    }
    plain.push_str(rest);
    plain
        .split_inclusive(char::is_whitespace)
        .map(|word| match is_personal(word.trim()) {
            true => word.replace(word.trim(), "[…]"),
            false => word.to_owned(),
        })
        .collect()
}

/// Where the quote ends: an escaped one does not end it.
fn end_of(inside: &str, close: char) -> Option<usize> {
    let mut escaped = false;
    inside.char_indices().find_map(|(at, c)| {
        let ends = c == close && !escaped;
        escaped = c == '\\' && !escaped;
        ends.then_some(at)
    })
}

fn is_personal(word: &str) -> bool {
    // `name=value`: the name is ours.
    let value = word.rsplit_once('=').map_or(word, |(_, value)| value);
    let value = value.trim_matches([',', ';', '(', ')', '[', ']']);
    let digits = value.chars().filter(char::is_ascii_digit).count();
    let is_time = value.contains('T') && value.ends_with('Z') && value.contains(':');
    let in_home =
        value.contains("/home/") || value.contains("/Users/") || value.contains("\\Users\\");
    let dots = value.matches('.').count();
    let is_path = value.contains("::") || value.contains(".rs") || value.starts_with("src/");
    let is_host = dots > 0
        && !is_path
        && value
            .rsplit(['.', ':'])
            .any(|part| part.len() > 1 && part.chars().all(char::is_alphabetic));
    value.contains("://")
        || value.contains('@')
        || in_home
        || (is_host && !is_time)
        || (digits >= 10 && !is_time && value.len() != 26)
        || (value.len() > 40 && !is_path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use dealbell_protocol::window::{ConnectionRecord, ToastRecord};

    #[test]
    fn a_line_loses_whatever_is_somebodys() {
        for (text, left) in [
            (
                "opened https://demo.amocrm.ru/leads/detail/1 now",
                "opened […] now",
            ),
            ("account=anna.amocrm.ru ok", "[…] ok"),
            ("to anna@example.com, late", "to […] late"),
            ("«Кухня „Верона“» is due", "[…] is due"),
            ("said \"Ирина Котова", "said […]"),
            (r#"said "ООО \"Ромашка\" сегодня" late"#, "said […] late"),
            (
                "unknown variant `Ирина Котова`, late",
                "unknown variant […], late",
            ),
            ("phone +79161234567", "phone […]"),
            ("read /home/anna/.local/share/x failed", "read […] failed"),
            ("token=eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiIsImp0aSI6", "[…]"),
        ] {
            assert_eq!(scrub(text), left);
        }
    }

    #[test]
    fn what_helps_stays() {
        let line = "2026-11-21T10:00:00.123456Z  INFO dealbell::controller: counted unread=3";
        assert_eq!(scrub(line), line);
        let line = "key=01ARZ3NDEKTSV4RRFFQ69G5FAV outcome=Shown at src/bell.rs:81";
        assert_eq!(scrub(line), line);
    }

    #[test]
    fn the_report_tells_of_toasts_without_their_titles() {
        let id = "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap();
        let diagnostics = Diagnostics {
            connections: vec![ConnectionRecord {
                at: 0,
                event: LinkEvent::Lost {
                    code: Some(4_429),
                    retry_ms: 8_000,
                },
            }],
            decisions: vec![ToastRecord {
                at: 1_000,
                notification: Some(id),
                title: Some("Ирина Котова пишет".to_owned()),
                provider: None,
                outcome: None,
            }],
            log_file: None,
        };
        let report = write(&Facts {
            version: "1",
            ways: vec![Way::Solo],
            troubles: &[Trouble::NoTray],
            settings: &DeviceSettings::default(),
            diagnostics: &diagnostics,
            last_words: None,
            log: "a\nb\n",
        });
        assert!(
            report.contains("1970-01-01T00:00:00Z lost (4429), next try after 8000 ms"),
            "{report}"
        );
        assert!(
            report.contains(&format!("1970-01-01T00:00:01Z {id} open")),
            "{report}"
        );
        assert!(!report.contains("Ирина"), "{report}");
    }
}
