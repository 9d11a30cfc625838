//! What came while nobody was connected, or nobody was running.

use super::{Line, MINUTE, acts, by, id, titles};
use crate::engine::Engine;
use crate::session::Input;
use crate::toast::Suppression;
use dealbell_protocol::stream::Change;

#[tokio::test]
async fn one_missed_just_now_speaks_for_itself_and_more_or_older_ones_are_a_summary() {
    let mut line = Line::behind().await;
    assert_eq!(
        line.create(|_| {}).await,
        [],
        "not before the backlog is over"
    );
    assert_eq!(titles(&line.catch_up().await), ["Задача 1"]);
    let mut line = Line::behind().await;
    line.create(|row| row.created_at -= 11 * MINUTE).await;
    let acts = line.catch_up().await;
    assert_eq!(titles(&acts), ["Пока вас не было: 1 уведомление"]);
    let mut line = Line::behind().await;
    line.create(|_| {}).await;
    line.create(|_| {}).await;
    let acts = line.catch_up().await;
    assert_eq!(titles(&acts), ["Пока вас не было: 2 уведомления"]);
}

#[tokio::test]
async fn complaint_a_storm_of_toasts_after_standby() {
    let mut line = Line::behind().await;
    for _ in 0..12 {
        line.create(|_| {}).await;
    }
    line.change(Change::Read { ids: vec![id(1)] }).await;
    line.change(Change::Removed { ids: vec![id(2)] }).await;
    let acts = line.catch_up().await;
    assert_eq!(titles(&acts), ["Пока вас не было: 10 уведомлений"]);
    assert_eq!(line.outcome(1).await, by(Suppression::AlreadyRead));
    assert_eq!(line.outcome(2).await, by(Suppression::Withdrawn));
    assert_eq!(
        line.outcome(3).await,
        None,
        "until the summary is confirmed"
    );
}

#[tokio::test]
async fn stream_4_what_a_crash_left_open_is_one_summary_even_without_a_centre() {
    let mut line = Line::live().await;
    for _ in 0..3 {
        line.create(|_| {}).await;
    }
    let setup = line.engine.setup.clone();
    drop(line.engine);
    let mut engine = Engine::open(setup).await.unwrap();
    engine.handle(Input::Tick, line.now).await;
    let failed = Input::ConnectFailed {
        generation: 1,
        code: None,
        retry_ms: None,
    };
    let shown = acts(engine.handle(failed, line.now).await);
    assert_eq!(titles(&shown), ["Возможно, вы не увидели: 3 уведомления"]);
}

#[tokio::test]
async fn complaint_old_items_toasted_again() {
    let mut line = Line::live().await;
    let shown = line.create(|_| {}).await;
    line.shown(&shown).await;
    assert_eq!(line.come_back().await, [], "not after a restart");
    let row = Box::new(line.next_row());
    line.change(Change::Created(row.clone())).await;
    line.seq -= 1;
    assert_eq!(
        line.change(Change::Created(row)).await,
        [],
        "nor when it comes twice"
    );
    line.change(Change::Unread { ids: vec![id(1)] }).await;
    assert_eq!(line.pass(60_000).await, [], "nor when it is unread again");
}
