//! `letters`: what a person at a terminal sees of those that are tried no more.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use async_trait::async_trait;
use dealbell_centre::{Centre, Delivery, Options};
use dealbell_protocol::{
    Channel,
    letter::{Letter, Post, PostError},
};
use serde_json::json;
use std::{path::Path, sync::Arc};
use support::{ANNA, centre, refused, said};
use tempfile::TempDir;
use tokio::net::TcpListener;

/// A mail server that knows nobody.
struct Stranger;

#[async_trait]
impl Post for Stranger {
    async fn send(&self, _letter: &Letter) -> Result<(), PostError> {
        let reason = "550 5.1.1\r\nno such user".to_owned();
        Err(PostError::Never { reason })
    }
}

/// Anna asks for a test letter, and it is refused.
async fn one_is_refused(folder: &Path) {
    let token = said(folder, &["device", "add", ANNA]);
    let mut options = Options::new(folder.join("centre.db").display().to_string());
    options.deliverable.push(Channel::Email);
    let opened = Centre::open(options).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1/test", listener.local_addr().unwrap());
    let serving = opened.clone();
    let served = tokio::spawn(async move {
        let never = std::future::pending();
        serving
            .serve(listener, dealbell_centre::ServeOptions::default(), never)
            .await
    });
    let request = reqwest::Client::builder()
        .no_proxy()
        .build()
        .unwrap()
        .post(url);
    let request = request
        .bearer_auth(token)
        .json(&json!({"channel": "email"}));
    assert_eq!(request.send().await.unwrap().status(), 200);
    let refused = async {
        while opened.letter_counts().await.unwrap().dead == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    opened
        .deliver(Delivery::new(Arc::new(Stranger)), refused)
        .await;
    served.abort();
}

#[tokio::test]
async fn dead_letters_are_listed_with_their_reason_and_tried_again() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let folder = TempDir::new().unwrap();
    said(folder.path(), &["user", "add", ANNA]);
    one_is_refused(folder.path()).await;
    let listed = said(folder.path(), &["letters", "list"]);
    let columns: Vec<&str> = listed.split('\t').collect();
    let [id, _, ANNA, "test", "refused", "550 5.1.1 no such user"] = columns[..] else {
        panic!("{listed}");
    };
    assert_eq!(said(folder.path(), &["letters", "retry", id]), id);
    let line = |line: &[&str]| centre(folder.path(), line).output().unwrap();
    assert!(refused(line(&["letters", "retry", id])).contains("no such dead letter"));
    assert_eq!(said(folder.path(), &["letters", "retry", "--all"]), "0");
    assert!(refused(line(&["letters", "retry"])).contains("--all"));
}
