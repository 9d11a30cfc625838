//! A user's calendar (RULES T11), read by a parser nobody here wrote while his tasks live in the CRM.
#![cfg(target_os = "linux")]

use std::net::Ipv4Addr;
use std::path::Path;
use std::time::Duration;

use dealbell_tests::{CentreProgram, Crm, Ending, Environment, Process, own_address};

/// Longer than the steps of a life take together.
const LIFE: Duration = Duration::from_secs(180);

#[tokio::test]
async fn a_tasks_life_is_seen_in_the_calendar() {
    let folder = tempfile::tempdir().unwrap();
    let free = (Ipv4Addr::LOCALHOST, 0).into();
    let crm = Crm::start(free, "T", &Environment::new()).await.unwrap();
    let (user, colleague) = (&crm.users[1], &crm.users[2]);
    let listen = own_address();
    let public = format!("http://{listen}");
    let mut environment = Environment::new();
    environment.insert("DEALBELL_PUBLIC_URL".into(), public.as_str().into());
    let mut centre = CentreProgram::new(folder.path(), listen, &environment).unwrap();
    let token = centre.user_with_device(&user.email).await.unwrap();
    let connect = ["connect", "amocrm", "--url", &crm.url, "--token", "T"];
    centre.command(&connect).await.unwrap();
    centre.serve().await.unwrap();

    let link = centre.get("/v1/calendar", &token).await.unwrap();
    let feed = link["url"].as_str().unwrap();
    assert!(feed.starts_with(&public), "{feed}");

    let python = std::env::var("DEALBELL_PYTHON")
        .expect("DEALBELL_PYTHON names no Python with icalendar: run `cargo xtask test`");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("aioamocrm/agenda.py");
    let mut judge = Environment::new();
    for (name, value) in [
        ("CRM_URL", crm.url.as_str()),
        // His own, with a limit of its own: the connector reads with the other.
        ("CRM_TOKEN", user.token.as_str()),
        ("FEED_URL", feed),
        ("ME", &user.id.to_string()),
        ("COLLEAGUE", &colleague.id.to_string()),
        ("PYTHONUTF8", "1"),
        ("PYTHONDONTWRITEBYTECODE", "1"),
    ] {
        judge.insert(name.into(), value.into());
    }
    let process = Process::start(Path::new(&python), [&script], &judge).unwrap();
    let ending = process.wait_within(LIFE).await.unwrap();
    assert_eq!(ending, Ending::Code(0), "{}", process.log());
    let said = process.last_line().await;
    assert_eq!(said.as_deref(), Some("10 passed, 0 failed"));
}
