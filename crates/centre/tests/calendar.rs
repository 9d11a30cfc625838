//! A user's tasks as a calendar (RULES T11): its secret address, what it says, conditional requests.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use async_trait::async_trait;
use dealbell_centre::ServeOptions;
use dealbell_protocol::{
    UserId,
    act::{ActError, Actor, AgendaTask, Deed},
    rest::OpenTask,
};
use reqwest::{Method, Response, StatusCode};
use serde_json::Value;
use std::sync::{Arc, Mutex};
use support::{ANNA, Bed, bed, bed_with, http};

/// A connector that has read its account, or has not.
struct Reader {
    tasks: Mutex<Option<Vec<AgendaTask>>>,
}

#[async_trait]
impl Actor for Reader {
    async fn act(&self, _: UserId, _: &str, _: Deed) -> Result<(), ActError> {
        Err(ActError::Unknown)
    }

    async fn tasks(&self, _: UserId) -> Vec<OpenTask> {
        Vec::new()
    }

    async fn agenda(&self, _: UserId) -> Option<Vec<AgendaTask>> {
        self.tasks.lock().unwrap().clone()
    }

    fn source(&self) -> Option<String> {
        Some("amocrm:31415926".to_owned())
    }
}

impl Reader {
    fn knows(tasks: Option<Vec<AgendaTask>>) -> Arc<Self> {
        let tasks = Mutex::new(tasks);
        Arc::new(Self { tasks })
    }

    fn now_knows(&self, tasks: Vec<AgendaTask>) {
        *self.tasks.lock().unwrap() = Some(tasks);
    }
}

/// Due at 2026-11-21T12:00:00Z.
fn task(number: u64, title: &str) -> AgendaTask {
    AgendaTask {
        task: OpenTask {
            subject: format!("task:{number}"),
            title: title.to_owned(),
            context: Some("Кухня „Верона“".to_owned()),
            link: Some("https://firm.amocrm.ru/leads/detail/7".to_owned()),
            due_at: 1_795_262_400_000,
            all_day: false,
            author: Some("Марина".to_owned()),
        },
        day: None,
        told_after: -300,
        changed_at: 1_795_000_000_000,
    }
}

async fn public() -> Bed {
    bed_with(ServeOptions {
        public_url: Some("https://bell.example/".to_owned()),
        ..ServeOptions::default()
    })
    .await
}

async fn link(bed: &Bed, method: Method) -> Option<String> {
    let request = http().request(method, bed.url("/v1/calendar"));
    let answer = request.bearer_auth(&bed.token).send().await.unwrap();
    let said: Value = answer.json().await.unwrap();
    said["url"].as_str().map(str::to_owned)
}

/// Where the test reaches what is public.
fn reached(bed: &Bed, link: &str) -> String {
    bed.url(link.strip_prefix("https://bell.example").unwrap())
}

async fn get(bed: &Bed, link: &str) -> Response {
    http().get(reached(bed, link)).send().await.unwrap()
}

