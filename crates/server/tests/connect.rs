//! Connecting an account from the command line: tried out first, and every failure says what to do.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use dealbell_protocol::Kind;
use dealbell_sandbox::{ACCOUNT_NAME, Config, NewTask, Sandbox};
use std::{fs, net::TcpListener, path::Path, process::Output};
use support::{ANNA, Serving, centre, feed_when, last_line, refused, said};
use tempfile::TempDir;

const NEXT_CENTURY: i64 = 4_102_444_800;

async fn crm() -> Sandbox {
    Sandbox::start(Config::default()).await.unwrap()
}

fn connect(folder: &Path, url: &str, more: &[&str]) -> Output {
    let line = [&["connect", "amocrm", "--url", url], more].concat();
    centre(folder, &line).output().unwrap()
}

fn listed(folder: &Path) -> String {
    let output = centre(folder, &["connect", "list"]).output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_shown_kept_listed_and_forgotten() {
    let crm = crm().await;
    let folder = TempDir::new().unwrap();
    said(folder.path(), &["user", "add", ANNA]);
    let admin = crm.users().iter().find(|user| user.is_admin).unwrap();
    let output = connect(
        folder.path(),
        crm.url(),
        &["--token", &admin.token, "--as", ANNA],
    );
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    let who = format!("user: {} <{}>", admin.name, admin.email);
    for part in [ACCOUNT_NAME, &who, "time zone: Europe/Moscow"] {
        assert!(words.contains(part), "{part} is missing in {words}");
    }
    assert!(
        !words.contains("note:") && !words.contains(&admin.token),
        "{words}"
    );
    let id = last_line(output);
    assert_eq!(id.len(), 26);

    let host = crm.url().strip_prefix("http://").unwrap();
    assert_eq!(
        listed(folder.path()),
        format!("{id}\t{host}\tusable\t{ANNA}\n")
    );
    // Again: the same account, with a manager's token this time.
    let manager = crm.users().iter().find(|user| !user.is_admin).unwrap();
    let again = connect(folder.path(), host, &["--token", &manager.token]);
    let words = String::from_utf8_lossy(&again.stderr).into_owned();
    assert!(words.contains("a plain manager's access"), "{words}");
    assert_eq!(last_line(again), id);

    for token in [&admin.token, &manager.token] {
        for file in fs::read_dir(folder.path()).unwrap() {
            let bytes = fs::read(file.unwrap().path()).unwrap();
            let found = bytes
                .windows(token.len())
                .any(|part| part == token.as_bytes());
            assert!(!found);
        }
    }
    assert_eq!(said(folder.path(), &["connect", "forget", host]), id);
    assert_eq!(listed(folder.path()), "");
    let gone = centre(folder.path(), &["connect", "forget", &id]).output();
    assert!(refused(gone.unwrap()).contains("is not kept"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_failure_of_a_token_says_what_to_do_and_nothing_is_kept() {
    let crm = crm().await;
    let folder = TempDir::new().unwrap();
    let (admin, manager) = (&crm.users()[0], &crm.users()[1]);
    let fails = |url: &str, token: &str, advice: &str| {
        let words = refused(connect(folder.path(), url, &["--token", token]));
        assert!(words.contains(advice), "{advice} is missing in {words}");
        assert!(token.trim().is_empty() || !words.contains(token));
    };
    fails(
        "https://evil.example",
        &admin.token,
        "looks like https://NAME.amocrm.ru",
    );
    fails(crm.url(), " ", "the token is empty");
    fails(crm.url(), "no-such-token", "copy the whole token again");
    fails(
        crm.url(),
        &crm.issue_long_lived(admin.id, 1),
        "make a new long-lived token",
    );
    let revoked = crm.issue_long_lived(manager.id, NEXT_CENTURY);
    crm.revoke_token(manager.id);
    fails(crm.url(), &revoked, "in this very account");
    let closed = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    fails(
        &closed.to_string(),
        &admin.token,
        "check the address and the network",
    );
    let other = Serving::start(folder.path());
    fails(&other.url, &admin.token, "look for a typo in the name");
    for (status, advice) in [
        (403, "ask an administrator of the account"),
        (402, "has to be paid for"),
        (500, "check the address and the network"),
    ] {
        crm.fail_with(Some(status));
        fails(crm.url(), &admin.token, advice);
    }
    let by = ["--token", &admin.token, "--as", "nobody@firm.ru"];
    let words = refused(connect(folder.path(), crm.url(), &by));
    assert!(words.contains("there is no user nobody@firm.ru"), "{words}");
    assert_eq!(listed(folder.path()), "");

    let kept = connect(
        folder.path(),
        crm.url(),
        &["--token", &admin.token, "--unchecked"],
    );
    assert_eq!(last_line(kept).len(), 26);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_exchanged_once_and_its_failures_say_what_to_do() {
    let crm = crm().await;
    let folder = TempDir::new().unwrap();
    let (admin, integration) = (&crm.users()[0], crm.integrations()[0].clone());
    let ask = |secret: &str, code: &str| {
        let line = [
            "--client-id",
            &integration.id,
            "--client-secret",
            secret,
            "--redirect-uri",
            &integration.redirect_uri,
            "--code",
            code,
        ];
        connect(folder.path(), crm.url(), &line)
    };
    let code = crm.issue_code(admin.id, &integration);
    let words = refused(ask("another secret", &code));
    assert!(words.contains("letter by letter"), "{words}");
    let code = crm.issue_code(admin.id, &integration);
    let output = ask(&integration.secret, &code);
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(words.contains(&admin.name), "{words}");
    assert_eq!(last_line(output).len(), 26);
    let words = refused(ask(&integration.secret, &code));
    assert!(words.contains("take a fresh code"), "{words}");
    let line = ["--client-id", "i", "--client-secret", "s"];
    let words = refused(connect(folder.path(), crm.url(), &line));
    assert!(words.contains("--public-url"), "{words}");
    for file in fs::read_dir(folder.path()).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        let secret = integration.secret.as_bytes();
        assert!(!bytes.windows(secret.len()).any(|part| part == secret));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_come_change_and_go_while_it_serves() {
    let crm = crm().await;
    let folder = TempDir::new().unwrap();
    let (admin, manager) = (&crm.users()[0], &crm.users()[1]);
    said(folder.path(), &["user", "add", &manager.email]);
    let token = said(folder.path(), &["device", "add", &manager.email]);
    let serving = Serving::start(folder.path());
    let first = crm.issue_long_lived(admin.id, NEXT_CENTURY);
    let id = last_line(connect(folder.path(), crm.url(), &["--token", &first]));
    serving.says("the account is read");
    let task = NewTask::new(manager.id, "Перезвонить по смете", NEXT_CENTURY);
    crm.create_task(admin.id, task).unwrap();
    let page = feed_when(&serving.url, &token, |page| page.unread.count == 1).await;
    assert_eq!(page.items[0].kind, Kind::TaskNew);

    // Refused: it waits for new credentials, and goes on where it was.
    crm.revoke_token(admin.id);
    serving.says("connect it again");
    let code = crm.issue_code(admin.id, &crm.integrations()[0]);
    let integration = &crm.integrations()[0];
    let line = [
        "--client-id",
        &integration.id,
        "--client-secret",
        &integration.secret,
        "--redirect-uri",
        &integration.redirect_uri,
        "--code",
        &code,
    ];
    assert_eq!(last_line(connect(folder.path(), crm.url(), &line)), id);
    serving.says("the account is read");
    let task = NewTask::new(manager.id, "Отправить договор", NEXT_CENTURY);
    crm.create_task(admin.id, task).unwrap();
    feed_when(&serving.url, &token, |page| page.unread.count == 2).await;
    assert!(listed(folder.path()).contains("usable"));

    said(folder.path(), &["connect", "forget", &id]);
    serving.says("no longer read");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_key_is_said_and_only_the_accounts_are_given_up() {
    let folder = TempDir::new().unwrap();
    said(folder.path(), &["user", "add", ANNA]);
    let line = ["--token", "geheim", "--unchecked"];
    let output = connect(folder.path(), "firm.amocrm.ru", &line);
    assert!(!String::from_utf8_lossy(&output.stderr).contains("geheim"));
    last_line(output);
    fs::remove_file(folder.path().join("centre.db.key")).unwrap();
    let words = refused(centre(folder.path(), &["serve"]).output().unwrap());
    assert!(words.contains("put it back from a backup"), "{words}");
    let all = centre(folder.path(), &["connect", "forget", "--all"]).output();
    assert!(all.unwrap().status.success());
    assert_eq!(listed(folder.path()), "");
    said(folder.path(), &["device", "add", ANNA]);
}

#[tokio::test(flavor = "multi_thread")]
async fn renewed_tokens_are_kept_before_they_are_used_and_survive_a_kill() {
    let crm = crm().await;
    let folder = TempDir::new().unwrap();
    let (admin, manager) = (&crm.users()[0], &crm.users()[1]);
    said(folder.path(), &["user", "add", &manager.email]);
    let token = said(folder.path(), &["device", "add", &manager.email]);
    let integration = &crm.integrations()[0];
    let code = crm.issue_code(admin.id, integration);
    let line = [
        "--client-id",
        &integration.id,
        "--client-secret",
        &integration.secret,
        "--redirect-uri",
        &integration.redirect_uri,
        "--code",
        &code,
    ];
    last_line(connect(folder.path(), crm.url(), &line));
    let tell = |text: &str| {
        let task = NewTask::new(manager.id, text, NEXT_CENTURY);
        crm.create_task(admin.id, task).unwrap();
    };
    for round in 1..=2 {
        let serving = Serving::start(folder.path());
        serving.says("the account is read");
        crm.expire_access(admin.id);
        tell("Перезвонить по смете");
        feed_when(&serving.url, &token, |page| page.unread.count == round).await;
        assert_eq!(crm.refreshes(), round);
    }
    let serving = Serving::start(folder.path());
    tell("Отправить договор");
    feed_when(&serving.url, &token, |page| page.unread.count == 3).await;
    assert_eq!(crm.refreshes(), 2);
}
