//! Running it: where options come from, how it is, what it counts.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use dealbell_sandbox::{Config, Sandbox};
use serde_json::{Value, json};
use std::{
    io::Write as _,
    net::TcpListener,
    path::Path,
    process::{Command, Stdio},
};
use support::{ANNA, Serving, centre, feed, http, publish, refused, said};
use tempfile::TempDir;

const TOKEN: &str = "0123456789abcdef";

async fn status(url: &str, bearer: &str) -> u16 {
    let answer = http().get(url).bearer_auth(bearer).send().await.unwrap();
    answer.status().as_u16()
}

#[tokio::test]
async fn the_environment_counts_before_the_file_and_a_flag_before_both() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("centre.toml");
    let listeners = [(); 3].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    let taken = listeners
        .each_ref()
        .map(|listener| listener.local_addr().unwrap().to_string());
    let other = folder.path().join("other.db");
    std::fs::write(
        &file,
        format!(
            "listen = \"{}\"\ndatabase = \"sqlite:{}\"",
            taken[0],
            other.display()
        ),
    )
    .unwrap();
    let program = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dealbell-centre"));
        command.env_clear().env("DEALBELL_CONFIG", &file);
        command
    };
    let added = program().args(["user", "add", ANNA]).output().unwrap();
    assert!(added.status.success());
    assert!(other.exists(), "the file's database is every command's");

    let own = folder.path().join("own.db");
    let own = format!("sqlite:{}", own.display());
    let added = program()
        .env("DEALBELL_DATABASE", &own)
        .args(["user", "add", ANNA])
        .output()
        .unwrap();
    assert!(added.status.success(), "another database, where she is new");
    // Each names a port that somebody has, so each says which of them it took.
    let words = refused(program().arg("serve").output().unwrap());
    assert!(
        words.contains(&format!("cannot listen on {}", taken[0])),
        "{words}"
    );
    let in_environment = || {
        let mut command = program();
        command.env("DEALBELL_LISTEN", &taken[1]).arg("serve");
        command
    };
    let words = refused(in_environment().output().unwrap());
    assert!(
        words.contains(&format!("cannot listen on {}", taken[1])),
        "{words}"
    );
    let flag = in_environment().args(["--listen", &taken[2]]).output();
    let words = refused(flag.unwrap());
    assert!(
        words.contains(&format!("cannot listen on {}", taken[2])),
        "{words}"
    );

    std::fs::write(&file, "databse = 1").unwrap();
    let words = refused(program().args(["user", "add", ANNA]).output().unwrap());
    let wanted = "centre.toml: unknown key databse; do you mean database?";
    assert!(words.contains(wanted), "{words}");
}

