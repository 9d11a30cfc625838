use super::*;
use crate::session::Mark;
use crate::toast::{Suppression, ToastFailure, ToastOutcome};
use dealbell_protocol::stream::{Change, Event};
use dealbell_protocol::window::ListQuery;
use dealbell_protocol::{Cursor, Kind, Notification, Priority, ProviderId};

async fn open(folder: &tempfile::TempDir) -> Store {
    let (store, rebuilt) = Store::open(&folder.path().join("a.db"), "a").await.unwrap();
    assert_eq!(rebuilt, None);
    store
}

fn row(seq: u64) -> Notification {
    Notification {
        author: None,
        id: NotificationId(ulid::Ulid(u128::from(seq))),
        provider: ProviderId::new("tasks"),
        kind: Kind::TaskNew,
        priority: Priority::Normal,
        subject: None,
        title: format!("Задача {seq}"),
        text: String::new(),
        context: None,
        link: None,
        at: 1,
        created_at: 1,
        created_seq: seq,
        read_at: None,
        silent: false,
    }
}

fn at(seq: u64) -> Cursor {
    Cursor {
        epoch: "e".to_owned(),
        seq,
    }
}

async fn apply(store: &mut Store, seq: u64, count: u64, change: Change) -> Option<i64> {
    let event = Event {
        seq,
        prev: seq - 1,
        at: 100,
        change,
        unread: Unread { count, at: seq },
    };
    let record = Some(Record::Open);
    let applied = store.apply(&event, &at(seq), record, 100).await.unwrap();
    applied.attempt
}

async fn create(store: &mut Store, seq: u64) -> Option<i64> {
    apply(store, seq, seq, Change::Created(Box::new(row(seq)))).await
}

async fn shown(store: &mut Store, view: ListQuery) -> Vec<u64> {
    let page = store.list(&view, 0, 200, 0).await.unwrap();
    page.items.iter().map(|item| item.created_seq).collect()
}

async fn unread(store: &mut Store) -> u64 {
    let pending = store.pending_unread().await.unwrap();
    let unread = store.unread().await.unwrap();
    unread.count.saturating_add_signed(pending)
}

#[tokio::test]
async fn stream_3_a_repeated_insert_is_not_fresh() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder).await;
    assert!(create(&mut store, 1).await.is_some());
    assert_eq!(create(&mut store, 1).await, None);
    assert_eq!(shown(&mut store, ListQuery::default()).await, [1]);
    assert_eq!(store.kept().await.unwrap().cursor, Some(at(1)));
}

/// What is on the disk, for whoever comes after a crash.
async fn on_disk(folder: &tempfile::TempDir) -> i64 {
    let file = folder.path().join("a.db");
    let options = SqliteConnectOptions::new().filename(file).read_only(true);
    let mut other = options.connect().await.unwrap();
    let count = sqlx::query("SELECT COUNT(*) FROM notifications");
    count.fetch_one(&mut other).await.unwrap().get(0)
}

#[tokio::test]
async fn after_a_full_disk_what_comes_is_on_the_disk_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder).await;
    create(&mut store, 1).await;
    let mut big = row(2);
    big.text = "—".repeat(100_000);
    let event = Event {
        seq: 2,
        prev: 1,
        at: 100,
        change: Change::Created(Box::new(big)),
        unread: Unread { count: 2, at: 2 },
    };
    for _ in 0..3 {
        drop(store.begin().await.unwrap());
        // No more pages than there are: SQLite's own full disk.
        store.run_for_test("PRAGMA max_page_count = 1").await;
        let refused = store.apply(&event, &at(2), Some(Record::Open), 100).await;
        assert!(!refused.unwrap_err().is_damage());
        assert_eq!(on_disk(&folder).await, 1);
    }
    // One more that is given up, as where the disk has no room for a commit.
    drop(store.begin().await.unwrap());
    store.run_for_test("PRAGMA max_page_count = 1000000").await;
    for seq in 2..=4 {
        create(&mut store, seq).await;
        assert_eq!(on_disk(&folder).await, i64::try_from(seq).unwrap());
    }
}

#[tokio::test]
async fn stream_5_a_pending_mark_shows_until_ok_and_is_never_counted_twice() {
    for ok_first in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let mut store = open(&folder).await;
        for seq in 1..=3 {
            create(&mut store, seq).await;
        }
        let ids = vec![row(2).id];
        let mark = store
            .add_mark(Mark::Read { ids: ids.clone() }, 50)
            .await
            .unwrap();
        assert_eq!(unread(&mut store).await, 2);
        assert_eq!(shown(&mut store, ListQuery::unread()).await, [3, 1]);
        let mut store = reopen(store, &folder).await;
        assert_eq!(
            store.kept().await.unwrap().outbox,
            std::slice::from_ref(&mark),
            "durable"
        );
        let after = Unread { count: 2, at: 4 };
        if ok_first {
            store.mark_done(mark.id, 4, after).await.unwrap();
            assert_eq!(unread(&mut store).await, 2, "ok before its entry");
            assert_eq!(shown(&mut store, ListQuery::unread()).await, [3, 1]);
        }
        apply(&mut store, 4, 2, Change::Read { ids }).await;
        assert_eq!(unread(&mut store).await, 2);
        if !ok_first {
            store.mark_done(mark.id, 4, after).await.unwrap();
        }
        assert_eq!(unread(&mut store).await, 2);
        assert_eq!(store.kept().await.unwrap().outbox, []);
        let read = store.notification(row(2).id).await.unwrap().unwrap();
        assert_eq!(read.read_at, Some(100), "the centre's time, not ours");
    }
}

