//! Devices: listed with their last use, revoked by their user and by administrators.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use dealbell_centre::{Actor, Centre, Options};
use dealbell_protocol::{
    ApiError, ErrorCode, Role,
    rest::DeviceRow,
    stream::{ClientFrame, ClientInfo, CloseCode, ServerFrame},
};
use reqwest::StatusCode;
use support::{ANNA, Bed, bed, http};

const BORIS: &str = "boris@firm.ru";

async fn devices(bed: &Bed, token: &str, query: &str) -> Vec<DeviceRow> {
    let request = http()
        .get(bed.url(&format!("/v1/devices{query}")))
        .bearer_auth(token);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    answer.json().await.unwrap()
}

async fn revoke(bed: &Bed, token: &str, path: &str) -> (StatusCode, Option<ApiError>) {
    let request = http()
        .delete(bed.url(&format!("/v1/devices/{path}")))
        .bearer_auth(token);
    let answer = request.send().await.unwrap();
    (answer.status(), answer.json().await.ok())
}

#[tokio::test]
async fn a_device_tells_its_name_and_system_and_is_listed_with_its_last_use() {
    let bed = bed().await;
    let other = bed.centre.add_device(ANNA, "").await.unwrap();
    let before = devices(&bed, &bed.token, "").await;
    assert_eq!(before.len(), 2);
    assert!(
        before[0].this && before[0].last_used_at.is_some(),
        "it asks just now"
    );
    assert_eq!((before[1].last_used_at, before[1].connected), (None, false));

    let mut client = bed.connect_as(&other).await.unwrap();
    assert!(matches!(client.next().await, ServerFrame::Hello { .. }));
    let client_info = ClientInfo {
        version: "1.0.0".to_owned(),
        platform: "windows".to_owned(),
        device: "ANNA-PC".to_owned(),
    };
    let start = ClientFrame::Start {
        id: 1,
        cursor: None,
        client: client_info,
    };
    client.send(&start).await;
    assert!(matches!(client.next().await, ServerFrame::Ready { .. }));
    let after = devices(&bed, &bed.token, "").await;
    let came = &after[1];
    assert_eq!(
        (came.name.as_str(), came.platform.as_str()),
        ("ANNA-PC", "windows")
    );
    assert!(came.connected && !came.this);
    assert!(came.last_used_at >= before[0].last_used_at);
    assert_eq!(after[0].name, "ноутбук", "a name that was given stays");
}

/// A commit per frame would wear out disk and writer: what is remembered is written with the end
/// of the connection, and is there after a restart.
#[tokio::test]
async fn the_last_use_is_on_the_disk_when_the_centre_has_left() {
    let mut bed = bed().await;
    let client = bed.live().await;
    drop(client);
    bed.stop();
    bed.ended().await;
    let database = format!("sqlite:{}", bed.folder.path().join("centre.db").display());
    let again = Centre::open(Options::new(database)).await.unwrap();
    let devices = again.devices(ANNA).await.unwrap();
    assert!(devices[0].last_used_at >= Some(devices[0].created_at));
    assert_eq!(devices[0].platform, "linux");
}

#[tokio::test]
async fn a_revoked_device_is_gone_at_once_and_for_good() {
    let bed = bed().await;
    let lost = bed.centre.add_device(ANNA, "потерян").await.unwrap();
    let mut client = bed.connect_as(&lost).await.unwrap();
    client.start(None).await;
    let rows = devices(&bed, &bed.token, "").await;
    let row = rows.iter().find(|row| row.name == "потерян").unwrap();
    let (status, _) = revoke(&bed, &bed.token, &row.id.to_string()).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(client.closed().await, CloseCode::DeviceRevoked.number());
    let request = http().get(bed.url("/v1/me")).bearer_auth(&lost);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    let error: ApiError = answer.json().await.unwrap();
    assert_eq!(error.code, ErrorCode::TokenRevoked);
    assert_eq!(devices(&bed, &bed.token, "").await.len(), 1);
    let (status, error) = revoke(&bed, &bed.token, &row.id.to_string()).await;
    assert_eq!(
        (status, error.unwrap().code),
        (StatusCode::NOT_FOUND, ErrorCode::NotFound)
    );
    let acts = bed.centre.audit(None, None, 10).await.unwrap().items;
    assert!(
        acts.iter().all(|row| row.act != "device.revoke"),
        "his own affair"
    );
}

