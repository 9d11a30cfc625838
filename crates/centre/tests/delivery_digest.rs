//! The daily digest (RULES C8): its windows, what it shows, and what happens to it when mode, hour
//! or zone are changed between.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use dealbell_protocol::{Kind, Millis, letter::LetterContent};
use serde_json::json;
use support::{
    letters::{Desk, HOUR, MINUTE, at, daily, on, says},
    office::later,
};

/// The digest is at nine.
const NINE: u16 = 9 * 60;

async fn open(now: &str) -> Desk {
    let mut desk = Desk::open(now).await;
    desk.save(json!({"email": daily(NINE)})).await;
    desk.start();
    desk
}

/// Tells Anna of a task at a time of November 2026 in Moscow, `21T10:00`.
async fn told(desk: &Desk, when: &str, title: &str) {
    desk.until(moscow(when)).await;
    let task = u32::try_from(desk.now() / 1_000 % 1_000_000).unwrap();
    desk.task(Kind::TaskNew, title, task).await;
}

fn moscow(when: &str) -> Millis {
    at(&format!("2026-11-{when}:00+03:00"))
}

#[tokio::test]
async fn c8_a_digest_has_what_is_unread_of_a_day_the_five_newest_and_how_many() {
    let desk = open("2026-11-20T09:00:00+03:00").await;
    for hour in 10..17 {
        told(&desk, &format!("20T{hour}:00"), &format!("{hour}")).await;
    }
    desk.mark("read", &["16", "11"]).await;
    // Neither silent nor overdue ones are told by letter, nor those of another provider.
    desk.task(Kind::TaskOverdue, "Просрочена", 99).await;
    desk.until(moscow("21T08:59")).await;
    assert_eq!(desk.told(), [""; 0]);
    desk.until(moscow("21T09:00")).await;
    // What is created in the minute of the digest is the next one's.
    told(&desk, "21T09:00", "на границе").await;
    let [(_, letter)] = &desk.office.taken()[..] else {
        panic!("one digest was expected");
    };
    assert_eq!(says(letter), "5: 15, 14, 13, 12, 10");
    assert_eq!(letter.at, moscow("21T09:00"));
    assert_eq!(letter.id, format!("digest-{}-2026-11-21", desk.anna));
    let off = letter.unsubscribe.as_deref();
    assert_eq!(off, Some("https://bell.firm.ru/off/all"));
    for n in 0..6 {
        told(&desk, &format!("21T1{n}:00"), &format!("{n}")).await;
    }
    desk.until(moscow("22T09:00")).await;
    assert_eq!(desk.told(), ["7: 5, 4, 3, 2, 1"]);
    // Nothing new: no letter, though there are unread ones.
    desk.until(moscow("25T09:00")).await;
    assert_eq!(desk.told(), [""; 0]);
}

#[tokio::test]
async fn a_digest_of_which_all_was_read_or_withdrawn_is_none() {
    let desk = open("2026-11-20T10:00:00+03:00").await;
    desk.task(Kind::TaskNew, "Прочитана", 1).await;
    desk.task(Kind::TaskNew, "Сделана", 2).await;
    desk.mark("read", &["Прочитана"]).await;
    desk.withdraw(2).await;
    desk.until(moscow("21T09:00")).await;
    assert_eq!(desk.told(), [""; 0]);
    // It was no digest of that day: the hour may still come.
    told(&desk, "21T10:00", "Новая").await;
    desk.save(json!({"email": daily(18 * 60)})).await;
    desk.until(moscow("21T18:00")).await;
    assert_eq!(desk.told(), ["1: Новая"]);
}

#[tokio::test]
async fn a_later_hour_makes_a_longer_window_and_no_second_digest_of_the_day() {
    let desk = open("2026-11-20T10:00:00+03:00").await;
    told(&desk, "20T11:00", "первая").await;
    desk.until(moscow("21T09:00")).await;
    assert_eq!(desk.told(), ["1: первая"]);
    told(&desk, "21T10:00", "вторая").await;
    desk.save(json!({"email": daily(18 * 60)})).await;
    desk.until(moscow("21T18:00")).await;
    assert_eq!(desk.told(), [""; 0], "today there was one");
    told(&desk, "22T12:00", "третья").await;
    desk.until(moscow("22T18:00")).await;
    assert_eq!(desk.told(), ["2: третья, вторая"]);
}

#[tokio::test]
async fn an_hour_of_today_that_has_passed_sends_todays_digest_late() {
    let desk = open("2026-11-20T08:00:00+03:00").await;
    desk.save(json!({"email": daily(18 * 60)})).await;
    told(&desk, "20T20:00", "вечером").await;
    told(&desk, "21T10:00", "утром").await;
    desk.save(json!({"email": daily(NINE)})).await;
    desk.settled().await;
    assert_eq!(desk.told(), ["1: вечером"]);
    desk.save(json!({"email": daily(18 * 60)})).await;
    desk.until(moscow("21T18:00")).await;
    assert_eq!(desk.told(), [""; 0]);
    desk.until(moscow("22T18:00")).await;
    assert_eq!(desk.told(), ["1: утром"]);
}

#[tokio::test]
async fn whoever_changes_the_mode_gets_each_notification_in_one_letter() {
    let desk = open("2026-11-20T10:00:00+03:00").await;
    told(&desk, "20T11:00", "в сводку").await;
    let at_once = json!({"mode": "at_once", "at": NINE, "zone": ""});
    desk.save(json!({"email": at_once})).await;
    told(&desk, "20T12:00", "сразу").await;
    desk.settled().await;
    assert_eq!(desk.told(), ["сразу"]);
    // One waits for its mail server when the mode is changed back.
    desk.office.shut(Some(later(None)));
    told(&desk, "20T13:00", "была в очереди").await;
    desk.settled().await;
    desk.save(json!({"email": daily(NINE)})).await;
    told(&desk, "20T14:00", "опять в сводку").await;
    desk.office.shut(None);
    desk.pass(HOUR).await;
    assert_eq!(desk.told(), ["была в очереди"]);
    desk.until(moscow("21T09:00")).await;
    assert_eq!(desk.told(), ["2: опять в сводку, в сводку"]);
}