#[tokio::test]
async fn stream_5_an_older_unread_value_is_ignored_and_a_refused_mark_undone() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder).await;
    for seq in 1..=3 {
        create(&mut store, seq).await;
    }
    store.set_unread(Unread { count: 9, at: 2 }).await.unwrap();
    assert_eq!(unread(&mut store).await, 3);
    let all = Mark::ReadAll { upto: at(2) };
    let mark = store.add_mark(all, 50).await.unwrap();
    assert_eq!(
        shown(&mut store, ListQuery::unread()).await,
        [3],
        "STREAM 6"
    );
    assert_eq!(unread(&mut store).await, 1);
    store.mark_refused(mark.id).await.unwrap();
    assert_eq!(unread(&mut store).await, 3);
    let upto = Cursor {
        epoch: "other".to_owned(),
        seq: 99,
    };
    store.add_mark(Mark::ReadAll { upto }, 50).await.unwrap();
    assert_eq!(unread(&mut store).await, 3, "another epoch's place");
}

#[tokio::test]
async fn stream_4_open_attempts_are_named_once_by_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder).await;
    let mut attempts = Vec::new();
    for seq in 1..=4 {
        attempts.push(create(&mut store, seq).await.unwrap());
    }
    store
        .settle_attempt(attempts[0], ToastOutcome::Shown)
        .await
        .unwrap();
    apply(
        &mut store,
        5,
        3,
        Change::Read {
            ids: vec![row(2).id],
        },
    )
    .await;
    let mut store = reopen(store, &folder).await;
    let held = store.unconfirmed().await.unwrap();
    let named: Vec<u64> = held
        .iter()
        .map(|held| held.notification.created_seq)
        .collect();
    assert_eq!(named, [3, 4], "neither the shown nor the read one");
    let held: Vec<i64> = held.iter().map(|held| held.attempt).collect();
    let summary = store.summarise(&held, 1).await.unwrap();
    store
        .settle_attempt(summary, ToastOutcome::Shown)
        .await
        .unwrap();
    let outcomes: Vec<_> = store
        .attempts(9)
        .await
        .unwrap()
        .into_iter()
        .rev()
        .map(|a| a.outcome.unwrap())
        .collect();
    let why = ToastFailure::Unconfirmed;
    assert_eq!(
        outcomes,
        [
            ToastOutcome::Shown,
            ToastOutcome::Failed { why },
            ToastOutcome::Coalesced,
            ToastOutcome::Coalesced,
            ToastOutcome::Shown,
        ]
    );
    let mut store = reopen(store, &folder).await;
    assert_eq!(store.unconfirmed().await.unwrap(), []);
}

#[tokio::test]
async fn stream_1_a_new_state_takes_the_place_of_the_old_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder).await;
    for seq in 1..=3 {
        create(&mut store, seq).await;
    }
    store.stage(true, &[row(3), row(4)]).await.unwrap();
    assert_eq!(
        shown(&mut store, ListQuery::default()).await,
        [3, 2, 1],
        "not yet"
    );
    store.stage(true, &[row(4), row(5)]).await.unwrap();
    store.stage(false, &[row(3)]).await.unwrap();
    let new = Cursor {
        epoch: "f".to_owned(),
        seq: 1,
    };
    let record = |row: &Notification| match row.created_seq {
        4 => Record::Suppressed(Suppression::Channel),
        _ => Record::Open,
    };
    let unread = Unread { count: 3, at: 1 };
    let held = store.replace(&new, unread, record, 1).await.unwrap();
    assert_eq!(held.len(), 1, "new here and wanted");
    assert_eq!(held[0].notification, row(5));
    assert_eq!(shown(&mut store, ListQuery::default()).await, [5, 4, 3]);
    assert_eq!(
        store.unread().await.unwrap(),
        unread,
        "a lower at, since the epoch is new"
    );
    assert_eq!(store.kept().await.unwrap().cursor, Some(new));
}

#[tokio::test]
async fn what_cannot_be_read_is_moved_aside_and_begun_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    std::fs::write(
        &path,
        "no database at all, but long enough to be taken for one ".repeat(40),
    )
    .unwrap();
    let (store, rebuilt) = Store::open(&path, "a").await.unwrap();
    let rebuilt = rebuilt.unwrap();
    assert!(!rebuilt.newer && rebuilt.moved_to.exists());
    let mut store = store;
    sqlx::query("PRAGMA user_version = 99")
        .execute(&mut store.connection)
        .await
        .unwrap();
    store.connection.close().await.unwrap();
    let (mut store, rebuilt) = Store::open(&path, "a").await.unwrap();
    assert!(rebuilt.unwrap().newer);
    assert_eq!(store.kept().await.unwrap(), Kept::default());
}

