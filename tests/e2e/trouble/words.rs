//! Words and links that an integration should not send, or may and must be shown as they are.

use serde_json::json;

use crate::{Department, QUIET, desktop, tray_says};

#[tokio::test(flavor = "multi_thread")]
async fn what_breaks_the_limits_is_refused_by_name_and_not_stored() {
    let desktop = desktop().await;
    let department = Department::serving_on(&desktop).await;
    let app = desktop.app(&[], &department.entries()).unwrap();
    tray_says(&desktop, &app, QUIET).await;

    let long = |count: usize| "ж".repeat(count);
    let refused = [
        ("link", json!({"title": "т", "link": "javascript:alert(1)"})),
        ("link", json!({"title": "т", "link": "file:///etc/passwd"})),
        ("link", json!({"title": "т", "link": "ftp://host/file"})),
        ("link", json!({"title": "т", "link": "amocrm.ru/leads"})),
        (
            "link",
            json!({"title": "т", "link": format!("https://a.ru/{}", long(2_048))}),
        ),
        ("title", json!({"title": long(201)})),
        ("title", json!({"title": "\u{202E}\u{0007} \n"})),
        ("text", json!({"title": "т", "text": long(4_001)})),
        // 100 kB.
        ("text", json!({"title": "т", "text": long(50_000)})),
    ];
    for (field, body) in refused {
        let (status, answer) = department.try_publish(body).await;
        assert_eq!(status, 400, "{answer}");
        assert_eq!(answer["code"], "field_invalid", "{answer}");
        assert_eq!(answer["field"], field, "{answer}");
    }
    let huge = json!({"title": "т", "text": long(200_000)});
    let (status, answer) = department.try_publish(huge).await;
    assert_eq!((status, &answer["code"]), (413, &json!("body_invalid")));

    department.ring(&desktop, &app, "Годится").await;
    let feed = department.centre.feed(&department.token).await.unwrap();
    let titles: Vec<_> = feed.items.iter().map(|item| item.title.as_str()).collect();
    assert_eq!((titles, feed.unread.count), (vec!["Годится"], 1));
    assert_eq!(desktop.recorder.recorded().calls.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_and_foreign_words_are_shown_as_they_are() {
    let desktop = desktop().await;
    let department = Department::serving_on(&desktop).await;
    let app = desktop.app(&[], &department.entries()).unwrap();
    let item = tray_says(&desktop, &app, QUIET).await;

    let cases = [
        (
            "<b>Скидка</b> & <img src=\"https://a/b\">",
            "<a href='x'>сюда</a> &amp; 5 < 6",
            "<a href='x'>сюда</a> &amp; 5 < 6",
        ),
        ("עברית и русский", "مرحبا بالعالم", "مرحبا بالعالم"),
        ("👩‍👩‍👧 🏁 семья", "💬 — «ё»", "💬 — «ё»"),
        // What turns the direction of the rest, or rings the terminal, is left out.
        (
            "Под_черк %s",
            "a\u{202E}b\u{0007}c\u{001b}[31m\nd",
            "abc[31m\nd",
        ),
    ];
    for (title, text, shown) in cases {
        department
            .publish(json!({"title": title, "text": text}))
            .await;
        let toast = desktop.recorder.wait_toast(|call| call.title == title);
        let toast = toast.await.unwrap();
        assert_eq!(toast.body_read(), shown);
        assert!(!toast.body.contains("<a "), "markup is no markup any more");
        let named = item.wait_menu(|menu| {
            let entries = menu.flat();
            entries
                .iter()
                .any(|entry| entry.label.replace("__", "_") == title)
        });
        named.await.unwrap();
    }
}
