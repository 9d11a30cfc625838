//! People by command line, and the page of an invitation.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use dealbell_protocol::{ErrorCode, join::JoinLink, people::Redeemed};
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use std::{fs, path::Path};
use support::{ANNA, Serving, centre, refused, said};
use tempfile::TempDir;

const VERA: &str = "vera@firm.ru";

/// All of standard output.
fn told(folder: &Path, line: &[&str]) -> String {
    let output = centre(folder, line).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{error}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn users_groups_and_devices_by_command_line_and_all_of_it_in_the_audit() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    let id = said(
        at,
        &["user", "add", ANNA, "--name", "Анна", "--administrator"],
    );
    told(at, &["user", "add", VERA]);
    told(
        at,
        &["user", "rename", VERA, "--name", "Вера", "--language", "en"],
    );
    told(at, &["user", "role", VERA, "administrator"]);
    told(at, &["user", "role", VERA, "member"]);
    told(at, &["group", "add", "Отдел продаж"]);
    told(at, &["group", "join", "Отдел продаж", VERA]);
    assert_eq!(
        told(at, &["group", "list"]),
        format!("Отдел продаж\t{VERA}\n")
    );
    let token = said(at, &["device", "add", VERA, "--name", "ноутбук"]);
    let users = told(at, &["user", "list"]);
    let rows: Vec<Vec<&str>> = users
        .lines()
        .map(|line| line.split('\t').collect())
        .collect();
    assert_eq!(
        rows[0],
        [id.as_str(), ANNA, "administrator", "ru", "0", "", "Анна"]
    );
    assert_eq!(
        rows[1][1..],
        [VERA, "member", "en", "1", "Отдел продаж", "Вера"]
    );
    let devices = told(at, &["device", "list"]);
    let device: Vec<_> = devices.trim().split('\t').collect();
    assert_eq!(device[1..], [VERA, "", "never", "ноутбук"]);
    told(at, &["device", "revoke", device[0]]);
    assert_eq!(told(at, &["device", "list", VERA]), "");
    let words = refused(
        centre(at, &["device", "revoke", device[0]])
            .output()
            .unwrap(),
    );
    assert!(words.contains("no such device"), "{words}");
    told(at, &["group", "leave", "Отдел продаж", VERA]);
    told(at, &["group", "remove", "Отдел продаж"]);

    let acts = told(at, &["audit"]);
    let names: Vec<_> = acts
        .lines()
        .map(|line| line.split('\t').nth(3).unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "user.add",
            "user.add",
            "user.change",
            "user.role",
            "user.role",
            "group.add",
            "group.join",
            "device.add",
            "device.revoke",
            "group.leave",
            "group.remove",
        ]
    );
    assert!(
        acts.lines().all(|line| line.contains("\tcommand line\t")),
        "{acts}"
    );
    assert!(!acts.contains(&token));
    assert_eq!(told(at, &["audit", "--since", "2999-01-01T00:00:00Z"]), "");
}

#[test]
fn what_is_kept_of_a_user_is_written_to_his_file_and_then_removed() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    told(at, &["user", "add", VERA, "--name", "Вера Ивановна"]);
    let file = at.join("vera.jsonl");
    let to = file.to_str().unwrap();
    told(at, &["user", "export", VERA, "--to", to]);
    let first = fs::read_to_string(&file).unwrap();
    let first: Value = serde_json::from_str(first.lines().next().unwrap()).unwrap();
    assert_eq!(
        (&first["of"], &first["name"]),
        (&json!("users"), &json!("Вера Ивановна"))
    );
    let words = refused(
        centre(at, &["user", "export", VERA, "--to", to])
            .output()
            .unwrap(),
    );
    assert!(
        words.contains("cannot be written"),
        "nothing is overwritten: {words}"
    );
    fs::remove_file(&file).unwrap();
    told(at, &["user", "remove", VERA]);
    for entry in fs::read_dir(at).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        assert!(
            !bytes
                .windows(VERA.len())
                .any(|part| part == VERA.as_bytes())
        );
    }
    assert_eq!(told(at, &["user", "list"]), "");
    let words = refused(centre(at, &["user", "remove", VERA]).output().unwrap());
    assert!(words.contains("no user"), "{words}");
}

fn http() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

async fn look(url: &str, language: &str) -> Response {
    let request = http().get(url).header("Accept-Language", language);
    request.send().await.unwrap()
}