#[cfg(unix)]
#[tokio::test]
async fn the_store_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    // As an earlier version left it.
    std::fs::write(&path, "").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let mut store = open(&folder).await;
    create(&mut store, 1).await;
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{entry:?}");
    }
}

#[tokio::test]
async fn a_store_of_somebody_else_is_emptied() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder).await;
    create(&mut store, 1).await;
    store.connection.close().await.unwrap();
    let (mut store, _) = Store::open(&folder.path().join("a.db"), "b").await.unwrap();
    assert_eq!(shown(&mut store, ListQuery::default()).await, [0; 0]);
    assert_eq!(store.kept().await.unwrap(), Kept::default());
}

#[tokio::test]
async fn a_far_page_of_many_rows_is_the_right_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder).await;
    let rows: Vec<Notification> = (1..=20_000).map(row).collect();
    store.stage(true, &rows).await.unwrap();
    let record = |_: &Notification| Record::Suppressed(Suppression::Silent);
    let unread = Unread {
        count: 20_000,
        at: 20_000,
    };
    store.replace(&at(20_000), unread, record, 1).await.unwrap();
    let page = store
        .list(&ListQuery::unread(), 19_990, 200, 3)
        .await
        .unwrap();
    assert_eq!(
        (page.total, page.items.len(), page.version),
        (20_000, 10, 3)
    );
    assert_eq!(page.items[9], row(1));
}

async fn reopen(store: Store, folder: &tempfile::TempDir) -> Store {
    store.connection.close().await.unwrap();
    open(folder).await
}

#[tokio::test]
async fn a_store_of_version_2_learns_what_quiet_holds_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder).await;
    for undone in [
        "DROP INDEX attempts_held",
        "ALTER TABLE attempts DROP COLUMN held",
        "ALTER TABLE attempts DROP COLUMN renewal",
        "INSERT INTO attempts (at, outcome) VALUES (5, '{\"outcome\":\"shown\"}')",
        "DROP TABLE staged_bodies",
        "DROP TABLE staged_words",
        "PRAGMA user_version = 2",
    ] {
        store.run_for_test(undone).await;
    }
    store.connection.close().await.unwrap();
    let mut store = open(&folder).await;
    let kept = store.attempts(10).await.unwrap();
    assert_eq!(kept.len(), 1, "it knows what it knew");
    let id = kept[0].id;
    let by = Suppression::UserQuiet;
    store.hold_back(&[id], by).await.unwrap();
    let outcome = store.attempts(10).await.unwrap()[0].outcome;
    assert_eq!(outcome, Some(ToastOutcome::Suppressed { by }));
}

#[tokio::test]
async fn a_store_of_version_3_goes_on_and_fetches_what_was_staged_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder).await;
    create(&mut store, 1).await;
    for undone in [
        "DROP TABLE staged",
        "DROP TABLE staged_bodies",
        "DROP TABLE staged_words",
        "CREATE TABLE staged (id BLOB PRIMARY KEY, created_seq INTEGER NOT NULL, read_at INTEGER,
         body TEXT NOT NULL)",
        "PRAGMA user_version = 3",
    ] {
        store.run_for_test(undone).await;
    }
    store.connection.close().await.unwrap();
    let mut store = open(&folder).await;
    assert_eq!(shown(&mut store, ListQuery::default()).await, [1]);
    store.stage(true, &[row(2)]).await.unwrap();
}

/// A power cut, or a disk that lies: the centre has it all.
#[tokio::test]
async fn a_store_cut_anywhere_opens_or_is_begun_anew() {
    let whole = tempfile::tempdir().unwrap();
    let mut store = open(&whole).await;
    for seq in 1..=20 {
        create(&mut store, seq).await;
    }
    store.connection.close().await.unwrap();
    let bytes = std::fs::read(whole.path().join("a.db")).unwrap();
    let mut begun_anew = 0;
    let step = (bytes.len() / 40).max(1);
    for length in (0..bytes.len())
        .step_by(step)
        .chain([1, 16, 99, 100, 511, 4_096])
    {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        std::fs::write(&path, &bytes[..length]).unwrap();
        let (mut store, rebuilt) = Store::open(&path, "a").await.unwrap();
        begun_anew += u32::from(rebuilt.is_some());
        // What opens may show its damage only when it is read: then it is begun anew at work.
        if let Err(error) = store.list(&ListQuery::default(), 0, 50, 0).await {
            assert!(error.is_damage(), "{length}: {error}");
            store = store.rebuild("a", &error).await.unwrap().0;
            begun_anew += 1;
        }
        drop(store);
    }
    assert!(begun_anew > 10, "{begun_anew}");
}

mod keeping;
mod search;
mod version_1;
