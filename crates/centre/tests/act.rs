//! Acting on a notification, or on a thing itself: whose it is, who knows it, what is answered.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use async_trait::async_trait;
use dealbell_protocol::rest::{OpenTask, Tasks};
use dealbell_protocol::{
    ApiError, ErrorCode, NotificationId, ProviderId, UserId,
    act::{ActError, Actor, Deed},
    ingest::{Act, Batch, Ingest as _, Notice},
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
    source: Option<&'static str>,
    tasks: Vec<OpenTask>,
}

impl Clerk {
    fn who_says(says: Result<(), ActError>) -> Arc<Self> {
        Arc::new(Self {
            says,
            asked: Mutex::default(),
            source: None,
            tasks: Vec::new(),
        })
    }

    fn of(source: &'static str, tasks: Vec<OpenTask>) -> Arc<Self> {
        Arc::new(Self {
            says: Ok(()),
            asked: Mutex::default(),
            source: Some(source),
            tasks,
        })
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
        self.tasks.clone()
    }

    fn source(&self) -> Option<String> {
        self.source.map(str::to_owned)
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

fn open_task(number: u64, due_at: i64) -> OpenTask {
    OpenTask {
        subject: format!("task:{number}"),
        title: "Согласовать смету".to_owned(),
        context: None,
        link: None,
        due_at,
        all_day: false,
        author: None,
    }
}

async fn act_on(bed: &Bed, token: &str, body: &Value) -> (u16, Value) {
    let request = http().post(bed.url("/v1/act")).bearer_auth(token);
    let answer = request.json(body).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

/// A connector of `source` tells Anna of `subject`.
async fn told_by(bed: &Bed, source: &str, subject: &str) -> NotificationId {
    let notice = Notice {
        subject: Some(subject.to_owned()),
        dedup_key: Some(format!("{subject}:new:1")),
        title: source.to_owned(),
        ..notice(bed.anna, "")
    };
    let batch = Batch {
        source: source.to_owned(),
        acts: vec![Act::Notify(Box::new(notice))],
        memory: Vec::new(),
    };
    bed.centre.commit(batch).await.unwrap();
    bed.page("limit=1").await.items[0].id
}

#[tokio::test]
async fn two_accounts_that_number_alike_are_not_taken_for_one_another() {
    let bed = bed().await;
    let kitchens = Clerk::of("amocrm:1", vec![open_task(7, 300), open_task(8, 100)]);
    let windows = Clerk::of("amocrm:2", vec![open_task(7, 200)]);
    let _kitchens = bed.centre.register_actor(kitchens.clone());
    let _windows = bed.centre.register_actor(windows.clone());

    // The day: of both, soonest first, each subject with its account.
    let day = http().get(bed.url("/v1/tasks")).bearer_auth(&bed.token);
    let day: Tasks = day.send().await.unwrap().json().await.unwrap();
    let subjects: Vec<&str> = day.tasks.iter().map(|task| task.subject.as_str()).collect();
    assert_eq!(
        subjects,
        ["task:8@amocrm:1", "task:7@amocrm:2", "task:7@amocrm:1"]
    );
    let body = json!({"subject": subjects[1], "deed": {"act": "complete", "result": "Да"}});
    assert_eq!(act_on(&bed, &bed.token, &body).await, (200, json!({})));
    let deed = Deed::Complete {
        result: "Да".to_owned(),
    };
    let asked = (bed.anna, "task:7".to_owned(), deed.clone());
    assert_eq!(windows.asked(), std::slice::from_ref(&asked));
    assert_eq!(kitchens.asked(), []);

    // Notifications of the same number and the same key are two, and each goes its own way.
    told_by(&bed, "amocrm:1", "task:7").await;
    let second = told_by(&bed, "amocrm:2", "task:7").await;
    assert_eq!(bed.page("").await.items.len(), 2);
    ask(&bed, &bed.token, &second.to_string(), &complete("Да")).await;
    assert_eq!(windows.asked(), [asked.clone(), asked]);
    assert_eq!(kitchens.asked(), []);
    let gone = Act::Withdraw {
        user: None,
        provider: ProviderId::new("tasks"),
        subject: "task:7".to_owned(),
        kinds: Vec::new(),
    };
    let batch = Batch {
        source: "amocrm:2".to_owned(),
        acts: vec![gone],
        memory: Vec::new(),
    };
    bed.centre.commit(batch).await.unwrap();
    let left = bed.page("").await.items;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].title, "amocrm:1");
}

#[tokio::test]
async fn who_says_that_it_is_not_this_users_leaves_it_to_the_others() {
    let bed = bed().await;
    let not_his = Clerk::who_says(Err(ActError::Forbidden));
    let _not_his = bed.centre.register_actor(not_his.clone());
    let body = json!({"subject": "task:7", "deed": {"act": "reopen"}});
    let (status, error) = act_on(&bed, &bed.token, &body).await;
    assert_eq!((status, &error["code"]), (403, &json!("forbidden")));
    let his = Clerk::who_says(Ok(()));
    let _his = bed.centre.register_actor(his.clone());
    assert_eq!(act_on(&bed, &bed.token, &body).await.0, 200);
    let asked = [(bed.anna, "task:7".to_owned(), Deed::Reopen)];
    assert_eq!(his.asked(), asked);

    let key = bed.centre.add_integration("Телефония").await.unwrap();
    assert_eq!(act_on(&bed, &key, &body).await.0, 403);
    for (body, status) in [
        (json!({"subject": "", "deed": {"act": "reopen"}}), 400),
        (json!({"subject": "task:7"}), 400),
        (json!({"subject": "task:7", "deed": {"act": "delete"}}), 400),
        (
            json!({"subject": "task:7", "deed": {"act": "reopen"}, "user": 1}),
            400,
        ),
    ] {
        assert_eq!(act_on(&bed, &bed.token, &body).await.0, status, "{body}");
    }
    assert_eq!(his.asked(), asked);
}

#[tokio::test]
async fn a_day_has_at_most_five_hundred_tasks_and_without_a_crm_none() {
    let bed = bed().await;
    let day = async || -> Tasks {
        let day = http().get(bed.url("/v1/tasks")).bearer_auth(&bed.token);
        day.send().await.unwrap().json().await.unwrap()
    };
    assert_eq!(day().await, Tasks::default());
    let many = (0..501).map(|n| open_task(n, 501 - i64::try_from(n).unwrap()));
    let _registered = bed
        .centre
        .register_actor(Clerk::of("amocrm:1", many.collect()));
    let tasks = day().await.tasks;
    assert_eq!((tasks.len(), tasks[0].due_at), (500, 1));
}
