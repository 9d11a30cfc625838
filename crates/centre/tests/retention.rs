//! What grows old goes, in small steps, and nobody is left with half of a history.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use dealbell_centre::{Centre, Clock, Options, Retention, Time, Trimmed};
use dealbell_protocol::{
    Cursor, Millis, Notification, NotificationId,
    stream::{Change, ClientFrame, CloseCode, Event, ResumeMode, ServerFrame},
};
use proptest::{collection::vec, prelude::*, test_runner::TestRunner};
use sqlx::{Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{
    collections::BTreeMap,
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering::SeqCst},
    },
    time::Duration,
};
use support::{ANNA, Bed, Client, bed_over};

const DAY: Millis = 86_400_000;
const START: Millis = 1_790_000_000_000;
const KEEP: Retention = Retention {
    log: 3,
    read: 5,
    dead_letters: 2,
    audit: 4,
};

/// Stands until it is put on.
struct Calendar(AtomicI64);

impl Time for Calendar {
    fn now(&self) -> Millis {
        self.0.load(SeqCst)
    }

    fn sleep(&self, _wait: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(std::future::pending())
    }
}

async fn bed() -> (Bed, Arc<Calendar>) {
    let calendar = Arc::new(Calendar(AtomicI64::new(START)));
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", folder.path().join("centre.db").display());
    let centre = Centre::open(Options {
        clock: Clock::new(calendar.clone()),
        ..Options::new(database)
    })
    .await
    .unwrap();
    centre.add_user(ANNA, "Анна", "ru").await.unwrap();
    let token = centre.add_device(ANNA, "").await.unwrap();
    let mut bed = bed_over(folder, centre).await;
    bed.token = token;
    (bed, calendar)
}

async fn beside(bed: &Bed) -> SqliteConnection {
    let path = bed.folder.path().join("centre.db");
    let options = SqliteConnectOptions::new().filename(path);
    SqliteConnection::connect_with(&options).await.unwrap()
}

/// What can happen between two looks at the calendar.
#[derive(Clone, Debug)]
enum Op {
    Tell(usize),
    Read(Vec<usize>),
    Days(i64),
    Trim,
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        3 => (1..4_usize).prop_map(Op::Tell),
        2 => vec(0..8_usize, 1..4).prop_map(Op::Read),
        2 => (1..4_i64).prop_map(Op::Days),
        2 => Just(Op::Trim),
    ]
}

type Items = BTreeMap<NotificationId, Notification>;

fn apply(items: &mut Items, event: &Event) {
    match &event.change {
        Change::Created(new) | Change::Updated(new) => {
            items.insert(new.id, (**new).clone());
        }
        Change::Read { ids } => {
            for id in ids {
                items.get_mut(id).unwrap().read_at = Some(event.at);
            }
        }
        Change::Removed { ids } => {
            for id in ids {
                let gone = items.remove(id).unwrap();
                assert!(!gone.is_unread(), "an unread one was deleted");
            }
        }
        other => panic!("nobody did {other:?}"),
    }
}

/// What a client hears that starts with `cursor`: none, that it has to start over.
async fn heard(bed: &Bed, cursor: Cursor) -> Option<Vec<Event>> {
    let (mut client, mode, _) = bed.started(Some(cursor)).await;
    let mut events = Vec::new();
    loop {
        match client.next().await {
            ServerFrame::Event(event) => events.push(event),
            ServerFrame::Live { .. } => break,
            other => panic!("{other:?}"),
        }
    }
    match mode {
        ResumeMode::Resumed => Some(events),
        ResumeMode::Reset => {
            assert!(events.is_empty());
            None
        }
        ResumeMode::Snapshot => panic!("a cursor was given"),
    }
}

async fn read(bed: &Bed, client: &mut Client, places: &[usize]) -> Vec<Event> {
    let items = bed.page("unread=true").await.items;
    let ids: Vec<_> = places
        .iter()
        .filter_map(|place| items.get(*place))
        .map(|item| item.id)
        .collect();
    client.send(&ClientFrame::Read { id: 1, ids }).await;
    let mut events = Vec::new();
    loop {
        match client.next().await {
            ServerFrame::Event(event) => events.push(event),
            ServerFrame::Ok { .. } => return events,
            other => panic!("{other:?}"),
        }
    }
}

