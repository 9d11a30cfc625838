//! The binary as a process: what a person at a terminal and an integration see.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use dealbell_protocol::Kind;
use dealbell_sandbox::{Config, NewTask, Sandbox};
use std::process::Command;
use support::{ANNA, Serving, centre, feed, feed_when, publish, refused, said};
use tempfile::TempDir;

#[tokio::test]
async fn what_was_acknowledged_survives_a_kill() {
    let folder = TempDir::new().unwrap();
    let id = said(folder.path(), &["user", "add", ANNA, "--name", "Анна"]);
    assert_eq!(id.len(), 26);
    let token = said(folder.path(), &["device", "add", ANNA]);
    let key = said(folder.path(), &["integration", "add", "Телефония"]);

    let serving = Serving::start(folder.path());
    let mut ids = Vec::new();
    for n in 0..20 {
        ids.extend(
            publish(&serving.url, &key, &format!("Звонок {n}"))
                .await
                .ids,
        );
    }
    let before = feed(&serving.url, &token).await;
    drop(serving);

    let serving = Serving::start(folder.path());
    let after = feed(&serving.url, &token).await;
    assert_eq!(after, before);
    assert_eq!(after.unread.count, 20);
    let listed: Vec<_> = after.items.iter().rev().map(|item| item.id).collect();
    assert_eq!(listed, ids);
}

#[tokio::test]
async fn people_are_added_while_it_serves() {
    let folder = TempDir::new().unwrap();
    let serving = Serving::start(folder.path());
    said(folder.path(), &["user", "add", ANNA]);
    let key = said(folder.path(), &["integration", "add", "Касса"]);
    let token = said(folder.path(), &["device", "add", ANNA]);
    publish(&serving.url, &key, "Оплата").await;
    assert_eq!(feed(&serving.url, &token).await.items[0].title, "Оплата");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_account_is_read_and_its_tasks_reach_its_users() {
    let crm = Sandbox::start(Config::default()).await.unwrap();
    let folder = TempDir::new().unwrap();
    let admin = crm.users().iter().find(|user| user.is_admin).unwrap();
    let manager = crm.users().iter().find(|user| !user.is_admin).unwrap();
    said(folder.path(), &["user", "add", &manager.email]);
    let token = said(folder.path(), &["device", "add", &manager.email]);
    let line = [
        "connect",
        "amocrm",
        "--url",
        crm.url(),
        "--token",
        &admin.token,
    ];
    said(folder.path(), &line);

    let serving = Serving::start(folder.path());
    // What exists before the first reading is a baseline and no news (RULES T12).
    serving.says("the account is read");
    let next_century = 4_102_444_800;
    let task = NewTask::new(manager.id, "Перезвонить по смете", next_century);
    let task = crm.create_task(admin.id, task).unwrap();
    let page = feed_when(&serving.url, &token, |page| page.unread.count > 0).await;
    assert_eq!(page.items[0].kind, Kind::TaskNew);
    assert!(page.items[0].text.contains("смете") || page.items[0].title.contains("смете"));
    let act = format!("{}/v1/notifications/{}/act", serving.url, page.items[0].id);
    let act = async |body| {
        let request = support::http().post(&act).bearer_auth(&token).json(&body);
        request.send().await.unwrap().status().as_u16()
    };
    let deed = serde_json::json!({"act": "complete", "result": "Договорились"});
    assert_eq!(act(deed.clone()).await, 200);
    let done = crm.task(task).unwrap();
    assert!(done.is_completed);
    assert_eq!(done.result.as_deref(), Some("Договорились"));
    feed_when(&serving.url, &token, |page| page.items.is_empty()).await;
    assert_eq!(act(deed).await, 404);

    let task = NewTask::new(manager.id, "Отправить договор", next_century);
    let task = crm.create_task(admin.id, task).unwrap();
    feed_when(&serving.url, &token, |page| page.unread.count > 0).await;
    crm.delete_task(admin.id, task).unwrap();
    feed_when(&serving.url, &token, |page| page.items.is_empty()).await;
}

#[test]
fn mistakes_are_answered_in_plain_words() {
    let folder = TempDir::new().unwrap();
    let ask = |line: &[&str]| refused(centre(folder.path(), line).output().unwrap());
    assert!(ask(&["device", "add", ANNA]).contains("no user anna@firm.ru"));
    assert!(ask(&["user", "add", "anna"]).contains("no email address"));
    said(folder.path(), &["user", "add", ANNA]);
    assert!(ask(&["user", "add", "ANNA@firm.ru"]).contains("already"));
    said(folder.path(), &["integration", "add", "Касса"]);
    assert!(ask(&["integration", "add", "касса"]).contains("already"));
    assert!(ask(&["integration", "add", "tasks"]).contains("already"));
    let foreign = [
        "connect",
        "amocrm",
        "--url",
        "https://evil.example",
        "--token",
        "t",
    ];
    assert!(ask(&foreign).contains("evil.example"));

    let taken = Serving::start(folder.path());
    let address = taken.url.strip_prefix("http://").unwrap();
    assert!(ask(&["serve", "--listen", address]).contains("another program listens there"));

    let nowhere = folder.path().join("missing");
    let words = refused(centre(&nowhere, &["user", "add", ANNA]).output().unwrap());
    assert!(words.contains("cannot use the database"), "{words}");
    let words = refused(
        Command::new(env!("CARGO_BIN_EXE_dealbell-centre"))
            .args(["user", "add", ANNA, "--database", "postgres://host/db"])
            .output()
            .unwrap(),
    );
    assert!(words.contains("unknown database"), "{words}");
}

#[cfg(unix)]
#[test]
fn it_leaves_in_order_when_asked_to() {
    let folder = TempDir::new().unwrap();
    let mut serving = Serving::start(folder.path());
    let pid = serving.process.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .unwrap()
            .success()
    );
    assert!(serving.process.wait().unwrap().success());
}

#[test]
fn defaults_for_everybody_are_set_listed_and_taken_back_at_the_terminal() {
    let folder = TempDir::new().unwrap();
    let told = |line: &[&str]| {
        let output = centre(folder.path(), line).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let usual = told(&["defaults", "show"]);
    assert_eq!(usual.lines().count(), 2, "RULES T9: {usual}");

    let row = said(
        folder.path(),
        &["defaults", "set", "chats", "--email", "on"],
    );
    assert_eq!(row, "chats\t\tdesktop on\temail on\tmobile on\tbrowser off");
    let set = [
        "defaults",
        "set",
        "deals",
        "--kind",
        "deal_assigned",
        "--mobile",
        "off",
    ];
    let row = said(folder.path(), &set);
    assert_eq!(
        row,
        "deals\tdeal_assigned\tdesktop on\temail on\tmobile off\tbrowser on"
    );
    assert_eq!(told(&["defaults", "show"]).lines().count(), 4);

    told(&["defaults", "clear", "chats"]);
    told(&["defaults", "clear", "deals", "--kind", "deal_assigned"]);
    assert_eq!(told(&["defaults", "show"]), usual);

    for (line, says) in [
        (&["defaults", "clear", "chats"][..], "nothing was decided"),
        (
            &["defaults", "set", "nobody", "--email", "on"],
            "no such provider",
        ),
        (
            &["defaults", "set", "tasks", "--kind", "task"],
            "the kinds are",
        ),
    ] {
        let words = refused(centre(folder.path(), line).output().unwrap());
        assert!(words.contains(says), "{words}");
    }
}
