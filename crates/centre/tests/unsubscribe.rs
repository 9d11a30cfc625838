//! Letters are switched off by whoever has the token of a letter, and by nobody else (RFC 8058).

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use dealbell_centre::Centre;
use dealbell_protocol::{
    ChannelSettings, ProviderId, UserId,
    stream::{Change, ServerFrame},
};
use serde_json::json;
use support::{Bed, bed, http};

async fn settings(bed: &Bed) -> ChannelSettings {
    let request = http().get(bed.url("/v1/channels")).bearer_auth(&bed.token);
    request.send().await.unwrap().json().await.unwrap()
}

/// Letters of tasks and chats.
async fn with_letters(bed: &Bed) {
    let set = json!({"desktop": true, "email": true, "mobile": false, "browser": false});
    let body = json!({"receive": true, "providers": {"tasks": set, "chats": set}});
    let revision = settings(bed).await.revision;
    let request = http().put(bed.url("/v1/channels")).bearer_auth(&bed.token);
    let request = request.header("If-Match", format!("\"{revision}\""));
    let answer = request.json(&body).send().await.unwrap();
    assert!(answer.status().is_success());
}

fn on(settings: &ChannelSettings) -> Vec<&str> {
    let rows = settings.providers.iter().filter(|row| row.channels.email);
    rows.map(|row| row.provider.id.as_str()).collect()
}

async fn token(centre: &Centre, user: UserId, provider: Option<&str>) -> String {
    let provider = provider.map(ProviderId::new);
    let makes = centre.unsubscribing().await.unwrap();
    makes.token(user, provider.as_ref())
}

#[tokio::test]
async fn a_token_switches_off_what_it_is_about_and_every_device_hears_of_it() {
    let bed = bed().await;
    with_letters(&bed).await;
    let mut device = bed.live().await;
    let before = settings(&bed).await;

    let tasks = token(&bed.centre, bed.anna, Some("tasks")).await;
    let seen = bed.centre.subscription(&tasks).await.unwrap().unwrap();
    assert_eq!(settings(&bed).await, before, "looking changes nothing");
    let off = bed.centre.unsubscribe(&tasks).await.unwrap().unwrap();
    assert_eq!(off, seen);
    assert_eq!(off.provider.unwrap().id.as_str(), "tasks");

    let after = settings(&bed).await;
    assert_eq!(on(&after), ["chats"]);
    assert!(after.revision > before.revision);
    match device.next().await {
        ServerFrame::Event(data) => {
            assert_eq!(data.change, Change::Channels(Box::new(after.clone())));
        }
        other => panic!("the new channels were expected, not {other:?}"),
    }
    bed.centre.unsubscribe(&tasks).await.unwrap().unwrap();
    assert_eq!(settings(&bed).await, after, "twice is once");

    let all = token(&bed.centre, bed.anna, None).await;
    let off = bed.centre.unsubscribe(&all).await.unwrap().unwrap();
    assert_eq!(off.provider, None);
    let none = settings(&bed).await;
    assert!(on(&none).is_empty());
    let desktop = |settings: &ChannelSettings| -> Vec<bool> {
        let rows = settings.providers.iter();
        rows.map(|row| row.channels.desktop).collect()
    };
    assert_eq!(desktop(&none), desktop(&before), "letters alone");
}

#[tokio::test]
async fn a_token_that_was_guessed_changed_or_made_elsewhere_does_nothing() {
    let (bed, other) = (bed().await, bed().await);
    with_letters(&bed).await;
    let before = settings(&bed).await;
    let good = token(&bed.centre, bed.anna, Some("tasks")).await;
    let mut wrong = vec![
        String::new(),
        "x".to_owned(),
        good[1..].to_owned(),
        good[..good.len() - 1].to_owned(),
        format!("{good}AAAA"),
        token(&other.centre, bed.anna, Some("tasks")).await,
        token(&bed.centre, other.anna, Some("tasks")).await,
        token(&bed.centre, bed.anna, Some("gone")).await,
    ];
    for at in [0, 10, 22, 30, good.len() - 2] {
        let mut letters: Vec<char> = good.chars().collect();
        letters[at] = if letters[at] == 'A' { 'B' } else { 'A' };
        wrong.push(letters.into_iter().collect());
    }
    for token in wrong {
        assert_eq!(
            bed.centre.unsubscribe(&token).await.unwrap(),
            None,
            "{token}"
        );
    }
    assert_eq!(settings(&bed).await, before);
}
