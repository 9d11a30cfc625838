//! Clients nobody here wrote judge the stand-in CRM, each by a full session: signing in, consent,
//! code and refresh, the account and its users, the life of a task, paging over a thousand tasks,
//! events and hooks. What is sound for them is what our own connector is tried on.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test ends where it was surprised")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use dealbell_tests::{Ending, Environment, Process, binary};
use serde_json::Value;

/// A session keeps to the account's limit, which takes it most of half a minute.
const SESSION: Duration = Duration::from_secs(180);

#[tokio::test]
async fn aioamocrm_finds_nothing_wrong() {
    let python = made_by_xtask("DEALBELL_PYTHON", "Python with aioamocrm");
    let script = here("aioamocrm/session.py");
    let extra = [("PYTHONUTF8", "1"), ("PYTHONDONTWRITEBYTECODE", "1")];
    let said = session(Path::new(&python), &script, &extra).await;
    assert_eq!(said, "14 passed, 0 failed");
}

#[tokio::test]
async fn shevernitskiy_amo_finds_nothing_wrong() {
    let folder = made_by_xtask("DEALBELL_AMO_CLIENT", "folder with @shevernitskiy/amo");
    let script = here("shevernitskiy/session.mjs");
    let extra = [("DEALBELL_AMO_CLIENT", folder.as_str())];
    let said = session(&node(), &script, &extra).await;
    assert_eq!(said, "8 passed, 0 failed");
}

/// Runs a script against an account of its own; the last line of what it says.
async fn session(program: &Path, script: &Path, extra: &[(&str, &str)]) -> String {
    let serve = ["serve", "--listen", "127.0.0.1:0", "--token", "T"];
    let sandbox = binary("dealbell-sandbox").unwrap();
    let crm = Process::start(&sandbox, serve, &Environment::new()).unwrap();
    let ready: Value = crm
        .wait_stdout(|line| serde_json::from_str(line).ok())
        .await
        .unwrap();
    let integration = &ready["integrations"][0];
    let mut environment = Environment::new();
    let entries = [
        ("CRM_URL", &ready["url"]),
        ("CRM_TOKEN", &ready["users"][0]["token"]),
        ("CRM_CLIENT_ID", &integration["id"]),
        ("CRM_CLIENT_SECRET", &integration["secret"]),
        ("CRM_REDIRECT_URI", &integration["redirect_uri"]),
    ];
    for (name, value) in entries {
        environment.insert(name.into(), value.as_str().unwrap().into());
    }
    for (name, value) in extra {
        environment.insert(name.into(), value.into());
    }
    let process = Process::start(program, [script], &environment).unwrap();
    let ending = process.wait_within(SESSION).await.unwrap();
    let last = process.last_line().await;
    assert_eq!(ending, Ending::Code(0), "{}", process.log());
    last.expect("a session says how it went")
}

/// What the environment names and `cargo xtask test` makes.
fn made_by_xtask(variable: &str, what: &str) -> String {
    std::env::var(variable)
        .unwrap_or_else(|_| panic!("{variable} names no {what}: run `cargo xtask test`"))
}

fn here(script: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(script)
}

/// The machine's Node.js.
fn node() -> PathBuf {
    let path = std::env::var_os("PATH").expect("a PATH");
    std::env::split_paths(&path)
        .map(|folder| folder.join("node"))
        .find(|program| program.is_file())
        .expect("Node.js on the PATH, which builds the window as well")
}
