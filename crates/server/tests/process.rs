//! The binary as a process: what a person at a terminal and an integration see.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use dealbell_protocol::{
    Kind,
    rest::{FeedPage, Published},
};
use dealbell_sandbox::{Config, NewTask, Sandbox};
use serde_json::json;
use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::mpsc::{self, Receiver},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// Longer than anything takes.
const LONG: Duration = Duration::from_secs(60);
const ANNA: &str = "anna@firm.ru";

fn centre(folder: &Path, line: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dealbell-centre"));
    let database = format!("sqlite:{}", folder.join("centre.db").display());
    command.args(line).args(["--database", &database]);
    command
}

fn last_line(output: Output) -> String {
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{error}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().last().unwrap().to_owned()
}

fn said(folder: &Path, line: &[&str]) -> String {
    last_line(centre(folder, line).output().unwrap())
}

/// The words of a refusal.
fn refused(output: Output) -> String {
    assert!(!output.status.success());
    assert_eq!(output.stdout, b"");
    String::from_utf8(output.stderr).unwrap()
}

struct Serving {
    process: Child,
    url: String,
    words: Receiver<String>,
}

impl Serving {
    fn start(folder: &Path) -> Self {
        let mut process = centre(folder, &["serve", "--listen", "127.0.0.1:0"])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let (tell, words) = mpsc::channel();
        // Reads to the end, so that the process never waits for us to take its words.
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let _ = tell.send(line);
            }
        });
        let mut serving = Self {
            process,
            url: String::new(),
            words,
        };
        let line = serving.says("listening on ");
        serving.url = line.rsplit(' ').next().unwrap().to_owned();
        serving
    }

    /// The next line with `part` in it.
    fn says(&self, part: &str) -> String {
        loop {
            let line = self.words.recv_timeout(LONG).unwrap();
            if line.contains(part) {
                return line;
            }
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // SIGKILL; it may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn http() -> reqwest::Client {
    // Another test was first, with the same provider.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

async fn publish(url: &str, key: &str, title: &str) -> Published {
    let answer = http()
        .post(format!("{url}/v1/notifications"))
        .bearer_auth(key)
        .json(&json!({"users": [ANNA], "title": title}))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 201);
    answer.json().await.unwrap()
}

async fn feed(url: &str, token: &str) -> FeedPage {
    let request = http().get(format!("{url}/v1/notifications"));
    let answer = request.bearer_auth(token).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.json().await.unwrap()
}

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

/// The list, once `wanted` holds; it holds within a few readings of the CRM or never.
async fn feed_when(url: &str, token: &str, wanted: impl Fn(&FeedPage) -> bool) -> FeedPage {
    let until = Instant::now() + LONG;
    loop {
        let page = feed(url, token).await;
        if wanted(&page) {
            return page;
        }
        assert!(Instant::now() < until, "it never came: {page:?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
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

#[test]
fn a_kept_account_is_printed_by_its_host_and_its_token_never() {
    let folder = TempDir::new().unwrap();
    let line = [
        "connect",
        "amocrm",
        "--url",
        "firm.amocrm.ru",
        "--token",
        "geheim",
    ];
    let output = centre(folder.path(), &line).output().unwrap();
    assert!(!String::from_utf8_lossy(&output.stderr).contains("geheim"));
    assert_eq!(last_line(output), "firm.amocrm.ru");
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
