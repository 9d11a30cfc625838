//! What lets somebody in prints as nothing, and is wiped when it goes.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use dealbell_protocol::join::JoinLink;
use dealbell_protocol::people::{Invited, Redeem, Redeemed};
use dealbell_protocol::push::NewPushSubscription;
use dealbell_protocol::rest::CalendarLink;
use dealbell_protocol::secret::Secret;
use dealbell_protocol::stream::ClientFrame;
use dealbell_protocol::web::{SignInLink, WebSignIn};
use dealbell_protocol::window::{Page, SignIn, WindowEvent};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::fmt::Debug;

const SECRET: &str = "5ec2e700112233445566778899aabbccddeeff00112233445566778899aabbcc";

/// How the value of this JSON prints.
fn printed<T: DeserializeOwned + Debug>(value: Value) -> String {
    let value: T = serde_json::from_value(value).unwrap();
    format!("{value:?} {value:#?}")
}

#[test]
fn nothing_on_the_wire_prints_what_lets_somebody_in() {
    let ulid = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
    let url = format!("https://bell.example/join/{SECRET}");
    let solo = json!({"way": "solo", "address": "a", "access": {"by": "oauth", "integration": "i",
        "secret": SECRET, "redirect_uri": "r", "code": SECRET}});
    let all = [
        printed::<ClientFrame>(json!({"op": "token", "token": SECRET})),
        printed::<SignIn>(json!({"way": "team", "centre": "c", "token": SECRET})),
        printed::<SignIn>(json!({"way": "invitation", "link": url})),
        printed::<SignIn>(solo),
        printed::<Page>(json!({"page": "join", "link": url})),
        printed::<WindowEvent>(json!({"type": "show", "page": {"page": "join", "link": url}})),
        printed::<CalendarLink>(json!({"url": url})),
        printed::<Invited>(
            json!({"id": "1", "user": ulid, "link": url, "app_link": url, "expires_at": 1}),
        ),
        printed::<Redeem>(json!({"code": SECRET, "device": {}})),
        printed::<Redeemed>(
            json!({"token": SECRET, "device": ulid, "user": ulid, "email": "a@b", "name": ""}),
        ),
        printed::<SignInLink>(json!({"url": url, "expires_at": 1})),
        printed::<WebSignIn>(json!({"by": "link", "code": SECRET})),
        printed::<NewPushSubscription>(json!({"endpoint": url, "channel": "browser",
            "keys": {"p256dh": SECRET, "auth": SECRET}})),
        format!("{:?}", JoinLink::parse(&url).unwrap()),
        format!("{:?}", Secret::from(SECRET.to_owned())),
    ];
    fn is_wiped<T: zeroize::ZeroizeOnDrop>() {}
    is_wiped::<Secret>();
    for printed in all {
        assert!(!printed.contains(SECRET), "{printed}");
    }
}
