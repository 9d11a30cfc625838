//! What was put off on this device comes back by itself, once.

use super::{Line, by, id, one, titles, withdraw};
use crate::session::Input;
use crate::toast::{Suppression, ToastAct, UserQuiet};
use dealbell_protocol::stream::Change;
use dealbell_protocol::window::Sound;

const LATER: u64 = 900_000;

impl Line {
    fn in_a_while(&self) -> i64 {
        self.now.wall + LATER as i64
    }
}

#[tokio::test]
async fn it_goes_and_comes_back_alone_with_its_sound() {
    let mut line = Line::live().await;
    line.create(|_| {}).await;
    assert_eq!(line.snooze(1, line.in_a_while()).await, [withdraw(1)]);
    assert_eq!(line.engine.state().unread, 1, "it is unread still");
    assert_eq!(line.pass(LATER - 1).await, []);
    let back = one(line.pass(1).await);
    assert_eq!(
        (back.title.as_str(), back.sound),
        ("Задача 1", Sound::Default)
    );
    assert_eq!(line.pass(LATER * 10).await, [], "and no second time");
}

#[tokio::test]
async fn a_restart_does_not_lose_it_and_a_crash_at_its_toast_is_told() {
    let mut line = Line::live().await;
    let shown = line.create(|_| {}).await;
    line.shown(&shown).await;
    line.snooze(1, line.in_a_while()).await;
    assert_eq!(line.come_back().await, []);
    assert_eq!(titles(&line.pass(LATER).await), ["Задача 1"]);
    // The process ends before the system has shown it.
    let acts = line.come_back().await;
    assert_eq!(titles(&acts), ["Возможно, вы не увидели: 1 уведомление"]);
    line.shown(&acts).await;
    assert_eq!(line.come_back().await, []);
}

#[tokio::test]
async fn its_time_passed_while_nothing_ran_and_it_rings_when_the_line_is_back() {
    let mut line = Line::live().await;
    let shown = line.create(|_| {}).await;
    line.shown(&shown).await;
    line.snooze(1, line.in_a_while()).await;
    line.later(LATER * 2);
    line.restart().await;
    assert_eq!(
        line.put(Input::Tick).await,
        [],
        "it may have been read elsewhere"
    );
    assert!(
        line.engine
            .ringing_deadline()
            .is_none_or(|due| due > line.now.mono),
        "nobody asks again and again until then"
    );
    assert_eq!(titles(&line.come_back().await), ["Задача 1"]);
}

#[tokio::test]
async fn read_or_removed_it_does_not_come_back_even_if_it_is_unread_again() {
    let mut line = Line::live().await;
    for _ in 0..2 {
        line.create(|_| {}).await;
    }
    line.snooze(1, line.in_a_while()).await;
    line.snooze(2, line.in_a_while()).await;
    line.change(Change::Read { ids: vec![id(1)] }).await;
    line.change(Change::Unread { ids: vec![id(1)] }).await;
    line.change(Change::Removed { ids: vec![id(2)] }).await;
    assert_eq!(line.pass(LATER).await, []);
    let (done, _) = line.engine.snooze(id(2), i64::MAX, line.now).await.unwrap();
    assert!(!done, "there is nothing to put off");
}

#[tokio::test]
async fn in_the_quiet_it_is_held_back_and_its_channel_counts() {
    let mut line = Line::live().await;
    line.create(|_| {}).await;
    line.snooze(1, line.in_a_while()).await;
    line.manners(|manners| manners.user_quiet = Some(UserQuiet { until: None }))
        .await;
    assert_eq!(line.pass(LATER).await, []);
    assert_eq!(line.outcome(1).await, by(Suppression::UserQuiet));
    let acts = line.manners(|manners| manners.user_quiet = None).await;
    assert_eq!(titles(&acts), ["Пока было тихо: 1 уведомление"]);
    line.snooze(1, line.in_a_while()).await;
    let off = super::channels(false, true);
    line.change(Change::Channels(Box::new(off))).await;
    assert_eq!(line.pass(LATER).await, []);
    assert_eq!(line.outcome(1).await, by(Suppression::MasterSwitch));
}

#[tokio::test]
async fn what_only_waits_is_put_off_and_what_was_put_off_can_be_taken_back() {
    let mut line = Line::live().await;
    for _ in 0..7 {
        line.create(|_| {}).await;
    }
    line.snooze(6, line.in_a_while()).await;
    assert_eq!(line.outcome(6).await, by(Suppression::Snoozed));
    line.snooze(7, line.in_a_while()).await;
    assert_eq!(line.pass(3_000).await, [], "there is no crowd left");
    line.snooze(7, 0).await;
    assert_eq!(titles(&line.pass(LATER).await), ["Задача 6"]);
}

#[tokio::test]
async fn one_that_is_never_a_toast_by_itself_comes_back_since_he_asked_for_it() {
    let mut line = Line::live().await;
    assert_eq!(line.create(|row| row.silent = true).await, [], "RULES T2");
    line.snooze(1, line.in_a_while()).await;
    let acts = line.pass(LATER).await;
    assert!(matches!(&acts[..], [ToastAct::Show { .. }]), "{acts:?}");
}
