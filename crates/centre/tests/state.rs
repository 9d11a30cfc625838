//! Whatever happens, the counter is the number of unread rows, and what a client had before plus
//! the events since is what the centre has now.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use dealbell_centre::{Centre, Options};
use dealbell_protocol::{
    ChannelSettings, Cursor, Kind, Notification, ProviderId, Unread, UserId,
    ingest::{Act, Batch, Ingest as _, IngestError},
    stream::{Change, ClientFrame, Event, ResumeMode, ServerFrame},
};
use proptest::{collection::vec, prelude::*, test_runner::TestRunner};
use serde_json::json;
use std::collections::BTreeMap;
use support::{ANNA, Bed, Client, bed, http, notice};

/// One thing that can happen to Anna's notifications.
#[derive(Clone, Debug)]
enum Op {
    /// A connector says something, perhaps again.
    Notify {
        key: Option<u8>,
        text: u8,
    },
    /// An integration says something, perhaps again.
    Publish {
        key: Option<u8>,
        text: u8,
    },
    Withdraw {
        key: u8,
        only_new: bool,
    },
    /// Marks by place in the list, so that they mostly hit.
    Read(Vec<usize>),
    Unread(Vec<usize>),
    /// Up to so many entries before the newest.
    ReadAll {
        before: u64,
    },
    Channels {
        receive: bool,
    },
}

fn op() -> impl Strategy<Value = Op> {
    let key = 0..4_u8;
    let text = 0..3_u8;
    let rows = || vec(0..12_usize, 0..4);
    prop_oneof![
        4 => (proptest::option::of(key.clone()), text.clone())
            .prop_map(|(key, text)| Op::Notify { key, text }),
        2 => (proptest::option::of(key.clone()), text)
            .prop_map(|(key, text)| Op::Publish { key, text }),
        2 => (key, any::<bool>()).prop_map(|(key, only_new)| Op::Withdraw { key, only_new }),
        2 => rows().prop_map(Op::Read),
        2 => rows().prop_map(Op::Unread),
        1 => (0..5_u64).prop_map(|before| Op::ReadAll { before }),
        1 => any::<bool>().prop_map(|receive| Op::Channels { receive }),
    ]
}

/// What a client knows, in the form it can be compared in.
#[derive(Clone, Debug, PartialEq)]
struct State {
    items: BTreeMap<u64, Notification>,
    unread: Unread,
    channels: ChannelSettings,
}

impl State {
    async fn fresh(bed: &Bed) -> (Self, Cursor) {
        let page = bed.page("").await;
        let items = bed.snapshot(&page.as_of, 7).await;
        let channels = http()
            .get(bed.url("/v1/channels"))
            .bearer_auth(&bed.token)
            .send()
            .await
            .unwrap();
        let state = Self {
            items: items.into_iter().map(|n| (n.created_seq, n)).collect(),
            unread: page.unread,
            channels: channels.json().await.unwrap(),
        };
        (state, page.as_of)
    }

    fn counted(&self) -> u64 {
        self.items.values().filter(|n| n.is_unread()).count() as u64
    }

    /// The reference: what each change means.
    fn apply(&mut self, event: Event) {
        assert_eq!(event.prev, self.unread.at);
        self.unread = event.unread;
        match event.change {
            Change::Created(new) => {
                assert_eq!(new.created_seq, event.seq);
                assert!(self.items.insert(event.seq, *new).is_none());
            }
            Change::Updated(new) => {
                assert!(self.items.insert(new.created_seq, *new).is_some());
            }
            Change::Read { ids } => self.mark(|n| ids.contains(&n.id), Some(event.at)),
            Change::Unread { ids } => self.mark(|n| ids.contains(&n.id), None),
            Change::Removed { ids } => self.items.retain(|_, n| !ids.contains(&n.id)),
            Change::ReadAll { upto } => self.mark(|n| n.created_seq <= upto, Some(event.at)),
            Change::Channels(new) | Change::Providers(new) => self.channels = *new,
        }
        assert_eq!(
            self.unread.count,
            self.counted(),
            "after entry {}",
            event.seq
        );
    }

    fn mark(&mut self, hit: impl Fn(&Notification) -> bool, read_at: Option<i64>) {
        for item in self.items.values_mut().filter(|item| hit(item)) {
            if item.is_unread() != read_at.is_none() {
                item.read_at = read_at;
            }
        }
    }
}

