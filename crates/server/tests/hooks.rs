//! Webhooks end to end: registered under the public address, handed to the connector they belong
//! to, gone with the account.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use dealbell_sandbox::{Config, NewTask, Sandbox};
use std::{net::SocketAddr, time::Instant};
use support::{LONG, Serving, feed_when, http, last_line, said};
use tempfile::TempDir;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// A public address that is known before what it leads to.
async fn public() -> (String, watch::Sender<Option<SocketAddr>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (lead, mut leads) = watch::channel(None);
    tokio::spawn(async move {
        while let Ok((mut from, _)) = listener.accept().await {
            let Ok(to) = leads.wait_for(Option::is_some).await.map(|to| to.unwrap()) else {
                return;
            };
            tokio::spawn(async move {
                let mut to = TcpStream::connect(to).await?;
                copy_bidirectional(&mut from, &mut to).await
            });
        }
    });
    (url, lead)
}

/// Waits for what comes within a few readings of the CRM, or never.
async fn until(what: &str, wanted: impl Fn() -> bool) {
    let start = Instant::now();
    while !wanted() {
        assert!(start.elapsed() < LONG, "{what}: it never came");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_is_registered_taken_and_gone_with_its_account() {
    let crm = Sandbox::start(Config::default()).await.unwrap();
    let folder = TempDir::new().unwrap();
    let (admin, manager) = (&crm.users()[0], &crm.users()[1]);
    said(folder.path(), &["user", "add", &manager.email]);
    let token = said(folder.path(), &["device", "add", &manager.email]);
    let (url, lead) = public().await;
    let more = ["--public-url", &url];
    let serving = Serving::start_with(folder.path(), "127.0.0.1:0", &more);
    let address = serving.url.strip_prefix("http://").unwrap();
    lead.send_replace(Some(address.parse().unwrap()));
    let line = [
        "connect",
        "amocrm",
        "--url",
        crm.url(),
        "--token",
        &admin.token,
    ];
    let id = last_line(support::centre(folder.path(), &line).output().unwrap());

    until("a webhook", || !crm.hooks().is_empty()).await;
    let hook = crm.hooks().remove(0).destination;
    let secret = hook
        .strip_prefix(&format!("{url}/v1/hooks/"))
        .unwrap()
        .to_owned();
    assert!(secret.len() >= 32, "{hook}");
    serving.says("the account is read");
    let task = NewTask::new(manager.id, "Перезвонить по смете", 4_102_444_800);
    crm.create_task(admin.id, task).unwrap();
    crm.hooks_settled().await;
    assert_eq!(crm.hook_log().last().unwrap().status, Some(204));
    feed_when(&serving.url, &token, |page| page.unread.count == 1).await;

    let post = async |path: &str, body: Vec<u8>| {
        let url = format!("{}/v1/hooks/{path}", serving.url);
        http()
            .post(url)
            .body(body)
            .send()
            .await
            .unwrap()
            .status()
            .as_u16()
    };
    let wrong = format!("{}x", &secret[1..]);
    assert_eq!(post(&wrong, Vec::new()).await, 404);
    assert_eq!(post(&secret[1..], Vec::new()).await, 404);
    assert_eq!(post(&secret, b"\xff\xfe=[[".to_vec()).await, 204);
    assert_eq!(post(&secret, vec![b'a'; 1024 * 1024 + 1]).await, 413);
    assert!(!serving.heard().contains(&secret));

    said(folder.path(), &["connect", "forget", &id]);
    serving.says("no longer read");
    assert_eq!(post(&secret, Vec::new()).await, 404);
    until("the webhook's end", || crm.hooks().is_empty()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_at_once_are_told_to_come_back() {
    let crm = Sandbox::start(Config::default()).await.unwrap();
    let folder = TempDir::new().unwrap();
    let (url, lead) = public().await;
    let more = ["--public-url", &url];
    let serving = Serving::start_with(folder.path(), "127.0.0.1:0", &more);
    let address = serving.url.strip_prefix("http://").unwrap();
    lead.send_replace(Some(address.parse().unwrap()));
    let token = &crm.users()[0].token;
    let line = ["connect", "amocrm", "--url", crm.url(), "--token", token];
    said(folder.path(), &line);
    until("a webhook", || !crm.hooks().is_empty()).await;
    let path = crm
        .hooks()
        .remove(0)
        .destination
        .replace(&url, &serving.url);
    let http = http();
    let begun = Instant::now();
    let mut refused = false;
    // The burst, and what the second brings meanwhile.
    while !refused && begun.elapsed() < LONG {
        let answer = http.post(&path).send().await.unwrap();
        refused = answer.status() == 429;
        assert!(!refused || answer.headers()["retry-after"] == "1");
    }
    assert!(refused);
}
