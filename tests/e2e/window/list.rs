//! The list: what is in it, marks, cards.

use anyhow::Result;
use dealbell_tests::{Browser, DesktopOptions, PrivateDesktop};
use fantoccini::key::Key;
use serde_json::json;

use crate::page::{Window, key};
use crate::team::Team;

#[tokio::test]
async fn rows_marks_and_number_are_the_centres_and_follow_it_live() -> Result<()> {
    let team = Team::start().await?;
    let early = team.say("Раньше").await?;
    let window = Window::open(&team).await?;
    let rows = window.wait_rows("one row", |rows| rows.len() == 1).await?;
    assert_eq!((rows[0].title.as_str(), rows[0].unread), ("Раньше", true));
    assert_eq!(rows[0].id, early.to_string());
    window.wait_badge(1).await?;

    // A page that was loaded anew would not know this any more.
    window.run("window.stayed = true").await?;
    let late = json!({"title": "Позже", "text": "Клиент ждёт звонка", "kind": "task_due"});
    let late = team.publish(late).await?;
    let rows = window.wait_rows("two rows", |rows| rows.len() == 2).await?;
    assert_eq!(rows[0].id, late.to_string(), "the newest is at the top");
    assert_eq!(
        (rows[0].title.as_str(), rows[0].text.as_str()),
        ("Позже", "Клиент ждёт звонка")
    );
    assert!(rows.iter().all(|row| row.unread));
    window.wait_badge(2).await?;
    assert_eq!(window.run("return window.stayed === true").await?, true);
    window.picture("list").await?;
    Ok(())
}

#[tokio::test]
async fn one_is_marked_by_button_and_by_key_and_back_again() -> Result<()> {
    let team = Team::start().await?;
    let first = team.say("Первое").await?;
    let second = team.say("Второе").await?;
    let window = Window::open(&team).await?;
    window.wait_rows("two rows", |rows| rows.len() == 2).await?;

    let button = window.in_row(first, "[data-testid=mark]").await?;
    button.click().await?;
    team.wait_read(first, true).await?;
    window.wait_rows("the mark", |rows| !rows[1].unread).await?;
    window.wait_badge(1).await?;

    window.tab_to("[data-open]").await?;
    let home = key(Key::Home);
    window.press(&home).await?;
    window.press("m").await?;
    team.wait_read(second, true).await?;
    window.wait_badge(0).await?;
    window.press(&key(Key::Down)).await?;
    window.press("m").await?;
    team.wait_read(first, false).await?;
    window.wait_badge(1).await?;
    window
        .wait_rows("the mark taken back", |rows| {
            !rows[0].unread && rows[1].unread
        })
        .await?;

    window.click("filter-unread").await?;
    let left = window
        .wait_rows("the unread one", |rows| rows.len() == 1)
        .await?;
    assert_eq!(left[0].id, first.to_string());
    Ok(())
}

#[tokio::test]
async fn all_are_read_at_once_and_badge_tray_centre_and_toasts_agree() -> Result<()> {
    let team = Team::start().await?;
    let window = Window::open(&team).await?;
    window.see("empty").await?;
    for title in ["Раз", "Два", "Три"] {
        team.say(title).await?;
    }
    window.wait_badge(3).await?;
    let recorder = &window.desktop.recorder;
    for title in ["Раз", "Два", "Три"] {
        recorder.wait_toast(|toast| toast.title == title).await?;
    }
    let tray = recorder.wait_item().await?;
    tray.wait(|tray| tray.tooltip_text.contains('3') || tray.tooltip_title.contains('3'))
        .await?;

    window.click("read-all").await?;
    window.wait_badge(0).await?;
    team.wait_unread(0).await?;
    tray.wait(|tray| !tray.tooltip_text.contains('3') && !tray.tooltip_title.contains('3'))
        .await?;
    recorder.wait_on_screen(0).await?;
    window
        .wait_rows("three read ones", |rows| {
            rows.len() == 3 && rows.iter().all(|row| !row.unread)
        })
        .await?;
    assert_eq!(window.property("read-all", "disabled").await?, true);
    Ok(())
}

#[tokio::test]
async fn a_card_opens_in_the_browser_and_its_row_is_read() -> Result<()> {
    let team = Team::start().await?;
    let desktop = PrivateDesktop::start(DesktopOptions::default()).await?;
    let browser = Browser::install(&desktop.home())?;
    let window = Window::open_on(desktop, &team.entries()).await?;
    let link = "https://firma.amocrm.ru/leads/detail/77?from=bell&x=1";
    let card = json!({"title": "Сделка", "link": link, "context": "Кухня «Верона»"});
    let card = team.publish(card).await?;
    let words = team.publish(json!({"title": "Без ссылки", "text": "Просто слова"}));
    let words = words.await?;
    window.wait_badge(2).await?;

    let button = window.in_row(card, "[data-testid=open]").await?;
    button.click().await?;
    browser.wait_opened(link).await?;
    team.wait_read(card, true).await?;
    window.wait_badge(1).await?;

    // Looking at the whole text is reading.
    window.in_row(words, "[data-open]").await?.click().await?;
    team.wait_read(words, true).await?;
    window.wait_badge(0).await?;
    assert_eq!(browser.opened(), [link]);
    Ok(())
}

#[tokio::test]
async fn whatever_a_text_holds_is_letters() -> Result<()> {
    let team = Team::start().await?;
    let window = Window::open(&team).await?;
    let markup = "<b>Жирно</b> &amp; <img src=x onerror=\"window.broken=1\"> {{7*7}} ${7*7}";
    let script = "<script>window.broken = 1</script>\nвторая строка <a href='https://x.y'>z</a>";
    let marked = team
        .publish(json!({"title": markup, "text": script}))
        .await?;
    let hebrew = team.say("שלום, לקוח חדש").await?;
    let emoji = team.say("👩🏽‍💻🇷🇺 Горит 🔥🔥🔥").await?;
    let rows = window
        .wait_rows("three rows", |rows| rows.len() == 3)
        .await?;
    let feed = team.feed().await?;
    for (row, item) in rows.iter().zip(&feed.items) {
        assert_eq!((&row.title, &row.text), (&item.title, &item.text));
    }
    assert_eq!(rows[0].id, emoji.to_string());
    assert_eq!(rows[0].title, "👩🏽‍💻🇷🇺 Горит 🔥🔥🔥");
    assert_eq!(rows[1].id, hebrew.to_string());
    assert_eq!(rows[2].id, marked.to_string());
    assert_eq!(rows[2].title, markup);
    assert_eq!(rows[2].text, script);
    let inside =
        "return document.querySelectorAll('[data-testid=item] :is(b, img, script, a)').length";
    assert_eq!(window.run(inside).await?, 0);
    assert_eq!(
        window.run("return window.broken === undefined").await?,
        true
    );
    let directions = "return [...document.querySelectorAll('[data-testid=item] .title .clamped')]
        .map(title => getComputedStyle(title).direction)";
    assert_eq!(window.run(directions).await?, json!(["ltr", "rtl", "ltr"]));
    Ok(())
}