async fn act(bed: &Bed, key: &str, client: &mut Client, op: Op) {
    let name = |key: u8| format!("task:{key}");
    match op {
        Op::Notify { key, text } => {
            let mut notice = notice(bed.anna, &format!("Задача {text}"));
            notice.dedup_key = key.map(name);
            notice.subject = key.map(name);
            notice.kind = [Kind::TaskNew, Kind::TaskDue][usize::from(text) % 2];
            bed.tell(vec![Act::Notify(Box::new(notice))]).await;
        }
        Op::Publish { key: dedup, text } => {
            let title = format!("Звонок {text}");
            let body = json!({"users": [ANNA], "title": title, "dedup_key": dedup.map(name)});
            let request = http().post(bed.url("/v1/notifications"));
            let answer = request.bearer_auth(key).json(&body).send().await.unwrap();
            assert_eq!(answer.status(), 201);
        }
        Op::Withdraw { key, only_new } => {
            let kinds = if only_new {
                vec![Kind::TaskNew]
            } else {
                vec![]
            };
            bed.tell(vec![Act::Withdraw {
                user: Some(bed.anna),
                provider: notice(bed.anna, "").provider,
                subject: name(key),
                kinds,
            }])
            .await;
        }
        Op::Read(rows) => {
            let ids = ids(bed, &rows).await;
            mark(client, ClientFrame::Read { id: 1, ids }).await;
        }
        Op::Unread(rows) => {
            let ids = ids(bed, &rows).await;
            mark(client, ClientFrame::Unread { id: 1, ids }).await;
        }
        Op::ReadAll { before } => {
            let mut upto = bed.page("limit=1").await.as_of;
            upto.seq = upto.seq.saturating_sub(before);
            mark(client, ClientFrame::ReadAll { id: 1, upto }).await;
        }
        Op::Channels { receive } => {
            let request = http().get(bed.url("/v1/channels")).bearer_auth(&bed.token);
            let etag = request.send().await.unwrap().headers()["etag"].clone();
            let request = http().put(bed.url("/v1/channels")).bearer_auth(&bed.token);
            let body = json!({"receive": receive, "providers": {}});
            let saved = request.header("If-Match", etag).json(&body).send().await;
            assert_eq!(saved.unwrap().status(), 200);
        }
    }
}

async fn ids(bed: &Bed, rows: &[usize]) -> Vec<dealbell_protocol::NotificationId> {
    let items = bed.page("").await.items;
    rows.iter()
        .filter_map(|row| items.get(*row))
        .map(|n| n.id)
        .collect()
}

async fn mark(client: &mut Client, frame: ClientFrame) {
    client.send(&frame).await;
    assert!(matches!(client.answer(1).await, ServerFrame::Ok { .. }));
}

#[test]
fn old_state_and_events_are_fresh_state_and_the_counter_counts() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 24,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let sequences = (vec(op(), 0..15), vec(op(), 1..25));
    let result = runner.run(&sequences, |(before, after)| {
        runtime.block_on(holds(before, after));
        Ok(())
    });
    result.unwrap();
}

async fn holds(before: Vec<Op>, after: Vec<Op>) {
    let bed = bed().await;
    let key = bed.centre.add_integration("Телефония").await.unwrap();
    let mut marks = bed.live().await;
    for op in before {
        act(&bed, &key, &mut marks, op).await;
    }
    let (mut old, cursor) = State::fresh(&bed).await;
    assert_eq!(old.unread.count, old.counted());

    // One client hears it live, one resumes afterwards: both see the same entries.
    let (mut live, mode, _) = bed.started(Some(cursor.clone())).await;
    assert_eq!(mode, ResumeMode::Resumed);
    let mut marks = bed.live().await;
    for op in after {
        act(&bed, &key, &mut marks, op).await;
    }
    let (fresh, now) = State::fresh(&bed).await;
    let (mut resumed, mode, _) = bed.started(Some(cursor)).await;
    assert_eq!(mode, ResumeMode::Resumed);
    while old.unread.at < now.seq {
        let (heard, replayed) = (event(&mut live).await, event(&mut resumed).await);
        assert_eq!(heard, replayed);
        old.apply(heard);
    }
    assert_eq!(old, fresh);
}

/// The next event; `live` comes somewhere between.
async fn event(client: &mut Client) -> Event {
    loop {
        match client.next().await {
            ServerFrame::Event(event) => return event,
            ServerFrame::Live { .. } => {}
            other => panic!("unexpected {other:?}"),
        }
    }
}

fn batch(user: UserId, title: &str, memory: Option<&str>) -> Batch {
    let mut notice = notice(user, title);
    notice.dedup_key = Some("task:1".to_owned());
    notice.subject = Some("task:1".to_owned());
    Batch {
        source: "amocrm:1".to_owned(),
        acts: vec![Act::Notify(Box::new(notice))],
        memory: vec![("task:1".to_owned(), memory.map(str::to_owned))],
    }
}

