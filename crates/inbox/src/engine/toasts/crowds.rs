//! Too many at once: one summary, and the badge stays exact.

use super::{Line, channels, id, titles};
use crate::session::Input;
use crate::toast::{ToastAct, ToastKey};
use dealbell_protocol::stream::Change;
use dealbell_protocol::window::Sound;
use std::collections::HashSet;

#[tokio::test]
async fn more_than_five_in_three_seconds_become_a_summary() {
    let mut line = Line::live().await;
    for seq in 1..=5 {
        assert_eq!(
            titles(&line.create(|_| {}).await),
            [format!("Задача {seq}")]
        );
    }
    for _ in 0..7 {
        assert_eq!(line.create(|_| {}).await, []);
    }
    line.later(2_999);
    assert_eq!(line.put(Input::Tick).await, []);
    assert_eq!(line.engine.deadline(), Some(line.now.mono + 1));
    line.later(1);
    let acts = line.put(Input::Tick).await;
    assert_eq!(
        titles(&acts),
        ["withdrawn", "Ещё 8 уведомлений"],
        "five stay, and the summary speaks for the oldest, too"
    );
    assert_eq!(
        titles(&line.create(|_| {}).await),
        ["Задача 13"],
        "calm again"
    );
}

#[tokio::test]
async fn one_that_is_left_of_a_crowd_speaks_for_itself() {
    let mut line = Line::live().await;
    for _ in 0..7 {
        line.create(|_| {}).await;
    }
    let ids = (1..=6).map(id).collect();
    line.change(Change::Read { ids }).await;
    assert_eq!(titles(&line.pass(3_000).await), ["Задача 7"]);
}

#[tokio::test]
async fn a_summary_names_who_has_sent_most() {
    let mut line = Line::live().await;
    for _ in 0..5 {
        line.create(|_| {}).await;
    }
    for author in [
        "Ирина Котова",
        "Павел Громов",
        "Pavel",
        "Ирина Котова",
        "Pavel",
        "Pavel",
    ] {
        line.create(|row| row.author = Some(author.to_owned()))
            .await;
    }
    let acts = line.pass(3_000).await;
    let Some(ToastAct::Show { view, .. }) = acts.last() else {
        panic!("{acts:?}");
    };
    let said = "Ещё 7 уведомлений, Pavel: 3, 2 от Ирины Котовой";
    assert_eq!(view.title, said);
    assert_eq!(view.body, "Задача 11\nЗадача 10\nЗадача 9");
}

/// The whole of it within a minute: what a mailing to everybody looks like.
#[tokio::test]
async fn ten_thousand_in_a_minute_are_five_toasts_and_the_badge_is_exact() {
    let mut line = Line::live().await;
    let store = line.engine.store().unwrap();
    // The disk is not what is tried here.
    store.run_for_test("PRAGMA synchronous = OFF").await;
    let mut screen = HashSet::new();
    let (mut most, mut calls, mut sounds) = (0, 0, 0);
    for _ in 0..10_000 {
        line.later(6);
        for act in line.create(|_| {}).await {
            match act {
                ToastAct::Show { view, .. } => {
                    screen.insert(view.key);
                    calls += 1;
                    sounds += u64::from(view.sound != Sound::Silent);
                }
                ToastAct::Withdraw { key } => {
                    screen.remove(&key);
                }
            }
            most = most.max(screen.len());
        }
    }
    let acts = line.pass(20_000).await;
    assert_eq!(titles(&acts), ["Ещё 9996 уведомлений"]);
    assert_eq!((most, line.engine.state().unread), (5, 10_000));
    assert!(calls <= 5 + 8, "{calls} toasts were asked for");
    assert_eq!(sounds, 6, "five toasts and the first summary");
}

#[tokio::test]
async fn a_summary_goes_when_all_it_speaks_for_is_read_elsewhere() {
    let mut line = Line::live().await;
    for _ in 0..7 {
        line.create(|_| {}).await;
    }
    line.pass(3_000).await;
    let summed_up = line.engine.toast_clicked(ToastKey::Summary);
    assert_eq!(summed_up, [id(7), id(6), id(1)], "newest first");
    let mut line = Line::live().await;
    for _ in 0..7 {
        line.create(|_| {}).await;
    }
    line.pass(3_000).await;
    let ids = vec![id(1), id(6)];
    assert_eq!(line.change(Change::Read { ids }).await, []);
    let key = ToastKey::Summary;
    let ids = vec![id(7)];
    let gone = line.change(Change::Removed { ids }).await;
    assert_eq!(gone, [ToastAct::Withdraw { key }]);
}

#[tokio::test]
async fn complaint_a_badge_that_ignores_the_channel_settings() {
    let mut line = Line::live().await;
    line.change(Change::Channels(Box::new(channels(true, false))))
        .await;
    for _ in 0..7 {
        line.create(|_| {}).await;
    }
    assert_eq!(line.pass(10_000).await, []);
    assert_eq!(
        line.engine.state().unread,
        7,
        "Interface cannot be switched off (RULES C2): the number is the centre's"
    );
}
