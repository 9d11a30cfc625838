//! Letters as a mail server receives them, read by programs nobody here wrote.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use dealbell_letters::{Sender, SmtpPost, SmtpSetup, render};
use dealbell_protocol::letter::{Letter, LetterContent, Post as _};
use dealbell_protocol::window::Language;
use dealbell_protocol::{Kind, Notification, Priority, ProviderId};
use serde_json::{Value, json};
use std::time::Duration;
use support::{MailServer, Tls, header};

/// 2026-11-21 11:55 UTC.
const NOW: i64 = 1_795_262_100_000;
const OFF: &str = "https://bell.firm.ru/v1/unsubscribe/AbC-_123";
const CARD: &str = "https://firm.amocrm.ru/leads/detail/7";

fn post(server: &MailServer, user: Option<(&str, &str)>) -> SmtpPost {
    let setup = SmtpSetup {
        address: server.url(user.map(|(name, _)| name)).parse().unwrap(),
        password: user.map(|(_, password)| password.to_owned()),
        ca: Some(server.authority()),
        sender: Sender::new("bell@firm.ru", Some("Поддержка <help@firm.ru>")).unwrap(),
        patience: Duration::from_secs(20),
    };
    SmtpPost::new(setup).unwrap()
}

fn notification() -> Notification {
    Notification {
        id: "01JD0000000000000000000000".parse().unwrap(),
        provider: ProviderId::new("tasks"),
        kind: Kind::TaskDue,
        priority: Priority::High,
        subject: Some("task:7".to_owned()),
        title: "Через 5 минут: перезвонить Ирине Котовой".to_owned(),
        text: "Уточнить адрес\nи согласовать счёт".to_owned(),
        context: Some("Кухня «Верона» · 184\u{a0}000\u{a0}₽".to_owned()),
        author: Some("Ирина Котова".to_owned()),
        link: Some(CARD.to_owned()),
        at: NOW,
        created_at: NOW,
        created_seq: 1,
        read_at: None,
        silent: false,
    }
}

fn one(notification: Notification, provider: &str) -> LetterContent {
    LetterContent::One {
        notification: Box::new(notification),
        provider: provider.to_owned(),
    }
}

fn letter(content: LetterContent) -> Letter {
    Letter {
        id: "01JD000000000000000000000L".to_owned(),
        thread: Some("task:7".to_owned()),
        to: "anna@почта.рф".to_owned(),
        name: "Анна «Аня» Орлова".to_owned(),
        language: Language::Ru,
        zone: "Europe/Moscow".to_owned(),
        at: NOW,
        content,
        unsubscribe: Some(OFF.to_owned()),
        inbox: Some("https://bell.firm.ru/inbox".to_owned()),
    }
}

/// What holds for every letter.
fn is_sound(arrived: &Value) {
    assert_eq!(arrived["defects"], json!([]));
    assert_eq!(arrived["stray"], 0, "line breaks are CR LF");
    assert!(arrived["longest"].as_u64().unwrap() <= 998);
    let alternative = json!(["multipart/alternative", "text/plain", "text/html"]);
    assert_eq!(arrived["types"], alternative);
    let page = &arrived["page"];
    assert_eq!(page["errors"], json!([]));
    assert_eq!(page["loads"], json!([]), "nothing is loaded from anywhere");
    assert_eq!(page["handlers"], json!([]));
    let tags = page["tags"].as_array().unwrap();
    for bad in ["script", "img", "iframe", "object", "form", "link", "b"] {
        assert!(!tags.contains(&json!(bad)), "<{bad}>");
    }
    for link in page["links"].as_array().unwrap() {
        assert!(link[1].as_str().unwrap().starts_with("https://"), "{link}");
    }
    let style = page["style"].as_str().unwrap();
    assert!(style.contains("prefers-color-scheme:dark") && !style.contains("url("));
    assert_eq!(header(arrived, "MIME-Version"), Some("1.0"));
    assert_eq!(header(arrived, "Auto-Submitted"), Some("auto-generated"));
    assert_eq!(header(arrived, "X-Auto-Response-Suppress"), Some("All"));
}