#[tokio::test]
async fn somebody_elses_devices_are_for_administrators() {
    let bed = bed().await;
    let boris = bed.centre.add_user(BORIS, "Борис", "ru").await.unwrap();
    let token = bed.centre.add_device(BORIS, "планшет").await.unwrap();
    let query = format!("?user={boris}");
    let id = devices(&bed, &token, "").await[0].id.to_string();

    let request = http()
        .get(bed.url(&format!("/v1/devices{query}")))
        .bearer_auth(&bed.token);
    assert_eq!(
        request.send().await.unwrap().status(),
        StatusCode::FORBIDDEN
    );
    let (status, error) = revoke(&bed, &bed.token, &format!("{id}{query}")).await;
    assert_eq!(
        (status, error.unwrap().code),
        (StatusCode::FORBIDDEN, ErrorCode::Forbidden)
    );
    // His id without his name is nobody's.
    let (status, _) = revoke(&bed, &bed.token, &id).await;
    assert_eq!(status, StatusCode::NOT_FOUND);

    let actor = Actor::command_line();
    bed.centre
        .set_role(actor, ANNA, Role::Administrator)
        .await
        .unwrap();
    assert_eq!(devices(&bed, &bed.token, &query).await[0].name, "планшет");
    let (status, _) = revoke(&bed, &bed.token, &format!("{id}{query}")).await;
    assert_eq!(status, StatusCode::OK);
    assert!(devices(&bed, &bed.token, &query).await.is_empty());
    let acts = bed.centre.audit(None, None, 10).await.unwrap().items;
    let act = &acts[0];
    assert_eq!(
        (act.act.as_str(), act.detail.as_str()),
        ("device.revoke", id.as_str())
    );
    assert_eq!(
        (act.email.as_deref(), act.on_email.as_deref()),
        (Some(ANNA), Some(BORIS))
    );
    assert_eq!(act.from, "127.0.0.1");
    let (status, error) = revoke(&bed, &bed.token, &format!("{id}?user=boris")).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(error.unwrap().field.as_deref(), Some("user"));
}

/// A stolen administrator's device must not let anybody in later.
#[tokio::test]
async fn the_open_invitations_of_a_revoked_device_are_none_any_more() {
    let bed = bed_of_administrator().await;
    let other = bed.centre.add_device(ANNA, "").await.unwrap();
    let invite = async |email: &str| {
        let request = http().post(bed.url("/v1/invitations"));
        let request = request.bearer_auth(&bed.token);
        let answer = request.json(&serde_json::json!({ "email": email })).send();
        let said: serde_json::Value = answer.await.unwrap().json().await.unwrap();
        let code = said["link"].as_str().unwrap().rsplit('/').next();
        code.unwrap().to_owned()
    };
    let (used, open) = (invite("vera@firm.ru").await, invite("gleb@firm.ru").await);
    let redeem = async |code: &str| {
        let device = serde_json::json!({"name": "", "platform": "linux"});
        let body = serde_json::json!({"code": code, "device": device});
        let request = http().post(bed.url("/v1/invitations/redeem")).json(&body);
        request.send().await.unwrap()
    };
    let vera = redeem(&used).await;
    assert_eq!(vera.status(), StatusCode::CREATED);
    let vera: serde_json::Value = vera.json().await.unwrap();
    let own = devices(&bed, &other, "").await;
    let stolen = own.iter().find(|row| row.name == "ноутбук").unwrap().id;
    let (status, _) = revoke(&bed, &other, &stolen.to_string()).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(redeem(&open).await.status(), StatusCode::NOT_FOUND);
    // Who has come is a colleague: he stays.
    assert_eq!(
        devices(&bed, vera["token"].as_str().unwrap(), "")
            .await
            .len(),
        1
    );
}

async fn bed_of_administrator() -> Bed {
    let bed = bed().await;
    let actor = Actor::command_line();
    let role = Role::Administrator;
    bed.centre.set_role(actor, ANNA, role).await.unwrap();
    bed
}

/// A script of one user must not take the centre for itself.
#[tokio::test]
async fn a_device_that_asks_without_end_is_told_to_wait_and_others_are_not() {
    let bed = bed().await;
    let other = bed.centre.add_device(ANNA, "").await.unwrap();
    let client = http();
    let test = async |token: &str| {
        let body = serde_json::json!({"channel": "interface"});
        let request = client.post(bed.url("/v1/test")).bearer_auth(token);
        request.json(&body).send().await.unwrap()
    };
    let mut asked = 0;
    let refused = loop {
        let answer = test(&bed.token).await;
        if answer.status() != StatusCode::OK {
            break answer;
        }
        asked += 1;
    };
    assert!(asked >= 10, "{asked}");
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(refused.headers().contains_key("retry-after"));
    assert_eq!(test(&other).await.status(), StatusCode::OK);
}
