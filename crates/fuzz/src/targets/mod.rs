//! The doors.

mod crm;
mod json;
mod letters;
mod links;
mod texts;

use crate::Target;

/// Every target.
pub const TARGETS: &[Target] = &[
    Target {
        name: "server-frames",
        words: &[
            "op", "hello", "event", "ready", "ping", "created", "seq", "unread", "data", "kind",
        ],
        run: json::server_frames,
    },
    Target {
        name: "client-frames",
        words: &[
            "op", "start", "ack", "read", "read_all", "token", "cursor", "upto", "ids",
        ],
        run: json::client_frames,
    },
    Target {
        name: "window",
        words: &[
            "type", "id", "request", "page", "query", "sign_in", "settings", "answer", "way",
        ],
        run: json::window,
    },
    Target {
        name: "settings",
        words: &[
            "language",
            "theme",
            "network",
            "proxy",
            "content",
            "shortcut",
            "keep_days",
            "quiet",
        ],
        run: json::settings,
    },
    Target {
        name: "publish",
        words: &[
            "users", "title", "text", "link", "context", "author", "at", "kind", "subject",
            "https://",
        ],
        run: json::publish,
    },
    Target {
        name: "hooks",
        words: &[
            "task[add][0][id]=",
            "message[add][0][text]=",
            "[author][name]",
            "account[id]=",
            "&",
        ],
        run: crm::hooks,
    },
    Target {
        name: "crm",
        words: &[
            "_embedded",
            "complete_till",
            "value_after",
            "metadata",
            "rights",
            "datetime_settings",
            "[]",
        ],
        run: crm::answers,
    },
    Target {
        name: "links",
        words: &[
            "https://",
            "javascript:",
            "data:",
            "file:",
            "@",
            "xn--",
            "[::1]",
            "\t",
            "amocrm.ru",
        ],
        run: links::web,
    },
    Target {
        name: "deep-links",
        words: &[
            "dealbell://toast/",
            "?act=",
            "&seal=",
            "dealbell://join?",
            "centre=",
            "&code=",
            "/join/",
            "https%3A%2F%2F",
        ],
        run: links::deep,
    },
    Target {
        name: "texts",
        words: &[
            "\u{a0}", "\u{202f}", "\u{2066}", "\u{fffb}", "\u{ad}", "\u{301}",
        ],
        run: texts::plain,
    },
    Target {
        name: "calendar",
        words: &[
            "BEGIN:VEVENT",
            "END:VCALENDAR",
            "ATTACH:",
            "\\n",
            "\\,",
            "X-A;B=\"c\":",
            "2026-11-21",
        ],
        run: letters::calendar,
    },
    Target {
        name: "mail",
        words: &[
            "Bcc: a@b",
            "\r\n.\r\n",
            "--=_",
            "=?utf-8?q?",
            "<script>",
            "</title>",
            "https://",
        ],
        run: letters::mail,
    },
];
