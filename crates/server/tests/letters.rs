//! From a published notification to a letter in a mailbox, and from its link to no more letters.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../../letters/tests/support/mod.rs"]
mod mail;
mod support;

use dealbell_protocol::{Channel, ChannelSettings};
use mail::{MailServer, Tls, header};
use reqwest::{StatusCode, header::ACCEPT_LANGUAGE};
use serde_json::{Value, json};
use std::{path::Path, process::Command};
use support::{ANNA, Serving, centre, http, last_line, publish, refused, said};
use tempfile::TempDir;

const PASSWORD: &str = "s3cret & long";
/// A proxy in front of the centre takes this away.
const OUTSIDE: &str = "https://bell.firm.ru/bell";

/// The options of letters by `server`.
fn by(server: &MailServer, folder: &Path) -> Vec<String> {
    let file = folder.join("smtp-password");
    std::fs::write(&file, format!("{PASSWORD}\n")).unwrap();
    let path = |path: &Path| path.display().to_string();
    [
        ("--smtp", server.url(Some("bell"))),
        ("--smtp-password-file", path(&file)),
        ("--smtp-ca", path(&server.authority())),
        ("--mail-from", "bell@firm.ru".to_owned()),
    ]
    .into_iter()
    .flat_map(|(flag, value)| [flag.to_owned(), value])
    .collect()
}

async fn channels(url: &str, token: &str) -> ChannelSettings {
    let request = http().get(format!("{url}/v1/channels")).bearer_auth(token);
    request.send().await.unwrap().json().await.unwrap()
}

/// Switches letters of these providers on.
async fn want_letters(url: &str, token: &str, providers: &[&str]) {
    let set = json!({"desktop": true, "email": true, "mobile": false, "browser": false});
    let named = providers.iter().map(|id| ((*id).to_owned(), set.clone()));
    let providers: serde_json::Map<String, Value> = named.collect();
    let revision = channels(url, token).await.revision;
    let request = http().put(format!("{url}/v1/channels")).bearer_auth(token);
    let request = request.header("If-Match", format!("\"{revision}\""));
    let request = request.json(&json!({"receive": true, "providers": providers}));
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
}

