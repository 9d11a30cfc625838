//! One toast for a conversation or a card, however many it speaks for.

use super::{Line, id, one, titles, withdraw};
use crate::toast::{ToastButton, ToastKey};
use dealbell_protocol::stream::Change;
use dealbell_protocol::window::Sound;
use dealbell_protocol::{Kind, Notification, ProviderId};

fn of_deal(row: &mut Notification) {
    row.context = Some("Кухня „Верона“".to_owned());
}

fn chat(row: &mut Notification) {
    of_deal(row);
    row.kind = Kind::ChatMessage;
    row.title = "Павел Громов пишет в Telegram".to_owned();
}

#[tokio::test]
async fn what_is_about_one_deal_shares_a_toast_that_says_so() {
    let mut line = Line::live().await;
    let first = one(line.create(of_deal).await);
    line.create(of_deal).await;
    let third = one(line.create(chat).await);
    assert_eq!(third.key, first.key, "it takes the place of the first");
    assert_eq!(
        third.title,
        "Павел Громов пишет в Telegram · ещё 2 по этой сделке"
    );
    assert_eq!(
        (third.body.as_str(), third.sound),
        ("Позвонить", Sound::Default)
    );
    assert_eq!(third.link, first.link, "a click opens the card");
    assert!(
        !third.buttons.contains(&ToastButton::Done),
        "not three at once"
    );
    let about = line.engine.toast_clicked(first.key);
    assert_eq!(about, [id(3), id(2), id(1)]);
}

#[tokio::test]
async fn one_conversation_is_one_toast_and_other_things_are_not() {
    let mut line = Line::live().await;
    let talk = |row: &mut Notification| {
        row.subject = Some("talk:1".to_owned());
        row.link = None;
    };
    let first = one(line.create(talk).await);
    let second = one(line.create(talk).await);
    assert_eq!(
        (second.key, second.title.as_str()),
        (first.key, "Задача 2 · ещё 1")
    );
    let other = one(line
        .create(|row| row.subject = Some("talk:2".to_owned()))
        .await);
    assert_eq!(other.key, ToastKey::Notification(id(3)));
    let page = one(line.create(|_| {}).await);
    assert_eq!(
        page.key,
        ToastKey::Notification(id(4)),
        "the list of all tasks is no card: it has no name"
    );
}

/// It would take over the toast, and with it the button that completes the task.
#[tokio::test]
async fn an_integration_gets_into_no_toast_of_the_crms_or_of_another_one() {
    let mut line = Line::live().await;
    let task = |row: &mut Notification| {
        of_deal(row);
        row.subject = Some("task:1".to_owned());
    };
    let integration = |name: &'static str| {
        move |row: &mut Notification| {
            task(row);
            row.provider = ProviderId::new(name);
        }
    };
    let shown = one(line.create(task).await);
    for (number, name) in [(2, "telephony"), (3, "mailer")] {
        let other = one(line.create(integration(name)).await);
        assert_eq!(other.key, ToastKey::Notification(id(number)));
        assert_ne!(other.group, shown.group);
        assert_eq!(line.engine.toast_clicked(other.key), [id(number)]);
    }
    assert_eq!(line.engine.toast_clicked(shown.key), [id(1)]);
    // With itself it does share one.
    let first = one(line.create(integration("telephony")).await);
    let second = one(line.create(integration("telephony")).await);
    assert_eq!(second.key, first.key);
}

#[tokio::test]
async fn read_elsewhere_it_falls_back_to_the_others_silently_and_goes_with_the_last() {
    let mut line = Line::live().await;
    for _ in 0..3 {
        line.create(of_deal).await;
    }
    let back = one(line.change(Change::Read { ids: vec![id(3)] }).await);
    assert_eq!(back.key, ToastKey::Notification(id(1)));
    assert_eq!(back.title, "Задача 2 · ещё 1 по этой сделке");
    assert_eq!(back.sound, Sound::Silent);
    let last = one(line.change(Change::Read { ids: vec![id(1)] }).await);
    assert_eq!(last.title, "Задача 2");
    assert_eq!(
        line.change(Change::Read { ids: vec![id(2)] }).await,
        [withdraw(1)]
    );
    assert_eq!(
        titles(&line.create(of_deal).await),
        ["Задача 7"],
        "alone again"
    );
}

#[tokio::test]
async fn what_was_to_stay_until_seen_stays_under_a_lesser_one() {
    let mut line = Line::live().await;
    let due = |row: &mut Notification| {
        of_deal(row);
        row.kind = Kind::TaskDue;
    };
    assert!(one(line.create(due).await).stay);
    assert!(one(line.create(chat).await).stay);
}
