//! What is kept for a while: a mark-all for its undo, the link's history, decisions, what was read.

use super::*;
use dealbell_protocol::window::LinkEvent;

#[tokio::test]
async fn a_mark_all_is_taken_back_but_not_what_was_read_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder).await;
    for seq in 1..=6 {
        create(&mut store, seq).await;
    }
    let ids = |seq| vec![row(seq).id];
    apply(&mut store, 7, 5, Change::Read { ids: ids(1) }).await;
    let (mark, count) = store.mark_all(at(5), 1_000).await.unwrap();
    assert_eq!(
        (count, unread(&mut store).await),
        (4, 1),
        "2 to 5; 6 came later"
    );
    // Meanwhile: 2 is read on another device, 3 is withdrawn, and the centre takes the mark.
    apply(&mut store, 8, 4, Change::Read { ids: ids(2) }).await;
    apply(&mut store, 9, 3, Change::Removed { ids: ids(3) }).await;
    let after = Unread { count: 1, at: 10 };
    store.mark_done(mark.id, 10, after).await.unwrap();
    apply(&mut store, 10, 1, Change::ReadAll { upto: 5 }).await;

    let mut store = reopen(store, &folder).await;
    assert_eq!(store.undo_mark_all(mark.id + 1, 2_000).await.unwrap(), None);
    let marks = store
        .undo_mark_all(mark.id, 601_000)
        .await
        .unwrap()
        .unwrap();
    let wanted = Mark::Unread {
        ids: vec![row(4).id, row(5).id],
    };
    assert_eq!(
        marks.iter().map(|mark| &mark.mark).collect::<Vec<_>>(),
        [&wanted]
    );
    assert_eq!(shown(&mut store, ListQuery::unread()).await, [6, 5, 4]);
    assert_eq!(unread(&mut store).await, 3);
    assert_eq!(store.kept().await.unwrap().outbox, marks, "durable");
    assert_eq!(
        store.undo_mark_all(mark.id, 2_000).await.unwrap(),
        None,
        "once"
    );
}

#[tokio::test]
async fn a_mark_all_of_thousands_is_taken_back_offline_within_ten_minutes_only() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder).await;
    let rows: Vec<Notification> = (1..=2_500).map(row).collect();
    store.stage(true, &rows).await.unwrap();
    let count = Unread {
        count: 2_500,
        at: 2_500,
    };
    let record = |_: &Notification| Record::Suppressed(Suppression::Silent);
    store.replace(&at(2_500), count, record, 1).await.unwrap();
    let (mark, count) = store.mark_all(at(2_500), 1).await.unwrap();
    assert_eq!((count, unread(&mut store).await), (2_500, 0));
    assert_eq!(
        store.undo_mark_all(mark.id, 600_002).await.unwrap(),
        None,
        "late"
    );
    let marks = store
        .undo_mark_all(mark.id, 600_001)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((marks.len(), unread(&mut store).await), (3, 2_500));
}

#[tokio::test]
async fn the_links_history_is_short_and_a_night_without_a_network_one_line_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder).await;
    let lost = |retry_ms| LinkEvent::Lost {
        code: None,
        retry_ms,
    };
    for at in 1..=300 {
        store.keep_link(&LinkEvent::Online, at).await.unwrap();
    }
    for at in 301..=400 {
        store.keep_link(&lost(at as u64), at).await.unwrap();
    }
    let mut store = reopen(store, &folder).await;
    let (links, _) = store.diagnostics(1_000).await.unwrap();
    assert_eq!(links.len(), 200);
    assert_eq!((links[0].at, &links[0].event), (301, &lost(400)));
    assert_eq!((links[1].at, &links[1].event), (300, &LinkEvent::Online));
}

#[tokio::test]
async fn why_there_was_no_toast_is_told_with_a_title_and_for_a_thousand_at_most() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder).await;
    for seq in 1..=1_250 {
        let attempt = create(&mut store, seq).await.unwrap();
        let outcome = ToastOutcome::Suppressed {
            by: Suppression::Channel,
        };
        store.settle_attempt(attempt, outcome).await.unwrap();
    }
    apply(
        &mut store,
        1_251,
        0,
        Change::Removed {
            ids: vec![row(1_250).id],
        },
    )
    .await;
    let (_, decisions) = store.diagnostics(5_000).await.unwrap();
    assert!(
        (1_000..=1_100).contains(&decisions.len()),
        "{}",
        decisions.len()
    );
    assert_eq!(
        (&decisions[0].title, decisions[0].notification),
        (&None, Some(row(1_250).id))
    );
    assert_eq!(decisions[1].title.as_deref(), Some("Задача 1249"));
    assert_eq!(decisions[1].provider, Some(ProviderId::new("tasks")));
}

#[tokio::test]
async fn what_is_read_and_old_leaves_and_comes_back_only_with_a_fresh_state() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder).await;
    for seq in 1..=4 {
        create(&mut store, seq).await;
    }
    let ids = |seqs: &[u64]| seqs.iter().map(|seq| row(*seq).id).collect::<Vec<_>>();
    apply(
        &mut store,
        5,
        1,
        Change::Read {
            ids: ids(&[1, 2, 3]),
        },
    )
    .await;
    // 2 is to be unread again, and the centre does not know yet.
    let wish = Mark::Unread { ids: ids(&[2]) };
    store.add_mark(wish, 1).await.unwrap();
    assert!(!store.sweep(1).await.unwrap(), "created at 1: not old yet");
    assert!(store.sweep(2).await.unwrap());
    assert_eq!(shown(&mut store, ListQuery::default()).await, [4, 2]);
    assert_eq!(unread(&mut store).await, 2);
    assert!(store.has_swept().await.unwrap());
    // Another device wants 3 unread: what it says is not here any more.
    let event = Event {
        seq: 6,
        prev: 5,
        at: 100,
        change: Change::Unread { ids: ids(&[3]) },
        unread: Unread { count: 2, at: 6 },
    };
    let applied = store.apply(&event, &at(6), None, 100).await.unwrap();
    assert!(applied.incomplete);
    assert_eq!(
        store.kept().await.unwrap().cursor,
        None,
        "read anew after a crash, too"
    );
    let rows = [row(2), row(3), row(4)];
    store.stage(true, &rows).await.unwrap();
    let record = |_: &Notification| Record::Suppressed(Suppression::Silent);
    let count = Unread { count: 3, at: 6 };
    store.replace(&at(6), count, record, 1).await.unwrap();
    assert!(!store.sweep(2).await.unwrap(), "all unread");
    assert_eq!(shown(&mut store, ListQuery::unread()).await, [4, 3, 2]);
}