#[tokio::test]
async fn a_batch_is_committed_with_its_memory_or_not_at_all() {
    let bed = bed().await;
    let centre = &bed.centre;
    centre
        .commit(batch(bed.anna, "Первая", Some("1")))
        .await
        .unwrap();
    let stranger = UserId("01ARZ3NDEKTSV4RRFFQ69G5FAV".parse::<UserId>().unwrap().0);
    let mut half = batch(bed.anna, "Вторая", Some("2"));
    half.acts.extend(batch(stranger, "Чужая", None).acts);
    // Refused ones share a commit with others and spoil none of them.
    let (refused, fine) = tokio::join!(
        centre.commit(half),
        centre.commit(batch(bed.anna, "Третья", Some("3")))
    );
    assert!(matches!(refused, Err(IngestError::UnknownUser(user)) if user == stranger));
    fine.unwrap();
    let memory = centre.memory("amocrm:1").await.unwrap();
    assert_eq!(memory, [("task:1".to_owned(), "3".to_owned())]);
    let page = bed.page("").await;
    assert_eq!(page.items.len(), 1);
    assert_eq!(page.items[0].title, "Третья");
    assert_eq!(page.as_of.seq, 2);
    assert_eq!(centre.memory("amocrm:2").await.unwrap(), []);
    centre
        .commit(batch(bed.anna, "Третья", None))
        .await
        .unwrap();
    assert_eq!(centre.memory("amocrm:1").await.unwrap(), []);
}

#[tokio::test]
async fn saying_the_same_again_changes_nothing_and_news_keep_the_mark() {
    let bed = bed().await;
    let say = |title| bed.centre.commit(batch(bed.anna, title, None));
    say("Срок через 5 минут").await.unwrap();
    say("Срок через 5 минут").await.unwrap();
    let page = bed.page("").await;
    assert_eq!((page.as_of.seq, page.unread.count), (1, 1));
    let mut client = bed.live().await;
    let ids = vec![page.items[0].id];
    mark(&mut client, ClientFrame::Read { id: 1, ids }).await;
    say("Просрочена").await.unwrap();
    let page = bed.page("").await;
    assert_eq!((page.items.len(), page.unread.count), (1, 0));
    assert_eq!(page.items[0].title, "Просрочена");
    assert!(!page.items[0].is_unread());

    bed.centre.commit(withdrawal("amocrm:1")).await.unwrap();
    say("Снова").await.unwrap();
    let again = bed.page("").await;
    assert_ne!(again.items[0].id, page.items[0].id);
    assert_eq!(again.unread.count, 1);
}

fn withdrawal(source: &str) -> Batch {
    Batch {
        source: source.to_owned(),
        acts: vec![Act::Withdraw {
            user: None,
            provider: ProviderId::new("tasks"),
            subject: "task:1".to_owned(),
            kinds: vec![],
        }],
        memory: Vec::new(),
    }
}