/// What the parser that Prometheus's makers publish for Python reads in `text`, by sample.
fn parsed(text: &str) -> Value {
    const SCRIPT: &str = "
import json, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read
samples = []
for family in read(sys.stdin.read()):
    assert family.documentation, family.name
    samples += [[s.name, s.labels, s.value] for s in family.samples]
json.dump(samples, sys.stdout)
";
    let python = std::env::var("DEALBELL_PYTHON")
        .expect("DEALBELL_PYTHON names no Python with prometheus-client: run `cargo xtask test`");
    let mut child = Command::new(Path::new(&python))
        .args(["-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{text}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The value of the sample with these labels.
fn sample(samples: &Value, name: &str, labels: Value) -> f64 {
    let found = samples
        .as_array()
        .unwrap()
        .iter()
        .find(|sample| sample[0] == name && sample[1] == labels);
    found.unwrap_or_else(|| panic!("no {name} {labels} in {samples}"))[2]
        .as_f64()
        .unwrap()
}

#[tokio::test]
async fn an_independent_parser_reads_the_figures() {
    let folder = TempDir::new().unwrap();
    said(folder.path(), &["user", "add", ANNA]);
    let key = said(folder.path(), &["integration", "add", "Касса"]);
    let token = said(folder.path(), &["device", "add", ANNA]);
    let serving = Serving::start_with(
        folder.path(),
        "127.0.0.1:0",
        &["--metrics-listen", "127.0.0.1:0"],
    );
    let figures = serving.heard();
    let figures = figures.split("metrics on ").nth(1).unwrap();
    let figures = figures.split("/metrics").next().unwrap().to_owned() + "/metrics";
    for n in 0..3 {
        publish(&serving.url, &key, &format!("Оплата {n}")).await;
    }
    feed(&serving.url, &token).await;
    assert_eq!(
        status(&format!("{}/v1/me", serving.url), "wrong").await,
        401
    );

    let answer = http().get(&figures).send().await.unwrap();
    let kind = answer.headers()["content-type"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(kind.starts_with("application/openmetrics-text"), "{kind}");
    let samples = parsed(&answer.text().await.unwrap());
    let requests = |method: &str, route: &str, status: &str| {
        let labels = json!({"method": method, "route": route, "status": status});
        sample(&samples, "dealbell_http_requests_total", labels)
    };
    assert_eq!(requests("POST", "/v1/notifications", "201"), 3.0);
    assert_eq!(requests("GET", "/v1/notifications", "200"), 1.0);
    assert_eq!(requests("GET", "/v1/me", "401"), 1.0);
    let alone = |name: &str| sample(&samples, name, json!({}));
    assert_eq!(alone("dealbell_users"), 1.0);
    assert_eq!(alone("dealbell_unread"), 3.0);
    assert_eq!(alone("dealbell_connections"), 0.0);
    assert_eq!(alone("dealbell_writer_queue"), 0.0);
    // The integration's appearance and three notifications.
    assert_eq!(alone("dealbell_log_entries"), 4.0);
    assert!(alone("dealbell_commit_duration_seconds_count") >= 3.0);
    assert!(alone("dealbell_commit_steps_sum") >= 3.0);
    assert!(alone("dealbell_database_size_bytes") >= 4096.0);
    assert!(alone("dealbell_database_wal_size_bytes") > 0.0);
    if cfg!(target_os = "linux") {
        assert!(alone("process_resident_memory_bytes") > 1_000_000.0);
    }
}

#[cfg(unix)]
#[test]
fn systemd_hears_when_it_is_ready_and_when_it_stops() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("notify");
    let socket = std::os::unix::net::UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(support::LONG)).unwrap();
    let heard = || {
        let mut text = [0; 256];
        let length = socket.recv(&mut text).unwrap();
        String::from_utf8(text[..length].to_vec()).unwrap()
    };
    let mut command = centre(folder.path(), &["serve", "--listen", "127.0.0.1:0"]);
    command.env("NOTIFY_SOCKET", &path);
    let serving = Serving::spawn(command);
    assert_eq!(heard().trim(), "READY=1");
    let pid = serving.process.id().to_string();
    let told = Command::new("kill").args(["-TERM", &pid]).status();
    assert!(told.unwrap().success());
    assert_eq!(heard().trim(), "STOPPING=1");
}

#[tokio::test]
async fn whoever_reaches_the_usual_address_reads_no_figures_without_the_token() {
    let folder = TempDir::new().unwrap();
    let serving = Serving::start(folder.path());
    assert_eq!(
        status(&format!("{}/metrics", serving.url), TOKEN).await,
        404
    );
    drop(serving);

    let mut command = centre(folder.path(), &["serve", "--listen", "127.0.0.1:0"]);
    command.env("DEALBELL_METRICS_TOKEN", TOKEN);
    let serving = Serving::spawn(command);
    let url = format!("{}/metrics", serving.url);
    assert_eq!(status(&url, "0123456789abcdeF").await, 401);
    assert_eq!(
        http().get(&url).send().await.unwrap().status().as_u16(),
        401
    );
    assert_eq!(status(&url, TOKEN).await, 200);

    let line = ["serve", "--metrics-token", TOKEN];
    let words = refused(centre(folder.path(), &line).output().unwrap());
    assert!(words.contains("DEALBELL_METRICS_TOKEN"), "{words}");
    assert!(!words.contains(TOKEN), "{words}");
}

/// What `doctor` finds, by part, and whether it is content.
fn doctor(folder: &Path, more: &[&str]) -> (Vec<Value>, bool) {
    let output = centre(folder, &["doctor", "--json"])
        .args(more)
        .output()
        .unwrap();
    let findings = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| {
        panic!("{}", String::from_utf8_lossy(&output.stderr));
    });
    (findings, output.status.success())
}

fn verdict<'f>(findings: &'f [Value], part: &str) -> (&'f str, &'f str) {
    let found = findings.iter().find(|finding| finding["part"] == part);
    let found = found.unwrap_or_else(|| panic!("nothing of {part}: {findings:?}"));
    (
        found["verdict"].as_str().unwrap(),
        found["words"].as_str().unwrap(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_says_what_is_wrong_and_what_to_do() {
    let folder = TempDir::new().unwrap();
    let crm = Sandbox::start(Config::default()).await.unwrap();
    let admin = crm.users().iter().find(|user| user.is_admin).unwrap();
    let (found, content) = doctor(folder.path(), &["--listen", "127.0.0.1:0"]);
    assert!(content, "nothing is wrong with what is not there yet");
    assert_eq!(verdict(&found, "database").0, "attention");
    assert_eq!(verdict(&found, "server").0, "attention");

    said(folder.path(), &["user", "add", ANNA]);
    for token in [&*admin.token, "forged"] {
        let line = [
            "connect",
            "amocrm",
            "--url",
            crm.url(),
            "--unchecked",
            "--token",
            token,
        ];
        said(folder.path(), &line);
        let (found, content) = doctor(folder.path(), &["--listen", "127.0.0.1:0"]);
        let good = token != "forged";
        assert_eq!(content, good, "{found:?}");
        assert_eq!(
            verdict(&found, "account").0,
            if good { "ok" } else { "wrong" }
        );
        assert_eq!(verdict(&found, "key").0, "ok");
        assert_eq!(verdict(&found, "database").0, "ok");
    }
    said(folder.path(), &["connect", "forget", crm.url()]);

    let serving = Serving::start(folder.path());
    let address = serving.url.strip_prefix("http://").unwrap();
    let line = ["--listen", address, "--public-url", &serving.url];
    let (found, content) = doctor(folder.path(), &line);
    assert!(content, "{found:?}");
    for part in ["server", "public address", "clock", "files", "disk"] {
        let (verdict, words) = verdict(&found, part);
        // How full the disk of this machine is, is nobody's fault here.
        assert!(verdict == "ok" || part == "disk", "{part}: {words}");
    }
    let live = || centre(folder.path(), &["doctor", "--live", "--listen", address]).output();
    assert!(live().unwrap().status.success());
    let url = crm.url().to_owned();
    let (found, content) = doctor(folder.path(), &["--listen", address, "--public-url", &url]);
    let (verdict_there, words) = verdict(&found, "public address");
    assert_eq!(verdict_there, "wrong", "the CRM is no centre: {words}");
    assert!(!content);

    let closed = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let smtp = format!("smtp://{closed}?tls=none");
    let mail = ["--smtp", &smtp, "--mail-from", "bell@firm.ru"];
    let (found, content) = doctor(folder.path(), &mail);
    assert_eq!(verdict(&found, "mail").0, "wrong");
    assert!(!content);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let file = folder.path().join("centre.db");
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
        let words = centre(folder.path(), &["doctor"])
            .args(line)
            .output()
            .unwrap();
        let words = String::from_utf8(words.stdout).unwrap();
        let todo = format!("chmod 600 {}", file.display());
        assert!(
            words.contains("wrong     files: others may read them"),
            "{words}"
        );
        assert!(words.contains(&todo), "{words}");
    }
    let address = address.to_owned();
    drop(serving);
    let live = centre(folder.path(), &["doctor", "--live", "--listen", &address]).output();
    assert!(refused(live.unwrap()).contains("does not answer"));
}
