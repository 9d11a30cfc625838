//! Do-not-disturb and quiet hours: nothing rings, and afterwards one summary (RULES C11).

use super::{Line, MINUTE, by, channels, id, one, titles, withdraw};
use crate::session::{Input, Mark};
use crate::toast::{Suppression, ToastAct, ToastOutcome, UserQuiet};
use dealbell_protocol::stream::{Change, Popup, ResumeMode, ServerFrame};
use dealbell_protocol::window::{Quiet, Sound};
use dealbell_protocol::{ChannelSettings, ProviderId, QuietHours, QuietSpan};

const HOUR: u64 = 3_600_000;

impl Line {
    async fn disturb_not(&mut self, until: Option<i64>) -> Vec<ToastAct> {
        self.manners(|manners| manners.user_quiet = Some(UserQuiet { until }))
            .await
    }
}

/// Every day from 2:00 to 3:00; the line's day begins at 1:40.
fn hours() -> ChannelSettings {
    ChannelSettings {
        quiet: QuietHours {
            on: true,
            zone: "UTC".to_owned(),
            spans: vec![QuietSpan {
                days: (1..=7).collect(),
                from: 120,
                to: 180,
            }],
        },
        ..channels(true, true)
    }
}

fn popup(test: bool) -> ServerFrame {
    let data = Popup {
        provider: ProviderId::new("telephony"),
        title: "Входящий звонок".to_owned(),
        text: String::new(),
        link: None,
        icon: None,
        at: 0,
        test,
    };
    ServerFrame::Popup { data }
}

#[tokio::test]
async fn complaint_sound_while_do_not_disturb_is_on() {
    let mut line = Line::live().await;
    let until = line.now.wall + 60 * MINUTE;
    assert_eq!(line.disturb_not(Some(until)).await, []);
    let quiet = Some(Quiet::User { until: Some(until) });
    assert_eq!(line.engine.state().quiet, quiet);
    for author in [Some("Ирина Котова"), Some("Ирина Котова"), None] {
        let author = author.map(str::to_owned);
        assert_eq!(line.create(|row| row.author = author).await, []);
    }
    assert_eq!(line.say(popup(false)).await, [], "pop-ups, too (RULES C10)");
    let tried = one(line.say(popup(true)).await);
    assert_eq!(
        tried.sound,
        Sound::Silent,
        "a test he asked for is seen, not heard"
    );
    assert_eq!(line.outcome(2).await, by(Suppression::UserQuiet));
    let state = line.engine.state();
    assert_eq!((state.unread, state.quiet_held), (3, 3));

    assert_eq!(line.pass(HOUR - 1).await, []);
    let summary = one(line.pass(1).await);
    assert_eq!(
        summary.title,
        "Пока было тихо: 3 уведомления, 2 от Ирины Котовой"
    );
    assert_eq!(summary.sound, Sound::Default);
    let state = line.engine.state();
    assert_eq!((state.quiet, state.quiet_held), (None, 0));
    assert_eq!(
        line.outcome(2).await,
        by(Suppression::UserQuiet),
        "so that he sees why it did not ring then"
    );
    assert_eq!(titles(&line.create(|_| {}).await), ["Задача 4"], "as ever");
}

#[tokio::test]
async fn what_was_read_or_withdrawn_in_the_quiet_is_no_part_of_the_summary() {
    let mut line = Line::live().await;
    line.disturb_not(None).await;
    for _ in 0..4 {
        line.create(|_| {}).await;
    }
    line.change(Change::Read { ids: vec![id(1)] }).await;
    line.change(Change::Removed { ids: vec![id(2)] }).await;
    let mark = Mark::Read { ids: vec![id(3)] };
    line.engine.mark(mark, line.now).await.unwrap();
    assert_eq!(line.engine.state().quiet_held, 1);
    assert_eq!(line.outcome(1).await, by(Suppression::AlreadyRead));
    let acts = line.manners(|manners| manners.user_quiet = None).await;
    assert_eq!(titles(&acts), ["Пока было тихо: 1 уведомление"]);
    line.disturb_not(None).await;
    let acts = line.manners(|manners| manners.user_quiet = None).await;
    assert_eq!(acts, [], "nothing came, nothing is said");
}

#[tokio::test]
async fn c11_quiet_hours_begin_and_end_by_themselves() {
    let mut line = Line::live().await;
    line.change(Change::Channels(Box::new(hours()))).await;
    assert_eq!(line.engine.state().quiet, None);
    let shown = line.create(|_| {}).await;
    assert_eq!(shown.len(), 1, "twenty minutes before");
    line.pass(20 * 60_000).await;
    let until = 180 * MINUTE;
    assert_eq!(line.engine.state().quiet, Some(Quiet::Hours { until }));
    assert_eq!(line.create(|_| {}).await, []);
    assert_eq!(line.outcome(3).await, by(Suppression::QuietHours));
    let read = line.change(Change::Read { ids: vec![id(2)] }).await;
    assert_eq!(read, [withdraw(2)], "what was on the screen still goes");
    assert_eq!(
        titles(&line.pass(HOUR).await),
        ["Пока было тихо: 1 уведомление"]
    );
}