#[tokio::test]
async fn the_page_of_an_invitation_tells_who_and_where_and_uses_nothing_up() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    let serving = Serving::start_with(
        at,
        "127.0.0.1:0",
        &["--app-url", "https://dealbell.example/get"],
    );
    let invite = [
        "invite",
        VERA,
        "--name",
        "Вера <b>",
        "--public-url",
        &serving.url,
    ];
    let page = said(at, &invite);
    let link = JoinLink::parse(&page).unwrap();
    assert_eq!(page, format!("{}/join/{}", serving.url, link.code()));

    for _ in 0..3 {
        let answer = look(&page, "ru").await;
        assert_eq!(answer.status(), StatusCode::OK);
        let headers = answer.headers();
        assert_eq!(headers["cache-control"], "no-store");
        assert_eq!(headers["referrer-policy"], "no-referrer");
        assert!(
            headers["content-security-policy"]
                .to_str()
                .unwrap()
                .contains("default-src 'none'")
        );
        let html = answer.text().await.unwrap();
        let href = link.app().replace('&', "&amp;");
        for part in [
            "<html lang=\"ru\">",
            "Вера &lt;b&gt;",
            VERA,
            "127.0.0.1",
            "Открыть в Dealbell",
            "В этом браузере",
            &format!("{}/app/#join={}\"", serving.url, link.code()),
            &href,
            "https://dealbell.example/get",
        ] {
            assert!(html.contains(part), "{part} in {html}");
        }
        assert!(!html.contains("<script") && !html.contains("<b>"), "{html}");
    }
    let html = look(&page, "en-GB").await.text().await.unwrap();
    assert!(html.contains("Open in Dealbell"), "{html}");

    let redeem = json!({"code": link.code(), "device": {"name": "ПК", "platform": "linux"}});
    let answer = http()
        .post(format!("{}/v1/invitations/redeem", serving.url))
        .json(&redeem)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::CREATED);
    let redeemed: Redeemed = answer.json().await.unwrap();
    assert!(redeemed.token.starts_with("dbd_"));

    let used = look(&page, "ru").await;
    assert_eq!(used.status(), StatusCode::GONE);
    let html = used.text().await.unwrap();
    assert!(
        html.contains("По этой ссылке уже вошли") && !html.contains("dealbell://"),
        "{html}"
    );
    let unknown = look(&format!("{}/join/{}", serving.url, "0".repeat(64)), "ru").await;
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
    let broken = look(&format!("{}/join/%3Cscript%3E", serving.url), "ru").await;
    assert_eq!(broken.status(), StatusCode::NOT_FOUND);
    // Whoever tries codes is slowed down here, too; who has a code is not.
    let tried = async |n: u32| {
        look(&format!("{}/join/{n:064x}", serving.url), "ru")
            .await
            .status()
    };
    let mut n = 0;
    while tried(n).await != StatusCode::TOO_MANY_REQUESTS {
        n += 1;
        assert!(n < 200, "it is answered all the time");
    }
    assert_eq!(look(&page, "ru").await.status(), StatusCode::GONE);
    assert!(told(at, &["invitation", "list"]).contains("\tused\t"));
    // Neither the log nor the audit has the code.
    let heard = serving.heard();
    assert!(
        !heard.contains(link.code()) && !heard.contains(VERA),
        "{heard}"
    );
    assert!(!told(at, &["audit"]).contains(link.code()));
}

#[tokio::test]
async fn an_invitation_for_this_machine_is_the_apps_own_link_and_can_be_taken_back() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    let serving = Serving::start(at);
    let listen = serving.url.strip_prefix("http://").unwrap();
    let link = said(at, &["invite", VERA, "--listen", listen]);
    assert!(
        link.starts_with("dealbell://join?centre=http%3A%2F%2F127.0.0.1"),
        "{link}"
    );
    let words = refused(
        centre(at, &["invite", VERA, "--listen", "0.0.0.0:7780"])
            .output()
            .unwrap(),
    );
    assert!(words.contains("--public-url"), "{words}");
    let words = refused(
        centre(at, &["invite", VERA, "--public-url", "http://bell.example"])
            .output()
            .unwrap(),
    );
    assert!(words.contains("https"), "{words}");

    let list = told(at, &["invitation", "list"]);
    let row: Vec<_> = list.trim().split('\t').collect();
    assert_eq!(row[1..3], [VERA, "open"]);
    told(at, &["invitation", "revoke", row[0]]);
    let code = JoinLink::parse(&link).unwrap().code().to_owned();
    let answer = http()
        .get(format!("{}/v1/invitations/{code}", serving.url))
        .send()
        .await
        .unwrap();
    let error: dealbell_protocol::ApiError = answer.json().await.unwrap();
    assert_eq!(error.code, ErrorCode::InvitationUnknown);
}