async fn any_cursor_resumes_completely_or_resets(ops: Vec<Op>) {
    let (bed, calendar) = bed().await;
    let mut client = bed.live().await;
    let mut all: Vec<Event> = Vec::new();
    for op in ops {
        match op {
            Op::Tell(count) => bed.tell_anna(count).await,
            Op::Read(places) => all.extend(read(&bed, &mut client, &places).await),
            Op::Days(days) => {
                calendar.0.fetch_add(days * DAY, SeqCst);
            }
            Op::Trim => {
                bed.centre.trim(KEEP).await.unwrap();
            }
        }
        let head = bed.page("limit=1").await.as_of.seq;
        while all.last().map_or(0, |event| event.seq) < head {
            all.push(client.event().await);
        }
    }
    let mut items = Items::new();
    for event in &all {
        apply(&mut items, event);
    }
    let head = bed.page("limit=1").await.as_of;
    let listed = bed.snapshot(&head, 50).await;
    let listed: Items = listed.into_iter().map(|item| (item.id, item)).collect();
    assert_eq!(
        items, listed,
        "who heard everything has what the centre has"
    );

    let mut resumed = 0;
    for seq in 0..=head.seq {
        let cursor = Cursor {
            epoch: head.epoch.clone(),
            seq,
        };
        match heard(&bed, cursor).await {
            Some(events) => {
                let missed: Vec<_> = all.iter().filter(|event| event.seq > seq).collect();
                assert_eq!(events.iter().collect::<Vec<_>>(), missed, "from {seq}");
                resumed += 1;
            }
            None => assert_eq!(resumed, 0, "whoever is nearer resumes, too"),
        }
    }
    assert!(resumed > 0, "the newest cursor always does");
}

#[test]
fn a_client_with_any_cursor_resumes_completely_or_resets() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 12,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    runner
        .run(&vec(op(), 4..24), |ops| {
            runtime.block_on(any_cursor_resumes_completely_or_resets(ops));
            Ok(())
        })
        .unwrap();
}

#[tokio::test]
async fn old_things_go_and_unread_ones_stay() {
    let (bed, calendar) = bed().await;
    bed.tell_anna(1_200).await;
    let mut db = beside(&bed).await;
    for sql in [
        // What making her left there.
        "DELETE FROM audit WHERE at <= ?1",
        "INSERT INTO letters (id, user, content, state, at, due_at, dead_at)
         SELECT 'dead', id, 'test', 'dead', 0, 0, ?1 FROM users",
        "INSERT INTO letters (id, user, content, state, at, due_at)
         SELECT 'waits', id, 'test', 'waiting', 0, ?1 FROM users",
        "INSERT INTO audit (at, place, act, target, detail) VALUES (?1, '', 'a', 'b', '{}')",
        "INSERT INTO idempotency (provider, key, body_hash, answer, at)
         VALUES ('tasks', 'k', x'00', '{}', ?1)",
    ] {
        sqlx::query(sql).bind(START).execute(&mut db).await.unwrap();
    }
    assert_eq!(bed.centre.trim(KEEP).await.unwrap(), Trimmed::default());
    calendar.0.fetch_add(10 * DAY, SeqCst);
    let done = bed.centre.trim(KEEP).await.unwrap();
    // The newest entry stays, so that whoever is behind sees that he is.
    let wanted = Trimmed {
        log: 1_199,
        read: 0,
        other: 3,
    };
    assert_eq!(done, wanted);
    let page = bed.page("limit=200").await;
    assert_eq!((page.unread.count, page.items.len()), (1_200, 200));
    let left: Vec<String> = sqlx::query_scalar("SELECT id FROM letters")
        .fetch_all(&mut db)
        .await
        .unwrap();
    assert_eq!(left, ["waits"]);
}

#[tokio::test]
async fn a_resume_that_trimming_overtakes_is_sent_back_to_start_over() {
    let (bed, _) = bed().await;
    bed.tell_anna(3).await;
    let head = bed.page("limit=1").await.as_of;
    // As if it were trimmed between the decision and the reading of the log.
    let mut db = beside(&bed).await;
    sqlx::query("DELETE FROM log WHERE seq <= 2")
        .execute(&mut db)
        .await
        .unwrap();
    let cursor = Cursor { seq: 1, ..head };
    let (mut client, mode, _) = bed.started(Some(cursor)).await;
    assert_eq!(mode, ResumeMode::Resumed);
    assert_eq!(client.closed().await, CloseCode::Gap.number());
}