#[tokio::test]
async fn a_letter_arrives_as_it_was_written_and_says_what_it_belongs_to() {
    let server = MailServer::start(Tls::Starttls, Some("bell:геслo & co"), &[]);
    let post = post(&server, Some(("bell", "геслo & co")));
    let letter = letter(one(notification(), ""));
    let answered = post.hand_over(&letter).await.unwrap();
    assert_eq!(answered, "250 2.0.0 taken as 4711");

    let arrived = server.letter();
    is_sound(&arrived);
    assert_eq!(arrived["encrypted"], true);
    assert_eq!(arrived["user"], "bell");
    let envelope = json!({"from": "bell@firm.ru", "to": ["anna@xn--80a1acny.xn--p1ai"]});
    assert_eq!(arrived["envelope"], envelope);
    let to = json!([["Анна «Аня» Орлова", "anna@xn--80a1acny.xn--p1ai"]]);
    assert_eq!(arrived["addresses"]["to"], to);
    assert_eq!(
        arrived["addresses"]["from"],
        json!([["Dealbell", "bell@firm.ru"]])
    );
    let answers = json!([["Поддержка", "help@firm.ru"]]);
    assert_eq!(arrived["addresses"]["reply-to"], answers);
    assert_eq!(arrived["date"], 1_795_262_100.0);
    for (name, value) in [
        (
            "Subject",
            "Через 5 минут: перезвонить Ирине Котовой · Кухня «Верона»",
        ),
        ("Message-ID", "<01JD000000000000000000000L@firm.ru>"),
        ("In-Reply-To", "<task%3A7@firm.ru>"),
        ("References", "<task%3A7@firm.ru>"),
        ("List-Id", "Dealbell <tasks.dealbell.firm.ru>"),
        (
            "List-Unsubscribe",
            "<https://bell.firm.ru/v1/unsubscribe/AbC-_123>",
        ),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("Content-Language", "ru"),
        ("Importance", "high"),
    ] {
        assert_eq!(header(&arrived, name), Some(value), "{name}");
    }
    let rendered = render(&letter);
    assert_eq!(arrived["parts"]["text/plain"], rendered.text);
    assert_eq!(arrived["parts"]["text/html"], rendered.html);
    let page = &arrived["page"];
    assert_eq!(page["lang"], "ru");
    assert_eq!(page["preview"], "Уточнить адрес и согласовать счёт");
    let links = json!([
        ["Открыть: Кухня «Верона» · 184\u{a0}000\u{a0}₽", CARD],
        ["Все уведомления", "https://bell.firm.ru/inbox"],
        ["Отключить письма «Задачи»", OFF],
    ]);
    assert_eq!(page["links"], links);
    for said in [
        "Пора выполнять",
        "Задачи · сегодня в 14:55",
        "Через 5 минут: перезвонить Ирине Котовой",
    ] {
        assert!(page["shown"].as_str().unwrap().contains(said), "{said}");
    }
}

#[tokio::test]
async fn c8_the_digest_shows_five_and_leads_to_all() {
    let server = MailServer::start(Tls::Implicit, Some("bell:hush"), &[]);
    let post = post(&server, Some(("bell", "hush")));
    let mut newest = Vec::new();
    for author in [
        "Ирина Котова",
        "Павел Громов",
        "Ирина Котова",
        "Олег Белов",
        "Олег Белов",
    ] {
        newest.push(Notification {
            author: Some(author.to_owned()),
            title: format!("{author} пишет"),
            ..notification()
        });
    }
    let mut letter = letter(LetterContent::Digest { newest, total: 23 });
    letter.thread = None;
    post.send(&letter).await.unwrap();
    let arrived = server.letter();
    is_sound(&arrived);
    let subject = "23 непрочитанных: Ирина Котова, Павел Громов и другие";
    assert_eq!(header(&arrived, "Subject"), Some(subject));
    assert_eq!(
        header(&arrived, "List-Id"),
        Some("Dealbell <digest.dealbell.firm.ru>")
    );
    assert_eq!(header(&arrived, "In-Reply-To"), None);
    assert_eq!(header(&arrived, "References"), None);
    let page = &arrived["page"];
    let shown = page["shown"].as_str().unwrap();
    assert!(shown.contains("23 непрочитанных уведомления"), "{shown}");
    assert!(shown.contains("Ниже 5 самых новых."), "{shown}");
    assert!(shown.contains("И ещё 18 уведомлений"), "{shown}");
    let links = page["links"].as_array().unwrap();
    let to_all = json!(["Показать все 23", "https://bell.firm.ru/inbox"]);
    assert!(links.contains(&to_all), "{links:?}");
    assert!(links.contains(&json!(["Отключить все письма", OFF])));
    let cards = links.iter().filter(|link| link[1] == CARD).count();
    assert_eq!(cards, 10, "title and context of each of five");
}