async fn page(request: reqwest::RequestBuilder, language: &str) -> (StatusCode, String) {
    let answer = request.header(ACCEPT_LANGUAGE, language).send().await;
    let answer = answer.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

#[tokio::test]
async fn a_notification_becomes_a_letter_and_one_click_on_it_ends_letters() {
    let server = MailServer::start(Tls::Starttls, Some(&format!("bell:{PASSWORD}")), &[]);
    let folder = TempDir::new().unwrap();
    said(
        folder.path(),
        &["user", "add", ANNA, "--name", "Анна Орлова"],
    );
    let token = said(folder.path(), &["device", "add", ANNA]);
    let store = said(folder.path(), &["integration", "add", "Sklad"]);
    let till = said(folder.path(), &["integration", "add", "Kassa"]);
    let options = by(&server, folder.path());
    let mut options: Vec<&str> = options.iter().map(String::as_str).collect();
    options.extend(["--public-url", OUTSIDE]);
    let serving = Serving::start_with(folder.path(), "127.0.0.1:0", &options);
    let url = &serving.url;
    let settings = channels(url, &token).await;
    assert!(settings.deliverable.contains(&Channel::Email));
    want_letters(url, &token, &["sklad", "kassa"]).await;

    publish(url, &store, "Заказ № 2041 собран").await;
    let letter = server.letter();
    assert_eq!(header(&letter, "Subject"), Some("Заказ № 2041 собран"));
    assert_eq!(letter["user"], "bell");
    assert_eq!(letter["encrypted"], true);
    assert_eq!(letter["addresses"]["to"], json!([["Анна Орлова", ANNA]]));
    let links = letter["page"]["links"].as_array().unwrap();
    let off = links.last().unwrap();
    assert_eq!(off[0], "Отключить письма «Sklad»");
    let header = header(&letter, "List-Unsubscribe").unwrap();
    assert_eq!(header, format!("<{}>", off[1].as_str().unwrap()));
    let path = off[1].as_str().unwrap().strip_prefix(OUTSIDE).unwrap();
    let off = format!("{url}{path}");

    // Programs that look at links press nothing.
    let before = channels(url, &token).await;
    let (status, asked) = page(http().get(&off), "ru").await;
    assert_eq!(status, StatusCode::OK);
    assert!(asked.contains("Отключить письма «Sklad»?"), "{asked}");
    assert!(asked.contains("<form method=\"post\"><button>Отключить<"));
    assert_eq!(channels(url, &token).await, before);
    let click = http().post(&off);
    let click = click.header("Content-Type", "application/x-www-form-urlencoded");
    let click = click.body("List-Unsubscribe=One-Click");
    let (status, done) = page(click, "en-GB").await;
    assert_eq!(status, StatusCode::OK);
    assert!(done.contains("Email for “Sklad” is off"), "{done}");
    let after = channels(url, &token).await;
    assert!(after.revision > before.revision);

    // The one that is still wanted comes, and it alone.
    publish(url, &store, "Заказ № 2042 собран").await;
    publish(url, &till, "Оплата").await;
    let letter = server.letter();
    assert_eq!(mail::header(&letter, "Subject"), Some("Оплата"));
    server.has_nothing_more();

    for bad in [format!("{off}A"), format!("{url}/v1/unsubscribe/x")] {
        let (status, page) = page(http().post(&bad), "ru").await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert!(page.contains("Эта ссылка не подходит"), "{page}");
    }
    let (status, inbox) = page(http().get(format!("{url}/inbox")), "ru").await;
    assert_eq!(status, StatusCode::OK);
    assert!(inbox.contains("href=\"dealbell://open\""), "{inbox}");
    assert!(!serving.heard().contains(PASSWORD));
}

#[tokio::test]
async fn a_centre_without_a_mail_server_offers_no_letters() {
    let folder = TempDir::new().unwrap();
    said(folder.path(), &["user", "add", ANNA]);
    let token = said(folder.path(), &["device", "add", ANNA]);
    let serving = Serving::start(folder.path());
    let settings = channels(&serving.url, &token).await;
    assert!(!settings.deliverable.contains(&Channel::Email));
}

fn mail_test(folder: &Path, options: &[String]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dealbell-centre"));
    command.current_dir(folder).env("DEALBELL_CONFIG", "");
    command.args(["mail", "test", "anna@firm.ru", "--language", "en"]);
    command.args(options);
    for name in ["", "_PASSWORD", "_PASSWORD_FILE", "_CA", "_TIMEOUT"] {
        command.env_remove(format!("DEALBELL_SMTP{name}"));
    }
    command.env_remove("DEALBELL_MAIL_FROM");
    command
}

#[test]
fn mail_test_says_what_the_mail_server_said() {
    let server = MailServer::start(Tls::Implicit, Some(&format!("bell:{PASSWORD}")), &[]);
    let folder = TempDir::new().unwrap();
    let options = by(&server, folder.path());
    let output = mail_test(folder.path(), &options).output().unwrap();
    let error = String::from_utf8(output.stderr.clone()).unwrap();
    assert!(output.status.success(), "{error}");
    assert!(error.contains("250 2.0.0 taken as 4711"), "{error}");
    let letter = server.letter();
    assert_eq!(
        header(&letter, "Subject"),
        Some("Letters from Dealbell arrive")
    );

    std::fs::write(folder.path().join("smtp-password"), "wrong").unwrap();
    let error = refused(mail_test(folder.path(), &options).output().unwrap());
    assert!(error.contains("does not let us sign in: 535"), "{error}");
    assert!(
        error.contains("no letter goes out until this is mended"),
        "{error}"
    );
    assert!(!error.contains("wrong"), "{error}");

    let mut nameless = options.clone();
    nameless.truncate(6);
    let error = refused(mail_test(folder.path(), &nameless).output().unwrap());
    assert!(error.contains("--mail-from"), "{error}");
    let mut open = mail_test(folder.path(), &options);
    open.args(["--smtp-password", "x"]);
    assert!(
        !open.output().unwrap().status.success(),
        "never on the line"
    );
    let error = refused(mail_test(folder.path(), &[]).output().unwrap());
    assert!(error.contains("DEALBELL_SMTP"), "{error}");
}

#[test]
fn a_mail_server_that_cannot_work_stops_the_start() {
    let folder = TempDir::new().unwrap();
    for (options, words) in [
        (&["--smtp", "smtp://mail.firm.ru"][..], "--mail-from"),
        (&["--mail-from", "bell@firm.ru"], "--smtp"),
        (
            &[
                "--smtp",
                "smtp://a@mail.firm.ru",
                "--mail-from",
                "b@firm.ru",
            ],
            "password",
        ),
        (
            &[
                "--smtp",
                "smtp://a:b@mail.firm.ru",
                "--mail-from",
                "b@firm.ru",
            ],
            "DEALBELL_SMTP_PASSWORD",
        ),
        (
            &["--smtp", "smtp://mail.firm.ru", "--mail-from", "bell"],
            "no email address",
        ),
    ] {
        let serve = ["serve", "--listen", "127.0.0.1:0"];
        let output = centre(folder.path(), &serve)
            .args(options)
            .output()
            .unwrap();
        let error = refused(output);
        assert!(error.contains(words), "{options:?}: {error}");
    }
    let id = last_line(
        centre(folder.path(), &["user", "add", ANNA])
            .output()
            .unwrap(),
    );
    assert_eq!(id.len(), 26, "nothing is broken by it");
}
