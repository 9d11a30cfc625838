//! What rings, what is renewed in its place, what is withdrawn.

use super::{Line, acts, channels, cursor, id, titles, withdraw};
use crate::session::Mark;
use crate::toast::{Suppression, ToastAct, ToastKey};
use dealbell_protocol::stream::{Change, Popup, ServerFrame};
use dealbell_protocol::window::{Connection, Sound};
use dealbell_protocol::{Kind, ProviderId};

#[tokio::test]
async fn a_live_one_rings_at_once_with_its_link() {
    let mut line = Line::live().await;
    let acts = line.create(|_| {}).await;
    let [ToastAct::Show { attempt, view }] = &acts[..] else {
        panic!("{acts:?}");
    };
    assert!(attempt.is_some());
    assert_eq!(view.key, ToastKey::Notification(id(1)));
    assert_eq!(
        (view.title.as_str(), view.body.as_str()),
        ("Задача 1", "Позвонить")
    );
    assert!(view.link.is_some() && view.sound == Sound::Default);
    let acts = line
        .create(|row| row.link = Some("file:///etc/passwd".to_owned()))
        .await;
    assert!(matches!(&acts[..], [ToastAct::Show { view, .. }] if view.link.is_none()));
}

#[tokio::test]
async fn what_must_not_ring_says_why() {
    let mut line = Line::live().await;
    assert_eq!(line.create(|row| row.silent = true).await, []);
    assert_eq!(line.create(|row| row.read_at = Some(1)).await, []);
    line.change(Change::Channels(Box::new(channels(true, false))))
        .await;
    assert_eq!(line.create(|_| {}).await, [], "RULES C3");
    line.change(Change::Channels(Box::new(channels(false, true))))
        .await;
    assert_eq!(line.create(|_| {}).await, [], "RULES C5");
    for (seq, by) in [
        (1, Suppression::Silent),
        (2, Suppression::AlreadyRead),
        (4, Suppression::Channel),
        (6, Suppression::MasterSwitch),
    ] {
        assert_eq!(line.outcome(seq).await, super::by(by), "{seq}");
    }
    assert_eq!(
        line.engine.state().unread,
        3,
        "Interface has them all (RULES C2)"
    );
}

#[tokio::test]
async fn an_update_renews_the_toast_on_the_screen_and_rings_no_second_time() {
    let mut line = Line::live().await;
    let mut row = line.next_row();
    line.create(|_| {}).await;
    row.kind = Kind::TaskOverdue;
    row.title = "Просрочено".to_owned();
    let acts = line.change(Change::Updated(Box::new(row.clone()))).await;
    let [ToastAct::Show { view, .. }] = &acts[..] else {
        panic!("{acts:?}");
    };
    assert_eq!(
        (view.key, view.sound),
        (ToastKey::Notification(id(1)), Sound::Silent)
    );
    line.engine.toast_closed(ToastKey::Notification(id(1)));
    assert_eq!(
        line.change(Change::Updated(Box::new(row))).await,
        [],
        "RULES T3"
    );
}

#[tokio::test]
async fn a_storm_of_updates_renews_at_most_five_times_in_three_seconds() {
    let mut line = Line::live().await;
    let mut row = line.next_row();
    line.create(|_| {}).await;
    let mut renewed = 0;
    for count in 0..100 {
        row.text = format!("{count} сообщений");
        renewed += line
            .change(Change::Updated(Box::new(row.clone())))
            .await
            .len();
    }
    assert_eq!(renewed, 5);
    let acts = line.pass(3_000).await;
    assert_eq!(
        super::one(acts).body,
        "99 сообщений",
        "the last word is said"
    );
}

#[tokio::test]
async fn toasts_that_went_with_their_screen_are_neither_renewed_nor_withdrawn() {
    let mut line = Line::live().await;
    let row = line.next_row();
    line.create(|_| {}).await;
    line.engine.screen_gone();
    assert_eq!(line.change(Change::Updated(Box::new(row))).await, []);
    assert_eq!(line.change(Change::Read { ids: vec![id(1)] }).await, []);
    assert_eq!(
        titles(&line.create(|_| {}).await),
        ["Задача 4"],
        "a new screen"
    );
}

#[tokio::test]
async fn complaint_a_toast_that_stays_after_the_item_was_read_elsewhere() {
    let mut line = Line::live().await;
    for _ in 0..4 {
        line.create(|_| {}).await;
    }
    assert_eq!(
        line.change(Change::Read { ids: vec![id(1)] }).await,
        [withdraw(1)]
    );
    assert_eq!(
        line.change(Change::Removed { ids: vec![id(2)] }).await,
        [withdraw(2)]
    );
    let mark = Mark::Read { ids: vec![id(3)] };
    let effects = line.engine.mark(mark, line.now).await.unwrap();
    assert_eq!(acts(effects), [withdraw(3)]);
    assert_eq!(line.change(Change::ReadAll { upto: 3 }).await, []);
    assert_eq!(
        line.change(Change::ReadAll { upto: 4 }).await,
        [withdraw(4)]
    );
}

#[tokio::test]
async fn a_popup_is_shown_and_kept_nowhere_unless_the_master_switch_is_off() {
    let mut line = Line::live().await;
    let data = Popup {
        provider: ProviderId::new("telephony"),
        title: "Входящий звонок".to_owned(),
        text: String::new(),
        link: None,
        icon: None,
        at: 0,
        test: false,
    };
    let popup = ServerFrame::Popup { data };
    let acts = line.say(popup.clone()).await;
    assert!(matches!(&acts[..], [ToastAct::Show { attempt: None, .. }]));
    assert_eq!(line.engine.state().unread, 0);
    line.change(Change::Channels(Box::new(channels(false, true))))
        .await;
    assert_eq!(line.say(popup).await, [], "RULES C10");
}

#[tokio::test]
async fn a_store_damaged_at_work_is_begun_anew_from_the_centre() {
    let mut line = Line::live().await;
    line.create(|_| {}).await;
    let store = line.engine.store().unwrap();
    store.run_for_test("DROP TABLE notifications").await;
    assert_eq!(line.create(|_| {}).await, []);
    let state = line.engine.state();
    assert!(state.rebuilt.as_ref().is_some_and(|rebuilt| !rebuilt.newer));
    let Connection::Offline { .. } = state.connection else {
        panic!("{state:?}");
    };
    let kept = line.engine.store().unwrap().kept().await.unwrap();
    assert_eq!(kept.cursor, None, "so that the centre sends everything");
}

#[tokio::test]
async fn stream_3_what_the_disk_refuses_neither_rings_nor_moves_the_cursor() {
    let mut line = Line::live().await;
    line.create(|_| {}).await;
    let store = line.engine.store().unwrap();
    store.run_for_test("PRAGMA query_only = ON").await;
    assert_eq!(line.create(|_| {}).await, []);
    let state = line.engine.state();
    assert!(state.store_failed && state.rebuilt.is_none(), "{state:?}");
    assert_eq!(state.unread, 1, "what is here stays");
    let kept = line.engine.store().unwrap().kept().await.unwrap();
    assert_eq!(kept.cursor, Some(cursor(1)), "it comes again");
}