#[tokio::test]
async fn a_channel_that_is_off_at_the_hour_takes_its_part_out_of_the_digest() {
    let desk = open("2026-11-20T10:00:00+03:00").await;
    desk.task(Kind::TaskNew, "Новая", 1).await;
    let off = json!({"desktop": true, "email": false, "mobile": true, "browser": true});
    desk.save(json!({"providers": {"tasks": off}})).await;
    desk.until(moscow("21T09:00")).await;
    desk.save(json!({"providers": {"tasks": on()}})).await;
    told(&desk, "21T10:00", "Следующая").await;
    desk.until(moscow("22T09:00")).await;
    assert_eq!(desk.told(), ["1: Следующая"]);
}

#[tokio::test]
async fn another_zone_makes_neither_two_digests_of_a_date_nor_none() {
    let zone = |zone: &str| json!({"mode": "daily", "at": NINE, "zone": zone});
    let desk = open("2026-11-20T10:00:00+03:00").await;
    told(&desk, "20T11:00", "первая").await;
    desk.until(moscow("21T09:00")).await;
    assert_eq!(desk.told(), ["1: первая"]);
    // In Los Angeles it is the evening of the 20th: nine o'clock of the 21st is still to come, and
    // had its digest.
    told(&desk, "21T09:30", "вторая").await;
    desk.save(json!({"email": zone("America/Los_Angeles")}))
        .await;
    desk.until(at("2026-11-21T09:00:00-08:00")).await;
    assert_eq!(desk.told(), [""; 0]);
    desk.until(at("2026-11-22T09:00:00-08:00")).await;
    assert_eq!(desk.told(), ["1: вторая"]);
    desk.task(Kind::TaskNew, "третья", 3).await;
    desk.save(json!({"email": zone("Asia/Tokyo")})).await;
    desk.until(at("2026-11-23T09:00:00+09:00")).await;
    let (_, letter) = desk.office.taken().remove(0);
    assert_eq!(
        (says(&letter).as_str(), letter.zone.as_str()),
        ("1: третья", "Asia/Tokyo")
    );
}

#[tokio::test]
async fn digests_missed_while_the_centre_was_down_are_one_sent_late() {
    let mut desk = open("2026-11-20T10:00:00+03:00").await;
    told(&desk, "20T11:00", "до").await;
    desk.kill().await;
    desk.time.set(moscow("24T12:00"));
    desk.reopen().await;
    desk.task(Kind::TaskNew, "после", 2).await;
    desk.start();
    desk.settled().await;
    let (when, letter) = desk.office.taken().remove(0);
    assert_eq!(says(&letter), "1: до");
    assert_eq!((when, letter.at), (moscow("24T12:00"), moscow("24T09:00")));
    assert!(letter.id.ends_with("2026-11-24"));
    desk.until(moscow("25T09:00")).await;
    assert_eq!(desk.told(), ["1: после"]);
}

#[tokio::test]
async fn a_digest_that_could_not_be_sent_for_a_day_comes_into_the_next_less_what_was_read() {
    let desk = open("2026-11-20T10:00:00+03:00").await;
    told(&desk, "20T11:00", "прочитана потом").await;
    told(&desk, "20T12:00", "первая").await;
    desk.office.shut(Some(later(None)));
    desk.until(moscow("21T09:00")).await;
    desk.mark("read", &["прочитана потом"]).await;
    told(&desk, "21T12:00", "вторая").await;
    desk.until(moscow("22T08:00")).await;
    assert_eq!(desk.told(), [""; 0]);
    desk.until(moscow("22T08:59")).await;
    desk.office.shut(None);
    // Whether the old one's next try or the new hour comes first, both are told once.
    desk.pass(5 * HOUR).await;
    let told = desk.told();
    let all = told.join("; ");
    assert_eq!(all.matches("первая").count(), 1, "{all}");
    assert_eq!(all.matches("вторая").count(), 1, "{all}");
    assert!(!all.contains("прочитана"), "{all}");
}

#[tokio::test]
async fn whoever_has_nothing_waiting_costs_no_look() {
    let desk = open("2026-11-20T10:00:00+03:00").await;
    let armed = "SELECT count(*) FROM digests WHERE next_at IS NOT NULL";
    assert_eq!(desk.count(armed).await, 0);
    desk.task(Kind::TaskNew, "Новая", 1).await;
    assert_eq!(desk.count(armed).await, 1);
    desk.until(moscow("21T09:00")).await;
    assert_eq!((desk.told().len(), desk.count(armed).await), (1, 0));
    desk.pass(MINUTE).await;
}

#[tokio::test]
async fn a_digest_tells_who_may_want_none_of_any_kind_and_is_in_his_words() {
    let desk = open("2026-11-20T10:00:00+03:00").await;
    desk.centre().set_language(desk.anna, "en").await.unwrap();
    desk.task(Kind::TaskNew, "New", 1).await;
    desk.until(moscow("21T09:00")).await;
    let (_, letter) = desk.office.taken().remove(0);
    assert_eq!(letter.language, dealbell_protocol::window::Language::En);
    assert!(matches!(
        letter.content,
        LetterContent::Digest { total: 1, .. }
    ));
    assert_eq!(letter.thread, None);
}