#[tokio::test]
async fn an_english_letter_without_links_says_the_same_and_has_none() {
    let server = MailServer::open();
    let mut letter = letter(LetterContent::Digest {
        newest: vec![notification()],
        total: 1,
    });
    letter.language = Language::En;
    letter.unsubscribe = None;
    letter.inbox = None;
    let post = post(&server, None);
    post.send(&letter).await.unwrap();
    let arrived = server.letter();
    is_sound(&arrived);
    assert_eq!(arrived["page"]["lang"], "en");
    assert_eq!(header(&arrived, "List-Unsubscribe"), None);
    assert_eq!(header(&arrived, "List-Unsubscribe-Post"), None);
    assert_eq!(header(&arrived, "Content-Language"), Some("en"));
    let shown = arrived["page"]["shown"].as_str().unwrap();
    assert!(shown.contains("1 unread notification"), "{shown}");
    assert!(shown.contains("today 14:55"), "{shown}");

    letter.content = LetterContent::Test;
    post.send(&letter).await.unwrap();
    let arrived = server.letter();
    is_sound(&arrived);
    assert_eq!(
        header(&arrived, "Subject"),
        Some("Letters from Dealbell arrive")
    );
    assert_eq!(arrived["page"]["links"], json!([]));
}

/// «Somebody writes his name into a form, and it is a program.»
#[tokio::test]
async fn hostile_words_stay_words() {
    let server = MailServer::open();
    let evil = "x\r\nBcc: spy@evil.example\r\n\r\n<script>alert(1)</script>";
    let mut bad = notification();
    bad.provider = ProviderId::new("a\r\nX-Evil: 1");
    bad.title = format!("<script>alert(1)</script> {evil}");
    bad.text = format!("</td></table><img src=x onerror=alert(1)>\n.\n{evil}");
    bad.context = Some(format!("\"><a href='https://evil.example'>{evil}"));
    bad.link = Some("javascript:alert(1)".to_owned());
    let mut letter = letter(one(bad, &format!("<b>1С</b>{evil}")));
    letter.id = "a>\r\nBcc: spy@evil.example".to_owned();
    letter.thread = Some("b\r\nX-Evil: 1".to_owned());
    letter.name = evil.to_owned();
    letter.unsubscribe = Some("https://bell.firm.ru/x\r\nX-Evil: 1".to_owned());
    letter.inbox = Some("data:text/html,<script>alert(1)</script>".to_owned());
    post(&server, None).send(&letter).await.unwrap();
    let arrived = server.letter();
    is_sound(&arrived);
    let names: Vec<&str> = arrived["names"]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| name.as_str().unwrap())
        .collect();
    let mut expected = vec![
        "From",
        "To",
        "Reply-To",
        "Subject",
        "Date",
        "Message-ID",
        "In-Reply-To",
        "References",
        "Auto-Submitted",
        "X-Auto-Response-Suppress",
        "Content-Language",
        "List-Id",
        "List-Unsubscribe",
        "List-Unsubscribe-Post",
        "Importance",
        "MIME-Version",
        "Content-Type",
    ];
    let mut sorted = names;
    sorted.sort_unstable();
    expected.sort_unstable();
    assert_eq!(sorted, expected);
    assert_eq!(
        arrived["envelope"]["to"],
        json!(["anna@xn--80a1acny.xn--p1ai"])
    );
    let links = arrived["page"]["links"].as_array().unwrap();
    assert_eq!(
        links.len(),
        1,
        "only the one that switches letters off: {links:?}"
    );
    let shown = arrived["page"]["shown"].as_str().unwrap();
    assert!(shown.contains("<script>alert(1)</script>"), "as words");
    assert!(shown.contains("<img src=x onerror=alert(1)>"), "as words");
    // A line with a dot alone ends a letter for a mail server.
    let text = arrived["parts"]["text/plain"].as_str().unwrap();
    assert!(text.contains("\n.\n"), "{text}");
}
