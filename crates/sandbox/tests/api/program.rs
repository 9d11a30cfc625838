//! The binary: its last line, its end with standard input and with a signal.

use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::client::Client;

#[tokio::test]
async fn it_introduces_itself_and_ends_with_standard_input() {
    let (mut child, ready) = started(&[
        "--token",
        "T",
        "--integration",
        "app",
        "--until-stdin-closes",
    ])
    .await;
    let url = ready["url"].as_str().unwrap();
    assert_eq!(ready["account"], "mebelsever");
    let users = ready["users"].as_array().unwrap();
    assert_eq!(
        (&users[0]["token"], &users[0]["is_admin"]),
        (&"T".into(), &true.into())
    );
    assert_eq!(
        (&users[1]["token"], &users[1]["is_admin"]),
        (&"T-2".into(), &false.into())
    );
    assert_eq!(ready["integrations"][0]["id"], "app");
    let account = Client::with_token(url, "T-2").get("account").await.ok();
    assert_eq!(account["current_user_id"], users[1]["id"]);

    // What a test of another program needs from it comes over HTTP.
    let admin = Client::with_token(url, "T");
    let code = admin.post("/sandbox/code", &json!({})).await.ok();
    let integration = &ready["integrations"][0];
    let asked = json!({
        "client_id": integration["id"],
        "client_secret": integration["secret"],
        "redirect_uri": integration["redirect_uri"],
        "grant_type": "authorization_code",
        "code": code["code"],
    });
    let pair = admin.post("/oauth2/access_token", &asked).await.ok();
    let granted = Client::with_token(url, pair["access_token"].as_str().unwrap());
    granted.get("account").await.ok();
    let fault = json!({"kind": "status", "status": 503, "times": 1});
    admin.post("/sandbox/fault", &fault).await.ok();
    granted.get("account").await.problem(503);
    granted.get("account").await.ok();
    let manager = Client::with_token(url, "T-2");
    manager.post("/sandbox/fault", &fault).await.problem(403);

    drop(child.stdin.take());
    assert!(ended(&mut child).await.success());
}

#[cfg(unix)]
#[tokio::test]
async fn a_signal_ends_it_cleanly() {
    for signal in ["TERM", "INT"] {
        let (mut child, _) = started(&["--sales-floor", "1"]).await;
        let id = child.id().unwrap().to_string();
        let kill = Command::new("kill")
            .args(["-s", signal, &id])
            .status()
            .await
            .unwrap();
        assert!(kill.success());
        assert!(ended(&mut child).await.success(), "SIG{signal}");
    }
}

async fn started(arguments: &[&str]) -> (Child, Value) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_dealbell-sandbox"))
        .args(["serve", "--listen", "127.0.0.1:0"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let ready = lines
        .next_line()
        .await
        .unwrap()
        .expect("one line once it listens");
    (child, serde_json::from_str(&ready).unwrap())
}

async fn ended(child: &mut Child) -> ExitStatus {
    tokio::time::timeout(Duration::from_secs(20), child.wait())
        .await
        .expect("it ends when asked to")
        .unwrap()
}
