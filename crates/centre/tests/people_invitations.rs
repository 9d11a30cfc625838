//! Invitations: seen without being used up, good once, for a day.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use dealbell_centre::{Actor, Centre, Clock, INVITED_WITHIN, Options, ServeOptions, Time};
use dealbell_protocol::{
    ApiError, ErrorCode, Millis, Role,
    join::JoinLink,
    people::{
        InvitationRow, InvitationSeen, InvitationState, Invited, NewInvitation, Page, Redeemed,
    },
    rest::{DeviceRow, Me},
};
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering::SeqCst},
    },
    time::Duration,
};
use support::{ANNA, Bed, bed, bed_over, bed_with, http};

const VERA: &str = "vera@firm.ru";

fn vera() -> NewInvitation {
    NewInvitation {
        email: VERA.to_owned(),
        name: "Вера".to_owned(),
        language: "ru".to_owned(),
        ..NewInvitation::default()
    }
}

async fn redeem(bed: &Bed, code: &str) -> (StatusCode, Value) {
    let body = json!({"code": code, "device": {"name": "VERA-PC", "platform": "windows"}});
    let request = http().post(bed.url("/v1/invitations/redeem")).json(&body);
    let answer = request.send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

async fn see(bed: &Bed, code: &str) -> Result<InvitationSeen, (StatusCode, ErrorCode)> {
    let request = http().get(bed.url(&format!("/v1/invitations/{code}")));
    let answer = request.send().await.unwrap();
    match answer.status() {
        StatusCode::OK => Ok(answer.json().await.unwrap()),
        status => Err((status, answer.json::<ApiError>().await.unwrap().code)),
    }
}

#[tokio::test]
async fn an_administrator_invites_and_the_link_signs_one_device_in() {
    let bed = bed().await;
    let actor = Actor::command_line();
    bed.centre
        .set_role(actor, ANNA, Role::Administrator)
        .await
        .unwrap();
    let request = http()
        .post(bed.url("/v1/invitations"))
        .bearer_auth(&bed.token);
    let answer = request
        .json(&json!({"email": VERA, "name": "Вера"}))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::CREATED);
    let invited: Invited = answer.json().await.unwrap();
    let link = JoinLink::parse(&invited.link).unwrap();
    assert_eq!(JoinLink::parse(&invited.app_link), Some(link.clone()));
    assert_eq!(link.centre().as_str(), bed.url("/"));

    // However often a scanner of links or a preview looks.
    for _ in 0..3 {
        let seen = see(&bed, link.code()).await.unwrap();
        assert_eq!(
            (seen.email.as_str(), seen.name.as_str(), seen.by.as_str()),
            (VERA, "Вера", "Анна")
        );
    }
    let (status, body) = redeem(&bed, link.code()).await;
    assert_eq!(status, StatusCode::CREATED, "{body}");
    let redeemed: Redeemed = serde_json::from_value(body).unwrap();
    assert_eq!(
        (redeemed.email.as_str(), redeemed.user),
        (VERA, invited.user)
    );
    let me = http().get(bed.url("/v1/me")).bearer_auth(&redeemed.token);
    let me: Me = me.send().await.unwrap().json().await.unwrap();
    assert_eq!(me.email, VERA);
    let devices = http()
        .get(bed.url("/v1/devices"))
        .bearer_auth(&redeemed.token);
    let devices: Vec<DeviceRow> = devices.send().await.unwrap().json().await.unwrap();
    assert_eq!(
        (
            devices[0].name.as_str(),
            devices[0].platform.as_str(),
            devices[0].id
        ),
        ("VERA-PC", "windows", redeemed.device)
    );

    let (status, error) = redeem(&bed, link.code()).await;
    assert_eq!(
        (status, &error["code"]),
        (StatusCode::GONE, &json!("invitation_used"))
    );
    let used = Err((StatusCode::GONE, ErrorCode::InvitationUsed));
    assert_eq!(see(&bed, link.code()).await, used);
    let list = http()
        .get(bed.url("/v1/invitations"))
        .bearer_auth(&bed.token);
    let list: Page<InvitationRow> = list.send().await.unwrap().json().await.unwrap();
    assert_eq!(
        (list.items[0].state, list.items[0].by.as_deref()),
        (InvitationState::Used, Some(ANNA))
    );
    // The code stands nowhere, in the audit neither.
    let acts = bed.centre.audit(None, None, 50).await.unwrap();
    assert!(!serde_json::to_string(&acts).unwrap().contains(link.code()));
}

/// Pressed twice, or by two people who were sent the same link.
#[tokio::test]
async fn of_two_who_follow_it_at_once_exactly_one_is_signed_in() {
    let bed = bed().await;
    for _ in 0..5 {
        let made = bed
            .centre
            .invite(Actor::command_line(), vera())
            .await
            .unwrap();
        let (one, other) = tokio::join!(redeem(&bed, &made.code), redeem(&bed, &made.code));
        let mut statuses = [one.0, other.0];
        statuses.sort();
        assert_eq!(statuses, [StatusCode::CREATED, StatusCode::GONE]);
    }
    let devices = bed.centre.devices(VERA).await.unwrap();
    assert_eq!(devices.len(), 5);
}

