//! Third parties judge the HTTP face: schemathesis by its description, and a library that signs.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use dealbell_centre::{Actor, Centre, Options};
use dealbell_protocol::Role;
use std::process::{Command, Output};
use support::{ANNA, Serving, feed, said};
use tempfile::TempDir;

/// What `cargo xtask test` installed.
fn judges() -> String {
    let python = std::env::var("DEALBELL_JUDGES");
    python.expect("DEALBELL_JUDGES names no Python with schemathesis: run `cargo xtask test`")
}

fn words(output: &Output) -> String {
    let said = [&output.stdout, &output.stderr].map(|part| String::from_utf8_lossy(part));
    said.concat()
}

#[tokio::test]
async fn schemathesis_finds_no_server_error_and_no_undocumented_answer() {
    let python = judges();
    let folder = TempDir::new().unwrap();
    said(folder.path(), &["user", "add", ANNA]);
    let database = folder.path().join("centre.db").display().to_string();
    let centre = Centre::open(Options::new(database)).await.unwrap();
    let role = centre.set_role(Actor::command_line(), ANNA, Role::Administrator);
    role.await.unwrap();
    let token = said(folder.path(), &["device", "add", ANNA]);
    let key = said(folder.path(), &["integration", "add", "Касса"]);
    let serving = Serving::start(folder.path());
    // Integrations with their key; everybody else with a device token. Whether the machine is well is
    // not the centre's to answer for, and the stream is no HTTP.
    let of_integrations = "^/v1/(notifications(/bulk)?$|provider$|providers/.id./notifications)";
    let of_others =
        "^/(healthz|v1/stream|v1/provider$|v1/providers/.id./notifications|v1/notifications/bulk)";
    let parts = [
        (&key, "25", ["--include-path-regex", of_integrations]),
        (&token, "55", ["--exclude-path-regex", of_others]),
    ];
    for (secret, seconds, paths) in parts {
        let output = Command::new(&python)
            .args(["-m", "schemathesis.cli", "run"])
            .arg(format!("{}/openapi.json", serving.url))
            .args(["--header", &format!("Authorization: Bearer {secret}")])
            .args(["--checks", "not_a_server_error,status_code_conformance"])
            .args(["--checks", "content_type_conformance"])
            .args(["--checks", "response_schema_conformance"])
            .args(["--checks", "negative_data_rejection"])
            .args(["--phases", "coverage,fuzzing", "--max-examples", "10"])
            .args(["--seed", "20261121", "--max-time", seconds])
            .args(paths)
            .current_dir(folder.path())
            .env("PYTHONUTF8", "1")
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", words(&output));
    }
}

/// Signs as a sender does who has never heard of us, and prints the status of each try.
const SENDER: &str = r#"
import json, os, sys, urllib.request, urllib.error
from datetime import datetime, timedelta, timezone
from standardwebhooks.webhooks import Webhook

url, old, new = sys.argv[1:]

def send(message, body, secrets, at=None, forged=None):
    at = at or datetime.now(timezone.utc)
    signature = " ".join(Webhook(s).sign(message, at, body) for s in secrets)
    request = urllib.request.Request(url, data=(forged or body).encode(), headers={
        "webhook-id": message, "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature, "content-type": "application/json"})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)["ids"]
    except urllib.error.HTTPError as error:
        return error.code, json.load(error).get("field")

one = json.dumps({"users": ["anna@firm.ru"], "title": "Оплата"})
two = json.dumps({"users": ["anna@firm.ru"], "title": "Возврат"})
now = datetime.now(timezone.utc)
first = send("msg_1", one, [old])
print("again", send("msg_1", one, [old]) == first, send("msg_1", one, [new]) == first)
print("both", send("msg_2", two, ["whsec_" + "A" * 32, new])[0])
print("other body", send("msg_1", two, [old])[0])
print("stale", send("msg_3", one, [old], at=now - timedelta(minutes=6)))
print("early", send("msg_3", one, [old], at=now + timedelta(minutes=6)))
print("forged", send("msg_3", one, [old], forged=two))
print("stranger", send("msg_3", one, ["whsec_" + "A" * 32]))
"#;

#[tokio::test]
async fn what_a_foreign_library_signs_is_believed_once_and_nothing_else_is() {
    let python = judges();
    let folder = TempDir::new().unwrap();
    said(folder.path(), &["user", "add", ANNA]);
    let token = said(folder.path(), &["device", "add", ANNA]);
    said(folder.path(), &["integration", "add", "Касса"]);
    let add = ["integration", "key", "add", "касса", "--signing"];
    let (old, new) = (said(folder.path(), &add), said(folder.path(), &add));
    assert!(old.starts_with("whsec_"));
    let serving = Serving::start(folder.path());
    let address = "v1/providers/%D0%BA%D0%B0%D1%81%D1%81%D0%B0/notifications";
    let output = Command::new(&python)
        .args(["-c", SENDER])
        .arg(format!("{}/{address}", serving.url))
        .args([&old, &new])
        .env("PYTHONUTF8", "1")
        .output()
        .unwrap();
    let expected = "again True True\nboth 201\nother body 409\n\
        stale (401, 'webhook-timestamp')\nearly (401, 'webhook-timestamp')\n\
        forged (401, 'webhook-signature')\nstranger (401, 'webhook-signature')\n";
    assert_eq!(words(&output), expected);
    let page = feed(&serving.url, &token).await;
    let titles: Vec<_> = page.items.iter().map(|item| item.title.as_str()).collect();
    assert_eq!(titles, ["Возврат", "Оплата"]);
    // The keys are sealed, not readable in the database.
    drop(serving);
    let database = std::fs::read(folder.path().join("centre.db")).unwrap();
    let secret = old.strip_prefix("whsec_").unwrap().as_bytes();
    assert!(!database.windows(secret.len()).any(|part| part == secret));
}
