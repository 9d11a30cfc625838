//! The binary as a process, and what it is asked over HTTP.

#![allow(dead_code, reason = "every test binary uses a part of it")]

use dealbell_protocol::rest::{FeedPage, Published};
use serde_json::json;
use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::{
        Arc, Mutex,
        mpsc::{self, Receiver},
    },
    time::{Duration, Instant},
};

/// Longer than anything takes.
pub(crate) const LONG: Duration = Duration::from_secs(60);
pub(crate) const ANNA: &str = "anna@firm.ru";

pub(crate) fn centre(folder: &Path, line: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dealbell-centre"));
    let database = format!("sqlite:{}", folder.join("centre.db").display());
    command.args(line).args(["--database", &database]);
    for name in [
        "DEALBELL_CRM_TOKEN",
        "DEALBELL_CLIENT_SECRET",
        "DEALBELL_PUBLIC_URL",
        "DEALBELL_KEY_FILE",
        "DEALBELL_DATABASE",
        "DEALBELL_METRICS_LISTEN",
        "DEALBELL_METRICS_TOKEN",
        "DEALBELL_LISTEN",
    ] {
        command.env_remove(name);
    }
    // No file of the machine that the test runs on.
    command.env("DEALBELL_CONFIG", "");
    command
}

pub(crate) fn last_line(output: Output) -> String {
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{error}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().last().unwrap().to_owned()
}

pub(crate) fn said(folder: &Path, line: &[&str]) -> String {
    last_line(centre(folder, line).output().unwrap())
}

/// The words of a refusal.
pub(crate) fn refused(output: Output) -> String {
    assert!(!output.status.success());
    assert_eq!(output.stdout, b"");
    String::from_utf8(output.stderr).unwrap()
}

pub(crate) struct Serving {
    pub(crate) process: Child,
    pub(crate) url: String,
    words: Receiver<String>,
    heard: Arc<Mutex<String>>,
}

impl Serving {
    pub(crate) fn start(folder: &Path) -> Self {
        Self::start_with(folder, "127.0.0.1:0", &[])
    }

    pub(crate) fn start_with(folder: &Path, listen: &str, more: &[&str]) -> Self {
        let mut command = centre(folder, &["serve", "--listen", listen]);
        command.args(more);
        Self::spawn(command)
    }

    /// Starts a command that serves.
    pub(crate) fn spawn(mut command: Command) -> Self {
        let mut process = command.stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let (tell, words) = mpsc::channel();
        let heard = Arc::new(Mutex::new(String::new()));
        let all = Arc::clone(&heard);
        // Reads to the end, so that the process never waits for us to take its words.
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let mut all = all.lock().unwrap();
                all.push_str(&line);
                all.push('\n');
                drop(all);
                let _ = tell.send(line);
            }
        });
        let mut serving = Self {
            process,
            url: String::new(),
            words,
            heard,
        };
        let line = serving.says("listening on ");
        serving.url = line.rsplit(' ').next().unwrap().to_owned();
        serving
    }

    /// The next line with `part` in it.
    pub(crate) fn says(&self, part: &str) -> String {
        loop {
            let line = self.words.recv_timeout(LONG).unwrap();
            if line.contains(part) {
                return line;
            }
        }
    }
}

impl Serving {
    /// Everything it has said so far.
    pub(crate) fn heard(&self) -> String {
        self.heard.lock().unwrap().clone()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // SIGKILL; it may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub(crate) fn http() -> reqwest::Client {
    // Another test was first, with the same provider.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

pub(crate) async fn publish(url: &str, key: &str, title: &str) -> Published {
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

pub(crate) async fn feed(url: &str, token: &str) -> FeedPage {
    let request = http().get(format!("{url}/v1/notifications"));
    let answer = request.bearer_auth(token).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.json().await.unwrap()
}

/// The list, once `wanted` holds; it holds within a few readings of the CRM or never.
pub(crate) async fn feed_when(
    url: &str,
    token: &str,
    wanted: impl Fn(&FeedPage) -> bool,
) -> FeedPage {
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