struct Stopped(AtomicI64);

impl Time for Stopped {
    fn now(&self) -> Millis {
        self.0.load(SeqCst)
    }

    fn sleep(&self, wait: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(wait))
    }
}

#[tokio::test]
async fn it_is_good_for_a_day() {
    let folder = tempfile::tempdir().unwrap();
    let time = Arc::new(Stopped(AtomicI64::new(1_795_255_200_000)));
    let options = Options {
        clock: Clock::new(time.clone()),
        ..Options::new(format!(
            "sqlite:{}",
            folder.path().join("centre.db").display()
        ))
    };
    let centre = Centre::open(options).await.unwrap();
    let bed = bed_over(folder, centre).await;
    let made = bed
        .centre
        .invite(Actor::command_line(), vera())
        .await
        .unwrap();
    let day = i64::try_from(INVITED_WITHIN.as_millis()).unwrap();
    time.0.fetch_add(day - 1, SeqCst);
    assert_eq!(see(&bed, &made.code).await.unwrap().by, "");
    time.0.fetch_add(1, SeqCst);
    let expired = Err((StatusCode::GONE, ErrorCode::InvitationExpired));
    assert_eq!(see(&bed, &made.code).await, expired);
    let (status, error) = redeem(&bed, &made.code).await;
    assert_eq!(
        (status, &error["code"]),
        (StatusCode::GONE, &json!("invitation_expired"))
    );
    assert!(bed.centre.devices(VERA).await.unwrap().is_empty());
}

#[tokio::test]
async fn one_that_was_taken_back_is_unknown_and_one_that_was_used_stays() {
    let bed = bed().await;
    let actor = Actor::command_line();
    let made = bed.centre.invite(actor.clone(), vera()).await.unwrap();
    bed.centre.uninvite(actor.clone(), &made.id).await.unwrap();
    let (status, error) = redeem(&bed, &made.code).await;
    assert_eq!(
        (status, &error["code"]),
        (StatusCode::NOT_FOUND, &json!("invitation_unknown"))
    );
    assert!(bed.centre.uninvite(actor.clone(), &made.id).await.is_err());
    let made = bed.centre.invite(actor.clone(), vera()).await.unwrap();
    redeem(&bed, &made.code).await;
    assert!(
        bed.centre.uninvite(actor, &made.id).await.is_err(),
        "revoke the device instead"
    );
}

#[tokio::test]
async fn whoever_tries_codes_is_slowed_down() {
    let bed = bed().await;
    let mut slowed = None;
    for n in 0..40 {
        if let Err((StatusCode::TOO_MANY_REQUESTS, code)) = see(&bed, &format!("{n:064x}")).await {
            slowed = Some((n, code));
            break;
        }
    }
    let (after, code) = slowed.unwrap();
    assert!(after >= 20, "an honest user is not: {after}");
    assert_eq!(code, ErrorCode::RateLimited);
}

#[tokio::test]
async fn whoever_names_another_address_each_time_is_not_believed() {
    let bed = bed().await;
    for n in 0..100 {
        let request = http().get(bed.url(&format!("/v1/invitations/{n:064x}")));
        let request = request.header("X-Forwarded-For", format!("203.0.113.{n}"));
        if request.send().await.unwrap().status() == StatusCode::TOO_MANY_REQUESTS {
            return;
        }
    }
    panic!("a hundred codes were tried");
}

/// An office has one address, and somebody there tries codes.
#[tokio::test]
async fn a_good_code_lets_in_while_others_try_bad_ones_from_the_same_address() {
    let bed = bed().await;
    let actor = Actor::command_line();
    let made = bed.centre.invite(actor, vera()).await.unwrap();
    while !matches!(
        see(&bed, &"0".repeat(64)).await,
        Err((StatusCode::TOO_MANY_REQUESTS, _))
    ) {}
    assert_eq!(see(&bed, &made.code).await.unwrap().email, VERA);
    let (status, body) = redeem(&bed, &made.code).await;
    assert_eq!(status, StatusCode::CREATED, "{body}");
}

#[tokio::test]
async fn behind_a_trusted_proxy_each_guest_has_a_measure_of_his_own() {
    let bed = bed_with(ServeOptions {
        trusted_proxies: vec!["127.0.0.1".parse().unwrap()],
        ..ServeOptions::default()
    })
    .await;
    let ask = async |from: &str| {
        let request = http().get(bed.url(&format!("/v1/invitations/{}", "0".repeat(64))));
        let request = request.header("X-Forwarded-For", format!("198.51.100.1, {from}"));
        request.send().await.unwrap().status()
    };
    while ask("203.0.113.9").await != StatusCode::TOO_MANY_REQUESTS {}
    assert_eq!(ask("203.0.113.10").await, StatusCode::NOT_FOUND);
    // Of IPv6 everybody has as many as he likes.
    for n in 0..100 {
        if ask(&format!("2001:db8::{n:x}")).await == StatusCode::TOO_MANY_REQUESTS {
            return;
        }
    }
    panic!("a hundred tries of one network were answered");
}
