//! A centre with a time of its own, its users, and whoever sends its letters.

use super::{
    ANNA, Client, LONG,
    booth::{Booth, Brought},
    http,
    office::{Links, Office, Virtual},
    stream_of,
};
use dealbell_centre::{Centre, Clock, Delivery, Options, Pushing, ServeOptions, Time as _};
use dealbell_protocol::{
    Channel, ChannelSettings, Kind, Millis, Notification, ProviderId, UserId,
    ingest::{Act, Batch, Ingest as _, Notice},
    letter::{Letter, LetterContent},
    rest::FeedPage,
    stream::ServerFrame,
};
use serde_json::{Value, json};
use sqlx::SqlitePool;
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tempfile::TempDir;
use tokio::{net::TcpListener, task::JoinHandle, time::timeout};

pub(crate) const MINUTE: Millis = 60_000;
pub(crate) const HOUR: Millis = 60 * MINUTE;

/// An RFC 3339 time.
pub(crate) fn at(text: &str) -> Millis {
    text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

/// A centre that sends letters, its users and its time.
pub(crate) struct Desk {
    pub(crate) folder: TempDir,
    pub(crate) time: Arc<Virtual>,
    pub(crate) office: Arc<Office>,
    pub(crate) booth: Arc<Booth>,
    pub(crate) anna: UserId,
    pub(crate) token: String,
    http: reqwest::Client,
    table: SqlitePool,
    /// None while it is down.
    up: Option<Up>,
    workers: Vec<JoinHandle<()>>,
    /// Somebody sends letters, somebody pushes.
    sends: bool,
    pushes: bool,
}

struct Up {
    centre: Centre,
    address: SocketAddr,
    stop: tokio::sync::oneshot::Sender<()>,
    server: JoinHandle<()>,
}

async fn up(folder: &TempDir, time: &Arc<Virtual>, booth: &Arc<Booth>) -> Up {
    let centre = Centre::open(options(folder, time)).await.unwrap();
    centre.push_by(booth.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = centre.clone();
    let server = tokio::spawn(async move {
        let shutdown = async {
            let _ = stopped.await;
        };
        let options = ServeOptions::default();
        serving.serve(listener, options, shutdown).await.unwrap();
    });
    Up {
        centre,
        address,
        stop,
        server,
    }
}

/// A centre that delivers letters and pushes, in Moscow.
pub(crate) fn options(folder: &TempDir, time: &Arc<Virtual>) -> Options {
    Options {
        deliverable: vec![
            Channel::Interface,
            Channel::Desktop,
            Channel::Email,
            Channel::Mobile,
            Channel::Browser,
        ],
        zone: Some("Europe/Moscow".to_owned()),
        clock: Clock::new(time.clone()),
        ..Options::new(folder.path().join("centre.db").display().to_string())
    }
}

impl Desk {
    /// Anna gets letters about tasks, at once; nobody sends any yet.
    pub(crate) async fn open(now: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let time = Virtual::new(at(now));
        let booth = Booth::open(&time);
        let up = up(&folder, &time, &booth).await;
        let anna = up.centre.add_user(ANNA, "Анна", "ru").await.unwrap();
        let token = up.centre.add_device(ANNA, "ноутбук").await.unwrap();
        let path = folder.path().join("centre.db");
        let table = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
        let table = table.busy_timeout(LONG);
        let desk = Self {
            office: Office::open(&time),
            booth,
            table: SqlitePool::connect_with(table).await.unwrap(),
            folder,
            time,
            anna,
            token,
            http: http(),
            up: Some(up),
            workers: Vec::new(),
            sends: false,
            pushes: false,
        };
        desk.save(json!({"providers": {"tasks": on()}})).await;
        desk
    }

    pub(crate) fn centre(&self) -> &Centre {
        &self.up.as_ref().unwrap().centre
    }

    pub(crate) fn now(&self) -> Millis {
        self.time.now()
    }

    /// Somebody more sends letters.
    pub(crate) fn start(&mut self) {
        self.sends = true;
        let centre = self.centre().clone();
        let delivery = Delivery {
            links: Arc::new(Links),
            ..Delivery::new(self.office.clone())
        };
        let never = std::future::pending();
        let worker = async move { centre.deliver(delivery, never).await };
        self.workers.push(tokio::spawn(worker));
    }

    /// Somebody more pushes.
    pub(crate) fn start_pushing(&mut self) {
        self.pushes = true;
        let centre = self.centre().clone();
        let never = std::future::pending();
        let worker = async move { centre.push(Pushing::default(), never).await };
        self.workers.push(tokio::spawn(worker));
    }

    /// Registers a browser or phone with `token`; its id and endpoint.
    pub(crate) async fn subscribe(&self, token: &str, channel: &str, n: u32) -> (String, String) {
        let endpoint = format!("https://push{n}.example/secret-{n}");
        let body = subscription(&endpoint, channel);
        let (status, row) = self.post(token, "/v1/push-subscriptions", &body).await;
        assert_eq!(status, 201, "{row}");
        (row["id"].as_str().unwrap().to_owned(), endpoint)
    }

    /// A connected device, all caught up, and where it is.
    pub(crate) async fn connect(&self, token: &str, platform: &str) -> (Client, u64) {
        let address = self.up.as_ref().unwrap().address;
        let mut client = stream_of(address, token).await.unwrap();
        let (_, cursor) = client.start_on(platform, None).await;
        assert!(matches!(client.next().await, ServerFrame::Live { .. }));
        (client, cursor.seq)
    }

    /// What was pushed since the last question, once nothing more is due.
    pub(crate) async fn pushed(&self) -> Vec<Brought> {
        self.settled().await;
        self.booth.taken()
    }

    /// Everything ends wherever it is, as by a crash, and the file is free.
    pub(crate) async fn kill(&mut self) {
        for worker in self.workers.drain(..) {
            worker.abort();
            let _ = worker.await;
        }
        (self.sends, self.pushes) = (false, false);
        let up = self.up.take().unwrap();
        drop(up.stop);
        up.server.await.unwrap();
        drop(up.centre);
        self.office.forget_plans();
        self.booth.forget_plans();
    }

    pub(crate) async fn reopen(&mut self) {
        self.up = Some(up(&self.folder, &self.time, &self.booth).await);
    }

    /// Time passes, and what is to be done then is done.
    pub(crate) async fn pass(&self, wait: Millis) {
        self.until(self.now() + wait).await;
    }

    pub(crate) async fn until(&self, then: Millis) {
        self.time.set(then);
        if !self.workers.is_empty() {
            self.settled().await;
        }
    }

    /// Returns when nothing is due and nothing on its way.
    pub(crate) async fn settled(&self) {
        let quiet = async {
            loop {
                let left: i64 = sqlx::query_scalar(
                    "SELECT (SELECT count(*) FROM letters WHERE ?2 AND (state IN
                     ('leased', 'sending') OR (state = 'waiting' AND due_at <= ?1)))
                     + (SELECT count(*) FROM digests WHERE ?2 AND next_at <= ?1)
                     + (SELECT count(*) FROM push_subscriptions WHERE ?3 AND
                     (lease IS NOT NULL OR due_at <= ?1))",
                )
                .bind(self.now())
                .bind(self.sends)
                .bind(self.pushes)
                .fetch_one(&self.table)
                .await
                .unwrap();
                if left == 0 {
                    return;
                }
                tokio::time::sleep(Duration::from_micros(200)).await;
            }
        };
        timeout(LONG, quiet).await.expect("it settles in time");
    }

    /// Returns when no letter is on its way, whatever is due.
    pub(crate) async fn idle(&self) {
        let going = "SELECT count(*) FROM letters WHERE state IN ('leased', 'sending')";
        let idle = async {
            while self.count(going).await > 0 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        timeout(LONG, idle).await.expect("it ends in time");
    }

    /// Letters taken over since the last question, by the titles they show.
    pub(crate) fn told(&self) -> Vec<String> {
        let taken = self.office.taken();
        taken.iter().map(|(_, letter)| says(letter)).collect()
    }

    pub(crate) async fn tell(&self, acts: Vec<Act>) {
        self.tell_as("crm:1", acts).await;
    }

    pub(crate) async fn tell_as(&self, source: &str, acts: Vec<Act>) {
        let batch = Batch {
            source: source.to_owned(),
            acts,
            memory: Vec::new(),
        };
        self.centre().commit(batch).await.unwrap();
    }

    /// Tells Anna of a task.
    pub(crate) async fn task(&self, kind: Kind, title: &str, task: u32) {
        self.tell(vec![self.notice(kind, title, task)]).await;
    }

    pub(crate) fn notice(&self, kind: Kind, title: &str, task: u32) -> Act {
        Act::Notify(Box::new(Notice {
            kind,
            subject: Some(format!("task:{task}")),
            dedup_key: Some(format!("task:{task}:{}", kind.name())),
            deadline: Some(self.now() + 5 * MINUTE),
            ..super::notice(self.anna, title)
        }))
    }

    pub(crate) async fn withdraw(&self, task: u32) {
        let act = Act::Withdraw {
            user: None,
            provider: ProviderId::new("tasks"),
            subject: format!("task:{task}"),
            kinds: Vec::new(),
        };
        self.tell(vec![act]).await;
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.up.as_ref().unwrap().address)
    }

    pub(crate) async fn get(&self, token: &str, path: &str) -> (u16, Value) {
        let request = self.http.get(self.url(path)).bearer_auth(token);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    pub(crate) async fn post(&self, token: &str, path: &str, body: &Value) -> (u16, Value) {
        let request = self.http.post(self.url(path)).bearer_auth(token).json(body);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    pub(crate) async fn patch(&self, token: &str, path: &str, body: &Value) -> (u16, Value) {
        let request = self.http.patch(self.url(path)).bearer_auth(token);
        let answer = request.json(body).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    pub(crate) async fn delete(&self, token: &str, path: &str) -> u16 {
        let request = self.http.delete(self.url(path)).bearer_auth(token);
        request.send().await.unwrap().status().as_u16()
    }

    pub(crate) async fn unread(&self, token: &str) -> Vec<Notification> {
        let (status, page) = self.get(token, "/v1/notifications?unread=true").await;
        assert_eq!(status, 200);
        serde_json::from_value::<FeedPage>(page).unwrap().items
    }

    /// Anna reads, or marks as unread, what has these titles.
    pub(crate) async fn mark(&self, as_what: &str, titles: &[&str]) {
        let (_, page) = self.get(&self.token, "/v1/notifications").await;
        let items = serde_json::from_value::<FeedPage>(page).unwrap().items;
        let these = items.iter().filter(|n| titles.contains(&n.title.as_str()));
        let ids: Vec<_> = these.map(|n| n.id).collect();
        assert_eq!(ids.len(), titles.len());
        self.mark_ids(&self.token, as_what, &json!(ids)).await;
    }

    pub(crate) async fn mark_ids(&self, token: &str, as_what: &str, ids: &Value) {
        let path = format!("/v1/notifications/{as_what}");
        let (status, _) = self.post(token, &path, &json!({ "ids": ids })).await;
        assert_eq!(status, 200);
    }

    /// Saves Anna's channels over what they are.
    pub(crate) async fn save(&self, changes: Value) {
        self.save_as(&self.token, changes).await;
    }

    pub(crate) async fn save_as(&self, token: &str, changes: Value) {
        let (_, current) = self.get(token, "/v1/channels").await;
        let current: ChannelSettings = serde_json::from_value(current).unwrap();
        let mut body = json!({"receive": current.receive, "providers": {}});
        for (name, value) in changes.as_object().unwrap() {
            body[name] = value.clone();
        }
        let request = self.http.put(self.url("/v1/channels")).bearer_auth(token);
        let request = request.header("If-Match", format!("\"{}\"", current.revision));
        let answer = request.json(&body).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
    }

    /// A row of a question to the file itself.
    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql)
            .fetch_one(&self.table)
            .await
            .unwrap()
    }

    pub(crate) async fn execute(&self, sql: &'static str) {
        sqlx::query("PRAGMA foreign_keys = ON")
            .execute(&self.table)
            .await
            .unwrap();
        sqlx::query(sql).execute(&self.table).await.unwrap();
    }
}

/// What a browser says of itself when it subscribes.
pub(crate) fn subscription(endpoint: &str, channel: &str) -> Value {
    json!({
        "endpoint": endpoint,
        "keys": {
            "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            "auth": "BTBZMqHH6r4Tts7J_aSIgg",
        },
        "channel": channel,
        "name": "Телефон",
    })
}

/// All channels on.
pub(crate) fn on() -> Value {
    json!({"desktop": true, "email": true, "mobile": true, "browser": true})
}

/// A daily digest at a minute of the day, Moscow's.
pub(crate) fn daily(minute: u16) -> Value {
    json!({"mode": "daily", "at": minute, "zone": ""})
}

/// What a letter shows: a title, or of a digest how many and which.
pub(crate) fn says(letter: &Letter) -> String {
    match &letter.content {
        LetterContent::One { notification, .. } => notification.title.clone(),
        LetterContent::Digest { newest, total } => {
            let titles: Vec<&str> = newest.iter().map(|n| n.title.as_str()).collect();
            format!("{total}: {}", titles.join(", "))
        }
        LetterContent::Test => "test".to_owned(),
    }
}