#[tokio::test]
async fn c5_the_master_switch_and_the_channels_come_first() {
    let mut line = Line::live().await;
    line.disturb_not(None).await;
    line.change(Change::Channels(Box::new(channels(true, false))))
        .await;
    line.create(|_| {}).await;
    line.change(Change::Channels(Box::new(channels(false, true))))
        .await;
    line.create(|_| {}).await;
    assert_eq!(line.outcome(2).await, by(Suppression::Channel));
    assert_eq!(line.outcome(4).await, by(Suppression::MasterSwitch));
    let acts = line.manners(|manners| manners.user_quiet = None).await;
    assert_eq!(acts, [], "there is nothing to make up for");
}

#[tokio::test]
async fn the_systems_own_quiet_counts_where_the_user_wants_it() {
    let mut line = Line::live().await;
    line.manners(|manners| manners.system_quiet = true).await;
    assert_eq!(line.engine.state().quiet, Some(Quiet::System));
    assert_eq!(line.create(|_| {}).await, []);
    assert_eq!(line.outcome(1).await, by(Suppression::DoNotDisturb));
    let acts = line
        .manners(|manners| manners.respect_system_quiet = false)
        .await;
    assert_eq!(titles(&acts), ["Пока было тихо: 1 уведомление"]);
}

#[tokio::test]
async fn a_restart_in_the_quiet_loses_nothing_and_says_nothing_twice() {
    let mut line = Line::live().await;
    let until = line.now.wall + 60 * MINUTE;
    line.disturb_not(Some(until)).await;
    for _ in 0..3 {
        line.create(|_| {}).await;
    }
    assert_eq!(line.come_back().await, [], "still quiet");
    assert_eq!(line.engine.state().quiet_held, 3);
    line.later(HOUR);
    let acts = line.come_back().await;
    assert_eq!(
        titles(&acts),
        ["Пока было тихо: 3 уведомления"],
        "it ended meanwhile"
    );
    // Killed before the system said that it is on the screen: it is said again, once.
    let acts = line.come_back().await;
    assert_eq!(titles(&acts), ["Пока было тихо: 3 уведомления"]);
    line.shown(&acts).await;
    assert_eq!(line.come_back().await, []);
}

#[tokio::test]
async fn what_waits_when_the_quiet_begins_waits_for_its_end() {
    let mut line = Line::live().await;
    for _ in 0..7 {
        line.create(|_| {}).await;
    }
    line.disturb_not(None).await;
    assert_eq!(line.pass(10_000).await, [], "no summary of the crowd");
    assert_eq!(line.outcome(7).await, by(Suppression::UserQuiet));
    let acts = line.manners(|manners| manners.user_quiet = None).await;
    assert_eq!(titles(&acts), ["Пока было тихо: 2 уведомления"]);
    line.shown(&acts).await;
    let attempts = line.engine.store().unwrap().attempts(1).await.unwrap();
    assert_eq!(attempts[0].outcome, Some(ToastOutcome::Shown));
}

#[tokio::test]
async fn a_clock_put_on_ends_the_quiet_within_ten_minutes() {
    let mut line = Line::live().await;
    let until = line.now.wall + 24 * 60 * MINUTE;
    line.disturb_not(Some(until)).await;
    line.create(|_| {}).await;
    line.now.wall = until;
    let due = line.engine.ringing_deadline().unwrap();
    assert!(due <= line.now.mono + 600_000);
    line.now.mono = due;
    let acts = line.put(Input::Tick).await;
    assert_eq!(acts.len(), 1, "the summary");
}

/// A copy of the centre was put back: its settings count lower than those this device has.
#[tokio::test]
async fn quiet_hours_switched_off_are_off_after_the_centre_went_back() {
    let mut line = Line::behind().await;
    let later = ChannelSettings {
        revision: 5,
        ..hours()
    };
    line.engine.set_channels(later, line.now).await;
    line.restart().await;
    line.connect(ResumeMode::Reset).await;
    let read = Input::Channels {
        generation: 1,
        channels: channels(true, true),
    };
    line.put(read).await;
    let known = line.engine.state().channels.as_ref();
    assert_eq!(
        known.map(|known| (known.revision, known.quiet.on)),
        Some((1, false))
    );
}
