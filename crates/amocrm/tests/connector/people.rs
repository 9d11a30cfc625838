//! Whose notices are whose: users renamed, gone and back, tokens that show nobody else.

use crate::desk::{Desk, Quick, Running, settings, user};
use crate::office::{HOUR, Office, has};
use dealbell_amocrm::{Clock, Recipients, Settings, Time};
use dealbell_protocol::Kind;
use dealbell_sandbox::{Config, NewTask, Sandbox};
use std::sync::Arc;
use std::time::Duration;

/// Under another address he is who he was; signed out he gets nothing, and a baseline on return.
#[tokio::test]
async fn people_are_followed_and_leavers_left_alone() {
    let quick = Quick::new(200);
    let time = Arc::clone(&quick);
    let config = Config {
        rate_limit: None,
        clock: dealbell_sandbox::Clock::new(move || time.now()),
        ..Config::default()
    };
    let crm = Sandbox::start(config).await.unwrap();
    let (boss, me) = (crm.users()[0].clone(), crm.users()[1].clone());
    let desk = Desk::new(&[(user(1), me.email.as_str())]);
    let team = Settings {
        poll_interval: Some(Duration::from_secs(20)),
        clock: Clock::new(Arc::clone(&quick) as Arc<dyn Time>),
        ..settings(crm.url(), &boss.token, Recipients::ByEmail)
    };
    let mut running = Running::with_own_clock(&desk, team);
    running.next_reading().await;
    let give = |text: &str| {
        let deadline = quick.now() / 1_000 + 48 * HOUR;
        let task = NewTask::new(me.id, text, deadline);
        crm.create_task(boss.id, task).unwrap()
    };
    let mut told = Vec::new();
    for step in ["renamed", "left", "back"] {
        match step {
            "renamed" => crm.change_email(me.id, "petrova@romashka.example"),
            "left" => crm.set_active(me.id, false),
            _ => crm.set_active(me.id, true),
        }
        let learned = quick.elapsed() + Duration::from_secs(400);
        while quick.elapsed() < learned {
            running.next_reading().await;
        }
        let task = give(step);
        for _ in 0..3 {
            running.next_reading().await;
        }
        if has(task, Kind::TaskNew)(&desk.rows()) {
            told.push(step);
        }
    }
    assert_eq!(told, ["renamed", "back"]);
    assert_eq!(desk.rows().len(), 2, "{:?}", desk.briefs());
}

/// A colleague's token in place of the first one: from its first reading on it is his work.
#[tokio::test]
async fn another_users_token_is_another_users_work() {
    let office = Office::open().await;
    let desk = office.desk();
    let running = office.connect(&desk).await;
    running.kill().await;
    let token = &office.other.token;
    let his = settings(office.crm.url(), token, Recipients::Only(user(1)));
    let mut running = Running::start(&desk, his, &office.watch);
    running.settle().await;
    let deadline = office.now() + 48 * HOUR;
    let task = NewTask::new(office.other.id, "Позвонить", deadline);
    let task = office.crm.create_task(office.boss.id, task).unwrap();
    desk.until("his", has(task, Kind::TaskNew)).await;
}

/// It shows no addresses: its owner is whoever connected it, or as whom he was met before.
#[tokio::test]
async fn a_plain_managers_token_serves_its_owner_in_a_department() {
    let office = Office::open().await;
    let department = [
        (user(1), office.me.email.as_str()),
        (user(2), office.boss.email.as_str()),
    ];
    let mine = Settings {
        connected_by: Some(user(1)),
        ..settings(office.crm.url(), &office.me.token, Recipients::ByEmail)
    };
    let desk = Desk::new(&department);
    let mut running = Running::start(&desk, mine.clone(), &office.watch);
    running.settle().await;
    let task = office.set(&office.boss, "Первая", 48 * HOUR);
    desk.until("new", has(task, Kind::TaskNew)).await;
    assert_eq!(desk.rows()[0].notice.user, user(1));
    running.kill().await;

    let desk = Desk::new(&department);
    office.crm.set_admin(office.me.id, true);
    let theirs = Settings {
        connected_by: Some(user(2)),
        ..mine
    };
    let mut running = Running::start(&desk, theirs.clone(), &office.watch);
    running.settle().await;
    running.kill().await;
    office.crm.set_admin(office.me.id, false);
    let mut running = Running::start(&desk, theirs, &office.watch);
    running.settle().await;
    let task = office.set(&office.boss, "Вторая", 48 * HOUR);
    desk.until("new", has(task, Kind::TaskNew)).await;
    assert_eq!(desk.rows()[0].notice.user, user(1), "no administrator now");
}