/// The lines of a calendar, unfolded.
fn lines(feed: &str) -> Vec<String> {
    assert!(feed.lines().all(|line| line.len() <= 75), "{feed}");
    assert_eq!(feed.matches('\n').count(), feed.matches("\r\n").count());
    let whole = feed.replace("\r\n ", "");
    whole.lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn a_centre_without_a_public_address_says_so() {
    let bed = bed().await;
    assert_eq!(link(&bed, Method::GET).await, None);
    assert_eq!(link(&bed, Method::POST).await, None);
}

#[tokio::test]
async fn a_task_is_an_event_with_its_alarm_and_its_card() {
    let bed = public().await;
    let mut whole = task(2, "Весь день; с запятой, и\\косой");
    whole.task.all_day = true;
    whole.day = Some("2026-11-23".to_owned());
    whole.told_after = 9 * 3_600;
    let reader = Reader::knows(Some(vec![task(1, "Перезвонить Ирине"), whole]));
    let _registered = bed.centre.register_actor(reader);
    let url = link(&bed, Method::GET).await.unwrap();
    assert!(url.starts_with("https://bell.example/v1/calendar/"));
    let answer = get(&bed, &url).await;
    let kind = answer.headers()["content-type"].to_str().unwrap();
    assert_eq!(kind, "text/calendar; charset=utf-8");
    assert_eq!(answer.headers()["cache-control"], "private, no-cache");
    let feed = answer.text().await.unwrap();
    let lines = lines(&feed);
    for line in [
        "UID:task:1@amocrm:31415926",
        "SUMMARY:Перезвонить Ирине",
        "DTSTART:20261121T120000Z",
        "TRIGGER:-PT300S",
        "URL:https://firm.amocrm.ru/leads/detail/7",
        "DESCRIPTION:Кухня „Верона“\\nОт кого: Марина\\nhttps://firm.amocrm.ru/leads/detail/7",
        "SUMMARY:Весь день\\; с запятой\\, и\\\\косой",
        "DTSTART;VALUE=DATE:20261123",
        "TRANSP:TRANSPARENT",
        "TRIGGER:PT32400S",
        "METHOD:PUBLISH",
    ] {
        assert!(lines.iter().any(|own| own == line), "{line}\n{feed}");
    }
    assert_eq!(feed.matches("BEGIN:VEVENT").count(), 2);
    assert_eq!(feed.matches("BEGIN:VALARM").count(), 2);
}

#[tokio::test]
async fn what_has_not_changed_is_not_sent_again() {
    let bed = public().await;
    let reader = Reader::knows(Some(vec![task(1, "Перезвонить")]));
    let _registered = bed.centre.register_actor(reader.clone());
    let url = link(&bed, Method::GET).await.unwrap();
    let first = get(&bed, &url).await;
    let tag = first.headers()["etag"].to_str().unwrap().to_owned();
    let again = async |tags: &str| {
        let request = http()
            .get(reached(&bed, &url))
            .header("If-None-Match", tags);
        request.send().await.unwrap()
    };
    for tags in [tag.clone(), format!("\"a\", W/{tag}"), "*".to_owned()] {
        let same = again(&tags).await;
        assert_eq!(same.status(), StatusCode::NOT_MODIFIED, "{tags}");
        assert_eq!(same.headers()["etag"], tag.as_str());
        assert_eq!(same.text().await.unwrap(), "");
    }
    assert_eq!(again("\"other\"").await.status(), StatusCode::OK);

    reader.now_knows(vec![task(1, "Перезвонить до обеда")]);
    let changed = again(&tag).await;
    assert_eq!(changed.status(), StatusCode::OK);
    assert!(changed.text().await.unwrap().contains("до обеда"));
}

#[tokio::test]
async fn an_address_that_was_renewed_is_the_only_one() {
    let bed = public().await;
    let first = link(&bed, Method::GET).await.unwrap();
    assert_eq!(link(&bed, Method::GET).await.as_ref(), Some(&first));
    let second = link(&bed, Method::POST).await.unwrap();
    assert_eq!(get(&bed, &second).await.status(), StatusCode::OK);
    for gone in [
        first.as_str(),
        "https://bell.example/v1/calendar/.ics",
        "https://bell.example/v1/calendar/00.ics",
        second.trim_end_matches(".ics"),
    ] {
        assert_eq!(
            get(&bed, gone).await.status(),
            StatusCode::NOT_FOUND,
            "{gone}"
        );
    }
    let file = std::fs::read(bed.folder.path().join("centre.db")).unwrap();
    let log = std::fs::read(bed.folder.path().join("centre.db-wal")).unwrap();
    let secret = second.rsplit('/').next().unwrap().trim_end_matches(".ics");
    for bytes in [file, log] {
        let plain = bytes.windows(secret.len());
        assert_eq!(plain.filter(|part| *part == secret.as_bytes()).count(), 0);
    }
}

/// The address would be good for ever to whoever had the device.
#[tokio::test]
async fn whoever_revokes_a_device_that_knew_the_address_gets_another() {
    let mut bed = public().await;
    let lost = bed.token.clone();
    let knows = bed.centre.add_device(ANNA, "").await.unwrap();
    let strange = bed.centre.add_device(ANNA, "").await.unwrap();
    bed.token = knows.clone();
    let first = link(&bed, Method::GET).await.unwrap();
    bed.centre.revoke_device(&strange).await.unwrap();
    assert_eq!(get(&bed, &first).await.status(), StatusCode::OK);

    bed.token = lost.clone();
    assert_eq!(link(&bed, Method::GET).await.as_ref(), Some(&first));
    bed.centre.revoke_device(&lost).await.unwrap();
    assert_eq!(get(&bed, &first).await.status(), StatusCode::NOT_FOUND);
    bed.token = knows;
    let second = link(&bed, Method::GET).await.unwrap();
    assert_ne!(first, second);
    assert_eq!(get(&bed, &second).await.status(), StatusCode::OK);
}

/// A calendar that came empty for a minute would take its owner's tasks away.
#[tokio::test]
async fn while_an_account_is_not_read_the_calendar_keeps_what_it_has() {
    let bed = public().await;
    let reader = Reader::knows(None);
    let _registered = bed.centre.register_actor(reader.clone());
    let url = link(&bed, Method::GET).await.unwrap();
    let early = get(&bed, &url).await;
    assert_eq!(early.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(early.headers()["retry-after"], "60");
    reader.now_knows(Vec::new());
    let feed = get(&bed, &url).await;
    assert_eq!(feed.status(), StatusCode::OK);
    assert!(!feed.text().await.unwrap().contains("VEVENT"));
}