/// A version that did not note who committed what.
#[tokio::test]
async fn what_an_older_version_listed_is_updated_and_withdrawn_by_its_connector() {
    let bed = bed().await;
    let say = |title| bed.centre.commit(batch(bed.anna, title, None));
    say("Срок через 5 минут").await.unwrap();
    let path = bed.folder.path().join("centre.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
    let mut db = sqlx::ConnectOptions::connect(&options).await.unwrap();
    let older = sqlx::query("UPDATE notifications SET source = NULL");
    older.execute(&mut db).await.unwrap();
    say("Просрочена").await.unwrap();
    let items = bed.page("").await.items;
    assert_eq!(items.len(), 1);
    assert_eq!(items[0].title, "Просрочена");
    bed.centre.commit(withdrawal("amocrm:1")).await.unwrap();
    assert_eq!(bed.page("").await.items, []);
}

#[tokio::test]
async fn what_breaks_the_limits_in_a_connectors_notice_is_shortened_and_cleaned() {
    let bed = bed().await;
    let mut long = notice(bed.anna, &format!("a\u{202e}\n{}", "т".repeat(300)));
    long.text = "x".repeat(100_000);
    long.link = Some("javascript:alert(1)".to_owned());
    long.context = Some(" \u{7} ".to_owned());
    let mut empty = notice(bed.anna, "\u{7}");
    empty.link = Some(format!("https://a/{}", "ж".repeat(2_000)));
    bed.tell([long, empty].map(|n| Act::Notify(Box::new(n))).to_vec())
        .await;
    let items = bed.page("").await.items;
    assert_eq!(items[1].title.chars().count(), 200);
    assert_eq!(items[1].text.chars().count(), 4_000);
    assert_eq!((&items[1].link, &items[1].context), (&None, &None));
    assert_eq!(items[0].title, "task_new");
    assert_eq!(items[0].link, None);
}

#[tokio::test]
async fn a_withdrawal_of_thousands_still_fits_the_frames() {
    let bed = bed().await;
    let mut notice = notice(bed.anna, "Много");
    notice.subject = Some("lead:1".to_owned());
    let provider = notice.provider.clone();
    bed.tell(vec![Act::Notify(Box::new(notice)); 2_500]).await;
    let mut client = bed.live().await;
    let subject = "lead:1".to_owned();
    bed.tell(vec![Act::Withdraw {
        user: None,
        provider,
        subject,
        kinds: vec![Kind::TaskNew],
    }])
    .await;
    let mut left = 2_500;
    while left > 0 {
        let event = client.event().await; // asserts the size of each frame
        let Change::Removed { ids } = event.change else {
            panic!("something else than a removal")
        };
        left -= ids.len() as u64;
        assert_eq!(event.unread.count, left);
    }
}

#[tokio::test]
async fn a_newer_schema_and_a_file_that_is_no_database_are_refused_in_plain_words() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("centre.db").display().to_string();
    let centre = Centre::open(Options::new(path.clone())).await.unwrap();
    drop(centre);
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path);
    let mut db = sqlx::ConnectOptions::connect(&options).await.unwrap();
    sqlx::query("INSERT INTO _sqlx_migrations VALUES (9999, 'later', 0, 1, x'00', 0)")
        .execute(&mut db)
        .await
        .unwrap();
    let error = Centre::open(Options::new(path)).await.unwrap_err();
    assert!(error.to_string().contains("newer version"), "{error}");

    let text = folder.path().join("text.db");
    std::fs::write(
        &text,
        "not a database at all, but long enough to be read as one".repeat(20),
    )
    .unwrap();
    let error = Centre::open(Options::new(text.display().to_string())).await;
    assert!(
        error
            .unwrap_err()
            .to_string()
            .contains("cannot use the database")
    );
    for wrong in ["postgres://host/db", "sqlite:", ""] {
        assert!(Centre::open(Options::new(wrong)).await.is_err(), "{wrong}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn the_file_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let bed = bed().await;
    for entry in std::fs::read_dir(bed.folder.path()).unwrap() {
        let mode = entry.unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0);
    }
}

#[tokio::test]
async fn a_file_opened_again_has_everything() {
    let bed = bed().await;
    bed.tell_anna(3).await;
    let (state, cursor) = State::fresh(&bed).await;
    let folder = tempfile::tempdir().unwrap();
    // As a power cut leaves it: the files as they are, nothing closed.
    for entry in std::fs::read_dir(bed.folder.path()).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    let path = folder.path().join("centre.db").display().to_string();
    let centre = Centre::open(Options::new(path)).await.unwrap();
    let mut reopened = support::bed_over(folder, centre).await;
    reopened.token = bed.token.clone();
    assert_eq!(State::fresh(&reopened).await, (state, cursor));
}

#[tokio::test]
async fn a_user_who_changes_his_language_is_told_in_it() {
    let bed = bed().await;
    let language = async || {
        let all = bed.centre.recipients().await.unwrap();
        all.into_iter().find(|r| r.id == bed.anna).unwrap().language
    };
    assert_eq!(language().await, "ru");
    bed.centre.set_language(bed.anna, "en").await.unwrap();
    assert_eq!(language().await, "en");
    assert!(bed.centre.set_language(bed.anna, "de").await.is_err());
}

#[tokio::test]
async fn the_embedded_token_of_an_earlier_start_no_longer_works() {
    let bed = bed().await;
    let user = bed.centre.ensure_user(ANNA, "", "ru").await.unwrap();
    assert_eq!(user, bed.anna);
    bed.centre
        .ensure_device_token(user, "first-start")
        .await
        .unwrap();
    let mut old = bed.connect_as("first-start").await.unwrap();
    old.start(None).await;
    bed.centre
        .ensure_device_token(user, "second-start")
        .await
        .unwrap();
    assert_eq!(old.closed().await, 4504);
    assert!(bed.connect_as("first-start").await.is_err());
    assert!(bed.connect_as("second-start").await.is_ok());
    assert!(bed.connect_as(&bed.token).await.is_ok());
}
