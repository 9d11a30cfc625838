//! Acting on a notification: whose it is, who knows its subject, what is answered.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use async_trait::async_trait;
use dealbell_protocol::rest::OpenTask;
use dealbell_protocol::{
    ApiError, ErrorCode, NotificationId, UserId,
    act::{ActError, Actor, Deed},
    ingest::{Act, Notice},
};
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use support::{ANNA, Bed, bed, http, notice};

type Asked = (UserId, String, Deed);

/// Says the same to every deed, and remembers what it was asked.
struct Clerk {
    says: Result<(), ActError>,
    asked: Mutex<Vec<Asked>>,
}

impl Clerk {
    fn who_says(says: Result<(), ActError>) -> Arc<Self> {
        let asked = Mutex::default();
        Arc::new(Self { says, asked })
    }

    fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

#[async_trait]
impl Actor for Clerk {
    async fn act(&self, user: UserId, subject: &str, deed: Deed) -> Result<(), ActError> {
        let asked = (user, subject.to_owned(), deed);
        self.asked.lock().unwrap().push(asked);
        self.says.clone()
    }

    async fn tasks(&self, _user: UserId) -> Vec<OpenTask> {
        Vec::new()
    }
}

async fn told(bed: &Bed, subject: Option<&str>) -> NotificationId {
    let notice = Notice {
        subject: subject.map(str::to_owned),
        ..notice(bed.anna, "Перезвонить")
    };
    bed.tell(vec![Act::Notify(Box::new(notice))]).await;
    bed.page("limit=1").await.items[0].id
}

async fn ask(bed: &Bed, token: &str, id: &str, body: &Value) -> (StatusCode, Value) {
    let url = bed.url(&format!("/v1/notifications/{id}/act"));
    let request = http().post(url).bearer_auth(token).json(body);
    let answer = request.send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

async fn refused(bed: &Bed, token: &str, id: &str, body: &Value) -> (u16, ApiError) {
    let (status, body) = ask(bed, token, id, body).await;
    (status.as_u16(), serde_json::from_value(body).unwrap())
}

fn complete(result: &str) -> Value {
    json!({"act": "complete", "result": result})
}

#[tokio::test]
async fn a_deed_goes_from_one_to_the_next_until_somebody_knows_the_subject() {
    let bed = bed().await;
    let id = told(&bed, Some("task:7")).await.to_string();
    let stranger = Clerk::who_says(Err(ActError::Unknown));
    let knows = Clerk::who_says(Ok(()));
    let later = Clerk::who_says(Err(ActError::Forbidden));
    let _stranger = bed.centre.register_actor(stranger.clone());
    let registered = bed.centre.register_actor(knows.clone());
    let _later = bed.centre.register_actor(later.clone());

    let done = ask(&bed, &bed.token, &id, &complete("Договорились\u{0}")).await;
    assert_eq!(done, (StatusCode::OK, json!({})));
    let deed = Deed::Complete {
        result: "Договорились".to_owned(),
    };
    let asked = [(bed.anna, "task:7".to_owned(), deed)];
    assert_eq!(stranger.asked(), asked);
    assert_eq!(knows.asked(), asked);
    assert_eq!(later.asked(), []);

    // Whoever has left is not asked.
    drop(registered);
    let (status, error) = refused(&bed, &bed.token, &id, &json!({"act": "complete"})).await;
    assert_eq!((status, error.code), (403, ErrorCode::Forbidden));
    assert_eq!(knows.asked().len(), 1);
}

#[tokio::test]
async fn every_refusal_has_its_code() {
    let bed = bed().await;
    let id = told(&bed, Some("task:7")).await.to_string();
    let (status, error) = refused(&bed, &bed.token, &id, &complete("")).await;
    assert_eq!((status, error.code), (404, ErrorCode::NotFound));
    let reason = "Заполните поле «Результат»".to_owned();
    for (says, status, code) in [
        (ActError::Unknown, 404, ErrorCode::NotFound),
        (ActError::Forbidden, 403, ErrorCode::Forbidden),
        (ActError::Unreachable, 502, ErrorCode::CrmUnreachable),
        (
            ActError::Refused(reason.clone()),
            502,
            ErrorCode::CrmRefused,
        ),
    ] {
        let _registered = bed.centre.register_actor(Clerk::who_says(Err(says)));
        let (got, error) = refused(&bed, &bed.token, &id, &complete("")).await;
        assert_eq!((got, error.code), (status, code));
        assert!(code != ErrorCode::CrmRefused || error.message == reason);
    }
}

#[tokio::test]
async fn what_is_not_the_users_or_not_the_crms_reaches_nobody() {
    let bed = bed().await;
    let clerk = Clerk::who_says(Ok(()));
    let _registered = bed.centre.register_actor(clerk.clone());
    let id = told(&bed, Some("task:7")).await.to_string();
    let bare = told(&bed, None).await.to_string();
    bed.centre
        .add_user("boris@firm.ru", "", "ru")
        .await
        .unwrap();
    let boris = bed.centre.add_device("boris@firm.ru", "").await.unwrap();

    let key = bed.centre.add_integration("Телефония").await.unwrap();
    let publish = http().post(bed.url("/v1/notifications")).bearer_auth(&key);
    let body = json!({"users": [ANNA], "title": "Чужая задача", "subject": "task:7"});
    let foreign: Value = publish
        .json(&body)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let foreign = foreign["ids"][0].as_str().unwrap();

    let nothing = "01K00000000000000000000000";
    for (token, id) in [
        (&boris, id.as_str()),
        (&bed.token, &bare),
        (&bed.token, foreign),
        (&bed.token, nothing),
        (&bed.token, "seven"),
    ] {
        let (status, error) = refused(&bed, token, id, &complete("")).await;
        assert_eq!((status, error.code), (404, ErrorCode::NotFound), "{id}");
    }
    let (status, error) = refused(&bed, &key, &id, &complete("")).await;
    assert_eq!((status, error.code), (403, ErrorCode::Forbidden));
    for body in [
        json!({"act": "complete", "result": "", "task": 8}),
        json!({"act": "delete"}),
        json!({}),
    ] {
        let (status, error) = refused(&bed, &bed.token, &id, &body).await;
        assert_eq!(
            (status, error.code),
            (400, ErrorCode::BodyInvalid),
            "{body}"
        );
    }
    let (status, error) = refused(&bed, &bed.token, &id, &complete(&"р".repeat(4_001))).await;
    assert_eq!((status, error.field.as_deref()), (400, Some("result")));
    assert_eq!(clerk.asked(), []);
    let (status, _) = ask(&bed, &bed.token, &id, &complete(&"р".repeat(4_000))).await;
    assert_eq!((status, clerk.asked().len()), (StatusCode::OK, 1));
}
